"""The private mean: clip every client's update, sum, add noise at the server, divide.

McMahan, Ramage, Talwar and Zhang, "Learning Differentially Private Recurrent Language Models",
2018, Algorithm 1, with their estimator for a fixed denominator, Section 2.2.
"""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

import math
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import check_integer, check_number, check_seed
from fl_course.localization import say


def clip_update(update: Any, max_norm: float) -> Any:
    """Shortens an update to a norm if it is longer, and keeps its direction.

    The norm is the Euclidean one over all tensors together. An update that is not finite becomes
    zero: no noise could hide it.

    Args:
        update: A tensor, or tensors nested in lists, tuples and dicts; float.
        max_norm: The bound; above 0, and `math.inf` never shortens.

    Returns:
        The update, nested as before.
    """
    tensors = [tf.convert_to_tensor(part) for part in tf.nest.flatten(update)]
    norm = tf.linalg.global_norm(tensors)
    scale = tf.where(tf.math.is_finite(norm), tf.minimum(1.0, max_norm / norm), 0.0)
    return tf.nest.pack_sequence_as(
        update, [tf.math.multiply_no_nan(part, tf.cast(scale, part.dtype)) for part in tensors]
    )


class PrivateMeanFactory(tff.aggregators.UnweightedAggregationFactory):
    """Makes aggregations that TFF's learning processes take as `model_aggregator`."""

    def __init__(self, clip_norm: float, noise_stddev: float, cohort_size: int, seed: int) -> None:
        self._clip_norm = clip_norm
        self._noise_stddev = noise_stddev
        self._cohort_size = cohort_size
        self._seed = seed

    def create(self, value_type: tff.Type) -> tff.templates.AggregationProcess:
        """Builds the aggregation for updates of a type, all of whose tensors are float32."""

        @tff.tensorflow.computation(value_type)
        def clip(update):
            return clip_update(update, self._clip_norm)

        @tff.tensorflow.computation(np.int32, value_type)
        def noisy_mean(round_num, total):
            tensors = tf.nest.flatten(total)
            noisy = []
            for number, part in enumerate(tensors):
                # A seed for each round and tensor: equal noise in two rounds could be subtracted.
                seed = [self._seed, tf.cast(round_num, tf.int64) * len(tensors) + number]
                noise = tf.random.stateless_normal(tf.shape(part), tf.stack(seed))
                noisy.append((part + self._noise_stddev * noise) / self._cohort_size)
            return tf.nest.pack_sequence_as(total, noisy)

        @tff.tensorflow.computation(np.int32)
        def one_more(round_num):
            return round_num + 1

        @tff.federated_computation
        def initialize():
            return tff.federated_value(0, tff.SERVER)

        @tff.federated_computation(
            tff.FederatedType(np.int32, tff.SERVER), tff.FederatedType(value_type, tff.CLIENTS)
        )
        def next_(round_num, updates):
            total = tff.federated_sum(tff.federated_map(clip, updates))
            return tff.templates.MeasuredProcessOutput(
                state=tff.federated_map(one_more, round_num),
                result=tff.federated_map(noisy_mean, (round_num, total)),
                # How many were clipped would be a sum without noise: another release.
                measurements=tff.federated_value((), tff.SERVER),
            )

        return tff.templates.AggregationProcess(initialize, next_)


def private_mean(
    clip_norm: float, noise_multiplier: float, cohort_size: int, *, seed: int = 0
) -> PrivateMeanFactory:
    """Builds the private mean as an aggregator for `build_unweighted_fed_avg`.

    Each client clips its update, so that it counts by `clip_norm` at most. The **server** adds the
    noise, once, to the sum, and has to be trusted to do so. It divides by the cohort that is
    expected, since the number of those who came is itself a fact about the clients.

    The seed makes a lesson's numbers the same every time. Whoever knows it can subtract the noise:
    a real server draws from a secret source.

    Args:
        clip_norm: The longest an update may be; above 0. `math.inf` goes with no noise only.
        noise_multiplier: Standard deviation of the noise on the sum, in clip norms; 0 or more.
        cohort_size: How many clients are expected in a round; 1 or more.
        seed: Of the noise, 0 to 2**32 - 1; each round has noise of its own.

    Returns:
        An aggregation factory. With an infinite norm, no noise and a cohort as expected, its result
        is the plain mean.

    Raises:
        TypeError: If a norm or a multiplier is not a number.
        ValueError: If an argument is out of its range.
    """
    clip_norm = check_number("clip_norm", clip_norm, least_allowed=False, infinite_allowed=True)
    noise_multiplier = check_number("noise_multiplier", noise_multiplier)
    cohort_size = check_integer("cohort_size", cohort_size, 1)
    seed = check_seed(seed)
    if math.isinf(clip_norm) and noise_multiplier > 0:
        raise ValueError(
            say(
                "clip_norm must be finite where there is noise: noise_multiplier counts in clip "
                "norms, and it is {noise_multiplier}.",
                noise_multiplier=noise_multiplier,
            )
        )
    stddev = noise_multiplier * clip_norm if noise_multiplier > 0 else 0.0
    return PrivateMeanFactory(clip_norm, stddev, cohort_size, seed)
