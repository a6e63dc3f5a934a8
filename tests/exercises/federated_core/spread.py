"""Answers to `spread`, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_core.at_hand import (
    at_clients,
    called,
    federated,
    in_tensorflow,
    one_argument,
    plain_function,
    with_arguments,
    without_types,
)


def ends(combine):
    def make():
        import tensorflow_federated as tff

        @federated(at_clients(np.float32))
        def spread(temperatures):
            return combine(tff.federated_max(temperatures), tff.federated_min(temperatures))

        return spread

    return make


def mapped(formula):
    def make():
        import tensorflow_federated as tff

        computation = in_tensorflow(np.float32, np.float32)(formula)
        return ends(lambda *both: tff.federated_map(computation, both))()

    return make


def one_structure_of_ends():
    import tensorflow_federated as tff

    @in_tensorflow(collections.OrderedDict(low=np.float32, high=np.float32))
    def width(ends):
        return ends["high"] - ends["low"]

    @federated(at_clients(np.float32))
    def spread(temperatures):
        low, high = tff.federated_min(temperatures), tff.federated_max(temperatures)
        return tff.federated_map(
            width, tff.federated_zip(collections.OrderedDict(low=low, high=high))
        )

    return spread


def down_again():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        coldest = tff.federated_broadcast(tff.federated_min(temperatures))
        return tff.federated_max(tff.federated_map(minus, (temperatures, coldest)))

    return spread


def subtracted_at_clients():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        coldest = tff.federated_broadcast(tff.federated_min(temperatures))
        return tff.federated_map(minus, (temperatures, coldest))

    return spread


def own_difference():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32)
    def difference(temperatures):
        return tf.reduce_max(temperatures) - tf.reduce_min(temperatures)

    return federated(at_clients(np.float32))(
        lambda temperatures: tff.federated_max(tff.federated_map(difference, temperatures))
    )


def from_the_mean():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        coldest = tff.federated_broadcast(tff.federated_min(temperatures))
        return tff.federated_mean(tff.federated_map(minus, (temperatures, coldest)))

    return spread


CASE = Case(
    right={"one structure": one_structure_of_ends, "down again": down_again},
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.float32)(lambda a, b: a - b),
        "wrong_arguments": with_arguments(at_clients, at_clients),
        "stays_at_clients": subtracted_at_clients,
        "two_numbers": ends(lambda warmest, coldest: (warmest, coldest)),
        "negative": mapped(lambda warmest, coldest: coldest - warmest),
        "one_end": ends(lambda warmest, coldest: warmest),
        "added": mapped(lambda warmest, coldest: coldest + warmest),
        "own_difference": own_difference,
        "from_the_mean": from_the_mean,
        "wrong_value": one_argument,
        "number": called,
        "wrong_result": mapped(lambda warmest, coldest: warmest > coldest),
    },
    other={"a list": lambda: [19.0, 23.5]},
)
