import numpy as np
import pytest
import tensorflow as tf

from fl_course import analytics


def datasets(clients, dtype):
    return [tf.data.Dataset.from_tensor_slices(np.array(values, dtype)) for values in clients]


def test_histogram_is_that_of_all_labels_an_empty_client_among_them():
    computation = analytics.label_histogram(4)
    assert str(computation.type_signature) == "({int32*}@CLIENTS -> int32[4]@SERVER)"
    clients = [[0, 3, 3], [], [1], [9, -1]]
    assert computation(datasets(clients, np.int32)).tolist() == [1, 1, 0, 2]


def test_values_at_the_threshold_are_counted():
    clients = datasets([[1.0, 2.0, 2.5], [], [2.0, -3.0]], np.float32)
    found = analytics.count_at_most()(clients, 2.0)
    assert [int(found["at_most"]), int(found["total"])] == [4, 5]


def test_union_says_whether_a_cell_is_filled_and_not_how_often():
    computation = analytics.union_of_cells(5)
    clients = datasets([[0, 0, 3], [], [3, 1]], np.int32)
    assert computation(clients).tolist() == [1, 1, 0, 1, 0]


@pytest.mark.parametrize("build", [analytics.label_histogram, analytics.union_of_cells])
def test_sizes_are_bounded(build):
    with pytest.raises(ValueError, match=r"must be an integer .*, and it is 1048577"):
        build(2**20 + 1)
