"""Where clients' examples come from: embedded handwriting, EMNIST, label skew made to order."""

from fl_course.data.clients import pool, sample_clients
from fl_course.data.datasets import load
from fl_course.data.partition import dirichlet_proportions, label_counts, label_skew

__all__ = [
    "dirichlet_proportions",
    "label_counts",
    "label_skew",
    "load",
    "pool",
    "sample_clients",
]
