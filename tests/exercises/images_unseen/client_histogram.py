"""Answers to `client_histogram`, as learners write them."""

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from tests.exercises.cases import Case

ACCURACIES = tff.FederatedType(np.float32, tff.CLIENTS)


def summed(client, finish=None):
    """A sum of what the clients make of their accuracies, which the server may work on."""

    def make():
        at_client = tff.tensorflow.computation(client, np.float32)

        @tff.federated_computation(ACCURACIES)
        def histogram(accuracies):
            total = tff.federated_sum(tff.federated_map(at_client, accuracies))
            return total if finish is None else finish(total)

        return histogram

    return make


def place(accuracy):
    return tf.minimum(tf.cast(10 * accuracy, tf.int32), 9)


def one_of_ten(accuracy):
    return tf.one_hot(place(accuracy), 10, dtype=tf.int32)


def by_borders(accuracy):
    lower = np.arange(10, dtype=np.float32) / 10
    upper = np.float32([*lower[1:], 2.0])
    return tf.cast((accuracy >= lower) & (accuracy < upper), tf.int32)


def by_histogram(accuracy):
    return tf.histogram_fixed_width([accuracy], [0.0, 1.0], nbins=10)


def ten_sums():
    """Each of the ten numbers by itself, put together at the server."""

    def at_place(number):
        return tff.tensorflow.computation(
            lambda accuracy: tf.cast(tf.equal(place(accuracy), number), tf.int32), np.float32
        )

    stack = tff.tensorflow.computation(lambda counts: tf.stack(list(counts)), [np.int32] * 10)

    @tff.federated_computation(ACCURACIES)
    def histogram(accuracies):
        counts = [
            tff.federated_sum(tff.federated_map(at_place(number), accuracies))
            for number in range(10)
        ]
        return tff.federated_map(stack, tff.federated_zip(counts))

    return histogram


def aggregated(accumulate_at_client=False):
    """By `federated_aggregate`, which may be handed the accuracies themselves."""
    row = tff.TensorType(np.int32, [10])
    handed = np.float32 if accumulate_at_client else row
    to_row = one_of_ten if accumulate_at_client else tf.identity
    zero = tff.tensorflow.computation(lambda: tf.zeros([10], tf.int32))
    accumulate = tff.tensorflow.computation(lambda so_far, one: so_far + to_row(one), row, handed)
    merge = tff.tensorflow.computation(lambda one, other: one + other, row, row)
    report = tff.tensorflow.computation(lambda total: total, row)
    client = tff.tensorflow.computation(one_of_ten, np.float32)

    @tff.federated_computation(ACCURACIES)
    def histogram(accuracies):
        values = accuracies if accumulate_at_client else tff.federated_map(client, accuracies)
        return tff.federated_aggregate(values, zero(), accumulate, merge, report)

    return histogram


def on_the_side():
    client = tff.tensorflow.computation(one_of_ten, np.float32)
    first = tff.tensorflow.computation(
        lambda counts, mean: counts + tf.cast(0 * mean, tf.int32),
        tff.TensorType(np.int32, [10]),
        np.float32,
    )

    @tff.federated_computation(ACCURACIES)
    def histogram(accuracies):
        counts = tff.federated_sum(tff.federated_map(client, accuracies))
        return tff.federated_map(first, (counts, tff.federated_mean(accuracies)))

    return histogram


def at_clients():
    client = tff.tensorflow.computation(one_of_ten, np.float32)
    return tff.federated_computation(
        lambda accuracies: tff.federated_map(client, accuracies), ACCURACIES
    )


def copies(back):
    def make():
        client = tff.tensorflow.computation(one_of_ten, np.float32)

        @tff.federated_computation(ACCURACIES)
        def histogram(accuracies):
            return back(
                tff.federated_broadcast(tff.federated_sum(tff.federated_map(client, accuracies)))
            )

        return histogram

    return make


def counted_again(totals):
    same = tff.tensorflow.computation(lambda one: one + 0, tff.TensorType(np.int32, [10]))
    return tff.federated_map(same, totals)


def server_cumulates(total):
    add_up = tff.tensorflow.computation(lambda one: tf.cumsum(one), tff.TensorType(np.int32, [10]))
    return tff.federated_map(add_up, total)


def two_arguments():
    client = tff.tensorflow.computation(one_of_ten, np.float32)
    return tff.federated_computation(
        lambda a, b: tff.federated_sum(tff.federated_map(client, a)), ACCURACIES, ACCURACIES
    )


CASE = Case(
    right={
        "one hot": summed(one_of_ten),
        "borders": summed(by_borders),
        "fixed width": summed(by_histogram),
        "ten sums": ten_sums,
        "aggregate": aggregated,
        "by floor": summed(
            lambda a: tf.one_hot(
                tf.cast(tf.clip_by_value(tf.floor(10 * a), 0, 9), tf.int32), 10, dtype=tf.int32
            )
        ),
    },
    wrong={
        "number": lambda: 3,
        "plain_function": lambda: lambda accuracies: np.histogram(accuracies, 10)[0],
        "no_types": lambda: tff.federated_computation(lambda a: tff.federated_sum(a)),
        "not_federated": lambda: tff.tensorflow.computation(one_of_ten, np.float32),
        "wrong_arguments": two_arguments,
        "stays_at_clients": at_clients,
        "sent_down": copies(lambda counts: counts),
        "brought_back": copies(counted_again),
        "wrong_result": summed(lambda a: tf.one_hot(place(a), 10)),
        "wrong_result: eleven": summed(
            lambda a: tf.one_hot(tf.cast(10 * a, tf.int32), 11, dtype=tf.int32)
        ),
        "one_left_out": summed(lambda a: tf.one_hot(tf.cast(10 * a, tf.int32), 10, dtype=tf.int32)),
        "rounded": summed(
            lambda a: tf.one_hot(
                tf.minimum(tf.cast(tf.round(10 * a), tf.int32), 9), 10, dtype=tf.int32
            )
        ),
        "upper_border": summed(
            lambda a: tf.one_hot(
                tf.maximum(tf.cast(tf.math.ceil(10 * a), tf.int32) - 1, 0), 10, dtype=tf.int32
            )
        ),
        "nine_parts": summed(lambda a: tf.one_hot(tf.cast(9 * a, tf.int32), 10, dtype=tf.int32)),
        "cumulative": summed(one_of_ten, server_cumulates),
        "cumulative: at least": summed(lambda a: tf.cast(tf.range(10) <= place(a), tf.int32)),
        "backwards": summed(lambda a: one_of_ten(a)[::-1]),
        "tells": on_the_side,
        "tells: aggregated": lambda: aggregated(accumulate_at_client=True),
        "wrong_value": summed(lambda a: 2 * one_of_ten(a)),
        "wrong_value: one too high": summed(
            lambda a: tf.one_hot(tf.minimum(place(a) + 1, 9), 10, dtype=tf.int32)
        ),
    },
)
