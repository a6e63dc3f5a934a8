"""What the answers to several exercises have at hand."""

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models

RATE = 0.02


WEIGHTS = tff.to_type((tff.TensorType(np.float32, [784, 10]), tff.TensorType(np.float32, [10])))


DATASET = tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))


AT_SERVER = tff.FederatedType(WEIGHTS, tff.SERVER)


AT_CLIENTS = tff.FederatedType(DATASET, tff.CLIENTS)


def loss_on(weights, batch):
    kernel, bias = weights
    logits = batch["x"] @ kernel + bias
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["y"], logits=logits)
    return tf.reduce_mean(losses)


def gradients_of(weights, batch):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = loss_on(weights, batch)
    return tape.gradient(loss, weights)


def stepped(weights, gradients, rate):
    return tuple(w - rate * g for w, g in zip(weights, gradients, strict=True))


def difference(weights, others):
    return tuple(a - b for a, b in zip(weights, others, strict=True))


def trained(weights, dataset, rate):
    for batch in dataset:
        weights = stepped(weights, gradients_of(weights, batch), rate)
    return weights


def by_reduce(server_weights, dataset, learning_rate):
    def step(weights, batch):
        return stepped(weights, gradients_of(weights, batch), learning_rate)

    return difference(dataset.reduce(server_weights, step), server_weights)


def plus(weights, others):
    return tuple(w + other for w, other in zip(weights, others, strict=True))


def times(factor, weights):
    return tuple(factor * w for w in weights)


def a_share_at_a_time(server_weights, updates):
    for update in updates:
        server_weights = plus(server_weights, times(1 / len(updates), update))
    return server_weights


def computation_of(function):
    return tff.tensorflow.computation(function)


def plain_zeros():
    return tf.zeros([784, 10]), tf.zeros([10])


def client_computation(function, *types):
    return tff.tensorflow.computation(function, *(types or (WEIGHTS, DATASET)))


def trained_by_reduce(server_weights, dataset, rate):
    return plus(server_weights, by_reduce(server_weights, dataset, rate))


def server_computation(function):
    return tff.tensorflow.computation(function, WEIGHTS, WEIGHTS)
