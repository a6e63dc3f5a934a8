"""Answers to `mean_and_variance`, as learners write them."""

import numpy as np
import tensorflow as tf

from tests.exercises import keeping
from tests.exercises.cases import Case


def from_the_biased(count, total, squares):
    mean = total / count
    return mean, (squares / count - mean**2) * count / (count - 1)


def with_total(count, total, squares):
    return [np.divide(total, count), (squares - total**2 / count) / (count - 1.0)]


def column_by_column(count, total, squares):
    variances = [(s - t * t / n) / (n - 1) for n, t, s in zip(count, total, squares, strict=True)]
    return [t / n for n, t in zip(count, total, strict=True)], variances


def in_place(count, total, squares):
    total /= count
    squares -= count * total**2
    return total, squares / (count - 1)


def of(variance, mean=lambda n, total, squares: total / n):
    return lambda: lambda n, total, squares: (mean(n, total, squares), variance(n, total, squares))


def right(n, total, squares):
    return (squares - total**2 / n) / (n - 1)


def one_for_all(n, total, squares):
    return sum(total) / sum(n), (sum(squares) - sum(total) ** 2 / sum(n)) / (sum(n) - 1)


def in_float32(*sums):
    count, total, squares = (np.asarray(part, np.float32) for part in sums)
    mean = total / count
    return mean, (squares - count * mean**2) / (count - 1)


def counts(change):
    """Right with counts that are changed before."""

    def moments(count, total, squares):
        mean = total / count
        number = change(count)
        return mean, (squares - number * mean**2) / (number - 1)

    return lambda: moments


def in_bytes(count, total, squares):
    with np.errstate(all="ignore"):
        return from_the_biased(count.astype(np.int8), total, squares)


def by_all(count, total, squares):
    mean = total.sum() / count.sum() + 0 * count
    return mean, (squares - count * mean**2) / (count - 1)


def by_columns(count, total, squares):
    n = len(count)
    return total / n, (squares - total**2 / n) / (n - 1 + (n == 1))


def remembering():
    seen = {}

    def moments(count, total, squares):
        if len(count) not in seen:
            seen[len(count)] = from_the_biased(count, total, squares)
        return seen[len(count)]

    return moments


CASE = Case(
    right={
        "from the biased": lambda: from_the_biased,
        "with the sum": lambda: with_total,
        "column by column": lambda: column_by_column,
    },
    wrong={
        "not_two": lambda: lambda n, total, squares: total / n,
        "not_two: a tensor of one number": lambda: lambda *sums: tf.constant(1.0),
        "other_shape": lambda: one_for_all,
        "biased": of(lambda n, total, squares: squares / n - (total / n) ** 2),
        "not_centred": of(lambda n, total, squares: squares / n),
        "not_centred: one less": of(lambda n, total, squares: squares / (n - 1)),
        "deviation": of(lambda *sums: np.sqrt(right(*sums))),
        "other_order": of(lambda n, total, squares: total / n, right),
        "mean_by_one_less": of(right, lambda n, total, squares: total / (n - 1)),
        "mean_square_once": of(lambda n, total, squares: (squares - (total / n) ** 2) / (n - 1)),
        "mean_square_once: the sum": of(lambda n, total, squares: (squares - total**2) / (n - 1)),
        "upside_down": of(lambda *sums: -right(*sums)),
        "changed_given": lambda: in_place,
        "few_digits": lambda: in_float32,
        "few_digits: rounded": lambda: (
            lambda *sums: [np.round(part, 2) for part in from_the_biased(*sums)]
        ),
        "few_digits: the mean rounded": of(right, lambda n, total, squares: (total / n).round(2)),
        "remembers: by the shapes": lambda: keeping.by_shapes(from_the_biased),
        "remembers: without the count": lambda: keeping.without(from_the_biased, 0),
        "remembers: without the total": lambda: keeping.without(from_the_biased, 1),
        "remembers: without the squares": lambda: keeping.without(from_the_biased, 2),
        "remembers": remembering,
        "wrong_value: few counts are less one": of(
            lambda n, total, squares: (squares - total**2 / n) / np.where(n < 30, n - 1, n)
        ),
        "wrong_value: in bytes": lambda: in_bytes,
        "wrong_value: at most a hundred": counts(lambda count: np.minimum(count, 100)),
        "wrong_value: at most four thousand": counts(lambda count: np.minimum(count, 4000)),
        "wrong_value: a mean of all columns": lambda: by_all,
        "wrong_value: the number of columns": lambda: by_columns,
        "wrong_value: a parenthesis less": of(
            lambda n, total, squares: squares - total**2 / n / (n - 1)
        ),
        "wrong_value": of(lambda n, total, squares: (squares - total**2 / n) / (n + 1)),
        "wrong_value: absolute": of(right, lambda n, total, squares: abs(total / n)),
        "wrong_value: two less": of(lambda *sums: right(*sums) * (sums[0] - 1) / (sums[0] - 0.5)),
    },
    raises={"a text": lambda: lambda n, total, squares: "mean" / n},
)
