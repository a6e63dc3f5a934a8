"""Federated data sets by name."""

import os

import tensorflow_federated as tff

from fl_course.arguments import described
from fl_course.data import digits, download
from fl_course.data.in_memory import client_data
from fl_course.data.schema import ARRAY, Feature, Schema
from fl_course.localization import say

ClientData = tff.simulation.datasets.ClientData

_NAMES = ("digits", "emnist")
_SCHEMA = Schema(
    label="label",
    classes=tuple(map(str, range(10))),
    features=(Feature("pixels", ARRAY, size=28 * 28),),
)


def load(name: str = "digits") -> tuple[ClientData, ClientData]:
    """Loads a federated data set of handwritten digits.

    Args:
        name: "digits", 14 writers, embedded, no network; or "emnist", the federated EMNIST digits
            of 3,383 writers (Caldas et al., "LEAF: A Benchmark for Federated Settings", 2018),
            which is downloaded at first use: about 170 MB, and 4.7 GB in `~/.tff` once unpacked.

    Returns:
        The train part and the test part. Both have every writer as a client. An element of a
        client's dataset is an ordered dict of `label`, int32 [], and `pixels`, float32 [28, 28],
        from 0.0 (ink) to 1.0 (paper).

    Raises:
        DownloadError: If federated EMNIST can't be fetched or kept.
        ValueError: If there is no data set of that name.
    """
    if name == "digits":
        parts = {
            client_id: digits.split(examples) for client_id, examples in digits.writers().items()
        }
        return (
            client_data({client_id: train for client_id, (train, _) in parts.items()}, _SCHEMA),
            client_data({client_id: test for client_id, (_, test) in parts.items()}, _SCHEMA),
        )
    if name == "emnist":
        folder = os.path.expanduser("~/.tff")  # what TFF itself has fetched is used
        download.fetch_database(folder)
        return tff.simulation.datasets.emnist.load_data(only_digits=True, cache_dir=folder)
    raise ValueError(
        say(
            "name must be one of {names}, and it is {name}.",
            names=", ".join(map(repr, _NAMES)),
            name=described(name),
        )
    )
