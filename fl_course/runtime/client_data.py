"""Sends client data to the worker in fewer bytes.

TFF sends a client's dataset as a graph that holds the client's examples and the steps that make
batches of them. Examples compress well, images most of all, and what is not sent need not be
copied, kept and copied again in the worker, once for each client of a round.
"""

import collections
import hashlib
import threading
import weakref
import zlib

import tensorflow as tf
from tensorflow.core.framework import graph_pb2, node_def_pb2
from tensorflow_federated.python.core.impl.executors import value_serialization

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

_serialize_whole = value_serialization._serialize_dataset
# A dataset never changes, and what it is derived from doesn't either.
_serialized: weakref.WeakKeyDictionary[tf.data.Dataset, bytes] = weakref.WeakKeyDictionary()


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
    graph_bytes = _serialized.get(dataset)
    if graph_bytes is None:
        graph = graph_pb2.GraphDef.FromString(_serialize_whole(dataset))
        graph_bytes = compress(graph).SerializeToString()
        _serialized[dataset] = graph_bytes
    return graph_bytes


def compress(graph: graph_pb2.GraphDef) -> graph_pb2.GraphDef:
    """Compresses the large constants of a dataset's graph.

    Args:
        graph: A dataset's graph.

    Returns:
        A graph of the same dataset.
    """
    compressed = graph_pb2.GraphDef(versions=graph.versions, library=graph.library)
    for node in graph.node:
        compressed.node.extend(_packed(node) or [node])
    return compressed


def _packed(node: node_def_pb2.NodeDef) -> list[node_def_pb2.NodeDef]:
    """Nodes that give what a constant gives; none where that would not be smaller."""
    value = node.attr["value"].tensor
    content = value.tensor_content
    if node.op != "Const" or len(content) < _SMALL or value.dtype not in _UNPACKABLE:
        return []
    packed = _packer.pack(content)
    if len(packed) > _WORTH_IT * len(content):
        return []

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
        constant(f"{name}/packed", packed),
        constant(f"{name}/shape", tf.constant(shape, tf.int64).numpy()),
        unpack,
        decode,
        reshape,
    ]
