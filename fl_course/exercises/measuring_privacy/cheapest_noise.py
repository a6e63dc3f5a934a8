"""The smallest noise multiplier that meets an epsilon."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, memory, shown
from fl_course.localization import say

_LOW, _HIGH, _STEP = 0.1, 50.0, 0.01
_MOST_CALLS = 100
_ENDLESS = 100_000  # calls, after which a search is stopped

# Falling functions, how they are said, and what is wanted of each. After twelve halvings of the
# interval an answer to the third is 0.0122 too large; the fourth is met near the end only. The last
# has a step.
_CASES: tuple[tuple[Callable[[], str], Callable[[float], float], float], ...] = (
    (lambda: say("2 divided by z"), lambda z: 2 / z, 1.37),
    (lambda: say("2 divided by z"), lambda z: 2 / z, 10.0),
    (lambda: say("2 divided by z"), lambda z: 2 / z, 8.5466),
    (lambda: say("2 divided by z"), lambda z: 2 / z, 0.04001),
    (lambda: say("5 divided by the square of z"), lambda z: 5 / z**2, 0.004),
    (lambda: say("30 times `exp(-z)`"), lambda z: 30 * math.exp(-z), 1.0),
    (lambda: say("1 divided by z, plus 0.5,"), lambda z: 1 / z + 0.5, 2.5),
    (lambda: say("8 divided by z, rounded up,"), lambda z: math.ceil(8 / z), 3.0),
)
# Calls after which it shows what an answer keeps: each epsilon can be met with each of the
# functions. The third disagrees with the first about a middle which both searches come to.
_CALLS = ((*_CASES[0][:2], 1.37), (*_CASES[4][:2], 0.5), (*_CASES[5][:2], 1.0))


def _smallest(epsilon_of: Callable[[float], float], wanted: float) -> float:
    low, high = _LOW, _HIGH
    for _ in range(60):
        middle = (low + high) / 2
        if epsilon_of(middle) > wanted:
            low = middle
        else:
            high = middle
    return high


class _NeverEnds(BaseException):
    """Raised in the learner's loop, where no `except Exception` catches it.

    Attributes:
        calls: After how many of them.
        case: What was searched for.
    """

    def __init__(self, calls: int, case: str) -> None:
        super().__init__()
        self.calls = calls
        self.case = case


def _judge(answer: Any) -> Found:
    try:
        return _problem(answer)
    except _NeverEnds as stopped:
        return Mistake("never_ends", seen=f"{stopped.calls:,}", case=stopped.case)


def _problem(answer: Any) -> Found:
    one, other, third = ((_Limited(*case), case[2]) for case in _CALLS)
    if problem := memory.problem_of_calls(answer, *memory.one_by_one(one, other), other, third):
        return problem
    seen = []
    most_calls = 0
    for case in _CASES:
        counted = _Limited(*case, most=_ENDLESS)
        result = run(answer, counted, case[2])
        result = getattr(result, "numpy", lambda same=result: same)()
        number = None if isinstance(result, bool | np.bool_) else forms.number(result)
        if number is None:
            return Mistake("not_a_number", type=type(result).__name__)
        most_calls = max(most_calls, counted.calls)
        seen.append(number)
    return _name(seen, most_calls)


def _bounded(formula: Callable[[float], float]) -> Callable[[Any], float]:
    """The function, but for what is far outside of the range: it would divide by zero there."""
    return lambda noise_multiplier: formula(min(max(float(noise_multiplier), 1e-3), 1e6))


def _meets(noise_multiplier: float, formula: Callable[[float], float], wanted: float) -> bool:
    return noise_multiplier > 0 and _bounded(formula)(noise_multiplier) <= wanted


class _Limited:
    """A case's function, for so many calls in all, which are counted."""

    def __init__(
        self,
        text: Callable[[], str],
        formula: Callable[[float], float],
        wanted: float,
        most: int = 4 * _ENDLESS,
    ) -> None:
        self.calls = 0
        self._most = most
        self._formula = _bounded(formula)
        self._case = lambda: _in_words(text, wanted)

    def __call__(self, noise_multiplier: Any) -> float:
        self.calls += 1
        if self.calls > self._most:
            raise _NeverEnds(self._most, self._case())
        return self._formula(noise_multiplier)


def _in_words(text: Callable[[], str], wanted: float) -> str:
    return say(
        "an epsilon that is {formula} for the noise multiplier z, and {wanted} as the epsilon to "
        "meet,",
        formula=text(),
        wanted=wanted,
    )


def _name(seen: list[float], most_calls: int) -> Found:
    smallest = [_smallest(formula, wanted) for _, formula, wanted in _CASES]
    right = [
        z <= best + _STEP and _meets(z, formula, wanted)
        for z, best, (_, formula, wanted) in zip(seen, smallest, _CASES, strict=True)
    ]
    if all(right):
        return Mistake("too_many_calls", seen=most_calls) if most_calls > _MOST_CALLS else None
    if all(
        good or best - _STEP <= z <= best
        for z, best, good in zip(seen, smallest, right, strict=True)
    ):
        return _shown("a_bit_too_little", seen, smallest, right)
    if all(min(abs(z - _LOW), abs(z - _HIGH)) < 0.02 for z in seen):
        return "at_the_end"
    reached = [
        _bounded(formula)(z) if z > 0 else math.inf
        for z, (_, formula, _) in zip(seen, _CASES, strict=True)
    ]
    if np.allclose(seen, smallest, rtol=0.02, atol=0.03):
        return _shown("not_close", seen, smallest, right)
    off = [
        abs(value - wanted)
        for value, (_, _, wanted), good in zip(reached, _CASES, right, strict=True)
        if not good
    ]
    if len(off) > 1 and max(off) <= 0.05:
        return _shown("close_in_epsilon", seen, smallest, right)
    if all(
        0.98 * formula(best + _STEP) - 0.03 <= z <= 1.02 * formula(best) + 0.03
        for z, best, (_, formula, _) in zip(seen, smallest, _CASES, strict=True)
    ):
        return "the_epsilon"
    if all(
        value <= wanted and z > best + _STEP
        for z, value, best, (_, _, wanted) in zip(seen, reached, smallest, _CASES, strict=True)
    ):
        return _shown("more_than_needed", seen, smallest, right)
    return _shown("wrong_value", seen, smallest, right)


def _shown(name: str, seen: list[float], smallest: list[float], right: list[bool]) -> Mistake:
    """The mistake with a case on which it was made: one with too little noise, if there is one."""
    wrong = [number for number, good in enumerate(right) if not good]
    number = next((n for n in wrong if seen[n] < smallest[n]), wrong[0])
    text, formula, wanted = _CASES[number]
    case = _in_words(text, wanted)
    multipliers = _in_digits(seen[number], smallest[number])
    epsilons = _in_digits(*(_bounded(formula)(z) for z in (seen[number], smallest[number])))
    texts = [
        say("{multiplier}, with an epsilon of {epsilon}", multiplier=multiplier, epsilon=epsilon)
        for multiplier, epsilon in zip(multipliers, epsilons, strict=True)
    ]
    if name in ("wrong_value", "not_close") and _bounded(formula)(seen[number]) > wanted:
        texts[0] = say("{answer}, which is above what is wanted", answer=texts[0])
    return Mistake(name, case=case, got=texts[0], wanted=texts[1])


def _in_digits(one: float, other: float) -> list[str]:
    """Both with as many digits as it takes to tell them apart."""
    texts: list[str] = []
    for digits in range(5, 17):
        texts = [f"{value:.{digits}g}" for value in (one, other)]
        if texts[0] != texts[1] or one == other:
            break
    return texts


def _reference() -> Any:
    def cheapest_noise(epsilon_of: Callable[[float], float], wanted: float) -> float:
        low, high = _LOW, _HIGH
        while high - low > _STEP:
            middle = (low + high) / 2
            if epsilon_of(middle) > wanted:
                low = middle
            else:
                high = middle
        return high

    return cheapest_noise


EXERCISE = Exercise(
    id="cheapest_noise",
    expects="a function that takes `epsilon_of` and an epsilon, and gives the smallest noise "
    "multiplier that meets it, to within 0.01 and never below",
    judge=_judge,
    reference=_reference,
    hints=(
        "Keep two numbers: one whose epsilon is too large, and one whose epsilon is good. The "
        "answer lies between them.",
        "Try the middle of the two. It takes the place of one of them: which one, says its "
        "epsilon. Repeat until the two are closer than 0.01.",
        "At the end, give the one of the two that is known to be good.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | formulas.OF_NUMBERS
    | {
        "too_many_calls": "The result is right, after {seen} calls of `epsilon_of`. Each of them "
        "can take seconds; 100 have to do. Halving the interval needs 13.",
        "a_bit_too_little": "For {case} your answer gives {got}. That is close, and a bit too "
        "small: the epsilon is above what is wanted, and the smallest is {wanted}. Of the two ends "
        "of an interval, which one is safe, and does it come back unrounded?",
        "at_the_end": "Your search ends at an end of its interval. Epsilon **falls** as the noise "
        "grows: which half is kept when the epsilon of the middle is too large?",
        "not_close": "For {case} your answer gives {got}; the smallest is {wanted}. That is near, "
        "and not within 0.01. Does your search stop too early?",
        "close_in_epsilon": "For {case} your answer gives {got}. The epsilon comes close to what "
        "is wanted, and the noise is not what is asked for: the smallest is {wanted}. Where "
        "epsilon hardly falls, there is much noise between two that are close. Look at how close "
        "two multipliers are, and end on the side where epsilon is at most what is wanted.",
        "never_ends": "With {case} your search was stopped after {seen} calls of `epsilon_of`: 100 "
        "have to do. Does the condition of its loop ever turn false?",
        "the_epsilon": "This is the epsilon that is reached. Wanted is the noise multiplier that "
        "reaches it.",
        "more_than_needed": "For {case} your answer gives {got}. Less noise would do, too: "
        "{wanted}. Noise costs accuracy: look for the smallest.",
    },
    right="On the safe side: a guarantee that is nearly met is not met.",
)
