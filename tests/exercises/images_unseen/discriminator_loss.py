"""Answers to `discriminator_loss`, as learners write them."""

import numpy as np
import tensorflow as tf

from tests.exercises.cases import Case

plus, mean = tf.nn.softplus, tf.reduce_mean


def formula(value):
    return lambda: lambda real_scores, made_scores: value(real_scores, made_scores)


def right(real, made):
    return mean(plus(-real)) + mean(plus(made))


def by_cross_entropy(real, made):
    losses = tf.nn.sigmoid_cross_entropy_with_logits
    of_real = losses(labels=tf.ones_like(real), logits=real)
    return mean(of_real) + mean(losses(labels=tf.zeros_like(made), logits=made))


def by_keras(real, made):
    loss = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    return loss(tf.ones_like(real), real) + loss(tf.zeros_like(made), made)


def by_log_sigmoid(real, made):
    return -mean(tf.math.log_sigmoid(real)) - mean(tf.math.log_sigmoid(-made))


def by_hand(real, made):
    def log_one_plus_exp(s):
        return tf.maximum(s, 0.0) + tf.math.log1p(tf.exp(-tf.abs(s)))

    total = tf.reduce_sum(log_one_plus_exp(-real)) / tf.cast(tf.size(real), tf.float32)
    return total + tf.reduce_sum(log_one_plus_exp(made)) / tf.cast(tf.size(made), tf.float32)


def naive(real, made):
    sigmoid = tf.sigmoid
    return -mean(tf.math.log(sigmoid(real))) - mean(tf.math.log(1 - sigmoid(made)))


def in_numpy(real, made):
    return np.mean(np.logaddexp(0, -np.asarray(real))) + np.mean(np.logaddexp(0, made))


def keeping_the_first(real, made, kept=[]):  # noqa: B006
    kept.append(made)
    return right(real, kept[0])


def pooled(real, made):
    return mean(tf.concat([plus(-real), plus(made)], 0))


CASE = Case(
    right={
        "softplus": formula(right),
        "cross-entropy": formula(by_cross_entropy),
        "keras": formula(by_keras),
        "log sigmoid": formula(by_log_sigmoid),
        "by hand": formula(by_hand),
        "tf.function": lambda: tf.function(right, reduce_retracing=True),
        "in an array of one": formula(lambda real, made: tf.reshape(right(real, made), [1])),
    },
    wrong={
        "remembers": lambda: keeping_the_first,
        "not_a_number": formula(lambda real, made: (mean(plus(-real)), mean(plus(made)))),
        "per_score": formula(lambda real, made: plus(-real)),
        "overflow": formula(naive),
        "overflow: exponential": formula(
            lambda real, made: (
                mean(tf.math.log(1 + tf.exp(-real))) + mean(tf.math.log(1 + tf.exp(made)))
            )
        ),
        "no_gradient": formula(in_numpy),
        "no_gradient: float": formula(lambda real, made: float(right(real, made))),
        "swapped": formula(lambda real, made: mean(plus(real)) + mean(plus(-made))),
        "sum": formula(lambda real, made: tf.reduce_sum(plus(-real)) + tf.reduce_sum(plus(made))),
        "pooled": formula(pooled),
        "pooled: twice": formula(lambda real, made: 2 * pooled(real, made)),
        "half": formula(lambda real, made: 0.5 * right(real, made)),
        "one_part": formula(lambda real, made: mean(plus(-real))),
        "one_part: made": formula(lambda real, made: mean(plus(made))),
        "both_real": formula(lambda real, made: mean(plus(-real)) + mean(plus(-made))),
        "negative": formula(lambda real, made: -right(real, made)),
        "difference": formula(lambda real, made: mean(plus(-real)) - mean(plus(made))),
        "sigmoid_twice": formula(lambda real, made: right(tf.sigmoid(real), tf.sigmoid(made))),
        "scores_alone": formula(lambda real, made: mean(made) - mean(real)),
        "wrong_value": formula(lambda real, made: mean(plus(-real)) + 2 * mean(plus(made))),
        "wrong_value: of the first": formula(lambda real, made: right(real[:1], made[:1])),
    },
    raises={"text": formula(lambda real, made: right(real, "made"))},
)
