"""Graphs of client data that are written down without making the datasets."""

import gc
import threading

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow_federated.python.core.impl.executors import value_serialization  # noqa: E402

from fl_course import data, preprocessing  # noqa: E402
from fl_course.data import datasets  # noqa: E402
from fl_course.runtime import array_graphs, client_data, late_datasets  # noqa: E402

OPTIONS = (
    {},
    {"epochs": 3, "batch_size": 7, "seed": 9},
    {"shuffle_buffer": 1, "batch_size": 1000},
    {"shuffle_buffer": 0, "epochs": 2},
    {"shuffle_buffer": 30, "epochs": 2, "seed": 2**32 - 1},
)


@pytest.fixture(scope="module")
def train():
    return data.load()[0]


@pytest.fixture(scope="module")
def pseudo(train):
    return data.pseudo_clients(train, 40, seed=3)


def is_made(dataset):
    return "_dataset" in vars(dataset)


def received(dataset):
    variant = tf.raw_ops.DatasetFromGraph(graph_def=client_data.serialize(dataset))
    sent = tf.data.experimental.from_variant(variant, dataset.element_spec)
    return list(sent.as_numpy_iterator())


def as_tf_data_makes_it(examples, *, epochs=1, batch_size=20, shuffle_buffer=1000, seed=0):
    if shuffle_buffer > 1:
        examples = examples.shuffle(shuffle_buffer, seed=seed)
    batches = examples.repeat(epochs).batch(batch_size).map(preprocessing.flatten)
    return batches.with_options(preprocessing._OPTIONS)


def assert_same(some, others):
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert list(one) == list(other) == ["x", "y"]
        for name in one:
            assert one[name].dtype == other[name].dtype
            assert one[name].shape == other[name].shape
            assert np.array_equal(one[name], other[name])


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("client_id", ["writer_03", "writer_05-2"])
def test_what_is_sent_and_read_is_what_tf_data_makes(client_id, options, train, pseudo):
    examples = (pseudo if "-" in client_id else train).create_tf_dataset_for_client(client_id)
    dataset = preprocessing.preprocess(examples, **options)
    plain = as_tf_data_makes_it(examples, **options)
    assert isinstance(dataset, late_datasets.LateDataset)
    assert dataset.element_spec == plain.element_spec
    assert type(dataset.element_spec) is type(plain.element_spec)
    assert int(dataset.cardinality()) == int(plain.cardinality())
    wanted = list(plain.as_numpy_iterator())
    assert_same(received(dataset), wanted)
    assert not is_made(dataset)
    assert_same(list(dataset.as_numpy_iterator()), wanted)
    assert repr(dataset).startswith("<_VariantDataset element_spec=")


@pytest.mark.parametrize("pixels", [np.float64, np.uint8, np.float16, np.int32])
@pytest.mark.parametrize("num_examples", [0, 1, 45])
def test_of_whatever_numbers(pixels, num_examples):
    rng = np.random.default_rng(num_examples)
    examples = tf.data.Dataset.from_tensor_slices(
        {
            "pixels": rng.integers(0, 9, (num_examples, 40, 5)).astype(pixels),
            "label": rng.integers(0, 9, num_examples),
        }
    )
    dataset = preprocessing.preprocess(examples, epochs=2, batch_size=10)
    assert isinstance(dataset, late_datasets.LateDataset)
    assert dataset.element_spec["y"].dtype == tf.int64
    wanted = list(as_tf_data_makes_it(examples, epochs=2, batch_size=10).as_numpy_iterator())
    assert_same(received(dataset), wanted)


def test_what_can_not_be_written_down_is_made_by_tf_data(train):
    examples = train.create_tf_dataset_for_client("writer_03")
    for changed in (examples.take(5), examples.map(lambda example: example), examples.shuffle(9)):
        dataset = preprocessing.preprocess(changed)
        assert not isinstance(dataset, late_datasets.LateDataset)
    flags = tf.data.Dataset.from_tensor_slices(
        {"pixels": np.ones((3, 2, 2), bool), "label": np.zeros(3, np.int32)}
    )
    assert late_datasets.arrays_of(flags) is None
    (batch,) = received(preprocessing.preprocess(flags))
    assert batch["x"].all()


def test_a_round_makes_no_dataset_and_has_the_same_digits(pseudo, monkeypatch):
    element_type = tff.types.tensorflow_to_type(
        preprocessing.preprocess(pseudo.create_tf_dataset_for_client("writer_00-0")).element_spec
    )

    @tff.tensorflow.computation(tff.SequenceType(element_type))
    def order(batches):
        def step(state, batch):
            for label in tf.range(tf.size(batch["y"])):
                pixels = tf.cast(1600 * batch["x"][label], tf.int32)
                weights = tf.range(tf.size(pixels)) % 97
                seen = tf.cast(tf.reduce_sum(pixels * weights), tf.int64)
                state = (31 * state + seen + tf.cast(batch["y"][label], tf.int64)) % 1_000_003
            return state

        return batches.reduce(tf.constant(0, tf.int64), step)

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(element_type), tff.CLIENTS))
    def orders(cohort):
        return tff.federated_map(order, cohort)

    (dataset,) = preprocessing.make_federated_data(pseudo, ["writer_02-1"], epochs=3)
    assert len(set(map(int, orders([dataset] * 12)))) == 1  # two at a time share nothing
    ids = pseudo.client_ids[::5]
    cohort = preprocessing.make_federated_data(pseudo, ids, epochs=2, seed=4)
    first, again = orders(cohort), orders(cohort)
    assert not any(is_made(dataset) for dataset in cohort)
    assert len(set(map(int, first))) == len(ids)
    monkeypatch.setattr(
        value_serialization, "_serialize_dataset", client_data._serialize_whole
    )  # by TFF alone
    assert list(orders(cohort)) == list(first) == list(again)
    assert all(is_made(dataset) for dataset in cohort)


def test_another_seed_of_the_same_clients_is_sent_as_such(train):
    one, other = (data.pseudo_clients(train, 20, seed=seed) for seed in (0, 1))
    sent = [
        received(preprocessing.make_federated_data(clients, ["writer_01-1"], shuffle_buffer=1)[0])
        for clients in (one, other, one)
    ]
    assert_same(sent[0], sent[2])
    assert not np.array_equal(sent[0][0]["x"], sent[1][0]["x"])


def test_what_is_kept_of_a_client_goes_with_it(train):
    gc.collect()
    before = len(array_graphs._columns)
    clients = data.pseudo_clients(train, 30)
    for _ in range(2):
        for dataset in preprocessing.make_federated_data(clients, clients.client_ids[:5]):
            client_data.serialize(dataset)
        assert len(array_graphs._columns) == before + 5
    own = datasets.client_data(
        {"a": {"label": np.zeros(4, np.int32), "pixels": np.zeros((4, 28, 28), np.float32)}}
    )
    (dataset,) = preprocessing.make_federated_data(own, ["a"])
    client_data.serialize(dataset)
    assert len(array_graphs._columns) == before + 6
    del clients, own, dataset
    gc.collect()
    assert len(array_graphs._columns) == before


def test_of_many_clients_the_latest_are_known(train, monkeypatch):
    from fl_course.data import pseudo as module

    gc.collect()
    before = len(array_graphs._columns)
    monkeypatch.setattr(module, "_KNOWN", 3)
    clients = data.pseudo_clients(train, 20)
    for client_id in clients.client_ids:
        (dataset,) = preprocessing.make_federated_data(clients, [client_id])
        client_data.serialize(dataset)
    del dataset
    gc.collect()
    assert len(array_graphs._columns) == before + 3


def test_a_client_that_is_too_large_is_left_to_tff(train, monkeypatch):
    monkeypatch.setattr(array_graphs, "_LARGEST", 1000)
    clients = data.pseudo_clients(train, 20)
    (dataset,) = preprocessing.make_federated_data(clients, ["writer_01-1"])
    sent = received(dataset)
    assert is_made(dataset)
    examples = clients.create_tf_dataset_for_client("writer_01-1")
    (same,) = preprocessing.make_federated_data(clients, ["writer_01-1"])
    assert_same(sent, list(same.as_numpy_iterator()))
    assert len(list(examples)) == sum(len(batch["y"]) for batch in sent)


def test_a_late_dataset_is_made_once_for_all_threads(pseudo):
    makes = []

    def make():
        makes.append(None)
        return tf.data.Dataset.range(5)

    late = late_datasets.LateDataset(make, tf.TensorSpec([], tf.int64), 5)
    assert (int(late.cardinality()), makes) == (5, [])
    found = []
    threads = [threading.Thread(target=lambda: found.append(late._made())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    kept = len(makes)
    assert list(late.map(lambda x: 2 * x).as_numpy_iterator()) == [0, 2, 4, 6, 8]
    assert list(late.as_numpy_iterator()) == [0, 1, 2, 3, 4]
    assert len(makes) == kept


def test_a_late_dataset_in_a_graph(pseudo):
    """Its first use may be in a graph; what is made there would be of no use after it."""
    (dataset,) = preprocessing.make_federated_data(pseudo, pseudo.client_ids[:1])
    examples = pseudo.create_tf_dataset_for_client(pseudo.client_ids[0])

    @tf.function
    def count():
        return dataset.reduce(0, lambda n, batch: n + tf.size(batch["y"]))

    @tf.function
    def count_of(batches):
        return batches.reduce(0, lambda n, batch: n + tf.size(batch["y"]))

    assert int(count()) == int(count_of(dataset)) == len(list(examples))
    assert len(list(dataset.unbatch())) == int(examples.cardinality())


def test_shuffled_anew_whenever_it_is_read_as_by_tf_data(train):
    (dataset,) = preprocessing.make_federated_data(train, ["writer_02"], batch_size=1000)
    first, second = ([*batch["y"]] for _ in range(2) for batch in dataset.as_numpy_iterator())
    assert sorted(first) == sorted(second)
    assert first != second
