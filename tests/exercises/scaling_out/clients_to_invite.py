"""Answers to `clients_to_invite`, as learners write them."""

import math

import numpy as np

from tests.exercises.cases import Case


def rounding_up_by_hand(goal, dropout):
    invited = goal
    while invited * (1 - dropout) < goal - 1e-9:
        invited += 1
    return invited


CASE = Case(
    right={
        "ceil": lambda: lambda goal, dropout: math.ceil(goal / (1 - dropout)),
        "by hand": lambda: rounding_up_by_hand,
        "numpy": lambda: lambda goal, dropout: np.ceil(goal / (1 - dropout)),
    },
    wrong={
        "not_a_number": lambda: lambda goal, dropout: [goal, dropout],
        "one_too_many": lambda: lambda goal, dropout: int(goal / (1 - dropout)) + 1,
        "not_whole": lambda: lambda goal, dropout: goal / (1 - dropout),
        "rounded_down": lambda: lambda goal, dropout: int(goal / (1 - dropout)),
        "share_added": lambda: lambda goal, dropout: goal + goal * dropout,
        "what_is_left": lambda: lambda goal, dropout: goal * (1 - dropout),
        "what_is_lost": lambda: lambda goal, dropout: goal * dropout,
    },
    other={"always a third more": lambda: lambda goal, dropout: math.ceil(1.3 * goal)},
    raises={"by text": lambda: lambda goal, dropout: goal / (1 - f"{dropout}")},
)
