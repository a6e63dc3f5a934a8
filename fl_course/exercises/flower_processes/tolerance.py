"""How much the roundings of all steps can add up to."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, memory, shown
from fl_course.localization import say

_CASES = (
    (3, 26, 0.08, np.float32),
    (1, 1, 1.0, np.float64),
    (10, 5, 2.5, np.float64),
    (2, 7, 0.3, np.float64),
    (1, 4, 8.0, np.float32),
    (6, 1, 0.5, np.float32),
)


def _unit(dtype: Any) -> float:
    return float(np.finfo(dtype).eps) / 2


def _right(num_rounds: int, num_steps: int, largest: float, dtype: Any) -> float:
    return num_rounds * num_steps * largest * _unit(dtype)


_KNOWN: dict[str, list[formulas.Formula]] = {
    "whole_gap": [lambda *case: 2 * _right(*case)],
    "halved_twice": [lambda *case: _right(*case) / 2],
    "one_step": [lambda rounds, steps, largest, dtype: largest * _unit(dtype)],
    "rounds_left_out": [lambda rounds, steps, largest, dtype: steps * largest * _unit(dtype)],
    "steps_left_out": [lambda rounds, steps, largest, dtype: rounds * largest * _unit(dtype)],
    "added": [lambda rounds, steps, largest, dtype: (rounds + steps) * largest * _unit(dtype)],
    "largest_left_out": [lambda rounds, steps, largest, dtype: rounds * steps * _unit(dtype)],
    "float32_only": [
        lambda rounds, steps, largest, dtype: _right(rounds, steps, largest, np.float32)
    ],
    "float64_only": [
        lambda rounds, steps, largest, dtype: _right(rounds, steps, largest, np.float64)
    ],
    "luck": [
        lambda rounds, steps, largest, dtype: (rounds * steps) ** 0.5 * largest * _unit(dtype)
    ],
    "mean_counted": [
        lambda rounds, steps, largest, dtype: rounds * (steps + 1) * largest * _unit(dtype)
    ],
    "own_gap": [
        lambda rounds, steps, largest, dtype: (
            rounds * steps * float(np.spacing(np.dtype(dtype).type(largest))) / 2
        )
    ],
    "resolution": [
        lambda rounds, steps, largest, dtype: (
            rounds * steps * largest * float(np.finfo(dtype).resolution)
        ),
        lambda rounds, steps, largest, dtype: (
            rounds * steps * largest * float(np.finfo(dtype).resolution) / 2
        ),
    ],
    "smallest": [
        lambda rounds, steps, largest, dtype: rounds * steps * largest * float(np.finfo(dtype).tiny)
    ],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem_of_calls(answer, (3, 26, 0.08, np.float32), (2, 4, 9.0, np.float32)):
        return found
    found = []
    for case in _CASES:
        result = run(answer, *case)
        result = getattr(result, "numpy", lambda same=result: same)()
        number = None if isinstance(result, bool | np.bool_) else forms.number(result)
        if number is None:
            return Mistake("not_a_number", type=type(result).__name__)
        found.append(number)
    return formulas.which(
        found, _CASES, _right, _KNOWN, _told, small=0.0, in_words=lambda value: f"{value:.4g}"
    )


def _told(num_rounds: int, num_steps: int, largest: float, dtype: Any) -> str:
    return say(
        "{rounds} rounds of {steps} steps, a largest weight of {largest} and {dtype}",
        rounds=num_rounds,
        steps=num_steps,
        largest=largest,
        dtype=np.dtype(dtype).name,
    )


def _reference() -> Any:
    def tolerance(num_rounds: int, num_steps: int, largest: float, dtype: Any) -> float:
        return _right(num_rounds, num_steps, largest, dtype)

    return tolerance


EXERCISE = Exercise(
    id="tolerance",
    expects="a function of `num_rounds`, `num_steps`, `largest` and `dtype` that gives one number: "
    "the most that the roundings of all steps can add up to",
    judge=_judge,
    reference=_reference,
    hints=(
        "How often is a weight rounded in all? And by how much can one rounding err, at most, if "
        "the weight is `largest`?",
        "The text above says by how much: half of `np.finfo(dtype).eps`, times the size of the "
        "weight. All of them err in the same direction, so they add up.",
    ),
    mistakes=formulas.OF_NUMBERS
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "whole_gap": "Twice what it can be. `eps` is the distance to the next number; rounding "
        "goes to the nearer of two neighbours, so it errs by at most how much of that?",
        "halved_twice": "Half of what it can be. Is something halved twice?",
        "one_step": "This is one rounding. There is one in each step of each round.",
        "rounds_left_out": "These are the roundings of one round.",
        "steps_left_out": "There is one rounding in each **step**; you count one in each round.",
        "added": "Rounds and steps are added. How many steps are there in all, if each round has "
        "`num_steps`?",
        "largest_left_out": "This is the error of weights of size 1. A larger number's neighbours "
        "are further away, in proportion.",
        "float32_only": "Right for float32 only. `dtype` says which type it is.",
        "float64_only": "Right for float64 only. `dtype` says which type it is.",
        "luck": "This is how errors of random directions grow, as the root of their number. The "
        "task asks for the most: all of them in the same direction.",
        "mean_counted": "There is one rounding too many in each round. The server's mean is "
        "stored, too, but the task counts the steps of a client only.",
        "own_gap": "You take the distance from `largest` to its next neighbour. The bound of the "
        "text is simpler, and a bit larger where `largest` is no power of two: `eps` times "
        "`largest`, and half of that.",
        "resolution": "`resolution` is a number of decimal digits that can be relied on. The "
        "distance between neighbours is `eps`.",
        "smallest": "`tiny` is the smallest number near zero. What matters is how far the "
        "neighbours of a weight are away, relative to its size: `eps`.",
    },
    right="Roundings go up and down, so that what one sees is nearly always far less.",
)
