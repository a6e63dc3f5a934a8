"""What the answers to several exercises have at hand."""

import functools

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models, preprocessing


@functools.cache
def functional_model():
    return models.functional_model()


@functools.cache
def evaluation():
    return tff.learning.algorithms.build_fed_eval(functional_model())


def evaluate(model_weights, datasets):
    state = evaluation().initialize()
    state = evaluation().set_model_weights(state, model_weights)
    output = evaluation().next(state, datasets)
    return output.metrics["client_work"]["eval"]["current_round_metrics"]


def evaluate_in_numpy(model_weights, datasets):
    kernel, bias = model_weights.trainable
    batches = [batch for dataset in datasets for batch in dataset.as_numpy_iterator()]
    x = np.concatenate([batch["x"] for batch in batches])
    y = np.concatenate([batch["y"] for batch in batches])
    scores = x @ kernel + bias
    losses = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]
    return {"sparse_categorical_accuracy": np.mean(scores.argmax(1) == y), "loss": losses.mean()}


def weights_that_favour(label):
    bias = np.zeros(10, np.float32)
    bias[label] = 1
    kernel = np.zeros((784, 10), np.float32)
    return tff.learning.models.ModelWeights((kernel, bias), ())


def dataset_of(labels):
    examples = {
        "label": np.array(labels, np.int32),
        "pixels": np.ones((len(labels), 28, 28), np.float32),
    }
    return preprocessing.preprocess(tf.data.Dataset.from_tensor_slices(examples))
