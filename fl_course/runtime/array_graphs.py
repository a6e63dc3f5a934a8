"""Writes down the graph of a client's batches without making the client's dataset.

The graphs of two clients with the same steps differ in the clients' arrays and the seeds of the
shuffle alone. So TensorFlow makes the graph for one example, once, and each client's arrays and
seeds are put into it.
"""

import collections
import functools
import weakref
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import graph_pb2, node_def_pb2
from tensorflow.python.eager import context

from fl_course.runtime import client_data
from fl_course.runtime.late_datasets import Arrays, LateDataset

# TFF refuses 100 MB; what is larger than this goes TFF's way, and TFF says so.
_LARGEST = 90_000_000  # bytes
_MOST_TEMPLATES = 64
_SLICES = "TensorSliceDataset"
_LEVEL = 1  # of zlib

Columns = Mapping[str, np.ndarray]
Steps = Callable[[tf.data.Dataset, np.ndarray], tf.data.Dataset]

_Specs = tuple[tuple[tuple[int, ...], str], ...]  # of columns: an example's shape, and the dtype

# By what makes the arrays, and what makes columns of them, these as compressed nodes of a graph:
# the arrays are the same ones each time.
_columns: weakref.WeakKeyDictionary[
    Callable[[], Arrays], dict[Callable[[Arrays], Columns], tuple[_Specs, bytes]]
] = weakref.WeakKeyDictionary()


def late_batches(
    make: Callable[[], tf.data.Dataset],
    element_spec: collections.OrderedDict[str, tf.TensorSpec],
    size: int,
    *,
    arrays: Callable[[], Arrays],
    columns: Callable[[Arrays], Columns],
    steps: Steps,
    seeds: np.ndarray,
) -> tf.data.Dataset:
    """A dataset of batches whose graph is written down from arrays.

    Args:
        make: Makes the dataset itself, where it is read in this process.
        element_spec: What its elements are, in the alphabetical order of their names.
        size: How many there are.
        arrays: See `late_datasets.arrays_of`.
        columns: Makes arrays [n, ...] out of these, with the names of `element_spec`; the same
            function for all clients.
        steps: Makes, of a dataset of these columns' slices, one with the same elements as `make`
            does. It has one shuffle at most, and that has the seeds; the same function for all
            clients.
        seeds: int64 [2].
    """
    first, second = map(int, seeds)
    serialize = functools.partial(_serialize, arrays, columns, steps, (first, second))
    return LateDataset(make, element_spec, size, serialize=serialize)


def _serialize(
    arrays: Callable[[], Arrays],
    columns: Callable[[Arrays], Columns],
    steps: Steps,
    seeds: tuple[int, int],
) -> bytes | None:
    kept = _columns.setdefault(arrays, {})
    if columns not in kept:
        made = columns(arrays())
        if sum(column.nbytes for column in made.values()) > _LARGEST:
            return None
        specs = tuple((column.shape[1:], column.dtype.str) for column in made.values())
        kept[columns] = specs, _nodes(list(made.values()))
    specs, column_nodes = kept[columns]
    # A new name each time: a dataset may be in a cohort twice, and each has an order of its own.
    return _template(steps, specs).fill(column_nodes, seeds, client_data.new_state_name())


def _nodes(columns: Sequence[np.ndarray]) -> bytes:
    """A serialized graph of columns alone, whose names are their numbers."""
    graph = graph_pb2.GraphDef()
    for i, column in enumerate(columns):
        node = node_def_pb2.NodeDef(op="Const", name=_name(i))
        proto = node.attr["value"].tensor
        proto.dtype = tf.as_dtype(column.dtype).as_datatype_enum
        for size in column.shape:
            proto.tensor_shape.dim.add(size=size)
        proto.tensor_content = column.tobytes()
        node.attr["dtype"].type = proto.dtype
        graph.node.extend(client_data.packed(node, lambda content: zlib.compress(content, _LEVEL)))
    return graph.SerializeToString()


def _name(number: int) -> str:
    return f"Column/_{number}"


class _Template:
    """The graph of a dataset, but for its columns, its seeds and the name of its shuffle's state.

    Args:
        graph: The whole graph, of any client.
    """

    def __init__(self, graph: graph_pb2.GraphDef) -> None:
        (slices,) = (node for node in graph.node if node.op == _SLICES)
        self._own = client_data.seed_nodes(graph)
        left_out = {*slices.input, *(node.name for node in self._own)}
        slices.input[:] = [_name(i) for i in range(len(slices.input))]
        rest = graph_pb2.GraphDef(versions=graph.versions, library=graph.library)
        rest.node.extend(node for node in graph.node if node.name not in left_out)
        self._rest = rest.SerializeToString()

    def fill(self, columns: bytes, seeds: tuple[int, int], state_name: str) -> bytes:
        """Writes down a client's graph.

        Args:
            columns: From `_nodes`.
            seeds: Of the shuffle, if there is one.
            state_name: Of the shuffle's state.
        """
        own = graph_pb2.GraphDef(node=self._own)
        if own.node:
            for node, seed in zip(own.node[:2], seeds, strict=True):
                value = node.attr["value"].tensor
                value.Clear()
                value.dtype = tf.int64.as_datatype_enum
                value.tensor_shape.SetInParent()
                value.int64_val.append(seed)
            own.node[2].attr["value"].tensor.resource_handle_val[0].name = state_name
        # Serialized graphs, one behind the other, are one graph with the nodes of all of them.
        return self._rest + own.SerializeToString() + columns


@functools.lru_cache(maxsize=_MOST_TEMPLATES)
def _template(steps: Steps, specs: _Specs) -> _Template:
    with tf.init_scope(), context.eager_mode():
        example = tuple(np.zeros((1, *shape), dtype) for shape, dtype in specs)
        seeds = np.array([1, 2], np.int64)
        dataset = steps(tf.data.Dataset.from_tensor_slices(example), seeds)
        graph = graph_pb2.GraphDef.FromString(client_data._serialize_whole(dataset))
    return _Template(graph)
