"""Sketches that count distinct words: small tables that merge by a maximum.

A word that several clients have falls into the same cell at each of them, so that it counts once.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from fl_course.analytics.checks import check_whole_array, check_words
from fl_course.arguments import check_integer, check_seed
from fl_course.localization import say

_MOST_CELLS = 2**20
_HASH_BITS = 64
_REGISTERS = (2**4, 2**16)  # the fewest and the most


def cells_of(words: Sequence[str], num_cells: int, *, seed: int = 0) -> np.ndarray:
    """Throws each word into a cell, by a hash: equal words into the same, everywhere.

    Args:
        words: Any number of words.
        num_cells: How many cells there are.
        seed: Of the hash. Words that share a cell share none, as a rule, with another seed.

    Returns:
        int32 [len(words)], from 0 to `num_cells - 1`.

    Raises:
        TypeError: If `words` is no list of texts.
        ValueError: If a number is out of its range.
    """
    words = check_words("words", words)
    num_cells = check_integer("num_cells", num_cells, 1, _MOST_CELLS)
    return np.array([value % num_cells for value in _hashes(words, check_seed(seed))], np.int32)


def linear_count(sketch: ArrayLike) -> float:
    """Estimates how many distinct words have been thrown into cells, by linear counting.

    With n words in m cells, a share of about exp(-n / m) of the cells stays empty (Whang,
    Vander-Zanden and Taylor, "A Linear-Time Probabilistic Counting Algorithm for Database
    Applications", 1990, Section 2).

    Args:
        sketch: Integers, one for each cell: 0 where it is empty.

    Returns:
        The estimate; infinity if no cell is empty.

    Raises:
        TypeError: If `sketch` holds no integers.
        ValueError: If it is no row of numbers of 0 or more.
    """
    cells = check_whole_array("sketch", sketch, np.iinfo(np.int64).max)
    empty = np.count_nonzero(cells == 0)
    return float(-len(cells) * np.log(empty / len(cells))) if empty else float("inf")


def hyperloglog(words: Sequence[str], num_registers: int = 64, *, seed: int = 0) -> np.ndarray:
    """Sketches words in registers that hold a few bits each, however many words there are.

    The first bits of a word's hash choose a register. It keeps the longest run of zeros that any
    word's other bits begin with, plus one: a run of k is seen after some 2**k words. (Flajolet,
    Fusy, Gandouet and Meunier, "HyperLogLog", 2007, Figure 2.) Sketches merge by the maximum in
    each register.

    Args:
        words: Any number of words.
        num_registers: A power of two, 16 to 65536. The standard error of an estimate is about
            1.04 divided by its root.
        seed: Of the hash; only sketches of one seed merge.

    Returns:
        int32 [num_registers], 0 to 61.

    Raises:
        TypeError: If `words` is no list of texts.
        ValueError: If a number is out of its range.
    """
    words = check_words("words", words)
    num_registers = check_integer("num_registers", num_registers, *_REGISTERS)
    _check_registers("num_registers", num_registers)
    bits_left = _HASH_BITS - (num_registers.bit_length() - 1)
    registers = np.zeros(num_registers, np.int32)
    for value in _hashes(words, check_seed(seed)):
        register, rest = value >> bits_left, value & ((1 << bits_left) - 1)
        registers[register] = max(registers[register], bits_left - rest.bit_length() + 1)
    return registers


def hyperloglog_count(registers: ArrayLike) -> float:
    """Estimates how many distinct words are in a sketch of `hyperloglog`.

    Flajolet and others, 2007, Figure 3, with the correction for small numbers, which is linear
    counting. That for numbers near 2**32 has no place with hashes of 64 bits.

    Args:
        registers: Integers 0 to 61, of 16 registers or more, a power of two.

    Returns:
        The estimate.

    Raises:
        TypeError: If `registers` holds no integers.
        ValueError: If it has another form.
    """
    values = check_whole_array("registers", registers, _HASH_BITS - 3)
    count = len(values)
    _check_registers("registers", count)
    alpha = {16: 0.673, 32: 0.697, 64: 0.709}.get(count, 0.7213 / (1 + 1.079 / count))
    estimate = alpha * count**2 / np.sum(2.0**-values)
    if estimate <= 2.5 * count and (values == 0).any():
        return linear_count(values)
    return float(estimate)


def _check_registers(name: str, count: int) -> None:
    least, most = _REGISTERS
    if not least <= count <= most or count & (count - 1):
        raise ValueError(
            say(
                "{name} must be a power of two from 16 to 65536, and there are {count}.",
                name=name,
                count=count,
            )
        )


def _hashes(words: Sequence[str], seed: int) -> list[int]:
    """Hashes of 64 bits, the same in every process, which Python's own are not."""
    key = seed.to_bytes(8, "big")
    return [
        int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8, key=key).digest(), "big")
        for word in words
    ]
