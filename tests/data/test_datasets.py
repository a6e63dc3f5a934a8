"""The embedded digits as client data."""

import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from fl_course import data
from fl_course.data import digits

# Element structure of tff.simulation.datasets.emnist, which needs a download to be asked.
EMNIST = {
    "label": tf.TensorSpec([], tf.int32),
    "pixels": tf.TensorSpec([28, 28], tf.float32),
}


@pytest.fixture(scope="module")
def parts():
    return data.load("digits")


def test_fourteen_clients_in_both_parts(parts):
    train, test = parts
    assert train.client_ids == [f"writer_{i:02d}" for i in range(14)]
    assert test.client_ids == train.client_ids


def test_elements_are_those_of_federated_emnist(parts):
    for part in parts:
        dataset = part.create_tf_dataset_for_client("writer_00")
        assert dict(dataset.element_spec) == EMNIST
        assert list(dataset.element_spec) == ["label", "pixels"]
        assert dict(part.element_type_structure) == EMNIST


def test_no_image_is_lost_or_in_both_parts(parts):
    train_labels = data.pool(parts[0])[1]
    test_labels = data.pool(parts[1])[1]
    together = np.bincount(train_labels) + np.bincount(test_labels)
    np.testing.assert_array_equal(together, np.bincount(load_digits().target))
    train_images = {image.tobytes() for image in data.pool(parts[0])[0]}
    assert not train_images & {image.tobytes() for image in data.pool(parts[1])[0]}


def test_a_fifth_of_each_writer_is_held_out(parts):
    for client_id in parts[0].client_ids:
        num_train = len(data.pool(parts[0], [client_id])[1])
        num_test = len(data.pool(parts[1], [client_id])[1])
        assert num_test / (num_train + num_test) == pytest.approx(0.2, abs=0.05)


def test_every_writer_has_every_label_in_both_parts(parts):
    for part in parts:
        for counts in data.label_counts(part).values():
            assert counts.shape == (10,)
            assert counts.min() >= 1


def test_pixels_are_ink_on_white_paper(parts):
    images, _ = data.pool(parts[0])
    assert images.dtype == np.float32
    assert images.min() == 0.0
    assert images.max() == 1.0
    frame = images.copy()
    frame[:, 4:-4, 4:-4] = 1.0
    assert (frame == 1.0).all()
    assert images.mean() > 0.7


def test_enlarged_images_keep_the_handwriting(parts):
    source = load_digits().images[0] / 16
    enlarged = 1 - digits.writers()["writer_00"]["pixels"][0][4:-4, 4:-4]
    # Averaged back over 5 x 5 blocks of 4 x 4 source areas, ink is where it was.
    coarse = enlarged.reshape(4, 5, 4, 5).mean(axis=(1, 3))
    expected = source.reshape(4, 2, 4, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(coarse, expected, atol=0.08)


def test_interpolation_of_a_constant_is_that_constant():
    rows = digits._interpolation(8, 20)
    assert rows.shape == (20, 8)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)


@pytest.mark.parametrize("name", ["mnist", "", "Digits", None, 3])
def test_unknown_data_set(name):
    with pytest.raises(ValueError, match="name must be one of 'digits', 'emnist', and it is"):
        data.load(name)


def test_split_of_a_label_written_once_stays_in_train():
    train, test = digits.split(
        {"label": np.array([3, 3, 3, 3, 3, 8]), "pixels": np.zeros((6, 28, 28), np.float32)}
    )
    assert train["label"].tolist() == [3, 3, 3, 3, 8]
    assert test["label"].tolist() == [3]


@pytest.mark.parametrize("file_is_there", [True, False])
def test_source_is_what_scikit_learn_loads(file_is_there, monkeypatch):
    if not file_is_there:
        monkeypatch.setattr(digits.pathlib.Path, "is_file", lambda path: False)
    images, labels = digits._source()
    expected = load_digits()
    np.testing.assert_array_equal(images, expected.images)
    np.testing.assert_array_equal(labels, expected.target)


def test_a_client_s_dataset_is_made_once(parts):
    train, _ = parts
    assert train.create_tf_dataset_for_client("writer_01") is train.create_tf_dataset_for_client(
        "writer_01"
    )


def test_a_dataset_that_a_graph_asked_for_is_not_given_to_another(parts):
    train, _ = parts

    @tf.function
    def number_of_labels(limit):
        dataset = train.create_tf_dataset_for_client("writer_02")
        return dataset.reduce(0, lambda n, example: n + tf.cast(example["label"] < limit, tf.int32))

    # Of each label there are as many in the graph as out of it, before and after.
    counted = [int(number_of_labels(tf.constant(limit))) for limit in (10, 5)]
    outside = [example["label"] for example in train.create_tf_dataset_for_client("writer_02")]
    assert counted == [len(outside), int(np.sum(np.array(outside) < 5))]
    assert int(number_of_labels(tf.constant(5))) == counted[1]
