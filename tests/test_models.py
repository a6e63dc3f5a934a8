"""The course's models, plain and wrapped for TFF."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models


def test_softmax_model_starts_undecided():
    model = models.softmax_model()
    assert model.count_params() == 784 * 10 + 10
    np.testing.assert_allclose(model(np.ones((3, 784), np.float32)), np.full((3, 10), 0.1))


def test_cnn_model_gives_probabilities():
    model = models.cnn_model()
    assert model.count_params() == 14_410
    output = model(np.random.default_rng(0).random((4, 784), np.float32)).numpy()
    assert output.shape == (4, 10)
    np.testing.assert_allclose(output.sum(axis=1), 1.0, rtol=1e-5)


def test_cnn_weights_come_from_the_seed_alone():
    tf.keras.utils.set_random_seed(1)
    first = models.cnn_model(seed=3).get_weights()
    tf.keras.utils.set_random_seed(2)
    again = models.cnn_model(seed=3).get_weights()
    other = models.cnn_model(seed=4).get_weights()
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_variable_model_fn_makes_a_new_model_each_time():
    model_fn = models.variable_model_fn()
    first, second = model_fn(), model_fn()
    assert isinstance(first, tff.learning.models.VariableModel)
    assert first is not second
    first.trainable_variables[0].assign_add(tf.ones([784, 10]))
    assert float(tf.reduce_sum(second.trainable_variables[0])) == 0.0


@pytest.mark.parametrize("keras_fn", [models.softmax_model, models.cnn_model])
def test_variable_and_functional_model_train_alike(keras_fn):
    rng = np.random.default_rng(0)
    batch = {"x": rng.random((40, 784), np.float32), "y": rng.integers(0, 10, 40, np.int32)}
    cohort = [tf.data.Dataset.from_tensor_slices(batch).batch(20).map(_ordered)]
    results = []
    for model in (models.variable_model_fn(keras_fn), models.functional_model(keras_fn)):
        process = tff.learning.algorithms.build_weighted_fed_avg(
            model, client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.05)
        )
        output = process.next(process.initialize(), cohort)
        metrics = output.metrics["client_work"]["train"]
        weights = process.get_model_weights(output.state).trainable
        results.append((weights, metrics["loss"], metrics["sparse_categorical_accuracy"]))
    for ours, theirs in zip(results[0][0], results[1][0], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert results[0][1:] == pytest.approx(results[1][1:], rel=1e-5)


def _ordered(batch):
    import collections

    return collections.OrderedDict(x=batch["x"], y=batch["y"])


def with_layer(layer):
    layers = tf.keras.layers
    return lambda: tf.keras.Sequential(
        [layers.InputLayer(input_shape=(784,)), layer(), layers.Dense(10), layers.Softmax()]
    )


@pytest.mark.parametrize(
    "layer",
    [
        tf.keras.layers.BatchNormalization,
        lambda: tf.keras.layers.BatchNormalization(synchronized=True),
        lambda: tf.keras.layers.SpectralNormalization(tf.keras.layers.Dense(8)),
    ],
)
def test_layers_that_keep_statistics_are_named(layer):
    with pytest.raises(ValueError, match="Normalization keeps statistics from batch to batch"):
        models.functional_model(with_layer(layer))


def test_layers_that_keep_none_are_taken():
    models.functional_model(with_layer(tf.keras.layers.LayerNormalization))
    models.functional_model(with_layer(lambda: tf.keras.layers.Dropout(0.5)))


def test_mixed_precision_is_named():
    with pytest.raises(ValueError, match=r"mixed precision \(mixed_float16\)"):
        models.functional_model(with_layer(lambda: tf.keras.layers.Dense(8, dtype="mixed_float16")))


def test_models_of_keras_3_are_named():
    import keras

    def keras_fn():
        return keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10)])

    for make in (lambda: models.functional_model(keras_fn), models.variable_model_fn(keras_fn)):
        with pytest.raises(TypeError, match=r"Keras 3.*write tf\.keras"):
            make()
    with pytest.raises(TypeError, match=r"must make a tf\.keras\.Model, and it made 3"):
        models.functional_model(lambda: 3)


def batch_of(x, y):
    return _ordered({"x": np.asarray(x, np.float32), "y": y})


def test_a_model_of_other_inputs_and_labels():
    def keras_fn():
        return models.softmax_model(4, 12)

    assert keras_fn().count_params() == 4 * 12 + 12
    spec = models.input_spec(keras_fn)
    assert spec == batch_of_specs([None, 4], tf.int32)
    assert models.functional_model(keras_fn).input_spec == spec
    assert models.variable_model_fn(keras_fn)().input_spec == spec


def batch_of_specs(shape, labels):
    return _ordered({"x": tf.TensorSpec(shape, tf.float32), "y": tf.TensorSpec([None], labels)})


def test_the_input_of_the_courses_models_is_known_without_making_one(monkeypatch):
    monkeypatch.setattr(tf.keras, "Sequential", None)
    for keras_fn in (models.softmax_model, models.cnn_model):
        assert models.input_spec(keras_fn) == batch_of_specs([None, 784], tf.int32)


def test_the_input_of_a_model_is_as_its_own_layers_have_it():
    layers = tf.keras.layers

    def keras_fn():
        return tf.keras.Sequential(
            [layers.InputLayer(input_shape=(8, 6)), layers.Flatten(), layers.Dense(3)]
        )

    assert models.input_spec(keras_fn) == batch_of_specs([None, 8, 6], tf.int32)
    assert models.input_spec(models.softmax_model) == models.input_spec()


def test_regression_learns_the_line():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(50, 2))
    targets = np.float32(inputs @ [2.0, -1.0] + 3.0)
    cohort = [
        tf.data.Dataset.from_tensor_slices(batch_of(inputs[part], targets[part])).batch(8).repeat(5)
        for part in (slice(0, 30), slice(30, 50))
    ]
    for model in (models.variable_model_fn(line), models.functional_model(line)):
        process = tff.learning.algorithms.build_weighted_fed_avg(
            model, client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.1)
        )
        state = process.initialize()
        for _ in range(6):
            state, metrics = process.next(state, cohort)
        kernel, bias = process.get_model_weights(state).trainable
        np.testing.assert_allclose(np.ravel(kernel), [2.0, -1.0], atol=1e-3)
        np.testing.assert_allclose(bias, [3.0], atol=1e-3)
        assert metrics["client_work"]["train"]["root_mean_squared_error"] < 0.01


def line():
    return models.linear_model(2)


def test_the_loss_of_regression_is_the_mean_over_all_examples():
    inputs, targets = np.zeros((5, 2)), np.float32([1, 1, 1, 1, 6])
    cohort = [tf.data.Dataset.from_tensor_slices(batch_of(inputs, targets)).batch(4)]
    for model in (models.variable_model_fn(line), models.functional_model(line)):
        process = tff.learning.algorithms.build_weighted_fed_avg(
            model, client_optimizer_fn=tff.learning.optimizers.build_sgdm(1e-9)
        )
        metrics = process.next(process.initialize(), cohort).metrics["client_work"]["train"]
        assert metrics["loss"] == pytest.approx(8.0, rel=1e-4)  # (1 + 1 + 1 + 1 + 36) / 5
        assert metrics["root_mean_squared_error"] == pytest.approx(np.sqrt(8.0), rel=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: models.softmax_model(0), "num_inputs must be an integer of 1 or more"),
        (lambda: models.softmax_model(4, 1), "num_labels must be an integer of 2 or more"),
        (lambda: models.linear_model(2.5), "num_inputs must be an integer of 1 or more"),
    ],
)
def test_bad_sizes(call, message):
    with pytest.raises(ValueError, match=message):
        call()
