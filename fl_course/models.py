"""The course's two models, in Keras and wrapped for TFF."""

import collections
from collections.abc import Callable

import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import check_function, check_seed, described
from fl_course.localization import noted, say

IMAGE_SIZE = 28  # pixels, both ways
NUM_LABELS = 10

KERAS_FN = noted("that makes a Keras model, such as models.softmax_model")


def softmax_model() -> tf.keras.Model:
    """Softmax regression, 784 inputs to 10 probabilities; 7,850 parameters, zero at first.

    The loss is convex, so training needs no random start, and zeros make every run the same.

    Returns:
        An uncompiled Keras model from [n, 784] to [n, 10]; rows of the output sum to 1.
    """
    return tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(IMAGE_SIZE * IMAGE_SIZE,)),
            tf.keras.layers.Dense(NUM_LABELS, kernel_initializer="zeros"),
            tf.keras.layers.Softmax(),
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


def input_spec() -> collections.OrderedDict[str, tf.TensorSpec]:
    """The batches that both models take, as `fl_course.preprocessing` makes them.

    Returns:
        An ordered dict of `x`, float32 [None, 784], and `y`, int32 [None].
    """
    return collections.OrderedDict(
        x=tf.TensorSpec([None, IMAGE_SIZE * IMAGE_SIZE], tf.float32),
        y=tf.TensorSpec([None], tf.int32),
    )


def variable_model_fn(
    keras_fn: Callable[[], tf.keras.Model] = softmax_model,
) -> Callable[[], tff.learning.models.VariableModel]:
    """Wraps a Keras model for TFF, as a function that makes a new model each time it is called.

    Args:
        keras_fn: Makes an uncompiled Keras model; it is called anew for each TFF model.

    Returns:
        A function without arguments, for `tff.learning.algorithms`.

    Raises:
        TypeError: If `keras_fn` is not a function.
    """
    check_function("keras_fn", keras_fn, KERAS_FN)

    def model_fn() -> tff.learning.models.VariableModel:
        return tff.learning.models.from_keras_model(
            _keras_model(keras_fn),
            loss=tf.keras.losses.SparseCategoricalCrossentropy(),
            input_spec=input_spec(),
            metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
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
        A functional model with loss and accuracy, for `tff.learning.algorithms`.

    Raises:
        TypeError: If `keras_fn` is not a function, or makes no model of Keras 2.
        ValueError: If the model has layers that keep statistics, or mixes precisions: pure
            functions have no place for either.
    """
    check_function("keras_fn", keras_fn, KERAS_FN)
    return tff.learning.models.functional_model_from_keras(
        lambda: _without_state(_keras_model(keras_fn)),
        tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=input_spec(),
        # TFF insists on an ordered dict here, and on one that holds the loss as well.
        metrics_constructor=lambda: collections.OrderedDict(
            sparse_categorical_accuracy=tf.keras.metrics.SparseCategoricalAccuracy(),
            loss=tf.keras.metrics.SparseCategoricalCrossentropy(),
        ),
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
