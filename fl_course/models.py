"""The course's models, in Keras and wrapped for TFF."""

import collections
from collections.abc import Callable
from typing import Any

import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import check_function, check_integer, check_seed, described
from fl_course.localization import noted, say

IMAGE_SIZE = 28  # pixels, both ways
NUM_LABELS = 10

_MOST = 10**6  # inputs or labels; with more of them, a model of float32 fills the memory

KERAS_FN = noted("that makes a Keras model, such as models.softmax_model")


def softmax_model(
    num_inputs: int = IMAGE_SIZE * IMAGE_SIZE, num_labels: int = NUM_LABELS
) -> tf.keras.Model:
    """Softmax regression, by default 784 inputs to 10 probabilities: 7,850 parameters, all zero.

    The loss is convex, so training needs no random start, and zeros make every run the same. For
    functions that take a `keras_fn`: `lambda: softmax_model(4, 3)`.

    Args:
        num_inputs: Numbers of an example, 1 or more.
        num_labels: Classes, 2 or more; labels are 0 to `num_labels - 1`.

    Returns:
        An uncompiled Keras model from [n, num_inputs] to [n, num_labels]; rows of the output sum
        to 1.

    Raises:
        ValueError: If a number is not a whole one in its range.
    """
    num_inputs = check_integer("num_inputs", num_inputs, 1, _MOST)
    num_labels = check_integer("num_labels", num_labels, 2, _MOST)
    return tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(num_inputs,)),
            tf.keras.layers.Dense(num_labels, kernel_initializer="zeros"),
            tf.keras.layers.Softmax(),
        ]
    )


def linear_model(num_inputs: int) -> tf.keras.Model:
    """Linear regression: a weighted sum of the inputs, and a bias, all zero at first.

    Args:
        num_inputs: Numbers of an example, 1 or more.

    Returns:
        An uncompiled Keras model from [n, num_inputs] to [n, 1].

    Raises:
        ValueError: If `num_inputs` is not a whole number in its range.
    """
    num_inputs = check_integer("num_inputs", num_inputs, 1, _MOST)
    return tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(num_inputs,)),
            tf.keras.layers.Dense(1, kernel_initializer="zeros"),
        ]
    )


def cnn_model(*, seed: int = 0) -> tf.keras.Model:
    """A small convolutional network: two convolutions, pooling, one dense layer; 14,410 parameters.

    Args:
        seed: Of the initial weights, 0 to 2**32 - 1; the same seed gives the same weights.

    Returns:
        An uncompiled Keras model from [n, 784] to [n, 10]; rows of the output sum to 1.

    Raises:
        ValueError: If `seed` is not an integer in that range.
    """
    seed = check_seed(seed)

    def initializer(layer: int) -> tf.keras.initializers.Initializer:
        return tf.keras.initializers.GlorotUniform(seed=seed * 10 + layer)

    return tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(IMAGE_SIZE * IMAGE_SIZE,)),
            tf.keras.layers.Reshape((IMAGE_SIZE, IMAGE_SIZE, 1)),
            tf.keras.layers.Conv2D(
                8, 3, strides=2, activation="relu", kernel_initializer=initializer(0)
            ),
            tf.keras.layers.Conv2D(16, 3, activation="relu", kernel_initializer=initializer(1)),
            tf.keras.layers.MaxPool2D(2),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(32, activation="relu", kernel_initializer=initializer(2)),
            tf.keras.layers.Dense(NUM_LABELS, kernel_initializer=initializer(3)),
            tf.keras.layers.Softmax(),
        ]
    )


def input_spec(
    keras_fn: Callable[[], tf.keras.Model] = softmax_model,
) -> collections.OrderedDict[str, tf.TensorSpec]:
    """The batches that a model takes, as `fl_course.preprocessing` makes them.

    Args:
        keras_fn: Makes a Keras model. One with a single output gives a number, and learns from
            float32; one with more gives probabilities of classes, and learns from int32.

    Returns:
        An ordered dict of `x`, float32 [None, inputs], by default [None, 784], and `y`, int32
        [None] or, for a model that gives a number, float32 [None].

    Raises:
        TypeError: If `keras_fn` is not a function, or makes no model of Keras 2.
    """
    check_function("keras_fn", keras_fn, KERAS_FN)
    if keras_fn in (softmax_model, cnn_model):  # known without making one
        return _spec((None, IMAGE_SIZE * IMAGE_SIZE), tf.int32)
    with tf.Graph().as_default():  # leaves nothing behind
        return _spec_of(_keras_model(keras_fn))


def predicts_classes(model: tf.keras.Model) -> bool:
    """Whether a Keras model gives probabilities of classes, and not one number an example.

    Args:
        model: With one output, [n, classes] or [n, 1]; one whose output is not known yet is taken
            for a classifier.

    Raises:
        TypeError: If `model` is not a model of Keras 2.
    """
    if not isinstance(model, tf.keras.Model):
        raise TypeError(
            say("model must be a tf.keras.Model, and it is {model}.", model=described(model))
        )
    shape = getattr(model, "output_shape", None) if model.built else None
    return not isinstance(shape, tuple) or shape[-1] != 1


def _spec_of(model: tf.keras.Model) -> collections.OrderedDict[str, tf.TensorSpec]:
    shape = getattr(model, "input_shape", None) if model.built else None
    if not isinstance(shape, tuple):  # TFF says what is wrong with such a model
        shape = None, IMAGE_SIZE * IMAGE_SIZE
    return _spec(shape, tf.int32 if predicts_classes(model) else tf.float32)


def _spec(
    shape: tuple[int | None, ...], labels: tf.DType
) -> collections.OrderedDict[str, tf.TensorSpec]:
    return collections.OrderedDict(
        x=tf.TensorSpec(shape, tf.float32), y=tf.TensorSpec([None], labels)
    )


class _MeanSquare(tf.keras.metrics.Mean):
    """The mean squared error over all examples.

    Keras's own takes the mean of each batch for one value, so that a smaller last batch counts as
    much as the others.
    """

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: Any = None) -> Any:
        errors = tf.reshape(y_pred, [-1]) - tf.reshape(y_true, [-1])
        return super().update_state(tf.square(errors), sample_weight)


def _loss(classes: bool) -> tf.keras.losses.Loss:
    if classes:
        return tf.keras.losses.SparseCategoricalCrossentropy()
    return tf.keras.losses.MeanSquaredError()


def _metric(classes: bool) -> tf.keras.metrics.Metric:
    if classes:
        return tf.keras.metrics.SparseCategoricalAccuracy()
    return tf.keras.metrics.RootMeanSquaredError()


def variable_model_fn(
    keras_fn: Callable[[], tf.keras.Model] = softmax_model,
) -> Callable[[], tff.learning.models.VariableModel]:
    """Wraps a Keras model for TFF, as a function that makes a new model each time it is called.

    The loss is the cross-entropy, and the metric the accuracy; for a model with a single output,
    the mean squared error and its root.

    Args:
        keras_fn: Makes an uncompiled Keras model; it is called anew for each TFF model.

    Returns:
        A function without arguments, for `tff.learning.algorithms`.

    Raises:
        TypeError: If `keras_fn` is not a function.
    """
    check_function("keras_fn", keras_fn, KERAS_FN)

    def model_fn() -> tff.learning.models.VariableModel:
        model = _keras_model(keras_fn)
        classes = predicts_classes(model)
        return tff.learning.models.from_keras_model(
            model, loss=_loss(classes), input_spec=_spec_of(model), metrics=[_metric(classes)]
        )

    return model_fn


def functional_model(
    keras_fn: Callable[[], tf.keras.Model] = softmax_model,
) -> tff.learning.models.FunctionalModel:
    """Wraps a Keras model for TFF as pure functions of weights and batch.

    No variables are made and assigned in a round, as they are with `variable_model_fn`.

    Args:
        keras_fn: Makes an uncompiled Keras model.

    Returns:
        A functional model with loss and metric, for `tff.learning.algorithms`; see
        `variable_model_fn` for which.

    Raises:
        TypeError: If `keras_fn` is not a function, or makes no model of Keras 2.
        ValueError: If the model has layers that keep statistics, or mixes precisions: pure
            functions have no place for either.
    """
    spec = input_spec(keras_fn)
    classes = spec["y"].dtype.is_integer

    def metrics() -> collections.OrderedDict[str, tf.keras.metrics.Metric]:
        # TFF insists on an ordered dict here, and on one that holds the loss as well.
        if classes:
            return collections.OrderedDict(
                sparse_categorical_accuracy=_metric(classes),
                loss=tf.keras.metrics.SparseCategoricalCrossentropy(),
            )
        return collections.OrderedDict(root_mean_squared_error=_metric(classes), loss=_MeanSquare())

    return tff.learning.models.functional_model_from_keras(
        lambda: _without_state(_keras_model(keras_fn)),
        _loss(classes),
        input_spec=spec,
        metrics_constructor=metrics,
    )


def _keras_model(keras_fn: Callable[[], tf.keras.Model]) -> tf.keras.Model:
    model = keras_fn()
    if isinstance(model, tf.keras.Model):
        return model
    if type(model).__module__.startswith("keras."):
        raise TypeError(
            say(
                "keras_fn made a model of Keras 3, and TFF takes those of Keras 2: write tf.keras "
                "where it says keras."
            )
        )
    raise TypeError(
        say("keras_fn must make a tf.keras.Model, and it made {model}.", model=described(model))
    )


def _without_state(model: tf.keras.Model) -> tf.keras.Model:
    layers = tf.keras.layers
    keep_statistics = (layers.BatchNormalization, layers.SpectralNormalization)
    for layer in model.submodules:
        if isinstance(layer, keep_statistics):
            raise ValueError(
                say(
                    "The layer {layer} keeps statistics from batch to batch, and a functional "
                    "model has no place for them. Use {instead}, or models.variable_model_fn.",
                    layer=type(layer).__name__,
                    instead="GroupNormalization, LayerNormalization",
                )
            )
        if isinstance(layer, layers.Layer) and layer.compute_dtype != layer.variable_dtype:
            raise ValueError(
                say(
                    "The model has mixed precision ({policy}), and a functional model has one "
                    "precision. Call {call} before.",
                    policy=layer.dtype_policy.name,
                    call="tf.keras.mixed_precision.set_global_policy('float32')",
                )
            )
    return model
