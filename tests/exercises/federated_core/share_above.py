"""Answers to `share_above`, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_core.at_hand import (
    at_clients,
    at_server,
    called,
    federated,
    in_tensorflow,
    one_argument,
    plain_function,
    with_arguments,
    without_types,
)


def share(compare, aggregate="federated_mean", factor=1.0):
    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        @in_tensorflow(np.float32, np.float32)
        def judge(temperature, threshold):
            return factor * tf.cast(compare(temperature, threshold), tf.float32)

        @federated(at_clients(np.float32), at_server(np.float32))
        def share_above(temperatures, threshold):
            pairs = temperatures, tff.federated_broadcast(threshold)
            return getattr(tff, aggregate)(tff.federated_map(judge, pairs))

        return share_above

    return make


def counted_and_divided():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(collections.OrderedDict(mine=np.float32, limit=np.float32))
    def judge(pair):
        return tf.where(pair["mine"] > pair["limit"], 1, 0)

    @in_tensorflow(np.int32, np.int32)
    def divide(part, whole):
        return part / whole  # float64

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        limit = tff.federated_broadcast(threshold)
        pairs = tff.federated_zip(collections.OrderedDict(mine=temperatures, limit=limit))
        above = tff.federated_sum(tff.federated_map(judge, pairs))
        clients = tff.federated_sum(tff.federated_value(1, tff.CLIENTS))
        return tff.federated_map(divide, (above, clients))

    return share_above


def by_sign():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def judge(temperature, threshold):
        return tf.maximum(tf.sign(temperature - threshold), 0.0)

    @federated((at_clients(np.float32), at_server(np.float32)))
    def share_above(both):
        pairs = tff.federated_zip((both[0], tff.federated_broadcast(both[1])))
        return tff.federated_mean(tff.federated_map(judge, pairs))

    return share_above


def counted():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def judge(temperature, threshold):
        return tf.cast(temperature > threshold, tf.int32)

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        pairs = temperatures, tff.federated_broadcast(threshold)
        return tff.federated_sum(tff.federated_map(judge, pairs))

    return share_above


def judged_at_clients():
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def judge(temperature, threshold):
        return temperature > threshold

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        return tff.federated_map(judge, (temperatures, tff.federated_broadcast(threshold)))

    return share_above


def at_the_server(compare, aggregate="federated_mean"):
    def make():
        import tensorflow_federated as tff

        comparison = in_tensorflow(np.float32, np.float32)(compare)

        @federated(at_clients(np.float32), at_server(np.float32))
        def share_above(temperatures, threshold):
            return tff.federated_map(comparison, (getattr(tff, aggregate)(temperatures), threshold))

        return share_above

    return make


def mean_cast(mean, threshold):
    import tensorflow as tf

    return tf.cast(mean > threshold, tf.float32)


def three_arguments():
    import tensorflow_federated as tff

    kinds = at_clients(np.float32), at_server(np.float32), at_server(np.float32)
    return federated(*kinds)(lambda t, low, high: tff.federated_mean(t))


def in_the_aggregation():
    """Every pair goes into an aggregation, which compares."""
    import tensorflow as tf
    import tensorflow_federated as tff

    state = collections.OrderedDict(above=np.float32, clients=np.float32)
    pair = tff.to_type((np.float32, np.float32))

    @in_tensorflow(state, pair)
    def accumulate(so_far, one):
        above = so_far["above"] + tf.cast(one[0] > one[1], tf.float32)
        return collections.OrderedDict(above=above, clients=so_far["clients"] + 1.0)

    @in_tensorflow(state, state)
    def merge(one, other):
        return tf.nest.map_structure(tf.add, one, other)

    report = in_tensorflow(state)(lambda total: total["above"] / total["clients"])

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        pairs = tff.federated_zip((temperatures, tff.federated_broadcast(threshold)))
        zero = collections.OrderedDict(above=0.0, clients=0.0)
        return tff.federated_aggregate(pairs, zero, accumulate, merge, report)

    return share_above


def collected():
    """The server gets all temperatures, one behind the other, and compares."""
    import tensorflow as tf
    import tensorflow_federated as tff

    row = tff.TensorType(np.float32, [None])
    first = in_tensorflow()(lambda: tf.zeros([0]))
    append = in_tensorflow(row, np.float32)(lambda so_far, one: tf.concat([so_far, [one]], 0))
    join = in_tensorflow(row, row)(lambda one, other: tf.concat([one, other], 0))
    same = in_tensorflow(row)(lambda so_far: so_far)

    @in_tensorflow(row, np.float32)
    def compare(values, threshold):
        return tf.reduce_mean(tf.cast(values > threshold, tf.float32))

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        values = tff.federated_aggregate(temperatures, first(), append, join, same)
        return tff.federated_map(compare, (values, threshold))

    return share_above


def also_the_mean():
    """The right share, and a mean of temperatures that changes nothing."""
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def compare(temperature, threshold):
        return tf.cast(temperature > threshold, tf.float32)

    first = in_tensorflow(np.float32, np.float32)(lambda share, mean: share + 0.0 * mean)

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        pairs = temperatures, tff.federated_broadcast(threshold)
        share = tff.federated_mean(tff.federated_map(compare, pairs))
        return tff.federated_map(first, (share, tff.federated_mean(temperatures)))

    return share_above


def rounded_up(temperature, threshold):
    import tensorflow as tf

    return tf.math.ceil(temperature) > threshold


def without_sign(temperature, threshold):
    return abs(temperature) > abs(threshold)


def sent_down():
    import tensorflow_federated as tff

    inner = share(lambda a, b: a > b)()
    return federated(at_clients(np.float32), at_server(np.float32))(
        lambda temperatures, threshold: tff.federated_broadcast(inner(temperatures, threshold))
    )


def mapped_down_again():
    import tensorflow_federated as tff

    inner = sent_down()
    as_it_is = in_tensorflow(np.float32)(lambda share: share)
    return federated(at_clients(np.float32), at_server(np.float32))(
        lambda temperatures, threshold: tff.federated_map(as_it_is, inner(temperatures, threshold))
    )


def negated(temperature, threshold):
    return temperature < -threshold


CASE = Case(
    right={
        "counted and divided": counted_and_divided,
        "by sign": by_sign,
        "not at most": share(lambda a, b: (a <= b) ^ True),
    },
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.float32)(lambda t, limit: t > limit),
        "wrong_arguments": three_arguments,
        "stays_at_clients": judged_at_clients,
        "fixed_threshold": one_argument,
        "swapped_arguments": with_arguments(at_server, at_clients),
        "threshold_at_clients": with_arguments(at_clients, at_clients),
        "count": counted,
        "percent": share(lambda a, b: a > b, factor=100.0),
        "not_strict": share(lambda a, b: a >= b),
        "below": share(lambda a, b: a <= b),
        "threshold_ignored": share(lambda a, b: a > 20.0),
        "mean_compared": at_the_server(mean_cast),
        "wrong_value": share(lambda a, b: a > b, "federated_min"),
        "wrong_value: rounded up": share(rounded_up),
        "wrong_value: without sign": share(without_sign),
        "wrong_value: a bit above": share(lambda a, b: a > b + 0.1),
        "wrong_value: a degree above": share(lambda a, b: a >= b + 1),
        "wrong_value: less than the negative": share(negated),
        "tells": collected,
        "tells: in the aggregation": in_the_aggregation,
        "tells: the mean as well": also_the_mean,
        "sent_down": sent_down,
        "brought_back": mapped_down_again,
        "number": called,
        "wrong_result": at_the_server(lambda coldest, limit: coldest > limit, "federated_min"),
    },
    other={"a text": lambda: "20.0"},
)
