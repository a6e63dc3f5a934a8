"""How many clients an error takes, with noise at the client and with noise at the server."""

import math
from typing import Any

from fl_course.exercises.counting_without_looking import bisect
from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import formulas, memory, shown
from fl_course.localization import say

# None of the quotients is near a whole number.
_CASES = (
    (1.0, 0.01),
    (0.1, 0.05),
    (3.0, 0.02),
    (10.0, 0.01),
    (8.0, 0.01),
    (2.0, 0.3),
    (12.0, 0.3),
    (5.0, 0.003),
)


def _truth(epsilon: float) -> float:
    return 1 / (1 + math.exp(-epsilon))


def _slope(epsilon: float) -> float:
    return 2 * _truth(epsilon) - 1


def _local(epsilon: float, error: float) -> float:
    truth = _truth(epsilon)
    return truth * (1 - truth) / (_slope(epsilon) * error) ** 2


def _central(epsilon: float, error: float) -> float:
    return math.sqrt(2) / (epsilon * error)


def _up(*numbers: float) -> list[float]:
    return [max(1, math.ceil(number)) for number in numbers]


def _power_of_two(number: float) -> int:
    return 2 ** math.ceil(math.log2(number))


def _right(epsilon: float, error: float) -> list[float]:
    return _up(_local(epsilon, error), _central(epsilon, error))


_KNOWN: dict[str, list[formulas.Formula]] = {
    "exchanged": [lambda e, x: _right(e, x)[::-1]],
    "not_whole": [lambda e, x: [_local(e, x), _central(e, x)]],
    "rounded_down": [
        lambda e, x: [math.floor(_local(e, x)), math.floor(_central(e, x))],
        lambda e, x: [max(1, math.floor(_local(e, x))), max(1, math.floor(_central(e, x)))],
        lambda e, x: [round(_local(e, x)), round(_central(e, x))],
        lambda e, x: [max(1, round(_local(e, x))), max(1, round(_central(e, x)))],
    ],
    "one_more": [lambda e, x: [number + 1 for number in _right(e, x)]],
    "root_forgotten": [lambda e, x: _up(math.sqrt(_local(e, x)), _central(e, x))],
    "scale_not_squared": [lambda e, x: _up(_local(e, x) * _slope(e), _central(e, x))],
    "root_for_central": [lambda e, x: _up(_local(e, x), math.sqrt(_central(e, x)))],
    "powers_of_two": [lambda e, x: [_power_of_two(number) for number in _right(e, x)]],
    "squared_both": [lambda e, x: _up(_local(e, x), _central(e, x) ** 2)],
    "scale": [lambda e, x: _up(_local(e, x), 1 / (e * x))],
    "error_not_squared": [lambda e, x: _up(_local(e, x) * x, _central(e, x))],
    "variance_of_noise": [lambda e, x: _up(_local(e, x), 2 / (e * x))],
    "same_twice": [
        lambda e, x: _up(_local(e, x), _local(e, x)),
        lambda e, x: _up(_central(e, x), _central(e, x)),
    ],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem_of_calls(answer, _CASES[0], _CASES[1]):
        return found
    found = []
    for case in _CASES:
        pair = bisect.pair_of_numbers(run(answer, *case))
        if isinstance(pair, Mistake):
            return pair
        found.append(pair)
    # Whole numbers are equal or not; a quotient that was not rounded may differ by rounding.
    return formulas.which(found, _CASES, _right, _KNOWN, _told, close=1e-9, small=1e-4)


def _told(epsilon: float, error: float) -> str:
    return say("epsilon {epsilon} and an error of {error}", epsilon=epsilon, error=error)


def _reference() -> Any:
    def clients_needed(epsilon: float, error: float) -> tuple[int, int]:
        local, central = _right(epsilon, error)
        return int(local), int(central)

    return clients_needed


EXERCISE = Exercise(
    id="noise_or_flip",
    expects="a function of epsilon and of an error, that gives how many clients it takes with "
    "local and with central noise, a pair of two whole numbers",
    judge=_judge,
    reference=_reference,
    hints=(
        "For each of the two: set the standard deviation equal to the error, solve for the number "
        "of clients, and round up.",
        "In the first the number stands under a root: square both sides. In the second it does "
        "not.",
        "`np.exp` and `np.sqrt` do the rest, and `int(np.ceil(...))` rounds up to a whole number.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_pair": "Your function gives a value of type `{type}`; wanted are two whole numbers, "
        "for local and for central noise.",
        "exchanged": "Both numbers are right, in the other order: local noise comes first.",
        "not_whole": "These are the numbers at which the error is met exactly, and they are not "
        "whole. The smallest number of clients with an error of at most that is wanted.",
        "rounded_down": "The numbers are rounded down, or to the nearest, so the error is "
        "sometimes a little above what is allowed.",
        "one_more": "Both numbers are one client too many.",
        "root_forgotten": "For local noise your number is the root of what is wanted: in the "
        "standard deviation the clients stand under a root, so twice the precision takes four "
        "times the clients.",
        "scale_not_squared": "For local noise `2 * p - 1` goes in once, and the rest of the "
        "standard deviation squared. If both sides are squared, that is squared as well.",
        "root_for_central": "For central noise your number is the root of what is wanted. There "
        "the clients do not stand under a root: twice the clients, half the error.",
        "powers_of_two": "Both numbers are the next power of two. The error is small enough with "
        "them, but with fewer clients as well: the smallest number is wanted.",
        "squared_both": "For central noise your number is squared. There the standard deviation "
        "falls with the number of clients itself, not with its root.",
        "scale": "For central noise you use the scale of Laplace's distribution. Its standard "
        "deviation is larger than the scale.",
        "error_not_squared": "For local noise the error goes in once, and the rest of the "
        "standard deviation squared. If both sides are squared, the error is squared as well.",
        "variance_of_noise": "For central noise there is a 2 where a root of 2 belongs: the "
        "variance of the noise instead of its standard deviation.",
        "same_twice": "Both numbers are the same. Each way has a standard deviation of its own.",
    },
    right="For a small epsilon central noise needs far fewer clients. For a large one it is the "
    "other way round: nearly all answers are true then, and Laplace's noise is still there.",
)
