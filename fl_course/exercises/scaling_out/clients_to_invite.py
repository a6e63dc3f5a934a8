"""How many clients to invite where some drop out."""

import math
import numbers
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run


def _judge(answer: Any) -> Any:
    found = []
    for goal, dropout in ((100, 0.1), (1000, 0.06), (50, 0.5), (10, 0.0), (300, 0.08)):
        seen = run(answer, goal, dropout)
        seen = seen.item() if hasattr(seen, "item") and np.ndim(seen) == 0 else seen
        if isinstance(seen, bool) or not isinstance(seen, numbers.Real):
            return Mistake("not_a_number", type=type(seen).__name__)
        found.append(_judge_invited(float(seen), goal, dropout))
    return next((mistake for mistake in found if mistake is not None), None)


def _judge_invited(seen: float, goal: int, dropout: float) -> Any:
    exact = goal / (1 - dropout)
    for expected, mistake in (
        (math.ceil(exact - 1e-9), None),
        (math.floor(exact) + 1, "one_too_many"),
        (exact, "not_whole"),
        (math.floor(exact), "rounded_down"),
        (goal * (1 + dropout), "share_added"),
        (math.ceil(goal * (1 + dropout) - 1e-9), "share_added"),
        (goal * (1 - dropout), "what_is_left"),
        (goal * dropout, "what_is_lost"),
    ):
        if math.isclose(seen, expected, rel_tol=1e-9, abs_tol=1e-9):
            return mistake
    return OTHER


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
    mistakes={
        "not_a_number": "Your function gives a value of type `{type}`; wanted is a whole number.",
        "one_too_many": "Where the quotient is whole already, as for 50 clients and half of "
        "all dropping out, your function invites one more than it has to.",
        "not_whole": "The quotient is right, and it is not whole. Nobody can invite a part of "
        "a client: round it, in the direction in which the goal is still met.",
        "rounded_down": "Rounded down, on average the goal is just missed.",
        "share_added": "You add the share to the goal: of 110 invited with a tenth dropping "
        "out, 99 are left. The share is one of those invited, not of the goal.",
        "what_is_left": "This is how many are left if as many as the goal are invited. Wanted "
        "is how many to invite, so that as many as the goal are left.",
        "what_is_lost": "This is how many drop out if as many as the goal are invited. Wanted "
        "is how many to invite.",
    },
    right="On average. To be nearly sure of the goal, a server invites more than that.",
)
