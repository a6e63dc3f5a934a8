"""Rules that make one update of many, and withstand some clients that lie.

A rule is a function of the clients' updates, [clients, d] in float32 or float64, to the update that
the server goes on with, [d] in the same type. All clients count the same: a number of examples
would be one more thing to lie about. The rules are written in TensorFlow, so that they work on
arrays at once, and in a TFF aggregator by `fl_course.aggregation.rule_aggregator`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from fl_course.aggregation.checks import check_rows
from fl_course.arguments import check_integer, check_number
from fl_course.localization import say

Rule = Callable[[Any], tf.Tensor]


def mean() -> Rule:
    """The plain mean: Federated Averaging with clients that all count the same.

    One client can move it anywhere.

    Returns:
        A rule.
    """

    def rule(updates: Any) -> tf.Tensor:
        return tf.reduce_mean(_rows(updates), axis=0)

    return rule


def norm_bound(max_norm: float) -> Rule:
    """The mean of updates that are not longer than a bound; longer ones are shortened to it.

    Sun et al., "Can You Really Backdoor Federated Learning?", 2019, Section 4. It bounds what a
    client can do in a round, and not in which direction.

    Args:
        max_norm: The largest Euclidean norm, above 0; `math.inf` is the mean.

    Returns:
        A rule.

    Raises:
        TypeError: If `max_norm` is not a number.
        ValueError: If it is not above 0.
    """
    max_norm = check_number("max_norm", max_norm, least_allowed=False, infinite_allowed=True)

    def rule(updates: Any) -> tf.Tensor:
        rows = _rows(updates)
        norms = tf.norm(rows, axis=1, keepdims=True)
        scale = tf.minimum(tf.ones_like(norms), tf.cast(max_norm, rows.dtype) / norms)
        # A row of zeros has the norm 0, and stays as it is.
        return tf.reduce_mean(tf.where(norms > 0, scale * rows, rows), axis=0)

    return rule


def coordinate_median() -> Rule:
    """The median of each coordinate by itself.

    Yin et al., "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", ICML
    2018, Option I of Algorithm 1. Of an even number of values it is the mean of the two in the
    middle. It holds while fewer than half of the clients lie.

    Returns:
        A rule.
    """

    def rule(updates: Any) -> tf.Tensor:
        ordered = tf.sort(_rows(updates), axis=0)
        count = tf.shape(ordered)[0]
        return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2

    return rule


def trimmed_mean(num_trimmed: int) -> Rule:
    """The mean of each coordinate without its largest and its smallest values.

    Yin et al. 2018, Option II of Algorithm 1. It holds while no more than `num_trimmed` clients
    lie; 0 is the mean.

    Args:
        num_trimmed: How many values are left out at each end, 0 or more.

    Returns:
        A rule; it needs more than twice as many clients.

    Raises:
        ValueError: If `num_trimmed` is not a whole number of 0 or more.
    """
    num_trimmed = check_integer("num_trimmed", num_trimmed, 0)

    def rule(updates: Any) -> tf.Tensor:
        rows = _rows(updates, least=2 * num_trimmed + 1)
        ordered = tf.sort(rows, axis=0)
        return tf.reduce_mean(ordered[num_trimmed : tf.shape(rows)[0] - num_trimmed], axis=0)

    return rule


def krum_scores(updates: Any, num_attackers: int) -> tf.Tensor:
    """How far each update is from those that are nearest to it: the lower, the more are like it.

    Blanchard et al., "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent", NIPS
    2017, Section 4: the sum of the squared distances to the n - f - 2 nearest others.

    Args:
        updates: Real numbers [clients, d].
        num_attackers: f, how many clients lie at most; 0 or more and below clients - 2.

    Returns:
        A tensor [clients].

    Raises:
        TypeError: If `updates` holds no real numbers.
        ValueError: If it has another shape, or too few clients for `num_attackers`.
    """
    num_attackers = check_integer("num_attackers", num_attackers, 0)
    rows = _rows(updates, least=num_attackers + 3)
    ordered = tf.sort(_squared_distances(rows), axis=1)
    # The nearest of all is the update itself.
    return tf.reduce_sum(ordered[:, 1 : tf.shape(rows)[0] - num_attackers - 1], axis=1)


@tf.function(reduce_retracing=True)  # without it, the loop takes a hundred times as long
def _squared_distances(rows: tf.Tensor) -> tf.Tensor:
    """Between all pairs of rows, [clients, clients].

    Row by row: the usual trick by the product of all rows would lose the digits that count where
    updates are nearly alike.
    """
    return tf.map_fn(lambda row: tf.reduce_sum((rows - row) ** 2, axis=1), rows)


def multi_krum(num_attackers: int, num_chosen: int) -> Rule:
    """The mean of the updates with the lowest Krum scores.

    Blanchard et al. 2017, Section 6. Of equal scores, the one that comes first is taken.

    Args:
        num_attackers: How many clients lie at most, 0 or more. The theory wants more than twice as
            many clients and two.
        num_chosen: How many updates the mean is made of, 1 or more.

    Returns:
        A rule.

    Raises:
        ValueError: If a number is not a whole one in its range.
    """
    num_attackers = check_integer("num_attackers", num_attackers, 0)
    num_chosen = check_integer("num_chosen", num_chosen, 1)

    def rule(updates: Any) -> tf.Tensor:
        rows = _rows(updates, least=max(num_attackers + 3, num_chosen))
        chosen = tf.argsort(krum_scores(rows, num_attackers), stable=True)[:num_chosen]
        return tf.reduce_mean(tf.gather(rows, chosen), axis=0)

    return rule


def krum(num_attackers: int) -> Rule:
    """The one update with the lowest Krum score; all others are left out.

    Blanchard et al. 2017, Section 4.

    Args:
        num_attackers: How many clients lie at most, 0 or more.

    Returns:
        A rule.

    Raises:
        ValueError: If `num_attackers` is not a whole number of 0 or more.
    """
    return multi_krum(num_attackers, 1)


def _rows(updates: Any, least: int = 1) -> tf.Tensor:
    """Updates as a tensor; outside of TFF's computations they are checked as well."""
    if tf.is_symbolic_tensor(updates):
        rows = tf.convert_to_tensor(updates)
        enough = tf.debugging.assert_greater_equal(tf.shape(rows)[0], least)
        with tf.control_dependencies([enough]):
            return tf.identity(rows)
    checked = check_rows("updates", updates)
    if len(checked) < least:
        raise ValueError(
            say(
                "updates must be of {least} clients or more, and there are {count}.",
                least=least,
                count=len(checked),
            )
        )
    single = np.asarray(updates).dtype == np.float32
    return tf.constant(checked, tf.float32 if single else tf.float64)
