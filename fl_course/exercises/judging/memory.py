"""Whether a function's result depends on its arguments alone, or on earlier calls as well."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Found, Mistake, run
from fl_course.exercises.judging import forms, shown, twins
from fl_course.localization import say

Case = Callable[[Any], Any]  # calls a function with arguments made anew, and gives what it gave

OF_MEMORY = {
    "remembers": "Called twice with the same arguments, your function gives two results: {first}, "
    "and after other calls {second}. It keeps something from an earlier call, or draws at random. "
    "A result may depend on the arguments alone.",
}
"""What can be wrong wherever an answer is a function that is called more than once."""


@dataclass(frozen=True)
class _Failed:
    """In the place of a result, where the function raised."""

    type: str


def problem(answer: Any, first: Case, *others: Case, uncalled: Any = None) -> Found:
    """What is wrong with a function that keeps something from call to call, else None.

    Ask this before a mistake is named: what a comparison between calls says of such a function is
    not what the learner would see. Errors are left to the judge, which meets them too.

    Args:
        answer: What the learner gave.
        first: A case; it is asked for at the beginning and again at the end.
        *others: Cases with other data. What the function keeps from any earlier call shows here: a
            twin that was never called gives another result. A function that keeps results under a
            part of its arguments is found by a case for each argument that has that one changed
            alone, an array in its values and not in its shape.
        uncalled: What `uncalled_twin` made of the answer, where the judge has called it since.
    """
    uncalled = uncalled_twin(answer) if uncalled is None else uncalled
    before = _attempt(first, answer)
    if isinstance(before, _Failed):
        return None
    after_others = [_attempt(case, answer) for case in others]
    if found := mistake(before, _attempt(first, answer)):
        return found
    for number, (case, seen) in enumerate(zip(others, after_others, strict=True), 1):
        # The last may be the twin's own first call.
        fresh = uncalled if number == len(others) else uncalled_twin(uncalled)
        alone = _attempt(case, fresh)
        if not isinstance(alone, _Failed) and (found := mistake(alone, seen)):
            return found
    return None


def problem_of_calls(answer: Any, first: Sequence[Any], *others: Sequence[Any]) -> Found:
    """As `problem`, of a function that is called with arguments, which it gets copies of.

    Args:
        answer: What the learner gave.
        first: The arguments of one call.
        *others: Those of others, with other data.
    """
    return problem(answer, _call(first), *map(_call, others))


def one_by_one(first: Sequence[Any], other: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Calls for `problem_of_calls`: the first, and it with each argument of the other by itself.

    What a function keeps under a part of its arguments shows in the call that has changed the rest.
    Give arrays of one shape, since that is what they may be kept under.
    """
    changed = [(*first[:k], other[k], *first[k + 1 :]) for k in range(len(first))]
    return [tuple(first), *changed]


def _call(arguments: Sequence[Any]) -> Case:
    return lambda function: run(function, *copy.deepcopy(tuple(arguments)))


def uncalled_twin(answer: Any) -> Any:
    """The function as it is now, for `problem`."""
    return twins.twin(answer, elsewhere=False)


def mistake(one: Any, other: Any) -> Found:
    """The mistake, if two calls with the same arguments gave two results, else None.

    Args:
        one: What the function gave without the other calls.
        other: What it gave after them.
    """
    found = difference(one, other)
    return Mistake("remembers", first=found[0], second=found[1]) if found else None


def _attempt(case: Case, function: Any) -> Any:
    try:
        return case(function)
    except Exception as error:
        return _Failed(type(error.__cause__ or error).__name__)


def difference(one: Any, other: Any, place: str = "") -> tuple[str, str] | None:
    """What tells two results apart, in words for each, or None.

    Numbers may differ by rounding, but for whole ones. What can't be compared is taken for equal.

    Args:
        one: A number, a text, an array, a tensor, or a structure of them.
        other: The same.
        place: Where in the whole result they stand, as Python writes it.
    """
    if isinstance(other, _Failed):
        return say("a result"), say("an error of type `{type}`", type=other.type)
    if isinstance(one, Mapping) and isinstance(other, Mapping) and [*one] == [*other]:
        parts = [(one[key], other[key], f"{place}[{key!r}]") for key in one]
        return next(filter(None, (difference(*part) for part in parts)), None)
    if forms.is_sequence(one) and forms.is_sequence(other):
        if len(one) != len(other):
            return _of_length(len(one)), _of_length(len(other))
        parts = [(*both, f"{place}[{i}]") for i, both in enumerate(zip(one, other, strict=True))]
        return next(filter(None, (difference(*part) for part in parts)), None)
    if isinstance(one, str) and isinstance(other, str):
        return (
            None if one == other else (_at(f"`{one[:40]}`", place), _at(f"`{other[:40]}`", place))
        )
    return _of_arrays(forms.array(one), forms.array(other), place)


def _of_arrays(one: np.ndarray, other: np.ndarray, place: str) -> tuple[str, str] | None:
    one, other = map(_of_integers, (one, other))
    if any(array.dtype.kind not in "fiub" for array in (one, other)):
        return None
    if one.shape != other.shape:
        texts = [say("shape `{shape}`", shape=list(array.shape)) for array in (one, other)]
        return _at(texts[0], place), _at(texts[1], place)
    if one.dtype.kind != "f" and other.dtype.kind != "f":
        return _of_whole_numbers(one, other, place)
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    largest = np.max(np.abs(other), initial=0.0, where=np.isfinite(other))
    if np.allclose(one, other, rtol=1e-4, atol=1e-5 * largest, equal_nan=True):
        return None
    off = np.nan_to_num(np.abs(one - other), nan=np.inf)
    index = np.unravel_index(off.argmax(), off.shape)
    place = _inside(place, index)
    texts = shown.in_digits(float(one[index]), float(other[index]))
    return _at(texts[0], place), _at(texts[1], place)


def _of_integers(array: np.ndarray) -> np.ndarray:
    """An array of Python's integers as one of float64 or int64; any other as it is."""
    if array.dtype != object or not all(isinstance(number, int) for number in array.flat):
        return array
    fits = all(abs(number) < 2**63 for number in array.flat)
    return array.astype(np.int64 if fits else np.float64)


def _of_whole_numbers(one: np.ndarray, other: np.ndarray, place: str) -> tuple[str, str] | None:
    """What tells them apart, to the last digit: a float has too few for some."""
    differs = one != other
    if not differs.any():
        return None
    index = np.unravel_index(int(differs.argmax()), differs.shape)
    place = _inside(place, index)
    return _at(str(int(one[index])), place), _at(str(int(other[index])), place)


def _inside(place: str, index: tuple[Any, ...]) -> str:
    return f"{place}[{', '.join(str(int(number)) for number in index)}]" if index else place


def _of_length(count: int) -> str:
    return say("a length of {count}", count=count)


def _at(text: str, place: str) -> str:
    return say("{seen} at `result{place}`", seen=text, place=place) if place else text
