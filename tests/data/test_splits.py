"""Examples and clients that are kept back."""

import numpy as np
import pytest

from fl_course import data


def clients(labels_by_client):
    """Client data whose only number tells the examples apart."""
    ids = [client_id for client_id, labels in labels_by_client.items() for _ in labels]
    labels = [label for labels in labels_by_client.values() for label in labels]
    return data.from_arrays(ids, label=labels, number=np.arange(len(ids)))


def numbers(part, client_id):
    return data.pool(part, [client_id])[0].tolist()


def test_every_example_is_in_one_part():
    whole = clients({"a": [0, 1] * 10, "b": [1] * 7, "c": [0, 0, 0, 2]})
    train, test = data.split(whole)
    for client_id in whole.client_ids:
        both = numbers(train, client_id) + numbers(test, client_id)
        assert sorted(both) == numbers(whole, client_id)
        assert numbers(train, client_id) == sorted(numbers(train, client_id))
    assert [len(numbers(test, client_id)) for client_id in "abc"] == [4, 1, 1]
    assert train.schema == test.schema == whole.schema


def test_classes_are_divided_in_proportion():
    whole = clients({"a": [0] * 60 + [1] * 30 + [2] * 10})
    counts = data.label_counts(data.split(whole, 0.2)[1])["a"]
    assert counts.tolist() == [12, 6, 2]
    counts = data.label_counts(data.split(whole, 0.5)[1])["a"]
    assert counts.tolist() == [30, 15, 5]


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.99])
def test_no_client_is_tested_on_a_class_that_it_lacks(share):
    rng = np.random.default_rng(0)
    whole = clients({f"{i}": rng.integers(0, 4, rng.integers(6, 20)).tolist() for i in range(30)})
    train, test = (data.label_counts(part) for part in data.split(whole, share))
    for client_id in whole.client_ids:
        assert (train[client_id][test[client_id] > 0] > 0).all()
        assert test[client_id].sum() >= 1


def test_a_client_s_part_depends_on_nobody_else():
    both = {"a": [0, 1] * 10, "b": [0, 1] * 10}
    test = data.split(clients(both))[1]
    assert numbers(data.split(clients({"a": both["a"]}))[1], "a") == numbers(test, "a")
    # Clients of the same labels draw on their own.
    assert numbers(test, "a") != [number - 20 for number in numbers(test, "b")]


def test_the_seed_decides():
    whole = clients({"a": [0, 1] * 20})
    drawn = [numbers(data.split(whole, seed=seed)[1], "a") for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_numbers_for_regression_are_divided_too():
    whole = clients({"a": [0.5, 1.5, 2.5, 3.5, 4.5], "b": [1.0, 2.0]})
    train, test = data.split(whole)
    assert [len(numbers(part, "a")) for part in (train, test)] == [4, 1]
    assert [len(numbers(part, "b")) for part in (train, test)] == [1, 1]


def test_other_client_data_are_split():
    train, _ = data.load()
    chosen = data.hold_out(train, ["writer_03"])[1].preprocess(lambda dataset: dataset.take(20))
    parts = data.split(chosen, 0.5)
    assert [len(data.pool(part)[1]) for part in parts] == [10, 10]


def test_examples_that_are_no_dicts():
    chosen = data.load()[0].preprocess(lambda dataset: dataset.map(lambda e: e["label"]))
    with pytest.raises(ValueError, match="client_data must have elements that are dicts of 'label"):
        data.split(chosen)


def test_held_out_clients_are_drawn_or_named():
    whole = clients({client_id: [0, 1] for client_id in "dcba"})
    known, held_out = data.hold_out(whole, 1, seed=3)
    assert sorted(known.client_ids + held_out.client_ids) == list("abcd")
    assert known.client_ids == sorted(known.client_ids)
    assert data.hold_out(whole, 1, seed=3)[1].client_ids == held_out.client_ids
    assert {data.hold_out(whole, 1, seed=s)[1].client_ids[0] for s in range(30)} == set("abcd")
    known, held_out = data.hold_out(whole, ["c", "a"])
    assert (known.client_ids, held_out.client_ids) == (["b", "d"], ["a", "c"])
    assert held_out.schema is whole.schema


def test_held_out_clients_are_client_data():
    whole = clients({client_id: [0, 1] for client_id in "abc"})
    known, held_out = data.hold_out(whole, ["b"])
    assert numbers(held_out, "b") == numbers(whole, "b")
    assert known.create_tf_dataset_for_client("a") is whole.create_tf_dataset_for_client("a")
    assert known.element_type_structure == whole.element_type_structure
    assert len(list(known.create_tf_dataset_from_all_clients())) == 4
    assert data.label_counts(known)["c"].tolist() == [1, 1]
    for part, client_id in ((known, "b"), (held_out, "a")):
        with pytest.raises(ValueError, match=f"'{client_id}' is not a client; there are"):
            part.create_tf_dataset_for_client(client_id)


def test_pseudo_clients_are_held_out_too():
    whole = data.pseudo_clients(data.load()[0], 15)
    known, held_out = data.hold_out(whole, ["writer_00-1"])
    assert len(known.client_ids) == 14
    assert data.pool(held_out)[0].shape[1:] == (28, 28)


def test_a_label_that_only_held_out_clients_have_is_a_class_still():
    whole = clients({"a": [0, 1], "b": [2, 2]})
    known, held_out = data.hold_out(whole, ["b"])
    assert known.schema.num_labels == held_out.schema.num_labels == 3
    assert data.label_counts(known)["a"].tolist() == [1, 1, 0]
    assert data.label_counts(held_out)["b"].tolist() == [0, 0, 2]


def test_nobody_would_stay():
    with pytest.raises(ValueError, match=r"client_data has one client, 'a'.*use data\.split"):
        data.hold_out(clients({"a": [0, 1]}), 1)
    whole = clients({"a": [0, 1], "b": [2, 2]})
    with pytest.raises(ValueError, match="clients must be an integer from 1 to 1"):
        data.hold_out(whole, 2)
    with pytest.raises(ValueError, match="clients holds all 2 clients, and nobody would stay"):
        data.hold_out(whole, ["a", "b"])
