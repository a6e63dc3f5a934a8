"""Which form an answer has: a number, a pair, an array, a model's weights."""

import numbers
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from fl_course.exercises.judging.reference import SHAPES, Weights
from fl_course.localization import joined, say

SHAPES_IN_WORDS = "`[784, 10]` and `[10]`"  # of a model's weights


def is_sequence(value: Any) -> bool:
    """Whether it is a list or a tuple, or another sequence that is no text."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def is_pair(answer: Any) -> bool:
    """Whether it is two things, in whatever holds them."""
    return isinstance(answer, (tuple, list, np.ndarray)) and len(answer) == 2


def is_number(value: Any) -> bool:
    """Whether it is one number, not in an array of one."""
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiu"


def number(answer: Any) -> float | None:
    """An answer as a number, or None if it is not one. A fraction is one, a truth value is not."""
    try:
        if is_other_number(answer):
            return float(answer)
        array = np.asarray(answer)
        return float(array.reshape(())) if array.size == 1 and array.dtype.kind in "iuf" else None
    except (TypeError, ValueError, OverflowError):
        return None


def is_other_number(value: Any) -> bool:
    """Whether it is a number of a type that NumPy has not, such as a fraction."""
    is_real = isinstance(value, (numbers.Real, Decimal))
    return is_real and not isinstance(value, (bool, np.generic))


def array(value: Any) -> np.ndarray:
    """A number, an array or a tensor as an array; anything else as an array of objects."""
    if isinstance(value, (str, bytes, Mapping)):
        return np.asarray(None)
    return np.asarray(value)


def size(arrays: Iterable[Any]) -> str:
    """How many numbers arrays hold together, for a sentence."""
    return f"{sum(int(np.prod(part.shape)) for part in arrays):,}"


def weights(result: Any) -> Weights | None:
    """A result as kernel and bias, or None if it has another form."""
    if isinstance(result, Mapping) or not is_sequence(result):
        return None
    if len(result) != 2 or any(isinstance(part, (str, bytes, type(None))) for part in result):
        return None
    parts = [np.asarray(part) for part in result]
    if [list(part.shape) for part in parts] != [*SHAPES] or any(p.dtype.kind != "f" for p in parts):
        return None
    return [part.astype(float) for part in parts]


def told(result: Any) -> str:
    """Says what a result is that is not kernel and bias."""
    if is_sequence(result):
        facts = {"type": type(result).__name__, "length": len(result)}
        if not result:
            return say("a {type} of {length}", **facts)
        shapes = joined([_shape(part) for part in result[:4]])
        return say("a {type} of {length}: {shapes}", **facts, shapes=shapes)
    return _shape(result)


def _shape(part: Any) -> str:
    if isinstance(part, (np.number, int, float)) and not isinstance(part, bool):
        return say("a number")
    if hasattr(part, "shape") and hasattr(part, "dtype"):
        return say("a tensor of shape `{shape}`", shape=[int(size) for size in part.shape])
    return say("something of type `{type}`", type=type(part).__name__)
