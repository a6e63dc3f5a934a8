"""Choosing clients and pooling their examples."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
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
from fl_course.data.in_memory import Chosen, InMemory
from fl_course.localization import say
from fl_course.runtime import late_datasets

ClientData = tff.simulation.datasets.ClientData


def pool(
    client_data: ClientData, client_ids: Sequence[str] | None = None
) -> tuple[Any, np.ndarray]:
    """Puts the examples of several clients together, as centralized training needs them.

    Args:
        client_data: Elements must have a `label` and one or more other parts, such as `pixels` or
            `features`.
        client_ids: Whose examples; by default everybody's.

    Returns:
        What belongs to the labels, [n, ...], such as images, float32 [n, 28, 28]; a dict of these
        by name if there are several. And the labels, [n], client after client: int32, or float32
        for regression.

    Raises:
        TypeError: If `client_data` is not client data, or `client_ids` not a list of texts.
        ValueError: If `client_ids` is empty or holds an unknown id, or these clients have no
            examples.
    """
    pooled = pooled_parts(client_data, client_ids)
    labels = pooled.pop("label")
    return (next(iter(pooled.values())) if len(pooled) == 1 else pooled), labels


def pooled_parts(
    client_data: ClientData, client_ids: Sequence[str] | None = None
) -> OrderedDict[str, np.ndarray]:
    """Puts the examples of several clients together, see `pool`.

    Returns:
        Part of an example, `label` among them, to its values, [n, ...], client after client.
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
    check_elements(client_data)
    by_client = [examples(client_data, client_id) for client_id in ids]
    if not any(len(parts["label"]) for parts in by_client):
        raise ValueError(
            say(
                "client_data has no examples of {clients}; give clients that have some.",
                clients=described(ids),
            )
        )
    return OrderedDict(
        (name, np.concatenate([parts[name] for parts in by_client])) for name in by_client[0]
    )


def examples(client_data: ClientData, client_id: str) -> Mapping[str, np.ndarray]:
    """The examples of one client, of whom there may be none.

    Args:
        client_data: Elements are dicts.
        client_id: One of its ids.

    Returns:
        Part of an example to its values, [n, ...], which may be views that can't be written to.

    Raises:
        ValueError: If there is no end of them.
    """
    if isinstance(client_data, Chosen):
        return examples(client_data.base, client_id)
    if isinstance(client_data, InMemory):
        return client_data.examples(client_id)
    dataset = client_data.create_tf_dataset_for_client(client_id)
    if arrays := late_datasets.arrays_of(dataset):
        return arrays()
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
    return OrderedDict(
        (
            name,
            np.concatenate([batch[name] for batch in batches])
            if batches
            else np.zeros((0, *spec.shape), spec.dtype.as_numpy_dtype),
        )
        for name, spec in dataset.element_spec.items()
    )


def check_classes(client_data: ClientData) -> None:
    """Checks that elements have a label that is a class.

    Raises:
        ValueError: If they have none, or one for regression.
    """
    check_elements(client_data)
    dtype = client_data.element_type_structure["label"].dtype
    if not dtype.is_integer:
        raise ValueError(
            say(
                "client_data has labels of {dtype}, and wanted are classes: integers. For "
                "regression, deal examples out by data.iid or data.quantity_skew.",
                dtype=dtype.name,
            )
        )


def check_elements(client_data: ClientData) -> None:
    """Checks that elements are dicts of a label and something that it belongs to.

    Raises:
        ValueError: If they are something else.
    """
    spec = client_data.element_type_structure
    if isinstance(spec, Mapping) and "label" in spec and len(spec) > 1:
        tensors = all(isinstance(part, tf.TensorSpec) for part in spec.values())
        if tensors and spec["label"].shape.rank == 0:
            return
    raise ValueError(
        say(
            "client_data must have elements that are dicts of 'label' with shape [] and another "
            "part, and they are {spec}.",
            spec=spec,
        )
    )


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
