"""Answers to `noise_or_flip`, as learners write them."""

import math

import numpy as np

from tests.exercises.cases import Case


def local(epsilon, error):
    return (1 / (2 * math.sinh(epsilon / 2) * error)) ** 2


def central(epsilon, error):
    return math.sqrt(2) / (epsilon * error)


def pair(first, second):
    return lambda: (
        lambda epsilon, error: (
            max(1, math.ceil(first(epsilon, error))),
            max(1, math.ceil(second(epsilon, error))),
        )
    )


def by_search(epsilon, error):
    p = math.exp(epsilon) / (1 + math.exp(epsilon))
    n = 1
    while math.sqrt(p * (1 - p) / n) / (2 * p - 1) > error:
        n += 1
    m = 1
    while math.sqrt(2) / (epsilon * m) > error:
        m += 1
    return [n, m]


def by_doubling(epsilon, error):
    needed = []
    for number in (local(epsilon, error), central(epsilon, error)):
        n = 1
        while n < number:
            n *= 2
        needed.append(n)
    return needed


def in_numpy(epsilon, error):
    p = np.exp(epsilon) / (1 + np.exp(epsilon))
    needed = [p * (1 - p) / (2 * p - 1) ** 2 / error**2, np.sqrt(2) / epsilon / error]
    return np.ceil(needed).astype(int)


def keeping_the_first(epsilon, error, kept=[]):  # noqa: B006
    kept.append(error)
    return in_numpy(epsilon, kept[0])


CASE = Case(
    right={
        "by search": lambda: by_search,
        "numpy": lambda: in_numpy,
        "by sinh": pair(local, central),
        "whole floats": lambda: lambda e, x: tuple(in_numpy(e, x).astype(float)),
    },
    wrong={
        "remembers": lambda: keeping_the_first,
        "not_a_pair": lambda: lambda e, x: math.ceil(local(e, x)),
        "not_a_pair: texts": lambda: lambda e, x: ("9", "15"),
        "exchanged": pair(central, local),
        "not_whole": lambda: lambda e, x: (local(e, x), central(e, x)),
        "rounded_down": lambda: lambda e, x: (int(local(e, x)), int(central(e, x))),
        "rounded_down: to the nearest": lambda: (
            lambda e, x: (round(local(e, x)), round(central(e, x)))
        ),
        "one_more": pair(lambda e, x: local(e, x) + 1, lambda e, x: central(e, x) + 1),
        "root_forgotten": pair(lambda e, x: math.sqrt(local(e, x)), central),
        "scale_not_squared": pair(
            lambda e, x: 1 / (4 * math.sinh(e / 2) ** 2) * math.tanh(e / 2) / x**2, central
        ),
        "root_for_central": pair(local, lambda e, x: math.sqrt(central(e, x))),
        "powers_of_two": lambda: by_doubling,
        "squared_both": pair(local, lambda e, x: central(e, x) ** 2),
        "scale": pair(local, lambda e, x: 1 / (e * x)),
        "error_not_squared": pair(lambda e, x: local(e, x) * x, central),
        "variance_of_noise": pair(local, lambda e, x: 2 / (e * x)),
        "same_twice": pair(local, local),
        "wrong_value": pair(lambda e, x: local(e, x) / 4, central),
        "wrong_value: twice the noise": pair(local, lambda e, x: central(e, x) * 2),
    },
    raises={"by text": lambda: lambda e, x: (local(e, x), f"{e}" / x)},
)
