"""Answers to `backdoor_success`, as learners write them."""

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def right(predictions, labels, target=7):
    return np.mean(predictions[labels != target] == target)


def counted(predictions, labels, target=7):
    misled = others = 0
    for prediction, label in zip(predictions, labels, strict=True):
        if label != target:
            others += 1
            misled += prediction == target
    return misled / others


def with_tensorflow(predictions, labels, target=7):
    import tensorflow as tf

    kept = tf.boolean_mask(predictions, tf.not_equal(labels, target))
    return tf.reduce_mean(tf.cast(tf.equal(kept, target), tf.float32))


def as_an_array(predictions, labels, target=7):
    return np.array([right(predictions, labels, target)])


def in_place(predictions, labels, target=7):
    share = right(predictions, labels, target)
    labels[labels == target] = -1
    return share


def remembering():
    kept = []

    def backdoor_success(predictions, labels, target=7):
        kept.extend(predictions[labels != target] == target)
        return np.mean(kept)

    return backdoor_success


def made(function):
    return lambda: lambda predictions, labels, target=7: function(predictions, labels, target)


CASE = Case(
    right={
        "kept by a mask": lambda: right,
        "counted": lambda: counted,
        "with TensorFlow": lambda: with_tensorflow,
        "in an array of one": lambda: as_an_array,
    },
    wrong={
        "changed_given": lambda: in_place,
        "remembers: by the shapes": lambda: keeping.by_shapes(right),
        "remembers: without the predictions": lambda: keeping.without(right, 0),
        "remembers: without the labels": lambda: keeping.without(right, 1),
        "remembers: without the target": lambda: keeping.without(right, 2),
        "remembers": remembering,
        "not_a_number": made(lambda p, y, t: p[y != t] == t),
        "with_the_targets": made(lambda p, y, t: np.mean(p == t)),
        "of_all_images": made(lambda p, y, t: np.mean((p == t) & (y != t))),
        "of_the_called": made(lambda p, y, t: np.sum((p == t) & (y != t)) / np.sum(p == t)),
        "of_the_targets": made(lambda p, y, t: np.mean(p[y == t] == t)),
        "accuracy": made(lambda p, y, t: np.mean(p == y)),
        "accuracy: of the others": made(lambda p, y, t: np.mean((p == y)[y != t])),
        "all_mistakes": made(lambda p, y, t: np.mean((p != y)[y != t])),
        "the_rest": made(lambda p, y, t: np.mean(p[y != t] != t)),
        "a_count": made(lambda p, y, t: int(np.sum(p[y != t] == t))),
        "percent": made(lambda p, y, t: 100 * right(p, y, t)),
        "fixed_target": made(lambda p, y, t: right(p, y, 7)),
        "other_default": lambda: lambda p, y, target=1: right(p, y, target),
        "wrong_value": made(lambda p, y, t: right(p, y, t) / 2),
        "wrong_value: rounded": made(lambda p, y, t: round(float(right(p, y, t)))),
    },
    raises={"misspelt": made(lambda p, y, t: np.mean(prediction))},  # noqa: F821
)
