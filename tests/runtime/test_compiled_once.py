"""What TFF's compiler did before is not done again, and comes out the same."""

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow.python.grappler import tf_optimizer  # noqa: E402
from tensorflow_federated.python.core.environments.tensorflow_backend import (  # noqa: E402
    graph_optimizations,
)
from tensorflow_federated.python.core.impl.types import type_serialization  # noqa: E402

from fl_course import algorithms, models  # noqa: E402
from fl_course.runtime import compiled_once, context  # noqa: E402

MODEL = models.functional_model()


def compiled(rate):
    process = algorithms.build_fed_avg(MODEL, client_learning_rate=rate)
    return context.compile_native(process.next)


def test_processes_that_differ_in_a_rate_have_most_graphs_optimized_once():
    compiled(0.5)
    before = compiled_once._optimized.cache_info()
    compiled(0.6)
    after = compiled_once._optimized.cache_info()
    assert after.misses - before.misses <= 2
    assert after.hits - before.hits >= 8


def test_what_is_remembered_is_what_the_optimizer_gives(monkeypatch):
    @tff.tensorflow.computation(np.float32, np.float32)
    def comp(x, y):
        return 2.0 * (x + y) - tf.constant(3.0) * tf.constant(4.0)

    def graphs(comp):
        found = []
        optimize = graph_optimizations.optimize_graph_spec

        def note(spec, config):
            found.append(optimize(spec, config).graph_def.SerializeToString(deterministic=True))
            return optimize(spec, config)

        with monkeypatch.context() as patched:
            patched.setattr(graph_optimizations, "optimize_graph_spec", note)
            context.compile_native(comp)
        return found

    first, again = graphs(comp), graphs(comp)
    monkeypatch.setattr(graph_optimizations, "tf_optimizer", tf_optimizer)
    assert first
    assert first == again == graphs(comp)


def test_what_is_given_back_can_be_changed_without_harm():
    graph = tf.Graph()
    with graph.as_default():
        tf.identity(tf.compat.v1.placeholder(tf.float32, [2], "x"), "y")
        meta = tf.compat.v1.train.export_meta_graph(graph=graph)
    meta.collection_def["train_op"].node_list.value.append("y")
    config = tf.compat.v1.ConfigProto()
    first = compiled_once._optimize(config, meta)
    first.node[0].name = "changed"
    assert compiled_once._optimize(config, meta).node[0].name != "changed"


@pytest.mark.parametrize(
    "type_spec",
    [
        tff.TensorType(np.float32, [None, 3]),
        tff.SequenceType([("b", np.int32), ("a", np.str_)]),
        tff.FunctionType(tff.FederatedType(np.int32, tff.CLIENTS), np.bool_),
        tff.FederatedType(tff.StructType([np.int32, ("x", np.float64)]), tff.SERVER),
    ],
    ids=str,
)
def test_types_are_read_as_tff_reads_them(type_spec):
    proto = type_serialization.serialize_type(type_spec)
    assert type_serialization.deserialize_type(proto) == compiled_once._read_type(proto)
    assert type_serialization.deserialize_type(proto) == type_spec


def test_a_type_that_can_t_be_read_is_told_each_time():
    nothing = compiled_once.computation_pb2.Type()
    for _ in range(2):
        with pytest.raises(NotImplementedError, match="Unknown type variant"):
            type_serialization.deserialize_type(nothing)
