"""Answers to `merge_sketches`, as learners write them."""

from tests.exercises.cases import Case
from tests.exercises.counting_without_looking import at_hand
from tests.exercises.counting_without_looking.at_hand import counted, fill, one_hot

LENGTH = 4096
RIGHT = counted(LENGTH, fill, aggregate="federated_max")


def clipped(tf, array):
    return tf.minimum(array, 1)


CASE = Case(
    right={
        "summed and clipped": counted(LENGTH, fill, at_server=clipped),
        "counted and clipped": counted(LENGTH, after=clipped, aggregate="federated_max"),
        "bincount": at_hand.in_batches(LENGTH, "federated_max", at_most=1),
        "by no": counted(
            LENGTH,
            after=lambda tf, a: 1 - clipped(tf, a),
            aggregate="federated_min",
            at_server=lambda tf, a: 1 - a,
        ),
    },
    wrong={
        "number": lambda: 4096,
        "plain_function": lambda: lambda values: values,
        "no_types": at_hand.without_types,
        "not_federated": at_hand.unplaced(LENGTH),
        "wrong_arguments": at_hand.of_other_numbers(LENGTH),
        "stays_at_clients": at_hand.only_own(LENGTH),
        "sent_down": at_hand.broadcast(RIGHT, again=False),
        "brought_back": at_hand.broadcast(RIGHT),
        "wrong_result": counted(24, fill, aggregate="federated_max"),
        "wrong_result: a mean": counted(
            LENGTH,
            fill,
            after=lambda tf, a: tf.cast(a, tf.float32),
            aggregate="federated_mean",
        ),
        "other_length": counted(LENGTH, fill, at_server=lambda tf, a: tf.boolean_mask(a, a > 0)),
        "sketches_added": counted(LENGTH, fill),
        "words_counted": counted(LENGTH),
        "words_counted: the most": counted(LENGTH, aggregate="federated_max"),
        "intersection": counted(LENGTH, fill, aggregate="federated_min"),
        "last_only": counted(LENGTH, lambda tf, a, v: one_hot(tf, v, a), aggregate="federated_max"),
        "toggled": counted(
            LENGTH, lambda tf, a, v: tf.abs(a - one_hot(tf, v, a)), aggregate="federated_max"
        ),
        "toggled: between clients": counted(LENGTH, fill, at_server=lambda tf, a: a % 2),
        "turned_round": counted(
            LENGTH, fill, aggregate="federated_max", at_server=lambda tf, a: 1 - a
        ),
        "shifted": counted(
            LENGTH,
            lambda tf, a, v: tf.maximum(a, one_hot(tf, v - 1, a)),
            aggregate="federated_max",
        ),
        "all_filled": counted(LENGTH, fill, start=1, aggregate="federated_max"),
        "tells": counted(LENGTH, at_server=clipped),
        "tells: the dataset": at_hand.in_the_aggregation(
            LENGTH, lambda tf, one, other: tf.maximum(one, other)
        ),
        "tells: the first value as well": at_hand.with_the_first_value(RIGHT),
        "wrong_value": counted(
            LENGTH, fill, aggregate="federated_max", at_server=lambda tf, a: 2 * a
        ),
        "wrong_value: not cell 0": counted(
            LENGTH, lambda tf, a, v: tf.maximum(a, tf.sign(v) * one_hot(tf, v, a))
        ),
    },
    other={"a list": lambda: [1, 2]},
)
