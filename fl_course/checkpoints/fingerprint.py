"""Fingerprints: what tells one federated computation from another, in every process the same."""

import collections
import hashlib
from typing import Any

import tensorflow as tf
import tensorflow_federated as tff
from google.protobuf.message import Message

from fl_course.checkpoints.graph_digest import graph_digest


def fingerprint(computation: tff.Computation) -> str:
    """A digest of what a computation does: its federated operators, types, graphs and constants.

    The federated part is compared as a tree, with each name replaced by the number of its binding:
    names depend on what was built before. What counts of TensorFlow's graphs, `graph_digest` says:
    seeds in them don't, as some are drawn anew each time.

    Args:
        computation: For example the `next` of a learning process.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    # A name -> the numbers of the bindings that we are inside of, the innermost last.
    bindings: dict[str, list[int]] = collections.defaultdict(list)
    number = 0
    # Not by recursion: some of TFF's computations are nested deeper than Python may recurse.
    waiting: list[Any] = [tff.framework.serialize_computation(computation)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            action, name = part
            if action == "bind":
                bindings[name].append(number)
                number += 1
            else:
                bindings[name].pop()
            continue
        kind = part.WhichOneof("computation")
        said, inner = _take_apart(kind, getattr(part, kind))
        if kind == "reference":
            said = bindings[said][-1] if bindings[said] else said
        # What a part consists of follows it, so that the text has one meaning.
        digest.update(repr((kind, _bytes(part.type), said, len(inner))).encode())
        waiting.extend(reversed(inner))
    return digest.hexdigest()


def _take_apart(kind: str, part: Any) -> tuple[Any, list[Any]]:
    """What a part of a computation says by itself, and what is in it, with bindings between."""
    match kind:
        case "lambda":
            name = part.parameter_name
            return None, [("bind", name), part.result, ("unbind", name)]
        case "block":
            names = [local.name for local in part.local]
            inner = [each for local in part.local for each in (local.value, ("bind", local.name))]
            return None, [*inner, part.result, *(("unbind", name) for name in names)]
        case "call":
            argument = [part.argument] if part.HasField("argument") else []
            return None, [part.function, *argument]
        case "struct":
            return [element.name for element in part.element], [e.value for e in part.element]
        case "selection":
            return part.index, [part.source]
        case "reference":
            return part.name, []
        case "tensorflow":
            graph = tf.compat.v1.GraphDef()
            part.graph_def.Unpack(graph)
            return graph_digest(graph, part.parameter, part.result), []
    return _bytes(part), []  # an operator, a placement or a literal


def _bytes(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)
