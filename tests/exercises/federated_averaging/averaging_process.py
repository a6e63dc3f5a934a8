"""Answers to `averaging_process`, as learners write them."""

import tensorflow_federated as tff

from fl_course import models
from tests.exercises.cases import Case
from tests.exercises.federated_averaging.at_hand import (
    as_in_the_failing_cell,
    random_start,
    sgd,
    weighted,
)


def server_left_out():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.variable_model_fn(), client_optimizer_fn=sgd(0.02)
    )


def no_momentum_said_aloud():
    return tff.learning.algorithms.build_weighted_fed_avg(
        as_in_the_failing_cell, sgd(0.02, 0.0), sgd(1.0, 0.0)
    )


def unweighted():
    return tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(), sgd(0.02), sgd(1.0)
    )


def server_momentum():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(), sgd(0.02), sgd(1.0, 0.9)
    )


def fed_sgd():
    return tff.learning.algorithms.build_fed_sgd(models.functional_model(), sgd(1.0))


CASE = Case(
    right={
        "functional model": weighted,
        "server's optimizer left out": server_left_out,
        "momentum of zero": no_momentum_said_aloud,
    },
    wrong={
        "not_called": lambda: tff.learning.algorithms.build_weighted_fed_avg,
        "a_state": lambda: weighted().initialize(),
        "other_model": lambda: weighted(model=models.functional_model(models.cnn_model)),
        "swapped_rates": lambda: weighted(1.0, 0.02),
        "client_rate": lambda: weighted(client=0.2),
        "server_rate": lambda: weighted(server=0.02),
        "unweighted": unweighted,
        "fed_sgd": fed_sgd,
        "not_plain": server_momentum,
    },
    other={
        "an evaluation": lambda: tff.learning.algorithms.build_fed_eval(models.variable_model_fn()),
        "a random start": lambda: weighted(model=random_start),
    },
)
