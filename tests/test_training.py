"""The round loop."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fl_course import data, models, training
from fl_course.preprocessing import make_federated_data


@pytest.fixture(scope="module")
def process():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(1.0),
    )


@pytest.fixture(scope="module")
def parts():
    return data.load()


@pytest.fixture(scope="module")
def evaluate(parts):
    images, labels = data.pool(parts[1])
    return training.keras_evaluation(models.softmax_model, images.reshape(-1, 784), labels)


def test_ten_rounds_on_ten_writers_reach_80_percent(process, parts, evaluate):
    cohort = make_federated_data(parts[0], parts[0].client_ids[:10], epochs=5)
    _, history = training.train(process, lambda round_num: cohort, 10, evaluate=evaluate)
    assert history.rounds == list(range(1, 11))
    assert history.evaluation["sparse_categorical_accuracy"][-1] > 0.8
    assert history.train["loss"][-1] < history.train["loss"][0]
    assert set(history.train) == {"loss", "sparse_categorical_accuracy"}


def test_same_as_calling_next_by_hand(process, parts):
    cohorts = [
        make_federated_data(parts[0], [client_id]) for client_id in ("writer_00", "writer_01")
    ]
    state, history = training.train(process, lambda round_num: cohorts[round_num - 1], 2)
    by_hand = process.initialize()
    for cohort, loss in zip(cohorts, history.train["loss"], strict=True):
        result = process.next(by_hand, cohort)
        by_hand = result.state
        assert float(result.metrics["client_work"]["train"]["loss"]) == loss
    for ours, theirs in zip(
        process.get_model_weights(state).trainable,
        process.get_model_weights(by_hand).trainable,
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert history.evaluation == {}


def test_goes_on_from_a_state(process, parts):
    cohort = make_federated_data(parts[0], ["writer_00"])
    state, first = training.train(process, lambda round_num: cohort, 1)
    _, more = training.train(process, lambda round_num: cohort, 1, state=state)
    _, both = training.train(process, lambda round_num: cohort, 2)
    assert first.train["loss"] + more.train["loss"] == both.train["loss"]


def test_writes_tensorboard_logs(process, parts, evaluate, tmp_path):
    cohort = make_federated_data(parts[0], ["writer_00"])
    _, history = training.train(
        process, lambda round_num: cohort, 2, evaluate=evaluate, log_dir=str(tmp_path)
    )
    for part in ("train", "evaluation"):
        events = EventAccumulator(str(tmp_path / part)).Reload()
        for name, values in getattr(history, part).items():
            logged = [
                (event.step, float(tf.make_ndarray(event.tensor_proto)))
                for event in events.Tensors(name)
            ]
            assert logged == [(i, pytest.approx(v, rel=1e-6)) for i, v in enumerate(values, 1)]


@pytest.mark.parametrize("number", [0, -1, True, 1.5, "3"])
@pytest.mark.parametrize("name", ["num_rounds", "checkpoint_every"])
def test_bad_numbers_of_rounds(process, name, number):
    with pytest.raises(ValueError, match=f"{name} must be a whole number, 1 or more, and it is"):
        training.train(process, lambda round_num: [], **{"num_rounds": 1, name: number})


def test_other_metrics_than_before(process, parts):
    cohort = make_federated_data(parts[0], ["writer_00"])
    names = iter(["loss", "cost"])
    with pytest.raises(ValueError, match="metrics of round 2 are cost, and those"):
        training.train(process, lambda _: cohort, 2, evaluate=lambda weights: {next(names): 1.0})


def test_empty_cohort(process):
    with pytest.raises(ValueError, match="cohort_fn gave no datasets for round 1"):
        training.train(process, lambda round_num: [], 3)


def test_evaluation_measures_the_given_weights(evaluate):
    zeros = tff.learning.models.ModelWeights.from_model(models.variable_model_fn()())
    metrics = evaluate(zeros)
    assert metrics["loss"] == pytest.approx(np.log(10), rel=1e-4)
    assert set(metrics) == {"loss", "sparse_categorical_accuracy"}
