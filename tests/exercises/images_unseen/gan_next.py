"""Answers to `gan_next`, as learners write them."""

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from tests.exercises.cases import Case
from tests.exercises.images_unseen.at_hand import GAN, computations

broadcast, federated_map = tff.federated_broadcast, tff.federated_map


def types():
    state_type, dataset_type, *_ = computations()
    return (
        tff.FederatedType(state_type, tff.SERVER),
        tff.FederatedType(dataset_type, tff.CLIENTS),
    )


def federated(body):
    return lambda: tff.federated_computation(body, *types())


def updates_of(state, client_data, round_num=None):
    _, _, client_fn, _ = computations()
    down = broadcast(state.generator), broadcast(state.discriminator)
    number = broadcast(state.round_num) if round_num is None else round_num
    return federated_map(client_fn, (*down, number, client_data))


def at_server(state, update):
    return federated_map(computations()[3], (state, update))


def right(state, client_data):
    return at_server(state, tff.federated_mean(updates_of(state, client_data)))


def whole_state_down():
    """Everything is broadcast at once, and a computation at the client takes it apart."""
    state_type, dataset_type, client_fn, _ = computations()
    at_client = tff.tensorflow.computation(
        lambda state, dataset: client_fn(
            state.generator, state.discriminator, state.round_num, dataset
        ),
        state_type,
        dataset_type,
    )

    @tff.federated_computation(*types())
    def gan_next(state, client_data):
        updates = federated_map(at_client, (broadcast(state), client_data))
        return at_server(state, tff.federated_mean(updates))

    return gan_next


def sum_and_division(state, client_data):
    part = computations()[0].discriminator
    halves = tff.tensorflow.computation(
        lambda total, count: tuple(one / count for one in total), part, np.float32
    )
    count = tff.federated_sum(tff.federated_value(np.float32(1), tff.CLIENTS))
    total = tff.federated_sum(updates_of(state, client_data))
    return at_server(state, federated_map(halves, (total, count)))


def weighted(state, client_data):
    count = tff.tensorflow.computation(
        lambda dataset: dataset.reduce(
            0.0, lambda so_far, batch: so_far + tf.cast(tf.shape(batch["y"])[0], tf.float32)
        ),
        computations()[1],
    )
    weights = federated_map(count, client_data)
    return at_server(state, tff.federated_mean(updates_of(state, client_data), weights))


def aggregator(factory):
    def body(state, client_data):
        process = factory().create(computations()[0].discriminator)
        mean = process.next(process.initialize(), updates_of(state, client_data))
        return at_server(state, mean.result)

    return federated(body)


def in_round_0(state, client_data):
    return at_server(
        state,
        tff.federated_mean(
            updates_of(state, client_data, tff.federated_value(np.int32(0), tff.CLIENTS))
        ),
    )


def in_the_next_round(state, client_data):
    plus_one = tff.tensorflow.computation(lambda number: number + 1, np.int32)
    number = tff.federated_broadcast(tff.federated_map(plus_one, state.round_num))
    return at_server(state, tff.federated_mean(updates_of(state, client_data, number)))


def from_the_beginning(*parts):
    return federated(lambda state, client_data: with_first(state, client_data, parts))


def with_first(state, client_data, parts):
    """The clients get the first generator, the first discriminator, or both."""
    _, _, client_fn, _ = computations()
    first = tff.tensorflow.computation(
        lambda: tuple(
            tuple(map(tf.constant, parts)) for parts in (GAN.generator, GAN.discriminator)
        )
    )
    weights = tff.federated_eval(first, tff.CLIENTS)
    generator = weights[0] if "generator" in parts else broadcast(state.generator)
    discriminator = weights[1] if "discriminator" in parts else broadcast(state.discriminator)
    number = broadcast(state.round_num)
    updates = federated_map(client_fn, (generator, discriminator, number, client_data))
    return at_server(state, tff.federated_mean(updates))


def first_client(state, client_data):
    """A mean in which only the first client of each probe counts, by its number of examples."""
    count = tff.tensorflow.computation(
        lambda dataset: tf.cast(
            tf.equal(dataset.reduce(0, lambda n, batch: n + tf.shape(batch["y"])[0]) % 6, 1),
            tf.float32,
        ),
        computations()[1],
    )
    weights = federated_map(count, client_data)
    return at_server(state, tff.federated_mean(updates_of(state, client_data), weights))


def halved(state, client_data):
    half = tff.tensorflow.computation(
        lambda update: tuple(0.5 * part for part in update), computations()[0].discriminator
    )
    mean = tff.federated_mean(updates_of(state, client_data))
    return at_server(state, federated_map(half, mean))


def divided_by(number):
    def body(state, client_data):
        divide = tff.tensorflow.computation(
            lambda total: tuple(part / number for part in total), computations()[0].discriminator
        )
        total = tff.federated_sum(updates_of(state, client_data))
        return at_server(state, federated_map(divide, total))

    return federated(body)


CASE = Case(
    right={
        "one by one": federated(right),
        "whole state": whole_state_down,
        "sum and division": federated(sum_and_division),
        "aggregator": aggregator(tff.aggregators.UnweightedMeanFactory),
    },
    wrong={
        "plain_function": lambda: right,
        "no_types": lambda: tff.federated_computation(right),
        "wrong_types": lambda: tff.federated_computation(lambda state: state, types()[0]),
        "swapped": lambda: tff.federated_computation(
            lambda client_data, state: right(state, client_data), *types()[::-1]
        ),
        "stays_at_clients": federated(lambda state, client_data: updates_of(state, client_data)),
        "sent_down": federated(lambda state, client_data: broadcast(right(state, client_data))),
        "wrong_result": federated(
            lambda state, client_data: tff.federated_mean(updates_of(state, client_data))
        ),
        "sum": federated(
            lambda state, client_data: at_server(
                state, tff.federated_sum(updates_of(state, client_data))
            )
        ),
        "weighted": federated(weighted),
        "unchanged": federated(lambda state, client_data: state),
        "one_client": federated(first_client),
        "other_round": federated(in_round_0),
        "shifted_round": federated(in_the_next_round),
        "first_weights": from_the_beginning("generator", "discriminator"),
        "first_generator": from_the_beginning("generator"),
        "first_discriminator": from_the_beginning("discriminator"),
        "fixed_count": divided_by(10),
        "fixed_count: as many as in one probe": divided_by(3),
        "two_rounds": federated(
            lambda state, client_data: right(right(state, client_data), client_data)
        ),
        "wrong_value": federated(halved),
    },
)
