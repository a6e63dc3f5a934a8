"""Softmax regression as the lessons train it, in NumPy, and small clients to try answers on."""

import collections
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Found, Mistake
from fl_course.exercises.judging import shown
from fl_course.localization import joined, say

Weights = list[np.ndarray]  # kernel and bias
Batch = tuple[np.ndarray, np.ndarray]  # inputs and labels

PIXELS = 784
LABELS = 10
SHAPES = ([PIXELS, LABELS], [LABELS])  # of kernel and bias
LEARNING_RATE = 0.02  # the lessons'


def softmax(sums: np.ndarray) -> np.ndarray:
    """Probabilities of the labels, computed without overflow."""
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(sums: np.ndarray, labels: np.ndarray) -> float:
    """Mean of minus the logarithm of softmax, computed without overflow."""
    sums = sums - sums.max(axis=1, keepdims=True)
    of_label = np.take_along_axis(sums, labels.reshape(-1, 1), axis=1)[:, 0]
    return float(np.mean(np.log(np.exp(sums).sum(axis=1)) - of_label))


def gradients(weights: Weights, batch: Batch) -> Weights:
    """Of the mean cross-entropy: inputs' (probabilities - one_hot) / n."""
    (kernel, bias), (inputs, labels) = weights, batch
    errors = softmax(inputs @ kernel + bias)
    errors[np.arange(len(labels)), labels] -= 1
    return [inputs.T @ errors / len(labels), errors.mean(axis=0)]


def plus(weights: Weights, others: Weights, factor: float = 1.0) -> Weights:
    """The sum, with a factor before what is added."""
    return [w + factor * other for w, other in zip(weights, others, strict=True)]


def zeros() -> Weights:
    """Weights to begin with."""
    return [np.zeros(shape) for shape in SHAPES]


def mean(updates: Sequence[Weights], counts: Sequence[float] | None = None) -> Weights:
    """The mean of updates, weighted by counts if there are any."""
    return [np.average(parts, axis=0, weights=counts) for parts in zip(*updates, strict=True)]


def update(weights: Weights, batches: Sequence[Batch], rate: float) -> Weights:
    """What a client sends: a step for each batch, minus where it began."""
    trained = weights
    for batch in batches:
        trained = plus(trained, gradients(trained, batch), -rate)
    return plus(trained, weights, -1)


def trained_from_zero(batches: Sequence[Batch], rate: float) -> Weights:
    """The weights of a client that does not begin where the server is."""
    return update(zeros(), batches, rate)


def same(found: Weights, wanted: Weights) -> bool:
    """Whether weights are equal but for float32's rounding."""
    return all(
        np.abs(a - b).max() <= 1e-3 * np.abs(b).max() + 1e-7
        for a, b in zip(found, wanted, strict=True)
    )


def factor(found: Weights, wanted: Weights) -> float | None:
    """How many times the wanted values the found ones are, if that is one number."""
    times = float(np.vdot(wanted[0], found[0]) / np.vdot(wanted[0], wanted[0]))
    return times if same(found, plus(zeros(), wanted, times)) else None


def wrong_value(case: str, found: Weights, wanted: Weights) -> Mistake:
    """Shows one number that is wrong: of the bias if it can be, the one that is furthest off.

    Args:
        case: What went in, in the learner's language.
        found: What came out.
        wanted: What should have come out.
    """
    part, place = furthest(found, wanted)
    name = f"{('kernel', 'bias')[part]}[{', '.join(str(int(number)) for number in place)}]"
    return shown.wrong_value(
        say("{case}, at `{place}`,", case=case, place=name),
        float(found[part][place]),
        float(wanted[part][place]),
    )


def furthest(found: Weights, wanted: Weights) -> tuple[int, tuple[Any, ...]]:
    """Which part, 1 (the bias) if it is wrong, and in it the place of what is furthest off."""
    part = 0 if np.allclose(found[1], wanted[1], rtol=1e-3, atol=1e-7) else 1
    return part, np.unravel_index(np.abs(found[part] - wanted[part]).argmax(), wanted[part].shape)


def told(batches: Sequence[Batch]) -> str:
    """Says which client it is."""
    sizes = [str(len(labels)) for _, labels in batches]
    if len(sizes) > 3:
        return say("a client with {count} batches of 3 images or fewer", count=len(sizes))
    return say("a client with batches of {sizes} images", sizes=joined(sizes))


def which(
    found: Sequence[Weights],
    probes: Sequence[tuple[Any, ...]],
    known: Mapping[str, Sequence[Callable[..., Weights]]],
) -> Found:
    """The name under which a formula gives what was found, in every probe."""

    def agrees(formula: Callable[..., Weights]) -> bool:
        return all(
            same(result, formula(*probe)) for result, probe in zip(found, probes, strict=True)
        )

    return next((name for name, formulas in known.items() if any(map(agrees, formulas))), OTHER)


def some_weights(seed: int) -> Weights:
    """Small weights at random."""
    rng = np.random.default_rng(seed)
    return [np.float32(rng.normal(scale=0.02, size=shape)) for shape in SHAPES]


def some_batches(seed: int, examples: int = 7) -> list[Batch]:
    """A client: batches of three; the last one may be smaller."""
    rng = np.random.default_rng(seed)
    inputs = np.float32(rng.uniform(size=[examples, PIXELS]))
    labels = np.int32(rng.integers(0, LABELS, size=examples))
    starts = range(0, examples, 3)
    return [(inputs[start : start + 3], labels[start : start + 3]) for start in starts]


def two_clients() -> list[list[Batch]]:
    """Two clients that a wrong process treats otherwise: more steps, and more examples, for one."""
    rng = np.random.default_rng(3)
    clients = []
    for sizes in ((3, 3), (2,)):
        batches = []
        for size in sizes:
            inputs = np.zeros((size, PIXELS), np.float32)
            # Few pixels keep the steps small enough for float32, even with a rate of 1.
            inputs[:, ::64] = rng.random((size, 13), dtype=np.float32)
            batches.append((inputs, rng.integers(0, LABELS, size).astype(np.int32)))
        clients.append(batches)
    return clients


def dataset(batches: Sequence[Batch]) -> Any:
    """A client's batches as the dataset that an answer gets."""
    import tensorflow as tf

    inputs, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    examples = collections.OrderedDict(x=inputs, y=labels)
    return tf.data.Dataset.from_tensor_slices(examples).batch(len(batches[0][1]))


def tensors(weights: Weights) -> Any:
    """Weights as the tuple of tensors that an answer gets."""
    import tensorflow as tf

    return tuple(tf.constant(part, tf.float32) for part in weights)
