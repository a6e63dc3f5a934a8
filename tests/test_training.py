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


def test_progress_goes_through_the_steps_once_and_says_how_far_it_is(monkeypatch, capsys):
    given = {"a": 1, "b": 2}
    assert list(training.progress(given.items())) == [("a", 1), ("b", 2)]
    assert capsys.readouterr() == ("", "")  # conftest.py turns bars off
    monkeypatch.delenv("TQDM_DISABLE")
    assert list(training.progress(["one", "two", "three"])) == ["one", "two", "three"]
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize("odd", [5, None, "abc", b"abc"])
def test_progress_of_what_cannot_be_gone_through(odd):
    with pytest.raises(TypeError, match="something to go through"):
        training.progress(odd)


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
    with pytest.raises(ValueError, match=f"{name} must be an integer of 1 or more, and it is"):
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


def test_evaluation_of_any_features():
    inputs = np.float32([[1, 0], [0, 1], [0, 2]])
    evaluate = training.keras_evaluation(lambda: models.softmax_model(2, 3), inputs, [0, 1, 2])
    weights = tff.learning.models.ModelWeights([np.float32(np.eye(2, 3)), np.zeros(3)], [])
    metrics = evaluate(weights)
    assert metrics["sparse_categorical_accuracy"] == pytest.approx(2 / 3)


def test_evaluation_of_a_regression():
    inputs = np.float32([[1, 0], [0, 1], [2, 2]])
    evaluate = training.keras_evaluation(lambda: models.linear_model(2), inputs, [3.0, 1.0, 7.0])
    weights = tff.learning.models.ModelWeights([np.float32([[2], [1]]), np.float32([1])], [])
    # It gives 3, 2 and 7.
    assert evaluate(weights) == pytest.approx(
        {"loss": 1 / 3, "root_mean_squared_error": np.sqrt(1 / 3)}
    )


@pytest.mark.parametrize(
    ("cohort", "error", "message"),
    [
        (lambda datasets: datasets[0], TypeError, "it gave of type"),
        (lambda datasets: None, TypeError, "it gave None"),
        (lambda datasets: ["writer_00"], TypeError, r"it gave \['writer_00'\]"),
        (lambda datasets: [datasets[0].repeat()], ValueError, "repeats for ever"),
    ],
    ids=["one dataset", "nothing", "ids", "endless"],
)
def test_cohorts_that_are_no_lists_of_datasets(process, parts, cohort, error, message):
    datasets = make_federated_data(parts[0], ["writer_00"])
    with pytest.raises(error, match=f"cohort_fn .*round 1.*{message}"):
        training.train(process, lambda round_num: cohort(datasets), 1)


@pytest.mark.parametrize("metrics", [None, 0.5, {"loss": "low"}, {"loss": None}, {1: 0.5}])
def test_evaluations_that_are_no_numbers_by_name(process, parts, metrics):
    cohort = make_federated_data(parts[0], ["writer_00"])
    with pytest.raises(TypeError, match="evaluate must give numbers by name"):
        training.train(process, lambda round_num: cohort, 1, evaluate=lambda weights: metrics)


@pytest.mark.parametrize("state", ["x", 5, [1.0], "other"])
def test_a_state_of_something_else(process, state):
    with pytest.raises(TypeError, match="state must be a state of this process"):
        training.train(process, lambda round_num: [], 1, state=state)


def test_logs_where_a_file_is(process, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    for folder in (file, file / "below"):
        with pytest.raises(ValueError, match=r"log_dir must be a folder, and .*file' is a file"):
            training.train(process, lambda round_num: [], 1, log_dir=folder)
    assert file.read_text() == "mine"


def test_a_round_without_a_batch_is_no_perfect_round(process, parts):
    clients = parts[0].client_ids[:2]
    whole = make_federated_data(parts[0], clients)
    empty = [dataset.unbatch().batch(10**4, drop_remainder=True) for dataset in whole]
    nothing_left = [dataset.filter(lambda batch: False) for dataset in whole]
    for cohort in (empty, nothing_left):
        with pytest.raises(ValueError, match="No client of round 2 had a batch to train on"):
            training.train(process, lambda n, cohort=cohort: whole if n == 1 else cohort, 2)
    _, history = training.train(process, lambda n: [empty[0], whole[1]], 1)
    assert history.train["loss"][0] > 0


def test_a_process_that_trains_nothing_is_named():
    process = tff.learning.algorithms.build_fed_kmeans(num_clusters=2, data_shape=(3,))
    points = tf.data.Dataset.from_tensor_slices(np.eye(3, dtype=np.float32))
    with pytest.raises(TypeError, match="process must train a model"):
        training.train(process, lambda round_num: [points], 1)


def test_a_metric_that_is_no_number_is_named(parts):
    process = tff.learning.algorithms.build_weighted_fed_avg(
        models.variable_model_fn(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        metrics_aggregator=tff.learning.metrics.finalize_then_sample,
    )
    cohort = make_federated_data(parts[0], parts[0].client_ids[:1])
    with pytest.raises(TypeError, match=r"The metric '\w+' of the clients' training is no single"):
        training.train(process, lambda round_num: cohort, 1)
