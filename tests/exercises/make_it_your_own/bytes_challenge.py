"""Answers to `bytes_challenge`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def settings(**changed):
    baseline = {"cohort_size": 4, "num_rounds": 7, "epochs": 5, "client_learning_rate": 0.02}
    return lambda: baseline | changed


def without(name):
    return lambda: {key: value for key, value in settings()().items() if key != name}


CASE = Case(
    right={
        "a higher rate": settings(client_learning_rate=0.1),
        "more epochs, numpy numbers": settings(
            epochs=np.int64(10), client_learning_rate=np.float32(0.05), edits=[]
        ),
        "large cohorts": settings(
            cohort_size=10, num_rounds=3, epochs=20, client_learning_rate=0.1
        ),
    },
    wrong={
        "not_settings": lambda: [4, 7, 5, 0.02],
        "missing": without("epochs"),
        "unknown": settings(momentum=0.5),
        "not_whole": settings(num_rounds=7.5),
        "too_many": settings(epochs=21),
        "bad_rate": settings(client_learning_rate=0),
        "over_budget": settings(cohort_size=8),
        "the_baseline": settings(),
        "edits_no_list": settings(edits=lambda gradients, weights, server_weights: gradients),
        "no_optimizer": settings(server_optimizer="adam"),
        "small_gain": settings(epochs=6),
        "no_better": settings(num_rounds=1),
    },
)
