"""Answers to `generator_loss`, as learners write them."""

import numpy as np
import tensorflow as tf

from tests.exercises.cases import Case

plus, mean = tf.nn.softplus, tf.reduce_mean


def formula(value):
    return lambda: lambda made_scores: value(made_scores)


def right(made):
    return mean(plus(-made))


def by_cross_entropy(made):
    return mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(made), logits=made))


def by_keras(made):
    return tf.keras.losses.BinaryCrossentropy(from_logits=True)(tf.ones_like(made), made)


def by_sum(made):
    total = -tf.reduce_sum(tf.math.log_sigmoid(made))
    return total / tf.cast(tf.shape(made)[0], tf.float32)


def keeping_the_first(made, kept=[]):  # noqa: B006
    kept.append(made)
    return right(kept[0])


CASE = Case(
    right={
        "softplus": formula(right),
        "cross-entropy": formula(by_cross_entropy),
        "keras": formula(by_keras),
        "by a sum": formula(by_sum),
        "tf.function": lambda: tf.function(right, reduce_retracing=True),
    },
    wrong={
        "remembers": lambda: keeping_the_first,
        "not_a_number": formula(lambda made: (right(made), made)),
        "not_a_number: too long": formula(lambda made: tf.concat([made, made], 0)),
        "per_score": formula(lambda made: plus(-made)),
        "per_score: in NumPy": formula(lambda made: np.logaddexp(0, -made.numpy())),
        "overflow": formula(lambda made: -mean(tf.math.log(tf.sigmoid(made)))),
        "no_gradient": formula(lambda made: np.mean(np.logaddexp(0, -np.asarray(made)))),
        "saturating": formula(lambda made: -mean(plus(made))),
        "saturating: by logarithm": formula(lambda made: mean(tf.math.log(1 - tf.sigmoid(made)))),
        "discriminators": formula(lambda made: mean(plus(made))),
        "negative": formula(lambda made: -right(made)),
        "sum": formula(lambda made: tf.reduce_sum(plus(-made))),
        "log_of_mean": formula(lambda made: -tf.math.log(mean(tf.sigmoid(made)))),
        "sigmoid_twice": formula(lambda made: right(tf.sigmoid(made))),
        "probability": formula(lambda made: -mean(tf.sigmoid(made))),
        "probability: from one": formula(lambda made: 1 - mean(tf.sigmoid(made))),
        "scores_alone": formula(lambda made: -mean(made)),
        "wrong_value": formula(lambda made: right(made) / 2),
        "wrong_value: of the first": formula(lambda made: right(made[:1])),
    },
    raises={"text": formula(lambda made: right(made + "made"))},
)
