"""Attacks on an update and a model, the private mean, noise and what it guarantees."""

from . import (
    cheapest_noise,
    clipped_sum,
    labels_from_bias,
    membership_advantage,
    noise_of_mean,
    person_guarantee,
)

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        labels_from_bias,
        membership_advantage,
        clipped_sum,
        noise_of_mean,
        cheapest_noise,
        person_guarantee,
    )
)
