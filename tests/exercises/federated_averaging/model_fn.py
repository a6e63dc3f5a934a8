"""Answers to `model_fn`, as learners write them."""

import collections
import functools
import itertools

import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models
from tests.exercises.cases import Case
from tests.exercises.federated_averaging.at_hand import (
    INPUT_SPEC,
    as_in_the_failing_cell,
    random_start,
    wrapped,
)


def own_layers_and_logits():
    keras_model = tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(784,)),
            tf.keras.layers.Dense(10, kernel_initializer="zeros"),
        ]
    )
    return wrapped(
        keras_model,
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy],
    )


def spec_as_a_tff_type():
    spec = tff.types.tensorflow_to_type(INPUT_SPEC)
    return wrapped(models.softmax_model(), input_spec=spec)


def around_a_captured_model():
    existing_model = models.softmax_model()
    return lambda: wrapped(existing_model)


def the_same_again():
    made = as_in_the_failing_cell()
    return lambda: made


kept_model = functools.cache(models.softmax_model)


def around_a_kept_model():
    return wrapped(kept_model())


def two_in_turn():
    turn = itertools.cycle([models.softmax_model(), models.softmax_model()])
    return lambda: wrapped(next(turn))


def without_zeros():
    loss = tf.keras.losses.SparseCategoricalCrossentropy(ignore_class=0)
    return wrapped(models.softmax_model(), loss=loss)


def with_a_bias():
    keras_model = models.softmax_model()
    keras_model.weights[-1].assign(tf.ones([10]))
    return wrapped(keras_model)


def with_wider_labels():
    spec = {**INPUT_SPEC, "y": tf.TensorSpec([None], tf.int64)}
    return wrapped(models.softmax_model(), input_spec=collections.OrderedDict(spec))


def with_a_captured_metric():
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    return lambda: wrapped(models.softmax_model(), metrics=[accuracy])


def another_loss():
    loss = tf.keras.losses.SparseCategoricalCrossentropy(reduction=tf.keras.losses.Reduction.SUM)
    return wrapped(models.softmax_model(), loss=loss)


def with_dense_labels():
    return wrapped(models.softmax_model(), loss=tf.keras.losses.CategoricalCrossentropy())


def with_logits():
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return wrapped(models.softmax_model(), loss=loss)


def with_a_fixed_batch():
    spec = collections.OrderedDict(
        x=tf.TensorSpec([20, 784], tf.float32), y=tf.TensorSpec([20], tf.int32)
    )
    return wrapped(models.softmax_model(), input_spec=spec)


def with_a_typing_error():
    return wrapped(models.softmaxmodel())


def compiled():
    keras_model = models.softmax_model()
    keras_model.compile()
    return wrapped(keras_model)


def never_returns(*args):
    while True:
        pass


CASE = Case(
    right={
        "as in the failing cell": lambda: as_in_the_failing_cell,
        "own layers, logits, metric's class": lambda: own_layers_and_logits,
        "spec as a TFF type": lambda: spec_as_a_tff_type,
        "a lambda": lambda: lambda: wrapped(models.softmax_model()),
        "partial": lambda: functools.partial(lambda make: wrapped(make()), models.softmax_model),
    },
    wrong={
        "called": as_in_the_failing_cell,
        "keras_model": lambda: models.softmax_model,
        "functional_model": lambda: models.functional_model,
        "captured_model": around_a_captured_model,
        "captured_metric": with_a_captured_metric,
        "other_model": lambda: lambda: wrapped(models.cnn_model()),
        "not_zero": lambda: random_start,
        "input_spec": lambda: with_a_fixed_batch,
        "parts_do_not_fit": lambda: with_dense_labels,
        "from_logits": lambda: with_logits,
        "wrong_loss": lambda: another_loss,
        "wrong_accuracy": lambda: (
            lambda: wrapped(
                models.softmax_model(),
                metrics=[
                    tf.keras.metrics.SparseTopKCategoricalAccuracy(
                        5, name="sparse_categorical_accuracy"
                    )
                ],
            )
        ),
        "same_object": lambda: functools.cache(as_in_the_failing_cell),
        "same_object: made outside": the_same_again,
        "captured_model: kept": lambda: around_a_kept_model,
        "captured_model: two in turn": two_in_turn,
        "wrong_loss: without the zeros": lambda: without_zeros,
        "not_zero: the bias": lambda: with_a_bias,
        "input_spec: wider labels": lambda: with_wider_labels,
        "functional_model: called": lambda: lambda: models.functional_model(),
        "no_accuracy": lambda: lambda: wrapped(models.softmax_model(), metrics=None),
    },
    other={
        "a pair": lambda: lambda: (models.softmax_model(), INPUT_SPEC),
    },
    raises={"a typing error": lambda: with_a_typing_error, "compiled": lambda: compiled},
    endless={"loop": lambda: never_returns},
)
