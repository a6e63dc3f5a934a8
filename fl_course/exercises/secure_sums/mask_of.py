"""A client's mask: a row for each other client, added or taken off by the order of the ids."""

import functools
import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, memory, shown
from fl_course.localization import joined

Numbers = list[int]
Sign = Callable[[str, str], int]

# As texts, "writer_10" comes before "writer_9"; the order of a dictionary is none of the ids.
_CASES = (
    ("writer_3", {"writer_9": 11, "writer_10": 5, "anna": 13}, 4, 32),
    ("writer_10", {"anna": 3, "writer_3": 5, "writer_9": 2}, 5, 16),
    ("writer_9", {"writer_10": 21}, 3, 40),
    ("anna", {"writer_9": 12345678901234567890, "writer_10": 6}, 3, 8),
    ("zoe", {"writer_9": 1, "anna": 4}, 2, 32),
    ("b", {"c": 1, "a": 2}, 1, 20),
    # All capital letters come before all small ones.
    ("anna", {"Zoe": 3, "bob": 8}, 2, 12),
    ("Zoe", {"anna": 3, "Bob": 4}, 2, 12),
)
# For what is kept under a part of the arguments: each differs from the first in one of them.
_CHANGED = (
    ("writer_3", {"zoe": 7, "anna": 2}, 2, 16),
    ("bob", {"zoe": 7, "anna": 2}, 2, 16),
    ("writer_3", {"zoe": 8, "anna": 5}, 2, 16),
    ("writer_3", {"tom": 7, "abe": 2}, 2, 16),
    ("writer_3", {"zoe": 7, "anna": 2}, 3, 16),
    ("writer_3", {"zoe": 7, "anna": 2}, 2, 12),
)


def _expand(seed: int, size: int, bits: int) -> Numbers:
    from fl_course import aggregation

    return [int(number) for number in aggregation.expand(seed, size, bits=bits)]


def _sum(sign: Sign, client: str, seeds: dict[str, int], size: int, bits: int) -> Numbers:
    total = [0] * size
    for other, seed in seeds.items():
        for place, number in enumerate(_expand(seed, size, bits)):
            total[place] += sign(client, other) * number
    return total


def _modulo(sign: Sign, client: str, seeds: dict[str, int], size: int, bits: int) -> Numbers:
    return [number % 2**bits for number in _sum(sign, client, seeds, size, bits)]


def by_order(client: str, other: str) -> int:
    """The sign of a row, as the task has it."""
    return 1 if client < other else -1


def by_length(client: str, other: str) -> int:
    """The sign by an order in which short ids come first."""
    return 1 if (len(client), client) < (len(other), other) else -1


def by_small_letters(client: str, other: str) -> int:
    """The sign by an order that does not know capital letters."""
    return 1 if client.lower() < other.lower() else -1


def _one(place: int, client: str, seeds: dict[str, int], size: int, bits: int) -> Numbers:
    """The mask with one other client alone."""
    other = list(seeds)[place]
    return _modulo(by_order, client, {other: seeds[other]}, size, bits)


def by_numbers(client: str, other: str) -> int:
    """The sign by an order in which the numbers within texts count as numbers."""
    one, two = (
        [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
        for name in (client, other)
    )
    return 1 if one < two else -1


def _signed(signs: tuple[int, ...], seeds: dict[str, int], size: int, bits: int) -> tuple[int, ...]:
    """The total modulo `2**bits` with a sign, 1, -1 or 0, for each seed in the order given."""
    sign_of = dict(zip(seeds, signs, strict=True))
    return tuple(_modulo(lambda client, other: sign_of[other], "", seeds, size, bits))


def _by_place(client: str, seeds: dict[str, int], size: int, bits: int) -> Numbers:
    """The mask of one who believes that the dictionary is in the order of the ids."""
    before = sum(other < client for other in seeds)
    signs = tuple(-1 if place < before else 1 for place in range(len(seeds)))
    return list(_signed(signs, seeds, size, bits))


def _of_summed_seeds(client: str, seeds: dict[str, int], size: int, bits: int) -> Numbers:
    return _expand(sum(seeds.values()), size, bits)


_KNOWN = {
    "no_signs": [
        functools.partial(_modulo, lambda client, other: 1),
        functools.partial(_modulo, lambda client, other: -1),
    ],
    "signs_swapped": [functools.partial(_modulo, lambda client, other: -by_order(client, other))],
    "half_left_out": [
        functools.partial(_modulo, lambda client, other: int(client < other)),
        functools.partial(_modulo, lambda client, other: -int(client > other)),
        functools.partial(_modulo, lambda client, other: int(client > other)),
    ],
    "by_length": [
        functools.partial(_modulo, by_length),
        functools.partial(_modulo, by_numbers),
    ],
    "by_case": [functools.partial(_modulo, by_small_letters)],
    "by_place": [_by_place],
    "one_client": [functools.partial(_one, 0), functools.partial(_one, -1)],
    "added_seeds": [_of_summed_seeds],
    "other_bits": [
        lambda client, seeds, size, bits: _modulo(by_order, client, seeds, size, 32),
        lambda client, seeds, size, bits: [
            number % 2**bits for number in _sum(by_order, client, seeds, size, 32)
        ],
    ],
    "sign_lost": [lambda *case: [abs(number) % 2 ** case[3] for number in _sum(by_order, *case)]],
    "modulus_32": [lambda *case: [number % 2**32 for number in _sum(by_order, *case)]],
    "other_modulus": [
        lambda *case: [number % (2 ** case[3] - 1) for number in _sum(by_order, *case)],
        lambda *case: [number % 2**64 % (2 ** case[3] - 1) for number in _sum(by_order, *case)],
        lambda *case: [number % 2 ** (case[3] - 1) for number in _sum(by_order, *case)],
        lambda *case: [number % case[3] for number in _sum(by_order, *case)],
    ],
    "not_reduced": [
        functools.partial(_sum, by_order),
        lambda *case: [number % 2**64 for number in _sum(by_order, *case)],
    ],
}

OF_REMAINDERS = {
    "sign_lost": "Where the total is negative, you take its opposite. A negative number has a "
    "place of its own from 0 to `2**bits - 1`: it and its opposite add up to `2**bits`.",
    "modulus_32": "Right with 32 bits, and with another number of them the remainder is still "
    "taken of `2**32`. Which argument says what it is taken of?",
    "other_modulus": "Apart from the last step all is right: the remainder is taken of another "
    "number than `2**bits`. From 0 to `2**bits - 1`, how many numbers are there?",
}
"""What can be wrong with the last step of sums of rows."""


def _judge(answer: Any) -> Found:
    if problem := memory.problem_of_calls(answer, *_CHANGED, *_CASES):
        return problem
    found = []
    try:
        for client, seeds, size, bits in _CASES:
            handed_in = dict(seeds)
            found.append(arrays.whole_numbers(run(answer, client, handed_in, size, bits), (size,)))
            if handed_in != seeds:
                return "changed_seeds"
    except arrays.Odd as odd:
        return odd.mistake
    wanted = [_modulo(by_order, *case) for case in _CASES]
    if found == wanted:
        return None
    if name := formulas.explained(found, _CASES, _KNOWN, lambda one, other: one == other):
        return name
    if arrays.are_right_modulo(found, wanted, [bits for *_, bits in _CASES]):
        return "not_reduced"
    wrong = [k for k in range(len(_CASES)) if found[k] != wanted[k]]
    if mistake := _of_one_row(_CASES[wrong[0]], found[wrong[0]]):
        return mistake
    # One that is quickly read, and that can be computed again.
    number = min(wrong, key=lambda k: len(_call(*_CASES[k])))
    return shown.wrong_value(_call(*_CASES[number]), str(found[number]), str(wanted[number]))


def _call(client: str, seeds: dict[str, int], size: int, bits: int) -> str:
    return f"`mask_of({client!r}, {seeds}, {size}, {bits})`"


def _of_one_row(case: tuple[str, dict[str, int], int, int], found: Numbers) -> Found:
    """A row with the wrong sign, if the numbers are a sum of the rows with some signs."""
    client, seeds, size, bits = case
    for signs in itertools.product((1, -1, 0), repeat=len(seeds)):
        if _signed(signs, seeds, size, bits) != tuple(found):
            continue
        other, sign = next(
            (other, sign)
            for other, sign in zip(seeds, signs, strict=True)
            if sign != by_order(client, other)
        )
        told = {"client": client, "others": joined(list(seeds)), "other": other}
        if sign == 0:
            return Mistake("row_left_out", **told)
        return Mistake("row_added" if sign == 1 else "row_taken_off", **told)
    return None


def _reference() -> Any:
    from fl_course import aggregation

    def mask_of(client: str, seeds: Any, size: int, bits: int) -> Any:
        mask = np.zeros(size, np.uint64)
        for other, seed in seeds.items():
            common = aggregation.expand(seed, size, bits=bits)
            mask = mask + common if client < other else mask - common
        return mask % np.uint64(2**bits)

    return mask_of


EXERCISE = Exercise(
    id="mask_of",
    expects="a function of a client's id, a dictionary of the others' ids with the seeds that it "
    "shares with them, `size` and `bits`, that gives `size` whole numbers from 0 to `2**bits - 1`",
    judge=_judge,
    reference=_reference,
    hints=(
        "Begin with zeros. For each of the others, expand the seed that the two share, and add the "
        "numbers or take them off.",
        "Of two clients, exactly one adds. Both have to come to the same view of who that is, and "
        "all they both know is their ids: `client < other` compares texts.",
        "uint64 wraps at `2**64`, which is a multiple of `2**bits`: it is enough to take the "
        "remainder once, at the end.",
    ),
    mistakes=shown.OF_CASES
    | memory.OF_MEMORY
    | arrays.OF_RESIDUES
    | OF_REMAINDERS
    | {
        "no_signs": "All the others' numbers are added, or all taken off. Then two clients' common "
        "numbers are in the sum twice, and do not cancel: one of the two has to do the opposite.",
        "signs_swapped": "The signs are the other way round: the task lets the client whose id "
        "comes first add. Among your own masks all would cancel, and with those of clients that "
        "keep to the agreement none would.",
        "half_left_out": "Of the others before the client, or of those behind it, nothing is in "
        "the mask. Each pair needs two that do opposite things with the same numbers.",
        "by_length": "Ids are compared by their length or by the number in them. The task compares "
        "them as texts, in which `writer_10` comes before `writer_9`.",
        "by_case": "Capital letters are taken for small ones when ids are compared. In the order "
        "of texts, which `<` has, every capital letter comes before every small one.",
        "by_place": "The place in the dictionary decides about the sign, as if the dictionary were "
        "in the order of the ids. It may be in any order: what belongs together is an id and the "
        "seed under it.",
        "row_added": "For {client} with the others {others}: the row of {other} was added. It has "
        "to be taken off, because {client} comes behind {other} in the order of texts.",
        "row_taken_off": "For {client} with the others {others}: the row of {other} was taken off. "
        "It has to be added, because {client} comes before {other} in the order of texts.",
        "row_left_out": "For {client} with the others {others}: the row of {other} is not in the "
        "mask. Each of the others has one, which is either added or taken off.",
        "other_bits": "Right with 32 bits, and not with another number of them. Where has `bits` "
        "to go, besides the remainder at the end?",
        "one_client": "Only one client's numbers are in the mask. Does the loop begin anew with "
        "each of the others, or end after the first?",
        "added_seeds": "The seeds are added up and expanded once. That gives other numbers than "
        "the sum of what each seed expands to, and nothing cancels.",
        "changed_seeds": "Your function changes the dictionary that it was given. The next round "
        "of the protocol needs it as it was.",
    },
    right="Alone it looks like noise; together with the others' it is zero.",
)
