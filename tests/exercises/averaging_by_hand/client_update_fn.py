"""Answers to `client_update_fn`, as learners write them."""

import tensorflow as tf
import tensorflow_federated as tff

from tests.exercises.averaging_by_hand.at_hand import (
    AT_CLIENTS,
    DATASET,
    RATE,
    WEIGHTS,
    by_reduce,
    client_computation,
    difference,
    gradients_of,
    loss_on,
    plain_zeros,
    stepped,
    trained,
    trained_by_reduce,
)
from tests.exercises.cases import Case


def client_update(server_weights, dataset):
    return difference(trained(server_weights, dataset, RATE), server_weights)


@tf.function
def in_a_loop(server_weights, dataset):
    weights = server_weights
    for batch in dataset:
        weights = stepped(weights, gradients_of(weights, batch), RATE)
    return [w - w_server for w, w_server in zip(weights, server_weights, strict=True)]


def with_a_variable_in_tff(server_weights, dataset):
    """TFF makes variables at the start of each call, and so they may be used here."""
    kernel, bias = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))

    @tf.function
    def train():
        kernel.assign(server_weights[0])
        bias.assign(server_weights[1])
        for batch in dataset:
            with tf.GradientTape() as tape:
                loss = loss_on((kernel, bias), batch)
            gradients = tape.gradient(loss, (kernel, bias))
            kernel.assign_sub(RATE * gradients[0])
            bias.assign_sub(RATE * gradients[1])
        return kernel - server_weights[0], bias - server_weights[1]

    return train()


def pair_as_one_argument():
    return tff.tensorflow.computation(
        lambda both: by_reduce((both[0][0], both[0][1]), both[1], RATE),
        tff.StructType([WEIGHTS, DATASET]),
    )


def at_the_clients():
    inner = client_computation(lambda w, dataset: by_reduce(w, dataset, RATE))

    @tff.federated_computation(tff.FederatedType(WEIGHTS, tff.CLIENTS), AT_CLIENTS)
    def client_update_fn(weights, dataset):
        return tff.federated_map(inner, (weights, dataset))

    return client_update_fn


def last_batch(server_weights, dataset):
    """Every step begins at the server's weights."""
    update = dataset.reduce(
        server_weights,
        lambda _, batch: stepped(server_weights, gradients_of(server_weights, batch), RATE),
    )
    return difference(update, server_weights)


CASE = Case(
    right={
        "reduce": lambda: client_computation(lambda w, dataset: by_reduce(w, dataset, RATE)),
        "list": lambda: client_computation(in_a_loop),
        "one argument": pair_as_one_argument,
        "variables": lambda: client_computation(with_a_variable_in_tff),
    },
    wrong={
        "plain_function": lambda: client_update,
        "no_types": lambda: tff.tensorflow.computation(client_update),
        "wrong_arguments": lambda: client_computation(
            lambda w, batch: difference(stepped(w, gradients_of(w, batch), RATE), w),
            WEIGHTS,
            DATASET.element,
        ),
        "placed": at_the_clients,
        "swapped": lambda: client_computation(
            lambda dataset, w: by_reduce(w, dataset, RATE), DATASET, WEIGHTS
        ),
        "wrong_result": lambda: client_computation(
            lambda w, dataset: (*by_reduce(w, dataset, RATE), tf.constant(1.0))
        ),
        "returns_weights": lambda: client_computation(
            lambda w, dataset: trained_by_reduce(w, dataset, RATE)
        ),
        "adds_gradient": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset, -RATE)
        ),
        "backwards": lambda: client_computation(
            lambda w, dataset: difference(w, trained_by_reduce(w, dataset, RATE))
        ),
        "first_batch": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.take(1), RATE)
        ),
        "last_batch": lambda: client_computation(last_batch),
        "repeated": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.repeat(5), RATE)
        ),
        "wrong_value": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.take(25), RATE)
        ),
        "without_first": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.skip(1), RATE)
        ),
        "some_batches": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.skip(1).take(1), RATE)
        ),
        "wrong_value: half": lambda: client_computation(
            lambda w, dataset: [part / 2 for part in by_reduce(w, dataset, RATE)]
        ),
        "without_last": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.take(2), RATE)
        ),
        "captured_weights: less the server's": lambda: client_computation(
            lambda w, dataset: difference(by_reduce(plain_zeros(), dataset, RATE), w)
        ),
        "captured_weights": lambda: client_computation(
            lambda w, dataset: by_reduce(plain_zeros(), dataset, RATE)
        ),
        "other_rate": lambda: client_computation(lambda w, dataset: by_reduce(w, dataset, 0.2)),
    },
)
