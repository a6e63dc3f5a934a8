"""Functions of numbers and of lists of them, judged by the formulas that learners write."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Found, Mistake, Raised, run
from fl_course.exercises.judging import forms, given, shown
from fl_course.localization import joined

Formula = Callable[..., Any]
CLOSE = 1e-6  # what float32 leaves of a number, and a bit more

OF_NUMBERS = {
    "not_a_number": "Your function gives a value of type `{type}`; wanted is one number.",
}
"""What can be wrong where one number is wanted."""


def of_numbers(
    answer: Any,
    cases: Sequence[tuple[Any, ...]],
    right: Formula,
    known: Mapping[str, Sequence[Formula]],
    told: Callable[..., str],
    *,
    names: Sequence[str] = (),
) -> Found:
    """Judges a function that gives one number.

    Where it raises after it gave a wrong number in an earlier case, that is what is shown.

    Args:
        answer: What the learner gave.
        cases: What it is tried on, the arguments in order.
        right: What it should give.
        known: Wrong formulas by the name of the mistake; each has to explain every case.
        told: Says a case in the learner's language.
        names: Of the arguments that can be changed by a careless answer, in order.
    """
    found = []
    changed = set()
    for case in cases:
        handed_in = copy.deepcopy(case)
        try:
            result = run(answer, *handed_in)
        except Raised:
            if problem := which(found, cases[: len(found)], right, {}, told):
                return problem
            raise
        result = getattr(result, "numpy", lambda same=result: same)()
        number = None if isinstance(result, bool | np.bool_) else forms.number(result)
        if number is None:
            return Mistake("not_a_number", type=type(result).__name__)
        found.append(number)
        for name, now, before in zip(names, handed_in, case, strict=False):
            if not given.is_as_before(now, before):
                changed.add(name)
    problem = which(found, cases, right, known, told)
    if problem is None and changed:
        texts = [f"`{name}`" for name in names if name in changed]
        return Mistake("changed_given", name=joined(texts))
    return problem


def which(
    found: Sequence[Any],
    cases: Sequence[tuple[Any, ...]],
    right: Formula,
    known: Mapping[str, Sequence[Formula]],
    told: Callable[..., str],
    *,
    close: float = CLOSE,
    small: float = CLOSE,
    in_words: Callable[[Any], Any] | None = None,
) -> Found:
    """The mistake that explains what was found in every case, or a case that shows it wrong.

    Args:
        found: What the answer gave, a number or an array for each case.
        cases: See `of_numbers`, as `right`, `known` and `told`.
        right: See there.
        known: See there.
        told: See there.
        close: How far off a value may be, relative to it.
        small: How far off it may be in any case.
        in_words: What `shown.wrong_value` gets for a value; by default its numbers.
    """

    def same(one: Any, other: Any) -> bool:
        return alike(one, other, close, small)

    if explained(found, cases, {"right": [right]}, same):
        return None
    if name := explained(found, cases, known, same):
        return name
    case, seen, wanted = next(
        (case, seen, right(*case))
        for seen, case in zip(found, cases, strict=True)
        if not same(seen, right(*case))
    )
    return shown.wrong_value(told(*case), *map(in_words or _plain, (seen, wanted)))


def explained(
    found: Sequence[Any],
    cases: Sequence[tuple[Any, ...]],
    known: Mapping[str, Sequence[Formula]],
    same: Callable[[Any, Any], bool],
) -> str | None:
    """The name under which one formula gives what was found, in every case.

    Args:
        found: What the answer gave in each case.
        cases: The arguments of each case, in order.
        known: Formulas by the name of what they stand for.
        same: Whether two results are the same but for what does not matter.
    """

    def agrees(formula: Formula) -> bool:
        with np.errstate(all="ignore"):
            return all(same(seen, formula(*case)) for seen, case in zip(found, cases, strict=True))

    return next((name for name, formulas in known.items() if any(map(agrees, formulas))), None)


def alike(one: Any, other: Any, close: float = CLOSE, small: float = CLOSE) -> bool:
    """Whether two numbers, or two lists of them, are the same but for rounding."""
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=close, atol=small)


def _plain(value: Any) -> float | list[float]:
    return float(value) if np.ndim(value) == 0 else [float(number) for number in np.ravel(value)]
