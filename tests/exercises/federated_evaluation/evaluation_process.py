"""Answers to `evaluation_process`, as learners write them."""

import collections
import functools

import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models
from tests.exercises.cases import Case
from tests.exercises.federated_evaluation.at_hand import evaluate, evaluation, functional_model


@functools.cache
def averaging_process():
    return tff.learning.algorithms.build_weighted_fed_avg(
        functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(1.0),
    )


def from_a_model_fn():
    return tff.learning.algorithms.build_fed_eval(models.variable_model_fn())


def with_a_keyword():
    return tff.learning.algorithms.build_fed_eval(model_fn=models.functional_model())


def without_accuracy():
    model = tff.learning.models.functional_model_from_keras(
        models.softmax_model,
        tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=models.input_spec(),
        metrics_constructor=lambda: collections.OrderedDict(
            loss=tf.keras.metrics.SparseCategoricalCrossentropy()
        ),
    )
    return tff.learning.algorithms.build_fed_eval(model)


def with_metrics(**metrics):
    model = tff.learning.models.functional_model_from_keras(
        models.softmax_model,
        tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=models.input_spec(),
        metrics_constructor=lambda: collections.OrderedDict(
            (name, metric()) for name, metric in metrics.items()
        ),
    )
    return tff.learning.algorithms.build_fed_eval(model)


def with_another_loss():
    return with_metrics(
        sparse_categorical_accuracy=tf.keras.metrics.SparseCategoricalAccuracy,
        loss=lambda: tf.keras.metrics.SparseCategoricalCrossentropy(from_logits=True),
    )


def with_the_best_three():
    return with_metrics(
        sparse_categorical_accuracy=lambda: tf.keras.metrics.SparseTopKCategoricalAccuracy(3),
        loss=tf.keras.metrics.SparseCategoricalCrossentropy,
    )


def of_another_model():
    model = models.functional_model(models.cnn_model)
    return tff.learning.algorithms.build_fed_eval(model)


CASE = Case(
    right={"from a model_fn": from_a_model_fn, "with a keyword": with_a_keyword},
    wrong={
        "not_called": lambda: tff.learning.algorithms.build_fed_eval,
        "one_computation": lambda: evaluation().next,
        "model_itself": functional_model,
        "training_process": averaging_process,
        "other_model": of_another_model,
        "no_accuracy": without_accuracy,
        "a_state": lambda: evaluation().initialize(),
        "one_computation: initialize": lambda: evaluation().initialize,
        "model_itself: of variables": lambda: models.variable_model_fn()(),
        "wrong_value": with_another_loss,
        "wrong_value: an easier accuracy": with_the_best_three,
    },
    other={"a function": lambda: evaluate, "a Keras model": models.softmax_model},
)
