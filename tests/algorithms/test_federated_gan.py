"""The federated GAN: a plain GAN where there is one client, and only weights that leave one."""

import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import algorithms, privacy
from fl_course.exercises.judging import told

GAN = algorithms.dense_gan(8, 4, seed=3)
RATES = {"client_learning_rate": 0.05, "server_learning_rate": 0.2}
OPTIONS = {**RATES, "num_generator_steps": 2, "generator_batch_size": 10}


def built(aggregator=None, **options):
    return algorithms.build_federated_gan(GAN, aggregator=aggregator, **{**OPTIONS, **options})


@pytest.fixture(scope="module")
def process():
    return built()


def trained(process, cohort, num_rounds=2):
    state = process.initialize()
    for _ in range(num_rounds):
        state = process.next(state, cohort)
    return state


def distance(state, other):
    pairs = [(state.generator, other.generator), (state.discriminator, other.discriminator)]
    return max(
        np.abs(np.subtract(a, b)).max()
        for ones, others in pairs
        for a, b in zip(ones, others, strict=True)
    )


def test_losses_are_those_of_the_paper():
    real, fake = np.array([2.0, -1.0, 0.5]), np.array([0.3, -4.0])

    def sure(scores):
        return 1 / (1 + np.exp(-scores))

    wanted = -np.mean(np.log(sure(real))) - np.mean(np.log(1 - sure(fake)))
    assert float(algorithms.discriminator_loss(real, fake)) == pytest.approx(wanted)
    assert float(algorithms.generator_loss(fake)) == pytest.approx(-np.mean(np.log(sure(fake))))
    zeros = tf.zeros(3)
    assert float(algorithms.discriminator_loss(zeros, zeros)) == pytest.approx(2 * math.log(2))


def test_the_networks_are_small_and_images_are_images():
    gan = algorithms.dense_gan(seed=1)
    assert sum(part.size for part in gan.generator) == 8_228
    assert sum(part.size for part in gan.discriminator) == 50_890
    noise = algorithms.make_noise(gan, 20, 0, 1)
    images = gan.generate(tuple(gan.generator), noise, tf.range(20) % 10)
    assert images.shape == [20, 784]
    assert 0 <= np.min(images) < np.max(images) <= 1
    again = algorithms.dense_gan(seed=1)
    assert np.array_equal(gan.generator[0], again.generator[0])
    assert not np.array_equal(gan.generator[0], algorithms.dense_gan(seed=2).generator[0])


def test_enlarging_keeps_what_is_even():
    from fl_course.algorithms import federated_gan

    even = np.full((1, 100), 0.3, np.float32) @ federated_gan._ENLARGE
    np.testing.assert_allclose(even, 0.3, rtol=1e-5)


def test_noise_differs_between_rounds_and_draws_and_not_between_calls():
    def drawn(round_num, number):
        return np.asarray(algorithms.make_noise(GAN, 5, round_num, number))

    assert np.array_equal(drawn(1, 2), drawn(1, 2))
    assert not np.array_equal(drawn(1, 2), drawn(2, 1))
    assert not np.array_equal(drawn(1, 2), drawn(1, 3))


def plain_gan(cohort, num_rounds, penalty):
    """A GAN in one place, with variables and TensorFlow's own cross-entropy."""
    generator = [tf.Variable(part) for part in GAN.generator]
    discriminator = [tf.Variable(part) for part in GAN.discriminator]
    for round_num in range(num_rounds):
        for batch in cohort[0]:
            images, labels = batch["x"], batch["y"]
            made = GAN.generate(
                generator, algorithms.make_noise(GAN, len(labels), round_num, 0), labels
            )
            with tf.GradientTape() as tape:
                with tf.GradientTape() as inner:
                    inner.watch(images)
                    real = GAN.discriminate(discriminator, images, labels)
                slopes = inner.gradient(real, images)
                fake = GAN.discriminate(discriminator, made, labels)
                right = tf.concat([tf.ones_like(real), tf.zeros_like(fake)], 0)
                losses = tf.nn.sigmoid_cross_entropy_with_logits(right, tf.concat([real, fake], 0))
                loss = 2 * tf.reduce_mean(losses)  # as many real as made
                loss += penalty / 2 * tf.reduce_mean(tf.norm(slopes, axis=1) ** 2)
            for part, gradient in zip(
                discriminator, tape.gradient(loss, discriminator), strict=True
            ):
                part.assign_sub(0.05 * gradient)
        labels = tf.range(10) % 10
        for number in (1, 2):
            noise = algorithms.make_noise(GAN, 10, round_num, number)
            with tf.GradientTape() as tape:
                scores = GAN.discriminate(
                    discriminator, GAN.generate(generator, noise, labels), labels
                )
                losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(scores), scores)
                loss = tf.reduce_mean(losses)
            for part, gradient in zip(generator, tape.gradient(loss, generator), strict=True):
                part.assign_sub(0.2 * gradient)
    return algorithms.GanState(generator, discriminator, num_rounds, ())


@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_with_one_client_it_is_a_plain_gan(cohort, penalty):
    state = trained(built(gradient_penalty=penalty), cohort[:1])
    start = algorithms.GanState(GAN.generator, GAN.discriminator, 0, ())
    assert distance(state, start) > 1e-2  # it has learned
    assert distance(state, plain_gan(cohort, 2, penalty)) < 1e-5
    assert state.round_num == 2


def test_a_client_alone_computes_what_the_process_aggregates(process, cohort):
    start = process.initialize()
    updates = [
        algorithms.client_discriminator(
            GAN,
            client,
            tuple(map(tf.constant, GAN.generator)),
            tuple(map(tf.constant, GAN.discriminator)),
            0,
            learning_rate=0.05,
            gradient_penalty=1.0,
        )
        for client in cohort
    ]
    state = process.next(start, cohort)
    for before, after, parts in zip(
        start.discriminator, state.discriminator, zip(*updates, strict=True), strict=True
    ):
        np.testing.assert_allclose(after, before + np.mean(parts, axis=0), atol=1e-6)


def test_clients_of_a_kind_are_one_client(process, cohort):
    assert distance(trained(process, cohort[:1]), trained(process, [cohort[0]] * 3)) < 1e-6


def test_without_noise_and_bound_the_private_mean_changes_nothing(process, cohort):
    private = built(privacy.private_mean(math.inf, 0.0, len(cohort)))
    assert distance(trained(private, cohort), trained(process, cohort)) < 1e-6
    bound = built(privacy.private_mean(0.01, 0.0, len(cohort)))
    assert distance(trained(bound, cohort), trained(process, cohort)) > 1e-3


def test_one_client_moves_the_discriminator_by_the_bound_at_most(cohort):
    private = built(privacy.private_mean(0.01, 0.0, 1))
    start = private.initialize()
    state = private.next(start, cohort[:1])
    moved = [a - b for a, b in zip(state.discriminator, start.discriminator, strict=True)]
    assert math.sqrt(sum(float(np.sum(part**2)) for part in moved)) == pytest.approx(0.01, rel=1e-3)


def test_only_discriminator_weights_leave_a_client(process, cohort):
    handed_in = []
    for stop in told.by_clients(process.next):
        for value in stop.type_signature.result.children():
            member = value.member
            tensors = member.children() if isinstance(member, tff.StructType) else [member]
            handed_in.append([tensor.shape for tensor in tensors])
    weights = [part.shape for part in GAN.discriminator]
    # The mean divides by a sum of ones.
    assert [shapes for shapes in handed_in if shapes != [()]] == [weights]


def test_a_wrong_part_is_refused_by_name():
    with pytest.raises(TypeError, match=r"gan must be a Gan, such as dense_gan\(\) makes"):
        algorithms.build_federated_gan(5)
    with pytest.raises(TypeError, match=r"aggregator must be a tff\.aggregators\.Unweighted"):
        built(tff.aggregators.MeanFactory())
