"""Edits of a client's or the server's step: small tensors to try them on, and what can be wrong."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.errors import describe
from fl_course.exercises.exercise import Found, Mistake, Raised, run
from fl_course.exercises.judging import memory, shown
from fl_course.exercises.judging.forms import is_sequence
from fl_course.exercises.judging.reference import tensors
from fl_course.localization import joined, say

Arrays = list[np.ndarray]

_OTHER_MODELS = (((2, 3), (3, 2), (2,)), ((5,),))  # shapes of three tensors, and of one


class Odd(Exception):
    """A learner's result has not the form of the weights.

    Attributes:
        mistake: What the judge gives.
    """

    def __init__(self, mistake: Any) -> None:
        super().__init__()
        self.mistake = mistake


FORM = memory.OF_MEMORY | {
    "not_a_tuple": "Your function gives one value of type `{type}`. Wanted is a tuple of tensors, "
    "one for each of the tensors that it was given.",
    "wrong_number": "The tuple has {count} parts, and your function was given {wanted} tensors. "
    "Each needs a result of its own.",
    "wrong_shape": "A result has shape {seen}, and the tensor it belongs to has shape {wanted}. "
    "The model's weights could not be moved by it.",
    "fixed_number": "For tensors of the shapes {shapes} your function gives {seen}\n\n"
    "With two tensors it does what is wanted. A model may have any number of them: go through all "
    "that you are given.",
    "not_recorded": "The numbers are right when TensorFlow runs your function at once. TFF "
    "records it first, and while that happens tensors have no values yet. Look for NumPy "
    "functions, `.numpy()` or `float(...)`, and use TensorFlow's functions instead.",
}
"""What can be wrong with every edit, beside its numbers."""


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


def written(parts: Arrays) -> str:
    """Small tensors as Python writes lists of their numbers, for a sentence."""
    return joined([f"`{(np.round(part, 2) + 0.0).tolist()}`" for part in parts])


def scaled(factor: float, parts: Arrays) -> Arrays:
    """All parts times a factor."""
    return [factor * part for part in parts]


def norm(parts: Arrays) -> float:
    """The Euclidean norm of all parts together."""
    return math.sqrt(sum(float((part**2).sum()) for part in parts))


def like_weights(seed: int, shapes: Sequence[tuple[int, ...]] = ((6, 4), (4,))) -> Arrays:
    """A matrix and a vector at random, or tensors of other shapes."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


def other_number_problem(edited: Callable[..., Arrays], right: Callable[..., Arrays]) -> Found:
    """What is wrong with an edit that is right for two tensors, when there are three, or one.

    Args:
        edited: Takes three models' tensors, and gives all that the answer makes of them.
        right: Takes the same, and gives what is wanted.
    """
    for shapes in _OTHER_MODELS:
        parts = [like_weights(seed, shapes) for seed in (20, 21, 22)]
        told = joined([f"`{list(shape)}`" for shape in shapes])
        try:
            found, wanted = edited(*parts), right(*parts)
        except Raised as raised:
            return Mistake("fixed_number", shapes=told, seen=describe(raised.error))
        if not alike(found, wanted):
            part, place = furthest(found, wanted)
            got, right_one = shown.in_digits(float(found[part][place]), float(wanted[part][place]))
            seen = say("{got} in a place where {wanted} is wanted.", got=got, wanted=right_one)
            return Mistake("fixed_number", shapes=told, seen=seen)
    return None


def memory_problem(answer: Any) -> Found:
    """What is wrong with an edit that keeps something from call to call, else None."""

    def case(*seeds: int) -> memory.Case:
        parts = [like_weights(seed) for seed in seeds]
        return lambda function: run(function, *map(tensors, parts))

    # Of the same shapes: what was kept fits, and its numbers are others.
    return memory.problem(answer, case(30, 31, 32), case(40, 41, 42))


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
