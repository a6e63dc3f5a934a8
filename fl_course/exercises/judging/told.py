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
    from tensorflow_federated.python.core.impl.compiler import building_blocks, transformations
    from tensorflow_federated.python.core.impl.computation import computation_impl

    # In this form every operator stands in a line of its own, in the order of their execution.
    program = transformations.to_call_dominant(computation.to_building_block())
    if not isinstance(program.result, building_blocks.Block):
        return []
    found = []
    for number, (_, line) in enumerate(program.result.locals):
        handed_in = _handed_in(line)
        if handed_in:
            before = program.result.locals[:number]
            told = building_blocks.Struct(handed_in)
            body = building_blocks.Block(before, told) if before else told
            stopped = building_blocks.Lambda(program.parameter_name, program.parameter_type, body)
            found.append(computation_impl.ConcreteComputation.from_building_block(stopped))
    return found


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
