"""What a guarantee for one client leaves to a person with several."""

import math
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import forms, formulas, memory, shown
from fl_course.localization import say

_CASES = (
    (0.5, 1e-6, 3),
    (1.0, 1e-4, 1),
    (0.1, 1e-5, 10),
    (2.0, 1e-5, 2),
    (1.0, 1e-4, 30),
    (0.25, 0.0, 4),
    (0.0, 0.01, 5),
    (1.0, 1e-4, 7),
    (1.5, 4e-4, 5),
    (0.25, 1e-12, 71),
    (2.5, 1e-9, 60),
)


def _pair(epsilon: float, delta: float) -> np.ndarray:
    return np.array([epsilon, delta])


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))


def _right(epsilon: float, delta: float, k: int) -> np.ndarray:
    return _pair(k * epsilon, min(1.0, k * _exp((k - 1) * epsilon) * delta))


_KNOWN: dict[str, list[formulas.Formula]] = {
    "unchanged": [lambda e, d, k: _pair(e, d)],
    "delta_unchanged": [lambda e, d, k: _pair(k * e, d)],
    "delta_times": [
        lambda e, d, k: _pair(k * e, k * d),
        lambda e, d, k: _pair(k * e, min(1, k * d)),
    ],
    "factor_forgotten": [
        lambda e, d, k: _pair(k * e, _exp((k - 1) * e) * d),
        lambda e, d, k: _pair(k * e, min(1.0, _exp((k - 1) * e) * d)),
    ],
    "one_too_many": [
        lambda e, d, k: _pair(k * e, k * _exp(k * e) * d),
        lambda e, d, k: _pair(k * e, min(1.0, k * _exp(k * e) * d)),
    ],
    "epsilon_unchanged": [lambda e, d, k: _pair(e, _right(e, d, k)[1])],
    "divided": [
        lambda e, d, k: _pair(e / k, d),
        lambda e, d, k: _pair(e / k, d / k),
    ],
    "root": [
        lambda e, d, k: _pair(math.sqrt(k) * e, d),
        lambda e, d, k: _pair(math.sqrt(k) * e, k * d),
        lambda e, d, k: _pair(math.sqrt(k) * e, _right(e, d, k)[1]),
    ],
    "grown_before": [
        lambda e, d, k: _pair(k * e, k * _exp((k - 1) * k * e) * d),
        lambda e, d, k: _pair(k * e, min(1.0, k * _exp((k - 1) * k * e) * d)),
    ],
    "sum_of_steps": [
        lambda e, d, k: _pair(k * e, min(1.0, sum(_exp(j * e) for j in range(k)) * d)),
        lambda e, d, k: _pair(k * e, sum(_exp(j * e) for j in range(k)) * d),
    ],
    "turned_round": [lambda e, d, k: _right(e, d, k)[::-1]],
    "above_one": [lambda e, d, k: _pair(k * e, k * _exp((k - 1) * e) * d)],
}


def _judge(answer: Any) -> Found:
    calls = memory.one_by_one((0.5, 0.01, 3), (0.25, 0.02, 2))
    if problem := memory.problem_of_calls(answer, *calls, *_CASES):
        return problem
    found = []
    for case in _CASES:
        try:
            result = run(answer, *case)
        except Raised:
            # What was wrong before, with smaller numbers, tells more than an overflow.
            if problem := _which(found):
                return problem
            raise
        result = getattr(result, "numpy", lambda same=result: same)()
        if not forms.is_pair(result):
            return Mistake("not_a_pair", type=type(result).__name__)
        numbers = [forms.number(part) for part in result]
        if None in numbers:
            return Mistake("not_a_pair", type=type(result).__name__)
        found.append(np.array(numbers, float))
    return _which(found)


def _which(found: list[np.ndarray]) -> Found:
    """What is wrong with the results of the first cases, or of all."""
    return formulas.which(
        found,
        _CASES[: len(found)],
        _right,
        _KNOWN,
        lambda e, d, k: say(
            "`epsilon={epsilon}`, `delta={delta}` and `num_clients={count}`",
            epsilon=e,
            delta=f"{d:g}",
            count=k,
        ),
        close=1e-5,
        small=1e-13,  # deltas are small
        in_words=lambda pair: f"({pair[0] + 0.0:.6g}, {pair[1] + 0.0:.6g})",
    )


def _reference() -> Any:
    def person_guarantee(epsilon: float, delta: float, num_clients: int) -> tuple[float, float]:
        pair = _right(epsilon, delta, num_clients)
        return float(pair[0]), float(pair[1])

    return person_guarantee


EXERCISE = Exercise(
    id="person_guarantee",
    expects="a function that takes epsilon and delta of one client, and how many clients a person "
    "is, and gives epsilon and delta of the person",
    judge=_judge,
    reference=_reference,
    hints=(
        "Take the clients away one after the other: with each, probabilities may grow by the "
        "factor `exp(epsilon)` once more.",
        "The two formulas stand above the task. Only the bound of delta is left to you.",
        "A probability is never above 1, so a delta of 1 already allows everything: take the "
        "smaller of 1 and the formula.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_pair": "Your function gives a value of type `{type}` that is not a pair of numbers; "
        "wanted are epsilon and delta.",
        "unchanged": "This is the guarantee of one client. A person with several has less.",
        "delta_unchanged": "Epsilon is that of the person, and delta that of one client. Delta "
        "grows as well, and faster.",
        "delta_times": "Delta grows by more than the number of clients: each step also multiplies "
        "what came before by a factor.",
        "factor_forgotten": "Your delta has the exponential, and misses the number of clients "
        "before it.",
        "one_too_many": "Already for a single client your delta is larger than its own. How many "
        "steps lie between the first client and the last?",
        "epsilon_unchanged": "Delta is that of the person, and epsilon that of one client.",
        "divided": "Your guarantee gets stronger with more clients of a person. All of them speak "
        "about the same person: it gets weaker.",
        "root": "You take the square root of the number of clients. That is for independent "
        "noises; clients of one person add up in the worst case.",
        "grown_before": "Your delta is far too large: the epsilon in its exponential is that of "
        "the person already. The formula has that of one client.",
        "sum_of_steps": "You add up what each step brings. That is a guarantee too, and a better "
        "one; wanted is the formula above, in which every step counts as much as the last.",
        "turned_round": "Epsilon and delta have changed places.",
        "above_one": "For many clients your delta is above 1. It is a probability: from 1 on, "
        "nothing is guaranteed any more, and 1 says so.",
    },
    right="What a client is decides what is protected: a device, an account, or a person.",
)
