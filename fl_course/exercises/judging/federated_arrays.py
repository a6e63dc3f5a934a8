"""Federated computations of clients' whole numbers that give one array at the server."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Found, Mistake, run
from fl_course.exercises.judging import arrays, federated_numbers, formulas, told
from fl_course.localization import say

Clients = Sequence[Sequence[int]]  # the numbers of each client
Formula = Callable[[Clients], np.ndarray]

OF_ARRAYS = {
    **federated_numbers.OF_COMPUTATIONS,
    "number": "You gave a value, the result of a call. Wanted is the computation itself, without "
    "a call.",
    "other_length": "For {case} your result has the shape {got}; wanted are {wanted} numbers in a "
    "row.",
}
"""What can be wrong with every one of them."""


def type_problem(answer: Any, length: int) -> Found:
    """What is wrong with the type of `({int32*}@CLIENTS -> int32[length]@SERVER)`, else None."""
    import tensorflow_federated as tff

    if isinstance(answer, np.ndarray):
        return "number"
    wanted = federated_numbers.at_clients(tff.SequenceType(np.int32))
    problem = (
        federated_numbers.kind_problem(answer)
        or federated_numbers.argument_problem(answer, [wanted])
        or federated_numbers.placement_problem(answer)
    )
    if problem:
        return problem
    result = answer.type_signature.result
    at_server = isinstance(result, tff.FederatedType) and result.placement is tff.SERVER
    member = result.member if at_server else None
    # A length that TensorFlow does not know beforehand is seen at the value.
    shape = getattr(member, "shape", None)
    if (
        isinstance(member, tff.TensorType)
        and member.dtype == np.int32
        and shape is not None
        and len(shape) == 1
        and shape[0] in (None, length)
    ):
        return None
    return Mistake(
        "wrong_result",
        got=federated_numbers.in_words(result),
        wanted=say("`int32[{length}]` at the server", length=length),
    )


def compare(
    answer: Any,
    probes: Sequence[Clients],
    right: Formula,
    known: Mapping[str, Sequence[Formula]],
    name: str,
    ones: Clients,
    others: Clients,
) -> Found:
    """Calls a computation on every probe, and tells which formula gives all its results.

    A right one is "tells" if its clients hand in different things for `ones` and for `others`.

    Args:
        answer: A computation of the right type.
        probes: What it is tried on.
        right: What it should give.
        known: Wrong formulas by the name of the mistake.
        name: What the lesson calls the result.
        ones: Clients' data.
        others: The same clients' with differences that nobody is to see.
    """
    # Compiling takes most of the time, so the same computation is called for all of it.
    watched = told.beside_the_result(answer)

    def result_and_told(clients: Clients) -> tuple[Any, Any]:
        if watched is None:
            return run(answer, datasets(clients)), None
        result, handed_in = run(watched, datasets(clients))
        return result, _plain(handed_in)

    found = [arrays.array(result_and_told(clients)[0]) for clients in probes]
    wanted = [np.asarray(right(clients), float) for clients in probes]
    for clients, seen, should in zip(probes, found, wanted, strict=True):
        if seen is None or seen.shape != should.shape:
            shape = None if seen is None else list(seen.shape)
            return Mistake("other_length", case=_told(clients), got=shape, wanted=len(should))
    if all(map(np.array_equal, found, wanted)):
        is_told = result_and_told(ones)[1] != result_and_told(others)[1]
        return "tells" if is_told else None
    each_alone = [(clients,) for clients in probes]
    if mistake := formulas.explained(found, each_alone, known, np.array_equal):
        return mistake
    number = next(k for k in range(len(probes)) if not np.array_equal(found[k], wanted[k]))
    return arrays.wrong_number(_told(probes[number]), name, found[number], wanted[number])


def counts(clients: Clients, length: int) -> np.ndarray:
    """How often each client has each number, [clients, length]."""
    return np.array([np.bincount(np.array(own, int), minlength=length) for own in clients])


def shifted(right: Formula) -> list[Formula]:
    """The right numbers one place too far to one side, around the end or with a 0 that follows."""
    return [
        lambda clients: np.roll(right(clients), 1),
        lambda clients: np.roll(right(clients), -1),
        lambda clients: np.append(right(clients)[1:], 0),
        lambda clients: np.append(0, right(clients)[:-1]),
    ]


def datasets(clients: Clients) -> list[Any]:
    """The clients' datasets of int32."""
    import tensorflow as tf

    return [tf.data.Dataset.from_tensor_slices(np.array(own, np.int32)) for own in clients]


def _told(clients: Clients) -> str:
    return say(
        "clients with the numbers {numbers}",
        numbers=", ".join(f"`{[int(number) for number in own]}`" for own in clients),
    )


def _plain(value: Any) -> Any:
    """What was handed in, in lists, so that it can be compared."""
    if hasattr(value, "as_numpy_iterator"):
        return [_plain(element) for element in value.as_numpy_iterator()]
    if isinstance(value, Mapping):
        return [[key, _plain(part)] for key, part in value.items()]
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return np.asarray(value).tolist()
