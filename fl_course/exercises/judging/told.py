"""What the clients of a federated computation tell: what goes into its aggregations."""

from typing import Any

from fl_course.exercises.judging import federated_numbers


def by_clients(computation: Any) -> list[Any]:
    """Computations that stop where values leave the clients, in the order of the aggregations.

    Args:
        computation: A federated computation with arguments.

    Returns:
        For each aggregation a computation with the same arguments; its result is a structure of
        what every client hands in.
    """
    from tensorflow_federated.python.core.impl.compiler import building_blocks

    program, lines = _in_lines(computation)
    found = []
    for number, (_, line) in enumerate(lines):
        if handed_in := _handed_in(line):
            told = building_blocks.Struct(handed_in)
            body = building_blocks.Block(lines[:number], told) if number else told
            found.append(_with_body(program, body))
    return found


def beside_the_result(computation: Any) -> Any | None:
    """A computation of the same arguments that gives the result, and beside it what clients tell.

    It is compiled once, where each of those of `by_clients` takes as long as the whole again.

    Args:
        computation: A federated computation with arguments.

    Returns:
        A computation that gives a pair, the result and a structure of all that every client hands
        in; None if nothing leads from the clients to the server.
    """
    from tensorflow_federated.python.core.impl.compiler import building_blocks

    program, lines = _in_lines(computation)
    handed_in = [part for _, line in lines for part in _handed_in(line)]
    if not handed_in:
        return None
    both = building_blocks.Struct([program.result.result, building_blocks.Struct(handed_in)])
    return _with_body(program, building_blocks.Block(lines, both))


def _in_lines(computation: Any) -> tuple[Any, list[Any]]:
    """A computation with each operator in a line of its own, in their order, and these lines."""
    from tensorflow_federated.python.core.impl.compiler import building_blocks, transformations

    program = transformations.to_call_dominant(computation.to_building_block())
    in_lines = isinstance(program.result, building_blocks.Block)
    return program, program.result.locals if in_lines else []


def _with_body(program: Any, body: Any) -> Any:
    """A computation of the same arguments with another body."""
    from tensorflow_federated.python.core.impl.compiler import building_blocks
    from tensorflow_federated.python.core.impl.computation import computation_impl

    block = building_blocks.Lambda(program.parameter_name, program.parameter_type, body)
    return computation_impl.ConcreteComputation.from_building_block(block)


def _handed_in(line: Any) -> list[Any]:
    """The clients' values in the argument of an operator that leads from them to the server."""
    import tensorflow_federated as tff
    from tensorflow_federated.python.core.impl.compiler import building_blocks

    placed = isinstance(line.type_signature, tff.FederatedType)
    if not (placed and line.type_signature.placement is tff.SERVER):
        return []
    at_clients = federated_numbers.is_at_clients
    argument = getattr(line, "argument", None)
    parts = [*argument] if isinstance(argument, building_blocks.Struct) else [argument]
    return [part for part in parts if part is not None and at_clients(part.type_signature)]
