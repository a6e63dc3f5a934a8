"""A digest of what a TensorFlow graph computes, whatever its nodes and functions are called."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import op_def_registry


def graph_digest(graph: tf.compat.v1.GraphDef, parameter: Any, result: Any) -> str:
    """A digest of a graph's operations: of each, what flows into it, and constants.

    Of constants numbers count, but for those that flow into a seed: Keras and TFF draw such seeds
    anew each time a computation is built. Texts don't count, as they name nodes of the graph. Of an
    operation's settings count dtypes, yes or no, and functions, by what they compute.

    Args:
        graph: The graph, with its library of functions.
        parameter: TFF's binding of the computation's argument to tensors.
        result: The binding of what it gives.

    Returns:
        64 hexadecimal digits.
    """
    functions = _Functions(graph)
    known = {_source(name)[0]: _digest("argument", i) for i, name in enumerate(_tensors(parameter))}
    return functions.digest_of(graph.node, known, _tensors(result))


class _Functions:
    def __init__(self, graph: tf.compat.v1.GraphDef) -> None:
        self._by_name = {each.signature.name: each for each in graph.library.function}
        self._digests: dict[str, str] = {}
        self._take_seeds: dict[str, bool] = {}

    def digest_of(
        self, nodes: Sequence[Any], known: Mapping[str, str], results: Iterable[str]
    ) -> str:
        """Digests the nodes, of which some are known, such as arguments, and the results' order."""
        digests = dict(known)
        by_name = {node.name: node for node in nodes}
        seeds = self._seeds(nodes)
        for node in nodes:
            # Not by recursion: a graph may be longer than Python may recurse.
            waiting = [node.name]
            while waiting:
                current = by_name[waiting[-1]]
                inputs = _inputs(current)
                missing = [name for name, _ in inputs if name not in digests]
                if current.name not in digests and missing:
                    waiting.extend(missing)
                    continue
                waiting.pop()
                if current.name not in digests:
                    flowing = [(digests[name], output) for name, output in inputs]
                    digests[current.name] = _digest(*self._say(current, seeds), flowing)
        ends = [(digests[name], output) for name, output in map(_source, results)]
        return _digest(sorted(digests.values()), ends)

    def _seeds(self, nodes: Sequence[Any]) -> set[str]:
        """The names of nodes and arguments from which something flows into a seed."""
        by_name = {node.name: node for node in nodes}
        waiting = [name for node in nodes for name in self._seeds_of(node)]
        found = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                if name in by_name:
                    waiting += [source for source, _ in _inputs(by_name[name])]
        return found

    def _seeds_of(self, node: Any) -> list[str]:
        """Those of a node's inputs that are seeds, or may be."""
        inputs = [name for name, _ in _inputs(node)]
        if any(self._takes_seeds(function) for function in self._called(node)):
            return inputs  # which of them is which argument differs from operation to operation
        definition = op_def_registry.get(node.op)
        arguments = definition.input_arg if definition else []
        if len(arguments) != len(inputs):  # some are lists; seeds never stand beside them
            return []
        return [
            name
            for name, argument in zip(inputs, arguments, strict=True)
            if argument.name.startswith("seed")
        ]

    def _called(self, node: Any) -> list[str]:
        values = node.attr.values()
        called = [value.func.name for value in values if value.WhichOneof("value") == "func"]
        called += [each.name for value in values for each in value.list.func]
        return [name for name in (node.op, *called) if name in self._by_name]

    def _takes_seeds(self, name: str) -> bool:
        if name not in self._take_seeds:
            self._take_seeds[name] = False  # for a function that calls itself
            function = self._by_name[name]
            arguments = {each.name for each in function.signature.input_arg}
            self._take_seeds[name] = bool(arguments & self._seeds(function.node_def))
        return self._take_seeds[name]

    def _say(self, node: Any, seeds: set[str]) -> tuple[Any, ...]:
        constant = b""
        if node.op == "Const" and node.name not in seeds:
            dtype = tf.as_dtype(node.attr["dtype"].type)
            if dtype.is_floating or dtype.is_integer or dtype.is_bool:
                constant = tf.make_ndarray(node.attr["value"].tensor).tobytes()
        settings = []
        for name, value in sorted(node.attr.items()):
            kind = value.WhichOneof("value")
            if kind in ("b", "type"):
                settings.append((name, getattr(value, kind)))
            elif kind == "func":
                settings.append((name, self._function(value.func.name)))
            elif kind == "list" and value.list.func:
                settings.append((name, [self._function(each.name) for each in value.list.func]))
        operation = self._function(node.op) if node.op in self._by_name else node.op
        return operation, constant, settings

    def _function(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = "itself"  # for a function that calls itself
            function = self._by_name[name]
            arguments = function.signature.input_arg
            known = {each.name: _digest("argument", i) for i, each in enumerate(arguments)}
            results = [function.ret[each.name] for each in function.signature.output_arg]
            self._digests[name] = self.digest_of(function.node_def, known, results)
        return self._digests[name]


def _inputs(node: Any) -> list[tuple[str, str]]:
    # The end of a loop leads back to its beginning.
    if node.op == "NextIteration":
        return []
    # Those that only say what comes before what depend on when the graph was built.
    return [_source(name) for name in node.input if not name.startswith("^")]


def _source(tensor: str) -> tuple[str, str]:
    name, _, output = tensor.partition(":")
    return name, output or "0"


def _tensors(binding: Any) -> Iterator[str]:
    kind = binding.WhichOneof("binding")
    if kind == "tensor":
        yield binding.tensor.tensor_name
    elif kind == "sequence":
        yield binding.sequence.variant_tensor_name
    elif kind == "struct":
        for element in binding.struct.element:
            yield from _tensors(element)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
