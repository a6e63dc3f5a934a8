"""Edits of a client's or the server's step: small tensors to try them on, and what can be wrong."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Mistake
from fl_course.exercises.judging.forms import is_sequence
from fl_course.exercises.judging.reference import tensors

Arrays = list[np.ndarray]


class Odd(Exception):
    """A learner's result has not the form of the weights.

    Attributes:
        mistake: What the judge gives.
    """

    def __init__(self, mistake: Any) -> None:
        super().__init__()
        self.mistake = mistake


FORM = {
    "not_a_tuple": "Your function gives one value of type `{type}`. Wanted is a tuple of tensors, "
    "one for each of the tensors that it was given.",
    "wrong_number": "The tuple has {count} parts, and your function was given {wanted} tensors: "
    "the matrix and the vector. Each needs a result of its own.",
    "wrong_shape": "A result has shape {seen}, and the tensor it belongs to has shape {wanted}. "
    "The model's weights could not be moved by it.",
    "not_recorded": "The numbers are right when TensorFlow runs your function at once. TFF "
    "records it first, and while that happens tensors have no values yet. Look for NumPy "
    "functions, `.numpy()` or `float(...)`, and use TensorFlow's functions instead.",
}
"""What can be wrong with the form of every edit."""


def arrays(result: Any, like: Arrays) -> Arrays:
    """A learner's tensors as arrays.

    Raises:
        Odd: If they are not of the form of `like`.
    """
    if not is_sequence(result):
        raise Odd(Mistake("not_a_tuple", type=type(result).__name__))
    if len(result) != len(like):
        raise Odd(Mistake("wrong_number", count=len(result), wanted=len(like)))
    found = [np.asarray(part, np.float64) for part in result]
    for array, expected in zip(found, like, strict=True):
        if array.shape != expected.shape:
            shapes = {"seen": list(array.shape), "wanted": list(expected.shape)}
            raise Odd(Mistake("wrong_shape", **shapes))
    return found


def alike(ones: Arrays, others: Arrays) -> bool:
    """Whether two edits give the same."""
    return all(
        np.allclose(one, other, rtol=1e-4, atol=1e-5)
        for one, other in zip(ones, others, strict=True)
    )


def furthest(found: Arrays, wanted: Arrays) -> tuple[int, tuple[Any, ...]]:
    """Which part, and in it the place of what is furthest off."""
    off = [np.abs(one - other) for one, other in zip(found, wanted, strict=True)]
    part = max(range(len(off)), key=lambda index: float(off[index].max()))
    return part, np.unravel_index(off[part].argmax(), off[part].shape)


def scaled(factor: float, parts: Arrays) -> Arrays:
    """All parts times a factor."""
    return [factor * part for part in parts]


def norm(parts: Arrays) -> float:
    """The Euclidean norm of all parts together."""
    return math.sqrt(sum(float((part**2).sum()) for part in parts))


def like_weights(seed: int) -> Arrays:
    """A matrix and a vector at random."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((6, 4)), rng.standard_normal(4)]


def can_be_recorded(function: Callable[..., Any], *parts: Arrays) -> bool:
    """Whether it works in a recorded loop over a dataset, where tensors have no values."""
    import tensorflow as tf

    first, *others = (tensors(part) for part in parts)

    def step(so_far: Any, number: Any) -> Any:
        edited = tf.nest.flatten(function(so_far, *others))[-len(first) :]
        return tuple(before + 0.1 * after for before, after in zip(so_far, edited, strict=True))

    try:
        tf.data.Dataset.range(2).reduce(first, step)
    except Exception:
        return False
    return True
