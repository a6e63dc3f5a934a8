"""Choosing clients and pooling their examples."""

import numpy as np
import pytest

from fl_course import data, preprocessing


@pytest.fixture(scope="module")
def train():
    return data.load()[0]


def test_pool_is_client_after_client(train):
    images, labels = data.pool(train, ["writer_03", "writer_01"])
    first_images, first_labels = data.pool(train, ["writer_03"])
    np.testing.assert_array_equal(images[: len(first_images)], first_images)
    np.testing.assert_array_equal(labels[: len(first_labels)], first_labels)
    assert images.shape[1:] == (28, 28)
    assert images.dtype == np.float32
    assert labels.dtype == np.int32


def test_pool_of_everybody(train):
    assert len(data.pool(train)[1]) == sum(
        len(data.pool(train, [client_id])[1]) for client_id in train.client_ids
    )


def test_pool_of_nobody(train):
    with pytest.raises(ValueError, match="client_ids is empty; give at least one id"):
        data.pool(train, [])


def test_pool_of_an_unknown_client(train):
    with pytest.raises(ValueError, match="'writer_99', which is not a client; there are 14"):
        data.pool(train, ["writer_00", "writer_99"])


def test_pool_of_a_string(train):
    with pytest.raises(TypeError, match=r"write \['writer_00'\] for one client"):
        data.pool(train, "writer_00")


def test_cohort_is_drawn_without_repetition(train):
    cohort = data.sample_clients(train.client_ids, 10, seed=1)
    assert len(set(cohort)) == 10
    assert set(cohort) <= set(train.client_ids)


def test_same_seed_and_round_give_the_same_cohort(train):
    ids = train.client_ids
    first = data.sample_clients(ids, 5, seed=3, round_num=2)
    assert data.sample_clients(ids, 5, seed=3, round_num=2) == first
    assert data.sample_clients(ids, 5, seed=3, round_num=3) != first
    assert data.sample_clients(ids, 5, seed=4, round_num=2) != first


def test_every_client_has_its_turn(train):
    seen = set()
    for round_num in range(30):
        seen.update(data.sample_clients(train.client_ids, 3, round_num=round_num))
    assert seen == set(train.client_ids)


def test_more_clients_than_there_are(train):
    with pytest.raises(ValueError, match=r"num_clients must be from 1 to 14.* it is 15"):
        data.sample_clients(train.client_ids, 15)


def test_sample_of_nobody():
    with pytest.raises(ValueError, match="client_ids is empty"):
        data.sample_clients([], 1)


def test_ids_in_an_array(train):
    ids = np.array(train.client_ids)
    assert data.sample_clients(ids, 3) == data.sample_clients(train.client_ids, 3)
    np.testing.assert_array_equal(data.pool(train, ids[:1])[1], data.pool(train, ["writer_00"])[1])


def test_clients_without_examples():
    from fl_course.data.datasets import client_data

    nobody = {"label": np.zeros(0, np.int32), "pixels": np.zeros((0, 28, 28), np.float32)}
    one = {"label": np.int32([3]), "pixels": np.zeros((1, 28, 28), np.float32)}
    both = client_data({"a": nobody, "b": one})
    images, labels = data.pool(both)
    assert images.shape == (1, 28, 28)
    assert labels.tolist() == [3]
    assert data.label_counts(both)["a"].tolist() == [0] * 10
    with pytest.raises(ValueError, match=r"client_data has no examples of \['a'\]; give clients"):
        data.pool(both, ["a"])
    with pytest.raises(ValueError, match=r"client_data has no examples of \['a'\]; give clients"):
        data.label_skew(client_data({"a": nobody}), 2, 1.0)
    empty = data.pseudo_clients(both, 4).create_tf_dataset_for_client("a-1")
    assert list(empty) == []
    assert empty.element_spec == both.element_type_structure


def test_clients_whose_data_never_end(train):
    endless = train.preprocess(lambda dataset: dataset.repeat())
    with pytest.raises(ValueError, match="client_data has a dataset of 'writer_00' that repeats"):
        data.pool(endless)
    with pytest.raises(ValueError, match="dataset must have an end"):
        preprocessing.make_federated_data(endless, ["writer_00"])
