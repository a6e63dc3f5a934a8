"""The client's training as a TensorFlow computation."""

import functools
from typing import Any

from fl_course.exercises.averaging_by_hand import client_update
from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import computations, reference, shown


def _judge(answer: Any) -> Found:
    problem = (
        computations.kind_problem(answer)
        or computations.placement_problem(answer)
        or computations.argument_problem(
            answer, [computations.WEIGHTS_TYPE, computations.DATASET_TYPE]
        )
        or computations.result_problem(answer, computations.WEIGHTS_TYPE)
    )
    if problem:
        return problem
    probes = []
    for seed, examples in ((11, 7), (14, 79)):
        # Inputs so small that the lesson's rate is a small step.
        batches = [
            (inputs / 3, labels) for inputs, labels in reference.some_batches(seed, examples)
        ]
        probes.append((reference.some_weights(seed - 1), batches, reference.LEARNING_RATE))
    results = [
        computations.call(answer, reference.tensors(weights), reference.dataset(batches))
        for weights, batches, _ in probes
    ]
    known = reference.which(results, probes, _KNOWN)
    if known is not OTHER:
        return None if known == "right" else known
    weights, batches, _ = probes[0]
    one_step = computations.call(answer, reference.tensors(weights), reference.dataset(batches[:1]))
    rate = reference.factor(one_step, reference.update(weights, batches[:1], 1.0))
    if (
        rate is not None
        and rate > 0
        and all(
            reference.same(seen, reference.update(weights, batches, rate))
            for seen, (weights, batches, _) in zip(results, probes, strict=True)
        )
    ):
        return Mistake("other_rate", rate=f"{rate:.3g}")
    return client_update.shown_training(results, probes)


_OF_TRAINING = ("adds_gradient", "backwards", "first_batch", "last_batch", "repeated")
_OF_BATCHES = ("some_batches", "without_last", "without_first")
_KNOWN = {
    "right": [reference.update],
    "returns_weights": client_update.WRONG_TRAININGS["returns_weights"],
    "captured_weights": [
        lambda weights, batches, rate: reference.trained_from_zero(batches, rate),
        lambda weights, batches, rate: reference.plus(
            reference.trained_from_zero(batches, rate), weights, -1
        ),
    ],
    **{name: client_update.WRONG_TRAININGS[name] for name in _OF_TRAINING},
}


@functools.cache  # Many a traced function of the same name makes TensorFlow warn.
def client_update_fn_reference() -> Any:
    """The computation as the lesson has it; a round is made of it."""
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation(*computations.model_types())
    def client_update_fn(server_weights: Any, dataset: Any) -> Any:
        return tf.function(client_update.client_update_reference())(
            server_weights, dataset, reference.LEARNING_RATE
        )

    return client_update_fn


EXERCISE = Exercise(
    id="client_update_fn",
    expects="a `tff.tensorflow.computation` of type "
    f"`(<{computations.WEIGHTS_TYPE},{computations.DATASET_TYPE}> -> "
    f"{computations.WEIGHTS_TYPE})` that gives the client's update "
    "with the lesson's learning rate",
    judge=_judge,
    reference=client_update_fn_reference,
    hints=(
        "The first try has the right decorator and the right arguments. One thing in its body "
        "has to change.",
        "In its body, put `tf.function(client_update)` in the place of `client_update`.",
    ),
    mistakes={
        **computations.OF_COMPUTATIONS,
        **computations.OF_TENSORFLOW,
        **shown.OF_CASES,
        **{name: client_update.EXERCISE.mistakes[name] for name in (*_OF_TRAINING, *_OF_BATCHES)},
        "swapped": "The dataset comes first. Wanted are the server's weights, then the dataset.",
        "wrong_result": "The result is of type `{seen}`. Wanted is an update, which has the "
        "type of the weights, `{wanted}`.",
        "returns_weights": "These are the client's weights. Wanted is its update, which is "
        "what `client_update` gives.",
        "captured_weights": "The training begins at zero weights, whatever the argument. Does "
        "it use weights from outside, which were recorded as a constant?",
        "other_rate": "This trains with the learning rate {rate}. Wanted is `LEARNING_RATE`, "
        "which is 0.02.",
    },
    right="The same training is now a recorded program that can be sent to a client.",
)
