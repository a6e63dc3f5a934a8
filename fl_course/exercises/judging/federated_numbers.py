"""Federated computations that give one number at the server: their types and their values."""

import collections
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fl_course.exercises.exercise import Found, Mistake, run
from fl_course.exercises.judging import computations, shown
from fl_course.localization import joined, say

if TYPE_CHECKING:
    import tensorflow_federated as tff

OF_COMPUTATIONS = {
    "number": "You gave a number, the result of a call. Wanted is the computation itself, without "
    "a call.",
    "plain_function": "This is a Python function. It becomes a federated computation by the "
    "decorator `tff.federated_computation` in the line above it, which names the types of the "
    "arguments.",
    "no_types": "The decorator names no types, so TFF can't record the function yet: it has to "
    "know the types of the arguments first. Name one for each argument, in their order.",
    "not_federated": "No argument and no result of this computation has a placement: it is what "
    "one place calculates. The federated computation, which brings values to places, is still "
    "missing.",
    "wrong_arguments": "The arguments have other types than the task asks for. Yours: {got}. "
    "Wanted: {wanted}. The types are those that the decorator names.",
    "stays_at_clients": "The result is {got}: every client has its own, and the server has "
    "nothing. Which operators lead from the clients to the server?",
    "sent_down": "The result is {got}: a copy at every client. Wanted is a value that is at the "
    "server. What brings a value of the server to the clients, such as a broadcast, is one step "
    "too many here.",
    "brought_back": "The result is {got}, although an aggregation has brought values to the server "
    "on the way. Leave out what brings them back to the clients, such as a broadcast: "
    "`tff.federated_map` computes where its argument is, at the server as well.",
    "wrong_result": "The types of the arguments are right, that of the result is not. Yours: "
    "{got}. Wanted: {wanted}.",
    "wrong_value": "The type is right, the value is not. For {case} your computation gives {got}; "
    "wanted is {wanted}.",
}
"""What can be wrong with every one of them."""


def example_type() -> "tff.Type":
    """The type of one example as writers keep it."""
    import tensorflow_federated as tff

    return tff.to_type(
        collections.OrderedDict(label=np.int32, pixels=tff.TensorType(np.float32, [28, 28]))
    )


def writers_type() -> "tff.FederatedType":
    """The type of all writers' datasets."""
    import tensorflow_federated as tff

    return at_clients(tff.SequenceType(example_type()))


def at_clients(member: Any) -> "tff.FederatedType":
    """A type placed at the clients."""
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.CLIENTS)


def is_at_clients(some_type: Any) -> bool:
    """Whether a type is placed at the clients."""
    import tensorflow_federated as tff

    return isinstance(some_type, tff.FederatedType) and some_type.placement is tff.CLIENTS


def _is_number_at_server(some_type: Any) -> bool:
    import tensorflow_federated as tff

    if not isinstance(some_type, tff.FederatedType) or some_type.placement is not tff.SERVER:
        return False
    member = some_type.member
    return (
        isinstance(member, tff.TensorType)
        and member.shape == ()
        and np.issubdtype(member.dtype, np.number)
    )


def in_words(some_type: "tff.Type") -> str:
    """A type as one reads it aloud."""
    import tensorflow_federated as tff

    if isinstance(some_type, tff.FederatedType):
        member = str(some_type.member)
        if not is_at_clients(some_type):
            return say("`{member}` at the server", member=member)
        if some_type.all_equal:
            return say("the same `{member}` at the clients", member=member)
        return say("`{member}` at the clients", member=member)
    if isinstance(some_type, tff.StructType) and len(some_type):
        return joined([in_words(part) for part in some_type.children()])
    return say("`{type}` without a placement", type=str(some_type))


def same_types(found: Sequence["tff.Type"], wanted: Sequence["tff.Type"]) -> bool:
    """Whether types are equal, one by one."""
    return len(found) == len(wanted) and all(
        mine.is_equivalent_to(theirs) for mine, theirs in zip(found, wanted, strict=True)
    )


def kind_problem(answer: Any) -> Found:
    """What is wrong with an answer that is no federated computation, else None."""
    if isinstance(answer, (numbers.Number, np.generic)):
        return "number"
    if problem := computations.kind_problem(answer):
        return problem
    return None if computations.has_placement(answer) else "not_federated"


def argument_problem(answer: Any, wanted: Sequence["tff.Type"]) -> Found:
    """What is wrong with the types of the arguments, else None."""
    found = computations.parameters(answer)
    if same_types(found, wanted):
        return None
    got = joined(list(map(in_words, found))) or say("no argument")
    return Mistake("wrong_arguments", got=got, wanted=joined(list(map(in_words, wanted))))


def placement_problem(answer: Any) -> Found:
    """How a result has come to be at the clients that should be at the server; else None."""
    from fl_course.exercises.judging import told  # which needs this module

    result = answer.type_signature.result
    if not is_at_clients(result):
        return None
    if result.all_equal:
        name = "sent_down"
    else:
        name = "brought_back" if told.by_clients(answer) else "stays_at_clients"
    return Mistake(name, got=in_words(result))


def result_problem(answer: Any, wanted: str | None = None) -> Found:
    """What is wrong with a result that should be one number at the server."""
    if problem := placement_problem(answer):
        return problem
    result = answer.type_signature.result
    if _is_number_at_server(result):
        return None
    wanted = wanted or say("`float32` at the server")
    return Mistake("wrong_result", got=in_words(result), wanted=wanted)


def compare(
    answer: Any,
    probes: Mapping[str, tuple[Any, ...]],
    right: Callable[..., float],
    mistakes: Mapping[str, Sequence[Callable[..., float]]],
) -> Found:
    """Calls a computation on every probe, by its words, and tells whose results it gives."""
    results = [float(run(answer, *probe)) for probe in probes.values()]

    def agrees(formula: Callable[..., float]) -> bool:
        wanted = [float(formula(*probe)) for probe in probes.values()]
        return all(map(close, results, wanted))

    if agrees(right):
        return None
    for name, formulas in mistakes.items():
        if any(map(agrees, formulas)):
            return name
    return wrong_value(probes, results, [right(*probe) for probe in probes.values()])


def wrong_value(cases: Iterable[str], results: Sequence[float], wanted: Sequence[float]) -> Found:
    """The first case whose result is wrong."""
    case, got, right = next(
        (case, got, right)
        for case, got, right in zip(cases, results, wanted, strict=True)
        if not close(got, right)
    )
    return shown.wrong_value(say(case), got, right)


def close(one: float, other: float) -> bool:
    """Whether two results are equal but for float32's rounding."""
    return bool(np.isclose(one, other, rtol=1e-4, atol=1e-5))
