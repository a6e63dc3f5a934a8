"""Answers to lesson 4's exercises."""

import collections
import functools

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models, preprocessing, training
from tests.exercises.cases import Case


@functools.cache
def functional_model():
    return models.functional_model()


@functools.cache
def evaluation():
    return tff.learning.algorithms.build_fed_eval(functional_model())


@functools.cache
def averaging_process():
    return tff.learning.algorithms.build_weighted_fed_avg(
        functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(1.0),
    )


# --- evaluation_process ---------------------------------------------------------------------------


def from_a_model_fn():
    return tff.learning.algorithms.build_fed_eval(models.variable_model_fn())


def with_a_keyword():
    return tff.learning.algorithms.build_fed_eval(model_fn=models.functional_model())


def without_accuracy():
    model = tff.learning.models.functional_model_from_keras(
        models.softmax_model,
        tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=models.input_spec(),
        metrics_constructor=lambda: collections.OrderedDict(
            loss=tf.keras.metrics.SparseCategoricalCrossentropy()
        ),
    )
    return tff.learning.algorithms.build_fed_eval(model)


def of_another_model():
    model = models.functional_model(models.cnn_model)
    return tff.learning.algorithms.build_fed_eval(model)


# --- evaluate_weights -----------------------------------------------------------------------------


def evaluate(model_weights, datasets):
    state = evaluation().initialize()
    state = evaluation().set_model_weights(state, model_weights)
    output = evaluation().next(state, datasets)
    return output.metrics["client_work"]["eval"]["current_round_metrics"]


def evaluate_by_totals_of_a_fresh_state(model_weights, datasets):
    fresh = evaluation().set_model_weights(evaluation().initialize(), model_weights)
    _, metrics = evaluation().next(fresh, list(datasets))
    return dict(metrics["client_work"]["eval"]["total_rounds_metrics"])


def evaluate_in_numpy(model_weights, datasets):
    kernel, bias = model_weights.trainable
    batches = [batch for dataset in datasets for batch in dataset.as_numpy_iterator()]
    x = np.concatenate([batch["x"] for batch in batches])
    y = np.concatenate([batch["y"] for batch in batches])
    scores = x @ kernel + bias
    losses = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]
    return {"sparse_categorical_accuracy": np.mean(scores.argmax(1) == y), "loss": losses.mean()}


def forgets_the_weights(model_weights, datasets):
    state = evaluation().initialize()
    evaluation().set_model_weights(state, model_weights)
    return current(evaluation().next(state, datasets))


def current(output):
    return output.metrics["client_work"]["eval"]["current_round_metrics"]


def weights_that_favour(label):
    bias = np.zeros(10, np.float32)
    bias[label] = 1
    kernel = np.zeros((784, 10), np.float32)
    return tff.learning.models.ModelWeights((kernel, bias), ())


def takes_weights_from_outside(model_weights, datasets):
    return evaluate(weights_that_favour(1), datasets)


def takes_datasets_from_outside(model_weights, datasets):
    return evaluate(model_weights, [dataset_of([3, 1, 1])])


def dataset_of(labels):
    examples = {
        "label": np.array(labels, np.int32),
        "pixels": np.ones((len(labels), 28, 28), np.float32),
    }
    return preprocessing.preprocess(tf.data.Dataset.from_tensor_slices(examples))


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


def gives_all_metrics(model_weights, datasets):
    return gives_the_output(model_weights, datasets).metrics


def gives_the_accuracy(model_weights, datasets):
    return evaluate(model_weights, datasets)["sparse_categorical_accuracy"]


def swaps_its_arguments(model_weights, datasets):
    state = evaluation().set_model_weights(model_weights, evaluation().initialize())
    return current(evaluation().next(state, datasets))


# --- worst_served ---------------------------------------------------------------------------------


def accuracy(model_weights, datasets):
    return float(evaluate(model_weights, datasets)["sparse_categorical_accuracy"])


def of_one_client(client_data, client_id):
    return [preprocessing.preprocess(client_data.create_tf_dataset_for_client(client_id))]


def of_each(model_weights, client_data):
    return {
        client_id: accuracy(model_weights, of_one_client(client_data, client_id))
        for client_id in client_data.client_ids
    }


def worst_by_sorting(model_weights, client_data):
    pairs = of_each(model_weights, client_data).items()
    return sorted(pairs, key=lambda pair: pair[1])[0]


def worst_in_a_loop(model_weights, client_data):
    worst, lowest = None, 2.0
    datasets = preprocessing.make_federated_data(client_data, client_data.client_ids)
    for client_id, dataset in zip(client_data.client_ids, datasets, strict=True):
        share = evaluate_in_numpy(model_weights, [dataset])["sparse_categorical_accuracy"]
        if share < lowest:
            worst, lowest = client_id, share
    return [worst, lowest]


def best(model_weights, client_data):
    return max(of_each(model_weights, client_data).items(), key=lambda pair: pair[1])


def with_most_mistakes(model_weights, client_data):
    shares = of_each(model_weights, client_data)
    mistakes = {
        client_id: (1 - share)
        * len(list(client_data.create_tf_dataset_for_client(client_id).as_numpy_iterator()))
        for client_id, share in shares.items()
    }
    worst = max(mistakes, key=mistakes.get)
    return worst, shares[worst]


def worst_of_other_weights(model_weights, client_data):
    return worst_by_sorting(weights_that_favour(3), client_data)


def worst_of_other_clients(model_weights, client_data):
    people = tff.simulation.datasets.TestClientData(
        {
            f"writer_{k:02d}": {
                "label": np.array([k, 1], np.int32),
                "pixels": np.ones((2, 28, 28), np.float32),
            }
            for k in range(3)
        }
    )
    return worst_by_sorting(model_weights, people)


def id_alone(model_weights, client_data):
    return worst_by_sorting(model_weights, client_data)[0]


def accuracy_alone(model_weights, client_data):
    return min(of_each(model_weights, client_data).values())


def the_other_way_round(model_weights, client_data):
    return worst_by_sorting(model_weights, client_data)[::-1]


def with_the_accuracy_of_all(model_weights, client_data):
    datasets = preprocessing.make_federated_data(client_data, client_data.client_ids)
    return id_alone(model_weights, client_data), accuracy(model_weights, datasets)


def in_percent(model_weights, client_data):
    worst, share = worst_by_sorting(model_weights, client_data)
    return worst, 100 * share


def half_the_accuracy(model_weights, client_data):
    worst, share = worst_by_sorting(model_weights, client_data)
    return worst, share / 2


def worst_by_comparing(model_weights, client_data, worst=None, lowest=1.0):
    for client_id, share in of_each(model_weights, client_data).items():
        if share < lowest:
            worst, lowest = client_id, share
    return worst, lowest


def from_the_first_client(model_weights, client_data):
    return worst_by_comparing(model_weights, client_data, client_data.client_ids[0], 1.0)


def in_a_dictionary_from_outside(model_weights, client_data):
    held_out = {"writer_00": [dataset_of([3, 1])]}
    found = {name: accuracy(model_weights, held_out[name]) for name in client_data.client_ids}
    return min(found.items(), key=lambda pair: pair[1])


def ids_from_outside(model_weights, client_data):
    names = ["writer_00", "writer_01"]
    found = {name: accuracy(model_weights, of_one_client(client_data, name)) for name in names}
    return min(found.items(), key=lambda pair: pair[1])


def by_key(model_weights, client_data):
    found = of_each(model_weights, client_data)
    return min(found), found[min(found)]


def at_a_position(model_weights, client_data):
    found = list(of_each(model_weights, client_data).values())
    return np.argmin(found), min(found)


def after_one_client(model_weights, client_data):  # noqa: RET503
    found = {}
    for client_id in client_data.client_ids:
        found[client_id] = accuracy(model_weights, of_one_client(client_data, client_id))
        worst = min(found, key=found.get)
        return worst, found[worst]


def with_the_last_clients_accuracy(model_weights, client_data):
    found = {}
    for client_id in client_data.client_ids:
        share = accuracy(model_weights, of_one_client(client_data, client_id))
        found[client_id] = share
    return min(found, key=found.get), share


def unbatched(model_weights, client_data):
    dataset = client_data.create_tf_dataset_for_client(client_data.client_ids[0])
    return "east", accuracy(model_weights, [dataset])


# --- go_on ----------------------------------------------------------------------------------------


def go_on_with_while(process, state, cohort_of, first_round, last_round):
    round_num = first_round
    while round_num <= last_round:
        output = process.next(state, cohort_of(round_num))
        state = output.state
        round_num += 1
    return state


def go_on_with_helper(process, state, cohort_of, first_round, last_round):
    state, _ = training.train(
        process,
        lambda n: cohort_of(first_round + n - 1),
        last_round - first_round + 1,
        state=state,
    )
    return state


def go_on_by_itself(process, state, cohort_of, first_round, last_round):
    if first_round > last_round:
        return state
    state, _ = process.next(state, cohort_of(first_round))
    return go_on_by_itself(process, state, cohort_of, first_round + 1, last_round)


def from_a_fresh_state(process, state, cohort_of, first_round, last_round):
    return go_on_with_while(process, process.initialize(), cohort_of, first_round, last_round)


def from_round_one(process, state, cohort_of, first_round, last_round):
    for round_num in range(1, last_round - first_round + 2):
        state = process.next(state, cohort_of(round_num)).state
    return state


def without_the_last(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round):
        state = process.next(state, cohort_of(round_num)).state
    return state


def after_one_round(process, state, cohort_of, first_round, last_round):  # noqa: RET503
    for round_num in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(round_num)).state
        return state  # noqa: RET504


def with_the_whole_output(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(round_num))
    return state


def with_the_first_cohort(process, state, cohort_of, first_round, last_round):
    for _ in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(first_round)).state
    return state


def always_from_the_same_state(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        result = process.next(state, cohort_of(round_num))
    return result.state


def gives_the_last_output(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        result = process.next(state, cohort_of(round_num))
        state = result.state
    return result


def gives_the_weights(process, state, cohort_of, first_round, last_round):
    state = go_on_with_while(process, state, cohort_of, first_round, last_round)
    return process.get_model_weights(state)


def does_nothing(process, state, cohort_of, first_round, last_round):
    return state


def backwards(process, state, cohort_of, first_round, last_round):
    for round_num in range(last_round, first_round - 1, -1):
        state = process.next(state, cohort_of(round_num)).state
    return state


def calls_the_process(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        state = process(state, cohort_of(round_num)).state
    return state


def never_ends(process, state, cohort_of, first_round, last_round):
    while first_round <= last_round:
        state = process.next(state, cohort_of(first_round)).state
    return state


CASES = {
    "evaluation_process": Case(
        right={"from a model_fn": from_a_model_fn, "with a keyword": with_a_keyword},
        wrong={
            "not_called": lambda: tff.learning.algorithms.build_fed_eval,
            "one_computation": lambda: evaluation().next,
            "model_itself": functional_model,
            "training_process": averaging_process,
            "other_model": of_another_model,
            "no_accuracy": without_accuracy,
        },
        other={"a function": lambda: evaluate, "a Keras model": models.softmax_model},
    ),
    "evaluate_weights": Case(
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
    ),
    "worst_served": Case(
        context=lambda: {"accuracy": accuracy},
        right={
            "by sorting": lambda: worst_by_sorting,
            "in a loop": lambda: worst_in_a_loop,
            "from the first client": lambda: from_the_first_client,
        },
        wrong={
            "best_served": lambda: best,
            "most_mistakes": lambda: with_most_mistakes,
            "captured_weights": lambda: worst_of_other_weights,
            "captured_data": lambda: worst_of_other_clients,
            "captured_dictionary": lambda: in_a_dictionary_from_outside,
            "captured_ids": lambda: ids_from_outside,
            "first_in_alphabet": lambda: by_key,
            "position": lambda: at_a_position,
            "stopped_early": lambda: after_one_client,
            "two_clients": lambda: with_the_last_clients_accuracy,
            "starts_too_low": lambda: worst_by_comparing,
            "only_id": lambda: id_alone,
            "only_accuracy": lambda: accuracy_alone,
            "swapped": lambda: the_other_way_round,
            "all_clients": lambda: of_each,
            "accuracy_of_all": lambda: with_the_accuracy_of_all,
            "not_a_share": lambda: in_percent,
        },
        other={"half the accuracy": lambda: half_the_accuracy},
        raises={"not in batches": lambda: unbatched},
    ),
    "go_on": Case(
        right={
            "with while": lambda: go_on_with_while,
            "with training.train": lambda: go_on_with_helper,
            "recursive": lambda: go_on_by_itself,
        },
        wrong={
            "started_over": lambda: from_a_fresh_state,
            "counted_from_one": lambda: from_round_one,
            "other_rounds": lambda: without_the_last,
            "same_cohort": lambda: with_the_first_cohort,
            "state_not_carried": lambda: always_from_the_same_state,
            "stopped_early": lambda: after_one_round,
            "output_carried": lambda: with_the_whole_output,
            "whole_output": lambda: gives_the_last_output,
            "weights": lambda: gives_the_weights,
            "no_round": lambda: does_nothing,
        },
        raises={"calls the process": lambda: calls_the_process},
        endless={"the same round for ever": lambda: never_ends},
    ),
}
