"""Choosing clients and pooling their examples."""

from collections.abc import Sequence

import numpy as np
import tensorflow_federated as tff

from fl_course.arguments import (
    check_client_data,
    check_client_ids,
    check_integer,
    check_known,
    check_seed,
    described,
    is_endless,
)
from fl_course.localization import say

ClientData = tff.simulation.datasets.ClientData


def pool(
    client_data: ClientData, client_ids: Sequence[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Puts the examples of several clients together, as centralized training needs them.

    Args:
        client_data: Elements must have `label` and `pixels`.
        client_ids: Whose examples; by default everybody's.

    Returns:
        Images, float32 [n, 28, 28], and labels, int32 [n], client after client.

    Raises:
        TypeError: If `client_data` is not client data, or `client_ids` not a list of texts.
        ValueError: If `client_ids` is empty or holds an unknown id, or these clients have no
            examples.
    """
    client_data = check_client_data(client_data)
    known = client_data.client_ids
    ids = check_client_ids(known if client_ids is None else client_ids)
    if not ids:
        raise ValueError(
            say(
                "client_ids is empty; give at least one id, for instance "
                "client_data.client_ids[:1], which is {known}.",
                known=repr(known[:1]),
            )
        )
    check_known(ids, client_data)
    images, labels = zip(*(examples(client_data, client_id) for client_id in ids), strict=True)
    if not any(map(len, labels)):
        raise ValueError(
            say(
                "client_data has no examples of {clients}; give clients that have some.",
                clients=described(ids),
            )
        )
    return np.concatenate(images), np.concatenate(labels)


def examples(client_data: ClientData, client_id: str) -> tuple[np.ndarray, np.ndarray]:
    """The examples of one client, of whom there may be none.

    Args:
        client_data: Elements have `label` and `pixels`.
        client_id: One of its ids.

    Returns:
        Images, float32 [n, 28, 28], and labels, int32 [n].

    Raises:
        ValueError: If there is no end of them.
    """
    dataset = client_data.create_tf_dataset_for_client(client_id)
    if is_endless(dataset):
        raise ValueError(
            say(
                "client_data has a dataset of {client_id} that repeats for ever; give data that "
                "have an end.",
                client_id=repr(client_id),
            )
        )
    # One batch with everything: an element at a time would cost a Python step each.
    batches = list(dataset.batch(100_000).as_numpy_iterator())
    if not batches:
        spec = dataset.element_spec
        return tuple(
            np.zeros((0, *spec[name].shape), spec[name].dtype.as_numpy_dtype)
            for name in ("pixels", "label")
        )
    return tuple(np.concatenate([batch[name] for batch in batches]) for name in ("pixels", "label"))


def sample_clients(
    client_ids: Sequence[str], num_clients: int, *, seed: int = 0, round_num: int = 0
) -> list[str]:
    """Draws the cohort of one round: clients at random, without repetition.

    The same arguments always give the same cohort, so that an experiment can be run again.

    Args:
        client_ids: The clients to draw from.
        num_clients: How many to draw; 1 to `len(client_ids)`.
        seed: Of the whole experiment; 0 to 2**32 - 1.
        round_num: The round, from 0; another round gives another, independent cohort.

    Returns:
        The chosen ids, in the order in which they were drawn.

    Raises:
        TypeError: If `client_ids` is not a list of texts.
        ValueError: If `client_ids` is empty, or a number is not a whole one in its range.
    """
    client_ids = check_client_ids(client_ids)
    if not client_ids:
        raise ValueError(
            say("client_ids is empty; give the ids to draw from, such as train.client_ids.")
        )
    num_clients = check_integer("num_clients", num_clients, 1)
    if num_clients > len(client_ids):
        raise ValueError(
            say(
                "num_clients must be from 1 to {num_client_ids}, the number of client ids, and "
                "it is {num_clients}.",
                num_client_ids=len(client_ids),
                num_clients=repr(num_clients),
            )
        )
    seed, round_num = check_seed(seed), check_integer("round_num", round_num, 0)
    rng = np.random.default_rng([seed, round_num])
    chosen = rng.choice(len(client_ids), size=num_clients, replace=False)
    return [client_ids[i] for i in chosen]
