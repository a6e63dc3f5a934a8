"""Examples and clients that are kept back, to see what a model has learned."""

import zlib
from collections.abc import Sequence

import numpy as np
import tensorflow_federated as tff

from fl_course.arguments import (
    check_choice,
    check_client_data,
    check_integer,
    check_names,
    check_number,
    check_seed,
    described,
)
from fl_course.data.clients import check_elements, examples
from fl_course.data.in_memory import Chosen
from fl_course.data.in_memory import client_data as make_client_data
from fl_course.localization import say

ClientData = tff.simulation.datasets.ClientData

_TOO_SMALL = ("refuse", "train", "drop")


def split(
    client_data: ClientData, test_share: float = 0.2, *, seed: int = 0, too_small: str = "refuse"
) -> tuple[ClientData, ClientData]:
    """Keeps back a part of each client's examples for testing.

    Which examples of a client go to the test part depends on nothing but the seed, its id and its
    examples. Each class gives in proportion to its size, and one example of it stays in the train
    part at least, so that no client is tested on a class that it could not train on.

    Args:
        client_data: Elements have a `label`.
        test_share: Of a client's examples, above 0 and below 1; one example at least.
        seed: 0 to 2**32 - 1.
        too_small: What to do with a client that has no example to spare: "refuse" fails, "train"
            has it in the train part only, and "drop" in neither.

    Returns:
        The train part and the test part, examples in their order. Without clients that are too
        small, both have every client.

    Raises:
        TypeError: If `client_data` is not client data, or `test_share` no number.
        ValueError: If an argument is out of its range, or a client is too small.
    """
    client_data = check_client_data(client_data)
    test_share = check_number("test_share", test_share, least_allowed=False, below=1.0)
    seed = check_seed(seed)
    too_small = check_choice("too_small", too_small, _TOO_SMALL)
    check_elements(client_data)
    train, test = {}, {}
    for client_id in client_data.client_ids:
        parts = examples(client_data, client_id)
        rng = np.random.default_rng([seed, zlib.crc32(client_id.encode())])
        is_test = _test_examples(parts["label"], test_share, rng)
        if is_test.any():
            train[client_id] = {name: values[~is_test] for name, values in parts.items()}
            test[client_id] = {name: values[is_test] for name, values in parts.items()}
        elif too_small == "refuse":
            raise ValueError(
                say(
                    "client {client_id} has too few examples, {number}, to spare one for a test. "
                    "Say {train} to have such clients in the train part only, or {drop} to leave "
                    "them out.",
                    client_id=described(client_id),
                    number=len(is_test),
                    train='too_small="train"',
                    drop='too_small="drop"',
                )
            )
        elif too_small == "train":
            train[client_id] = parts
    if not test:
        raise ValueError(say("client_data has no client with an example to spare for a test."))
    schema = getattr(client_data, "schema", None)
    return make_client_data(train, schema), make_client_data(test, schema)


def _test_examples(labels: np.ndarray, test_share: float, rng: np.random.Generator) -> np.ndarray:
    """Which of a client's examples are for testing, bool [n]; none where none is to spare."""
    is_test = np.zeros(len(labels), bool)
    groups = (
        [np.flatnonzero(labels == label) for label in np.unique(labels)]
        if np.issubdtype(labels.dtype, np.integer)
        else [np.arange(len(labels))]  # numbers for regression
    )
    sizes = np.array([len(group) for group in groups])
    to_spare = np.maximum(sizes - 1, 0)
    wanted = min(max(1, round(test_share * len(labels))), int(to_spare.sum()))
    # Whole numbers first, then one for each group whose share is furthest from it.
    shares = wanted * sizes / max(len(labels), 1)
    taken = np.minimum(np.floor(shares).astype(int), to_spare)
    while taken.sum() < wanted:
        taken[np.argmax(np.where(taken < to_spare, shares - taken, -np.inf))] += 1
    for group, number in zip(groups, taken, strict=True):
        is_test[rng.permutation(group)[:number]] = True
    return is_test


def hold_out(
    client_data: ClientData, clients: int | Sequence[str], *, seed: int = 0
) -> tuple[ClientData, ClientData]:
    """Keeps back whole clients: how does a model do for somebody who took no part in training?

    Args:
        client_data: One or more of its clients stay.
        clients: How many to keep back, drawn at random, or the ids of those.
        seed: Of the draw, 0 to 2**32 - 1; not used if ids are given.

    Returns:
        Client data of those that stay, and of those that are kept back, both in their order. What
        both are views of is not copied.

    Raises:
        TypeError: If `client_data` is not client data.
        ValueError: If an argument is out of its range, or nobody stays.
    """
    client_data = check_client_data(client_data)
    seed = check_seed(seed)
    ids = client_data.client_ids
    if len(ids) < 2:
        raise ValueError(
            say(
                "client_data has one client, {client_id}, and nobody would stay. To keep back "
                "examples, use data.split.",
                client_id=described(ids[0]),
            )
        )
    if isinstance(clients, list | tuple | np.ndarray):
        chosen = set(_ids_to_hold_out(clients, client_data))
    else:
        number = check_integer("clients", clients, 1, len(ids) - 1)
        chosen = set(np.random.default_rng(seed).permutation(ids)[:number].tolist())
    return (
        Chosen(client_data, [client_id for client_id in ids if client_id not in chosen]),
        Chosen(client_data, [client_id for client_id in ids if client_id in chosen]),
    )


def _ids_to_hold_out(clients: Sequence[str], client_data: ClientData) -> list[str]:
    chosen = check_names("clients", clients)
    known = set(client_data.client_ids)
    for client_id in chosen:
        if client_id not in known:
            raise ValueError(
                say(
                    "clients holds {client_id}, which is no client of client_data.",
                    client_id=described(client_id),
                )
            )
    if len(chosen) == len(known):
        raise ValueError(
            say("clients holds all {number} clients, and nobody would stay.", number=len(known))
        )
    return chosen
