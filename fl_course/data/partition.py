"""Splitting data among clients so that their labels differ as much as one asks for."""

import numpy as np
import tensorflow_federated as tff

from fl_course.arguments import (
    MOST_CLIENTS,
    check_client_data,
    check_integer,
    check_number,
    check_seed,
)
from fl_course.data.clients import examples, pool
from fl_course.data.datasets import client_data as make_client_data
from fl_course.localization import say

ClientData = tff.simulation.datasets.ClientData

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
    images, labels = pool(client_data)
    if num_clients > len(labels):
        raise ValueError(
            say(
                "num_clients must be at most {num_labels}, the number of examples, and it is "
                "{num_clients}.",
                num_labels=len(labels),
                num_clients=repr(num_clients),
            )
        )
    num_labels = int(labels.max()) + 1
    proportions = dirichlet_proportions(num_clients, num_labels, alpha, seed=seed)
    rng = np.random.default_rng([seed, 1])
    left = [list(rng.permutation(np.flatnonzero(labels == label))) for label in range(num_labels)]
    dealt: list[list[int]] = [[] for _ in range(num_clients)]
    for _ in range(len(labels) // num_clients):
        for client in range(num_clients):
            available = np.array([len(stock) > 0 for stock in left])
            wanted = proportions[client] * available
            if wanted.sum() <= 0:
                wanted = available.astype(float)
            label = rng.choice(num_labels, p=wanted / wanted.sum())
            dealt[client].append(left[label].pop())
    width = max(2, len(str(num_clients - 1)))
    return make_client_data(
        {
            f"client_{client:0{width}d}": {"label": labels[chosen], "pixels": images[chosen]}
            for client, chosen in enumerate(dealt)
        }
    )


def label_counts(client_data: ClientData, num_labels: int = 10) -> dict[str, np.ndarray]:
    """Counts each client's examples of each label.

    Args:
        client_data: Elements must have `label` and `pixels`.
        num_labels: Labels are 0 to `num_labels - 1`; 1 to 1,000.

    Returns:
        Client id to counts, int64 [num_labels].

    Raises:
        TypeError: If `client_data` is not client data.
        ValueError: If `num_labels` is not a whole number in its range, or there are more labels.
    """
    client_data = check_client_data(client_data)
    num_labels = check_integer("num_labels", num_labels, 1, _MOST_LABELS)
    counts = {}
    for client_id in client_data.client_ids:
        _, labels = examples(client_data, client_id)
        check_integer("num_labels", num_labels, int(labels.max(initial=0)) + 1)
        counts[client_id] = np.bincount(labels, minlength=num_labels)
    return counts
