"""Answers to `reshape_and_scale`, as learners write them."""

import numpy as np
import tensorflow as tf

from tests.exercises.cases import Case
from tests.exercises.centralized_training.at_hand import (
    held_out_scans,
    notebook,
    train_scans,
    x_test,
    x_train,
)


def both(make):
    """The pair of arrays that one way of preparing them gives."""
    return lambda: (make(train_scans()), make(held_out_scans()))


def flatten_each(scans):
    return np.array([scan.flatten().astype("float32") / 255.0 for scan in scans], dtype="float32")


def with_tensorflow(scans):
    return tf.reshape(tf.cast(scans, tf.float32), [-1, 28 * 28]) * (1 / 255)


def by_the_largest(scans):
    rows = scans.reshape((scans.shape[0], -1)).astype(np.float32)
    return rows / np.max(rows)


def rows_first(scans):
    return np.float32(scans.reshape(len(scans), 784) / 255)


def only_train():
    return x_train(), train_scans().reshape(1399, 784).astype(np.float32) / 255


def originals():
    known = notebook()
    return known["train_images"].reshape(1399, 784), known["test_images"].reshape(398, 784)


def by_its_own_range(scans):
    rows = scans.reshape(len(scans), 784).astype(np.float32)
    low, high = rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True)
    return (rows - low) / (high - low)


def by_label():
    return np.argsort(notebook()["y_train"], kind="stable")


def held_out_not_divided():
    return x_train(), held_out_scans().reshape(398, 784).astype(np.float32)


CASE = Case(
    right={
        "an image at a time": both(flatten_each),
        "tensorflow": both(with_tensorflow),
        "by the largest value": both(by_the_largest),
        "a list": lambda: [x_train(), x_test()],
        "divided in place": both(lambda scans: np.divide(scans.reshape(-1, 784), np.float32(255))),
    },
    wrong={
        "not_an_array": lambda: (x_train(), None),
        "other_split": only_train,
        "not_flat": both(lambda scans: (scans / 255).astype(np.float32)),
        "wrong_shape": both(lambda scans: rows_first(scans).T),
        "whole_numbers": both(lambda scans: (scans.reshape(-1, 784) // 255).astype(np.float32)),
        "mixed_images": both(lambda s: (s.reshape(784, -1).T / 255).astype(np.float32)),
        "turned_images": both(lambda s: (s.T.reshape(784, -1).T / 255).astype(np.float32)),
        "not_divided": held_out_not_divided,
        "divided_twice": both(lambda scans: rows_first(scans) / 255),
        "inverted": both(lambda scans: 1 - rows_first(scans)),
        "not_the_scans": originals,
        "other_scale": both(lambda scans: rows_first(scans) * np.float32(255 / 256)),
        "images_moved": both(lambda scans: rows_first(scans[::-1])),
        "pixels_moved": both(lambda scans: rows_first(scans[:, ::-1])),
        "wrong_value": both(by_its_own_range),
        "wrong_type": both(lambda scans: scans.reshape(-1, 784) / 255),
        "other_scale: from -1 to 1": both(lambda scans: 2 * rows_first(scans) - 1),
        "wrong_value: two digits": both(lambda scans: rows_first(scans).round(2)),
        "images_moved: sorted by label": lambda: (x_train()[by_label()], x_test()),
        "pixels_moved: left and right": both(lambda scans: rows_first(scans[:, :, ::-1])),
        "wrong_type: half precision": both(lambda scans: rows_first(scans).astype(np.float16)),
        "wrong_shape: a column more": both(lambda scans: rows_first(scans)[:, :, None]),
        "wrong_shape: the last image missing": both(lambda scans: rows_first(scans)[:-1]),
        "other_split: exchanged": lambda: (x_test(), x_train()),
        "whole_numbers: black or white": both(lambda s: np.float32(s > 127).reshape(-1, 784)),
    },
    other={"one array": x_train, "three arrays": lambda: (x_train(), x_test(), x_test())},
)
