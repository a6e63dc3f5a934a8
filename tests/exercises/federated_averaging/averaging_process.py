"""Answers to `averaging_process`, as learners write them."""

import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models
from tests.exercises.cases import Case
from tests.exercises.federated_averaging.at_hand import (
    as_in_the_failing_cell,
    random_start,
    sgd,
    weighted,
    wrapped,
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


def clients_momentum():
    return tff.learning.algorithms.build_weighted_fed_avg(
        as_in_the_failing_cell, sgd(0.02, 0.9), sgd(1.0)
    )


def adam_at_the_server():
    return tff.learning.algorithms.build_weighted_fed_avg(
        as_in_the_failing_cell, sgd(0.02), tff.learning.optimizers.build_adam(0.01)
    )


def with_logits():
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return wrapped(models.softmax_model(), loss=loss)


CASE = Case(
    right={
        "as in the failing cell": lambda: weighted(model=as_in_the_failing_cell),
        "a number of the weights": lambda: weighted(
            model=as_in_the_failing_cell,
            client_weighting=tff.learning.ClientWeighting.NUM_EXAMPLES,
        ),
        "server's optimizer left out": server_left_out,
        "momentum of zero": no_momentum_said_aloud,
    },
    wrong={
        "not_called": lambda: tff.learning.algorithms.build_weighted_fed_avg,
        "a_state": lambda: weighted().initialize(),
        "one_computation": lambda: weighted().next,
        "functional_process": weighted,
        "no_accuracy": lambda: weighted(model=lambda: wrapped(models.softmax_model(), metrics=[])),
        "an_evaluation": lambda: tff.learning.algorithms.build_fed_eval(as_in_the_failing_cell),
        "not_zero": lambda: weighted(model=random_start),
        "other_aggregator": lambda: weighted(
            model=as_in_the_failing_cell, model_aggregator=tff.learning.robust_aggregator()
        ),
        "not_plain: a proximal term": lambda: tff.learning.algorithms.build_weighted_fed_prox(
            as_in_the_failing_cell, 0.01, sgd(0.02), sgd(1.0)
        ),
        "not_plain: clients' momentum": clients_momentum,
        "not_plain: Adam at the server": adam_at_the_server,
        "not_plain: a loss of logits": lambda: weighted(model=with_logits),
        "client_rate: half": lambda: weighted(client=0.01),
        "server_rate: a little less": lambda: weighted(server=0.99),
        "unweighted: by the option": lambda: weighted(
            client_weighting=tff.learning.ClientWeighting.UNIFORM
        ),
        "other_model": lambda: weighted(model=models.functional_model(models.cnn_model)),
        "swapped_rates": lambda: weighted(1.0, 0.02),
        "client_rate": lambda: weighted(client=0.2),
        "server_rate": lambda: weighted(server=0.02),
        "unweighted": unweighted,
        "fed_sgd": fed_sgd,
        "not_plain": server_momentum,
    },
    other={"a number": lambda: 0.02},
)
