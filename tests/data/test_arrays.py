"""Arrays as client data."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from fl_course import data

SIGNALS = np.arange(24.0).reshape(4, 2, 3)


def read(client_ids=("b", "a", "b", "a"), label=(0, 1, 1, 0), **arrays):
    return data.from_arrays(client_ids, label=label, **{"signal": SIGNALS, **arrays})


def told(*arguments, **arrays):
    with pytest.raises((TypeError, ValueError)) as caught:
        read(*arguments, **arrays)
    return str(caught.value)


def test_examples_go_to_their_clients():
    clients = read(age=[1, 2, 3, 4])
    assert clients.client_ids == ["a", "b"]
    parts, labels = data.pool(clients, ["a"])
    assert parts["age"].tolist() == [2, 4]
    np.testing.assert_array_equal(parts["signal"], SIGNALS[[1, 3]])
    assert labels.tolist() == [1, 0]
    assert clients.element_type_structure == {
        "age": tf.TensorSpec([], tf.int32),
        "label": tf.TensorSpec([], tf.int32),
        "signal": tf.TensorSpec([2, 3], tf.float32),
    }
    assert clients.schema.features == (
        data.Feature("age", "number"),
        data.Feature("signal", "array", size=6),
    )
    assert clients.schema.entries[-1] == "signal[5]"
    assert str(clients.schema).splitlines()[-1] == "signal  feature  6 numbers"


def test_one_array_is_pooled_by_itself():
    np.testing.assert_array_equal(data.pool(read())[0], SIGNALS[[1, 3, 0, 2]])


@pytest.mark.parametrize(
    ("label", "classes", "stored"),
    [
        ([0, 3, 3, 0], ("0", "1", "2", "3"), [0, 3, 3, 0]),
        (np.uint8([0, 3, 3, 0]), ("0", "1", "2", "3"), [0, 3, 3, 0]),
        (["no", "yes", "yes", "no"], ("no", "yes"), [0, 1, 1, 0]),
        (np.array(["no", "yes", "yes", "no"]), ("no", "yes"), [0, 1, 1, 0]),
        (pd.Series(["no", "yes", "yes", "no"]), ("no", "yes"), [0, 1, 1, 0]),
        ([False, True, True, False], ("False", "True"), [0, 1, 1, 0]),
        ([0.5, 1.0, 2.0, 3.0], None, [0.5, 1.0, 2.0, 3.0]),
    ],
)
def test_what_labels_are(label, classes, stored):
    clients = read(label=label)
    assert clients.schema.classes == classes
    assert data.pool(clients)[1].tolist() == [stored[i] for i in (1, 3, 0, 2)]


def test_what_is_inferred_can_be_said():
    assert read(classes=["no", "yes", "perhaps"]).schema.num_labels == 3
    assert read(classes=False).element_type_structure["label"].dtype == tf.float32
    assert read(label=[10, 20, 20, 10], classes=True).schema.classes == ("10", "20")


def test_ids_are_texts_or_integers():
    assert read([10, 9, 10, 9]).client_ids == ["9", "10"]
    assert read(np.array(["b", "a", "b", "a"])).client_ids == ["a", "b"]
    assert read(pd.Series(list("baba"), index=[5, 5, 6, 6])).client_ids == ["a", "b"]


def test_numbers_are_kept_in_32_bits():
    def stored(array):
        return read(signal=array).element_type_structure["signal"].dtype

    assert stored(np.float64([1, 2, 3, 4])) == tf.float32
    assert stored(np.float16([1, 2, 3, 4])) == tf.float32
    assert stored(np.int64([1, 2, 3, 4])) == tf.int32
    assert stored(np.uint8([1, 2, 3, 4])) == tf.uint8
    assert stored(tf.constant([1.0, 2.0, 3.0, 4.0])) == tf.float32
    assert "row 3, column 'signal', client 'a' holds integers of more than 32" in told(
        signal=[1, 2, 3, 2**40]
    )


def test_missing_and_infinite_numbers():
    gap = SIGNALS.copy()
    gap[1, 0, 0] = np.nan
    assert told(signal=gap).startswith("row 1, column 'signal', client 'a' holds NaN; rows that do")
    assert np.isnan(data.pool(read(signal=gap, missing="keep"))[0]).sum() == 1
    assert len(data.pool(read(signal=gap, missing="drop"), ["a"])[1]) == 1
    gap[1, 0, 0] = np.inf
    assert "row 1, column 'signal', client 'a' holds a number that is infinite" in told(signal=gap)
    assert "row 0, column 'label', client 'b' has no label" in told(label=[np.nan, 1.5, 2, 3])
    with pytest.raises(ValueError, match="arrays have no example that has all its values"):
        read(signal=gap * np.nan, missing="drop")


def test_labels_out_of_range():
    assert told(label=[0, -1, 1, 0]).startswith(
        "row 1, column 'label', client 'a' holds -1; a class's number is from 0 to 999."
    )
    assert "holds 1; a class's number is from 0 to 0" in told(classes=["no"])


def test_what_is_no_array_of_numbers():
    assert "signal must be an array of numbers, [n, ...], and it is of type object" in told(
        signal=np.array([[1], [2, 3], [4], [5]], dtype=object)
    )
    assert "signal must be an array of numbers" in told(signal=[[1], [2, 3], [4], [5]])
    assert "signal and client_ids must be of the same length, and theirs are 3 and 4" in told(
        signal=[1, 2, 3]
    )
    assert "signal has examples without a number: its shape is [4, 0]" in told(
        signal=np.zeros((4, 0))
    )
    assert "client_ids must have one axis, and it has 2" in told(np.array([["a"]] * 4))
    assert "label must be texts, and it is bytes; decode them" in told(label=np.array([b"a"] * 4))
    with pytest.raises(TypeError, match="arrays are missing: give one by name"):
        data.from_arrays(["a"], label=[0])


def test_the_arrays_given_are_copied():
    images = np.zeros((4, 2), np.float32)
    clients = read(signal=images)
    images += 1
    assert data.pool(clients)[0].sum() == 0
