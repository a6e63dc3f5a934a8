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
