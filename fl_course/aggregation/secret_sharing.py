"""A secret in shares, of which so many give it back and fewer say nothing: Shamir's scheme.

Shamir, "How to Share a Secret", 1979: the secret is the value at 0 of a random polynomial modulo a
prime, and a share is its value at another place. So many points as it has coefficients fix a
polynomial; with one less, every value at 0 is equally possible.
"""

import random
from collections.abc import Mapping
from typing import Any

from fl_course.arguments import check_integer, check_seed, described
from fl_course.localization import say

PRIME = 2**127 - 1
"""The field of the shares, and the group of the keys in `fl_course.aggregation.masks`."""


def split_secret(secret: int, num_shares: int, threshold: int, *, seed: int = 0) -> dict[int, int]:
    """Splits a secret into shares.

    Args:
        secret: 0 or more and below `PRIME`.
        num_shares: How many, 1 or more.
        threshold: How many of them give the secret back, 1 to `num_shares`.
        seed: Of the polynomial. In earnest it is drawn from the system's randomness: whoever knows
            it needs no share.

    Returns:
        The shares by their place, 1 to `num_shares`.

    Raises:
        ValueError: If a number is not a whole one in its range.
    """
    secret = check_integer("secret", secret, 0, PRIME - 1)
    num_shares = check_integer("num_shares", num_shares, 1)
    threshold = check_integer("threshold", threshold, 1, num_shares)
    rng = random.Random(check_seed(seed))
    coefficients = [secret] + [rng.randrange(PRIME) for _ in range(threshold - 1)]
    return {
        place: sum(
            coefficient * pow(place, power, PRIME) for power, coefficient in enumerate(coefficients)
        )
        % PRIME
        for place in range(1, num_shares + 1)
    }


def join_shares(shares: Mapping[int, int]) -> int:
    """Puts a secret together: Lagrange's interpolation at 0.

    Args:
        shares: As many as the threshold or more, by their place. With fewer the result is a number
            that has nothing to do with the secret.

    Returns:
        The secret.

    Raises:
        TypeError: If `shares` is no mapping.
        ValueError: If it is empty, or a place or share is not a whole number in its range.
    """
    shares = _check_shares(shares)
    secret = 0
    for place, share in shares.items():
        weight = 1
        for other in shares:
            if other != place:
                weight = weight * other * pow(other - place, -1, PRIME) % PRIME
        secret = (secret + share * weight) % PRIME
    return secret


def _check_shares(shares: Any) -> dict[int, int]:
    if not isinstance(shares, Mapping):
        raise TypeError(
            say("shares must map places to shares, and it is {value}.", value=described(shares))
        )
    if not shares:
        raise ValueError(say("shares is empty; give as many as the threshold."))
    return {
        check_integer("shares", place, 1): check_integer("shares", share, 0, PRIME - 1)
        for place, share in shares.items()
    }
