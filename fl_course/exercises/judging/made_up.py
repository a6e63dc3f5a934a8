"""Federated evaluation on made-up clients, with models of which one knows what they answer."""

import collections
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.judging.reference import LABELS, PIXELS, Batch, cross_entropy

ACCURACY = "sparse_categorical_accuracy"
TOLERANCE = 1e-4
SURENESS = 8.0


def favouring(label: int, *, by_ink: bool = False) -> Any:
    """Weights of a softmax model that gives every image the same label.

    Args:
        label: The label.
        by_ink: Whether the model is the surer, the brighter an image is: then the label's sum is
            `SURENESS` times the mean of the pixels. Else it is 1.
    """
    import tensorflow_federated as tff

    kernel, bias = np.zeros((PIXELS, LABELS), np.float32), np.zeros(LABELS, np.float32)
    if by_ink:
        kernel[:, label] = SURENESS / PIXELS
    else:
        bias[label] = 1.0
    return tff.learning.models.ModelWeights(trainable=(kernel, bias), non_trainable=())


def batches(labels: list[int]) -> Any:
    """A client's dataset: white images with these labels, in batches of two."""
    import tensorflow as tf

    from fl_course import preprocessing

    examples = {"label": np.array(labels, np.int32), "pixels": white(len(labels))}
    dataset = tf.data.Dataset.from_tensor_slices(examples)
    return preprocessing.preprocess(dataset, batch_size=2, shuffle_buffer=1)


def white(count: int) -> np.ndarray:
    """Images without ink."""
    return np.ones((count, 28, 28), np.float32)


def share(label: int, *clients: list[int]) -> float:
    """The accuracy of always answering with a label, over the examples of all clients."""
    return float(np.mean(np.concatenate(clients) == label))


def close(value: float, wanted: float) -> bool:
    """Whether an accuracy is the wanted one."""
    return abs(value - wanted) < TOLERANCE


def some_model() -> Any:
    """Weights at random, in the kernel and in the bias."""
    import tensorflow_federated as tff

    rng = np.random.default_rng(5)
    kernel = np.float32(rng.normal(scale=0.1, size=(PIXELS, LABELS)))
    bias = np.float32(rng.normal(scale=0.5, size=LABELS))
    return tff.learning.models.ModelWeights(trainable=(kernel, bias), non_trainable=())


def some_clients(sizes: Sequence[int]) -> list[Batch]:
    """Clients of different sizes, on whom `some_model` is right in every second image or so.

    Which ones differs from client to client, so no part of a client stands for all of it.
    """
    rng = np.random.default_rng(6)
    kernel, bias = some_model().trainable
    clients = []
    for number, size in enumerate(sizes):
        inputs = np.float32(rng.random((size, PIXELS)))
        labels = (inputs @ kernel + bias).argmax(axis=1)
        wrong = rng.random(size) < 0.2 + 0.2 * (number % 4)
        clients.append((inputs, np.int32((labels + 3 * wrong) % LABELS)))
    return clients


def datasets(clients: Sequence[Batch]) -> list[Any]:
    """Clients' datasets, in batches of two."""
    import tensorflow as tf

    return [
        tf.data.Dataset.from_tensor_slices(collections.OrderedDict(x=inputs, y=labels)).batch(2)
        for inputs, labels in clients
    ]


def measured(model_weights: Any, clients: Sequence[Batch]) -> dict[str, float]:
    """Accuracy and loss over all images of clients, in NumPy."""
    inputs, labels = (np.concatenate(parts) for parts in zip(*clients, strict=True))
    kernel, bias = (np.asarray(part, float) for part in model_weights.trainable)
    sums = inputs @ kernel + bias
    accuracy = float(np.mean(sums.argmax(axis=1) == labels))
    return {ACCURACY: accuracy, "loss": cross_entropy(sums, labels)}


@functools.cache
def built_evaluation() -> Any:
    """The evaluation process of the lesson."""
    import tensorflow_federated as tff

    from fl_course import models

    return tff.learning.algorithms.build_fed_eval(models.functional_model())


def evaluate(evaluation: Any, model_weights: Any, datasets: Any) -> Mapping[str, Any]:
    """What an evaluation process tells of weights on clients' datasets."""
    state = evaluation.set_model_weights(evaluation.initialize(), model_weights)
    metrics = evaluation.next(state, datasets).metrics["client_work"]["eval"]
    return metrics["current_round_metrics"]
