"""Answers to `next_fn`, as learners write them."""

import functools

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from tests.exercises.averaging_by_hand.at_hand import (
    AT_CLIENTS,
    AT_SERVER,
    DATASET,
    RATE,
    WEIGHTS,
    by_reduce,
    client_computation,
    computation_of,
    plain_zeros,
    plus,
    server_computation,
    trained_by_reduce,
)
from tests.exercises.cases import Case


@functools.cache
def parts():
    client = client_computation(lambda w, dataset: by_reduce(w, dataset, RATE))
    return client, server_computation(plus)


def federated(function, *types):
    return tff.federated_computation(function, *(types or (AT_SERVER, AT_CLIENTS)))


def updates_of(weights, client_data):
    at_clients = tff.federated_broadcast(weights)
    return tff.federated_map(parts()[0], (at_clients, client_data))


def added(weights, update):
    return tff.federated_map(parts()[1], (weights, update))


def in_one_line(weights, client_data):
    return added(weights, tff.federated_mean(updates_of(weights, client_data)))


def zipped(weights, client_data):
    pairs = tff.federated_zip((tff.federated_broadcast(weights), client_data))
    mean = tff.federated_mean(tff.federated_map(parts()[0], pairs))
    return tff.federated_map(parts()[1], tff.federated_zip((weights, mean)))


def sum_and_division(weights, client_data):
    halves = tff.tensorflow.computation(
        lambda total, count: tuple(part / count for part in total), WEIGHTS, np.float32
    )
    total = tff.federated_sum(updates_of(weights, client_data))
    count = tff.federated_sum(tff.federated_value(np.float32(1), tff.CLIENTS))
    return added(weights, tff.federated_map(halves, (total, count)))


def mean_of_trained_weights(weights, client_data):
    client = client_computation(lambda w, dataset: trained_by_reduce(w, dataset, RATE))
    at_clients = tff.federated_broadcast(weights)
    return tff.federated_mean(tff.federated_map(client, (at_clients, client_data)))


def weighted(weights, client_data):
    count = tff.tensorflow.computation(
        lambda dataset: dataset.reduce(
            0.0, lambda n, batch: n + tf.cast(tf.shape(batch["y"])[0], tf.float32)
        ),
        DATASET,
    )
    counts = tff.federated_map(count, client_data)
    return added(weights, tff.federated_mean(updates_of(weights, client_data), counts))


def from_first_weights(weights, client_data):
    zeros = tff.federated_eval(computation_of(plain_zeros), tff.SERVER)
    return added(weights, tff.federated_mean(updates_of(zeros, client_data)))


def one_client_counts(weights, client_data):
    """The mean with a weight of 1 for the client with seven examples, and 0 for the others."""
    is_large = tff.tensorflow.computation(
        lambda dataset: tf.cast(
            dataset.reduce(0, lambda n, batch: n + tf.shape(batch["y"])[0]) > 5, tf.float32
        ),
        DATASET,
    )
    chosen = tff.federated_map(is_large, client_data)
    return added(weights, tff.federated_mean(updates_of(weights, client_data), chosen))


def two_results(weights, client_data):
    mean = tff.federated_mean(updates_of(weights, client_data))
    return added(weights, mean), mean


def twice(weights, client_data):
    return in_one_line(in_one_line(weights, client_data), client_data)


def at_the_clients(weights, client_data):
    mean = tff.federated_mean(updates_of(weights, client_data))
    both = tff.federated_broadcast(weights), tff.federated_broadcast(mean)
    return tff.federated_map(parts()[1], both)


def added_at_each(weights, client_data):
    both = tff.federated_broadcast(weights), updates_of(weights, client_data)
    return tff.federated_map(parts()[1], both)


def a_share_of_the_sum(share, weights, client_data):
    total = tff.federated_sum(updates_of(weights, client_data))
    smaller = tff.tensorflow.computation(
        lambda update: tuple(share * part for part in update), WEIGHTS
    )
    return added(weights, tff.federated_map(smaller, total))


def weighted_by_batches(weights, client_data):
    count = tff.tensorflow.computation(
        lambda dataset: dataset.reduce(0.0, lambda n, batch: n + 1.0), DATASET
    )
    counts = tff.federated_map(count, client_data)
    return added(weights, tff.federated_mean(updates_of(weights, client_data), counts))


def largest(weights, client_data):
    return added(weights, tff.federated_max(updates_of(weights, client_data)))


CASE = Case(
    right={
        "in one line": lambda: federated(in_one_line),
        "zipped": lambda: federated(zipped),
        "sum and division": lambda: federated(sum_and_division),
        "mean of trained weights": lambda: federated(mean_of_trained_weights),
    },
    wrong={
        "plain_function": lambda: in_one_line,
        "no_types": lambda: tff.federated_computation(in_one_line),
        "wrong_arguments": lambda: federated(
            lambda weights, client_data: weights,
            AT_SERVER,
            tff.FederatedType(DATASET.element, tff.CLIENTS),
        ),
        "swapped": lambda: federated(
            lambda client_data, weights: in_one_line(weights, client_data), AT_CLIENTS, AT_SERVER
        ),
        "stays_at_clients": lambda: federated(updates_of),
        "wrong_result": lambda: federated(two_results),
        "two_rounds": lambda: federated(twice),
        "sent_down": lambda: federated(
            lambda weights, client_data: tff.federated_broadcast(in_one_line(weights, client_data))
        ),
        "stays_at_clients: added to what is sent down": lambda: federated(at_the_clients),
        "scaled": lambda: federated(
            lambda weights, client_data: a_share_of_the_sum(0.1, weights, client_data)
        ),
        "scaled: a third of the sum": lambda: federated(
            lambda weights, client_data: a_share_of_the_sum(1 / 3, weights, client_data)
        ),
        "wrong_value": lambda: federated(weighted_by_batches),
        "wrong_value: the largest": lambda: federated(largest),
        "stays_at_clients: added there": lambda: federated(added_at_each),
        "sum": lambda: federated(
            lambda weights, client_data: added(
                weights, tff.federated_sum(updates_of(weights, client_data))
            )
        ),
        "weighted": lambda: federated(weighted),
        "only_update": lambda: federated(
            lambda weights, client_data: tff.federated_mean(updates_of(weights, client_data))
        ),
        "unchanged": lambda: federated(lambda weights, client_data: weights),
        "first_weights": lambda: federated(from_first_weights),
        "one_client": lambda: federated(one_client_counts),
    },
)
