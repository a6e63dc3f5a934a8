"""Answers to `noise_of_mean`, as learners write them."""

import math

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def formula(value):
    return lambda: (
        lambda noise_multiplier, clip_norm, cohort_size: value(
            noise_multiplier, clip_norm, cohort_size
        )
    )


def in_tensorflow(noise_multiplier, clip_norm, cohort_size):
    import tensorflow as tf

    return tf.constant(noise_multiplier) * clip_norm / cohort_size


def keeping_the_first(noise_multiplier, clip_norm, cohort_size, kept=[]):  # noqa: B006
    kept.append(cohort_size)
    return noise_multiplier * clip_norm / kept[0]


CASE = Case(
    right={
        "quotient": formula(lambda z, c, n: c / n * z),
        "numpy": formula(lambda z, c, n: np.float32(z * c) / n),
        "by variances": formula(lambda z, c, n: math.sqrt((z * c) ** 2 / n**2)),
        "tensorflow": lambda: in_tensorflow,
    },
    wrong={
        "remembers: without the multiplier": lambda: keeping.without(lambda z, c, n: z * c / n, 0),
        "remembers: without the norm": lambda: keeping.without(lambda z, c, n: z * c / n, 1),
        "remembers: without the cohort": lambda: keeping.without(lambda z, c, n: z * c / n, 2),
        "remembers": lambda: keeping_the_first,
        "not_a_number": formula(lambda z, c, n: f"{z * c / n}"),
        "of_the_sum": formula(lambda z, c, n: z * c),
        "bound_forgotten": formula(lambda z, c, n: z / n),
        "bound_divided": formula(lambda z, c, n: z / c / n),
        "root": formula(lambda z, c, n: z * c / math.sqrt(n)),
        "variance": formula(lambda z, c, n: (z * c / n) ** 2),
        "multiplied": formula(lambda z, c, n: z * c * n),
        "multiplier_forgotten": formula(lambda z, c, n: c / n),
        "wrong_value: a thousand clients at most": formula(lambda z, c, n: z * c / min(n, 1000)),
        "wrong_value: a multiplier of ten at most": formula(lambda z, c, n: min(z, 10) * c / n),
        "cohort_fixed": formula(lambda z, c, n: z * c / 14),
        "doubled": formula(lambda z, c, n: 2 * c * z / n),
        "wrong_value": formula(lambda z, c, n: z * c / (n + 1)),
        "wrong_value: divided by the multiplier": formula(lambda z, c, n: c / (z * n)),
        "wrong_value: divided by one client less": formula(lambda z, c, n: z * c / (n - 1)),
        "wrong_value: right but for a single client": formula(lambda z, c, n: z * c * (n > 1) / n),
        "wrong_value: whole": formula(lambda z, c, n: z * c // n),
    },
    raises={"by text": formula(lambda z, c, n: z * c / f"{n}")},
)
