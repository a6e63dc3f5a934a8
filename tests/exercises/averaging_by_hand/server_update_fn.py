"""Answers to `server_update_fn`, as learners write them."""

import functools

import tensorflow as tf
import tensorflow_federated as tff

from tests.exercises.averaging_by_hand.at_hand import (
    AT_SERVER,
    RATE,
    WEIGHTS,
    a_share_at_a_time,
    plus,
    server_computation,
    times,
)
from tests.exercises.cases import Case


def at_the_server():
    inner = server_computation(plus)

    @tff.federated_computation(AT_SERVER, AT_SERVER)
    def server_update_fn(weights, update):
        return tff.federated_map(inner, (weights, update))

    return server_update_fn


CASE = Case(
    right={
        "part by part": lambda: server_computation(lambda w, u: (w[0] + u[0], w[1] + u[1])),
        "nest": lambda: server_computation(
            lambda w, u: [*map(functools.partial(tf.math.add), w, u)]
        ),
        "the mean of one": lambda: server_computation(lambda w, u: a_share_at_a_time(w, [u])),
    },
    wrong={
        "plain_function": lambda: plus,
        "no_types": lambda: tff.tensorflow.computation(lambda w, u: plus(w, u)),
        "wrong_arguments": lambda: tff.tensorflow.computation(lambda w: w, WEIGHTS),
        "placed": at_the_server,
        "wrong_result": lambda: server_computation(lambda w, u: w[0] + u[0]),
        "concatenated": lambda: server_computation(lambda w, u: (*w, *u)),
        "kernel_only": lambda: server_computation(lambda w, u: (w[0] + u[0], w[1])),
        "bias_only": lambda: server_computation(lambda w, u: (w[0], w[1] + u[1])),
        "unchanged": lambda: server_computation(lambda w, u: w),
        "wrong_value": lambda: server_computation(lambda w, u: (w[0] * u[0], w[1] * u[1])),
        "wrong_value: the mean number": lambda: server_computation(
            lambda w, u: tuple(a + tf.reduce_mean(b) for a, b in zip(w, u, strict=True))
        ),
        "wrong_value: added to a half": lambda: server_computation(
            lambda w, u: tuple(a / 2 + b for a, b in zip(w, u, strict=True))
        ),
        "scaled: twice": lambda: server_computation(lambda w, u: plus(plus(w, u), u)),
        "replaces": lambda: server_computation(lambda w, u: u),
        "subtracts": lambda: server_computation(lambda w, u: plus(w, times(-1.0, u))),
        "averaged": lambda: server_computation(
            lambda w, u: tuple((a + b) / 2 for a, b in zip(w, u, strict=True))
        ),
        "rate_again": lambda: server_computation(lambda w, u: plus(w, times(RATE, u))),
        "scaled": lambda: server_computation(lambda w, u: plus(w, times(1 / 10, u))),
    },
)
