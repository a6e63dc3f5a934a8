"""Splitting data among clients that differ, or don't, as one asks for."""

import bisect
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow_federated as tff

from fl_course.arguments import (
    MOST_CLIENTS,
    check_client_data,
    check_integer,
    check_number,
    check_seed,
)
from fl_course.data.clients import check_classes, examples, pooled_parts
from fl_course.data.in_memory import InMemory
from fl_course.localization import say

ClientData = tff.simulation.datasets.ClientData

_USUAL = 10  # labels, of digits
_MOST_LABELS = 1000  # as many as ImageNet has; each client has a number for each of them


def dirichlet_proportions(
    num_clients: int, num_labels: int, alpha: float, *, seed: int = 0
) -> np.ndarray:
    """Draws a distribution over labels for each client from a symmetric Dirichlet distribution.

    The idea is from Hsu, Qi and Brown, "Measuring the Effects of Non-Identical Data Distribution
    for Federated Visual Classification" (2019), section 3. They write it as Dir(alpha p) with p
    the overall share of each label: for `num_labels` labels of equal share, their alpha is
    `num_labels` times ours, which is the parameter of each label, as in most later work.

    Args:
        num_clients: 1 to 1,000,000.
        num_labels: 1 to 1,000.
        alpha: The concentration, above 0. Small values give clients with few labels; large values
            give clients that are all alike.
        seed: 0 to 2**32 - 1.

    Returns:
        float64 [num_clients, num_labels], each row of which sums to 1.

    Raises:
        TypeError: If `alpha` is not a number.
        ValueError: If an argument is out of its range.
    """
    num_clients = check_integer("num_clients", num_clients, 1, MOST_CLIENTS)
    num_labels = check_integer("num_labels", num_labels, 1, _MOST_LABELS)
    alpha = check_number("alpha", alpha, least_allowed=False)
    seed = check_seed(seed)
    return np.random.default_rng(seed).dirichlet([alpha] * num_labels, size=num_clients)


def label_skew(
    client_data: ClientData, num_clients: int, alpha: float, *, seed: int = 0
) -> ClientData:
    """Deals pooled examples out to new clients with label distributions of their own.

    The distributions are drawn by `dirichlet_proportions`. Every client gets the same number of
    examples, and no example goes to two clients; up to `num_clients - 1` examples are left over.
    Examples are dealt one at a time in turn. Where a label has run out, a client takes one of the
    labels that are left, in the proportions in which it wants them, so that the last examples dealt
    follow the distributions less closely than the first.

    Args:
        client_data: The examples to deal out.
        num_clients: How many clients to make, 1 to the number of examples.
        alpha: The concentration, above 0, see `dirichlet_proportions`.
        seed: 0 to 2**32 - 1; the same arguments always give the same clients.

    Returns:
        Client data with ids "client_00", "client_01", and so on.

    Raises:
        TypeError: If `client_data` is not client data, or `alpha` not a number.
        ValueError: If an argument is out of its range, or the clients have no examples.
    """
    num_clients = check_integer("num_clients", num_clients, 1)
    alpha = check_number("alpha", alpha, least_allowed=False)
    seed = check_seed(seed)
    check_classes(check_client_data(client_data))
    parts = _parts_for(client_data, num_clients)
    labels = parts["label"]
    num_labels = int(labels.max()) + 1
    proportions = dirichlet_proportions(num_clients, num_labels, alpha, seed=seed)
    rng = np.random.default_rng([seed, 1])
    left = [list(rng.permutation(np.flatnonzero(labels == label))) for label in range(num_labels)]
    dealt: list[list[int]] = [[] for _ in range(num_clients)]
    # What a client wants changes only when a label has run out. The draw is that of rng.choice.
    cumulated: dict[int, list[float]] = {}
    for _ in range(len(labels) // num_clients):
        for client in range(num_clients):
            if client not in cumulated:
                available = np.array([len(stock) > 0 for stock in left])
                cumulated[client] = _cumulated_shares(proportions[client], available)
            label = bisect.bisect_right(cumulated[client], rng.random())
            dealt[client].append(left[label].pop())
            if not left[label]:
                cumulated.clear()
    return _dealt_out(client_data, parts, dealt)


def _cumulated_shares(proportions: np.ndarray, available: np.ndarray) -> list[float]:
    """Sums of the shares of the labels up to each, which end at 1; those left if none is wanted."""
    wanted = proportions * available
    if wanted.sum() <= 0:
        wanted = available.astype(float)
    cumulated = (wanted / wanted.sum()).cumsum()
    return (cumulated / cumulated[-1]).tolist()


def iid(client_data: ClientData, num_clients: int, *, seed: int = 0) -> ClientData:
    """Deals pooled examples out to new clients at random, so that all clients are alike.

    Args:
        client_data: The examples to deal out; elements have a `label`.
        num_clients: How many clients to make, 1 to the number of examples.
        seed: 0 to 2**32 - 1; the same arguments always give the same clients.

    Returns:
        Client data with ids "client_00", "client_01", and so on. All examples are dealt out, and
        the numbers of two clients' examples differ by 1 at most.

    Raises:
        TypeError: If `client_data` is not client data.
        ValueError: If an argument is out of its range, or the clients have no examples.
    """
    num_clients = check_integer("num_clients", num_clients, 1)
    seed = check_seed(seed)
    parts = _parts_for(client_data, num_clients)
    order = np.random.default_rng(seed).permutation(len(parts["label"]))
    return _dealt_out(client_data, parts, np.array_split(order, num_clients))


def shards(
    client_data: ClientData, num_clients: int, *, shards_per_client: int = 2, seed: int = 0
) -> ClientData:
    """Sorts pooled examples by label, cuts them into shards, and gives each client a few of them.

    From McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized
    Data" (2017), section 3, whose clients have two shards each. A client has about as many labels
    as shards: one more where a shard goes from one label to the next. Numbers for regression are
    sorted by their size.

    Args:
        client_data: The examples to deal out; elements have a `label`.
        num_clients: How many clients to make, 1 or more.
        shards_per_client: 1 or more; no more shards in all than there are examples.
        seed: Of the order within a label, and of whose a shard is; 0 to 2**32 - 1.

    Returns:
        Client data with ids "client_00", "client_01", and so on. All examples are dealt out; shards
        differ by one example at most.

    Raises:
        TypeError: If `client_data` is not client data.
        ValueError: If an argument is out of its range, or the clients have no examples.
    """
    num_clients = check_integer("num_clients", num_clients, 1)
    shards_per_client = check_integer("shards_per_client", shards_per_client, 1)
    seed = check_seed(seed)
    parts = _parts_for(client_data, num_clients)
    num_examples = len(parts["label"])
    check_integer("shards_per_client", shards_per_client, 1, num_examples // num_clients)
    rng = np.random.default_rng(seed)
    mixed = rng.permutation(num_examples)
    by_label = mixed[np.argsort(parts["label"][mixed], kind="stable")]
    cut = np.array_split(by_label, num_clients * shards_per_client)
    whose = rng.permutation(len(cut)).reshape(num_clients, shards_per_client)
    return _dealt_out(
        client_data, parts, [np.concatenate([cut[shard] for shard in row]) for row in whose]
    )


def quantity_skew(
    client_data: ClientData, num_clients: int, alpha: float, *, seed: int = 0
) -> ClientData:
    """Deals pooled examples out at random to new clients of unequal sizes.

    The clients' shares of all examples are drawn from a symmetric Dirichlet distribution, as in Li
    et al., "Federated Learning on Non-IID Data Silos: An Experimental Study" (2022), section IV.
    Here every client has one example at least.

    Args:
        client_data: The examples to deal out; elements have a `label`.
        num_clients: How many clients to make, 1 to the number of examples.
        alpha: The concentration, above 0. Small values give a few large clients and many small
            ones; large values give clients of about the same size.
        seed: 0 to 2**32 - 1; the same arguments always give the same clients.

    Returns:
        Client data with ids "client_00", "client_01", and so on. All examples are dealt out.

    Raises:
        TypeError: If `client_data` is not client data, or `alpha` not a number.
        ValueError: If an argument is out of its range, or the clients have no examples.
    """
    num_clients = check_integer("num_clients", num_clients, 1)
    alpha = check_number("alpha", alpha, least_allowed=False)
    seed = check_seed(seed)
    parts = _parts_for(client_data, num_clients)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(parts["label"]))
    shares = np.cumsum(rng.dirichlet([alpha] * num_clients))
    # One for each client, and the rest by shares; sums are rounded, so that all examples go.
    ends = np.arange(1, num_clients + 1) + np.rint(shares * (len(order) - num_clients)).astype(int)
    return _dealt_out(client_data, parts, np.split(order, ends[:-1]))


def _parts_for(client_data: ClientData, num_clients: int) -> Mapping[str, np.ndarray]:
    """All examples, of which there is one for each client."""
    parts = pooled_parts(client_data)
    if num_clients > len(parts["label"]):
        raise ValueError(
            say(
                "num_clients must be at most {num_labels}, the number of examples, and it is "
                "{num_clients}.",
                num_labels=len(parts["label"]),
                num_clients=repr(num_clients),
            )
        )
    return parts


def _dealt_out(
    client_data: ClientData, parts: Mapping[str, np.ndarray], dealt: Sequence[Sequence[int]]
) -> ClientData:
    """Client data of new clients, to each of whom its examples were dealt."""
    width = max(2, len(str(len(dealt) - 1)))
    ends = np.cumsum([0, *map(len, dealt)])
    order = np.concatenate([np.asarray(chosen, np.int64) for chosen in dealt])
    return InMemory(
        [f"client_{client:0{width}d}" for client in range(len(dealt))],
        ends,
        {name: values[order] for name, values in parts.items()},
        getattr(client_data, "schema", None),
    )


def label_counts(client_data: ClientData, num_labels: int | None = None) -> dict[str, np.ndarray]:
    """Counts each client's examples of each label.

    Args:
        client_data: Elements must have a `label` that is a class.
        num_labels: Labels are 0 to `num_labels - 1`; 1 to 1,000. By default as many as there are
            classes in the data's schema; without a schema 10, or more if there are more.

    Returns:
        Client id to counts, int64 [num_labels].

    Raises:
        TypeError: If `client_data` is not client data.
        ValueError: If `num_labels` is not a whole number in its range, or there are more labels,
            or labels are no classes.
    """
    client_data = check_client_data(client_data)
    if num_labels is not None:
        num_labels = check_integer("num_labels", num_labels, 1, _MOST_LABELS)
    check_classes(client_data)
    labels = {
        client_id: examples(client_data, client_id)["label"] for client_id in client_data.client_ids
    }
    most = max(int(of_client.max(initial=0)) + 1 for of_client in labels.values())
    if num_labels is None:
        schema = getattr(client_data, "schema", None)
        classes = _USUAL if schema is None else schema.num_labels
        num_labels = max(classes, most)
    check_integer("num_labels", num_labels, most)
    return {
        client_id: np.bincount(of_client, minlength=num_labels)
        for client_id, of_client in labels.items()
    }
