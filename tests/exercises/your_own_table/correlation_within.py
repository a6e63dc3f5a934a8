"""Answers to `correlation_within`, as learners write them."""

import math
from fractions import Fraction

import numpy as np

from tests.exercises.cases import Case


def with_loops(sums):
    a = b = c = 0.0
    for n, x, y, xx, yy, xy in sums:
        if n:
            a += xx - x**2 / n
            b += yy - y**2 / n
            c += xy - x * y / n
    return c / math.sqrt(a * b)


def with_means(sums):
    n, x, y, xx, yy, xy = np.array(sums).T
    mean_x, mean_y = (np.divide(s, n, out=np.zeros_like(s), where=n > 0) for s in (x, y))
    products = np.sum(xy - n * mean_x * mean_y)
    return products / np.sum(xx - n * mean_x**2) ** 0.5 / np.sum(yy - n * mean_y**2) ** 0.5


def as_tensor(sums):
    import tensorflow as tf

    return tf.constant(with_loops(sums))


def of_each(sums):
    return [with_loops([row]) for row in sums if row[0]]


def pooled(sums):
    return with_loops([np.sum(sums, axis=0)])


def covariances(sums):
    a = b = c = 0.0
    for n, x, y, xx, yy, xy in sums:
        if n:
            a += (xx - x**2 / n) / (n - 1)
            b += (yy - y**2 / n) / (n - 1)
            c += (xy - x * y / n) / (n - 1)
    return c / math.sqrt(a * b)


def no_root(sums):
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    return sum(xy - x * y / n) / (sum(xx - x**2 / n) * sum(yy - y**2 / n))


def empty_counts(sums):
    n, x, y, xx, yy, xy = sums.T
    return sum(xy - x * y / n) / np.sqrt(sum(xx - x**2 / n) * sum(yy - y**2 / n))


def not_centred(sums):
    _, _, _, xx, yy, xy = sums.sum(axis=0)
    return xy / np.sqrt(xx * yy)


def in_place(sums):
    result = with_loops(sums)
    sums[:, 0] += 1
    return result


def in_float32(sums):
    return with_means(sums.astype(np.float32))


def root_of_each(sums):
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    return sum(xy - x * y / n) / sum(np.sqrt((xx - x**2 / n) * (yy - y**2 / n)))


def products_first(sums):
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    return sum(xy - x * y / n) / np.sqrt(sum((xx - x**2 / n) * (yy - y**2 / n)))


def divided(size):
    def within(sums):
        n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
        with np.errstate(invalid="ignore"):
            squares = sum(xx - x**2 / size(n)) * sum(yy - y**2 / size(n))
            return sum(xy - x * y / size(n)) / np.sqrt(squares)

    return lambda: within


def of_x_and_y(sums):
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    with np.errstate(invalid="ignore"):
        return sum(xy - x * y / n) / np.sqrt(sum(xx - x * x / n) * sum(yy - x * y / n))


def of_x_and_y_also_empty(sums):
    n, x, y, xx, yy, xy = sums.T
    with np.errstate(invalid="ignore"):
        return sum(xy - x * y / n) / np.sqrt(sum(xx - x * x / n) * sum(yy - x * y / n + x))


def in_bytes(sums):
    sums = sums.copy()
    sums[:, 0] = sums[:, 0].astype(np.int8)
    return with_loops(sums)


def other_columns(*order):
    def within(sums):
        with np.errstate(invalid="ignore"):
            return with_means(sums[:, order])

    return lambda: within


def remembering():
    kept = []

    def within(sums):
        kept.append(sums[sums[:, 0] > 0])
        return with_loops(np.concatenate(kept))

    return within


CASE = Case(
    right={
        "with loops": lambda: with_loops,
        "with means": lambda: with_means,
        "a tensor": lambda: as_tensor,
        "a fraction": lambda: lambda sums: Fraction(with_loops(sums)),
    },
    wrong={
        "no_number": lambda: lambda sums: of_each(sums),
        "no_number: in a list": lambda: lambda sums: [with_loops(sums)],
        "no_number: of lists": lambda: lambda sums: [[1.0], [2.0, 3.0]],
        "pooled": lambda: pooled,
        "mean_of_correlations": lambda: lambda sums: np.mean(of_each(sums)),
        "weighted_mean": lambda: (
            lambda sums: np.average(of_each(sums), weights=[row[0] for row in sums if row[0]])
        ),
        "weighted_mean: by one less": lambda: (
            lambda sums: np.average(of_each(sums), weights=[row[0] - 1 for row in sums if row[0]])
        ),
        "products_first": lambda: products_first,
        "other_divisor": divided(lambda n: 1),
        "other_divisor: one less": divided(lambda n: n - 1),
        "other_products": lambda: of_x_and_y,
        "wrong_value: of x and y, and empty groups": lambda: of_x_and_y_also_empty,
        "wrong_value: counts in bytes": lambda: in_bytes,
        "wrong_value: twelve groups": lambda: lambda sums: with_loops(sums[:12]),
        "few_digits: rounded": lambda: lambda sums: round(with_loops(sums), 3),
        "not_centred": lambda: not_centred,
        "covariances": lambda: covariances,
        "no_root": lambda: no_root,
        "squared": lambda: lambda sums: with_loops(sums) ** 2,
        "other_sign": lambda: lambda sums: -with_loops(sums),
        "empty_group": lambda: empty_counts,
        "changed_given": lambda: in_place,
        "few_digits": lambda: in_float32,
        "root_of_each": lambda: root_of_each,
        "columns_mixed": other_columns(0, 1, 2, 3, 5, 4),
        "columns_mixed: squares and products": other_columns(0, 1, 2, 4, 3, 5),
        "remembers": remembering,
        "wrong_value: three groups": lambda: lambda sums: with_loops(sums[:3]),
        "wrong_value": lambda: lambda sums: max(of_each(sums)),
        "wrong_value: absolute": lambda: lambda sums: abs(with_loops(sums)),
        "wrong_value: the first group": lambda: lambda sums: of_each(sums)[0],
    },
    raises={"by name": lambda: lambda sums: sums["xx"]},
)
