"""A client of softmax regression in NumPy: for many rounds of many clients in seconds.

What a client of `fl_course.algorithms.build_fed_avg` sends, without TFF around it. Weights are one
array, float32 [inputs + 1, labels], whose last row is the bias: then an update is one array as
well, and its norm that of all numbers together.
"""

import numpy as np
from numpy.typing import ArrayLike

from fl_course.arguments import check_integer, check_number, described
from fl_course.localization import say


def softmax_update(
    weights: ArrayLike,
    inputs: ArrayLike,
    labels: ArrayLike,
    *,
    learning_rate: float,
    batch_size: int | None = None,
) -> np.ndarray:
    """Trains a client for one local epoch, batch after batch in the order given.

    McMahan et al. 2017, Algorithm 1, ClientUpdate.

    Args:
        weights: float [inputs + 1, labels]; the server's, with the bias as last row.
        inputs: float [n, inputs], n of 1 or more.
        labels: int [n].
        learning_rate: Of the local steps; above 0.
        batch_size: Examples of a step; by default all at once, as in FedSGD.

    Returns:
        float32 [inputs + 1, labels]: the client's weights minus the server's.

    Raises:
        TypeError: If `learning_rate` is not a number.
        ValueError: If an array has another shape, or `batch_size` is not a whole number above 0.
    """
    start, inputs, labels = _arrays(weights, inputs, labels)
    rate = check_number("learning_rate", learning_rate, least_allowed=False)
    size = len(labels) if batch_size is None else check_integer("batch_size", batch_size, 1)
    trained = start.copy()
    for first in range(0, len(labels), size):
        batch, wanted = inputs[first : first + size], labels[first : first + size]
        errors = _probabilities(trained, batch)
        errors[np.arange(len(wanted)), wanted] -= 1
        errors *= np.float32(rate / len(wanted))
        trained[:-1] -= batch.T @ errors
        trained[-1] -= errors.sum(axis=0)
    return trained - start


def softmax_losses(weights: ArrayLike, inputs: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Computes the cross-entropy of each example, float32 [n].

    Args:
        weights: float [inputs + 1, labels], with the bias as last row.
        inputs: float [n, inputs], n of 1 or more.
        labels: int [n].

    Raises:
        ValueError: If an array has another shape.
    """
    weights, inputs, labels = _arrays(weights, inputs, labels)
    sums = inputs @ weights[:-1] + weights[-1]
    sums -= sums.max(axis=1, keepdims=True)
    return np.log(np.exp(sums).sum(axis=1)) - sums[np.arange(len(labels)), labels]


def _probabilities(weights: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    sums = inputs @ weights[:-1] + weights[-1]
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _arrays(
    weights: ArrayLike, inputs: ArrayLike, labels: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weights = _of_numbers("weights", weights, 2).astype(np.float32)
    inputs = _of_numbers("inputs", inputs, 2).astype(np.float32, copy=False)
    labels = _of_numbers("labels", labels, 1)
    fits = weights.shape[0] == inputs.shape[1] + 1 and len(inputs) == len(labels)
    if not fits:
        raise ValueError(
            say(
                "weights, inputs and labels do not fit together: their shapes are {weights}, "
                "{inputs} and {labels}. Wanted are [inputs + 1, labels], [n, inputs] and [n].",
                weights=weights.shape,
                inputs=inputs.shape,
                labels=labels.shape,
            )
        )
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= weights.shape[1]:
        raise ValueError(
            say(
                "labels must be integers from 0 to {most}, one for each column of weights.",
                most=weights.shape[1] - 1,
            )
        )
    return weights, inputs, labels


def _of_numbers(name: str, value: ArrayLike, dimensions: int) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal lengths
        array = np.asarray(None)
    if array.ndim != dimensions or not array.size or array.dtype.kind not in "iuf":
        raise ValueError(
            say(
                "{name} must be an array of numbers with {dimensions} dimensions, and it is "
                "{value}.",
                name=name,
                dimensions=dimensions,
                value=described(value),
            )
        )
    return array
