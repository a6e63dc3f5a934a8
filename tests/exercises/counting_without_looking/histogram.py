"""Answers to `histogram`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.counting_without_looking import at_hand
from tests.exercises.counting_without_looking.at_hand import counted, one_hot

LENGTH = 24
RIGHT = counted(LENGTH)


def scattered(tf, array, value):
    return tf.tensor_scatter_nd_add(array, [[value]], [1])


def as_float(tf, array):
    return tf.cast(array, tf.float32)


def called():
    import tensorflow as tf

    return RIGHT()([tf.data.Dataset.from_tensor_slices(np.array([1, 2], np.int32))])


def filtered():
    """Right, and slow: a filter and a counter for each value."""
    import tensorflow as tf
    import tensorflow_federated as tff

    def how_often(values, k):
        return values.filter(lambda value: tf.equal(value, k)).reduce(0, lambda n, _: n + 1)

    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def own(values):
        return tuple(how_often(values, k) for k in range(LENGTH))

    @tff.tensorflow.computation(own.type_signature.result)
    def in_a_row(counts):
        return tf.stack(list(counts))

    @tff.federated_computation(at_hand.clients_type())
    def answer(values):
        return tff.federated_map(in_a_row, tff.federated_sum(tff.federated_map(own, values)))

    return answer


CASE = Case(
    right={
        "scattered": counted(LENGTH, scattered),
        "bincount": at_hand.in_batches(LENGTH),
        "a filter for each value": filtered,
        "compared": counted(
            LENGTH, lambda tf, a, v: a + tf.cast(tf.equal(tf.range(LENGTH), v), tf.int32)
        ),
    },
    wrong={
        "number": lambda: 24,
        "number: called": called,
        "plain_function": lambda: lambda values: values,
        "no_types": at_hand.without_types,
        "not_federated": at_hand.unplaced(LENGTH),
        "wrong_arguments": at_hand.of_other_numbers(LENGTH),
        "stays_at_clients": at_hand.only_own(LENGTH),
        "sent_down": at_hand.broadcast(RIGHT, again=False),
        "brought_back": at_hand.broadcast(RIGHT),
        "wrong_result": counted(LENGTH, after=lambda tf, a: tf.cast(a, tf.int64)),
        "wrong_result: a mean": counted(LENGTH, after=as_float, aggregate="federated_mean"),
        "wrong_result: of another length": counted(10),
        "other_length": counted(LENGTH, at_server=lambda tf, a: tf.boolean_mask(a, a > 0)),
        "clients_counted": counted(LENGTH, after=lambda tf, a: tf.minimum(a, 1)),
        "whether": counted(LENGTH, at_server=lambda tf, a: tf.minimum(a, 1)),
        "largest": counted(LENGTH, aggregate="federated_max"),
        "mean": counted(
            LENGTH,
            after=as_float,
            aggregate="federated_mean",
            at_server=lambda tf, a: tf.cast(a, tf.int32),
        ),
        "last_only": counted(LENGTH, lambda tf, a, v: one_hot(tf, v, a)),
        "remainder_dropped": at_hand.in_batches(LENGTH, drop_remainder=True),
        "started_above_zero": counted(LENGTH, start=1),
        "shifted": counted(LENGTH, lambda tf, a, v: a + one_hot(tf, v - 1, a)),
        "shifted: around": counted(LENGTH, at_server=lambda tf, a: tf.roll(a, 1, 0)),
        "values_added": counted(LENGTH, lambda tf, a, v: a + v * one_hot(tf, v, a)),
        "cumulated": counted(LENGTH, at_server=lambda tf, a: tf.cumsum(a)),
        "tells": at_hand.with_the_first_value(RIGHT),
        "tells: the dataset": at_hand.in_the_aggregation(
            LENGTH, lambda tf, one, other: one + other, at_hand.add_one
        ),
        "wrong_value": counted(LENGTH, at_server=lambda tf, a: 2 * a),
        "wrong_value: least": counted(LENGTH, aggregate="federated_min"),
        "wrong_value: not the zeros": counted(
            LENGTH, lambda tf, a, v: a + tf.sign(v) * one_hot(tf, v, a)
        ),
        "wrong_value: odd and even": counted(LENGTH, lambda tf, a, v: a + one_hot(tf, v // 2, a)),
    },
    other={"a list": lambda: [1, 2]},
)
