"""Sends client data to the worker in fewer bytes.

TFF sends a client's dataset as a graph that holds the client's examples and the steps that make
batches of them. Examples compress well, images most of all, and what is not sent need not be
copied, kept and copied again in the worker, once for each client of a round.
"""

import collections
import dataclasses
import hashlib
import itertools
import secrets
import threading
import weakref
import zlib
from collections.abc import Callable, Hashable, Sequence

import tensorflow as tf
from tensorflow.core.framework import graph_pb2, node_def_pb2
from tensorflow_federated.python.core.impl.executors import value_serialization

from fl_course.runtime.late_datasets import LateDataset

_SMALL = 4096  # bytes; what is smaller is not worth the two operations that unpack it
_WORTH_IT = 0.7  # compressed to at most this share of its size
_LEVEL = 1  # zlib's fastest: the higher ones take up to ten times as long for a tenth less
_KEPT_BYTES = 256_000_000  # of compressed examples, for the rounds in which a client comes again
# DecodeRaw makes these out of bytes.
_UNPACKABLE = {
    dtype.as_datatype_enum
    for dtype in (
        *(tf.float16, tf.float32, tf.float64),
        *(tf.uint8, tf.uint16, tf.int8, tf.int16, tf.int32, tf.int64),
    )
}

# What is in the graph of a dataset that has the same elements at all times: datasets, constants
# and, here, what unpacks them. A variable, a lookup table and a random generator are written down
# with the value that they have at the moment, by operations of their own.
_CONSTANT = {"Const", "DecodeCompressed", "DecodeRaw", "Reshape", "_Retval"}

_serialize_whole = value_serialization._serialize_dataset
# A dataset never changes, unless it reads something that does: such a one is not kept.
_serialized: weakref.WeakKeyDictionary[tf.data.Dataset, bytes] = weakref.WeakKeyDictionary()


@dataclasses.dataclass(frozen=True)
class _Recipe:
    """How a client's dataset was made: in another round all but the seeds is the same.

    Attributes:
        examples: The client's examples.
        steps: What was done with them, seeds aside; equal for equal steps.
        seeds: The two numbers that its only shuffle was given.
    """

    examples: tf.data.Dataset
    steps: Hashable
    seeds: tuple[int, int]


_recipes: weakref.WeakKeyDictionary[tf.data.Dataset, _Recipe] = weakref.WeakKeyDictionary()
# By examples and steps the graph to put seeds into; nothing in its place when it was met once.
_templates: weakref.WeakKeyDictionary[
    tf.data.Dataset, dict[Hashable, graph_pb2.GraphDef | None]
] = weakref.WeakKeyDictionary()
_KEPT_TEMPLATES = 4  # for each client
_PROCESS = secrets.token_hex(8)  # a worker may serve several
_numbers = itertools.count()


class _Packer:
    """Compresses constants, and remembers the results by content, the latest ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._packed: collections.OrderedDict[bytes, bytes] = collections.OrderedDict()
        self._bytes = 0

    def pack(self, content: bytes) -> bytes:
        key = hashlib.sha256(content).digest()
        with self._lock:
            if key in self._packed:
                self._packed.move_to_end(key)
                return self._packed[key]
        packed = zlib.compress(content, _LEVEL)
        with self._lock:
            if key not in self._packed:
                self._packed[key] = packed
                self._bytes += len(packed)
            while self._bytes > _KEPT_BYTES:
                self._bytes -= len(self._packed.popitem(last=False)[1])
        return packed


_packer = _Packer()


def send_compressed() -> None:
    """Has TFF serialize datasets by `serialize` from here on."""
    value_serialization._serialize_dataset = serialize


def serialize(dataset: tf.data.Dataset) -> bytes:
    """Serializes a dataset as TFF does, with its examples compressed.

    Args:
        dataset: Any dataset that TFF can send.

    Returns:
        A serialized GraphDef whose dataset has the same elements in the same order.

    Raises:
        ValueError: If it is too large for TFF's limit of 100 MB.
    """
    if isinstance(dataset, LateDataset) and (graph_bytes := dataset.serialize()) is not None:
        return graph_bytes
    graph_bytes = _serialized.get(dataset)
    if graph_bytes is None:
        recipe = _recipes.get(dataset)
        graph = _graph(dataset) if recipe is None else _graph_by_recipe(dataset, recipe)
        graph_bytes = graph.SerializeToString()
        if _is_constant(graph):
            _serialized[dataset] = graph_bytes
    return graph_bytes


def note_recipe(
    dataset: tf.data.Dataset, examples: tf.data.Dataset, steps: Hashable, seeds: Sequence[int]
) -> None:
    """Notes that a dataset differs from others of the same client and steps in the seeds alone.

    Args:
        dataset: Was made of `examples`.
        examples: A client's.
        steps: All that the dataset depends on besides; equal for equal steps.
        seeds: The two that its only shuffle was given.
    """
    first, second = map(int, seeds)
    _recipes[dataset] = _Recipe(examples, steps, (first, second))


def _graph(dataset: tf.data.Dataset) -> graph_pb2.GraphDef:
    return compress(graph_pb2.GraphDef.FromString(_serialize_whole(dataset)))


def _graph_by_recipe(dataset: tf.data.Dataset, recipe: _Recipe) -> graph_pb2.GraphDef:
    templates = _templates.setdefault(recipe.examples, {})
    if (template := templates.get(recipe.steps)) is not None:
        graph = graph_pb2.GraphDef()
        graph.CopyFrom(template)
        first, second, state = seed_nodes(graph)
        for node, seed in zip((first, second), recipe.seeds, strict=True):
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(seed, tf.int64))
        # Where a state of that name is known, as in this process, it has the order of another seed.
        state.attr["value"].tensor.resource_handle_val[0].name = new_state_name()
        return graph
    graph = _graph(dataset)
    met_before = recipe.steps in templates
    while len(templates) >= _KEPT_TEMPLATES:
        del templates[next(iter(templates))]
    # Where the examples were shuffled before, it is not told which of the seeds are ours.
    is_template = met_before and _is_constant(graph) and seed_nodes(graph)
    templates[recipe.steps] = graph if is_template else None
    return graph


def _is_constant(graph: graph_pb2.GraphDef) -> bool:
    """Whether another time the dataset would be written down the same."""
    return all(node.op in _CONSTANT or "Dataset" in node.op for node in graph.node)


def new_state_name() -> str:
    """A name for the state of a shuffle that no other one has, at whatever worker."""
    return f"{_PROCESS}/{next(_numbers)}"


def seed_nodes(graph: graph_pb2.GraphDef) -> list[node_def_pb2.NodeDef]:
    """The constants that a graph's only shuffle gets its two seeds and the name of its state from.

    Returns:
        The three of them; none if there are several shuffles.
    """
    by_name = {node.name: node for node in graph.node}
    shuffles = [node for node in graph.node if node.op == "ShuffleDatasetV3"]
    return [by_name[name] for name in shuffles[0].input[2:5]] if len(shuffles) == 1 else []


def compress(graph: graph_pb2.GraphDef) -> graph_pb2.GraphDef:
    """Compresses the large constants of a dataset's graph.

    Args:
        graph: A dataset's graph.

    Returns:
        A graph of the same dataset.
    """
    compressed = graph_pb2.GraphDef(versions=graph.versions, library=graph.library)
    for node in graph.node:
        compressed.node.extend(packed(node, _packer.pack))
    return compressed


def packed(
    node: node_def_pb2.NodeDef, pack: Callable[[bytes], bytes]
) -> list[node_def_pb2.NodeDef]:
    """Nodes that give what a constant gives; any other one as it is, or one that is no smaller.

    Args:
        node: Of a graph.
        pack: Compresses as zlib does.
    """
    value = node.attr["value"].tensor
    content = value.tensor_content
    if node.op != "Const" or len(content) < _SMALL or value.dtype not in _UNPACKABLE:
        return [node]
    compressed = pack(content)
    if len(compressed) > _WORTH_IT * len(content):
        return [node]

    def new(op: str, name: str, *inputs: str) -> node_def_pb2.NodeDef:
        return node_def_pb2.NodeDef(op=op, name=name, input=inputs)

    def constant(name: str, value: object) -> node_def_pb2.NodeDef:
        made = new("Const", name)
        proto = tf.make_tensor_proto(value)
        made.attr["dtype"].type = proto.dtype
        made.attr["value"].tensor.CopyFrom(proto)
        return made

    shape = [dimension.size for dimension in value.tensor_shape.dim]
    name = node.name
    unpack = new("DecodeCompressed", f"{name}/unpacked", f"{name}/packed")
    unpack.attr["compression_type"].s = b"ZLIB"
    decode = new("DecodeRaw", f"{name}/flat", f"{name}/unpacked")
    decode.attr["out_type"].type = value.dtype
    decode.attr["little_endian"].b = True
    reshape = new("Reshape", name, f"{name}/flat", f"{name}/shape")
    reshape.attr["T"].type = value.dtype
    reshape.attr["Tshape"].type = tf.int64.as_datatype_enum
    return [
        constant(f"{name}/packed", compressed),
        constant(f"{name}/shape", tf.constant(shape, tf.int64).numpy()),
        unpack,
        decode,
        reshape,
    ]
