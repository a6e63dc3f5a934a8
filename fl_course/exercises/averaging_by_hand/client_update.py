"""A client's training in one round."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises import limits
from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import computations, forms, memory, reference, shown
from fl_course.localization import joined, say

# Seed of the weights, seed of the data, number of examples, learning rate.
_TRAININGS = ((1, 1, 7, 0.003), (1, 2, 7, 0.003), (2, 1, 8, 0.008))
_LONG_TRAINING = (2, 3, 79, 0.006)  # of more batches than anyone has in the lesson
_SECONDS_TO_RECORD = 6.0


def _judge(answer: Any) -> Found:
    import tensorflow as tf

    variables = []

    def note(make: Callable[..., Any], **settings: Any) -> Any:
        variables.append(make(**settings))
        return variables[-1]

    with tf.variable_creator_scope(note):
        if remembered := memory.problem(answer, _case(3, 4), _case(4, 5)):
            return remembered
    probes = [_probe(*training) for training in _TRAININGS]
    found = []
    for weights, batches, rate in probes:
        try:
            with tf.variable_creator_scope(note):
                result = run(answer, reference.tensors(weights), reference.dataset(batches), rate)
        except Raised as raised:
            if any(words in str(raised.error) for words in _WITHOUT_GRADIENT):
                return "not_watched"
            raise
        if (update := forms.weights(result)) is None:
            return Mistake("wrong_form", seen=forms.told(result))
        found.append(update)
    if all(
        reference.same(update, reference.update(*probe))
        for update, probe in zip(found, probes, strict=True)
    ):
        try:
            # While it is recorded, `list(dataset)` has no end.
            with limits.at_most(_SECONDS_TO_RECORD):
                recorded = forms.weights(_recorded(answer, *_probe(*_LONG_TRAINING)))
        except limits.TimeIsUp:
            return "only_eager"
        except Exception as error:
            captured = "capture an EagerTensor" in str(error)
            return "variables" if variables or captured else "only_eager"
        return _long_problem(answer, recorded)
    if all(np.all(part == 0) for update in found for part in update):
        return "unchanged"
    if reference.same(found[0], found[1]):
        return "other_data"
    known = reference.which(found, probes, WRONG_TRAININGS)
    return shown_training(found, probes) if known is OTHER else known


def _probe(
    weights: int, data: int, examples: int, rate: float
) -> tuple[reference.Weights, list[reference.Batch], float]:
    return reference.some_weights(weights), reference.some_batches(data, examples), rate


def _case(weights: int, data: int) -> memory.Case:
    # Another rate would make a `tf.function` be traced once more, and TensorFlow warn of that.
    parts, batches, rate = _probe(weights, data, 7, 0.003)
    return lambda function: run(
        function, reference.tensors(parts), reference.dataset(batches), rate
    )


def _long_problem(answer: Any, recorded: reference.Weights | None) -> Found:
    """What is wrong in a long training; it is recorded, as that is faster."""
    weights, batches, rate = long = _probe(*_LONG_TRAINING)
    if recorded is not None and reference.same(recorded, reference.update(*long)):
        return None
    result = run(answer, reference.tensors(weights), reference.dataset(batches), rate)
    found = forms.weights(result)
    if found is None or reference.same(found, reference.update(*long)):
        return "only_eager"
    return shown_training([found], [long])


def shown_training(found: Sequence[reference.Weights], probes: Sequence[tuple[Any, ...]]) -> Found:
    """Which batches a wrong update is of, if it is of whole ones, else one of its numbers.

    Args:
        found: The updates.
        probes: For each its weights, batches and learning rate.
    """
    for seen, (weights, batches, rate) in zip(found, probes, strict=True):
        wanted = reference.update(weights, batches, rate)
        if reference.same(seen, wanted):
            continue
        if some := _some_batches(seen, weights, batches, rate):
            return some
        case = say("{client} and the rate {rate}", client=reference.told(batches), rate=rate)
        return reference.wrong_value(case, seen, wanted)
    return OTHER


def _some_batches(
    seen: reference.Weights,
    weights: reference.Weights,
    batches: Sequence[reference.Batch],
    rate: float,
) -> Found:
    """Whether it is the update of some of the batches only, or of the batches in another order."""
    count = len(batches)
    for name, rest in (("without_last", batches[:-1]), ("without_first", batches[1:])):
        if reference.same(seen, reference.update(weights, rest, rate)):
            return Mistake(name, count=count)
    for size in range(1, min(count, 3) + 1):
        for chosen in itertools.permutations(range(min(count, 3)), size):
            if reference.same(
                seen, reference.update(weights, [batches[index] for index in chosen], rate)
            ):
                numbers = [str(index + 1) for index in chosen]
                return Mistake("some_batches", seen=joined(numbers), count=count)
    return None


# What TensorFlow, and its optimizers, say when a gradient is None and is used as a number.
_WITHOUT_GRADIENT = (
    "for *: 'float' and 'NoneType'",
    "for *: 'NoneType' and 'float'",
    "Attempt to convert a value (None)",
    "None values not supported",
    "No gradients provided",
)


def _recorded(
    answer: Any, weights: reference.Weights, batches: Sequence[reference.Batch], rate: float
) -> Any:
    """What the function gives as the lesson goes on to use it, in a computation of TFF."""
    import tensorflow as tf
    import tensorflow_federated as tff

    def training(weights: Any, dataset: Any) -> Any:
        # A call of a new tf.function in each check would make TensorFlow warn of retracing.
        return tf.function(lambda: answer(weights, dataset, rate)).get_concrete_function()()

    computation = tff.tensorflow.computation(training, *computations.model_types())
    return computation(reference.tensors(weights), reference.dataset(batches))


def _last_step(
    weights: reference.Weights, batches: Sequence[reference.Batch], rate: float
) -> reference.Weights:
    """Gradients at the present weights, but every step begins at the server's."""
    trained = weights
    for batch in batches:
        trained = reference.plus(weights, reference.gradients(trained, batch), -rate)
    return reference.plus(trained, weights, -1)


def _step_of_last_batch(
    weights: reference.Weights, batches: Sequence[reference.Batch], rate: float
) -> reference.Weights:
    """What the last step changes, from the weights before it."""
    before = reference.plus(weights, reference.update(weights, batches[:-1], rate))
    return reference.update(before, batches[-1:], rate)


def _all_gradients(
    weights: reference.Weights, batches: Sequence[reference.Batch]
) -> list[reference.Weights]:
    return [reference.gradients(weights, batch) for batch in batches]


def _kernel_only(
    weights: reference.Weights, batches: Sequence[reference.Batch], rate: float
) -> reference.Weights:
    kernel, bias = weights
    for batch in batches:
        kernel = kernel - rate * reference.gradients([kernel, bias], batch)[0]
    return [kernel - weights[0], 0 * bias]


def _repeated(times: int) -> Callable[..., reference.Weights]:
    return lambda weights, batches, rate: reference.update(weights, [*batches] * times, rate)


def _last_gradient(
    weights: reference.Weights, batches: Sequence[reference.Batch], rate: float
) -> reference.Weights:
    return reference.gradients(
        reference.plus(weights, reference.update(weights, batches[:-1], rate)), batches[-1]
    )


WRONG_TRAININGS: Mapping[str, Sequence[Callable[..., reference.Weights]]] = {
    "adds_gradient": [lambda w, batches, rate: reference.update(w, batches, -rate)],
    "backwards": [
        lambda w, batches, rate: reference.plus(
            reference.zeros(), reference.update(w, batches, rate), -1
        )
    ],
    "returns_weights": [
        lambda w, batches, rate: reference.plus(w, reference.update(w, batches, rate))
    ],
    "last_batch": [lambda w, batches, rate: reference.update(w, batches[-1:], rate), _last_step],
    "only_last_step": [_step_of_last_batch],
    "first_batch": [lambda w, batches, rate: reference.update(w, batches[:1], rate)],
    "same_batch": [lambda w, batches, rate: reference.update(w, batches[:1] * len(batches), rate)],
    "repeated": [_repeated(times) for times in (2, 3, 4, 5, 10)],
    "kernel_only": [_kernel_only],
    "divided": [
        lambda w, batches, rate: reference.plus(
            reference.zeros(), reference.update(w, batches, rate), 1 / len(batches)
        )
    ],
    "same_gradient_point": [
        lambda w, batches, rate: reference.plus(
            reference.zeros(), reference.mean(_all_gradients(w, batches)), -rate * len(batches)
        )
    ],
    "averaged": [
        lambda w, batches, rate: reference.plus(
            reference.zeros(), reference.mean(_all_gradients(w, batches)), -rate
        )
    ],
    "no_rate": [lambda w, batches, rate: reference.update(w, batches, 1.0)],
    "other_rate": [lambda w, batches, rate: reference.update(w, batches, reference.LEARNING_RATE)],
    "from_zero": [
        lambda w, batches, rate: reference.trained_from_zero(batches, rate),
        lambda w, batches, rate: reference.plus(reference.trained_from_zero(batches, rate), w, -1),
    ],
    "gradients": [
        _last_gradient,
        lambda w, batches, rate: reference.mean(_all_gradients(w, batches)),
    ],
}
"""How a client's training goes wrong: functions of weights, batches and rate."""


def _loss(weights: Any, batch: Any) -> Any:
    import tensorflow as tf

    kernel, bias = weights
    logits = batch["x"] @ kernel + bias
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["y"], logits=logits)
    return tf.reduce_mean(losses)


def client_update_reference() -> Any:
    """The function as the lesson has it; a round is made of it."""
    import tensorflow as tf

    def client_update(server_weights: Any, dataset: Any, learning_rate: float) -> Any:
        weights = server_weights
        for batch in dataset:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                loss = _loss(weights, batch)
            gradients = tape.gradient(loss, weights)
            weights = tuple(w - learning_rate * g for w, g in zip(weights, gradients, strict=True))
        return tuple(w - w_server for w, w_server in zip(weights, server_weights, strict=True))

    return client_update


EXERCISE = Exercise(
    id="client_update",
    expects="a function of the server's weights, a dataset and a learning rate that gives the "
    f"trained weights minus the server's, a tuple of two tensors of the shapes "
    f"{forms.SHAPES_IN_WORDS}",
    judge=_judge,
    reference=client_update_reference,
    hints=(
        "Let `weights` begin as `server_weights`. The body of the loop is the cell with the "
        "tape, for one `batch` after the other, and it gives `weights` a new value each time.",
        "The last line of the loop makes new weights: go through `weights` and `gradients` in "
        "pairs, as the cell does that makes `stepped`. After the loop, go through `weights` "
        "and `server_weights` in pairs.",
        "If an error says that something is `None`, the tape did not follow the weights: in "
        "every turn of the loop, `tape.watch` must get the weights that the loss is computed "
        "from.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "some_batches": "The result is that of the batches {seen} of {count}, one step for each, "
        "in this order. Wanted is a step for each batch of the dataset, in its order. Is it cut "
        "short, shuffled, or left too early?",
        "without_last": "The last of {count} batches is missing. It may be smaller than the "
        "others; it takes a step like them.",
        "without_first": "The first of {count} batches is missing. Was it taken out before the "
        "loop began?",
        "wrong_form": "Wanted is a tuple of two tensors, shaped like the weights: "
        f"{forms.SHAPES_IN_WORDS}. Yours is {{seen}}.",
        "not_watched": "A gradient is `None`: the tape knows of no way from the weights to the "
        "loss. In every turn of the loop, `tape.watch` must get the very tensors from which "
        "the loss is computed, and the loss must be computed inside the `with` block.",
        "only_eager": "Called as it is, your function is right. But TFF can't record it, as "
        "the next section needs. Usual causes: `.numpy()` or NumPy functions, `list(dataset)`, or "
        "weights in a list: a recorded loop over a dataset can carry on tuples of tensors, and no "
        "lists.",
        "variables": "Called as it is, your function is right. But TFF can't record it, as the "
        "next section needs: it uses a `tf.Variable`, or something made outside. Carry the "
        "weights on as tensors: where you now assign, give a name a new value.",
        "unchanged": "The update is zero: nothing was learned. Do the weights get a new value "
        "inside the loop, and does the loop run? Or were `server_weights` overwritten, so that "
        "nothing is left to subtract?",
        "other_data": "Two different datasets gave the same update. Does the loop compute the "
        "loss of its own `batch`, or of one from outside?",
        "adds_gradient": "Every step goes along the gradient, so the loss grows. Gradient "
        "descent goes against it.",
        "backwards": "The update has the wrong sign: it leads from the trained weights to the "
        "server's. Which of the two is to be subtracted?",
        "returns_weights": "These are the trained weights themselves. Wanted is what changed: "
        "the trained weights minus the server's.",
        "last_batch": "Only the last batch has left a trace in the result. Does every step "
        "begin at the weights that the step before has given, or at the server's?",
        "only_last_step": "This is what the last step alone has changed, from the weights before "
        "it. Wanted is the whole way: subtract the weights at which the training began.",
        "first_batch": "Only the first batch was used. Does the function return inside the loop?",
        "same_batch": "There are as many steps as batches, but all of them use the first "
        "batch. Which batch does the loss get?",
        "repeated": "The dataset was gone through more than once. The local epochs are in it "
        "already.",
        "kernel_only": "The kernel has learned, and the bias is as it was. Both take a step "
        "for each batch.",
        "divided": "The update was divided by the number of steps. Wanted is the whole way "
        "from the server's weights to the trained ones.",
        "same_gradient_point": "All gradients were taken at the server's weights. Each has to "
        "be taken at the weights that the client has by then: the tape must watch those, and "
        "the loss be computed from them.",
        "averaged": "This is one step along the mean of all gradients. Wanted is a step for "
        "each batch, from where the last step ended.",
        "no_rate": "The steps have the full length of the gradients. The learning rate is missing.",
        "other_rate": "The check gave another learning rate than 0.02, and the steps were "
        "still 0.02 times the gradient. Use the argument `learning_rate`.",
        "from_zero": "The training begins at zero weights and not at `server_weights`. Then "
        "every round would be the first one.",
        "gradients": "These are gradients. Wanted is how far the weights have moved, after "
        "steps of the learning rate times a gradient each.",
    },
    right="Several steps at the client, and one difference to send.",
)
