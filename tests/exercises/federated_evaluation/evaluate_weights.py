"""Answers to `evaluate_weights`, as learners write them."""

import numpy as np
import tensorflow_federated as tff

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


def changed(change):
    return lambda model_weights, datasets: change(evaluate(model_weights, datasets))


def on_datasets(change):
    return lambda model_weights, datasets: evaluate(model_weights, change(datasets))


def uses_up_the_datasets(model_weights, datasets):
    found = evaluate(model_weights, datasets)
    datasets.clear()
    return found


def without_the_kernel(model_weights, datasets):
    kernel, bias = model_weights.trainable
    trainable = (np.zeros_like(kernel), bias)
    return evaluate(tff.learning.models.ModelWeights(trainable, ()), datasets)


def with_the_first_weights():
    kept = []

    def evaluate_weights(model_weights, datasets):
        kept.append(model_weights)
        return evaluate(kept[0], datasets)

    return evaluate_weights


def with_earlier_clients():
    kept = []

    def evaluate_weights(model_weights, datasets):
        kept.extend(datasets)
        return evaluate(model_weights, kept)

    return evaluate_weights


def found_once():
    kept = []

    def evaluate_weights(model_weights, datasets):
        if not kept:
            kept.append(evaluate(model_weights, datasets))
        return kept[0]

    return evaluate_weights


CASE = Case(
    context=lambda: {"evaluation": evaluation()},
    right={
        "in three steps": lambda: evaluate,
        "by totals": lambda: evaluate_by_totals_of_a_fresh_state,
        "in NumPy": lambda: evaluate_in_numpy,
    },
    wrong={
        "remembers": with_the_first_weights,
        "remembers: earlier clients": with_earlier_clients,
        "remembers: the first result": found_once,
        "weights_not_set": lambda: forgets_the_weights,
        "captured_weights": lambda: takes_weights_from_outside,
        "captured_datasets": lambda: takes_datasets_from_outside,
        "running_total": carries_the_state_on,
        "mean_over_clients": lambda: averages_the_clients,
        "whole_output": lambda: gives_the_output,
        "whole_metrics": lambda: gives_both_metrics,
        "one_number": lambda: gives_the_accuracy,
        "missing": lambda: lambda weights, datasets: {"loss": 2.0},
        "no_mapping": lambda: lambda weights, datasets: list(evaluate(weights, datasets).values()),
        "not_a_number": lambda: changed(lambda metrics: {**metrics, "loss": "2.0"}),
        "datasets_changed": lambda: uses_up_the_datasets,
        "wrong_value": lambda: on_datasets(lambda datasets: datasets[:1]),
        "wrong_value: the last left out": lambda: on_datasets(lambda datasets: datasets[:-1]),
        "wrong_value: the first left out": lambda: on_datasets(lambda datasets: datasets[1:]),
        "wrong_value: ten clients at most": lambda: on_datasets(lambda datasets: datasets[:10]),
        "wrong_value: a batch of each": lambda: on_datasets(
            lambda datasets: [dataset.take(1) for dataset in datasets]
        ),
        "wrong_value: ten batches of each": lambda: on_datasets(
            lambda datasets: [dataset.take(10) for dataset in datasets]
        ),
        "wrong_value: in percent": lambda: changed(
            lambda metrics: {name: 100 * value for name, value in metrics.items()}
        ),
        "wrong_value: rounded": lambda: changed(
            lambda metrics: {name: round(float(value), 2) for name, value in metrics.items()}
        ),
        "wrong_value: the bias alone": lambda: without_the_kernel,
        "whole_metrics: one up": lambda: gives_both_metrics,
    },
    raises={"swapped arguments": lambda: swaps_its_arguments},
)
