"""The private mean against FedAvg, and against TFF's own aggregators."""

import math

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, models, privacy
from fl_course.preprocessing import preprocess

TYPE = tff.to_type((tff.TensorType(np.float32, [3, 2]), tff.TensorType(np.float32, [2])))


def updates(count, length=5.0):
    rng = np.random.default_rng(0)
    return [
        (length * rng.standard_normal((3, 2)), length * rng.standard_normal(2))
        for _ in range(count)
    ]


def flat(value):
    return np.concatenate([np.ravel(part) for part in value])


def result(factory, values, *, rounds=1):
    process = factory.create(TYPE)
    state, results = process.initialize(), []
    values = [tuple(np.float32(part) for part in value) for value in values]
    for _ in range(rounds):
        output = process.next(state, values)
        state = output.state
        results.append(flat(output.result))
    return results[0] if rounds == 1 else results


def clipped(value, bound):
    return flat(value) * min(1.0, bound / np.linalg.norm(flat(value)))


def test_clipped_updates_are_summed_and_divided_by_the_expected_cohort():
    values = [*updates(3), *updates(1, length=0.01)]
    wanted = sum(clipped(value, 2.0) for value in values) / 5
    assert result(privacy.private_mean(2.0, 0.0, 5), values) == pytest.approx(wanted, abs=1e-6)


def test_it_is_tffs_private_mean_where_there_is_no_noise():
    values = updates(4)
    theirs = tff.aggregators.DifferentiallyPrivateFactory.gaussian_fixed(0.0, 4, 2.0)
    mine = result(privacy.private_mean(2.0, 0.0, 4), values)
    assert mine == pytest.approx(result(theirs, values), abs=1e-6)


def test_noise_is_that_of_the_multiplier_and_other_in_each_round_and_tensor():
    wide = tff.to_type((tff.TensorType(np.float32, [100, 50]), tff.TensorType(np.float32, [5000])))
    zero = (np.zeros([100, 50], np.float32), np.zeros(5000, np.float32))

    def draws(seed):
        process = privacy.private_mean(2.0, 0.5, 10, seed=seed).create(wide)
        state, drawn = process.initialize(), []
        for _ in range(2):
            output = process.next(state, [zero])
            state = output.state
            drawn += [np.ravel(part) for part in output.result]
        return drawn

    drawn = draws(1)
    for noise in drawn:
        # Mean and standard deviation of 5,000 draws, within five of their standard errors.
        assert np.std(noise) == pytest.approx(0.1, rel=0.05)
        assert abs(np.mean(noise)) < 0.1 * 5 / math.sqrt(5000)
    correlations = np.corrcoef(np.concatenate([drawn, draws(2)])) - np.eye(8)
    assert np.abs(correlations).max() < 0.08
    assert all(map(np.array_equal, drawn, draws(1)))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_update_that_is_not_finite_counts_as_zero(bad):
    values = [*updates(2), (np.full((3, 2), bad), np.ones(2))]
    wanted = sum(clipped(value, 2.0) for value in values[:2]) / 3
    assert result(privacy.private_mean(2.0, 0.0, 3), values) == pytest.approx(wanted, abs=1e-6)


def test_clip_update_keeps_nesting_and_what_is_short():
    nested = {"a": tf.constant([3.0, 0.0]), "b": [tf.constant(4.0)]}
    shorter = privacy.clip_update(nested, 2.5)
    assert shorter["a"].numpy() == pytest.approx([1.5, 0.0])
    assert shorter["b"][0].numpy() == pytest.approx(2.0)
    same = privacy.clip_update(nested, math.inf)
    assert same["a"].numpy().tolist() == [3.0, 0.0]
    zero = privacy.clip_update(tf.zeros(3), 1.0)
    assert zero.numpy().tolist() == [0, 0, 0]


def rounds(aggregator, num_rounds=2):
    process = tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(1.0),
        model_aggregator=aggregator,
    )
    train, _ = data.load()
    cohort = [
        preprocess(train.create_tf_dataset_for_client(name), shuffle_buffer=0)
        for name in train.client_ids[:3]
    ]
    state = process.initialize()
    for _ in range(num_rounds):
        state = process.next(state, cohort).state
    return process.get_model_weights(state).trainable


def test_without_bound_and_noise_it_is_federated_averaging():
    plain = rounds(None)
    free = rounds(privacy.private_mean(math.inf, 0.0, 3))
    assert flat(free) == pytest.approx(flat(plain), abs=1e-6)
    bounded = rounds(privacy.private_mean(0.05, 0.0, 3))
    assert np.abs(flat(bounded) - flat(plain)).max() > 1e-3


def test_noise_without_a_bound_is_refused():
    with pytest.raises(ValueError, match="clip_norm must be finite where there is noise"):
        privacy.private_mean(math.inf, 0.5, 3)
