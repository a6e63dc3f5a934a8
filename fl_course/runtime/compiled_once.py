"""Spares TFF's compiler what it did before.

For each learning process TFF has a dozen graphs optimized, one by one, for each of which TensorFlow
starts and ends a session; and it reads the same types hundreds of times. Processes that differ in a
learning rate have all but two of their graphs in common.
"""

import functools
import types

import tensorflow_federated as tff
from tensorflow.core.framework import graph_pb2
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2
from tensorflow.python.grappler import tf_optimizer
from tensorflow_federated.proto.v0 import computation_pb2
from tensorflow_federated.python.core.environments.tensorflow_backend import graph_optimizations
from tensorflow_federated.python.core.impl.types import type_serialization

_KEPT_GRAPHS = 256  # most have some ten nodes
_KEPT_TYPES = 4096  # they are immutable, and TFF itself keeps one of equal ones

_read_type = type_serialization.deserialize_type


def compile_equal_things_once() -> None:
    """Has TFF's compiler remember graphs and types from here on."""
    graph_optimizations.tf_optimizer = types.SimpleNamespace(OptimizeGraph=_optimize)
    type_serialization.deserialize_type = _type


def _optimize(
    config: config_pb2.ConfigProto, graph: meta_graph_pb2.MetaGraphDef
) -> graph_pb2.GraphDef:
    serialized = (m.SerializeToString(deterministic=True) for m in (config, graph))
    return graph_pb2.GraphDef.FromString(_optimized(*serialized))


@functools.lru_cache(maxsize=_KEPT_GRAPHS)
def _optimized(config: bytes, graph: bytes) -> bytes:
    optimized = tf_optimizer.OptimizeGraph(
        config_pb2.ConfigProto.FromString(config), meta_graph_pb2.MetaGraphDef.FromString(graph)
    )
    return optimized.SerializeToString()


def _type(proto: computation_pb2.Type) -> tff.Type:
    return _type_of_bytes(proto.SerializeToString(deterministic=True))


@functools.lru_cache(maxsize=_KEPT_TYPES)
def _type_of_bytes(serialized: bytes) -> tff.Type:
    return _read_type(computation_pb2.Type.FromString(serialized))
