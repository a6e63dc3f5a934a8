"""Real numbers as whole numbers modulo a power of two, whose sums are exact.

Floating-point addition rounds, so its result depends on the order; and a mask that is added to a
float and taken off again leaves a trace. Whole numbers modulo 2**bits have neither fault, and a
mask that is uniform there hides a value completely (Bonawitz et al., "Practical Secure Aggregation
for Privacy-Preserving Machine Learning", CCS 2017, Section 4).
"""

import numpy as np
from numpy.typing import ArrayLike

from fl_course.aggregation.checks import check_real_array, check_residues
from fl_course.arguments import check_integer
from fl_course.localization import say

BITS = 32
FRACTION_BITS = 16
_MOST_BITS = 62  # int64 has room for every value and its sign


def to_fixed_point(
    values: ArrayLike, *, bits: int = BITS, fraction_bits: int = FRACTION_BITS
) -> np.ndarray:
    """Writes real numbers as whole numbers modulo 2**bits.

    A value becomes the nearest multiple of 2**-fraction_bits (of two equally near ones, the even
    one), counted in such steps; a negative count stands at the upper end, as -1 at 2**bits - 1.

    Args:
        values: Real numbers of any shape.
        bits: Of the modulus, 2 to 62. To add up n clients without an overflow, it takes
            log2(n) bits more than one value needs.
        fraction_bits: How many of them are behind the point, 0 or more and below `bits`.

    Returns:
        uint64 in the shape of `values`, 0 to 2**bits - 1.

    Raises:
        TypeError: If `values` holds no real numbers.
        ValueError: If a number is not finite or out of range, or the bits are.
    """
    bits, fraction_bits = check_bits(bits, fraction_bits)
    steps = np.rint(np.ldexp(check_real_array("values", values), fraction_bits))
    limit = 2.0 ** (bits - 1)
    if ((steps < -limit) | (steps >= limit)).any():
        raise ValueError(
            say(
                "values must be from {least} to below {most} for {bits} bits with {fraction_bits} "
                "behind the point, and the largest is {largest}.",
                least=f"{-(2.0 ** (bits - 1 - fraction_bits)):g}",
                most=f"{2.0 ** (bits - 1 - fraction_bits):g}",
                bits=bits,
                fraction_bits=fraction_bits,
                largest=f"{np.ldexp(np.abs(steps).max(), -fraction_bits):g}",
            )
        )
    return steps.astype(np.int64).astype(np.uint64) & modulus_mask(bits)


def from_fixed_point(
    numbers: ArrayLike, *, bits: int = BITS, fraction_bits: int = FRACTION_BITS
) -> np.ndarray:
    """Reads whole numbers modulo 2**bits as the real numbers that they stand for.

    The upper half are the negative ones. A sum that has left the range comes out wrong by a
    multiple of 2**(bits - fraction_bits); nothing in the numbers tells.

    Args:
        numbers: Integers of any shape, 0 to 2**bits - 1.
        bits: Of the modulus, 2 to 62.
        fraction_bits: How many of them are behind the point, 0 or more and below `bits`.

    Returns:
        float64 in the shape of `numbers`; exact up to 53 bits.

    Raises:
        TypeError: If `numbers` holds anything but integers.
        ValueError: If a number is out of range, or the bits are.
    """
    bits, fraction_bits = check_bits(bits, fraction_bits)
    residues = check_residues("numbers", numbers, bits).astype(np.int64)
    signed = np.where(residues >= 2 ** (bits - 1), residues - 2**bits, residues)
    return np.ldexp(signed.astype(np.float64), -fraction_bits)


def modulus_mask(bits: int) -> np.uint64:
    """What a bitwise "and" needs to reduce numbers modulo 2**bits.

    uint64 wraps at 2**64, a multiple of the modulus: sums and differences may be reduced late.

    Args:
        bits: 2 to 62.

    Raises:
        ValueError: If `bits` is out of range.
    """
    return np.uint64(2 ** check_integer("bits", bits, 2, _MOST_BITS) - 1)


def check_bits(bits: int, fraction_bits: int = 0) -> tuple[int, int]:
    """Checks the form of fixed-point numbers.

    Raises:
        ValueError: If one is out of range.
    """
    bits = check_integer("bits", bits, 2, _MOST_BITS)
    return bits, check_integer("fraction_bits", fraction_bits, 0, bits - 1)
