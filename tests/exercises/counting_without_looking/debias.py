"""Answers to `debias`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def formula(value):
    return lambda: lambda told, truth: value(told, truth)


def estimate(s, p):
    return (s - 1 + p) / (2 * p - 1)


def by_solving(told, truth):
    # told = s * truth + (1 - s) * (1 - truth), linear in s
    at_zero, at_one = 1 - truth, truth
    return (told - at_zero) / (at_one - at_zero)


def in_tensorflow(told, truth):
    import tensorflow as tf

    return (tf.constant(told) - (1 - truth)) / (truth - (1 - truth))


def keeping_the_first(told, truth, kept=[]):  # noqa: B006
    kept.append(truth)
    return estimate(told, kept[0])


CASE = Case(
    right={
        "by solving": lambda: by_solving,
        "numpy": formula(lambda s, p: np.float32(s - (1 - p)) / np.float32(2 * p - 1)),
        "tensorflow": lambda: in_tensorflow,
        "around a half": formula(lambda s, p: 0.5 + (s - 0.5) / (2 * p - 1)),
    },
    wrong={
        "remembers": lambda: keeping_the_first,
        "not_a_number": formula(lambda s, p: [estimate(s, p)] * 2),
        "clipped": formula(lambda s, p: np.clip(estimate(s, p), 0, 1)),
        "clipped: below": formula(lambda s, p: max(0, estimate(s, p))),
        "not_scaled": formula(lambda s, p: s - (1 - p)),
        "answered_at_random": formula(lambda s, p: (s - (1 - p) / 2) / p),
        "by_the_truth": formula(lambda s, p: (s - (1 - p)) / p),
        "not_shifted": formula(lambda s, p: s / (2 * p - 1)),
        "share_of_no": formula(lambda s, p: 1 - estimate(s, p)),
        "forwards": formula(lambda s, p: p * s + (1 - p) * (1 - s)),
        "as_told": formula(lambda s, p: s),
        "half_taken_off": formula(lambda s, p: (s - 0.5) / (2 * p - 1)),
        "percent": formula(lambda s, p: 100 * estimate(s, p)),
        "wrong_value": formula(lambda s, p: (s - (1 - p)) / (2 * p + 1)),
        "rounded": formula(lambda s, p: np.round(estimate(s, p), 2)),
        "rounded: one digit": formula(lambda s, p: round(estimate(s, p), 1)),
        "wrong_value: squared": formula(lambda s, p: estimate(s, p) ** 2),
    },
    raises={"by text": formula(lambda s, p: (s - 1 + p) / f"{p}")},
)
