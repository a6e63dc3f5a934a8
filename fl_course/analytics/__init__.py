"""Questions to clients' data that need no model: counts, quantiles, distinct and frequent words."""

from fl_course.analytics.computations import count_at_most, label_histogram, union_of_cells
from fl_course.analytics.noise import (
    debias,
    flip_error,
    noise_error,
    noised_share,
    randomized_response,
    truth_probability,
)
from fl_course.analytics.prefix_tree import (
    END,
    extend_prefixes,
    found_words,
    prefix_tree,
    tree_guarantee,
)
from fl_course.analytics.quantiles import bisect, quantile_rounds
from fl_course.analytics.sketches import (
    cells_of,
    hyperloglog,
    hyperloglog_count,
    linear_count,
)
from fl_course.analytics.words import zipf_words

__all__ = [
    "END",
    "bisect",
    "cells_of",
    "count_at_most",
    "debias",
    "extend_prefixes",
    "flip_error",
    "found_words",
    "hyperloglog",
    "hyperloglog_count",
    "label_histogram",
    "linear_count",
    "noise_error",
    "noised_share",
    "prefix_tree",
    "quantile_rounds",
    "randomized_response",
    "tree_guarantee",
    "truth_probability",
    "union_of_cells",
    "zipf_words",
]
