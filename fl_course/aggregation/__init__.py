"""Sums that nobody can read, clients that lie, and rules that withstand them."""

from fl_course.aggregation.attacks import (
    add_backdoor,
    add_mark,
    backdoor_success,
    disguise,
    flip_labels,
    flip_sign,
    scale_updates,
)
from fl_course.aggregation.fixed_point import from_fixed_point, to_fixed_point
from fl_course.aggregation.masks import Keys, expand, make_keys, pairwise_mask, shared_seed
from fl_course.aggregation.robust import (
    Rule,
    coordinate_median,
    krum,
    krum_scores,
    mean,
    multi_krum,
    norm_bound,
    trimmed_mean,
)
from fl_course.aggregation.rounds import (
    Batches,
    local_updates,
    predict,
    stack_clients,
    train_rounds,
)
from fl_course.aggregation.rule_aggregator import rule_aggregator
from fl_course.aggregation.secret_sharing import join_shares, split_secret
from fl_course.aggregation.secure_sum import SecureSum, secure_sum

__all__ = [
    "Batches",
    "Keys",
    "Rule",
    "SecureSum",
    "add_backdoor",
    "add_mark",
    "backdoor_success",
    "coordinate_median",
    "disguise",
    "expand",
    "flip_labels",
    "flip_sign",
    "from_fixed_point",
    "join_shares",
    "krum",
    "krum_scores",
    "local_updates",
    "make_keys",
    "mean",
    "multi_krum",
    "norm_bound",
    "pairwise_mask",
    "predict",
    "rule_aggregator",
    "scale_updates",
    "secure_sum",
    "shared_seed",
    "split_secret",
    "stack_clients",
    "to_fixed_point",
    "train_rounds",
    "trimmed_mean",
]
