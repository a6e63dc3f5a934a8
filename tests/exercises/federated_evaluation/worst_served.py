"""Answers to `worst_served`, as learners write them."""

import numpy as np
import tensorflow_federated as tff

from fl_course import preprocessing
from tests.exercises.cases import Case
from tests.exercises.federated_evaluation.at_hand import (
    dataset_of,
    evaluate,
    evaluate_in_numpy,
    evaluation,
    weights_that_favour,
)


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


def worst_in_one_batch(model_weights, client_data):
    found = {}
    for client_id in client_data.client_ids:
        examples = client_data.create_tf_dataset_for_client(client_id)
        dataset = preprocessing.preprocess(examples, batch_size=100, shuffle_buffer=1)
        found[client_id] = np.float32(accuracy(model_weights, [dataset]))
    return min(found.items(), key=lambda item: item[1])


def the_last(model_weights, client_data):
    return list(of_each(model_weights, client_data).items())[-1]


def the_second_worst(model_weights, client_data):
    return sorted(of_each(model_weights, client_data).items(), key=lambda item: item[1])[1]


def with_the_highest_loss(model_weights, client_data):
    metrics = {
        client_id: evaluate(model_weights, of_one_client(client_data, client_id))
        for client_id in client_data.client_ids
    }
    worst = max(metrics, key=lambda client_id: metrics[client_id]["loss"])
    return worst, float(metrics[worst]["sparse_categorical_accuracy"])


def share_of_mistakes(model_weights, client_data):
    worst, share = worst_by_sorting(model_weights, client_data)
    return worst, 1 - share


def rounded(model_weights, client_data):
    worst, share = worst_by_sorting(model_weights, client_data)
    return worst, round(share, 2)


def among(change):
    def worst_served(model_weights, client_data):
        ids = change(client_data.client_ids)
        found = {k: accuracy(model_weights, of_one_client(client_data, k)) for k in ids}
        return min(found.items(), key=lambda item: item[1])

    return worst_served


def on_a_part(batches):
    def worst_served(model_weights, client_data):
        found = {}
        for client_id in client_data.client_ids:
            (dataset,) = of_one_client(client_data, client_id)
            found[client_id] = accuracy(model_weights, [dataset.take(batches)])
        return min(found.items(), key=lambda item: item[1])

    return worst_served


def on_ten_examples(model_weights, client_data):
    found = {}
    for client_id in client_data.client_ids:
        examples = client_data.create_tf_dataset_for_client(client_id).take(10)
        found[client_id] = accuracy(model_weights, [preprocessing.preprocess(examples)])
    return min(found.items(), key=lambda item: item[1])


def notebook():
    evaluation()  # is built, as in the notebook
    return {"accuracy": accuracy}


def lowest_so_far():
    worst = [None, 2.0]

    def worst_served(model_weights, client_data):
        for client_id, share in of_each(model_weights, client_data).items():
            if share < worst[1]:
                worst[:] = client_id, share
        return tuple(worst)

    return worst_served


def of_everybody_so_far():
    found = {}

    def worst_served(model_weights, client_data):
        found.update(of_each(model_weights, client_data))
        return min(found.items(), key=lambda pair: pair[1])

    return worst_served


def with_the_first_weights():
    kept = []

    def worst_served(model_weights, client_data):
        kept.append(model_weights)
        return worst_by_sorting(kept[0], client_data)

    return worst_served


CASE = Case(
    context=notebook,
    right={
        "by sorting": lambda: worst_by_sorting,
        "in a loop": lambda: worst_in_a_loop,
        "from the first client": lambda: from_the_first_client,
        "in one batch": lambda: worst_in_one_batch,
    },
    wrong={
        "remembers": lowest_so_far,
        "remembers: everybody so far": of_everybody_so_far,
        "remembers: the first weights": with_the_first_weights,
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
        "the_last": lambda: the_last,
        "stopped_early: the first": lambda: among(lambda ids: ids[:1]),
        "wrong_value: the second worst": lambda: the_second_worst,
        "by_loss": lambda: with_the_highest_loss,
        "misread": lambda: share_of_mistakes,
        "wrong_value": lambda: half_the_accuracy,
        "wrong_value: rounded": lambda: rounded,
        "wrong_value: the last left out": lambda: among(lambda ids: ids[:-1]),
        "wrong_value: the first left out": lambda: among(lambda ids: ids[1:]),
        "wrong_value: every second": lambda: among(lambda ids: ids[::2]),
        "wrong_value: a batch": lambda: on_a_part(1),
        "wrong_value: two batches": lambda: on_a_part(2),
        "wrong_value: ten examples": lambda: on_ten_examples,
        "not_a_share": lambda: in_percent,
    },
    raises={"not in batches": lambda: unbatched},
)
