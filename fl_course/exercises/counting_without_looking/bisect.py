"""One step of the bisection for a quantile."""

import math
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, memory, shown
from fl_course.localization import say

# The interval, how many values lie up to its middle, how many there are, which quantile. Shares of
# the cases with a tie are sums of powers of two, so that every way to compare finds the tie: as a
# product, a quotient, or rounded up. With 0.07 and 7 of 100 values these would differ.
_CASES = (
    (0.0, 32.0, 600, 1399, 0.5),
    (0.0, 32.0, 900, 1399, 0.5),
    (0.0, 8.0, 5, 10, 0.5),
    (-4.0, 6.0, 1, 4, 0.25),
    (16.0, 32.0, 2, 3, 0.9),
    (10.0, 11.0, 7, 8, 0.9),
    (3.0, 4.0, 0, 5, 0.1),
    (-9.0, -5.0, 10, 10, 0.99),
    (2.0, 10.0, 7, 10, 0.625),
    (2.0, 10.0, 3, 10, 0.25),
    (0.0, 4.0, 2, 10, 0.9),
    (0.0, 4.0, 8, 10, 0.1),
)


def _right(
    low: float, high: float, at_most: int, total: int, share: float, middle: float | None = None
) -> list[float]:
    middle = (low + high) / 2 if middle is None else middle
    return [low, middle] if at_most >= share * total else [middle, high]


def _with_middle(place: Any) -> formulas.Formula:
    return lambda low, high, at_most, total, share: _right(
        low, high, at_most, total, share, place(low, high, share)
    )


def _halves(goes_down: Any) -> formulas.Formula:
    def half(low: float, high: float, at_most: int, total: int, share: float) -> list[float]:
        middle = (low + high) / 2
        return [low, middle] if goes_down(at_most, total, share) else [middle, high]

    return half


_KNOWN: dict[str, list[formulas.Formula]] = {
    "tie": [_halves(lambda at_most, total, share: at_most > share * total)],
    "whole_number": [
        _halves(lambda at_most, total, share: at_most >= math.floor(share * total)),
        _halves(lambda at_most, total, share: at_most >= round(share * total)),
    ],
    "other_half": [
        _halves(lambda at_most, total, share: at_most < share * total),
        _halves(lambda at_most, total, share: at_most <= share * total),
    ],
    "median_only": [
        _halves(lambda at_most, total, share: at_most >= total / 2),
        _halves(lambda at_most, total, share: at_most > total / 2),
    ],
    "total_forgotten": [
        _halves(lambda at_most, total, share: at_most >= share),
        _halves(lambda at_most, total, share: at_most > share),
    ],
    "from_above": [
        _halves(lambda at_most, total, share: at_most >= (1 - share) * total),
        _halves(lambda at_most, total, share: total - at_most >= share * total),
    ],
    "not_the_middle": [
        _with_middle(lambda low, high, share: low + share * (high - low)),
        _with_middle(lambda low, high, share: high - share * (high - low)),
        _with_middle(lambda low, high, share: (high - low) / 2),
        _with_middle(lambda low, high, share: share * (low + high)),
        _with_middle(lambda low, high, share: (low + high) // 2),
    ],
    "ends_exchanged": [lambda *case: _right(*case)[::-1]],
    "always_one": [
        _halves(lambda at_most, total, share: True),
        _halves(lambda at_most, total, share: False),
    ],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem_of_calls(answer, _CASES[0], _CASES[4]):
        return found
    found = []
    for case in _CASES:
        pair = pair_of_numbers(run(answer, *case))
        if isinstance(pair, Mistake):
            return pair
        found.append(pair)
    return formulas.which(found, _CASES, _right, _KNOWN, _told)


def pair_of_numbers(result: Any) -> list[float] | Mistake:
    """A result as two numbers, or the mistake that it is something else."""
    result = getattr(result, "numpy", lambda: result)()
    if forms.is_pair(result):
        numbers = [
            None if isinstance(part, bool | np.bool_) else forms.number(part) for part in result
        ]
        if None not in numbers:
            return numbers
    return Mistake("not_a_pair", type=type(result).__name__)


def _told(low: float, high: float, at_most: int, total: int, share: float) -> str:
    return say(
        "the interval from {low} to {high}, {at_most} of {total} values up to its middle and the "
        "share {share}",
        low=f"{low:g}",
        high=f"{high:g}",
        at_most=at_most,
        total=total,
        share=share,
    )


def _reference() -> Any:
    def bisect(low: float, high: float, at_most: int, total: int, share: float) -> Any:
        middle = (low + high) / 2
        return (low, middle) if at_most >= share * total else (middle, high)

    return bisect


EXERCISE = Exercise(
    id="bisect",
    expects="a function of the interval's ends, of how many of how many values lie up to its "
    "middle, and of a share, that gives the half with the quantile, a pair of two numbers",
    judge=_judge,
    reference=_reference,
    hints=(
        "How many values have to lie up to the quantile at least? That is a share of `total`.",
        "If so many lie up to the middle already, the quantile is the middle or below it. If "
        "fewer do, it is above.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_pair": "Your function gives a value of type `{type}`; wanted are two numbers, the "
        "lower and the upper end.",
        "tie": "All is right but where exactly the share of all values lies up to the middle: "
        "there the quantile is the middle or below it, and the middle belongs to the lower half.",
        "whole_number": "Where the share of all values is not a whole number, a smaller number is "
        "enough for you, as if it had been rounded. At least the share has to be reached.",
        "other_half": "You go to the half in which the quantile is not. If many values lie up to "
        "the middle, is the quantile above it or below?",
        "median_only": "The result is that for the median, whatever the share: `share` has no "
        "effect on where you go.",
        "total_forgotten": "`at_most` is a number of values, and it is compared with a share. One "
        "of the two has to be brought to the other's unit, by the number of all values.",
        "from_above": "You count from the upper end: the share is taken for that of the values "
        "above the quantile. It is that of the values up to it.",
        "not_the_middle": "You go to the right side, but the interval is not cut in the middle "
        "of its ends. The clients have counted up to `(low + high) / 2`.",
        "ends_exchanged": "The half is right, and its ends are exchanged: the lower one comes "
        "first.",
        "always_one": "It is always the same half, whatever the counts say.",
    },
    right="One count from every client, and half of what was possible is ruled out.",
)
