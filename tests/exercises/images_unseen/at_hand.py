"""What the lesson has given by the time of the exercises."""

import functools
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import algorithms, models

CLIENT_RATE, SERVER_RATE, PENALTY = 0.1, 0.2, 1.0
GAN = algorithms.dense_gan()


def make_images(generator, labels, round_num):
    noise = algorithms.make_noise(GAN, tf.shape(labels)[0], round_num, 0)
    return GAN.generate(generator, noise, labels)


def discriminator_gradients(discriminator, batch, made, penalty=PENALTY):
    images, labels = batch["x"], batch["y"]
    with tf.GradientTape() as tape:
        tape.watch(discriminator)
        with tf.GradientTape() as inner:
            inner.watch(images)
            real_scores = GAN.discriminate(discriminator, images, labels)
        slopes = inner.gradient(real_scores, images)
        steepness = tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))
        made_scores = GAN.discriminate(discriminator, made, labels)
        loss = algorithms.discriminator_loss(real_scores, made_scores)
        loss += 0.5 * penalty * steepness
    return tape.gradient(loss, discriminator)


def stepped(weights, gradients, rate=CLIENT_RATE):
    return tuple(w - rate * g for w, g in zip(weights, gradients, strict=True))


def difference(ones, others):
    return tuple(one - other for one, other in zip(ones, others, strict=True))


def gradients_at(weights, generator, batch, round_num):
    made = make_images(generator, batch["y"], round_num)
    return discriminator_gradients(weights, batch, made)


def client_discriminator(generator, discriminator, dataset, round_num):
    weights = discriminator
    for batch in dataset:
        weights = stepped(weights, gradients_at(weights, generator, batch, round_num))
    return difference(weights, discriminator)


class State(NamedTuple):
    generator: Any
    discriminator: Any
    round_num: Any


@functools.cache
def computations():
    """`state_type`, `dataset_type`, `client_fn` and `server_fn`."""

    @tff.tensorflow.computation
    def server_init():
        weights = [tuple(map(tf.constant, parts)) for parts in (GAN.generator, GAN.discriminator)]
        return State(*weights, tf.constant(0))

    state_type = server_init.type_signature.result
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))

    @tff.tensorflow.computation(
        state_type.generator, state_type.discriminator, np.int32, dataset_type
    )
    def client_fn(generator, discriminator, round_num, dataset):
        return tf.function(client_discriminator)(generator, discriminator, dataset, round_num)

    @tff.tensorflow.computation(state_type, state_type.discriminator)
    def server_fn(state, mean_update):
        discriminator = tuple(w + u for w, u in zip(state.discriminator, mean_update, strict=True))
        generator = algorithms.server_generator(
            GAN,
            tuple(state.generator),
            discriminator,
            state.round_num,
            learning_rate=SERVER_RATE,
            num_steps=6,
            batch_size=40,
        )
        return State(generator, discriminator, state.round_num + 1)

    return state_type, dataset_type, client_fn, server_fn
