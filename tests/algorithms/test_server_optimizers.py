"""FedAvgM and FedAdam: the server's steps worked out again, from the mean updates it was given."""

import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import algorithms

RATE = 0.02
SGD = tff.learning.optimizers.build_sgdm


def recording(optimizer):
    """The same optimizer, whose state holds the round's mean update as well."""

    def init(weights):
        return optimizer.init(weights), weights

    def next_(state, weights, mean_update):
        inner, weights = optimizer.next(state[0], weights, mean_update)
        return (inner, mean_update), weights

    return algorithms.ServerOptimizer(init, next_)


@pytest.fixture(scope="module")
def record(model, cohort):
    def weights_and_updates(optimizer, num_rounds=4):
        process = algorithms.build_fed_avg(
            model, client_learning_rate=RATE, server_optimizer=recording(optimizer)
        )
        state = process.initialize()
        weights, updates = [], []
        for _ in range(num_rounds):
            state = process.next(state, cohort).state
            weights.append(state.weights)
            updates.append([np.float64(part) for part in state.optimizer[1]])
        return weights, updates

    return weights_and_updates


def zeros():
    return [np.zeros((784, 10)), np.zeros(10)]


def test_recorded_update_is_the_plain_step(record, distance):
    weights, updates = record(algorithms.server_sgd(), 1)
    assert distance(weights, updates) < 1e-7


def test_momentum_steps(record, distance):
    weights, updates = record(algorithms.server_momentum(0.5, momentum=0.9))
    w, v, expected = zeros(), zeros(), []
    for update in updates:
        v = [0.9 * a + b for a, b in zip(v, update, strict=True)]
        w = [a + 0.5 * b for a, b in zip(w, v, strict=True)]
        expected.append(w)
    assert distance(weights, expected) < 1e-6


def test_momentum_equals_tff_learning(model, cohort, run, distance):
    ours = algorithms.build_fed_avg(
        model,
        client_learning_rate=RATE,
        server_optimizer=algorithms.server_momentum(0.7, momentum=0.9),
    )
    theirs = tff.learning.algorithms.build_weighted_fed_avg(
        model, SGD(RATE), SGD(0.7, momentum=0.9)
    )
    assert distance(run(ours, cohort, 4), run(theirs, cohort, 4)) < 1e-6


def test_momentum_of_0_is_sgd(record, distance):
    plain, _ = record(algorithms.server_sgd(0.7))
    without, _ = record(algorithms.server_momentum(0.7, momentum=0.0))
    assert distance(plain, without) == 0


def test_adam_steps(record, distance):
    rate, beta_1, beta_2, tau = 0.05, 0.8, 0.95, 1e-3
    weights, updates = record(algorithms.server_adam(rate, beta_1=beta_1, beta_2=beta_2, tau=tau))
    w, m, v, expected = zeros(), zeros(), [part + tau**2 for part in zeros()], []
    for update in updates:
        m = [beta_1 * a + (1 - beta_1) * b for a, b in zip(m, update, strict=True)]
        v = [beta_2 * a + (1 - beta_2) * b**2 for a, b in zip(v, update, strict=True)]
        w = [a + rate * b / (np.sqrt(c) + tau) for a, b, c in zip(w, m, v, strict=True)]
        expected.append(w)
    assert distance(weights, expected) < 1e-6


def test_first_adam_step_with_the_defaults():
    optimizer = algorithms.server_adam(0.1)
    weights = (tf.zeros(1),)
    _, weights = optimizer.next(optimizer.init(weights), weights, (tf.constant([0.5]),))
    expected = 0.1 * (0.1 * 0.5) / (math.sqrt(0.99 * 1e-6 + 0.01 * 0.25) + 1e-3)
    np.testing.assert_allclose(weights[0], [expected], rtol=1e-6)


@pytest.mark.parametrize(
    ("build", "argument", "value", "allowed"),
    [
        (algorithms.server_sgd, "learning_rate", -1.0, "above 0"),
        (algorithms.server_sgd, "learning_rate", 0, "above 0"),
        (algorithms.server_momentum, "learning_rate", -1.0, "above 0"),
        (algorithms.server_momentum, "momentum", -0.1, "0 or more and below 1"),
        (algorithms.server_momentum, "momentum", 1.0, "0 or more and below 1"),
        (algorithms.server_adam, "learning_rate", math.nan, "above 0"),
        (algorithms.server_adam, "beta_1", 1.0, "0 or more and below 1"),
        (algorithms.server_adam, "beta_2", -0.1, "0 or more and below 1"),
        (algorithms.server_adam, "tau", 0.0, "above 0 and below 1.84467e.19"),
    ],
)
def test_bad_numbers(build, argument, value, allowed):
    arguments = {"learning_rate": 0.1} | {argument: value}
    with pytest.raises(
        ValueError, match=f"{argument} must be a number {allowed}, and it is {value!r}"
    ):
        build(**arguments)
    with pytest.raises(TypeError, match=f"{argument} must be a number {allowed}, and it is 'x'"):
        build(**arguments | {argument: "x"})
