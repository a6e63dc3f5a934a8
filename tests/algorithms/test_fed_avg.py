"""Federated Averaging by hand against tff.learning, and against gradient descent on the pool."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import algorithms, data, models, training
from fl_course.preprocessing import preprocess
from tests.algorithms import softmax_regression
from tests.algorithms.conftest import RATE

SGD = tff.learning.optimizers.build_sgdm


@pytest.mark.parametrize("weighted", [False, True])
def test_equals_tff_learning_round_by_round(cohort, run, distance, ours, theirs, weighted):
    assert distance(run(ours(weighted), cohort), run(theirs(weighted), cohort)) < 1e-6


def test_weighting_makes_a_difference(cohort, run, distance, ours):
    assert distance(run(ours(False), cohort), run(ours(True), cohort)) > 1e-3


def test_server_learning_rate_is_that_of_tff_learning(model, cohort, run, distance):
    half = algorithms.build_fed_avg(
        model, client_learning_rate=RATE, server_optimizer=algorithms.server_sgd(0.5)
    )
    of_tff = tff.learning.algorithms.build_weighted_fed_avg(model, SGD(RATE), SGD(0.5))
    assert distance(run(half, cohort), run(of_tff, cohort)) < 1e-6


def test_cnn_equals_tff_learning(cohort, run, distance):
    model = models.functional_model(models.cnn_model)
    ours = algorithms.build_fed_avg(model, client_learning_rate=RATE)
    theirs = tff.learning.algorithms.build_weighted_fed_avg(model, SGD(RATE), SGD(1.0))
    assert distance(run(ours, cohort), run(theirs, cohort)) < 1e-6


def test_metrics_are_those_of_tff_learning(cohort, ours, theirs):
    metrics = []
    for process in (ours(), theirs()):
        state = process.initialize()
        for _ in range(2):
            result = process.next(state, cohort)
            state = result.state
        metrics.append(dict(result.metrics["client_work"]["train"]))
    assert set(metrics[0]) == {"loss", "sparse_categorical_accuracy"}
    assert metrics[0] == pytest.approx(metrics[1], rel=1e-6)


def test_one_full_batch_step_is_fed_sgd_is_gradient_descent_on_the_pool(
    model, clients, run, distance, ours
):
    one_batch = [preprocess(client, batch_size=1000, shuffle_buffer=0) for client in clients]
    fed_avg = run(ours(), one_batch)
    fed_sgd = run(tff.learning.algorithms.build_fed_sgd(model, SGD(RATE)), one_batch)
    assert distance(fed_avg, fed_sgd) < 1e-6

    batches = [next(dataset.as_numpy_iterator()) for dataset in one_batch]
    pool = [np.concatenate([batch[name] for batch in batches]) for name in ("x", "y")]
    weights, central = softmax_regression.zeros(), []
    for _ in range(3):
        gradients = softmax_regression.gradients(weights, *pool)
        weights = [w - RATE * g for w, g in zip(weights, gradients, strict=True)]
        central.append(weights)
    assert distance(fed_avg, central) < 1e-6

    assert distance(run(ours(False), one_batch), central) > 1e-3


def test_several_local_steps_are_not_gradient_descent_on_the_pool(clients, run, distance, ours):
    one, three = (
        [preprocess(c, batch_size=1000, epochs=epochs, shuffle_buffer=0) for c in clients]
        for epochs in (1, 3)
    )
    # As many gradient steps in all.
    assert distance(run(ours(), one, 3)[-1:], run(ours(), three, 1)) > 1e-3


def test_client_counts_the_examples_of_all_epochs(model, clients):
    dataset = preprocess(clients[3], epochs=3, batch_size=4, shuffle_buffer=0)
    weights_type = tuple(tff.TensorType(w.dtype, w.shape) for w in model.initial_weights[0])
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))

    @tff.tensorflow.computation(weights_type, dataset_type)
    def client(weights, dataset):
        return algorithms.client_update(model, dataset, weights, RATE)

    result = client(model.initial_weights[0], dataset)
    assert isinstance(result, algorithms.ClientResult)
    assert result.num_examples == 3 * 7


def test_works_with_the_round_loop(cohort, ours):
    _, test = data.load()
    images, labels = data.pool(test)
    evaluate = training.keras_evaluation(models.softmax_model, images.reshape(-1, 784), labels)
    process = ours()
    state, history = training.train(process, lambda round_num: cohort, 3, evaluate=evaluate)
    assert history.train["loss"][-1] < history.train["loss"][0]
    assert history.evaluation["loss"][-1] < np.log(10)

    # Weights taken out of one state and put into another go on as the first one would.
    other = process.set_model_weights(process.initialize(), process.get_model_weights(state))
    for ours, theirs in zip(
        process.next(state, cohort).state.weights,
        process.next(other, cohort).state.weights,
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_types_read_as_in_the_lesson(ours):
    process = ours()
    state = "<weights=<float32[784,10],float32[10]>,optimizer=<>>@SERVER"
    assert str(process.initialize.type_signature) == f"( -> {state})"
    signature = str(process.next.type_signature)
    assert signature.startswith(
        f"(<state={state},client_data={{<x=float32[?,784],y=int32[?]>*}}@CLIENTS> -> <state={state}"
    )


@pytest.mark.parametrize("rate", [-0.1, 0, float("nan"), float("inf")])
def test_bad_client_learning_rate(model, rate):
    with pytest.raises(
        ValueError, match=f"client_learning_rate must be a number above 0.* it is {rate!r}"
    ):
        algorithms.build_fed_avg(model, client_learning_rate=rate)


@pytest.mark.parametrize("rate", ["0.1", None, True])
def test_client_learning_rate_that_is_no_number(model, rate):
    with pytest.raises(
        TypeError, match=f"client_learning_rate must be a number above 0, and it is {rate!r}"
    ):
        algorithms.build_fed_avg(model, client_learning_rate=rate)


@pytest.mark.parametrize(
    ("wrong", "seen"),
    [
        (models.softmax_model, "of type function"),
        (models.softmax_model(), "of type Sequential"),
        (None, "None"),
    ],
)
def test_model_that_is_not_functional(wrong, seen):
    with pytest.raises(TypeError, match=f"model must be a .*FunctionalModel.* and it is {seen}"):
        algorithms.build_fed_avg(wrong, client_learning_rate=RATE)


def test_model_with_weights_that_are_not_trained():
    model = tff.learning.models.FunctionalModel(
        initial_weights=((np.zeros([784, 10], np.float32),), (np.float32(0),)),
        predict_on_batch_fn=tf.function(lambda weights, x, training: x @ weights[0][0]),
        loss_fn=lambda output, label, sample_weight=None: tf.reduce_mean(output),
        input_spec=models.input_spec(),
    )
    with pytest.raises(ValueError, match="no weights that are not trained, and it has 1"):
        algorithms.build_fed_avg(model, client_learning_rate=RATE)


@pytest.mark.parametrize(
    ("argument", "seen"),
    [
        ({"server_optimizer": SGD(1.0)}, "server_optimizer must be a ServerOptimizer, .* it is of"),
        (
            {"server_optimizer": (SGD(1.0), len)},
            r"server_optimizer must be a ServerOptimizer\(init, next\), .* of type tuple: ",
        ),
        ({"server_optimizer": 1.0}, "server_optimizer must be a ServerOptimizer, .* it is 1.0"),
        (
            {"edits": algorithms.clip_gradients(1.0)},
            r"edits must be a list of functions, .* it is of type function",
        ),
        ({"edits": [1.0]}, r"edits must be a list of functions, .* it is \(1.0,\)"),
        ({"edits": "clip"}, "edits must be a list of functions"),
        ({"weighted": 1}, "weighted must be True or False, and it is 1"),
    ],
)
def test_other_bad_arguments(model, argument, seen):
    with pytest.raises(TypeError, match=seen):
        algorithms.build_fed_avg(model, client_learning_rate=RATE, **argument)
