"""Answers to `count_examples`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_core.at_hand import (
    at_clients,
    example,
    federated,
    from_the_data,
    in_tensorflow,
    plain_function,
    sequence,
    with_element,
    without_types,
)


def writers_type():
    return at_clients(sequence(example()))


def counting(count, aggregate="federated_sum", types=writers_type):
    def make():
        import tensorflow_federated as tff

        kind = types()
        counter = in_tensorflow(kind.member)(count)
        return federated(kind)(
            lambda datasets: getattr(tff, aggregate)(tff.federated_map(counter, datasets))
        )

    return make


def reduced(step, start=0):
    return lambda examples: examples.reduce(start, step)


def by_loop(examples):
    import tensorflow as tf

    @tf.function
    def loop(examples):
        number = 0
        for _ in examples:
            number += 1
        return number

    return loop(examples)


def in_batches(examples):
    return examples.batch(2).reduce(
        np.int64(0), lambda number, batch: number + len_of(batch["label"])
    )


def len_of(rows):
    import tensorflow as tf

    return tf.size(rows, out_type=tf.int64)


def one_each(examples):
    import tensorflow as tf

    return tf.constant(1)


def add_label(number, example):
    return number + example["label"]


def add_one(number, example):
    return number + 1


def as_float(examples):
    import tensorflow as tf

    return tf.cast(examples.reduce(0, add_one), tf.float32)


def unplaced():
    return in_tensorflow(writers_type().member)(reduced(add_one))


def only_sevens(number, example):
    import tensorflow as tf

    return number + tf.cast(tf.equal(example["label"], 7), tf.int32)


def both_ends():
    import tensorflow_federated as tff

    counter = unplaced()

    @federated(writers_type())
    def count_examples(datasets):
        counts = tff.federated_map(counter, datasets)
        return tff.federated_min(counts), tff.federated_max(counts)

    return count_examples


def constant():
    import tensorflow_federated as tff

    return federated(writers_type())(lambda datasets: tff.federated_value(1_399, tff.SERVER))


def only_mapped():
    import tensorflow_federated as tff

    counter = unplaced()
    return federated(writers_type())(lambda datasets: tff.federated_map(counter, datasets))


def filtered(wanted):
    return counting(lambda examples: examples.filter(wanted).reduce(0, add_one))


def with_ink(example):
    import tensorflow as tf

    return tf.reduce_mean(1.0 - example["pixels"]) > 0.0


def with_paper(example):
    import tensorflow as tf

    return tf.reduce_mean(example["pixels"]) > 0.0


def no_seven(example):
    import tensorflow as tf

    return tf.not_equal(example["label"], 7)


def last_batch(examples):
    return examples.batch(10).reduce(0, lambda _, batch: tf_size(batch["label"]))


def whole_batches(examples):
    return examples.batch(10, drop_remainder=True).reduce(
        0, lambda number, batch: number + tf_size(batch["label"])
    )


def tf_size(rows):
    import tensorflow as tf

    return tf.size(rows)


def different_labels(examples):
    import tensorflow as tf

    labels = examples.map(lambda example: tf.cast(example["label"], tf.int64)).unique()
    return labels.reduce(0, add_one)


def as_datasets_go_up():
    """The datasets themselves go into an aggregation, which counts."""
    import tensorflow_federated as tff

    kind = writers_type()
    add = in_tensorflow(np.int32, kind.member)(
        lambda number, examples: number + examples.reduce(0, add_one)
    )
    merge = in_tensorflow(np.int32, np.int32)(lambda one, other: one + other)
    same = in_tensorflow(np.int32)(lambda number: number)
    return federated(kind)(lambda datasets: tff.federated_aggregate(datasets, 0, add, merge, same))


def down_again():
    import tensorflow_federated as tff

    inner = counting(reduced(add_one))()
    return federated(writers_type())(lambda datasets: tff.federated_broadcast(inner(datasets)))


def mapped_down_again():
    import tensorflow_federated as tff

    inner = down_again()
    as_it_is = in_tensorflow(np.int32)(lambda number: number)
    return federated(writers_type())(lambda d: tff.federated_map(as_it_is, inner(d)))


CASE = Case(
    right={
        "by loop": counting(by_loop),
        "in batches": counting(in_batches),
        "as int64": counting(reduced(add_one, np.int64(0))),
        "in one aggregation": as_datasets_go_up,
        "type from the data": counting(reduced(add_one), types=from_the_data),
    },
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": unplaced,
        "wrong_arguments": counting(reduced(add_one), types=lambda: with_element(np.int32)),
        "stays_at_clients": only_mapped,
        "average": counting(as_float, "federated_mean"),
        "counts_clients": counting(one_each),
        "begins_at_one": counting(reduced(add_one, 1)),
        "adds_labels": counting(reduced(add_label)),
        "largest": counting(reduced(add_one), "federated_max"),
        "float_count": counting(reduced(add_one, 0.0)),
        "one_label": counting(reduced(only_sevens)),
        "cardinality": counting(lambda examples: examples.cardinality()),
        "wrong_value": constant,
        "wrong_value: no label 0": filtered(lambda example: example["label"] > 0),
        "wrong_value: no label 9": filtered(lambda example: example["label"] < 9),
        "wrong_value: no 7": filtered(no_seven),
        "wrong_value: only with ink": filtered(with_ink),
        "wrong_value: only with paper": filtered(with_paper),
        "wrong_value: a hundred": counting(lambda examples: examples.take(100).reduce(0, add_one)),
        "wrong_value: two hundred": counting(
            lambda examples: examples.take(200).reduce(0, add_one)
        ),
        "wrong_value: not the first": counting(
            lambda examples: examples.skip(1).reduce(0, add_one)
        ),
        "wrong_value: last batch": counting(last_batch),
        "wrong_value: whole batches": counting(whole_batches),
        "wrong_value: different labels": counting(different_labels),
        "sent_down": down_again,
        "brought_back": mapped_down_again,
        "number": lambda: np.int32(1_399),
        "wrong_result": both_ends,
    },
    other={"an example": example},
)
