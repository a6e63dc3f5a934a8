"""Pseudo-clients: as many as one asks for, each a writer with moved images."""

import numpy as np
import pytest
import tensorflow as tf

from fl_course import data, preprocessing


@pytest.fixture(scope="module")
def train():
    return data.load()[0]


def test_as_many_as_asked_for(train):
    for num_clients in (1, 14, np.int64(15), 1000):
        clients = data.pseudo_clients(train, num_clients)
        assert len(set(clients.client_ids)) == num_clients
        assert clients.client_ids == sorted(clients.client_ids)
    assert clients.client_ids[0] == "writer_00-00"
    assert clients.client_ids[-1] == "writer_13-70"


def test_writers_take_turns(train):
    ids = data.pseudo_clients(train, 30).client_ids
    counts = [sum(i.startswith(f"{writer}-") for i in ids) for writer in train.client_ids]
    assert counts == [3, 3] + [2] * 12


def test_images_are_the_writers_moved_by_up_to_a_pixel(train):
    clients = data.pseudo_clients(train, 28)
    images, labels = data.pool(train, ["writer_03"])
    moved, moved_labels = data.pool(clients, ["writer_03-1"])
    np.testing.assert_array_equal(moved_labels, labels)
    assert moved.dtype == np.float32
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)), constant_values=1.0)
    shifts = [(dy, dx) for dy in range(3) for dx in range(3)]
    used = set()
    for i, image in enumerate(moved):
        fits = {
            (dy, dx)
            for dy, dx in shifts
            if np.array_equal(padded[i, dy : dy + 28, dx : dx + 28], image)
        }
        assert fits
        used |= fits
    assert used == set(shifts)


def test_clients_of_one_writer_differ(train):
    clients = data.pseudo_clients(train, 28)
    one, other = (data.pool(clients, [f"writer_05-{k}"])[0] for k in (0, 1))
    assert not np.array_equal(one, other)


def test_the_same_arguments_give_the_same_clients(train):
    def images(seed, num_clients=40):
        clients = data.pseudo_clients(train, num_clients, seed=seed)
        return data.pool(clients, ["writer_01-2"])[0]

    np.testing.assert_array_equal(images(0), images(0))
    assert not np.array_equal(images(0), images(1))
    # A client does not depend on how many others there are.
    np.testing.assert_array_equal(images(0), images(0, num_clients=60))


def test_their_elements_are_those_of_the_writers(train):
    clients = data.pseudo_clients(train, 20)
    dataset = clients.create_tf_dataset_for_client("writer_00-1")
    assert dataset.element_spec == train.create_tf_dataset_for_client("writer_00").element_spec
    assert clients.element_type_structure == train.element_type_structure
    batches = preprocessing.make_federated_data(clients, clients.client_ids[:2])
    assert len(batches) == 2


def test_of_other_client_data():
    images = tf.zeros([3, 28, 28])
    from fl_course.data.datasets import client_data

    base = client_data({"a": {"label": np.int32([1, 2, 3]), "pixels": images.numpy()}})
    assert data.pseudo_clients(base, 2).client_ids == ["a-0", "a-1"]


@pytest.mark.parametrize("num_clients", [0, -1, True, 2.5, "3"])
def test_wrong_numbers(train, num_clients):
    with pytest.raises(ValueError, match="num_clients must be an integer of 1 or more, and it is"):
        data.pseudo_clients(train, num_clients)
    with pytest.raises(ValueError, match="seed must be an integer from 0 to"):
        data.pseudo_clients(train, 3, seed=-1)


def test_wrong_client_data():
    with pytest.raises(TypeError, match=r"must be a ClientData, such as data.load\(\)\[0\], and"):
        data.pseudo_clients([1, 2], 3)


def test_an_unknown_client(train):
    clients = data.pseudo_clients(train, 20)
    with pytest.raises(ValueError, match="'writer_00' is not a client; there are 20, from"):
        clients.create_tf_dataset_for_client("writer_00")


def test_not_within_a_computation(train):
    with pytest.raises(NotImplementedError, match="create_tf_dataset_for_client"):
        _ = data.pseudo_clients(train, 20).serializable_dataset_fn


def test_pooled_arrays_are_those_of_the_dataset(train):
    clients = data.pseudo_clients(train, 30, seed=4)
    for name in ("writer_05-0", "writer_00-2"):
        images, labels = data.pool(clients, [name])
        dataset = clients.create_tf_dataset_for_client(name)
        batch = next(dataset.batch(1000).as_numpy_iterator())
        np.testing.assert_array_equal(images, batch["pixels"])
        np.testing.assert_array_equal(labels, batch["label"])
