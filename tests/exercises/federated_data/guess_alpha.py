"""Answers to `guess_alpha`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case

CANDIDATES = (0.1, 0.5, 2.0, 100.0)


CASE = Case(
    right={
        "half": lambda: 1 / 2,
        "NumPy": lambda: np.float32(0.5),
        "by index": lambda: CANDIDATES[1],
    },
    wrong={
        "text": lambda: "0.5",
        "several": lambda: CANDIDATES,
        "in_a_list": lambda: CANDIDATES[1:2],
        "not_a_candidate": lambda: 1,
        "not_a_candidate: near": lambda: 0.51,
        "not_a_candidate: below zero": lambda: -0.5,
        "not_a_candidate: not a number": lambda: float("nan"),
        "several: a set as a list": lambda: list({0.5, 2.0}),
        "in_a_list: an array": lambda: np.array([0.5]),
        "too_large: a float": lambda: 2.0,
        "too_small": lambda: 0.1,
        "too_large": lambda: 2,
        "far_too_large": lambda: 100,
    },
    other={"true": lambda: True, "a dict": lambda: {"alpha": 0.5}},
)
