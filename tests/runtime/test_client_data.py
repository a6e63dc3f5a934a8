"""Client data reaches the worker whole, in fewer bytes."""

import gc
import zlib

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow.core.framework import graph_pb2  # noqa: E402
from tensorflow_federated.python.core.impl.executors import value_serialization  # noqa: E402

from fl_course import data, preprocessing  # noqa: E402
from fl_course.runtime import client_data  # noqa: E402

DTYPES = (np.float32, np.float64, np.float16, np.int8, np.int16, np.int32, np.int64, np.uint8)
DTYPES += (np.uint16, np.uint32, np.bool_, np.complex64)


def received(dataset: tf.data.Dataset) -> list:
    """What the graph that is sent holds."""
    variant = tf.raw_ops.DatasetFromGraph(graph_def=client_data.serialize(dataset))
    sent = tf.data.experimental.from_variant(variant, dataset.element_spec)
    return list(sent.as_numpy_iterator())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5000,), (50, 10, 12), (3, 1, 4000)])
def test_what_is_sent_has_the_same_elements(dtype, shape):
    values = (np.arange(np.prod(shape)) % 3).astype(dtype).reshape(shape)
    dataset = tf.data.Dataset.from_tensor_slices(values)
    for sent, value in zip(received(dataset), values, strict=True):
        assert sent.dtype == value.dtype
        assert np.array_equal(sent, value)


def test_texts_are_sent_as_they_are():
    texts = np.array(["a word " * 40] * 100)
    assert received(tf.data.Dataset.from_tensor_slices(texts)) == [t.encode() for t in texts]


def test_what_does_not_compress_is_sent_as_it_is():
    noise = np.frombuffer(np.random.default_rng(1).bytes(100_000), np.uint8)
    graph = graph_pb2.GraphDef.FromString(
        client_data.serialize(tf.data.Dataset.from_tensor_slices(noise))
    )
    assert not any(node.op == "DecodeCompressed" for node in graph.node)


def test_a_writer_takes_a_third_of_the_bytes():
    train, _ = data.load("digits")
    (dataset,) = preprocessing.make_federated_data(train, train.client_ids[:1], epochs=5)
    whole = len(client_data._serialize_whole(dataset))
    assert whole > 300_000
    assert len(client_data.serialize(dataset)) < whole / 3

    @tff.tensorflow.computation(
        tff.SequenceType(tff.types.tensorflow_to_type(dataset.element_spec))
    )
    def collect(batches):
        start = (tf.zeros([0, 784]), tf.zeros([0], tf.int32))

        def add(so_far, batch):
            x, y = (tf.concat(pair, 0) for pair in zip(so_far, batch.values(), strict=True))
            return tf.ensure_shape(x, [None, 784]), tf.ensure_shape(y, [None])

        return batches.reduce(start, add)

    # Shuffled with a seed: the batches are the same, in the same order.
    pixels, labels = collect(dataset)
    batches = list(dataset.as_numpy_iterator())
    assert np.array_equal(pixels, np.concatenate([batch["x"] for batch in batches]))
    assert np.array_equal(labels, np.concatenate([batch["y"] for batch in batches]))


def test_a_dataset_is_serialized_once_and_forgotten_with_it():
    gc.collect()
    dataset = tf.data.Dataset.from_tensor_slices(np.zeros(10_000))
    assert client_data.serialize(dataset) is client_data.serialize(dataset)
    kept = len(client_data._serialized)
    del dataset
    gc.collect()
    assert len(client_data._serialized) == kept - 1


@pytest.mark.parametrize("seed", [None, 5])
def test_a_shuffle_is_the_same_as_with_tffs_serialization(seed, monkeypatch):
    """What the notebook does with a dataset between two rounds has no say in it either."""

    @tff.tensorflow.computation(tff.SequenceType(np.int64))
    def order(dataset):
        return dataset.reduce(
            tf.constant(0, tf.int64), lambda state, x: (31 * state + x) % 1_000_003
        )

    shuffled = tf.data.Dataset.range(1000).shuffle(1000, seed=seed).repeat(2)
    orders = []
    for serialize in (client_data.serialize, client_data._serialize_whole):
        monkeypatch.setattr(value_serialization, "_serialize_dataset", serialize)
        orders.append(int(order(shuffled)))
        list(shuffled)
        orders.append(int(order(shuffled)))
    assert len(set(orders)) == 1


def test_compressed_examples_are_kept_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(client_data, "_KEPT_BYTES", 1000)
    packer = client_data._Packer()
    for i in range(100):
        packer.pack(bytes([i]) * 5000)
    assert 0 < sum(map(len, packer._packed.values())) <= 1000
    assert bytes([99]) * 5000 == zlib.decompress(packer.pack(bytes([99]) * 5000))


def recipe(graph: graph_pb2.GraphDef) -> list:
    """A graph's nodes, however numbers are written and states are called in it."""

    def attributes(node):
        return [item for item in sorted(node.attr.items()) if item[0] not in ("metadata", "value")]

    return [
        (node.name, node.op, list(node.input), repr(attributes(node)))
        if node.op != "Const"
        else (node.name, tf.make_ndarray(node.attr["value"].tensor).tolist())
        if node.attr["dtype"].type != tf.resource.as_datatype_enum
        else node.name
        for node in graph.node
    ]


@pytest.mark.parametrize("shuffled_before", [False, True])
def test_a_client_that_comes_again_is_sent_with_its_seed_of_the_round(shuffled_before):
    train, _ = data.load("digits")
    examples = train.create_tf_dataset_for_client("writer_03").take(30)
    if shuffled_before:
        examples = examples.shuffle(30, seed=5)
    seen = []
    for seed in (0, 1, 2, 3, 12345):
        for options in ({}, {"epochs": 2, "batch_size": 7}):
            dataset = preprocessing.preprocess(examples, seed=seed, **options)
            sent = recipe(graph_pb2.GraphDef.FromString(client_data.serialize(dataset)))
            assert sent == recipe(client_data._graph(dataset))  # as the first time
            seen.append(repr(sent))
    assert len(set(seen)) == len(seen)
    kept = client_data._templates[examples].values()
    assert [template is None for template in kept] == [shuffled_before, shuffled_before]


def test_a_template_is_made_for_who_comes_again_only():
    train, _ = data.load("digits")
    examples = train.create_tf_dataset_for_client("writer_03").take(30)
    kept = []
    for seed in range(3):
        client_data.serialize(preprocessing.preprocess(examples, seed=seed))
        kept.append(client_data._templates[examples].values())
    assert [len(templates) for templates in kept] == [1, 1, 1]
    client_data.serialize(preprocessing.preprocess(examples, seed=0, batch_size=3))
    assert [template is None for template in client_data._templates[examples].values()] == [
        False,
        True,
    ]
    for batch_size in range(4, 20):
        client_data.serialize(preprocessing.preprocess(examples, batch_size=batch_size))
    assert len(client_data._templates[examples]) == client_data._KEPT_TEMPLATES


def test_what_is_kept_of_a_client_goes_with_it():
    train, _ = data.load("digits")
    before = len(client_data._templates)
    for writer in train.client_ids[:3]:
        examples = train.create_tf_dataset_for_client(writer).take(5)
        for seed in range(3):
            client_data.serialize(preprocessing.preprocess(examples, seed=seed))
    del examples
    gc.collect()
    assert len(client_data._templates) <= before


def test_a_client_may_be_in_a_cohort_several_times():
    train, _ = data.load("digits")
    examples = train.create_tf_dataset_for_client("writer_03")

    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def labels(dataset):  # a number for their order
        return dataset.reduce(np.int32(0), lambda state, label: (state * 31 + label) % 1_000_003)

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
    def of_clients(cohort):
        return tff.federated_map(labels, cohort)

    def orders(make):
        return [of_clients([make(seed) for seed in range(k, k + 6)]) for k in range(0, 18, 6)]

    def alone(seed):
        shuffled = examples.shuffle(1000, seed=seed).repeat(2).batch(20)
        return shuffled.unbatch().map(lambda example: example["label"])

    def noted(seed):
        dataset = alone(seed)
        seeds = tf.compat.v1.random.get_seed(seed)
        client_data.note_recipe(dataset, examples, "these steps", seeds)
        return dataset

    assert orders(noted) == orders(alone)
    assert client_data._templates[examples]["these steps"] is not None


def test_what_is_sent_can_be_read_in_this_process_too():
    train, _ = data.load("digits")
    examples = train.create_tf_dataset_for_client("writer_05")
    datasets = [preprocessing.preprocess(examples, seed=s, batch_size=1000) for s in range(20, 25)]
    for seed, dataset in enumerate(datasets, 20):  # all of them are there all the time
        wanted = examples.shuffle(1000, seed=seed).as_numpy_iterator()
        sent = received(dataset)
        assert np.concatenate([batch["y"] for batch in sent]).tolist() == [
            example["label"] for example in wanted
        ]
