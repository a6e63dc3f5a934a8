"""A client's part of a federated GAN: its discriminator's training."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises import limits
from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import edits, formulas, memory, reference, shown
from fl_course.localization import say

RATE, PENALTY = 0.1, 1.0  # the lesson's
NOISE_SIZE = 16  # of the lesson's networks; the hidden layers here are smaller
_SECONDS_TO_RECORD = 10.0

Arrays = list[np.ndarray]
# Generator, discriminator, batches, number of the round.
Probe = tuple[Arrays, Arrays, list[reference.Batch], int]

# Seed of the networks, seed of the data, examples, number of the round; the last has more batches
# than any device of the lesson.
_TRAININGS = ((1, 1, 7, 5), (2, 2, 22, 8))
_OTHER = (3, 3, 5, 1)


def _probe(networks: int, data: int, examples: int, round_num: int) -> Probe:
    from fl_course import algorithms

    gan = algorithms.dense_gan(8, NOISE_SIZE, seed=networks)
    rng = np.random.default_rng(networks)
    generator, discriminator = (
        [np.float32(part + 0.05 * rng.standard_normal(part.shape)) for part in parts]
        for parts in (gan.generator, gan.discriminator)
    )
    return generator, discriminator, reference.some_batches(data, examples), round_num


def trained_update(
    probe: Probe,
    *,
    rate: float = RATE,
    penalty: float = PENALTY,
    round_num: Callable[[int, int], int] = lambda own_round, batch: own_round,
    made: Callable[[np.ndarray], np.ndarray] = lambda labels: labels,
) -> Arrays:
    """What the client of a probe should hand in, by the package.

    Args:
        probe: The arguments.
        rate: Of the steps.
        penalty: Its factor.
        round_num: From which round a batch's noise is, of the probe's round and the batch's number.
        made: The labels of the images that are made for a batch of these labels.
    """
    import tensorflow as tf

    generator, discriminator, batches, own_round = probe
    settings = tf.constant(rate), tf.constant(penalty)
    weights = reference.tensors(discriminator)
    for batch, (images, labels) in enumerate(batches):
        weights = _step()(
            reference.tensors(generator),
            weights,
            tf.constant(images),
            tf.constant(labels),
            tf.constant(made(labels)),
            tf.constant(round_num(own_round, batch)),
            *settings,
        )
    return [np.asarray(w) - part for w, part in zip(weights, discriminator, strict=True)]


@functools.cache
def _step() -> Callable[..., Any]:
    """A step of the training, recorded once for all sizes of batches."""
    import tensorflow as tf

    from fl_course import algorithms
    from fl_course.algorithms import federated_gan

    gan = algorithms.dense_gan(1, NOISE_SIZE)  # the functions; the weights are the probe's

    @tf.function(reduce_retracing=True)
    def step(
        generator: Any,
        discriminator: Any,
        images: Any,
        labels: Any,
        made_labels: Any,
        number: Any,
        rate: Any,
        penalty: Any,
    ) -> Any:
        def generate(weights: Any, noise: Any, _: Any) -> Any:
            return gan.generate(weights, noise, made_labels)

        return federated_gan.discriminator_step(
            gan._replace(generate=generate),
            generator,
            discriminator,
            images,
            labels,
            number,
            learning_rate=rate,
            gradient_penalty=penalty,
        )

    return step


def _with(probe: Probe, *, discriminator: Arrays | None = None, batches: Any = None) -> Probe:
    return (
        probe[0],
        probe[1] if discriminator is None else [np.float32(part) for part in discriminator],
        probe[2] if batches is None else batches,
        probe[3],
    )


def _steps_from_server(*probe: Any) -> list[Arrays]:
    return [trained_update(_with(probe, batches=[batch])) for batch in probe[2]]


def _last_step(*probe: Any) -> Arrays:
    before = probe[1]
    if len(probe[2]) > 1:
        before = reference.plus(probe[1], trained_update(_with(probe, batches=probe[2][:-1])))
    return trained_update(_with(probe, discriminator=before, batches=probe[2][-1:]))


_KNOWN: dict[str, list[Callable[..., Arrays]]] = {
    "adds_gradient": [lambda *probe: trained_update(probe, rate=-RATE)],
    "backwards": [lambda *probe: edits.scaled(-1.0, trained_update(probe))],
    "returns_weights": [lambda *probe: reference.plus(probe[1], trained_update(probe))],
    "last_batch": [lambda *probe: trained_update(_with(probe, batches=probe[2][-1:]))],
    "only_last_step": [_last_step],
    "first_batch": [lambda *probe: trained_update(_with(probe, batches=probe[2][:1]))],
    "same_gradient_point": [
        lambda *probe: [sum(parts) for parts in zip(*_steps_from_server(*probe), strict=True)]
    ],
    "averaged": [lambda *probe: reference.mean(_steps_from_server(*probe))],
    "other_round": [
        lambda *probe, number=number: trained_update(probe, round_num=lambda *_: number)
        for number in (0, 1, 2, 3)
    ],
    "counted_up": [
        lambda *probe, number=number: trained_update(probe, round_num=number)
        for number in (
            lambda own_round, batch: own_round + batch,
            lambda own_round, batch: own_round + batch + 1,
            lambda own_round, batch: batch,
            lambda own_round, batch: batch + 1,
        )
    ],
    "other_labels": [
        lambda *probe, made=made: trained_update(probe, made=made)
        for made in (
            lambda labels: np.arange(len(labels), dtype=labels.dtype) % 10,
            np.zeros_like,
        )
    ],
    "no_penalty": [lambda *probe: trained_update(probe, penalty=0.0)],
    "other_rate": [
        lambda *probe, rate=rate: trained_update(probe, rate=rate) for rate in (0.2, 1.0, 0.02)
    ],
    "repeated": [lambda *probe: _twice(probe)],
}


def _twice(probe: Probe) -> Arrays:
    once = trained_update(probe)
    again = trained_update(_with(probe, discriminator=reference.plus(probe[1], once)))
    return reference.plus(once, again)


def _call(probe: Probe) -> memory.Case:
    import tensorflow as tf

    generator, discriminator, batches, round_num = probe
    return lambda function: run(
        function,
        reference.tensors(generator),
        reference.tensors(discriminator),
        reference.dataset(batches),
        tf.constant(round_num),
    )


def _judge(answer: Any) -> Found:
    probes = [_probe(*training) for training in _TRAININGS]
    if problem := memory.problem(answer, _call(probes[0]), _call(_probe(*_OTHER))):
        return problem
    found = []
    for probe in probes:
        try:
            found.append(edits.arrays(_call(probe)(answer), probe[1]))
        except edits.Odd as odd:
            return odd.mistake
    wanted = [trained_update(probe) for probe in probes]
    right = [*map(reference.same, found, wanted)]
    if all(right):
        return _recording_problem(answer, probes[0])
    if all(np.all(part == 0) for update in found for part in update):
        return "unchanged"
    # The first probe is the cheapest, and settles most.
    if name := formulas.explained(found, probes, _KNOWN, reference.same):
        return name
    wrong = right.index(False)
    return _shown(found[wrong], wanted[wrong], probes[wrong])


def _shown(seen: Arrays, wanted: Arrays, probe: Probe) -> Mistake:
    part, place = edits.furthest(seen, wanted)
    case = say(
        "{client} in round {round_num}, at `result[{part}][{place}]`,",
        client=reference.told(probe[2]),
        round_num=probe[3],
        part=part,
        place=", ".join(str(int(number)) for number in place),
    )
    return shown.wrong_value(case, float(seen[part][place]), float(wanted[part][place]))


def _recording_problem(answer: Any, probe: Probe) -> Found:
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import models

    generator, discriminator, batches, round_num = probe
    types = [
        tff.to_type(tuple(tff.TensorType(np.float32, part.shape) for part in parts))
        for parts in (generator, discriminator)
    ]
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))

    def training(*arguments: Any) -> Any:
        # As the lesson goes on to use it; a new tf.function in each check would be traced anew.
        return tf.function(lambda: answer(*arguments)).get_concrete_function()()

    def recorded(generator: Any, discriminator: Any, dataset: Any, round_num: Any) -> Any:
        return training(generator, discriminator, dataset, round_num)

    try:
        # While it is recorded, `list(dataset)` has no end.
        with limits.at_most(_SECONDS_TO_RECORD):
            computation = tff.tensorflow.computation(recorded, *types, dataset_type, np.int32)
            result = computation(
                reference.tensors(generator),
                reference.tensors(discriminator),
                reference.dataset(batches),
                round_num,
            )
    except limits.TimeIsUp:
        return "only_eager"
    except Exception:
        return "only_eager"
    seen = [np.asarray(part, float) for part in result]
    return None if reference.same(seen, trained_update(probe)) else "only_eager"


def client_discriminator_reference() -> Any:
    """The function as the lesson has it; a round is made of it."""
    from fl_course import algorithms

    gan = algorithms.dense_gan(1, NOISE_SIZE)

    def client_discriminator(
        generator: Any, discriminator: Any, dataset: Any, round_num: Any
    ) -> Any:
        return algorithms.client_discriminator(
            gan,
            dataset,
            generator,
            discriminator,
            round_num,
            learning_rate=RATE,
            gradient_penalty=PENALTY,
        )

    return client_discriminator


EXERCISE = Exercise(
    id="client_discriminator",
    expects="a function of the generator, the discriminator, a dataset and the round's number, "
    "that gives the trained discriminator minus the server's, a tuple of tensors",
    judge=_judge,
    reference=client_discriminator_reference,
    hints=(
        "Give the weights that change a name of their own, which begins as `discriminator`: at the "
        "end you need both.",
        "Three lines in the loop: images from `make_images` for the batch's labels, gradients at "
        "the present weights, new weights as a tuple.",
        "After the loop, go through the trained weights and the server's in pairs, and subtract.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | {name: edits.FORM[name] for name in ("not_a_tuple", "wrong_number", "wrong_shape")}
    | {
        "only_eager": "Called as it is, your function is right. But TFF can't record it, as the "
        "next section needs. Usual causes: `.numpy()` or NumPy functions, `list(dataset)`, a "
        "`tf.Variable`, or weights in a list: a recorded loop over a dataset can carry on tuples "
        "of tensors, and no lists.",
        "unchanged": "The update is zero: nothing was learned. Do the weights get a new value "
        "inside the loop, and is it the old ones that are subtracted?",
        "adds_gradient": "Every step goes along the gradient, so the loss grows. Gradient descent "
        "goes against it.",
        "backwards": "The update has the wrong sign: it leads from the trained discriminator to "
        "the server's. Which of the two is to be subtracted?",
        "returns_weights": "This is the trained discriminator itself. Wanted is what changed: the "
        "trained one minus the server's.",
        "last_batch": "Only the last batch has left a trace in the result. Does every step begin "
        "where the step before has ended, or at the server's discriminator?",
        "only_last_step": "This is what the last step alone has changed. Wanted is the whole way: "
        "subtract the weights at which the training began.",
        "first_batch": "Only the first batch was used. Does the function return inside the loop?",
        "same_gradient_point": "All gradients are taken at the server's discriminator. From the "
        "second batch on, they belong to the weights that the step before has given.",
        "averaged": "This is the mean of steps that all begin at the server's discriminator. "
        "Wanted are steps one after the other.",
        "other_round": "The noise of the made images is that of another round, the same one "
        "whatever `round_num` says. Which number does `make_images` get?",
        "counted_up": "The noise of the made images is another one in each batch, as if rounds "
        "were counted up with the batches. All batches of a round have the same noise. Which "
        "number does `make_images` get?",
        "other_labels": "The made images are not of the labels of the batch. To each image of the "
        "client belongs a made one of the same label: which labels does `make_images` get?",
        "no_penalty": "The loss has no gradient penalty. `discriminator_gradients` has it.",
        "other_rate": "The steps have another length than wanted: their rate is `CLIENT_RATE`.",
        "repeated": "The dataset was gone through twice. Once is wanted.",
    },
    right="The generator came down, served, and stays as it is. What goes up is the "
    "discriminator's update.",
    trains=True,
)
