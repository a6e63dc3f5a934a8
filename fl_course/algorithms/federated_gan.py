"""A federated GAN by hand: discriminators learn at the clients, the generator at the server.

Augenstein et al., "Generative Models for Effective ML on Private, Decentralized Datasets", 2020,
Algorithm 1. The generator never meets an example: it learns from the discriminator's weights alone.
"""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models
from fl_course.arguments import check_integer, check_number, check_seed, described
from fl_course.localization import say

Weights = tuple[tf.Tensor, ...]

_SIZE, _LABELS = models.IMAGE_SIZE, models.NUM_LABELS
_SMALL = 10  # pixels, both ways, that the generator paints; about what our digits were scanned at
_LABEL_SIGNAL = 3.0  # the label has to be heard beside a row of random numbers
_LEAK = 0.2  # of the discriminator's hidden units


class Gan(NamedTuple):
    """Two networks that play against each other, as pure functions of their weights.

    Attributes:
        generator: First weights of the generator, float32 arrays.
        discriminator: First weights of the discriminator, float32 arrays.
        generate: Takes the generator's weights, noise, float32 [n, noise_size], and labels, int32
            [n]; gives images, float32 [n, 784], from 0.0 to 1.0.
        discriminate: Takes the discriminator's weights, images, float32 [n, 784], and labels,
            int32 [n]; gives a score for each image, float32 [n]. The larger, the more it is taken
            for a real image of this label.
        noise_size: Random numbers that make one image.
    """

    generator: tuple[np.ndarray, ...]
    discriminator: tuple[np.ndarray, ...]
    generate: Callable[[Weights, tf.Tensor, tf.Tensor], tf.Tensor]
    discriminate: Callable[[Weights, tf.Tensor, tf.Tensor], tf.Tensor]
    noise_size: int


class GanState(NamedTuple):
    """What the server keeps from round to round.

    Attributes:
        generator: The generator's weights.
        discriminator: The discriminator's weights.
        round_num: int32 []; how many rounds there were.
        aggregator: The aggregator's state.
    """

    generator: Weights
    discriminator: Weights
    round_num: tf.Tensor
    aggregator: Any


def dense_gan(num_hidden: int = 64, noise_size: int = 16, *, seed: int = 0) -> Gan:
    """Two small networks with one hidden layer each, which know the label of an image.

    The generator paints 10 x 10 pixels and enlarges them to 28 x 28. The discriminator has a score
    for each of the ten labels, and the score of the image's own label counts: a simple form of the
    projection discriminator (Miyato and Koyama, "cGANs with Projection Discriminator", 2018).

    Args:
        num_hidden: Units of each hidden layer, 1 or more.
        noise_size: Random numbers that make one image, 1 or more.
        seed: Of the first weights, 0 to 2**32 - 1.

    Returns:
        The networks. With 64 units, the generator has 8,228 parameters and the discriminator
        50,890.

    Raises:
        ValueError: If a number is not a whole one in its range.
    """
    num_hidden = check_integer("num_hidden", num_hidden, 1, 10**4)
    noise_size = check_integer("noise_size", noise_size, 1, 10**4)
    rng = np.random.default_rng(check_seed(seed))
    num_pixels = _SIZE * _SIZE
    generator = (
        _kernel(rng, noise_size + _LABELS, num_hidden, 2.0),
        np.zeros(num_hidden, np.float32),
        _kernel(rng, num_hidden, _SMALL * _SMALL, 1.0),
        np.zeros(_SMALL * _SMALL, np.float32),
    )
    discriminator = (
        _kernel(rng, num_pixels, num_hidden, 2.0),
        np.zeros(num_hidden, np.float32),
        _kernel(rng, num_hidden, _LABELS, 1.0),
        np.zeros(_LABELS, np.float32),
    )
    return Gan(generator, discriminator, _generate, _discriminate, noise_size)


def _kernel(
    rng: np.random.Generator, num_inputs: int, num_outputs: int, variance: float
) -> np.ndarray:
    spread = np.sqrt(variance / num_inputs)
    return (spread * rng.normal(size=(num_inputs, num_outputs))).astype(np.float32)


def _generate(weights: Weights, noise: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    kernel_1, bias_1, kernel_2, bias_2 = weights
    inputs = tf.concat([noise, _LABEL_SIGNAL * tf.one_hot(labels, _LABELS)], axis=1)
    hidden = tf.nn.relu(inputs @ kernel_1 + bias_1)
    small = tf.sigmoid(hidden @ kernel_2 + bias_2)
    return small @ tf.constant(_ENLARGE)


def _discriminate(weights: Weights, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    kernel_1, bias_1, kernel_2, bias_2 = weights
    hidden = tf.nn.leaky_relu((2 * images - 1) @ kernel_1 + bias_1, _LEAK)
    scores = hidden @ kernel_2 + bias_2
    return tf.reduce_sum(scores * tf.one_hot(labels, _LABELS), axis=1)


def _enlargement() -> np.ndarray:
    """Bilinear interpolation of flat images as a matrix, pixel centres aligned."""
    places = (np.arange(_SIZE) + 0.5) * _SMALL / _SIZE - 0.5
    places = np.clip(places, 0, _SMALL - 1)
    one_way = np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(_SMALL)[None, :]))
    return np.kron(one_way, one_way).T.astype(np.float32)


_ENLARGE = _enlargement()


def discriminator_loss(real_scores: tf.Tensor, fake_scores: tf.Tensor) -> tf.Tensor:
    """The cross-entropy of telling real images from made ones.

    Goodfellow et al., "Generative Adversarial Nets", 2014, Equation 1, as a loss.

    Args:
        real_scores: The discriminator's scores of real images, float32 [n]: logits.
        fake_scores: Those of made images, float32 [m].

    Returns:
        float32 []; 2 ln 2 where all scores are 0.
    """
    return tf.reduce_mean(tf.nn.softplus(-real_scores)) + tf.reduce_mean(
        tf.nn.softplus(fake_scores)
    )


def generator_loss(fake_scores: tf.Tensor) -> tf.Tensor:
    """The generator's loss that does not saturate: minus the logarithm of being taken for real.

    Goodfellow et al., "Generative Adversarial Nets", 2014, Section 3.

    Args:
        fake_scores: The discriminator's scores of made images, float32 [n].

    Returns:
        float32 []; ln 2 where all scores are 0.
    """
    return tf.reduce_mean(tf.nn.softplus(-fake_scores))


def make_noise(gan: Gan, count: tf.Tensor, round_num: tf.Tensor, number: Any) -> tf.Tensor:
    """Draws the noise of made images, the same for the same arguments.

    Args:
        gan: The networks.
        count: How many images.
        round_num: Number of the round, int32 [].
        number: Of the draw within the round: 0 at every client, from 1 on at the server.

    Returns:
        float32 [count, noise_size], standard normal.
    """
    seed = tf.stack([tf.cast(round_num, tf.int32), tf.cast(number, tf.int32)])
    return tf.random.stateless_normal([count, gan.noise_size], seed)


def client_discriminator(
    gan: Gan,
    dataset: tf.data.Dataset,
    generator: Weights,
    discriminator: Weights,
    round_num: tf.Tensor,
    *,
    learning_rate: float,
    gradient_penalty: float,
) -> Weights:
    """Trains the discriminator at one client: a step of gradient descent for each batch.

    Augenstein et al. 2020, Algorithm 1, the user's part. To each real image belongs a made one of
    the same label. The penalty, half of the factor times the mean squared norm of the score's
    gradient at the real images, keeps the discriminator smooth: R1 of Mescheder, Geiger and
    Nowozin, "Which Training Methods for GANs do actually Converge?", 2018, Section 4.1.

    Args:
        gan: The networks.
        dataset: The client's batches, `x`, float32 [n, 784], and `y`, int32 [n].
        generator: The server's generator; it stays as it is.
        discriminator: The server's discriminator, from which the client starts.
        round_num: Number of the round, int32 [].
        learning_rate: Of the local steps.
        gradient_penalty: The penalty's factor; 0 leaves it out.

    Returns:
        The client's discriminator minus the server's.
    """

    def local_step(weights, batch):
        return discriminator_step(
            gan,
            generator,
            weights,
            batch["x"],
            batch["y"],
            round_num,
            learning_rate=learning_rate,
            gradient_penalty=gradient_penalty,
        )

    trained = dataset.reduce(discriminator, local_step)
    return tuple(w - w_server for w, w_server in zip(trained, discriminator, strict=True))


def discriminator_step(
    gan: Gan,
    generator: Weights,
    discriminator: Weights,
    images: tf.Tensor,
    labels: tf.Tensor,
    round_num: tf.Tensor,
    *,
    learning_rate: float,
    gradient_penalty: float,
) -> Weights:
    """Takes one step of a client's training; see `client_discriminator`.

    Args:
        gan: The networks.
        generator: The server's generator.
        discriminator: The client's present discriminator.
        images: A batch of real ones, float32 [n, 784].
        labels: Theirs, int32 [n].
        round_num: Number of the round, int32 [].
        learning_rate: Of the step.
        gradient_penalty: The penalty's factor.

    Returns:
        The discriminator after the step.
    """
    noise = make_noise(gan, tf.shape(labels)[0], round_num, 0)
    made = gan.generate(generator, noise, labels)
    with tf.GradientTape() as tape:
        tape.watch(discriminator)
        with tf.GradientTape() as inner:
            inner.watch(images)
            real_scores = gan.discriminate(discriminator, images, labels)
        slopes = inner.gradient(real_scores, images)
        penalty = tf.reduce_mean(tf.reduce_sum(tf.square(slopes), axis=1))
        loss = discriminator_loss(real_scores, gan.discriminate(discriminator, made, labels))
        loss += 0.5 * gradient_penalty * penalty
    gradients = tape.gradient(loss, discriminator)
    return tuple(w - learning_rate * g for w, g in zip(discriminator, gradients, strict=True))


def server_generator(
    gan: Gan,
    generator: Weights,
    discriminator: Weights,
    round_num: tf.Tensor,
    *,
    learning_rate: float,
    num_steps: int,
    batch_size: int,
) -> Weights:
    """Trains the generator at the server: steps of gradient descent against a discriminator.

    Augenstein et al. 2020, Algorithm 1, the server's part. No example comes in.

    Args:
        gan: The networks.
        generator: The generator's weights.
        discriminator: The weights of the discriminator that it has to please.
        round_num: Number of the round, int32 [].
        learning_rate: Of the steps.
        num_steps: How many.
        batch_size: Made images in a step; their labels are 0 to 9 in turn.

    Returns:
        The new generator.
    """
    labels = tf.range(batch_size) % _LABELS
    weights = tuple(generator)
    for number in range(1, num_steps + 1):
        noise = make_noise(gan, batch_size, round_num, number)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            made = gan.generate(weights, noise, labels)
            loss = generator_loss(gan.discriminate(discriminator, made, labels))
        gradients = tape.gradient(loss, weights)
        weights = tuple(w - learning_rate * g for w, g in zip(weights, gradients, strict=True))
    return weights


def build_federated_gan(
    gan: Gan,
    *,
    client_learning_rate: float = 0.1,
    server_learning_rate: float = 0.2,
    gradient_penalty: float = 1.0,
    num_generator_steps: int = 6,
    generator_batch_size: int = 40,
    aggregator: tff.aggregators.UnweightedAggregationFactory | None = None,
) -> tff.templates.IterativeProcess:
    """Builds the training of a federated GAN.

    What a client hands in is its discriminator's update. All clients count the same.

    Args:
        gan: The networks, such as `dense_gan` makes.
        client_learning_rate: Of the discriminator's steps at the clients; above 0.
        server_learning_rate: Of the generator's steps at the server; above 0.
        gradient_penalty: See `client_discriminator`; 0 or more.
        num_generator_steps: In a round, 1 to 1,000.
        generator_batch_size: Made images in each of them, 1 or more.
        aggregator: How the updates become one; by default their mean. With
            `fl_course.privacy.private_mean` the training is differentially private: what the server
            does with the result needs no further noise.

    Returns:
        An iterative process: `initialize`, which gives a `GanState`, and `next`, which takes a
        state and the clients' datasets, and gives a state.

    Raises:
        TypeError: If `gan` or `aggregator` is of another type, or a rate is not a number.
        ValueError: If a number is out of its range.
    """
    client_learning_rate = check_number(
        "client_learning_rate", client_learning_rate, least_allowed=False
    )
    server_learning_rate = check_number(
        "server_learning_rate", server_learning_rate, least_allowed=False
    )
    gradient_penalty = check_number("gradient_penalty", gradient_penalty)
    num_generator_steps = check_integer("num_generator_steps", num_generator_steps, 1, 1000)
    generator_batch_size = check_integer("generator_batch_size", generator_batch_size, 1, 10**5)
    if aggregator is None:
        aggregator = tff.aggregators.UnweightedMeanFactory()
    _check_parts(gan, aggregator)

    @tff.tensorflow.computation
    def first_weights():
        return tuple(map(tf.constant, gan.generator)), tuple(map(tf.constant, gan.discriminator))

    generator_type, discriminator_type = first_weights.type_signature.result
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))
    aggregation = aggregator.create(discriminator_type)
    aggregator_type = aggregation.initialize.type_signature.result.member

    @tff.tensorflow.computation(aggregator_type)
    def server_init(aggregator_state):
        generator, discriminator = first_weights()
        return GanState(tuple(generator), tuple(discriminator), tf.constant(0), aggregator_state)

    state_type = server_init.type_signature.result

    @tff.tensorflow.computation(generator_type, discriminator_type, np.int32, dataset_type)
    def client_fn(generator, discriminator, round_num, dataset):
        return client_discriminator(
            gan,
            dataset,
            generator,
            discriminator,
            round_num,
            learning_rate=client_learning_rate,
            gradient_penalty=gradient_penalty,
        )

    @tff.tensorflow.computation(state_type, discriminator_type, aggregator_type)
    def server_fn(state, mean_update, aggregator_state):
        discriminator = tuple(
            w + update for w, update in zip(state.discriminator, mean_update, strict=True)
        )
        generator = server_generator(
            gan,
            state.generator,
            discriminator,
            state.round_num,
            learning_rate=server_learning_rate,
            num_steps=num_generator_steps,
            batch_size=generator_batch_size,
        )
        return GanState(generator, discriminator, state.round_num + 1, aggregator_state)

    @tff.federated_computation
    def initialize():
        return tff.federated_map(server_init, aggregation.initialize())

    @tff.federated_computation(
        tff.FederatedType(state_type, tff.SERVER), tff.FederatedType(dataset_type, tff.CLIENTS)
    )
    def next_(state, client_data):
        generator, discriminator, round_num = map(
            tff.federated_broadcast, (state.generator, state.discriminator, state.round_num)
        )
        updates = tff.federated_map(client_fn, (generator, discriminator, round_num, client_data))
        mean = aggregation.next(state.aggregator, updates)
        return tff.federated_map(server_fn, (state, mean.result, mean.state))

    return tff.templates.IterativeProcess(initialize, next_)


def _check_parts(gan: Any, aggregator: Any) -> None:
    if not isinstance(gan, Gan):
        raise TypeError(
            say(
                "gan must be a Gan, such as dense_gan() makes, and it is {gan}.", gan=described(gan)
            )
        )
    if not isinstance(aggregator, tff.aggregators.UnweightedAggregationFactory):
        raise TypeError(
            say(
                "aggregator must be a tff.aggregators.UnweightedAggregationFactory, such as "
                "privacy.private_mean(...) makes, and it is {aggregator}.",
                aggregator=described(aggregator),
            )
        )
