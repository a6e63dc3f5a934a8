"""Answers to `evaluate_weights`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_evaluation.at_hand import (
    dataset_of,
    evaluate,
    evaluate_in_numpy,
    evaluation,
    weights_that_favour,
)


def evaluate_by_totals_of_a_fresh_state(model_weights, datasets):
    fresh = evaluation().set_model_weights(evaluation().initialize(), model_weights)
    _, metrics = evaluation().next(fresh, list(datasets))
    return dict(metrics["client_work"]["eval"]["total_rounds_metrics"])


def forgets_the_weights(model_weights, datasets):
    state = evaluation().initialize()
    evaluation().set_model_weights(state, model_weights)
    return current(evaluation().next(state, datasets))


def current(output):
    return output.metrics["client_work"]["eval"]["current_round_metrics"]


def takes_weights_from_outside(model_weights, datasets):
    return evaluate(weights_that_favour(1), datasets)


def takes_datasets_from_outside(model_weights, datasets):
    return evaluate(model_weights, [dataset_of([3, 1, 1])])


def carries_the_state_on():
    carried = None

    def evaluate(model_weights, datasets):
        nonlocal carried
        carried = evaluation().initialize() if carried is None else carried
        carried = evaluation().set_model_weights(carried, model_weights)
        output = evaluation().next(carried, datasets)
        carried = output.state
        return output.metrics["client_work"]["eval"]["total_rounds_metrics"]

    return evaluate


def averages_the_clients(model_weights, datasets):
    found = [evaluate(model_weights, [dataset]) for dataset in datasets]
    return {name: np.mean([metrics[name] for metrics in found]) for name in found[0]}


def gives_the_output(model_weights, datasets):
    state = evaluation().set_model_weights(evaluation().initialize(), model_weights)
    return evaluation().next(state, datasets)


def gives_both_metrics(model_weights, datasets):
    return gives_the_output(model_weights, datasets).metrics["client_work"]["eval"]


def gives_the_accuracy(model_weights, datasets):
    return evaluate(model_weights, datasets)["sparse_categorical_accuracy"]


def swaps_its_arguments(model_weights, datasets):
    state = evaluation().set_model_weights(model_weights, evaluation().initialize())
    return current(evaluation().next(state, datasets))


CASE = Case(
    context=lambda: {"evaluation": evaluation()},
    right={
        "in three steps": lambda: evaluate,
        "by totals": lambda: evaluate_by_totals_of_a_fresh_state,
        "in NumPy": lambda: evaluate_in_numpy,
    },
    wrong={
        "weights_not_set": lambda: forgets_the_weights,
        "captured_weights": lambda: takes_weights_from_outside,
        "captured_datasets": lambda: takes_datasets_from_outside,
        "running_total": carries_the_state_on,
        "mean_over_clients": lambda: averages_the_clients,
        "whole_output": lambda: gives_the_output,
        "whole_metrics": lambda: gives_both_metrics,
        "one_number": lambda: gives_the_accuracy,
    },
    other={"one metric": lambda: lambda weights, datasets: {"loss": 2.0}},
    raises={"swapped arguments": lambda: swaps_its_arguments},
)
