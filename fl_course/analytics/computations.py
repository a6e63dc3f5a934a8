"""Counts of clients' values as federated computations: each client tells sums, and no value."""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

import collections

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import check_integer

_MOST_CELLS = 2**20


def label_histogram(num_labels: int = 10) -> tff.Computation:
    """Builds the histogram of all clients' labels.

    Each client counts its labels; the server gets the sum. Labels out of range count nowhere.

    Args:
        num_labels: How many labels there are, from 0.

    Returns:
        A computation `({int32*}@CLIENTS -> int32[num_labels]@SERVER)`.

    Raises:
        ValueError: If `num_labels` is not a whole number from 1 to 2**20.
    """
    num_labels = check_integer("num_labels", num_labels, 1, _MOST_CELLS)

    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def own_counts(labels):
        return labels.reduce(
            tf.zeros([num_labels], tf.int32),
            lambda counts, label: counts + tf.one_hot(label, num_labels, dtype=tf.int32),
        )

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
    def histogram(labels):
        return tff.federated_sum(tff.federated_map(own_counts, labels))

    return histogram


def count_at_most() -> tff.Computation:
    """Builds the count of values up to a threshold, which is what a quantile is bisected with.

    Returns:
        A computation `(<{float32*}@CLIENTS,float32@SERVER> -> <at_most=int32,total=int32>@SERVER)`:
        of all clients' values, how many are at most the threshold, and how many there are.
    """

    @tff.tensorflow.computation(tff.SequenceType(np.float32), np.float32)
    def own_counts(values, threshold):
        return collections.OrderedDict(
            at_most=values.reduce(
                tf.constant(0), lambda count, value: count + tf.cast(value <= threshold, tf.int32)
            ),
            total=values.reduce(tf.constant(0), lambda count, _: count + 1),
        )

    @tff.federated_computation(
        tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS),
        tff.FederatedType(np.float32, tff.SERVER),
    )
    def counts(values, threshold):
        at_clients = tff.federated_broadcast(threshold)
        return tff.federated_sum(tff.federated_map(own_counts, (values, at_clients)))

    return counts


def union_of_cells(num_cells: int) -> tff.Computation:
    """Builds the union of clients' sketches: which cells anybody has filled.

    The union is a maximum of zeros and ones. Neither how often a client fills a cell nor how many
    clients do is in it.

    Args:
        num_cells: How many cells there are, from 0.

    Returns:
        A computation `({int32*}@CLIENTS -> int32[num_cells]@SERVER)` of the numbers of the cells
        that each client fills, some more than once.

    Raises:
        ValueError: If `num_cells` is not a whole number from 1 to 2**20.
    """
    num_cells = check_integer("num_cells", num_cells, 1, _MOST_CELLS)

    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def own_sketch(cells):
        return cells.reduce(
            tf.zeros([num_cells], tf.int32),
            lambda sketch, cell: tf.maximum(sketch, tf.one_hot(cell, num_cells, dtype=tf.int32)),
        )

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
    def union(cells):
        return tff.federated_max(tff.federated_map(own_sketch, cells))

    return union
