"""Choosing clients and pooling their examples."""

from collections.abc import Sequence

import numpy as np
import tensorflow_federated as tff

from fl_course.localization import say

ClientData = tff.simulation.datasets.ClientData


def check_client_ids(client_data: ClientData, client_ids: Sequence[str]) -> list[str]:
    """Checks that there are ids and that each one exists.

    Returns:
        The ids as a list.

    Raises:
        TypeError: If `client_ids` is one string.
        ValueError: If `client_ids` is empty or holds an id that isn't in `client_data`.
    """
    if isinstance(client_ids, str):
        raise TypeError(
            say(
                "client_ids must be a list of ids; write [{client_ids}] for one client.",
                client_ids=repr(client_ids),
            )
        )
    known = client_data.client_ids
    if len(client_ids) == 0:
        raise ValueError(
            say(
                "client_ids is empty; give at least one id, for instance "
                "client_data.client_ids[:1], which is {known}.",
                known=repr(known[:1]),
            )
        )
    unknown = [client_id for client_id in client_ids if client_id not in set(known)]
    if unknown:
        raise ValueError(
            say(
                "client_ids holds {unknown}, which is not a client; there are {num_known}, from"
                " {first} to {last}.",
                unknown=repr(unknown[0]),
                num_known=len(known),
                first=repr(known[0]),
                last=repr(known[-1]),
            )
        )
    return list(client_ids)


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
        ValueError: If `client_ids` is empty or holds an unknown id.
    """
    ids = check_client_ids(
        client_data, client_data.client_ids if client_ids is None else client_ids
    )
    images, labels = [], []
    for client_id in ids:
        dataset = client_data.create_tf_dataset_for_client(client_id)
        # One batch with everything: an element at a time would cost a Python step each.
        for batch in dataset.batch(100_000).as_numpy_iterator():
            images.append(batch["pixels"])
            labels.append(batch["label"])
    return np.concatenate(images), np.concatenate(labels)


def sample_clients(
    client_ids: Sequence[str], num_clients: int, *, seed: int = 0, round_num: int = 0
) -> list[str]:
    """Draws the cohort of one round: clients at random, without repetition.

    The same arguments always give the same cohort, so that an experiment can be run again.

    Args:
        client_ids: The clients to draw from.
        num_clients: How many to draw; 1 to `len(client_ids)`.
        seed: Of the whole experiment; 0 or more.
        round_num: The round, from 0; another round gives another, independent cohort.

    Returns:
        The chosen ids, in the order in which they were drawn.

    Raises:
        ValueError: If `client_ids` is empty or an argument is out of its range.
    """
    if len(client_ids) == 0:
        raise ValueError(
            say("client_ids is empty; give the ids to draw from, such as train.client_ids.")
        )
    if not 1 <= num_clients <= len(client_ids):
        raise ValueError(
            say(
                "num_clients must be from 1 to {num_client_ids}, the number of client ids, and "
                "it is {num_clients}.",
                num_client_ids=len(client_ids),
                num_clients=repr(num_clients),
            )
        )
    for name, value in (("seed", seed), ("round_num", round_num)):
        if value < 0:
            raise ValueError(
                say("{name} must be 0 or more, and it is {value}.", name=name, value=repr(value))
            )
    rng = np.random.default_rng([seed, round_num])
    chosen = rng.choice(len(client_ids), size=num_clients, replace=False)
    return [client_ids[i] for i in chosen]
