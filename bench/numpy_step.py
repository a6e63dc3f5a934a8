"""A client's local training in NumPy: the least that a round has to compute.

It needs NumPy alone, so that Flower's contender, which has an environment of its own, takes the
same steps.
"""

import functools
from collections.abc import Iterator

import numpy as np

EPOCHS, BATCH_SIZE = 5, 20
RATE = np.float32(0.02)

Weights = tuple[np.ndarray, np.ndarray]


@functools.cache
def examples(path: str) -> dict[str, np.ndarray]:
    """The examples that `bench.contend` has written to a file, read once in each process."""
    with np.load(path) as arrays:
        return dict(arrays)


def zeros() -> Weights:
    """The weights that training starts from: float32 [784, 10] and [10]."""
    return np.zeros([784, 10], np.float32), np.zeros(10, np.float32)


def shuffled(num_examples: int, seed: int) -> np.ndarray:
    """The order in which a client goes through its examples, int [5 * n], each epoch anew."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(num_examples) for _ in range(EPOCHS)])


def client_update(
    weights: Weights, images: np.ndarray, labels: np.ndarray, order: np.ndarray
) -> Weights:
    """Trains softmax regression on one client.

    Args:
        weights: Matrix, float32 [784, 10], and bias, float32 [10].
        images: float32 [n, 784].
        labels: int [n].
        order: int [m], the examples to step through, in batches of 20.

    Returns:
        The client's weights after all batches.
    """
    matrix, bias = (weight.copy() for weight in weights)
    for chosen in batches(order):
        x, y = images[chosen], labels[chosen]
        scores = x @ matrix + bias
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        slopes = exponentials / exponentials.sum(axis=1, keepdims=True)
        slopes[np.arange(len(y)), y] -= 1
        slopes /= len(y)
        matrix -= RATE * (x.T @ slopes)
        bias -= RATE * slopes.sum(axis=0)
    return matrix, bias


def shuffled_client_update(
    weights: Weights, images: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[list[np.ndarray], int]:
    """`client_update` for 5 local epochs in `shuffled` order.

    Returns:
        The client's weights, and how many examples it stepped through.
    """
    order = shuffled(len(labels), seed)
    return list(client_update(weights, images, labels, order)), len(order)


def batches(order: np.ndarray) -> Iterator[np.ndarray]:
    """Cuts an order into batches of 20; the last may be smaller."""
    for start in range(0, len(order), BATCH_SIZE):
        yield order[start : start + BATCH_SIZE]


def accuracy(weights: Weights, images: np.ndarray, labels: np.ndarray) -> float:
    """The share of images, float32 [n, 784], whose label is found; 0 to 1."""
    matrix, bias = weights
    return float(np.mean(np.argmax(images @ matrix + bias, axis=1) == labels))


def mean_scores(weights: Weights, images: np.ndarray) -> list[float]:
    """The score that each label gets on average, 10 numbers: the same for the same training."""
    matrix, bias = weights
    return [float(score) for score in (images @ matrix + bias).mean(axis=0)]
