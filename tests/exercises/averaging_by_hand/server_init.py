"""Answers to `server_init`, as learners write them."""

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models
from tests.exercises.averaging_by_hand.at_hand import WEIGHTS, computation_of, plain_zeros
from tests.exercises.cases import Case


def placed_zeros():
    @tff.federated_computation
    def server_init():
        return tff.federated_eval(computation_of(plain_zeros), tff.SERVER)

    return server_init


def zeros_of_a_type():
    return tff.tensorflow.computation(lambda weights: plain_zeros(), WEIGHTS)


def zeros_of_the_model():
    initial, _ = models.functional_model().initial_weights
    return computation_of(lambda: tuple(tf.constant(weights) for weights in initial))


CASE = Case(
    right={
        "numpy": lambda: computation_of(
            lambda: (np.zeros([784, 10], np.float32), np.zeros(10, np.float32))
        ),
        "list": lambda: computation_of(lambda: [*plain_zeros()]),
        "from the model": zeros_of_the_model,
    },
    wrong={
        "plain_function": lambda: plain_zeros,
        "placed": placed_zeros,
        "no_types": lambda: computation_of(lambda weights: weights),
        "called": plain_zeros,
        "takes_argument": zeros_of_a_type,
        "not_two_tensors": lambda: computation_of(lambda: tf.zeros([784, 10])),
        "named": lambda: computation_of(
            lambda: dict(zip(("kernel", "bias"), plain_zeros(), strict=True))
        ),
        "bias_first": lambda: computation_of(lambda: plain_zeros()[::-1]),
        "wrong_dtype": lambda: computation_of(lambda: (np.zeros([784, 10]), np.zeros(10))),
        "wrong_shape": lambda: computation_of(lambda: (tf.zeros([784, 10]), tf.zeros([1, 10]))),
        "not_zero: the bias": lambda: computation_of(
            lambda: (tf.zeros([784, 10]), tf.one_hot(3, 10))
        ),
        "not_zero: at random": lambda: computation_of(
            lambda: (tf.random.normal([784, 10], stddev=1e-3), tf.zeros([10]))
        ),
        "wrong_shape: flat": lambda: computation_of(lambda: (tf.zeros([7840]), tf.zeros([10]))),
        "wrong_dtype: whole numbers": lambda: computation_of(
            lambda: (tf.zeros([784, 10], tf.int32), tf.zeros([10], tf.int32))
        ),
        "not_zero": lambda: computation_of(lambda: (tf.ones([784, 10]), tf.zeros([10]))),
    },
)
