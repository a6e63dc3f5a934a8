"""Answers to `clients_to_invite`, as learners write them."""

import functools
import math

import numpy as np

from tests.exercises.cases import Case


def rounding_up_by_hand(goal, dropout):
    invited = goal
    while invited * (1 - dropout) < goal - 1e-9:
        invited += 1
    return invited


def kept_rate():
    kept = []

    def clients_to_invite(goal, dropout):
        kept.append(dropout)
        return math.ceil(goal / (1 - kept[0]))

    return clients_to_invite


def going_on():
    kept = {"invited": 0}

    def clients_to_invite(goal, dropout):
        kept["invited"] += math.ceil(goal / (1 - dropout))
        return kept["invited"]

    return clients_to_invite


CASE = Case(
    right={
        "ceil": lambda: lambda goal, dropout: math.ceil(goal / (1 - dropout)),
        "by hand": lambda: rounding_up_by_hand,
        "minus the floor": lambda: lambda goal, dropout: -int(-goal // (1 - dropout)),
        "kept answers": lambda: functools.cache(rounding_up_by_hand),
        "a search": lambda: (
            lambda goal, dropout: next(
                n for n in range(goal, 10**6) if n * (1 - dropout) >= goal - 1e-9
            )
        ),
        "numpy": lambda: lambda goal, dropout: np.int64(np.ceil(goal / (1 - dropout))),
    },
    wrong={
        "not_a_number": lambda: lambda goal, dropout: [goal, dropout],
        "one_too_many": lambda: lambda goal, dropout: int(goal / (1 - dropout)) + 1,
        "not_whole": lambda: lambda goal, dropout: goal / (1 - dropout),
        "rounded_down": lambda: lambda goal, dropout: int(goal / (1 - dropout)),
        "rounded": lambda: lambda goal, dropout: round(goal / (1 - dropout)),
        "float": lambda: lambda goal, dropout: np.ceil(goal / (1 - dropout)),
        "float: rounded": lambda: lambda goal, dropout: float(math.ceil(goal / (1 - dropout))),
        "percent": lambda: lambda goal, dropout: math.ceil(goal / (1 - dropout / 100)),
        "rounded_early": lambda: lambda goal, dropout: goal * math.ceil(1 / (1 - dropout)),
        "dropout_ignored": lambda: lambda goal, dropout: math.ceil(goal / 0.9),
        "dropout_ignored: a third more": lambda: lambda goal, dropout: math.ceil(1.3 * goal),
        "remembers": kept_rate,
        "remembers: a total": going_on,
        "wrong_value": lambda: lambda goal, dropout: math.ceil(goal / (1 - dropout) ** 2),
        "wrong_value: one more in any case": lambda: (
            lambda goal, dropout: math.ceil(goal / (1 - dropout)) + 1
        ),
        "wrong_value: what is lost, replaced once": lambda: (
            lambda goal, dropout: goal + math.ceil(goal * dropout * (1 + dropout))
        ),
        "wrong_value: by tens": lambda: (
            lambda goal, dropout: 10 * math.ceil(goal / (1 - dropout) / 10)
        ),
        "share_added: rounded up": lambda: lambda goal, dropout: math.ceil(goal * (1 + dropout)),
        "what_is_left: rounded": lambda: lambda goal, dropout: round(goal * (1 - dropout)),
        "share_added": lambda: lambda goal, dropout: goal + goal * dropout,
        "what_is_left": lambda: lambda goal, dropout: goal * (1 - dropout),
        "what_is_lost": lambda: lambda goal, dropout: goal * dropout,
    },
    raises={"by text": lambda: lambda goal, dropout: goal / (1 - f"{dropout}")},
)
