"""Answers that are arrays, one or several: their form, and where they are wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Mistake
from fl_course.exercises.judging import forms, shown
from fl_course.localization import say

Arrays = list[np.ndarray]


class Odd(Exception):
    """A result has not the form that is wanted.

    Attributes:
        mistake: What the judge gives.
    """

    def __init__(self, mistake: Any) -> None:
        super().__init__()
        self.mistake = mistake


OF_ARRAYS = {
    "not_an_array": "Your function gives a value of type `{type}`; wanted is an array of numbers.",
    "wrong_shape": "The result has the shape {seen}; wanted is {wanted}.",
}
"""What can be wrong with the form of every array."""

OF_RESIDUES = OF_ARRAYS | {
    "not_whole": "The result holds numbers that are not whole. Modulo a power of two there are "
    "whole numbers only: is something divided, or left unrounded?",
    "not_reduced": "Apart from multiples of `2**bits` the numbers are right, and some lie outside "
    "of 0 to `2**bits - 1`. What brings a number, also a negative one, back into that range?",
}
"""What can be wrong with the form of numbers modulo a power of two."""


def of_shape(result: Any, shape: Sequence[int]) -> np.ndarray:
    """A result as an array of that shape, float64 or of integers.

    Raises:
        Odd: If it is none.
    """
    try:
        found = forms.array(result)
    except Exception:
        found = np.asarray(None)
    if found.dtype == object and found.size and all(isinstance(x, int) for x in found.flat):
        return _of_shape(found, shape)
    if found.dtype.kind not in "iuf" or (found.ndim == 0 and len(shape)):
        raise Odd(Mistake("not_an_array", type=type(result).__name__))
    if found.dtype.kind == "f":
        found = found.astype(np.float64)
    return _of_shape(found, shape)


def _of_shape(found: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    if found.shape != tuple(shape):
        raise Odd(Mistake("wrong_shape", seen=list(found.shape), wanted=list(shape)))
    return found


def whole_numbers(result: Any, shape: Sequence[int]) -> list[int]:
    """A result as Python's integers, row by row, whatever type they have.

    Raises:
        Odd: If it has another shape or is not whole.
    """
    found = of_shape(result, shape)
    if found.dtype.kind == "f" and not (np.isfinite(found).all() and (found % 1 == 0).all()):
        raise Odd("not_whole")
    return [int(number) for number in found.ravel()]


def are_right_modulo(
    found: Sequence[list[int]], wanted: Sequence[list[int]], bits: Sequence[int]
) -> bool:
    """Whether whole numbers are right but for multiples of `2**bits`.

    Args:
        found: For each probe the answer's numbers.
        wanted: What they should be, as many.
        bits: Of each probe.
    """
    return all(
        (one - other) % 2**power == 0
        for ones, others, power in zip(found, wanted, bits, strict=True)
        for one, other in zip(ones, others, strict=True)
    )


def array(value: Any) -> np.ndarray | None:
    """A list, an array or a tensor of numbers as float64; None if it is something else."""
    if isinstance(value, (str, bytes, Mapping, set, type(None))):
        return None
    try:
        found = np.asarray(value)
        if found.dtype == object and found.size and not all(map(_is_number, found.flat)):
            return None
        return found.astype(float) if found.dtype.kind in "biufO" else None
    except (TypeError, ValueError, OverflowError):
        return None


def _is_number(value: Any) -> bool:
    return forms.is_other_number(value) or isinstance(value, np.number)


def several(result: Any, count: int) -> Arrays | None:
    """As many arrays, in a tuple, a list or the first axis of an array; None if they are not."""
    if isinstance(result, (str, bytes, Mapping)):
        return None
    try:
        if len(result) != count:
            return None
    except TypeError:  # a number, a generator, a tensor of one number
        return None
    found = [array(part) for part in result]
    return None if any(part is None for part in found) else found


def told(result: Any) -> str:
    """Says what a result is that has not the wanted form."""
    if hasattr(result, "shape") or not isinstance(result, (tuple, list)):
        return forms.told(result)
    shapes = [getattr(array(part), "shape", None) for part in result]
    if len(shapes) > 1 and None not in shapes:
        texts = ", ".join(str(list(map(int, shape))) for shape in shapes[:4])
        return say(
            "a {type} with {count} parts of shapes {shapes}",
            type=type(result).__name__,
            count=len(result),
            shapes=texts,
        )
    return forms.told(result)


def written(value: Any) -> str:
    """Numbers as Python writes a list of them, or a list of lists, for a sentence."""
    if np.ndim(value) == 0:
        return f"{float(value) + 0.0:.12g}"
    return f"[{', '.join(map(written, value))}]"


def alike(ones: Sequence[Any], others: Sequence[Any], rtol: float = 1e-6) -> bool:
    """Whether all arrays have the same shapes and numbers; NaN is like NaN."""
    return len(ones) == len(others) and all(
        np.shape(one) == np.shape(other)
        and np.allclose(one, other, rtol=rtol, atol=1e-9, equal_nan=True)
        for one, other in zip(ones, others, strict=True)
    )


def are_right_in_float32(found: Sequence[Sequence[Any]], wanted: Sequence[Sequence[Any]]) -> bool:
    """Whether each probe's arrays are right but for digits that float32 loses on the way."""
    return all(alike(*both, rtol=2e-5) for both in zip(found, wanted, strict=True))


def is_rounded(found: Sequence[Arrays], wanted: Sequence[Arrays]) -> bool:
    """Whether all that is wrong with the arrays is that they are rounded to some digits.

    Args:
        found: For each probe the answer's arrays.
        wanted: What they should be, of the same shapes; each may be rounded to digits of its own.
    """

    def is_to(part: int, digits: int) -> bool:
        rounded = [[np.round(parts[part], digits)] for parts in wanted]
        return all(map(alike, [[parts[part]] for parts in found], rounded))

    return all(
        any(is_to(part, digits) for digits in (15, *range(9))) for part in range(len(wanted[0]))
    )


def furthest(
    found: Sequence[Arrays], wanted: Sequence[Arrays], short: int | None = None
) -> tuple[int, int]:
    """Which probe, and which of its arrays, is furthest off, measured by what is wanted.

    What is a number in one and NaN in the other comes last: a number tells more.

    Args:
        found: For each probe the answer's arrays.
        wanted: What they should be, of the same shapes.
        short: How many probes, the first ones, can be written down. Another one is chosen only if
            nothing is wrong with those.
    """

    def off(place: tuple[int, int]) -> tuple[float, float]:
        one, other = found[place[0]][place[1]], wanted[place[0]][place[1]]
        if alike([one], [other]):
            return 0.0, 0.0
        distance = _distance(one, other) / (1 + np.abs(np.nan_to_num(other)))
        finite = np.isfinite(distance)
        largest = float(np.max(distance, initial=0, where=finite))
        return largest, 0.0 if finite.all() else 1.0

    probes = range(len(wanted))
    if short is not None and not all(map(alike, found[:short], wanted[:short])):
        probes = range(short)
    places = [(probe, part) for probe in probes for part in range(len(wanted[probe]))]
    return max(places, key=off)


def _distance(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        off = np.abs(found - wanted)
    return np.where(np.isnan(found) & np.isnan(wanted), 0.0, np.nan_to_num(off, nan=np.inf))


def wrong_number(case: str, name: str, found: np.ndarray, wanted: np.ndarray) -> Mistake:
    """Shows the number that is furthest off.

    Args:
        case: What went in, in the learner's language.
        name: What the array is called.
        found: What came out.
        wanted: What should have come out, of the same shape.
    """
    off = _distance(found, wanted)
    if np.max(off, initial=0, where=np.isfinite(off)) > 1e-9:
        off = np.where(np.isfinite(off), off, 0.0)
    place = np.unravel_index(int(np.argmax(off)), off.shape)
    if place:
        name = f"{name}[{', '.join(str(int(number)) for number in place)}]"
    got, right = float(found[place]), float(wanted[place])
    case = say("{case}, at `{place}`,", case=case, place=name)
    if np.isnan([got, right]).any() or np.isinf(got):
        return shown.wrong_value(case, f"{got:.4g}", f"{right:.4g}")
    return shown.wrong_value(case, got, right)


def close(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays are equal but for rounding, to which float32 may have led."""
    return np.shape(one) == np.shape(other) and np.allclose(
        np.asarray(one, float), np.asarray(other, float), rtol=1e-4, atol=1e-5, equal_nan=True
    )
