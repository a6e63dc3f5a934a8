"""A sum of clients' values of which the server sees nothing but the sum, in one process.

Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS 2017,
Figure 4, in its four rounds. What is simplified: client and server are functions that are called in
order, messages are not encrypted on their way through the server, nobody signs keys (a server that
lies about who is there would be believed), and see `fl_course.aggregation.masks`.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fl_course.aggregation.checks import check_real_array
from fl_course.aggregation.fixed_point import (
    BITS,
    FRACTION_BITS,
    check_bits,
    from_fixed_point,
    modulus_mask,
    to_fixed_point,
)
from fl_course.aggregation.masks import Keys, expand, make_keys, pairwise_mask
from fl_course.aggregation.secret_sharing import join_shares, split_secret
from fl_course.arguments import check_integer, check_seed, check_text, described
from fl_course.localization import say

Shares = dict[str, dict[str, int]]  # whose secret -> who holds the share -> the share


class SecureSum(NamedTuple):
    """What the server has after the last round.

    Attributes:
        total: float64, shaped as a client's value: the sum over the clients that sent one, exact
            for the fixed-point numbers that the values were rounded to.
        received: What each client sent: uint64, uniform without the others' help.
        revealed: For each client, the one secret of it that the others gave away: "self mask" of
            those who sent a value, "key" of those who dropped out.
    """

    total: np.ndarray
    received: dict[str, np.ndarray]
    revealed: dict[str, str]


def secure_sum(
    values: Mapping[str, ArrayLike],
    *,
    dropped: Collection[str] = (),
    threshold: int | None = None,
    bits: int = BITS,
    fraction_bits: int = FRACTION_BITS,
    seed: int = 0,
) -> SecureSum:
    """Adds up the clients' values under masks.

    Args:
        values: A client's numbers by its id, all in one shape; two clients or more.
        dropped: Ids of clients that are gone before they send their value. The others have masks
            with them that would not cancel; these are recovered from shares of the gone ones' keys.
        threshold: How many clients have to be left, 2 or more; by default more than two thirds of
            all, as the paper has it for a server that may lie.
        bits: Of the modulus, 2 to 62; the whole sum must have room.
        fraction_bits: How many of them are behind the point.
        seed: Of all keys and shares, 0 to 2**32 - 1.

    Returns:
        The sum, and what the server saw on the way.

    Raises:
        TypeError: If `values` is no mapping of arrays, or `dropped` no collection of ids.
        ValueError: If the shapes differ, a number is out of range, an id is unknown, or fewer
            clients than the threshold are left.
    """
    bits, fraction_bits = check_bits(bits, fraction_bits)
    arrays = _check_values(values)
    clients = list(arrays)
    gone = _check_dropped(dropped, clients)
    if threshold is None:
        threshold = max(2, 2 * len(clients) // 3 + 1)
    threshold = check_integer("threshold", threshold, 2, len(clients))
    left = [client for client in clients if client not in gone]
    if len(left) < threshold:
        raise ValueError(
            say(
                "dropped leaves {left} of {all} clients, and the threshold is {threshold}: no sum.",
                left=len(left),
                all=len(clients),
                threshold=threshold,
            )
        )
    fixed = {
        client: to_fixed_point(array, bits=bits, fraction_bits=fraction_bits).ravel()
        for client, array in arrays.items()
    }
    shape = arrays[clients[0]].shape
    size = fixed[clients[0]].size
    seeds = iter(np.random.SeedSequence(check_seed(seed)).generate_state(4 * len(clients)).tolist())

    # Round 0, AdvertiseKeys: every client makes keys and tells the public one.
    keys = {client: make_keys(next(seeds)) for client in clients}
    public_keys = {client: key.public for client, key in keys.items()}
    # Round 1, ShareKeys: it gives each client a share of its secret key and of its self mask.
    self_seeds = {client: make_keys(next(seeds)).secret for client in clients}
    key_shares = _shared({c: keys[c].secret for c in clients}, threshold, seeds)
    self_shares = _shared(self_seeds, threshold, seeds)
    # Round 2, MaskedInputCollection: those who are still there send their value under both masks.
    largest = modulus_mask(bits)
    received = {
        client: (
            fixed[client]
            + expand(self_seeds[client], size, bits=bits)
            + pairwise_mask(client, keys[client].secret, public_keys, size, bits=bits)
        )
        & largest
        for client in left
    }
    # Round 3, Unmasking: they tell their shares, of each client either of the self mask or of the
    # key. Never both: the two together would lay its value open.
    total = np.sum(list(received.values()), axis=0, dtype=np.uint64)
    for client in left:
        self_seed = _joined(clients, self_shares[client], left)
        total = total - expand(self_seed, size, bits=bits)
    for client in gone:
        key = Keys(_joined(clients, key_shares[client], left), public_keys[client])
        of_those_left = {other: public_keys[other] for other in left}
        # The gone one's masks with those left are what is missing for all to cancel.
        total = total + pairwise_mask(client, key.secret, of_those_left, size, bits=bits)
    return SecureSum(
        from_fixed_point(total & largest, bits=bits, fraction_bits=fraction_bits).reshape(shape),
        {client: numbers.reshape(shape) for client, numbers in received.items()},
        {client: "key" if client in gone else "self mask" for client in clients},
    )


def _shared(secrets: Mapping[str, int], threshold: int, seeds: Any) -> Shares:
    shares = {}
    for client, secret in secrets.items():
        split = split_secret(secret, len(secrets), threshold, seed=next(seeds))
        shares[client] = dict(zip(secrets, split.values(), strict=True))
    return shares


def _joined(clients: list[str], shares: Mapping[str, int], left: list[str]) -> int:
    """Puts a secret together from the shares of the clients that are left."""
    return join_shares({clients.index(holder) + 1: shares[holder] for holder in left})


def _check_values(values: Any) -> dict[str, np.ndarray]:
    if not isinstance(values, Mapping):
        raise TypeError(
            say("values must map ids to arrays, and it is {value}.", value=described(values))
        )
    arrays = {
        check_text("values", client): check_real_array(f"values[{client!r}]", array)
        for client, array in values.items()
    }
    if len(arrays) < 2:
        raise ValueError(
            say("values must be of two clients or more: the sum of one hides nothing.")
        )
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) > 1 or not all(array.size for array in arrays.values()):
        raise ValueError(
            say(
                "values must have one shape, and there are {shapes}.",
                shapes=", ".join(str(list(shape)) for shape in sorted(shapes)),
            )
        )
    return arrays


def _check_dropped(dropped: Any, clients: list[str]) -> list[str]:
    if isinstance(dropped, str | bytes | Mapping) or not isinstance(dropped, Collection):
        raise TypeError(
            say("dropped must be a list of ids, and it is {value}.", value=described(dropped))
        )
    for client in dropped:
        if client not in clients:
            raise ValueError(
                say("dropped holds {client}, which is not a client.", client=described(client))
            )
    return [client for client in clients if client in dropped]
