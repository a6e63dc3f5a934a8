"""Puts a client's whole training loop into one graph.

A client's loop over its batches is TensorFlow's operation ReduceDataset, which calls a function for
each batch. TFF's worker starts with a fresh function runtime for every client, so each client pays
anew for that function and for every function in it: more than for the arithmetic. Here the loop is
rewritten before TFF optimizes the graph: TFF's optimizer then puts the function's operations in
place of its calls, the worker prepares that one graph once, and a client costs what it computes.
"""

import tensorflow as tf
import tensorflow_federated as tff
from tensorflow.core.framework import attr_value_pb2, function_pb2, graph_pb2, node_def_pb2
from tensorflow.python.framework import op_def_registry
from tensorflow_federated.python.core.impl.compiler import building_blocks, transformation_utils
from tensorflow_federated.python.core.impl.computation import computation_impl
from tensorflow_federated.python.core.impl.context_stack import context_stack_impl

_REDUCE = "ReduceDataset"
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
# Operations that keep nothing of one client for the next. Any other one that counts as stateful,
# such as a random generator, would go on where the last client left it, since the graph is kept;
# and which client that was is chance.
_HARMLESS_STATE = {
    *_CALLS,
    "Assert",
    "AssignAddVariableOp",
    "AssignSubVariableOp",
    "AssignVariableOp",
    "Case",
    "If",
    "ReadVariableOp",
    "ResourceGather",
    "VarIsInitializedOp",
    "While",
}

_Functions = dict[str, function_pb2.FunctionDef]


def compile_native(comp: tff.framework.ConcreteComputation) -> tff.framework.ConcreteComputation:
    """TFF's compiler for its native backend, with the clients' loops in one graph each.

    Args:
        comp: The computation to compile.

    Returns:
        The computation as the worker executes it.
    """
    return tff.backends.native.desugar_and_transform_to_native(_with_open_loops(comp))


def _with_open_loops(
    comp: tff.framework.ConcreteComputation,
) -> tff.framework.ConcreteComputation:
    def open_loops(
        block: building_blocks.ComputationBuildingBlock,
    ) -> tuple[building_blocks.ComputationBuildingBlock, bool]:
        if not isinstance(block, building_blocks.CompiledComputation):
            return block, False
        proto = block.proto
        if proto.WhichOneof("computation") != "tensorflow":
            return block, False
        graph = graph_pb2.GraphDef()
        proto.tensorflow.graph_def.Unpack(graph)
        if not open_loops_of_graph(graph):
            return block, False
        opened = type(proto)()
        opened.CopyFrom(proto)
        opened.tensorflow.graph_def.Pack(graph)
        # The worker keeps graphs by this id; TFF's compiler sets a new one.
        opened.tensorflow.ClearField("cache_key")
        return building_blocks.CompiledComputation(opened, block._name, block.type_signature), True

    block, changed = transformation_utils.transform_postorder(comp.to_building_block(), open_loops)
    if not changed:
        return comp
    return computation_impl.ConcreteComputation(
        computation_proto=block.proto,
        context_stack=context_stack_impl.context_stack,
        annotated_type=comp.type_signature,
    )


def open_loops_of_graph(graph: graph_pb2.GraphDef) -> bool:
    """Replaces every ReduceDataset of a graph, in its functions too, by a call of an equal loop.

    A loop stays as it is where it keeps a state of its own, such as that of a random generator.

    Args:
        graph: Changed in place.

    Returns:
        Whether there was one to replace.
    """
    functions = {function.signature.name: function for function in graph.library.function}
    added: _Functions = {}
    changed = False
    for node in graph.node:
        if _can_open(node, functions):
            _open(node, graph, functions, added)
            changed = True
    for function in list(graph.library.function):
        opened = [node for node in function.node_def if _can_open(node, functions)]
        for node in opened:
            _open(node, graph, functions, added)
            _rename_outputs(function, node.name)
            changed = True
    graph.library.function.extend(added.values())
    return changed


def _can_open(node: node_def_pb2.NodeDef, functions: _Functions) -> bool:
    return node.op == _REDUCE and not _keeps_state(node.attr["f"].func.name, functions)


def _keeps_state(name: str, functions: _Functions) -> bool:
    """Whether a function, or one that it calls, has operations with a state of their own."""
    for node in functions[name].node_def:
        op_def = op_def_registry.get(node.op)
        if node.op not in functions and (
            op_def is None or (op_def.is_stateful and node.op not in _HARMLESS_STATE)
        ):
            return True
        called = [node.op] if node.op in functions else []
        for attr in node.attr.values():
            called += [f.name for f in (attr.func, *attr.list.func) if f.name in functions]
        if any(_keeps_state(other, functions) for other in called):
            return True
    return False


def _open(
    node: node_def_pb2.NodeDef,
    graph: graph_pb2.GraphDef,
    functions: _Functions,
    added: _Functions,
) -> None:
    """Turns a ReduceDataset into the call of a loop that gives the same."""
    loop = _loop(node, graph, functions)
    for function in loop.graph.as_graph_def().library.function:
        if function.signature.name not in functions:
            added[function.signature.name] = function
    added[loop.function_def.signature.name] = loop.function_def

    state_types = list(node.attr["Tstate"].list.type)
    argument_types = list(node.attr["Targuments"].list.type)
    node.op = "StatefulPartitionedCall"
    node.attr.clear()
    node.attr["f"].func.name = loop.function_def.signature.name
    node.attr["Tin"].CopyFrom(_types([tf.variant.as_datatype_enum, *state_types, *argument_types]))
    node.attr["Tout"].CopyFrom(_types(state_types))


def _loop(
    node: node_def_pb2.NodeDef, graph: graph_pb2.GraphDef, functions: _Functions
) -> tf.types.experimental.ConcreteFunction:
    """A function of dataset, first state and further arguments that does what the node does."""
    attributes = {name: node.attr[name] for name in node.attr}
    step = attributes["f"].func.name
    state_types = [tf.as_dtype(t) for t in attributes["Tstate"].list.type]
    argument_types = [tf.as_dtype(t) for t in attributes["Targuments"].list.type]
    step_types = [tf.as_dtype(arg.type) for arg in functions[step].signature.input_arg]
    element_types = step_types[len(state_types) : len(step_types) - len(argument_types)]
    any_shapes = [tf.TensorShape(None)] * len(element_types)
    library = graph_pb2.GraphDef(versions=graph.versions, library=graph.library)
    call = _CALLS[functions[step].signature.is_stateful]

    def new_node(op: str, inputs: list[tf.Tensor], attrs: dict[str, object]) -> list[tf.Tensor]:
        tf.graph_util.import_graph_def(library, name="")
        tf_graph = tf.compat.v1.get_default_graph()
        return tf_graph.create_op(op, inputs, state_types, attrs=attrs).outputs

    def loop(dataset: tf.Tensor, *state_and_arguments: tf.Tensor) -> list[tf.Tensor]:
        first_state = list(state_and_arguments[: len(state_types)])
        arguments = list(state_and_arguments[len(state_types) :])
        size = tf.raw_ops.DatasetCardinality(input_dataset=dataset)

        def batch_by_batch() -> list[tf.Tensor]:
            iterator = tf.raw_ops.AnonymousIteratorV3(
                output_types=element_types, output_shapes=any_shapes
            )
            tf.raw_ops.MakeIterator(dataset=dataset, iterator=iterator)

            def body(i: tf.Tensor, *state: tf.Tensor) -> list[tf.Tensor]:
                element = tf.raw_ops.IteratorGetNextSync(
                    iterator=iterator, output_types=element_types, output_shapes=any_shapes
                )
                attrs = {
                    "f": attributes["f"],
                    "Tin": _types([t.as_datatype_enum for t in step_types]),
                    "Tout": attributes["Tstate"],
                }
                return [i + 1, *new_node(call, [*state, *element, *arguments], attrs)]

            _, *state = tf.while_loop(
                lambda i, *_: i < size,
                body,
                [tf.constant(0, tf.int64), *first_state],
                # A state's shape may change from batch to batch.
                shape_invariants=[tf.TensorShape([])] + [tf.TensorShape(None)] * len(state_types),
                parallel_iterations=1,
            )
            return state

        def as_before() -> list[tf.Tensor]:
            return new_node(_REDUCE, [dataset, *first_state, *arguments], attributes)

        # A dataset whose size is not known beforehand, as after a filter, can't be counted through.
        return tf.cond(size >= 0, batch_by_batch, as_before)

    signature = [
        tf.TensorSpec([], tf.variant),
        *(tf.TensorSpec(None, t) for t in (*state_types, *argument_types)),
    ]
    with tf.init_scope():
        return tf.function(loop, input_signature=signature, autograph=False).get_concrete_function()


def _rename_outputs(function: function_pb2.FunctionDef, name: str) -> None:
    """Has a function's nodes and results read a call's outputs, which have another name."""
    before, after = f"{name}:components:", f"{name}:output:"
    for node in function.node_def:
        for i, source in enumerate(node.input):
            if source.startswith(before):
                node.input[i] = after + source.removeprefix(before)
    for result, source in function.ret.items():
        if source.startswith(before):
            function.ret[result] = after + source.removeprefix(before)


def _types(types: list[int]) -> attr_value_pb2.AttrValue:
    return attr_value_pb2.AttrValue(list=attr_value_pb2.AttrValue.ListValue(type=types))
