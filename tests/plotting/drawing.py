"""Draws figures for the tests, from small inputs that several of them share."""

import numpy as np
from matplotlib.figure import Figure

CLIENTS = [f"writer_{k:02d}" for k in range(14)]


def images(n, seed=0):
    return np.random.default_rng(seed).uniform(size=(n, 28, 28)).astype(np.float32)


def draw(function, *args, **kwargs):
    """Calls a function as a learner does, but keeps the figure, with its layout done."""
    figure = Figure()
    assert function(*args, **kwargs, figure=figure) is None
    figure.draw_without_rendering()
    return figure


def texts(axes):
    return [text.get_text() for text in axes.texts]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


COUNTS = {"a": [5, 0, 3, 1, 1, 1, 1, 1, 1, 1], "b": range(10)}
CURVES = {"loss": {"train": [2.0, 1.0], "test": [2.1, 1.2]}, "accuracy": {"train": [0.5, 0.75]}}
SKEW = ({"a": images(3), "b": images(3)}, COUNTS, {"a": 15, "b": 45, "c": 7})
SPREAD = {
    "at home": {
        "alone": dict(zip(CLIENTS[:3], (0.7, 0.8, 0.9), strict=True)),
        "together": {"writer_02": 1.0, "writer_03": 0.8},
    },
    "everywhere": {"alone": {"writer_00": 0.6, "writer_01": 0.8}, "together": 0.85},
}
TABLES = {
    "accuracy": {"none": {"mean": 0.92, "median": 0.915}, "sign flip": {"mean": 0, "median": 1}},
    "success": {"none": {"mean": 0.0, "median": 0.01}, "sign flip": {"mean": 0.5, "median": 0.1}},
}
DIAGRAM = (
    [{"limit": "5", "values": ["1", "2"]}, {"pairs": ["1, 5", "2, 5"]}, {"mean": "1.5"}],
    [
        ("limit", "federated_broadcast", "pairs"),
        ("values", "federated_zip", "pairs"),
        ("pairs", "federated_mean", "mean"),
    ],
)
