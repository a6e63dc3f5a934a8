"""Where examples come from: embedded handwriting, EMNIST, one's own table, skew to order."""

import importlib

from fl_course.data.clients import pool, sample_clients
from fl_course.data.datasets import load
from fl_course.data.partition import (
    dirichlet_proportions,
    iid,
    label_counts,
    label_skew,
    quantity_skew,
    shards,
)
from fl_course.data.pseudo import pseudo_clients
from fl_course.data.schema import Feature, Schema
from fl_course.data.sonnets import sonnets
from fl_course.data.splits import hold_out, split

# Imported when they are asked for: pandas takes longer than everything else here.
_WITH_PANDAS = {
    "from_arrays": "arrays",
    "from_image_folder": "image_folder",
    "from_table": "tables",
    "penguins": "palmer",
    "penguins_file": "palmer",
}

__all__ = [
    "Feature",
    "Schema",
    "dirichlet_proportions",
    "from_arrays",
    "from_image_folder",
    "from_table",
    "hold_out",
    "iid",
    "label_counts",
    "label_skew",
    "load",
    "penguins",
    "penguins_file",
    "pool",
    "pseudo_clients",
    "quantity_skew",
    "sample_clients",
    "shards",
    "sonnets",
    "split",
]


def __getattr__(name: str) -> object:
    if name in _WITH_PANDAS:
        return getattr(importlib.import_module(f"fl_course.data.{_WITH_PANDAS[name]}"), name)
    raise AttributeError(f"module 'fl_course.data' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WITH_PANDAS])
