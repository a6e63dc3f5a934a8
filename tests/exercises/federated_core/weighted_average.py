"""Answers to `weighted_average`, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_core.at_hand import (
    at_clients,
    called,
    federated,
    in_tensorflow,
    plain_function,
    without_types,
)


def two_floats():
    return at_clients(np.float32), at_clients(np.int32)


def one_structure():
    import tensorflow_federated as tff

    @tff.federated_computation(collections.OrderedDict(zip("tn", two_floats(), strict=True)))
    def average(homes):
        return tff.federated_mean(homes.t, homes.n)

    return average


def by_hand():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    @in_tensorflow(np.float32, np.int32)
    def divide(total, count):
        return total / tf.cast(count, tf.float32)

    @federated(*two_floats())
    def average(temperatures, counts):
        total = tff.federated_sum(tff.federated_map(times, (temperatures, counts)))
        return tff.federated_map(divide, (total, tff.federated_sum(counts)))

    return average


def of_products(aggregate):
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    return federated(*two_floats())(lambda t, n: aggregate(tff.federated_map(times, (t, n))))


def weighted(function):
    return federated(*two_floats())(function)


def products(name):
    def make():
        import tensorflow_federated as tff

        return of_products(getattr(tff, name))

    return make


def not_weighted():
    import tensorflow_federated as tff

    return weighted(lambda temperatures, counts: tff.federated_mean(temperatures))


def plain_sum():
    import tensorflow_federated as tff

    return weighted(lambda temperatures, counts: tff.federated_sum(temperatures))


def warmest():
    import tensorflow_federated as tff

    return weighted(lambda temperatures, counts: tff.federated_max(temperatures))


def divided_by(total):
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    divide = in_tensorflow(np.float32)(lambda value: value / total)
    return weighted(
        lambda t, n: tff.federated_map(divide, tff.federated_sum(tff.federated_map(times, (t, n))))
    )


def mean_and_number():
    import tensorflow_federated as tff

    return weighted(lambda t, n: (tff.federated_mean(t, n), tff.federated_sum(n)))


def float_weights():
    import tensorflow_federated as tff

    kinds = at_clients(np.float32), at_clients(np.float32)
    return federated(*kinds)(lambda temperatures, counts: tff.federated_mean(temperatures, counts))


CASE = Case(
    right={"one structure": one_structure, "by hand": by_hand},
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.int32)(lambda t, n: t),
        "wrong_arguments": float_weights,
        "stays_at_clients": lambda: weighted(lambda temperatures, counts: temperatures),
        "not_weighted": not_weighted,
        "not_divided": products("federated_sum"),
        "fixed_total": lambda: divided_by(18.0),
        "mean_of_products": products("federated_mean"),
        "plain_sum": plain_sum,
        "wrong_value": warmest,
        "number": called,
        "wrong_result": mean_and_number,
    },
    other={"types alone": two_floats},
)
