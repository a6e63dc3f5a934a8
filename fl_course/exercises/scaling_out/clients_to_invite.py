"""How many clients to invite where some drop out."""

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import memory, shown
from fl_course.localization import say

# Quotients just above a whole number, just below one, in between, and whole.
_CASES = (
    (100, 0.1),
    (100, 0.25),
    (1000, 0.06),
    (50, 0.5),
    (10, 0.0),
    (300, 0.08),
    (1, 0.2),
    (3, 0.625),
    (20, 0.95),
    (10_000, 0.35),
)
_SAME_GOAL = (100, 0.0), (100, 0.9)


def _up(value: float) -> int:
    """Rounded up, where a whole number may have come out a bit above."""
    return math.ceil(value - 1e-9)


_KNOWN: dict[str, list[Callable[[int, float], float]]] = {
    "one_too_many": [
        lambda goal, dropout: math.floor(goal / (1 - dropout) + 1e-9) + 1,
        lambda goal, dropout: math.floor(goal / (1 - dropout)) + 1,
    ],
    "not_whole": [lambda goal, dropout: goal / (1 - dropout)],
    "rounded_down": [
        lambda goal, dropout: math.floor(goal / (1 - dropout) + 1e-9),
        lambda goal, dropout: math.floor(goal / (1 - dropout)),
    ],
    "rounded": [
        lambda goal, dropout: round(goal / (1 - dropout)),
        lambda goal, dropout: math.floor(goal / (1 - dropout) + 0.5),
    ],
    "share_added": [
        lambda goal, dropout: goal * (1 + dropout),
        lambda goal, dropout: _up(goal * (1 + dropout)),
        lambda goal, dropout: math.ceil(goal * (1 + dropout)),
        lambda goal, dropout: math.floor(goal * (1 + dropout) + 1e-9),
        lambda goal, dropout: int(goal * (1 + dropout)),
        lambda goal, dropout: round(goal * (1 + dropout)),
    ],
    "percent": [
        lambda goal, dropout: _up(goal / (1 - dropout / 100)),
        lambda goal, dropout: math.ceil(goal / (1 - dropout / 100)),
    ],
    "rounded_early": [lambda goal, dropout: goal * _up(1 / (1 - dropout))],
    "what_is_left": [
        lambda goal, dropout: goal * (1 - dropout),
        lambda goal, dropout: _up(goal * (1 - dropout)),
        lambda goal, dropout: math.ceil(goal * (1 - dropout)),
        lambda goal, dropout: int(goal * (1 - dropout)),
        lambda goal, dropout: round(goal * (1 - dropout)),
    ],
    "what_is_lost": [
        lambda goal, dropout: goal * dropout,
        lambda goal, dropout: math.ceil(goal * dropout),
        lambda goal, dropout: int(goal * dropout),
        lambda goal, dropout: round(goal * dropout),
    ],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem(
        answer, lambda function: run(function, 60, 0.4), lambda function: run(function, 90, 0.1)
    ):
        return found
    given = [_number(run(answer, *case)) for case in _CASES]
    for seen in given:
        if isinstance(seen, bool) or not isinstance(seen, numbers.Real):
            return Mistake("not_a_number", type=type(seen).__name__)
    found = list(map(float, given))

    def agrees(formula: Callable[[int, float], float]) -> bool:
        return all(
            math.isclose(seen, formula(*case), rel_tol=1e-9, abs_tol=1e-9)
            for seen, case in zip(found, _CASES, strict=True)
        )

    if agrees(lambda goal, dropout: _up(goal / (1 - dropout))):
        as_float = next((seen for seen in given if not isinstance(seen, numbers.Integral)), None)
        return None if as_float is None else Mistake("float", seen=str(float(as_float)))
    for name, formulas in _KNOWN.items():
        if any(map(agrees, formulas)):
            return name
    without, with_many = (_number(run(answer, *case)) for case in _SAME_GOAL)
    if without == with_many:
        return Mistake("dropout_ignored", seen=f"{float(without):g}")
    goal, dropout, seen, wanted = next(
        (*case, seen, _up(case[0] / (1 - case[1])))
        for seen, case in zip(found, _CASES, strict=True)
        if not math.isclose(seen, _up(case[0] / (1 - case[1])), rel_tol=1e-9)
    )
    case = say("a goal of {goal} and a drop-out of {dropout}", goal=goal, dropout=dropout)
    return shown.wrong_value(case, seen, wanted)


def _number(value: Any) -> Any:
    """A number of NumPy's or TensorFlow's as Python's; anything else as it is."""
    value = getattr(value, "numpy", lambda: value)()
    return value.item() if hasattr(value, "item") and np.ndim(value) == 0 else value


def _reference() -> Any:
    def clients_to_invite(goal: int, dropout: float) -> int:
        # Without the small number, a quotient that is whole could come out a bit above.
        return math.ceil(goal / (1 - dropout) - 1e-9)

    return clients_to_invite


EXERCISE = Exercise(
    id="clients_to_invite",
    expects="a function that takes the number of clients a round needs and the share that "
    "drops out, and gives how many to invite, a whole number",
    judge=_judge,
    reference=_reference,
    hints=(
        "Turn it round: if you invite `n` clients, how many of them finish?",
        "`n * (1 - dropout)` finish, on average, and that has to be `goal`. Solve for `n`.",
        "The quotient is seldom whole, and one client too few is too few: `math.ceil` rounds up.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_number": "Your function gives a value of type `{type}`; wanted is a whole number.",
        "one_too_many": "Where the quotient is whole already, as for 50 clients and half of "
        "all dropping out, your function invites one more than it has to.",
        "not_whole": "The quotient is right, and it is not whole. Nobody can invite a part of "
        "a client: round it, in the direction in which the goal is still met.",
        "rounded_down": "Rounded down, on average the goal is just missed.",
        "rounded": "You round to the nearest whole number. Where that lies below the quotient, as "
        "for a goal of 100 and a drop-out of 0.1, on average the goal is just missed.",
        "dropout_ignored": "For a goal of 100 your function gives {seen}, with a drop-out of 0.0 "
        "and with one of 0.9. Does it use its second argument?",
        "float": "The number is right, and it is a float, {seen}. Wanted is an `int`: `math.ceil` "
        "gives one, and `np.ceil` does not.",
        "percent": "`dropout` is a share and no percentage: 0.1 is a tenth. Leave out the "
        "division by 100.",
        "rounded_early": "You round up the number of invitations for one update, and multiply "
        "afterwards: for a goal of 100 and a drop-out of 0.1 that is 200. Round once, at the end.",
        "share_added": "You add the share to the goal: of 110 invited with a tenth dropping "
        "out, 99 are left. The share is one of those invited, not of the goal.",
        "what_is_left": "This is how many are left if as many as the goal are invited. Wanted "
        "is how many to invite, so that as many as the goal are left.",
        "what_is_lost": "This is how many drop out if as many as the goal are invited. Wanted "
        "is how many to invite.",
    },
    right="On average. To be nearly sure of the goal, a server invites more than that.",
)
