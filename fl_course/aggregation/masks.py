"""Masks that pairs of clients agree on, and that cancel in the sum.

Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS 2017,
Section 4. What is simplified: the group of the key agreement is small and unproven, the keys are
drawn from a seed, so that a notebook gives the same each time, and the generator that expands a
seed is NumPy's, which is uniform but not made for secrets.
"""

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from fl_course.aggregation.fixed_point import BITS, modulus_mask
from fl_course.aggregation.secret_sharing import PRIME
from fl_course.arguments import check_integer, check_seed, check_text, described
from fl_course.localization import say

_GENERATOR = 3  # of the group of the key agreement


class Keys(NamedTuple):
    """A client's keys.

    Attributes:
        secret: What only the client knows.
        public: What it tells all others.
    """

    secret: int
    public: int


def make_keys(seed: int) -> Keys:
    """Makes a client's keys: a secret number, and 3 to its power modulo a prime.

    Args:
        seed: Another one for each client; 0 to 2**32 - 1.

    Raises:
        ValueError: If `seed` is anything else.
    """
    secret = random.Random(check_seed(seed)).randrange(1, PRIME - 1)
    return Keys(secret, pow(_GENERATOR, secret, PRIME))


def shared_seed(secret: int, public: int) -> int:
    """What two clients have in common and nobody else: Diffie's and Hellman's key agreement.

    One's public key to the power of the other's secret is the same both ways (Diffie and Hellman,
    "New Directions in Cryptography", 1976, Section III).

    Args:
        secret: One client's secret key.
        public: The other client's public key.

    Returns:
        A seed for `expand`.

    Raises:
        ValueError: If a key is not a whole number in its range.
    """
    secret = check_integer("secret", secret, 1, PRIME - 1)
    return pow(check_integer("public", public, 1, PRIME - 1), secret, PRIME)


def expand(seed: int, size: int, *, bits: int = BITS) -> np.ndarray:
    """Makes many uniform numbers of one seed: the pseudorandom generator PRG of the paper.

    Args:
        seed: Of any length, 0 or more.
        size: How many numbers, 1 or more.
        bits: Of the modulus, 2 to 62.

    Returns:
        uint64 [size], uniform from 0 to 2**bits - 1, the same for the same seed.

    Raises:
        ValueError: If an argument is not a whole number in its range.
    """
    seed = check_integer("seed", seed, 0, PRIME - 1)
    largest = modulus_mask(bits)
    size = check_integer("size", size, 1)
    return np.random.default_rng(seed).integers(
        0, largest, size=size, dtype=np.uint64, endpoint=True
    )


def pairwise_mask(
    client: str, secret: int, public_keys: Mapping[str, int], size: int, *, bits: int = BITS
) -> np.ndarray:
    """The sum of the masks that a client shares with each of the others.

    Of two clients, the one whose id comes first adds their common numbers and the other one takes
    them off; over all clients the sum is 0 in every place.

    Args:
        client: The client's id.
        secret: Its secret key.
        public_keys: The clients' public keys by id; one under the client's own id is left out.
        size: How many numbers, 1 or more.
        bits: Of the modulus, 2 to 62.

    Returns:
        uint64 [size], modulo 2**bits.

    Raises:
        TypeError: If `client` is no text or `public_keys` no mapping.
        ValueError: If a number is not a whole one in its range.
    """
    client = check_text("client", client)
    check_integer("secret", secret, 1, PRIME - 1)
    largest = modulus_mask(bits)
    mask = np.zeros(check_integer("size", size, 1), np.uint64)
    for other, public in _check_keys(public_keys).items():
        if other != client:
            common = expand(shared_seed(secret, public), size, bits=bits)
            mask = mask + common if client < other else mask - common
    return mask & largest


def _check_keys(public_keys: Any) -> dict[str, int]:
    if not isinstance(public_keys, Mapping):
        raise TypeError(
            say(
                "public_keys must map ids to public keys, and it is {value}.",
                value=described(public_keys),
            )
        )
    return {
        check_text("public_keys", other): check_integer("public_keys", public, 1, PRIME - 1)
        for other, public in public_keys.items()
    }
