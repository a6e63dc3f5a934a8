"""Answers to `cheapest_noise`, as learners write them."""

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def halving(epsilon_of, wanted, *, low=0.1, high=50.0, width=0.01, give="high", turned=False):
    while high - low > width:
        middle = (low + high) / 2
        if (epsilon_of(middle) > wanted) != turned:
            low = middle
        else:
            high = middle
    return {"high": high, "low": low, "middle": (low + high) / 2}[give]


def doubling_first(epsilon_of, wanted):
    high = 0.1
    while epsilon_of(high) > wanted:
        high *= 2
    return np.float64(halving(epsilon_of, wanted, low=high / 2, high=high, width=0.001))


def in_tens(epsilon_of, wanted):
    """Goes up by tens, ones, tenths and hundredths."""
    best = 0.0
    for step in (10, 1, 0.1, 0.01):
        while epsilon_of(best + step) > wanted:
            best += step
    return best + step


def in_steps(epsilon_of, wanted):
    """Goes up by fives, halves and less, and asks about no more than 50."""
    start = 0.1
    for step in (5.0, 0.5, 0.05, 0.005):
        while epsilon_of(min(start + step, 50.0)) > wanted:
            start += step
    return min(start + 0.005, 50.0)


def times_halved(count):
    def search(epsilon_of, wanted):
        low, high = 0.1, 50.0
        for _ in range(count):
            middle = (low + high) / 2
            low, high = (middle, high) if epsilon_of(middle) > wanted else (low, middle)
        return high

    return lambda: search


def keeping_the_first(epsilon_of, wanted, kept=[]):  # noqa: B006
    kept.append(wanted)
    return halving(epsilon_of, kept[0])


def grid(step):
    def search(epsilon_of, wanted):
        return next(z for z in np.arange(0.1, 50 + step, step) if epsilon_of(z) <= wanted)

    return lambda: search


def until_epsilon_is_close(epsilon_of, wanted, by=0.01):
    low, high = 0.1, 50.0
    while True:
        middle = (low + high) / 2
        if abs(epsilon_of(middle) - wanted) < by or high - low < 1e-9:
            return middle
        low, high = (middle, high) if epsilon_of(middle) > wanted else (low, middle)


def lower_end(count):
    def search(epsilon_of, wanted):
        low, high = 0.1, 50.0
        for _ in range(count):
            middle = (low + high) / 2
            low, high = (middle, high) if epsilon_of(middle) > wanted else (low, middle)
        return low

    return lambda: search


def keeping_all(epsilon_of, wanted, known={}):  # noqa: B006
    def remembered(noise_multiplier):
        if noise_multiplier not in known:
            known[noise_multiplier] = epsilon_of(noise_multiplier)
        return known[noise_multiplier]

    return halving(remembered, wanted)


def endless(epsilon_of, wanted):
    low, high = 0.1, 50.0
    while high - low > 0:
        middle = (low + high) / 2
        if epsilon_of(middle) > wanted:
            low = middle
        else:
            high = middle
        high += 1e-6
    return high


CASE = Case(
    right={
        "halved thirteen times": times_halved(13),
        "halving": lambda: lambda epsilon_of, wanted: halving(epsilon_of, wanted),
        "doubling first": lambda: doubling_first,
        "in tens": lambda: in_tens,
        "in steps up to 50": lambda: in_steps,
    },
    wrong={
        "not_a_number": lambda: lambda epsilon_of, wanted: (1.0, 2.0),
        "too_many_calls": grid(0.01),
        "a_bit_too_little": lambda: (
            lambda epsilon_of, wanted: halving(epsilon_of, wanted, give="low")
        ),
        "at_the_end": lambda: lambda epsilon_of, wanted: halving(epsilon_of, wanted, turned=True),
        "not_close": lambda: lambda epsilon_of, wanted: 1.01 * halving(epsilon_of, wanted),
        "not_close: halved twelve times": times_halved(12),
        "not_close: to 0.02": lambda: (
            lambda epsilon_of, wanted: halving(epsilon_of, wanted, width=0.02)
        ),
        "wrong_value: up to 40": lambda: (
            lambda epsilon_of, wanted: halving(epsilon_of, wanted, high=40.0)
        ),
        "a_bit_too_little: by very little": lower_end(30),
        "a_bit_too_little: by next to nothing": lower_end(40),
        "close_in_epsilon": lambda: until_epsilon_is_close,
        "close_in_epsilon: to a thousandth": lambda: (
            lambda epsilon_of, wanted: until_epsilon_is_close(epsilon_of, wanted, 0.001)
        ),
        "never_ends": lambda: endless,
        "remembers: all that it was told": lambda: keeping_all,
        "remembers: without the function": lambda: keeping.without(halving, 0),
        "remembers: without the epsilon": lambda: keeping.without(halving, 1),
        "remembers": lambda: keeping_the_first,
        "the_epsilon": lambda: lambda epsilon_of, wanted: epsilon_of(halving(epsilon_of, wanted)),
        "more_than_needed": grid(0.5),
        "wrong_value: nearly the largest": lambda: lambda epsilon_of, wanted: 49.0,
        "wrong_value": lambda: lambda epsilon_of, wanted: 3.0,
        "wrong_value: as if epsilon were 1 / z": lambda: lambda epsilon_of, wanted: 1 / wanted,
    },
    raises={"a text": lambda: lambda epsilon_of, wanted: epsilon_of("much")},
)
