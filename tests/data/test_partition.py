"""Label skew made to order."""

import numpy as np
import pytest

from fl_course import data


@pytest.fixture(scope="module")
def train():
    return data.load()[0]


def shares(client_data):
    counts = np.array(list(data.label_counts(client_data).values()))
    return counts / counts.sum(axis=1, keepdims=True)


def test_proportions_are_distributions():
    proportions = data.dirichlet_proportions(7, 10, 0.5)
    assert proportions.shape == (7, 10)
    np.testing.assert_allclose(proportions.sum(axis=1), 1.0)


def test_small_alpha_gives_few_labels_and_large_alpha_all(train):
    few = shares(data.label_skew(train, 10, 0.05)).max(axis=1).mean()
    even = shares(data.label_skew(train, 10, 1000.0)).max(axis=1).mean()
    assert few > 0.5
    assert even < 0.2


def test_examples_are_dealt_once_and_evenly(train):
    skewed = data.label_skew(train, 10, 0.3, seed=2)
    images, _ = data.pool(skewed)
    originals = [image.tobytes() for image in data.pool(train)[0]]
    dealt = [image.tobytes() for image in images]
    assert len(dealt) == len(originals) // 10 * 10
    assert len(set(dealt)) == len(dealt)
    assert set(dealt) <= set(originals)
    assert {int(counts.sum()) for counts in data.label_counts(skewed).values()} == {
        len(originals) // 10
    }


def test_labels_go_with_their_images(train):
    label_of = {i.tobytes(): label for i, label in zip(*data.pool(train), strict=True)}
    images, labels = data.pool(data.label_skew(train, 5, 0.5))
    assert all(label_of[i.tobytes()] == label for i, label in zip(images, labels, strict=True))


def test_same_seed_same_clients(train):
    first = data.label_counts(data.label_skew(train, 6, 0.5, seed=1))
    again = data.label_counts(data.label_skew(train, 6, 0.5, seed=1))
    other = data.label_counts(data.label_skew(train, 6, 0.5, seed=2))
    assert all((first[client_id] == again[client_id]).all() for client_id in first)
    assert any((first[client_id] != other[client_id]).any() for client_id in first)


def test_clients_are_named_in_order(train):
    assert data.label_skew(train, 3, 1.0).client_ids == ["client_00", "client_01", "client_02"]


@pytest.mark.parametrize("alpha", [0, -1.0, float("nan"), float("inf")])
def test_bad_alpha(train, alpha):
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        data.label_skew(train, 10, alpha)


@pytest.mark.parametrize("num_clients", [0, -3])
def test_too_few_clients(train, num_clients):
    with pytest.raises(ValueError, match="num_clients must be an integer of 1 or more, and"):
        data.label_skew(train, num_clients, 1.0)


def test_more_clients_than_examples(train):
    with pytest.raises(
        ValueError, match="num_clients must be at most 1399, the number of examples"
    ):
        data.label_skew(train, 1400, 1.0)


def test_bad_seed():
    with pytest.raises(ValueError, match=r"seed must be an integer from 0 to 2\*\*32 - 1"):
        data.dirichlet_proportions(2, 10, 1.0, seed=-1)


def test_more_labels_than_are_counted(train):
    with pytest.raises(ValueError, match="num_labels must be an integer of 10 or more, and"):
        data.label_counts(train, 3)
    assert data.label_counts(train, 12)["writer_00"].shape == (12,)
