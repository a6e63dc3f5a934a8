"""A round of which a part of the model never leaves the clients."""

import collections
import collections.abc
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import computations, federated_numbers, shown, told
from fl_course.localization import joined, say

Parts = list[np.ndarray]
Client = dict[str, Any]  # its private layers and its batch, before; update and private, after

_SIZES = ((2, 5, 1), (3, 4))  # images of the clients, of two rounds


def _judge(answer: Any, train_at_home: Any, move: Any) -> Found:
    shared_type, private_type, batch_type = train_at_home.type_signature.parameter.children()
    if problem := _type_problem(answer, shared_type, private_type, batch_type):
        return problem
    if problem := _told_problem(answer, shared_type, private_type):
        return problem
    rounds = [_round(answer, train_at_home, move, seed, sizes) for seed, sizes in enumerate(_SIZES)]
    for number, part, known in ((0, "shared", _OF_SHARED), (1, "private", _OF_PRIVATE)):
        found = [one["found"][number] for one in rounds]
        wanted = [known["right"](one) for one in rounds]
        if all(map(_alike, found, wanted)):
            continue
        for name, formula in known.items():
            if all(map(_alike, found, [formula(one) for one in rounds])):
                return name.partition(":")[0]
        return _shown(part, rounds, found, wanted)
    uses = computations.num_uses(answer, train_at_home)
    return Mistake("trains_again", uses=uses) if uses > 1 else None


def _type_problem(answer: Any, shared_type: Any, private_type: Any, batch_type: Any) -> Found:
    import tensorflow_federated as tff

    at_server = tff.FederatedType(shared_type, tff.SERVER)
    at_clients = [federated_numbers.at_clients(one) for one in (private_type, batch_type)]
    problem = federated_numbers.kind_problem(answer) or federated_numbers.argument_problem(
        answer, [at_server, *at_clients]
    )
    if problem:
        return problem
    result = answer.type_signature.result
    got = federated_numbers.in_words(result)
    if isinstance(result, tff.FederatedType):
        return Mistake("one_result", got=got)
    found = list(result.children()) if isinstance(result, tff.StructType) else []
    if federated_numbers.same_types(found, [at_server, at_clients[0]]):
        return None
    if len(found) == 2 and all(isinstance(one, tff.FederatedType) for one in found):
        first, second = found
        if federated_numbers.same_types([second, first], [at_server, at_clients[0]]):
            return "swapped"
        right_first = federated_numbers.same_types([first], [at_server])
        same_layers = second.member.is_equivalent_to(private_type)
        if right_first and same_layers and second.placement is tff.SERVER:
            return "private_at_server"
        if right_first and same_layers and second.all_equal:
            return "same_for_all"
        if federated_numbers.is_at_clients(first) and first.member.is_equivalent_to(shared_type):
            return "shared_at_clients"
    wanted = joined([federated_numbers.in_words(one) for one in (at_server, at_clients[0])])
    return Mistake("wrong_result", got=got, wanted=wanted)


def _told_problem(answer: Any, shared_type: Any, private_type: Any) -> Found:
    """Whether an aggregation takes a tensor that looks like one of the private layers."""
    shared, private = (_tensor_types(one) for one in (shared_type, private_type))
    for stopped in told.by_clients(answer):
        handed_in = _tensor_types(stopped.type_signature.result)
        if any(one in private and one not in shared for one in handed_in):
            return "told"
    return None


def _tensor_types(some_type: Any) -> list[str]:
    import tensorflow_federated as tff

    if isinstance(some_type, tff.TensorType):
        return [str(some_type)]
    if isinstance(some_type, tff.FederatedType):
        return _tensor_types(some_type.member)
    if isinstance(some_type, tff.StructType):
        return [text for child in some_type.children() for text in _tensor_types(child)]
    return []


def _round(
    answer: Any, train_at_home: Any, move: Any, seed: int, sizes: tuple[int, ...]
) -> dict[str, Any]:
    """What an answer makes of a round, and what is needed to say what it should be."""
    rng = np.random.default_rng(seed)
    shared_type, private_type, batch_type = train_at_home.type_signature.parameter.children()
    shared = _made(shared_type, rng, 1)
    clients = [
        {"private": _made(private_type, rng, 1), "batch": _made(batch_type, rng, size)}
        for size in sizes
    ]
    result = run(
        answer,
        shared,
        [client["private"] for client in clients],
        [client["batch"] for client in clients],
    )
    new_shared, new_private = _as_pair(result)
    for client in clients:
        after = train_at_home(shared, client["private"], client["batch"])
        client["update"], client["after"] = _flat(after["update"]), _flat(after["private"])
        client["given"], client["private"] = client["private"], _flat(client["private"])
        client["trained"] = after["private"]

    def trained_again(start: str, shared: Any) -> list[Parts]:
        """The private layers of one more training, from the old ones or from the new ones."""
        return [
            _flat(train_at_home(shared, client[start], client["batch"])["private"])
            for client in clients
        ]

    return {
        "shared": _flat(shared),
        "moved": lambda update: _flat(move(shared, _like(update, shared_type))),
        "clients": clients,
        "trained_again": lambda start, parts: trained_again(start, _like(parts, shared_type)),
        "sizes": sizes,
        "found": (_flat(new_shared), [_flat(private) for private in new_private]),
    }


def _as_pair(result: Any) -> tuple[Any, Any]:
    """The two results, which may have names."""
    return tuple(result.values()) if isinstance(result, collections.abc.Mapping) else tuple(result)


def _adapted(answer: Any) -> Any:
    """An answer whose results can be taken apart as a pair, as the lesson does."""
    result = answer.type_signature.result
    container = result.python_container
    if container is None or not issubclass(container, collections.abc.Mapping):
        return answer
    return lambda *args: _as_pair(answer(*args))


def _made(some_type: Any, rng: np.random.Generator, size: int) -> Any:
    """Values at random of a type; `size` takes the place of what it leaves open."""
    import tensorflow_federated as tff

    if isinstance(some_type, tff.TensorType):
        shape = [size if side is None else side for side in some_type.shape]
        if np.issubdtype(some_type.dtype.type, np.integer):
            return rng.integers(0, 10, shape).astype(some_type.dtype.type)
        return rng.normal(scale=0.5, size=shape).astype(some_type.dtype.type)
    names = tff.structure.name_list(some_type)  # none, of a tuple
    parts = [_made(part, rng, size) for part in some_type.children()]
    return collections.OrderedDict(zip(names, parts, strict=True)) if names else tuple(parts)


def _flat(value: Any) -> Parts:
    if isinstance(value, collections.abc.Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [part for one in value for part in _flat(one)]
    return [np.asarray(value, float)]


def _like(parts: Parts, some_type: Any) -> Any:
    return tuple(
        part.astype(one.dtype.type) for part, one in zip(parts, some_type.children(), strict=True)
    )


def _mean(parts: list[Parts], weights: Any = None) -> Parts:
    return [
        np.average(np.stack(part), axis=0, weights=weights) for part in zip(*parts, strict=True)
    ]


def _updates(one: dict[str, Any]) -> list[Parts]:
    return [client["update"] for client in one["clients"]]


def _times(factor: float, parts: Parts) -> Parts:
    return [factor * part for part in parts]


_OF_SHARED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "right": lambda one: one["moved"](_mean(_updates(one))),
    "weighted": lambda one: one["moved"](_mean(_updates(one), one["sizes"])),
    "sum": lambda one: one["moved"](_times(len(one["clients"]), _mean(_updates(one)))),
    "only_update": lambda one: _mean(_updates(one)),
    "shared_unchanged": lambda one: one["shared"],
    "two_moves": lambda one: one["moved"](_times(2, _mean(_updates(one)))),
}
_OF_PRIVATE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "right": lambda one: [client["after"] for client in one["clients"]],
    "private_unchanged": lambda one: [client["private"] for client in one["clients"]],
    "second_training": lambda one: one["trained_again"]("given", _OF_SHARED["right"](one)),
    "second_training: on top": lambda one: one["trained_again"](
        "trained", _OF_SHARED["right"](one)
    ),
    "second_training: with the old": lambda one: one["trained_again"]("trained", one["shared"]),
}


def _alike(found: Any, wanted: Any) -> bool:
    """Whether parts are equal but for float32's rounding; those of several clients, in order."""
    found, wanted = _as_parts(found), _as_parts(wanted)
    return len(found) == len(wanted) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-3, atol=1e-4)
        for a, b in zip(found, wanted, strict=True)
    )


def _as_parts(value: Any) -> Parts:
    if value and isinstance(value[0], list):
        return [part for one in value for part in one]
    return list(value)


def _shown(part: str, rounds: list[dict[str, Any]], found: list[Any], wanted: list[Any]) -> Mistake:
    number = next(k for k in range(len(rounds)) if not _alike(found[k], wanted[k]))
    seen, right = _as_parts(found[number]), _as_parts(wanted[number])
    where = max(range(len(right)), key=lambda k: float(np.abs(seen[k] - right[k]).max()))
    off = np.abs(seen[where] - right[where])
    place = np.unravel_index(int(off.argmax()), off.shape)
    name = {"shared": say("the shared layers"), "private": say("the private layers")}[part]
    case = say(
        "{count} clients, in one number of {part},",
        count=len(rounds[number]["clients"]),
        part=name,
    )
    return shown.wrong_value(case, float(seen[where][place]), float(right[where][place]))


def _reference(train_at_home: Any, move: Any) -> Any:
    import tensorflow_federated as tff

    shared_type, private_type, batch_type = train_at_home.type_signature.parameter.children()

    @tff.federated_computation(
        tff.FederatedType(shared_type, tff.SERVER),
        tff.FederatedType(private_type, tff.CLIENTS),
        tff.FederatedType(batch_type, tff.CLIENTS),
    )
    def private_round(shared: Any, private: Any, batches: Any) -> Any:
        at_clients = tff.federated_broadcast(shared)
        results = tff.federated_map(train_at_home, (at_clients, private, batches))
        mean_update = tff.federated_mean(results.update)
        return tff.federated_map(move, (shared, mean_update)), results.private

    return private_round


_SAME = ("number", "plain_function", "no_types", "not_federated", "wrong_arguments", "wrong_result")

EXERCISE = Exercise(
    id="private_round",
    expects="a federated computation of the shared layers at the server, the private layers and "
    "the batches at the clients, that gives the new shared layers at the server and the new "
    "private layers at the clients",
    judge=_judge,
    reference=_reference,
    hints=(
        "The decorator names three types: `tff.FederatedType(shared_type, tff.SERVER)`, and two at "
        "`tff.CLIENTS`.",
        "Send the shared layers down. `tff.federated_map` applies `train_at_home` at the clients, "
        "to three things in a tuple: the shared layers down there, the private ones, the batches.",
        "What it gives has two parts, `.update` and `.private`. The mean of the first goes up, "
        "into `move`. The second is already where it belongs. Return both.",
    ),
    mistakes={name: federated_numbers.OF_COMPUTATIONS[name] for name in _SAME}
    | shown.OF_CASES
    | {
        "one_result": "The result is {got}, and nothing else. Wanted are two: the new shared "
        "layers at the server, and the new private layers at the clients. Without the second, the "
        "next round has forgotten what they had learned.",
        "swapped": "Both results are there, in the other order. First come the shared layers.",
        "private_at_server": "The second result is at the server: the private layers have left "
        "their clients.",
        "same_for_all": "The second result is one copy for all clients. Each has private layers of "
        "its own.",
        "shared_at_clients": "The first result is at the clients. The new shared layers are the "
        "server's; what leads up?",
        "told": "A private layer goes into an aggregation, and so out of its client. Nothing but "
        "the updates of the shared layers may go up.",
        "weighted": "The mean of the updates is weighted by numbers of images. Wanted is the plain "
        "mean.",
        "sum": "The shared layers are moved by the sum of the updates. Wanted is their mean.",
        "only_update": "The first result is the mean update. It has to be added to the old shared "
        "layers.",
        "shared_unchanged": "The shared layers come out as they went in. Is what the clients have "
        "learned used?",
        "two_moves": "The shared layers are moved twice by the mean update.",
        "private_unchanged": "The private layers come out as they went in: what they have learned "
        "in this round is lost. Which part of what `train_at_home` gives is the new one?",
        "trains_again": "The numbers are right, and every client trains {uses} times in a round: "
        "`train_at_home` is applied {uses} times. What it gives once has both parts.",
        "second_training": "The private layers come from a second training. Those of this round "
        "are what the training has given that gave the updates, too: use `train_at_home` once.",
    },
    adapt=_adapted,
    right="The first result goes to the server, the second stays where it was made.",
)
