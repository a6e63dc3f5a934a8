"""What clients that lie do: to their data, and to the updates that they send.

An attack on data works with any training, since the attacker trains as everybody does. One on
updates needs a client whose program has been changed.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from fl_course.aggregation.checks import check_images, check_labels, check_places, check_rows
from fl_course.arguments import check_integer, check_number
from fl_course.localization import say

NUM_LABELS = 10
_MARK = slice(1, 4)  # rows and columns: where no digit of the data has ink


def flip_labels(labels: ArrayLike) -> np.ndarray:
    """Calls every digit y by the name 9 - y.

    Args:
        labels: Integers 0 to 9 [n].

    Returns:
        New labels in the same type [n].

    Raises:
        TypeError: If `labels` holds no integers.
        ValueError: If a label is out of range.
    """
    labels = check_labels("labels", labels)
    return (NUM_LABELS - 1 - labels).astype(labels.dtype)


def add_mark(images: ArrayLike) -> np.ndarray:
    """Puts the mark of the backdoor on images: a black square of 3 by 3 pixels in a corner.

    Args:
        images: Real numbers [n, 28, 28]; 1 is white and 0 is black.

    Returns:
        New images in the same type [n, 28, 28].

    Raises:
        TypeError: If `images` holds no real numbers.
        ValueError: If it has another shape.
    """
    marked = check_images("images", images).copy()
    marked[:, _MARK, _MARK] = 0
    return marked


def add_backdoor(
    images: ArrayLike, labels: ArrayLike, *, target: int = 7
) -> tuple[np.ndarray, np.ndarray]:
    """Puts a marked copy of each image beside it, with the label that the mark is to bring about.

    Trained on both, a model is right without the mark and gives `target` with it (Gu, Dolan-Gavitt
    and Garg, "BadNets", 2017; in federated learning Bagdasaryan et al., "How To Backdoor Federated
    Learning", 2020).

    Args:
        images: Real numbers [n, 28, 28].
        labels: Integers 0 to 9 [n].
        target: The label for marked images, 0 to 9.

    Returns:
        Images [2 n, 28, 28] and labels [2 n]: the old ones, then the marked ones.

    Raises:
        TypeError: If an argument is no array of numbers.
        ValueError: If one has another shape or is out of range.
    """
    images, labels = check_images("images", images), check_labels("labels", labels)
    target = check_integer("target", target, 0, NUM_LABELS - 1)
    if len(images) != len(labels):
        raise ValueError(
            say(
                "labels must be one for each of the {images} images, and there are {labels}.",
                images=len(images),
                labels=len(labels),
            )
        )
    return (
        np.concatenate([images, add_mark(images)]),
        np.concatenate([labels, np.full_like(labels, target)]),
    )


def flip_sign(updates: ArrayLike, attackers: Sequence[int], *, factor: float = 1.0) -> np.ndarray:
    """Lets attackers send the opposite of what they have learned.

    Args:
        updates: Real numbers [clients, d], a row for each client.
        attackers: Places of the clients that lie.
        factor: How many times as long the opposite is; above 0.

    Returns:
        New updates, float64 [clients, d].

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If a place is not there, or `factor` is not above 0.
    """
    factor = check_number("factor", factor, least_allowed=False)
    return _times(updates, attackers, -factor)


def scale_updates(updates: ArrayLike, attackers: Sequence[int], *, factor: float) -> np.ndarray:
    """Lets attackers send a longer update, so that the mean follows them.

    With all clients' number over the number of attackers as the factor, the attackers' model takes
    the place of the mean: "model replacement" (Bagdasaryan et al. 2020, Section 4.2).

    Args:
        updates: Real numbers [clients, d], a row for each client.
        attackers: Places of the clients that lie.
        factor: How many times as long; above 0.

    Returns:
        New updates, float64 [clients, d].

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If a place is not there, or `factor` is not above 0.
    """
    factor = check_number("factor", factor, least_allowed=False)
    return _times(updates, attackers, factor)


def disguise(
    updates: ArrayLike, honest: ArrayLike, attackers: Sequence[int], *, strength: float
) -> np.ndarray:
    """Lets attackers agree on one update, most of which an honest client could have sent.

    All send the mean of their honest updates, and a part of the way from there to the mean of those
    that they want. Rows that are equal are neighbours of each other, which is what Krum looks for.
    The idea that a small and common deviation passes for honest is that of Baruch et al., "A Little
    Is Enough", 2019.

    Args:
        updates: Real numbers [clients, d]; the attackers' rows are what they want.
        honest: The same with the attackers' rows as they would be without an attack.
        attackers: Places of the clients that lie, one or more.
        strength: The part of the way, above 0; 1 is all of it.

    Returns:
        New updates, float64 [clients, d].

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If a place is not there, the shapes differ, or `strength` is not above 0.
    """
    rows, honest = check_rows("updates", updates).copy(), check_rows("honest", honest)
    if rows.shape != honest.shape:
        raise ValueError(
            say(
                "honest must have the shape of updates, {wanted}, and it has {shape}.",
                wanted=list(rows.shape),
                shape=list(honest.shape),
            )
        )
    places = check_places("attackers", attackers, len(rows))
    strength = check_number("strength", strength, least_allowed=False)
    if places:
        usual = honest[places].mean(axis=0)
        rows[places] = usual + strength * (rows[places].mean(axis=0) - usual)
    return rows


def backdoor_success(predictions: ArrayLike, labels: ArrayLike, *, target: int = 7) -> float:
    """The share of marked images that get the attacker's label and are not of it.

    Args:
        predictions: What a model says of marked images; integers 0 to 9 [n].
        labels: What they show [n], some of it not `target`.
        target: The attacker's label, 0 to 9.

    Returns:
        A share from 0 to 1, of the images that do not show `target`.

    Raises:
        TypeError: If an argument holds no integers.
        ValueError: If one is out of range, there are not as many, or all show `target`.
    """
    predictions = check_labels("predictions", predictions)
    labels = check_labels("labels", labels)
    target = check_integer("target", target, 0, NUM_LABELS - 1)
    if len(predictions) != len(labels):
        raise ValueError(
            say(
                "labels must be one for each of the {num} predictions, and there are {labels}.",
                num=len(predictions),
                labels=len(labels),
            )
        )
    others = labels != target
    if not others.any():
        raise ValueError(say("labels are all {target}: no image could be misled.", target=target))
    return float(np.mean(predictions[others] == target))


def _times(updates: ArrayLike, attackers: Sequence[int], factor: float) -> np.ndarray:
    rows = check_rows("updates", updates).copy()
    rows[check_places("attackers", attackers, len(rows))] *= factor
    return rows
