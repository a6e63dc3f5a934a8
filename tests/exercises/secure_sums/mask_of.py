"""Answers to `mask_of`, as learners write them."""

import re
import types

import numpy as np

from tests.exercises.cases import Case


def expand(seed, size, bits):
    from fl_course import aggregation

    return aggregation.expand(seed, size, bits=bits)


def right(client, seeds, size, bits):
    mask = np.zeros(size, np.uint64)
    for other, seed in seeds.items():
        if client < other:
            mask += expand(seed, size, bits)
        else:
            mask -= expand(seed, size, bits)
    return mask % np.uint64(2**bits)


def in_python(client, seeds, size, bits):
    mask = [0] * size
    for other in sorted(seeds):
        sign = 1 if client < other else -1
        numbers = expand(seeds[other], size, bits).tolist()
        mask = [(m + sign * n) % 2**bits for m, n in zip(mask, numbers, strict=True)]
    return mask


def opposite(client, seeds, size, bits):
    """Adds the number's opposite in place of a difference."""
    parts = [
        expand(seed, size, bits) if other > client else 2**bits - expand(seed, size, bits)
        for other, seed in seeds.items()
    ]
    return np.sum(parts, axis=0, dtype=np.uint64) % np.uint64(2**bits)


def signed(sign, reduced=True):
    def mask_of(client, seeds, size, bits):
        mask = [0] * size
        for other, seed in seeds.items():
            numbers = expand(seed, size, bits).tolist()
            mask = [m + sign(client, other) * n for m, n in zip(mask, numbers, strict=True)]
        return [number % 2**bits for number in mask] if reduced else mask

    return lambda: mask_of


def one_other(client, seeds, size, bits):
    for other, seed in seeds.items():
        mask = right(client, {other: seed}, size, bits)
    return mask


def first_other(client, seeds, size, bits):
    for other, seed in seeds.items():
        return right(client, {other: seed}, size, bits)
    return np.zeros(size)


def summed_seeds(client, seeds, size, bits):
    return expand(sum(seeds.values()), size, bits)


def emptying(client, seeds, size, bits):
    mask = right(client, seeds, size, bits)
    seeds.clear()
    return mask


def as_if_sorted(client, seeds, size, bits):
    """Takes off what stands first in the dictionary."""
    before = sum(other < client for other in seeds)
    total = np.zeros(size, np.uint64)
    for place, seed in enumerate(seeds.values()):
        numbers = expand(seed, size, bits)
        total = total - numbers if place < before else total + numbers
    return total % np.uint64(2**bits)


def by_natural_order(client, other):
    one, two = (
        [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
        for name in (client, other)
    )
    return 1 if one < two else -1


def always_32(client, seeds, size, bits, at_the_end=True):
    mask = np.zeros(size, np.uint64)
    for other, seed in seeds.items():
        numbers = expand(seed, size, 32)
        mask = mask + numbers if client < other else mask - numbers
    return mask % np.uint64(2 ** (bits if at_the_end else 32))


def remembering(client, seeds, size, bits, totals={}):  # noqa: B006
    total = totals.setdefault(size, np.zeros(size, np.uint64))
    for other, seed in seeds.items():
        if client < other:
            total += expand(seed, size, bits)
        else:
            total -= expand(seed, size, bits)
    return total % np.uint64(2**bits)


def by_order(client, other):
    return 1 if client < other else -1


def by_number(client, other):
    return 1 if (len(client), client) < (len(other), other) else -1


def without_size(client, seeds, size, bits):
    return right(client, seeds, 1, bits)[0]


def constant(client, seeds, size, bits):
    total = sum(seed if client < other else -seed for other, seed in seeds.items())
    return [total % 2**bits] * size


def knowing_clients(client, seeds, size, bits, known={}):  # noqa: B006
    if client not in known:
        known[client] = right(client, seeds, size, bits)
    return known[client]


def keeping_rows(under, row=expand):
    """Keeps the rows of seeds under a part of what they depend on."""
    kept = {}

    def mask_of(client, seeds, size, bits):
        mask = np.zeros(size, np.uint64)
        for other, seed in seeds.items():
            numbers = kept.setdefault(under(other, seed, size, bits), row(seed, size, bits))
            mask = mask + numbers if client < other else mask - numbers
        return mask % np.uint64(2**bits)

    return lambda: mask_of


def zipped(client, seeds, size, bits):
    return right(client, dict(zip(sorted(seeds), seeds.values(), strict=True)), size, bits)


def reduced_by(reduce):
    """The total of signed rows, brought into the range in some way."""

    def mask_of(client, seeds, size, bits):
        total = signed(by_order, reduced=False)()(client, seeds, size, bits)
        return [int(number) for number in reduce(np.array(total, object), bits)]

    return lambda: mask_of


def wrapped(client, seeds, size, bits):
    """In uint64, with the remainder of one less."""
    mask = np.zeros(size, np.uint64)
    for other, seed in seeds.items():
        numbers = expand(seed, size, bits)
        mask = mask + numbers if client < other else mask - numbers
    return mask % np.uint64(2**bits - 1)


CASE = Case(
    right={
        "in NumPy": lambda: right,
        "in Python, sorted": lambda: in_python,
        "the opposite added": lambda: opposite,
        "rows kept under all that they depend on": keeping_rows(lambda o, *rest: rest),
    },
    wrong={
        "not_an_array": lambda: without_size,
        "wrong_shape": lambda: lambda *case: right(*case)[:, np.newaxis],
        "not_whole": lambda: lambda *case: right(*case) / 3,
        "not_reduced": signed(by_order, reduced=False),
        "not_reduced: modulo 2**64": lambda: (
            lambda client, seeds, size, bits: np.array(
                [n % 2**64 for n in signed(by_order, reduced=False)()(client, seeds, size, bits)],
                dtype=np.uint64,
            )
        ),
        "no_signs": signed(lambda client, other: 1),
        "signs_swapped": signed(lambda client, other: -by_order(client, other)),
        "half_left_out": signed(lambda client, other: int(client < other)),
        "by_length": signed(by_number),
        "by_length: the numbers as numbers": signed(by_natural_order),
        "by_case": signed(lambda client, other: by_order(client.lower(), other.lower())),
        "by_place: ids in order, and seeds as they come": lambda: zipped,
        "sign_lost": reduced_by(lambda total, bits: np.abs(total) % 2**bits),
        "modulus_32": reduced_by(lambda total, bits: total % 2**32),
        "other_modulus": reduced_by(lambda total, bits: total % (2**bits - 1)),
        "other_modulus: in uint64": lambda: wrapped,
        "other_modulus: of half": reduced_by(lambda total, bits: total % 2 ** (bits - 1)),
        "by_place": lambda: as_if_sorted,
        "row_added": signed(
            lambda client, other: 1 if other == "anna" else by_order(client, other)
        ),
        "row_taken_off": signed(
            lambda client, other: -1 if other == "writer_9" else by_order(client, other)
        ),
        "row_left_out": signed(
            lambda client, other: 0 if other == "writer_10" else by_order(client, other)
        ),
        "other_bits": lambda: always_32,
        "other_bits: in the remainder, too": lambda: (
            lambda *case: always_32(*case, at_the_end=False)
        ),
        "remembers: by the id": lambda: types.FunctionType(
            knowing_clients.__code__, globals(), argdefs=({},)
        ),
        "remembers: rows by seed and size": keeping_rows(lambda o, seed, size, b: (seed, size)),
        "remembers: rows by id and size": keeping_rows(lambda o, seed, size, b: (o, size)),
        "remembers: rows by id, size and bits": keeping_rows(lambda o, s, size, b: (o, size, b)),
        "remembers": lambda: types.FunctionType(remembering.__code__, globals(), argdefs=({},)),
        "one_client": lambda: one_other,
        "one_client: the first": lambda: first_other,
        "added_seeds": lambda: summed_seeds,
        "changed_seeds": lambda: emptying,
        "wrong_value": lambda: constant,
        "row_added: signs in turn": lambda: (
            lambda client, seeds, size, bits: (
                sum(
                    (-1) ** k * expand(seed, size, bits).astype(object)
                    for k, seed in enumerate(seeds.values())
                )
                % 2**bits
            )
        ),
    },
    raises={"misspelt": lambda: lambda client, seeds, size, bits: masks},  # noqa: F821
)
