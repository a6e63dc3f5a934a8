"""Where examples come from: embedded handwriting, EMNIST, label skew to order, pseudo-clients."""

from fl_course.data.clients import pool, sample_clients
from fl_course.data.datasets import load
from fl_course.data.partition import dirichlet_proportions, label_counts, label_skew
from fl_course.data.pseudo import pseudo_clients

__all__ = [
    "dirichlet_proportions",
    "label_counts",
    "label_skew",
    "load",
    "pool",
    "pseudo_clients",
    "sample_clients",
]
