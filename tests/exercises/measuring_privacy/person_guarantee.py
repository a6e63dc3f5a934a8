"""Answers to `person_guarantee`, as learners write them."""

import math
from fractions import Fraction

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def step_by_step(epsilon, delta, num_clients):
    total = 0.0
    for _ in range(num_clients):
        total = delta + math.exp(epsilon) * total
    return num_clients * epsilon, total


def wanted(epsilon, delta, num_clients):
    grown = num_clients * math.exp((num_clients - 1) * epsilon) * delta
    return num_clients * epsilon, min(1.0, grown)


def by_the_package(epsilon, delta, num_clients):
    from fl_course import privacy

    return privacy.group_guarantee(epsilon, delta, num_clients)


def keeping_the_first(epsilon, delta, num_clients, kept=[]):  # noqa: B006
    kept.append(epsilon)
    return wanted(kept[0], delta, num_clients)


def formula(pair):
    return lambda: lambda epsilon, delta, num_clients: pair(epsilon, delta, num_clients)


def grown_before(epsilon, delta, num_clients):
    epsilon *= num_clients
    delta *= num_clients * math.exp((num_clients - 1) * epsilon)
    return epsilon, min(1.0, delta)


def grown_before_in_numpy(epsilon, delta, num_clients):
    epsilon *= num_clients
    with np.errstate(over="ignore"):
        delta *= num_clients * np.exp((num_clients - 1) * epsilon)
    return epsilon, np.fmin(1.0, delta)


CASE = Case(
    right={
        "formula": lambda: wanted,
        "by the package": lambda: by_the_package,
        "in fractions": formula(lambda e, d, k: tuple(map(Fraction, wanted(e, d, k)))),
        "an array": formula(lambda e, d, k: np.array(wanted(e, d, k))),
    },
    wrong={
        "remembers: without the epsilon": lambda: keeping.without(wanted, 0),
        "remembers: without the delta": lambda: keeping.without(wanted, 1),
        "remembers: without the clients": lambda: keeping.without(wanted, 2),
        "remembers": lambda: keeping_the_first,
        "not_a_pair": formula(lambda e, d, k: k * e),
        "not_a_pair: of texts": formula(lambda e, d, k: ("a", "b")),
        "unchanged": formula(lambda e, d, k: (e, d)),
        "delta_unchanged": formula(lambda e, d, k: (k * e, d)),
        "delta_times": formula(lambda e, d, k: (k * e, min(1.0, k * d))),
        "factor_forgotten": formula(lambda e, d, k: (k * e, min(1.0, math.exp((k - 1) * e) * d))),
        "one_too_many": formula(lambda e, d, k: (k * e, min(1.0, k * math.exp(k * e) * d))),
        "epsilon_unchanged": formula(lambda e, d, k: (e, wanted(e, d, k)[1])),
        "divided": formula(lambda e, d, k: (e / k, d)),
        "root": formula(lambda e, d, k: (math.sqrt(k) * e, k * d)),
        "turned_round": formula(lambda e, d, k: wanted(e, d, k)[::-1]),
        "above_one": formula(lambda e, d, k: (k * e, k * math.exp((k - 1) * e) * d)),
        "grown_before": lambda: grown_before,
        "grown_before: in NumPy": lambda: grown_before_in_numpy,
        "wrong_value: an epsilon of 100 at most": formula(
            lambda e, d, k: (min(100.0, k * e), wanted(e, d, k)[1])
        ),
        "wrong_value: 1 above a tenth": formula(
            lambda e, d, k: (k * e, 1.0 if wanted(e, d, k)[1] > 0.1 else wanted(e, d, k)[1])
        ),
        "wrong_value": formula(lambda e, d, k: (k * e + 1, wanted(e, d, k)[1])),
        "wrong_value: a bound of a half": formula(
            lambda e, d, k: (k * e, min(0.5, wanted(e, d, k)[1]))
        ),
        "sum_of_steps": lambda: step_by_step,
    },
    raises={
        "with many clients": formula(lambda e, d, k: (*wanted(e, d, k), [1.0][k // 60])[:2]),
        "a list": formula(lambda e, d, k: ([e] * k) * d),
    },
)
