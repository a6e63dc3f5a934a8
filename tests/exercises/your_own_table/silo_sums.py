"""Answers to `silo_sums`, as learners write them."""

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def with_tensorflow(body):
    """A function of the table whose body gets TensorFlow, too."""

    def make():
        import tensorflow as tf

        return lambda table: body(tf, table)

    return make


def known_sums(tf, table, known=None):
    known = ~tf.math.is_nan(table) if known is None else known
    values = tf.where(known, table, 0.0)
    count = tf.math.count_nonzero(known, axis=0)
    return count, tf.reduce_sum(values, 0), tf.reduce_sum(values * values, 0)


def by_multiplying(tf, table):
    there = tf.cast(table == table, table.dtype)  # NaN is not equal to itself
    values = tf.math.multiply_no_nan(table, there)
    return [tf.reduce_sum(x, 0) for x in (there, values, values**2)]


def stacked(tf, table):
    return tf.stack([tf.cast(part, tf.float64) for part in known_sums(tf, table)])


def in_numpy(table):
    table = np.asarray(table)
    return (~np.isnan(table)).sum(0), np.nansum(table, 0), np.nansum(table**2, 0)


def fixed_number_of_rows(tf, table):
    rows = len(table)  # of a recorded table, it is not known
    gaps = tf.reduce_sum(tf.cast(tf.math.is_nan(table), tf.float64), 0)
    _, total, squares = known_sums(tf, table)
    return rows - gaps, total, squares


def all_rows_counted(tf, table):
    _, total, squares = known_sums(tf, table)
    return tf.fill(tf.shape(total), tf.shape(table)[0]), total, squares


def missing_counted(tf, table):
    _, total, squares = known_sums(tf, table)
    return tf.reduce_sum(tf.cast(tf.math.is_nan(table), tf.int32), 0), total, squares


def complete_rows(tf, table):
    gap = tf.reduce_any(tf.math.is_nan(table), axis=1)
    return known_sums(tf, table[~gap])


def square_of_sum(tf, table):
    count, total, _ = known_sums(tf, table)
    return count, total, total**2


def means(tf, table):
    count, total, squares = known_sums(tf, table)
    count = tf.cast(count, tf.float64)
    return count, total / count, squares / count


def mean_but_squares(tf, table):
    count, total, squares = known_sums(tf, table)
    return count, tf.math.divide_no_nan(total, tf.cast(count, tf.float64)), squares


def gaps_in_the_sums(tf, table):
    count, _, _ = known_sums(tf, table)
    return count, tf.reduce_sum(table, 0), tf.reduce_sum(table**2, 0)


def along_the_rows(tf, table):
    known = ~tf.math.is_nan(table)
    values = tf.where(known, table, 0.0)
    return (
        tf.math.count_nonzero(known, axis=1),
        tf.reduce_sum(values, 1),
        tf.reduce_sum(values**2, 1),
    )


def of_everything(tf, table):
    return tuple(tf.reduce_sum(tf.cast(part, tf.float64)) for part in known_sums(tf, table))


def without_zeros(tf, table):
    return known_sums(tf, table, ~tf.math.is_nan(table) & (table != 0))


def absolute(tf, table):
    count, total, squares = known_sums(tf, abs(table))
    return count, total, squares


def positive_only(tf, table):
    return known_sums(tf, table, table > 0)


def in_float32(tf, table):
    return [tf.cast(part, tf.float64) for part in known_sums(tf, tf.cast(table, tf.float32))]


def rounded(tf, table):
    count, total, squares = known_sums(tf, table)
    return count, tf.round(total * 100) / 100, tf.round(squares * 100) / 100


def gaps_filled(tf, table):
    count, total, _ = known_sums(tf, table)
    count = tf.cast(count, tf.float64)
    means = tf.math.divide_no_nan(total, count)
    values = tf.where(tf.math.is_nan(table), means + tf.zeros_like(table), table)
    return count, tf.reduce_sum(values, 0), tf.reduce_sum(values**2, 0)


def counting_calls():
    import tensorflow as tf

    calls = []

    def silo(table):
        calls.append(1)
        count, total, squares = known_sums(tf, table)
        return count, total + len(calls) - 1, squares

    return silo


def first_rows(tf, table):
    return known_sums(tf, table[:100])


def first_columns(tf, table):
    columns = tf.shape(table)[1]
    kept = tf.range(columns) < 6
    return [tf.where(kept, part, tf.zeros_like(part)) for part in known_sums(tf, table)]


CASE = Case(
    right={
        "count_nonzero": with_tensorflow(known_sums),
        "by multiplying": with_tensorflow(by_multiplying),
        "stacked": with_tensorflow(stacked),
    },
    wrong={
        "remembers": lambda: keeping.kept(with_tensorflow(known_sums)(), lambda table: table.shape),
        "not_three": with_tensorflow(lambda tf, table: known_sums(tf, table)[1:]),
        "not_three: a dict": with_tensorflow(
            lambda tf, table: dict(zip("abc", known_sums(tf, table), strict=True))
        ),
        "other_shape": with_tensorflow(along_the_rows),
        "other_shape: of everything": with_tensorflow(of_everything),
        "rows_counted": with_tensorflow(all_rows_counted),
        "missing_counted": with_tensorflow(missing_counted),
        "rows_dropped": with_tensorflow(complete_rows),
        "square_of_sum": with_tensorflow(square_of_sum),
        "means": with_tensorflow(means),
        "means: the second part": with_tensorflow(mean_but_squares),
        "other_order": with_tensorflow(lambda tf, table: known_sums(tf, table)[::-1]),
        "no_gaps_left_out": with_tensorflow(gaps_in_the_sums),
        "few_digits": with_tensorflow(lambda tf, table: known_sums(tf, tf.cast(table, tf.float32))),
        "not_recorded": lambda: in_numpy,
        "not_recorded: a fixed number of rows": with_tensorflow(fixed_number_of_rows),
        "few_digits: cast in the end": with_tensorflow(in_float32),
        "few_digits: rounded": with_tensorflow(rounded),
        "zeros_missing": with_tensorflow(without_zeros),
        "gaps_filled": with_tensorflow(gaps_filled),
        "fixed_width": with_tensorflow(
            lambda tf, table: known_sums(tf, tf.reshape(table, [-1, 6]))
        ),
        "fixed_width: added": with_tensorflow(
            lambda tf, table: [
                tf.cast(part, tf.float64) + tf.zeros([6], tf.float64)
                for part in known_sums(tf, table)
            ]
        ),
        "remembers: counting calls": counting_calls,
        "wrong_value: a hundred rows": with_tensorflow(first_rows),
        "wrong_value: six columns": with_tensorflow(first_columns),
        "wrong_value": with_tensorflow(absolute),
        "wrong_value: positive only": with_tensorflow(positive_only),
    },
    raises={"misspelt": lambda: lambda table: tabel},  # noqa: F821
)
