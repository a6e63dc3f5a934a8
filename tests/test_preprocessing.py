"""From examples to batches."""

import math
import re

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data
from fl_course.preprocessing import flatten, make_federated_data, preprocess, standardize


@pytest.fixture(scope="module")
def train():
    return data.load()[0]


@pytest.fixture
def examples(train):
    return train.create_tf_dataset_for_client("writer_00")


def batches(dataset):
    return list(dataset.as_numpy_iterator())


def test_batches_are_ordered_inputs_and_labels(examples):
    dataset = preprocess(examples)
    assert list(dataset.element_spec) == ["x", "y"]
    assert dataset.element_spec["x"] == tf.TensorSpec([None, 784], tf.float32)
    assert dataset.element_spec["y"] == tf.TensorSpec([None], tf.int32)


def test_every_example_once_an_epoch(train, examples):
    images, labels = data.pool(train, ["writer_00"])
    got = batches(preprocess(examples, epochs=3, batch_size=7))
    assert len(got) == math.ceil(3 * len(labels) / 7)
    x = np.concatenate([batch["x"] for batch in got])
    y = np.concatenate([batch["y"] for batch in got])
    wanted = sorted(image.tobytes() for image in images.reshape(len(images), -1))
    for epoch in range(3):
        part = slice(epoch * len(labels), (epoch + 1) * len(labels))
        assert sorted(row.tobytes() for row in x[part]) == wanted
    assert (np.bincount(y) == 3 * np.bincount(labels)).all()


def test_labels_stay_with_their_images(train, examples):
    images, labels = data.pool(train, ["writer_00"])
    label_of = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    for batch in batches(preprocess(examples)):
        for x, y in zip(batch["x"], batch["y"], strict=True):
            assert label_of[x.tobytes()] == y


def test_shuffles_the_same_way_for_the_same_seed(examples):
    first = batches(preprocess(examples, seed=1))
    again = batches(preprocess(examples, seed=1))
    other = batches(preprocess(examples, seed=2))
    np.testing.assert_array_equal(first[0]["x"], again[0]["x"])
    assert (first[0]["x"] != other[0]["x"]).any()


@pytest.mark.parametrize("global_seed", [0, 7])
@pytest.mark.parametrize("seed", [0, 5, 2**32 - 1])
def test_shuffles_as_tf_data_does(examples, global_seed, seed):
    tf.keras.utils.set_random_seed(global_seed)
    got = batches(preprocess(examples, epochs=2, batch_size=8, shuffle_buffer=50, seed=seed))
    wanted = batches(examples.shuffle(50, seed=seed).repeat(2).batch(8).map(flatten))
    assert len(got) == len(wanted)
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(one["x"], other["x"])
        np.testing.assert_array_equal(one["y"], other["y"])


def test_each_epoch_has_its_own_order(examples):
    num_examples = len(batches(examples))
    (both,) = batches(preprocess(examples, epochs=2, batch_size=2 * num_examples))
    assert (both["y"][:num_examples] != both["y"][num_examples:]).any()


def test_no_shuffle_keeps_the_order(train, examples):
    _, labels = data.pool(train, ["writer_00"])
    (batch,) = batches(preprocess(examples, batch_size=1000, shuffle_buffer=1))
    np.testing.assert_array_equal(batch["y"], labels)


def test_the_largest_shuffle_buffer_can_be_borne(examples):
    (batch,) = batches(preprocess(examples, shuffle_buffer=10**6, batch_size=1000))
    assert len(batch["y"]) == len(list(examples))
    message = "shuffle_buffer must be an integer from 0 to 1000000, and it is 2147483648."
    with pytest.raises(ValueError, match=message):
        preprocess(examples, shuffle_buffer=2**31)


@pytest.mark.parametrize(
    "make_endless", [lambda ds: ds.repeat(), lambda ds: ds.repeat().shuffle(10).map(dict)]
)
def test_a_dataset_that_never_ends(examples, make_endless):
    dataset = make_endless(examples)
    with pytest.raises(ValueError, match="dataset must have an end, and it repeats for ever"):
        preprocess(dataset)


def test_one_dataset_a_client_in_the_order_asked_for(train):
    ids = ["writer_05", "writer_02"]
    datasets = make_federated_data(train, ids, shuffle_buffer=1, batch_size=1000)
    for client_id, dataset in zip(ids, datasets, strict=True):
        (batch,) = batches(dataset)
        np.testing.assert_array_equal(batch["y"], data.pool(train, [client_id])[1])


@pytest.mark.parametrize(
    ("argument", "value", "least"),
    [
        ("epochs", 0, 1),
        ("epochs", -5, 1),
        ("epochs", 1.5, 1),
        ("batch_size", 0, 1),
        ("batch_size", "20", 1),
        ("shuffle_buffer", -1, 0),
        ("epochs", True, 1),
    ],
)
def test_bad_numbers(examples, argument, value, least):
    message = f"{argument} must be an integer of {least} or more, and it is {value!r}"
    with pytest.raises(ValueError, match=message):
        preprocess(examples, **{argument: value})


def rows(**parts):
    return tf.data.Dataset.from_tensor_slices(parts)


LABELS = np.zeros(3, np.int32)


@pytest.mark.parametrize(
    "elements",
    [
        tf.data.Dataset.range(3),
        rows(pixels=np.zeros((3, 784), np.float32)),
        rows(label=LABELS),
        rows(pixels=np.zeros(3, np.float32), label=LABELS),
        rows(pixels=np.zeros((3, 2), np.float32), label=np.zeros((3, 1), np.int32)),
        rows(pixels={"red": np.zeros((3, 2), np.float32)}, label=LABELS),
        rows(pixels=np.zeros((3, 2), np.float32), label=LABELS).batch(2),
        rows(pixels=tf.ragged.constant([[1.0], [], [2.0, 3.0]]), label=LABELS),
    ],
    ids=["numbers", "no label", "label only", "one number", "labels", "nested", "batch", "ragged"],
)
def test_elements_that_are_no_examples(elements):
    with pytest.raises(ValueError, match="dataset must have elements that are a dict of 'label'"):
        preprocess(elements)


@pytest.mark.parametrize("shape", [(7,), (8, 5), (8, 5, 3)])
def test_the_part_beside_the_label_may_have_any_name_and_shape(shape):
    part = np.random.default_rng(0).random((3, *shape), np.float32)
    (batch,) = batches(preprocess(rows(scan=part, label=LABELS + 300), shuffle_buffer=1))
    np.testing.assert_array_equal(batch["x"], part.reshape(3, -1))
    np.testing.assert_array_equal(batch["y"], [300, 300, 300])


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64, np.bool_])
def test_inputs_are_float32(dtype):
    dataset = preprocess(rows(a=np.ones((3, 2), dtype), label=np.float32([1.5, 2.5, 3.5])))
    assert dataset.element_spec["x"] == tf.TensorSpec([None, 2], tf.float32)
    assert dataset.element_spec["y"] == tf.TensorSpec([None], tf.float32)
    np.testing.assert_array_equal(batches(dataset)[0]["x"], np.ones((3, 2)))


def test_texts_are_named():
    with pytest.raises(ValueError, match="numbers in its elements, and 'label' is of type string"):
        preprocess(rows(a=np.ones((3, 2)), label=np.array(["x", "y", "z"])))


def test_what_to_do_with_more_parts_does_it():
    dataset = rows(
        bill=np.float32([[39.1, 18.7], [39.5, 17.4]]),
        male=np.int64([[1], [0]]),
        label=np.int32([0, 1]),
    )
    with pytest.raises(ValueError, match="beside 'label' it has 'bill', 'male'") as caught:
        preprocess(dataset)
    call = str(caught.value).partition("leave some out: ")[2].rstrip(".")
    together = eval(call, {"dataset": dataset, "tf": tf})
    (batch,) = batches(preprocess(together, shuffle_buffer=1))
    np.testing.assert_allclose(batch["x"], [[39.1, 18.7, 1], [39.5, 17.4, 0]])


def test_standardized_features_have_mean_0_and_variance_1():
    features = np.random.default_rng(0).normal([1000.0, -3.0], [50.0, 0.1], (40, 2))
    dataset = rows(features=features, label=np.arange(40))
    mapped = dataset.map(standardize(features.mean(axis=0), features.var(axis=0)))
    assert list(mapped.element_spec) == list(dataset.element_spec)
    (batch,) = batches(mapped.batch(40))
    np.testing.assert_allclose(batch["features"].mean(axis=0), [0, 0], atol=1e-4)
    np.testing.assert_allclose(batch["features"].var(axis=0), [1, 1], atol=1e-4)
    np.testing.assert_array_equal(batch["label"], np.arange(40))


def test_standardizing_keeps_what_is_missing_and_divides_by_no_zero():
    dataset = rows(features=np.float32([[1, 5, np.nan]]), label=[7])
    (element,) = batches(dataset.map(standardize([1.0, 5.0, 0.0], [4.0, 0.0, 1.0])))
    np.testing.assert_array_equal(element["features"], [0, 0, np.nan])


def test_a_variance_below_zero():
    with pytest.raises(ValueError, match="variance must be 0 or more, and it holds -1"):
        standardize([0.0, 0.0], [1.0, -1.0])


def test_a_client_id_in_place_of_its_dataset():
    message = re.escape(
        "dataset must be a tf.data.Dataset, and it is the text 'writer_04'; "
        "client_data.create_tf_dataset_for_client('writer_04') gives the dataset."
    )
    with pytest.raises(TypeError, match=message):
        preprocess("writer_04")


def test_examples_that_are_not_in_a_dataset(examples):
    message = "dataset must be a tf.data.Dataset, and it is of type list"
    with pytest.raises(TypeError, match=message):
        preprocess(list(examples))


def test_images_of_another_size():
    dataset = tf.data.Dataset.from_tensor_slices(
        {"pixels": np.zeros((3, 8, 5), np.float32), "label": np.zeros(3, np.int32)}
    )
    assert preprocess(dataset).element_spec["x"].shape.as_list() == [None, 40]


def test_clients_have_orders_of_their_own():
    same = {"pixels": np.zeros((40, 2, 2), np.float32), "label": np.arange(40, dtype=np.int32)}
    twins = tff.simulation.datasets.TestClientData({"a": same, "b": same})
    first, second = (batches(d)[0]["y"] for d in make_federated_data(twins, ["a", "b"]))
    (alone,) = (batches(d)[0]["y"] for d in make_federated_data(twins, ["b"]))
    assert (first != second).any()
    np.testing.assert_array_equal(second, alone)


def test_no_clients(train):
    with pytest.raises(ValueError, match="client_ids is empty; a round needs at least one client"):
        make_federated_data(train, [])


def test_unknown_client(train):
    with pytest.raises(ValueError, match="'writer_14', which is not a client; there are 14"):
        make_federated_data(train, ["writer_14"])
