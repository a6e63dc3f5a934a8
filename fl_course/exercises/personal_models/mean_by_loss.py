"""The mean of updates in which a client counts by its loss to the power of 2."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, federated_numbers, formulas
from fl_course.localization import say

_SIZE = 3
_PROBES = tuple(
    (np.array(updates, float), np.array(losses))
    for updates, losses in (
        ([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]], [1.0, 3.0]),
        ([[4.0, -2.0, 1.0], [1.0, 5.0, 0.5], [-3.0, 2.0, 0.0]], [0.5, 2.0, 0.25]),
        ([[2.0, -1.0, 0.5]], [3.0]),
        ([[1.0, 2.0, 3.0], [3.0, 2.0, 0.0], [-4.0, 1.0, 1.0], [0.0, 8.0, 2.0]], [1.5] * 4),
    )
)


def _by(weights: np.ndarray, updates: np.ndarray) -> arrays.Arrays:
    return [weights @ updates / weights.sum()]


_KNOWN: dict[str, list[Callable[..., arrays.Arrays]]] = {
    "plain_mean": [lambda u, f: [u.mean(axis=0)]],
    "by_loss": [lambda u, f: _by(f, u)],
    "other_power": [
        *(lambda u, f, power=power: _by(f**power, u) for power in (3.0, 4.0, 0.5)),
    ],
    "exponential": [
        lambda u, f: _by(2.0**f, u),
        lambda u, f: _by(np.exp(f), u),
    ],
    "small_losses": [lambda u, f: _by(f**-2, u), lambda u, f: _by(1 / f, u)],
    "not_divided": [lambda u, f: [f**2 @ u], lambda u, f: [f @ u]],
    "divided_by_count": [lambda u, f: [f**2 @ u / len(f)], lambda u, f: [f @ u / len(f)]],
    "divided_by_losses": [
        lambda u, f: [f**2 @ u / f.sum()],
        lambda u, f: [f**2 @ u / f.sum() ** 2],
    ],
    "counted_twice": [
        lambda u, f: [f**4 @ u / (f**2).sum()],
        lambda u, f: [f**3 @ u / (f**2).sum()],
        lambda u, f: [f**3 @ u / f.sum()],
    ],
    "largest_only": [lambda u, f: [u[f.argmax()]]],
    "plain_sum": [lambda u, f: [u.sum(axis=0)]],
}


def _judge(answer: Any) -> Found:
    if problem := _type_problem(answer):
        return problem
    found = []
    for updates, losses in _PROBES:
        result = run(answer, list(np.float32(updates)), list(np.float32(losses)))
        found.append([np.asarray(result, float)])
    wanted = [_by(losses**2, updates) for updates, losses in _PROBES]
    if all(map(_same, found, wanted)):
        return None
    if name := formulas.explained(found, _PROBES, _KNOWN, _same):
        return name
    probe, _ = arrays.furthest(found, wanted)
    updates, losses = _PROBES[probe]
    case = say(
        "the updates {updates} and the losses {losses}",
        updates=f"`{arrays.written(updates)}`",
        losses=f"`{arrays.written(losses)}`",
    )
    return arrays.wrong_number(case, "result", found[probe][0], wanted[probe][0])


def _same(found: arrays.Arrays, wanted: arrays.Arrays) -> bool:
    return arrays.alike(found, wanted, rtol=1e-4)  # what float32 leaves of numbers


def _type_problem(answer: Any) -> Found:
    import tensorflow_federated as tff

    update_type = tff.TensorType(np.float32, [_SIZE])
    wanted = [federated_numbers.at_clients(one) for one in (update_type, np.float32)]
    problem = federated_numbers.kind_problem(answer)
    if problem := problem or federated_numbers.argument_problem(answer, wanted):
        return problem
    result = answer.type_signature.result
    at_server = tff.FederatedType(update_type, tff.SERVER)
    if federated_numbers.same_types([result], [at_server]):
        return None
    if problem := federated_numbers.placement_problem(answer):
        return problem
    if isinstance(result, tff.StructType) and _is_two_sums(result, at_server):
        return "two_sums"
    got, wanted = map(federated_numbers.in_words, (result, at_server))
    return Mistake("wrong_result", got=got, wanted=wanted)


def _is_two_sums(result: Any, at_server: Any) -> bool:
    import tensorflow_federated as tff

    number = tff.FederatedType(np.float32, tff.SERVER)
    found = list(result.children())
    return federated_numbers.same_types(found, [at_server, number]) or (
        federated_numbers.same_types(found, [number, at_server])
    )


def _reference() -> Any:
    import tensorflow_federated as tff

    update_type = tff.TensorType(np.float32, [_SIZE])

    @tff.tensorflow.computation(np.float32)
    def square(loss: Any) -> Any:
        return loss**2

    @tff.federated_computation(
        tff.FederatedType(update_type, tff.CLIENTS), tff.FederatedType(np.float32, tff.CLIENTS)
    )
    def mean_by_loss(updates: Any, losses: Any) -> Any:
        return tff.federated_mean(updates, weight=tff.federated_map(square, losses))

    return mean_by_loss


_SAME = (
    *("number", "plain_function", "no_types", "not_federated", "wrong_arguments"),
    *("stays_at_clients", "sent_down", "brought_back", "wrong_result", "wrong_value"),
)

EXERCISE = Exercise(
    id="mean_by_loss",
    expects="a federated computation of the clients' updates, `float32[3]`, and their losses, "
    "`float32`, that gives at the server the mean of the updates, weighted by the loss to the "
    "power of 2",
    judge=_judge,
    reference=_reference,
    hints=(
        "The power is taken at the clients: a TensorFlow computation of one `np.float32`, and "
        "`tff.federated_map`.",
        "`tff.federated_mean` takes a second argument, the weights. It multiplies, sums both, and "
        "divides one sum by the other.",
    ),
    mistakes={name: federated_numbers.OF_COMPUTATIONS[name] for name in _SAME}
    | {
        "two_sums": "Both sums are at the server, and one has not been divided by the other yet.",
        "plain_mean": "This is the plain mean: the losses have no effect.",
        "by_loss": "The weight is the loss itself, or a multiple of it, which is the same. Wanted "
        "is its power of 2: a client with twice the loss counts four times as much.",
        "other_power": "The losses are taken to another power than 2.",
        "exponential": "The weight is a number to the power of the loss. Wanted is the loss to the "
        "power of 2.",
        "small_losses": "The smaller a loss, the more its client counts. It should be the other "
        "way round.",
        "not_divided": "The weighted updates are added up and not divided. With losses that are "
        "all alike, the result should be the plain mean.",
        "divided_by_count": "The sum of the weighted updates is divided by the number of clients. "
        "Wanted is to divide by the sum of the weights, or else larger losses make longer steps.",
        "divided_by_losses": "The sum of the weighted updates is divided by the sum of the losses, "
        "or its square. Divide by the sum of what the updates were weighted by.",
        "counted_twice": "Updates that are weighted already go into a weighted mean, which weights "
        "them once more.",
        "largest_only": "Only the client with the largest loss counts. That is where it ends with "
        "very large powers; with 2, all count.",
        "plain_sum": "This is the plain sum of the updates: the losses have no effect, and nothing "
        "is divided.",
    },
    right="With losses that are all alike, it is the plain mean.",
)
