"""The standard deviation of the noise in a private mean."""

import math
from typing import Any

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import formulas, memory, shown
from fl_course.localization import say

_CASES = (
    (1.0, 1.0, 100),
    (0.5, 0.3, 14),
    (1.2, 2.0, 120),
    (2.0, 5.0, 1000),
    (12.5, 0.37, 333),
    (3.3, 7.1, 20001),
)
# Where a wrong formula divides by zero, which would hide how wrong it is elsewhere.
_AT_THE_EDGE = (
    (0.0, 0.3, 50),
    (4.0, 0.1, 1),
)
_KNOWN: dict[str, list[formulas.Formula]] = {
    "of_the_sum": [lambda z, c, n: z * c],
    "bound_forgotten": [lambda z, c, n: z / n],
    "bound_divided": [lambda z, c, n: z / (c * n)],
    "root": [lambda z, c, n: z * c / math.sqrt(n), lambda z, c, n: z * c * math.sqrt(n)],
    "variance": [lambda z, c, n: (z * c / n) ** 2, lambda z, c, n: (z * c) ** 2 / n],
    "multiplied": [lambda z, c, n: z * c * n],
    "multiplier_forgotten": [lambda z, c, n: c / n],
    "cohort_fixed": [lambda z, c, n: z * c / 14, lambda z, c, n: z * c / 100],
    "doubled": [lambda z, c, n: 2 * z * c / n],
}


def _right(noise_multiplier: float, clip_norm: float, cohort_size: int) -> float:
    return noise_multiplier * clip_norm / cohort_size


def _judge(answer: Any) -> Found:
    return (
        memory.problem_of_calls(answer, *memory.one_by_one(*_CASES[:2]), *_CASES)
        or formulas.of_numbers(answer, _CASES, _right, _KNOWN, _told)
        or formulas.of_numbers(answer, _AT_THE_EDGE, _right, {}, _told)
    )


def _told(noise_multiplier: float, clip_norm: float, cohort_size: int) -> str:
    return say(
        "`noise_multiplier={multiplier}`, `clip_norm={norm}` and `cohort_size={count}`",
        multiplier=noise_multiplier,
        norm=clip_norm,
        count=cohort_size,
    )


def _reference() -> Any:
    return _right


EXERCISE = Exercise(
    id="noise_of_mean",
    expects="a function of the noise multiplier, the clip norm and the expected cohort, that gives "
    "the standard deviation of the noise in one number of the mean",
    judge=_judge,
    reference=_reference,
    hints=(
        "Follow the noise: it is added to the sum, and the sum is divided.",
        "On the sum, its standard deviation is the noise multiplier, counted in clip norms.",
        "A standard deviation is divided by what the numbers are divided by.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | formulas.OF_NUMBERS
    | {
        "of_the_sum": "This is the noise on the sum. In the mean it is smaller: noise is divided "
        "along with everything else.",
        "bound_forgotten": "The clip norm has no effect. The noise multiplier counts in clip "
        "norms: whoever lets clients add more has to add more noise.",
        "bound_divided": "With a larger clip norm your noise gets smaller. The longer an update "
        "may be, the more noise it takes to hide it.",
        "root": "You use the square root of the number of clients. It belongs to sums of "
        "**independent** noises, one for each client; here there is one noise, added once.",
        "variance": "This is a variance, or contains a square. Wanted is the standard deviation, "
        "in the unit of the updates.",
        "multiplied": "More clients make your noise larger. The sum grows with the clients and the "
        "noise does not; dividing makes the noise small.",
        "multiplier_forgotten": "The noise multiplier has no effect, not even if it is 0.",
        "cohort_fixed": "The number of clients has no effect: you divide by the same number for "
        "every cohort. Take the one that your function is given.",
        "doubled": "The result is twice as large as wanted. The factor of 2 belongs to a client "
        "that is replaced; the noise multiplier here counts in clip norms.",
    },
    right="One noise for all: twice the clients, half the noise.",
)
