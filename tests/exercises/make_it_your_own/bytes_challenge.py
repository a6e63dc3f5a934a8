"""Answers to `bytes_challenge`, as learners write them."""

import functools

import numpy as np

from tests.exercises.cases import Case


def settings(**changed):
    baseline = {"cohort_size": 4, "num_rounds": 7, "epochs": 5, "client_learning_rate": 0.02}
    return lambda: baseline | changed


def without(name):
    return lambda: {key: value for key, value in settings()().items() if key != name}


def of_one_argument(gradients):
    return gradients


def in_numpy(gradients, weights, server_weights):
    return tuple(np.clip(gradient.numpy(), -1, 1) for gradient in gradients)


def pulled_hard(gradients, weights, server_weights):
    parts = zip(gradients, weights, server_weights, strict=True)
    return tuple(g + 1000.0 * (w - s) for g, w, s in parts)


def all_zero(gradients, weights, server_weights):
    return [0.0 * gradient for gradient in gradients]


def init(weights):
    return ()


def next_(state, weights, mean_update):
    return state, weights


def misspelt(gradients, weights, server_weights):
    return gradientss  # noqa: F821


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
        "no_better": settings(epochs=4),
        "worse": settings(num_rounds=1),
        "diverges": settings(client_learning_rate=0.3, edits=[pulled_hard]),
        "guesses": settings(edits=[all_zero]),
        "edit_arguments": settings(edits=[of_one_argument]),
        "edit_arguments: a lambda": settings(edits=[lambda gradients: gradients]),
        "edit_arguments: another keyword": settings(
            edits=[functools.partial(all_zero, max_norm=2.0)]
        ),
        "edit_form": settings(edits=[lambda gradients, weights, server_weights: gradients[0]]),
        "edit_not_recorded": settings(edits=[all_zero, in_numpy]),
        "plain_pair": settings(server_optimizer=(init, next_)),
        "no_optimizer: not called": settings(server_optimizer=init),
    },
    raises={"misspelt": settings(edits=[misspelt])},
)
