"""Clients of our digits in a fixed batch order, and a way to compare processes round by round.

Where pytest is told to run this folder, it reads this file before the engine is set up.
"""

import functools

import numpy as np
import pytest

RATE = 0.02
# Unequal, so that a weighted and an unweighted mean differ.
SIZES = {"writer_00": 100, "writer_01": 60, "writer_02": 25, "writer_03": 7}


@pytest.fixture(scope="session")
def model():
    from fl_course import models

    return models.functional_model()


@pytest.fixture(scope="session")
def clients():
    """Raw examples of four writers, of unequal numbers."""
    from fl_course import data

    train, _ = data.load()
    return [
        train.create_tf_dataset_for_client(client_id).take(size)
        for client_id, size in SIZES.items()
    ]


@pytest.fixture(scope="session")
def cohort(clients):
    """Batches of 20, three local epochs, in the examples' own order."""
    from fl_course.preprocessing import preprocess

    return [preprocess(client, epochs=3, shuffle_buffer=0) for client in clients]


@pytest.fixture(scope="session")
def ours(model):
    """Our own Federated Averaging without more, built (and so compiled) once."""
    from fl_course import algorithms

    return functools.cache(
        lambda weighted=True: algorithms.build_fed_avg(
            model, client_learning_rate=RATE, weighted=weighted
        )
    )


@pytest.fixture(scope="session")
def theirs(model):
    """The same by tff.learning."""
    import tensorflow_federated as tff

    sgd = tff.learning.optimizers.build_sgdm
    build = {
        True: tff.learning.algorithms.build_weighted_fed_avg,
        False: tff.learning.algorithms.build_unweighted_fed_avg,
    }
    return functools.cache(lambda weighted=True: build[weighted](model, sgd(RATE), sgd(1.0)))


@pytest.fixture(scope="session")
def run():
    """Runs rounds, and gives the weights after each."""

    def weights_by_round(process, cohort, num_rounds=3):
        state = process.initialize()
        weights = []
        for _ in range(num_rounds):
            state = process.next(state, cohort).state
            weights.append(process.get_model_weights(state).trainable)
        return weights

    return weights_by_round


@pytest.fixture(scope="session")
def distance():
    """The largest difference of any weight, in any round, of two runs."""

    def largest_difference(one, other):
        assert len(one) == len(other)
        return max(
            float(np.max(np.abs(np.asarray(a) - np.asarray(b))))
            for weights, other_weights in zip(one, other, strict=True)
            for a, b in zip(weights, other_weights, strict=True)
        )

    return largest_difference
