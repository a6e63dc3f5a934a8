"""A client's training in NumPy: a step for each batch, and the trained weights."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, given, memory, reference, shown
from fl_course.localization import joined, say

Probe = tuple[reference.Weights, np.ndarray, np.ndarray, float, int]
_NAMES = ("kernel", "bias", "x", "y")
# Seed of the weights, examples, rate and batch size: with a smaller last batch, without one, with
# one batch only that is not full, with one example, and with more than the lesson's batch size.
_PROBES = (
    *((1, 7, 0.5, 3), (2, 6, 0.3, 2), (3, 4, 0.7, 9), (4, 1, 0.2, 1), (5, 5, 0.4, 4)),
    (6, 23, 0.6, 10),
)


def _probe(seed: int, examples: int, rate: float, batch_size: int) -> Probe:
    rng = np.random.default_rng(seed)
    # Few pixels, so that a step of such a rate is no leap.
    x = np.zeros((examples, reference.PIXELS), np.float32)
    x[:, ::64] = rng.random((examples, 13), dtype=np.float32)
    labels = rng.permutation(np.arange(max(examples, 10)) % 10)[:examples].astype(np.int32)
    return reference.some_weights(seed), x, labels, rate, batch_size


def _batches(x: np.ndarray, y: np.ndarray, size: int) -> list[reference.Batch]:
    return [(x[at : at + size], y[at : at + size]) for at in range(0, len(y), size)]


def _right(
    weights: reference.Weights, x: np.ndarray, y: np.ndarray, rate: float, size: int
) -> reference.Weights:
    return _by(reference.gradients, weights, x, y, rate, size)


def _by(
    gradients: Callable[..., reference.Weights],
    weights: reference.Weights,
    x: np.ndarray,
    y: np.ndarray,
    rate: float,
    size: int,
    *,
    chosen: slice = slice(None),
    whole: bool = True,
    at_start: bool = False,
) -> reference.Weights:
    """Trained by other gradients, with some of the batches, or all of them at the first weights."""
    trained = [part.astype(float) for part in weights]
    for batch in _batches(x, y, size)[chosen]:
        if whole or len(batch[1]) == size:
            place = weights if at_start else trained
            trained = reference.plus(trained, gradients(place, batch), -rate)
    return trained


def _summed(weights: reference.Weights, batch: reference.Batch) -> reference.Weights:
    return [len(batch[1]) * part for part in reference.gradients(weights, batch)]


def _other_gradients(
    weights: reference.Weights, batch: reference.Batch, errors_of: Callable[..., np.ndarray]
) -> reference.Weights:
    (kernel, bias), (x, y) = weights, batch
    one_hot = np.eye(reference.LABELS)[y]
    errors = errors_of(x @ kernel + bias, one_hot)
    return [x.T @ errors / len(y), errors.mean(axis=0)]


def _with(errors_of: Callable[..., np.ndarray]) -> Callable[..., reference.Weights]:
    return functools.partial(_by, functools.partial(_other_gradients, errors_of=errors_of))


def _one_after_the_other(
    weights: reference.Weights, x: np.ndarray, y: np.ndarray, rate: float, size: int
) -> reference.Weights:
    """The bias moves by errors that the new kernel has given."""
    kernel, bias = (part.astype(float) for part in weights)
    for batch in _batches(x, y, size):
        kernel = kernel - rate * reference.gradients([kernel, bias], batch)[0]
        bias = bias - rate * reference.gradients([kernel, bias], batch)[1]
    return [kernel, bias]


def _by_the_full_size(*probe: Any) -> reference.Weights:
    size = probe[-1]
    return _by(
        lambda weights, batch: [part / size for part in _summed(weights, batch)],
        *probe,
    )


_KNOWN: dict[str, list[Callable[..., reference.Weights]]] = {
    "update": [lambda weights, *rest: reference.plus(_right(weights, *rest), weights, -1)],
    "update_of_server": [
        lambda weights, *rest: reference.plus(weights, _right(weights, *rest), -1)
    ],
    "one_batch": [lambda weights, x, y, rate, size: _right(weights, x, y, rate, max(size, len(y)))],
    "one_by_one": [lambda weights, x, y, rate, size: _right(weights, x, y, rate, 1)],
    "short_left_out": [
        functools.partial(_by, reference.gradients, whole=False),
        lambda weights, x, y, rate, size: _by(
            reference.gradients, weights, x, y, rate, min(size, len(y)), whole=False
        ),
    ],
    "one_after_the_other": [_one_after_the_other],
    "first_batch": [functools.partial(_by, reference.gradients, chosen=slice(1))],
    "last_batch": [functools.partial(_by, reference.gradients, chosen=slice(-1, None))],
    "by_full_size": [_by_the_full_size],
    "not_divided": [functools.partial(_by, _summed)],
    "uphill": [
        lambda weights, x, y, rate, size: _right(weights, x, y, -rate, size),
        _with(lambda scores, one_hot: one_hot - reference.softmax(scores)),
    ],
    "same_point": [functools.partial(_by, reference.gradients, at_start=True)],
    "kernel_only": [
        functools.partial(
            _by, lambda w, batch: [reference.gradients(w, batch)[0], np.zeros_like(w[1])]
        )
    ],
    "bias_only": [
        functools.partial(
            _by, lambda w, batch: [np.zeros_like(w[0]), reference.gradients(w, batch)[1]]
        )
    ],
    "without_labels": [_with(lambda scores, one_hot: reference.softmax(scores))],
    "without_softmax": [_with(lambda scores, one_hot: scores - one_hot)],
    "softmax_over_images": [_with(lambda scores, one_hot: reference.softmax(scores.T).T - one_hot)],
    "no_rate": [lambda weights, x, y, rate, size: _right(weights, x, y, 1.0, size)],
    "rate_of_lesson": [
        lambda weights, x, y, rate, size: _right(weights, x, y, reference.LEARNING_RATE, size)
    ],
    "size_of_lesson": [lambda weights, x, y, rate, size: _right(weights, x, y, rate, 20)],
    "from_zero": [lambda weights, *rest: _right([np.zeros_like(part) for part in weights], *rest)],
}


def _call(answer: Any, probe: Probe) -> tuple[Any, list[str]]:
    """What a function gives, and the names of what it has changed."""
    (kernel, bias), x, y, rate, size = probe
    handed_in = [part.copy() for part in (kernel, bias, x, y)]
    result = run(answer, *handed_in, rate, size)
    pairs = zip(_NAMES, handed_in, (kernel, bias, x, y), strict=True)
    return result, [name for name, now, before in pairs if not np.array_equal(now, before)]


def _case(*numbers: Any) -> memory.Case:
    probe = _probe(*numbers)
    return lambda function: _call(function, probe)[0]


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, _case(1, 7, 0.5, 3), _case(6, 7, 0.5, 3)):
        return found
    probes = [_probe(*numbers) for numbers in _PROBES]
    found = []  # pairs: the answer's weights, and those that it began with
    changed = []
    for probe in probes:
        result, names = _call(answer, probe)
        weights = forms.weights(result)
        if weights is None:
            return Mistake("wrong_form", seen=forms.told(result))
        found.append((weights, probe[0]))
        changed += names
    if formulas.explained(found, probes, {"right": [_right]}, _same):
        names = [f"`{name}`" for name in _NAMES if name in changed]
        return Mistake("changed_given", name=joined(names)) if names else None
    if name := formulas.explained(found, probes, _KNOWN, _same):
        return name
    (seen, _), probe = next(
        (way, probe)
        for way, probe in zip(found, probes, strict=True)
        if not _same(way, _right(*probe))
    )
    _, _, y, rate, size = probe
    case = say(
        "{count} examples, a batch size of {size} and a rate of {rate}",
        count=len(y),
        size=size,
        rate=rate,
    )
    return reference.wrong_value(case, seen, _right(*probe))


def _same(way: tuple[reference.Weights, reference.Weights], wanted: reference.Weights) -> bool:
    """Whether the ways from the beginning are the same, but for float32's rounding."""
    seen, start = way
    return all(
        np.isfinite(a).all() and np.abs(a - b).max() <= 1e-3 * np.abs(b - begin).max() + 2e-7
        for a, b, begin in zip(seen, wanted, start, strict=True)
    )


def _reference() -> Any:
    def train_client(
        kernel: Any, bias: Any, x: Any, y: Any, rate: float, batch_size: int
    ) -> tuple[Any, Any]:
        for start in range(0, len(y), batch_size):
            inputs, labels = x[start : start + batch_size], y[start : start + batch_size]
            scores = inputs @ kernel + bias
            errors = np.exp(scores - scores.max(axis=1, keepdims=True))
            errors /= errors.sum(axis=1, keepdims=True)
            errors[np.arange(len(labels)), labels] -= 1
            errors /= len(labels)
            kernel = kernel - np.float32(rate) * (inputs.T @ errors)
            bias = bias - np.float32(rate) * errors.sum(axis=0)
        return kernel, bias

    return train_client


EXERCISE = Exercise(
    id="train_client",
    expects="a function of `kernel`, `bias`, `x`, `y`, `rate` and `batch_size` that gives the "
    f"trained kernel and bias, of the shapes {forms.SHAPES_IN_WORDS}",
    judge=_judge,
    reference=_reference,
    hints=(
        "Write it for one batch first: scores, then `E`, then the two lines with arrows. `X^T` is "
        "`inputs.T`, and the matrix product is `@`.",
        "`softmax` of a row: `np.exp(scores)`, divided by its sum over the row "
        "(`axis=1, keepdims=True`). Taking one-hot off means: take 1 off at the place of the "
        "label, as in `errors[np.arange(len(labels)), labels] -= 1`.",
        "A loop over `range(0, len(y), batch_size)` gives where each batch begins; a slice that "
        "reaches beyond the end gives what is there. Give `kernel` and `bias` new values in each "
        "turn, by `kernel = kernel - ...`.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "wrong_form": "Wanted are kernel and bias, two arrays of the shapes "
        f"{forms.SHAPES_IN_WORDS}. Yours is {{seen}}.",
        "update": "This is what has changed, the trained weights minus those given: TFF's client "
        "sends that. Flower's `FedAvg` takes the mean of the weights themselves.",
        "update_of_server": "These are the weights given minus the trained ones. Wanted are the "
        "trained weights themselves.",
        "one_batch": "All examples were taken as one batch. There is a step for every `batch_size` "
        "of them.",
        "one_by_one": "There was a step for each single example. A batch has `batch_size` of them.",
        "short_left_out": "The last batch is left out where it is smaller than the others. It "
        "counts as a batch.",
        "one_after_the_other": "In each step the bias moves by errors that the new kernel has "
        "given. Kernel and bias take a step from the same errors.",
        "first_batch": "Only the first batch was used. Does the function return inside the loop?",
        "last_batch": "Only the last batch has left a trace. Does each step begin where the step "
        "before has ended?",
        "by_full_size": "A batch that is smaller than `batch_size` is still divided by "
        "`batch_size`. In the formula, n is the number of images in the batch.",
        "not_divided": "The gradients are sums over the images of a batch. The formula divides by "
        "their number.",
        "uphill": "Every step goes the wrong way, along the gradient: the loss grows. Look at the "
        "signs in the formula.",
        "same_point": "All errors were worked out at the weights that were given. Each batch needs "
        "those that the steps before it have led to.",
        "kernel_only": "The kernel has learned, and the bias is as it was.",
        "bias_only": "The bias has learned, and the kernel is as it was.",
        "without_labels": "The labels play no part: one-hot was not taken off.",
        "without_softmax": "The errors are scores minus one-hot. The softmax is missing.",
        "softmax_over_images": "The softmax goes down the images instead of along the labels: each "
        "image's ten probabilities have to sum to 1.",
        "no_rate": "The steps have the full length of the gradients. Where is `rate`?",
        "rate_of_lesson": "The check gave another rate than 0.02, and the steps were still 0.02 "
        "times the gradient. Use the argument.",
        "size_of_lesson": "The check gave another batch size than 20, and the batches had 20 "
        "images. Use the argument.",
        "from_zero": "The training begins at zeros, and not at the weights that were given. Every "
        "round would be the first one.",
    },
    right="A dozen lines, and nothing in them is Flower's or TFF's.",
)
