"""Many rounds of Federated Averaging in a second: softmax regression in NumPy, all clients at once.

For comparisons of many attacks with many rules. A test and a lesson prove it equal to the course's
own Federated Averaging.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fl_course.aggregation.checks import check_images, check_labels, check_rows
from fl_course.arguments import check_function, check_integer, check_number, described
from fl_course.localization import noted, say

NUM_LABELS = 10
NUM_INPUTS = 28 * 28 + 1  # the pixels and a 1, which the bias belongs to


class Batches(NamedTuple):
    """All clients' examples in batches; a client with fewer batches has empty ones at the end.

    Attributes:
        inputs: float64 [clients, batches, batch_size, 785]: ink, 1 minus a pixel, and a 1.
        one_hot: float64 [clients, batches, batch_size, 10]: the labels.
        shares: float64 [clients, batches, batch_size, 1]: an example's share in its batch, 0 in
            places without an example.
    """

    inputs: np.ndarray
    one_hot: np.ndarray
    shares: np.ndarray


def stack_clients(
    examples: Sequence[tuple[ArrayLike, ArrayLike]], *, batch_size: int = 20
) -> Batches:
    """Puts clients' examples into batches, in their order and without a shuffle.

    Args:
        examples: For each client images [n, 28, 28], with 1 for white, and labels [n], 0 to 9.
        batch_size: Examples in a batch; the last one of a client may be smaller.

    Returns:
        Their batches.

    Raises:
        TypeError: If `examples` is not a list of pairs of arrays.
        ValueError: If a shape or a number is out of range.
    """
    batch_size = check_integer("batch_size", batch_size, 1)
    pairs = _check_examples(examples)
    longest = max(len(labels) for _, labels in pairs)
    shape = (len(pairs), -(-longest // batch_size), batch_size)
    inputs, one_hot = np.zeros((*shape, NUM_INPUTS)), np.zeros((*shape, NUM_LABELS))
    there = np.zeros((*shape, 1))
    for client, (images, labels) in enumerate(pairs):
        count = len(labels)
        inputs[client].reshape(-1, NUM_INPUTS)[:count] = ink(images)
        one_hot[client].reshape(-1, NUM_LABELS)[np.arange(count), labels] = 1
        there[client].reshape(-1, 1)[:count] = 1
    return Batches(inputs, one_hot, there / np.maximum(there.sum(axis=2, keepdims=True), 1))


def local_updates(weights: np.ndarray, batches: Batches, learning_rate: float) -> np.ndarray:
    """Trains every client for a local epoch from the same weights.

    Args:
        weights: float64 [785, 10]; the last row is the bias.
        batches: Of all clients.
        learning_rate: Of the local steps, above 0.

    Returns:
        The updates, float64 [clients, 7850].

    Raises:
        TypeError: If `learning_rate` is not a number, or `batches` are none.
        ValueError: If `learning_rate` is not above 0, or `weights` has another shape.
    """
    learning_rate = check_number("learning_rate", learning_rate, least_allowed=False)
    _check_batches(batches)
    start = _check_weights(weights)
    trained = np.repeat(start[np.newaxis], len(batches.inputs), axis=0)
    for batch in range(batches.inputs.shape[1]):
        inputs = batches.inputs[:, batch]
        sums = inputs @ trained
        powers = np.exp(sums - sums.max(axis=-1, keepdims=True))
        errors = powers / powers.sum(axis=-1, keepdims=True) - batches.one_hot[:, batch]
        errors *= batches.shares[:, batch]
        trained -= learning_rate * (inputs.transpose(0, 2, 1) @ errors)
    return (trained - start).reshape(len(trained), -1)


def train_rounds(
    batches: Batches,
    rule: Callable[[np.ndarray], Any],
    *,
    num_rounds: int,
    learning_rate: float,
    change_updates: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """Runs rounds with all clients, from zero weights.

    Args:
        batches: Of all clients.
        rule: Makes one update [7850] of the clients', [clients, 7850]; such as `mean()`.
        num_rounds: 1 or more.
        learning_rate: Of the local steps, above 0.
        change_updates: What attackers do: takes the updates and the weights of the round and gives
            the updates that the server gets.

    Returns:
        The weights after each round, float64 [num_rounds, 785, 10].

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If a number is out of range.
    """
    _check_batches(batches)
    check_function("rule", rule, noted("of the updates [clients, d], giving one update [d]"))
    num_rounds = check_integer("num_rounds", num_rounds, 1)
    if change_updates is not None:
        check_function(
            "change_updates", change_updates, noted("of updates and weights, giving updates")
        )
    weights = np.zeros((NUM_INPUTS, NUM_LABELS))
    weights_by_round = []
    for _ in range(num_rounds):
        updates = local_updates(weights, batches, learning_rate)
        if change_updates is not None:
            updates = change_updates(updates, weights)
        weights = weights + np.asarray(rule(updates)).reshape(weights.shape)
        weights_by_round.append(weights)
    return np.stack(weights_by_round)


def predict(weights: ArrayLike, images: ArrayLike) -> np.ndarray:
    """What a model takes images for.

    Args:
        weights: [785, 10].
        images: [n, 28, 28], with 1 for white.

    Returns:
        Labels, int64 [n].

    Raises:
        TypeError: If an argument holds no real numbers.
        ValueError: If one has another shape.
    """
    weights = _check_weights(weights)
    return (ink(check_images("images", images)) @ weights).argmax(axis=1)


def ink(images: np.ndarray) -> np.ndarray:
    """Images as the model takes them.

    Args:
        images: [n, 28, 28], with 1 for white.

    Returns:
        float64 [n, 785]: 1 minus each pixel, and a 1.

    Raises:
        TypeError: If `images` holds no real numbers.
        ValueError: If it has another shape.
    """
    flat = check_images("images", images).reshape(len(images), -1)
    return np.concatenate([1.0 - flat, np.ones((len(flat), 1))], axis=1)


def _check_weights(weights: Any) -> np.ndarray:
    rows = check_rows("weights", weights)
    if rows.shape != (NUM_INPUTS, NUM_LABELS):
        raise ValueError(
            say(
                "weights must have the shape {wanted}, and it has {shape}.",
                wanted=[NUM_INPUTS, NUM_LABELS],
                shape=list(rows.shape),
            )
        )
    return rows


def _check_batches(batches: Any) -> None:
    if not isinstance(batches, Batches):
        raise TypeError(
            say(
                "batches must be what stack_clients gives, and it is {value}.",
                value=described(batches),
            )
        )


def _check_examples(examples: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    if not isinstance(examples, list | tuple) or not examples:
        raise TypeError(
            say(
                "examples must be a list of images and labels, a pair for each client, and it is "
                "{value}.",
                value=described(examples),
            )
        )
    pairs = []
    for client, pair in enumerate(examples):
        name = f"examples[{client}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise TypeError(
                say(
                    "{name} must be images and labels, and it is {value}.",
                    name=name,
                    value=described(pair),
                )
            )
        images, labels = check_images(name, pair[0]), check_labels(name, pair[1])
        if len(images) != len(labels):
            raise ValueError(
                say(
                    "{name} must have a label for each of its {images} images, and has {labels}.",
                    name=name,
                    images=len(images),
                    labels=len(labels),
                )
            )
        pairs.append((images, labels))
    return pairs
