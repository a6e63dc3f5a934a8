"""What can be read from an update, and from a model, about those whose data made it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fl_course.arguments import check_integer, check_number, described
from fl_course.localization import say


class Roc(NamedTuple):
    """How well scores tell members from others, at every threshold.

    Attributes:
        false_alarms: float64 [n], rising from 0 to 1: the share of others at or above a threshold.
        hits: float64 [n], rising from 0 to 1: the share of members at or above it.
        area: Under the curve: the chance that a member has the higher score than another, ties
            counted as one half. 0.5 is guessing.
        advantage: The largest difference of hits and false alarms; 0 is guessing.
    """

    false_alarms: np.ndarray
    hits: np.ndarray
    area: float
    advantage: float


def label_counts_from_bias(
    bias_update: ArrayLike,
    num_examples: int,
    *,
    learning_rate: float,
    num_steps: int = 1,
    probabilities: ArrayLike | None = None,
) -> np.ndarray:
    """Counts the labels of a client by the bias in its update.

    The gradient of the mean cross-entropy by the bias of a label is that label's mean probability
    minus its share of the examples (Wainakh et al., "User-Level Label Leakage from Gradients in
    Federated Learning", 2022, use it in their Section 4). After one step with all examples in one
    batch, the counts are exact; after more steps, an estimate, since the probabilities move.

    Args:
        bias_update: float [num_labels]; the client's bias minus the server's.
        num_examples: How many examples the client has; 1 or more.
        learning_rate: Of the client's steps; above 0.
        num_steps: How many steps it took; 1 or more.
        probabilities: float [num_labels]; the mean probability that the server's model gives each
            label. By default all labels are as probable, as in a model whose weights are zero.

    Returns:
        int64 [num_labels], estimated counts that sum to `num_examples`.

    Raises:
        TypeError: If `learning_rate` is not a number.
        ValueError: If another argument is not as above.
    """
    update = _vector("bias_update", bias_update)
    num_examples = check_integer("num_examples", num_examples, 1)
    learning_rate = check_number("learning_rate", learning_rate, least_allowed=False)
    num_steps = check_integer("num_steps", num_steps, 1)
    expected = np.full(len(update), 1 / len(update))
    if probabilities is not None:
        expected = _vector("probabilities", probabilities)
        if len(expected) != len(update):
            raise ValueError(
                say(
                    "probabilities holds {num_given} numbers where {num_labels} are needed; give "
                    "one for each label.",
                    num_given=len(expected),
                    num_labels=len(update),
                )
            )
    shares = np.maximum(update / (learning_rate * num_steps) + expected, 0)
    total = shares.sum()
    shares = shares / total if total > 0 else np.full(len(update), 1 / len(update))
    return _whole(shares * num_examples, num_examples)


def membership_roc(member_scores: ArrayLike, other_scores: ArrayLike) -> Roc:
    """Measures how well scores tell members from others.

    Whoever scores at least the threshold is taken for a member. Equal scores are never told apart:
    the curve then has a slope instead of steps.

    Args:
        member_scores: float [m], m of 1 or more, such as minus the losses on members' data.
        other_scores: float [n], n of 1 or more.

    Returns:
        The curve, from (0, 0) to (1, 1), its area and the largest advantage.

    Raises:
        ValueError: If an argument is not a sequence of finite numbers.
    """
    members = np.sort(_vector("member_scores", member_scores))
    others = np.sort(_vector("other_scores", other_scores))
    thresholds = np.unique(np.concatenate([members, others]))[::-1]
    hits = 1 - np.searchsorted(members, thresholds, side="left") / len(members)
    false_alarms = 1 - np.searchsorted(others, thresholds, side="left") / len(others)
    hits, false_alarms = np.r_[0.0, hits], np.r_[0.0, false_alarms]
    area = float(np.trapezoid(hits, false_alarms))
    return Roc(false_alarms, hits, area, float(np.max(hits - false_alarms)))


def _whole(counts: np.ndarray, total: int) -> np.ndarray:
    """Rounds counts so that they keep their sum: the largest remainders are rounded up."""
    whole = np.floor(counts + 1e-9).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(whole - counts, kind="stable")
    whole[order[:missing]] += 1
    return whole


def _vector(name: str, value: Any) -> np.ndarray:
    """Finite numbers, float64 [n] with n from 1 up."""
    try:
        numbers = np.asarray(value)
        if numbers.ndim != 1 or not numbers.size or numbers.dtype.kind not in "iuf":
            raise ValueError
        numbers = numbers.astype(float)
        if not np.isfinite(numbers).all():
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            say(
                "{name} must be a sequence of finite numbers, at least one, and it is {value}.",
                name=name,
                value=described(value),
            )
        ) from None
    return numbers
