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


def absolute(warmest, coldest):
    import tensorflow as tf

    return tf.abs(coldest - warmest)


def of_negatives():
    """The lowest is minus the highest of the negatives."""
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32)(lambda a: -a)
    add = in_tensorflow(np.float32, np.float32)(lambda a, b: a + b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        warmest = tff.federated_max(temperatures)
        return tff.federated_map(
            add, (warmest, tff.federated_max(tff.federated_map(minus, temperatures)))
        )

    return spread


def aggregated(lowest, highest):
    """One aggregation that begins with two numbers."""

    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        ends = tff.to_type((np.float32, np.float32))

        @in_tensorflow(ends, np.float32)
        def accumulate(so_far, one):
            return tf.minimum(so_far[0], one), tf.maximum(so_far[1], one)

        @in_tensorflow(ends, ends)
        def merge(one, other):
            return tf.minimum(one[0], other[0]), tf.maximum(one[1], other[1])

        report = in_tensorflow(ends)(lambda both: both[1] - both[0])
        zero = in_tensorflow()(lambda: (tf.constant(lowest), tf.constant(highest)))
        return federated(at_clients(np.float32))(
            lambda t: tff.federated_aggregate(t, zero(), accumulate, merge, report)
        )

    return make


def whole(warmest, coldest):
    import tensorflow as tf

    return tf.cast(warmest - coldest, tf.int32)


def broadcast_ends():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        ends = tff.federated_max(temperatures), tff.federated_min(temperatures)
        return tff.federated_map(minus, tuple(map(tff.federated_broadcast, ends)))

    return spread


def only_sent_down():
    import tensorflow_federated as tff

    inner = mapped(lambda warmest, coldest: warmest - coldest)()
    return federated(at_clients(np.float32))(lambda t: tff.federated_broadcast(inner(t)))


def with_both_ends():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        ends = tff.federated_max(temperatures), tff.federated_min(temperatures)
        return (*ends, tff.federated_map(minus, ends))

    return spread


def in_a_structure():
    inner = mapped(lambda warmest, coldest: warmest - coldest)()
    return federated(at_clients(np.float32))(lambda t: collections.OrderedDict(spread=inner(t)))


CASE = Case(
    right={
        "one structure": one_structure_of_ends,
        "down again": down_again,
        "absolute": mapped(absolute),
        "of negatives": of_negatives,
        "one aggregation": aggregated(np.float32(np.inf), np.float32(-np.inf)),
    },
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.float32)(lambda a, b: a - b),
        "wrong_arguments": with_arguments(at_clients, at_clients),
        "stays_at_clients": lambda: federated(at_clients(np.float32))(
            lambda temperatures: temperatures
        ),
        "brought_back: one of two": subtracted_at_clients,
        "two_numbers": ends(lambda warmest, coldest: (warmest, coldest)),
        "negative": mapped(lambda warmest, coldest: coldest - warmest),
        "one_end": ends(lambda warmest, coldest: warmest),
        "added": mapped(lambda warmest, coldest: coldest + warmest),
        "own_difference": own_difference,
        "from_the_mean": from_the_mean,
        "wrong_value": one_argument,
        "wrong_value: begins at zero": aggregated(0.0, 0.0),
        "wrong_value: begins at a hundred": aggregated(100.0, -100.0),
        "wrong_value: whole degrees": mapped(whole),
        "wrong_value: half": mapped(lambda warmest, coldest: (warmest - coldest) / 2),
        "sent_down": only_sent_down,
        "brought_back": broadcast_ends,
        "number": called,
        "wrong_result: all three": with_both_ends,
        "wrong_result: in a structure": in_a_structure,
        "wrong_result": mapped(lambda warmest, coldest: warmest > coldest),
    },
    other={"a list": lambda: [19.0, 23.5]},
)
