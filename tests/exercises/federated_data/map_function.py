"""Answers to `map_function`, as learners write them."""

import collections

import numpy as np
import tensorflow as tf

from tests.exercises.cases import Case
from tests.exercises.federated_data.at_hand import by_plain_dict, dataset, ordered, other_way_round


def by_keras(batch):
    return ordered(tf.keras.layers.Flatten()(batch["pixels"]), batch["label"])


def by_rows(batch):
    label, pixels = batch.values()
    result = collections.OrderedDict()
    result["x"] = tf.concat(tf.unstack(pixels, axis=1), axis=1)
    result["y"] = tf.identity(label)
    return result


def by_each_image(batch):
    return ordered(
        tf.map_fn(lambda image: tf.reshape(image, [784]), batch["pixels"]), batch["label"]
    )


def by_counting_rows(batch):
    rows = tf.shape(batch["pixels"])[0]
    return ordered(tf.reshape(batch["pixels"], [rows, 784]), batch["label"])


def by_in_place_change(batch):
    batch["x"] = tf.reshape(batch.pop("pixels"), [-1, 784])
    batch["y"] = batch.pop("label")
    return batch


by_lambda = lambda b: ordered(tf.reshape(b["pixels"], [-1, 784]), b["label"])  # noqa: E731


def reshaped(*shape):
    return lambda batch: ordered(tf.reshape(batch["pixels"], shape), batch["label"])


def with_x(change):
    return lambda batch: ordered(change(tf.reshape(batch["pixels"], [-1, 784])), batch["label"])


def with_y(change):
    return lambda batch: ordered(tf.reshape(batch["pixels"], [-1, 784]), change(batch["label"]))


def swapped(batch):
    return ordered(batch["label"], tf.reshape(batch["pixels"], [-1, 784]))


def transposed(batch):
    x = tf.reshape(tf.transpose(batch["pixels"], [0, 2, 1]), [-1, 784])
    return ordered(x, batch["label"])


def in_numpy(batch):
    return ordered(np.reshape(batch["pixels"], (-1, 784)), batch["label"])


def width_worked_out(batch):
    rows = tf.shape(batch["pixels"])[0]
    return ordered(tf.reshape(batch["pixels"], [rows, -1]), batch["label"])


def captured():
    batch = next(iter(dataset().batch(20)))
    return lambda other: ordered(tf.reshape(batch["pixels"], [-1, 784]), other["label"])


def kept_by_size():
    kept = {}

    def map_function(batch):
        return kept.setdefault(len(batch["label"]), by_plain_dict(batch))

    return map_function


def all_so_far():
    kept = []

    def map_function(batch):
        kept.append(by_plain_dict(batch))
        x, y = (tf.concat([one[name] for one in kept], axis=0) for name in ("x", "y"))
        return ordered(x, y)

    return map_function


def typo(batch):
    return ordered(tf.reshape(batch["pixel"], [-1, 784]), batch["label"])


def loops(batch):
    while len(batch):
        pass


CASE = Case(
    right={
        "plain dict": lambda: by_plain_dict,
        "Keras layer": lambda: by_keras,
        "rows of pixels": lambda: by_rows,
        "image by image": lambda: by_each_image,
        "number of rows": lambda: by_counting_rows,
        "in place": lambda: by_in_place_change,
        "lambda": lambda: by_lambda,
        "tf.function": lambda: tf.function(by_plain_dict),
    },
    wrong={
        "remembers": kept_by_size,
        "remembers: all so far": all_so_far,
        "no_names": lambda: lambda b: (tf.reshape(b["pixels"], [-1, 784]), b["label"]),
        "only_one": lambda: lambda b: tf.reshape(b["pixels"], [-1, 784]),
        "wrong_names": lambda: lambda b: {"pixels": b["pixels"], "label": b["label"]},
        "captured": captured,
        "swapped": lambda: swapped,
        "wrong_order": lambda: other_way_round,
        "not_flattened": lambda: reshaped(-1, 28, 28),
        "all_in_one_row": lambda: reshaped(-1),
        "wrong_shape": lambda: reshaped(784, -1),
        "one_example": lambda: reshaped(784),
        "fixed_size": lambda: reshaped(20, 784),
        "labels_in_a_column": lambda: with_y(lambda y: tf.reshape(y, [-1, 1])),
        "one_hot": lambda: with_y(lambda y: tf.one_hot(y, 10)),
        "divided_again": lambda: with_x(lambda x: x / 255),
        "pixels_changed": lambda: transposed,
        "labels_changed": lambda: with_y(lambda y: y[::-1]),
        "wrong_type": lambda: with_y(lambda y: tf.cast(y, tf.int64)),
        "labels_shape": lambda: with_y(lambda y: y[:-1]),
        "labels_shape: the first": lambda: with_y(lambda y: y[0]),
        "wrong_shape: the first twenty": lambda: with_x(lambda x: x[:20]),
        "wrong_shape: the first hundred": lambda: with_x(lambda x: x[:100]),
        "labels_shape: the first twenty": lambda: with_y(lambda y: y[:20]),
        "wrong_shape: the last left out": lambda: with_x(lambda x: x[:-1]),
        "pixels_changed: rounded": lambda: with_x(lambda x: tf.round(100 * x) / 100),
        "pixels_changed: inverted": lambda: with_x(lambda x: 1 - x),
        "pixels_changed: the other way round": lambda: with_x(lambda x: x[::-1]),
        "labels_changed: one more": lambda: with_y(lambda y: y + 1),
        "wrong_type: labels as floats": lambda: with_y(lambda y: tf.cast(y, tf.float32)),
        "wrong_type: half precision": lambda: with_x(lambda x: tf.cast(x, tf.float16)),
        "wrong_type: a double": lambda: with_x(lambda x: tf.cast(x, tf.float64)),
        "wrong_names: one more": lambda: lambda b: {**by_plain_dict(b), "label": b["label"]},
        "only_on_values": lambda: in_numpy,
        "unknown_width": lambda: width_worked_out,
    },
    other={"text": lambda: lambda batch: str(list(batch))},
    raises={"typo": lambda: typo},
    endless={"loop": lambda: loops},
)
