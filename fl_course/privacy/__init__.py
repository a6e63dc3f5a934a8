"""User-level differential privacy: attacks, the private mean, and what it guarantees, computed."""

from fl_course.privacy.accounting import (
    fixed_cohort_epsilon,
    gaussian_delta,
    gaussian_epsilon,
    group_guarantee,
    highest_hit_rate,
    poisson_epsilon,
)
from fl_course.privacy.attacks import Roc, label_counts_from_bias, membership_roc
from fl_course.privacy.private_mean import PrivateMeanFactory, clip_update, private_mean
from fl_course.privacy.softmax import softmax_losses, softmax_update

__all__ = [
    "PrivateMeanFactory",
    "Roc",
    "clip_update",
    "fixed_cohort_epsilon",
    "gaussian_delta",
    "gaussian_epsilon",
    "group_guarantee",
    "highest_hit_rate",
    "label_counts_from_bias",
    "membership_roc",
    "poisson_epsilon",
    "private_mean",
    "softmax_losses",
    "softmax_update",
]
