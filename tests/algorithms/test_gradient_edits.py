"""Clipping and FedProx: what they must not change, and what they must."""

import functools
import math

import numpy as np
import pytest
import tensorflow as tf

from fl_course import algorithms
from fl_course.preprocessing import preprocess
from tests.algorithms import softmax_regression
from tests.algorithms.conftest import RATE


@pytest.fixture(scope="module")
def plain(cohort, run, ours):
    return run(ours(), cohort)


@pytest.fixture(scope="module")
def run_with(model, cohort, run):
    def run_with_edits(*edits):
        process = algorithms.build_fed_avg(model, client_learning_rate=RATE, edits=edits)
        return run(process, cohort)

    return run_with_edits


@pytest.fixture(scope="module")
def path(model, clients, run):
    """One client's weights after each of its first five batches: a round on the first k of them."""

    @functools.cache
    def weights_by_batch(*edits):
        process = algorithms.build_fed_avg(model, client_learning_rate=RATE, edits=edits)
        batches = preprocess(clients[0], shuffle_buffer=0)
        return [run(process, [batches.take(k)], 1)[0] for k in range(1, 6)]

    return weights_by_batch


@pytest.fixture(scope="module")
def batches(clients):
    dataset = preprocess(clients[0], shuffle_buffer=0).take(5)
    return [(batch["x"], batch["y"]) for batch in dataset.as_numpy_iterator()]


def gradient_norms(path):
    """Of the gradients stepped along, from the weights before and after."""
    starts = [softmax_regression.zeros(), *path[:-1]]
    return [
        np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(after, before, strict=True))) / RATE
        for before, after in zip(starts, path, strict=True)
    ]


@pytest.mark.parametrize("max_norm", [math.inf, 1e30, 3e5])
def test_clipping_far_away_changes_nothing(plain, run_with, distance, max_norm):
    assert distance(run_with(algorithms.clip_gradients(max_norm)), plain) == 0


def test_proximal_term_with_mu_0_is_fed_avg(plain, run_with, distance):
    assert distance(run_with(algorithms.proximal_term(0.0)), plain) == 0


def test_clipping_bounds_the_gradient_of_each_step(path):
    free = gradient_norms(path())
    max_norm = float(np.median(free))
    clipped = gradient_norms(path(algorithms.clip_gradients(max_norm)))
    assert max(free) > 1.1 * max_norm
    assert max(clipped) <= max_norm * (1 + 1e-5)
    # What has to be shortened is shortened to the norm, not below it.
    assert max(clipped) == pytest.approx(max_norm, rel=1e-5)


CLIP, PULL = algorithms.clip_gradients(2.0), algorithms.proximal_term(5.0)


@pytest.mark.parametrize(
    ("edits", "numbers"),
    [
        ((), {}),
        ((CLIP,), {"max_norm": 2.0}),
        ((PULL,), {"mu": 5.0}),
        ((PULL, CLIP), {"mu": 5.0, "max_norm": 2.0}),
    ],
    ids=["plain", "clip", "proximal", "proximal_then_clip"],
)
def test_local_steps_equal_those_in_numpy(path, batches, distance, edits, numbers):
    expected = softmax_regression.local_training(
        softmax_regression.zeros(), batches, RATE, **numbers
    )
    assert distance(path(*edits), expected) < 1e-6
    if numbers:
        without = softmax_regression.local_training(softmax_regression.zeros(), batches, RATE)
        assert distance(expected, without) > 1e-3


def test_a_stronger_pull_ends_nearer_to_the_server(path):
    paths = [path(), path(PULL), path(algorithms.proximal_term(10.0))]
    lengths = [np.linalg.norm(weights[-1][0]) for weights in paths]
    assert lengths[0] > lengths[1] > lengths[2]


def test_clipping_keeps_the_direction_and_survives_zero():
    clip = algorithms.clip_gradients(1.0)
    long = (tf.constant([3.0, 0.0]), tf.constant([4.0]))
    clipped = clip(long, long, long)
    np.testing.assert_allclose(np.concatenate(clipped), [0.6, 0.0, 0.8], rtol=1e-6)
    zero = (tf.zeros(2), tf.zeros(1))
    np.testing.assert_array_equal(np.concatenate(clip(zero, zero, zero)), np.zeros(3))


@pytest.mark.parametrize("max_norm", [0, -1.0, math.nan])
def test_bad_max_norm(max_norm):
    with pytest.raises(ValueError, match=f"max_norm must be .* above 0, and it is {max_norm!r}"):
        algorithms.clip_gradients(max_norm)


@pytest.mark.parametrize("mu", [-0.5, math.inf, math.nan])
def test_bad_mu(mu):
    with pytest.raises(ValueError, match=f"mu must be a number 0 or more.* it is {mu!r}"):
        algorithms.proximal_term(mu)


@pytest.mark.parametrize("edit", [algorithms.clip_gradients, algorithms.proximal_term])
@pytest.mark.parametrize("value", ["1", None, False])
def test_edit_with_something_that_is_no_number(edit, value):
    with pytest.raises(TypeError, match=f"must be a number .* and it is {value!r}"):
        edit(value)
