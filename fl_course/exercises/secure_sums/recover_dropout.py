"""The sum of those who are left, when one has gone after the masks were agreed on."""

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.exercises.secure_sums.mask_of import (
    OF_REMAINDERS,
    by_length,
    by_numbers,
    by_order,
    by_small_letters,
)

Numbers = list[int]
Sign = Callable[[str, str], int]


class _Case(NamedTuple):
    """What the server received, and what it knows.

    Attributes:
        received: The survivors' masked numbers.
        dropped: Who is gone.
        seeds: What each survivor shares with it.
        bits: Of the modulus.
        wanted: The sum without masks.
    """

    received: dict[str, Numbers]
    dropped: str
    seeds: dict[str, int]
    bits: int
    wanted: Numbers

    def given(self) -> tuple[dict[str, np.ndarray], str, dict[str, int], int]:
        """The arguments of a call, made anew."""
        received = {client: np.array(row, np.uint64) for client, row in self.received.items()}
        return received, self.dropped, {**self.seeds}, self.bits

    def call(self) -> str:
        """As one would write it, with lists for arrays."""
        return f"`recover_dropout({self.received}, {self.dropped!r}, {self.seeds}, {self.bits})`"


# Who is gone, each survivor's seed in some order, the survivors in the order in which the server
# has heard of them, the size, the bits. Among the orders, the places in one say nothing about those
# in another, nor about the order of the ids; as texts, "writer_10" comes before "writer_9", and
# capital letters before small ones.
_MADE_OF: tuple[tuple[str, dict[str, int], Sequence[str], int, int], ...] = (
    ("b", {"c": 12, "a": 5}, "ac", 2, 8),
    ("k", {"z": 31, "c": 4, "m": 8, "e": 9, "x": 2}, "mxcze", 2, 8),
    (
        "writer_9",
        {"writer_3": 7, "anna": 44, "writer_10": 20},
        ("writer_10", "writer_3", "anna"),
        3,
        16,
    ),
    ("a", {"b": 2**100 + 1}, "b", 2, 40),
    ("c", {"b": 3, "a": 6}, "ab", 3, 8),
    ("c", {"d": 11, "b": 10, "a": 7}, "dba", 1, 32),
    ("bob", {"anna": 17, "Zoe": 16, "carl": 1}, ("carl", "Zoe", "anna"), 2, 12),
)


@functools.cache
def _cases() -> tuple[_Case, ...]:
    from fl_course import aggregation

    cases = []
    for number, (dropped, seeds, order, size, bits) in enumerate(_MADE_OF):
        rng = np.random.default_rng(number)
        clients = [*order, dropped]
        common = {frozenset(pair): rng.integers(1000) for pair in itertools.combinations(order, 2)}
        common |= {frozenset((client, dropped)): seed for client, seed in seeds.items()}
        received, total = {}, np.zeros(size, np.uint64)
        for client in order:
            own = rng.integers(0, 2**bits, size=size, dtype=np.uint64)
            total = (total + own) % np.uint64(2**bits)
            for other in clients:
                if other != client:
                    row = aggregation.expand(
                        int(common[frozenset((client, other))]), size, bits=bits
                    )
                    own = own + row if client < other else own - row
            received[client] = (own % np.uint64(2**bits)).tolist()
        cases.append(_Case(received, dropped, seeds, bits, total.tolist()))
    return tuple(cases)


def _row(case: _Case, client: str, bits: int | None = None) -> Numbers:
    """What a survivor shares with the one who is gone."""
    from fl_course import aggregation

    size = len(case.wanted)
    row = aggregation.expand(case.seeds[client], size, bits=case.bits if bits is None else bits)
    return [int(number) for number in row]


def _undone(client: str, dropped: str) -> int:
    return -by_order(client, dropped)


def _plain(rows: Iterable[Numbers], size: int) -> Numbers:
    total = [0] * size
    for row in rows:
        total = [one + other for one, other in zip(total, row, strict=True)]
    return total


def _undo(
    sign: Sign, case: _Case, some: Sequence[str] | None = None, bits: int | None = None
) -> Numbers:
    """The survivors' rows, some or all of them, with signs."""
    signed = (
        [sign(client, case.dropped) * number for number in _row(case, client, bits)]
        for client in (case.seeds if some is None else some)
    )
    return _plain(signed, len(case.wanted))


def _sum(
    sign: Sign = _undone,
    *,
    values: Callable[[list[str]], list[str]] = list,
    masks: Callable[[_Case], Sequence[str]] = lambda case: [*case.seeds],
    times: Callable[[int], tuple[int, int]] = lambda survivors: (1, 1),
    bits: int | None = None,
) -> Callable[[_Case], Numbers]:
    """A formula for what was received and the rows, before the remainder.

    Args:
        sign: Of a survivor's row.
        values: Takes the survivors, and gives those whose numbers count.
        masks: Gives those whose rows count.
        times: How often values and rows count, by the number of survivors.
        bits: What rows are expanded with, in place of the case's.
    """

    def formula(case: _Case) -> Numbers:
        size = len(case.wanted)
        total = _plain((case.received[client] for client in values([*case.received])), size)
        rows = _undo(sign, case, masks(case), bits)
        one, other = times(len(case.received))
        return [one * number + other * row for number, row in zip(total, rows, strict=True)]

    return formula


def _modulo(formula: Callable[[_Case], Numbers], modulus: Any = None) -> Any:
    """A formula, and the remainder of `2**bits`, or of what a function of the bits gives."""

    def reduced(case: _Case) -> Numbers:
        by = 2**case.bits if modulus is None else modulus(case.bits)
        return [number % by for number in formula(case)]

    return reduced


def _paired(ids: Callable[..., list[str]], seeds: Callable[..., list[str]]) -> Any:
    """The survivors, in some order, were given the seeds, in some order."""

    def formula(case: _Case) -> Numbers:
        total = _plain(case.received.values(), len(case.wanted))
        for client, place in zip(ids(case.received), seeds(case.seeds), strict=True):
            sign = _undone(client, case.dropped)
            total = [
                one + sign * other for one, other in zip(total, _row(case, place), strict=True)
            ]
        return total

    return formula


def _mean(whole: Callable[[float], float], *, before: bool) -> Any:
    """The mean, of the sum without masks or of what was received."""

    def formula(case: _Case) -> Numbers:
        count = len(case.received)
        if not before:
            return [int(whole(number / count)) for number in case.wanted]
        total = _plain(case.received.values(), len(case.wanted))
        rows = _undo(_undone, case)
        return [int(whole(one / count)) + row for one, row in zip(total, rows, strict=True)]

    return formula


# Orders in which a loop may meet the survivors.
_ORDERS: tuple[Callable[[_Case], list[str]], ...] = (
    lambda case: [*case.seeds],
    lambda case: [*case.received],
    lambda case: sorted(case.seeds),
)


def _part(order: Callable[[_Case], list[str]], some: slice) -> Callable[[_Case], list[str]]:
    return lambda case: order(case)[some]


_FIRST, _LAST, _NOT_FIRST, _NOT_LAST = slice(1), slice(-1, None), slice(1, None), slice(-1)

_KNOWN: dict[str, list[Callable[[_Case], Numbers]]] = {
    "nothing_taken_off": [_modulo(_sum(lambda client, dropped: 0))],
    "taken_off_wrong": [_modulo(_sum(by_order))],
    "no_signs": [
        _modulo(_sum(lambda client, dropped: -1)),
        _modulo(_sum(lambda client, dropped: 1)),
    ],
    "one_survivor": [
        _modulo(_sum(masks=_part(order, some))) for order in _ORDERS for some in (_FIRST, _LAST)
    ],
    "one_forgotten": [
        _modulo(_sum(masks=_part(order, some)))
        for order in _ORDERS
        for some in (_NOT_FIRST, _NOT_LAST)
    ],
    "half_undone": [
        _modulo(_sum(lambda client, dropped: -int(client < dropped))),
        _modulo(_sum(lambda client, dropped: int(client > dropped))),
    ],
    "values_left_out": [
        _modulo(_sum(sign, values=lambda clients, some=some: clients[some], masks=masks))
        for some in (_FIRST, _LAST, _NOT_FIRST, _NOT_LAST)
        for sign in (_undone, lambda client, dropped: 0)
        for masks in (_ORDERS[0], _part(_ORDERS[1], some))
    ],
    "too_often": [
        _modulo(_sum(times=lambda survivors: (1, survivors))),
        _modulo(_sum(times=lambda survivors: (survivors, survivors))),
        _modulo(_sum(times=lambda survivors: (survivors, 1))),
    ],
    "mean": [
        _modulo(_mean(whole, before=before))
        for whole in (np.floor, np.rint)
        for before in (False, True)
    ],
    "by_length": [
        _modulo(_sum(lambda client, dropped, order=order: -order(client, dropped)))
        for order in (by_length, by_numbers)
    ],
    "by_case": [_modulo(_sum(lambda client, dropped: -by_small_letters(client, dropped)))],
    "other_bits": [
        _modulo(_sum(bits=32)),
        _modulo(_sum(bits=32), lambda bits: 2**32),
    ],
    "modulus_32": [_modulo(_sum(), lambda bits: 2**32)],
    "other_modulus": [
        _modulo(_sum(), lambda bits: 2**bits - 1),
        _modulo(_modulo(_sum(), lambda bits: 2**64), lambda bits: 2**bits - 1),
        _modulo(_sum(), lambda bits: 2 ** (bits - 1)),
    ],
    "sign_lost": [_modulo(lambda case: list(map(abs, _sum()(case))))],
    # Who gives signs by the place, as if ids were in order, pairs ids in order with seeds.
    "by_place": [
        _modulo(_paired(list, list)),
        _modulo(_paired(sorted, list)),
        _modulo(_paired(list, sorted)),
        _modulo(_paired(sorted, lambda seeds: sorted(seeds, key=seeds.get))),
        lambda case: _modulo(_paired(sorted, lambda seeds: [*case.received]))(case),
    ],
    "masks_only": [_modulo(_sum(sign, values=lambda clients: [])) for sign in (by_order, _undone)],
}


def _judge(answer: Any) -> Found:
    cases = _cases()
    if problem := memory.problem_of_calls(
        answer, *_changed_one_by_one(), *(case.given() for case in cases)
    ):
        return problem
    found, changed = [], ""
    try:
        for case in cases:
            received, dropped, seeds, bits = case.given()
            result = run(answer, received, dropped, seeds, bits)
            found.append(arrays.whole_numbers(result, (len(case.wanted),)))
            changed = changed or _changed((received, seeds), (case.given()[0], case.seeds))
    except arrays.Odd as odd:
        return odd.mistake
    wrong = [k for k, case in enumerate(cases) if found[k] != case.wanted]
    if not wrong:
        return Mistake("changed_given", name=changed) if changed else None
    one_each = [(case,) for case in cases]
    if name := formulas.explained(found, one_each, _KNOWN, lambda one, other: one == other):
        return name
    if arrays.are_right_modulo(
        found, [case.wanted for case in cases], [case.bits for case in cases]
    ):
        return "not_reduced"
    if _ignores_dropped(answer):
        return "dropped_ignored"
    for number in wrong:
        if mistake := _of_one_row(cases[number], found[number]):
            return mistake
    # One that is quickly read, and that can be computed again.
    number = min(wrong, key=lambda k: len(cases[k].call()))
    return shown.wrong_value(cases[number].call(), str(found[number]), str(cases[number].wanted))


def _changed_one_by_one() -> list[tuple[Any, ...]]:
    """For what is kept under a part of the arguments: the first case, and each of them changed."""
    received, dropped, seeds, bits = _cases()[0].given()
    others = {client: row + np.uint64(1) for client, row in received.items()}
    return [
        (received, dropped, seeds, bits),
        (others, dropped, seeds, bits),
        (received, "z", seeds, bits),
        (received, dropped, {client: seed + 1 for client, seed in seeds.items()}, bits),
        (received, dropped, seeds, bits - 1),
    ]


def _of_one_row(case: _Case, found: Numbers) -> Found:
    """A row with the wrong sign, if the numbers are the sum of all with some signs of the rows."""
    # Of few bits and many signs, some would fit by chance.
    if 3 ** len(case.seeds) * 1000 > 2 ** (case.bits * len(found)):
        return None
    for signs in itertools.product((1, -1, 0), repeat=len(case.seeds)):
        sign_of = dict(zip(case.seeds, signs, strict=True))
        if _modulo(_sum(lambda client, dropped, of=sign_of: of[client]))(case) != found:
            continue
        client = next(c for c, sign in sign_of.items() if sign != _undone(c, case.dropped))
        told = {"call": case.call(), "client": client, "dropped": case.dropped}
        if sign_of[client] == 0:
            return Mistake("row_left", **told)
        return Mistake("row_added" if sign_of[client] == 1 else "row_taken_off", **told)
    return None


def _ignores_dropped(answer: Any) -> bool:
    """Whether seeds count, and it does not matter if the gone one is the first or the last."""
    received, _, told, bits = _cases()[0].given()
    others = {client: seed + 1 for client, seed in told.items()}
    first, last, other = (
        run(answer, {**received}, dropped, {**seeds}, bits)
        for dropped, seeds in (("A", told), ("z", told), ("A", others))
    )
    return np.array_equal(first, last) and not np.array_equal(first, other)


def _changed(
    handed_in: tuple[Any, Any], before: tuple[Mapping[str, Any], Mapping[str, int]]
) -> str:
    if list(handed_in[0]) != list(before[0]) or not given.is_as_before(
        list(handed_in[0].values()), list(before[0].values())
    ):
        return "`received`"
    return "" if handed_in[1] == before[1] else "`seeds`"


def _reference() -> Any:
    from fl_course import aggregation

    def recover_dropout(received: Any, dropped: str, seeds: Any, bits: int) -> Any:
        total = sum(received.values())
        for client, seed in seeds.items():
            common = aggregation.expand(seed, len(total), bits=bits)
            total = total - common if client < dropped else total + common
        return total % np.uint64(2**bits)

    return recover_dropout


EXERCISE = Exercise(
    id="recover_dropout",
    expects="a function of the survivors' masked numbers, the id of the one who is gone, the seeds "
    "that the survivors share with it, and `bits`, that gives the survivors' sum without masks",
    judge=_judge,
    reference=_reference,
    hints=(
        "Add up what was received. Between two survivors all masks have cancelled; what is left "
        "too much is what each survivor shares with the one who is gone.",
        "Which sign did a survivor give these numbers? The one of `mask_of`: it added them if its "
        "id comes before that of the one who is gone. Undo that.",
        "For each survivor and its seed: `aggregation.expand(seed, size, bits=bits)`, taken off if "
        "it was added, added if it was taken off. In the end the remainder.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | arrays.OF_RESIDUES
    | OF_REMAINDERS
    | {
        "nothing_taken_off": "This is the sum of what was received, and it looks like noise: the "
        "masks with the one who is gone are still in it.",
        "taken_off_wrong": "The masks with the one who is gone are now in the sum twice. Each "
        "survivor's has to be undone: what it added is taken off.",
        "no_signs": "All survivors' masks are treated alike. Some of them added what they share "
        "with the one who is gone, others took it off; the order of the ids says who did which.",
        "one_survivor": "The mask of one survivor alone has been undone. Each of them shares "
        "another seed with the one who is gone.",
        "one_forgotten": "One survivor's mask is still in the sum, that of the first or of the "
        "last in a loop. All of them have masks with the one who is gone.",
        "half_undone": "Only masks of survivors on one side of the gone one have been undone, of "
        "those whose ids come before it or of those behind. What the others did is still there.",
        "values_left_out": "Not all that was received is in the sum. Are the numbers of a survivor "
        "overwritten, or left out where a loop begins or ends?",
        "too_often": "Something is done once for each survivor that is to be done once in all. Is "
        "one loop inside another?",
        "mean": "Something is divided by the number of survivors. Wanted is their sum.",
        "by_length": "Ids are compared by their length or by the number in them. `mask_of` has "
        "compared them as texts, in which `writer_10` comes before `writer_9`.",
        "by_case": "Capital letters are taken for small ones when ids are compared. In the order "
        "of texts, by which `mask_of` went, every capital letter comes before every small one.",
        "other_bits": "Right with 32 bits, and not with another number of them. Rows that were "
        "expanded with other bits are other rows: where has `bits` to go, besides the remainder?",
        "by_place": "The place in a dictionary decides about something: which seed belongs to "
        "whom, or which sign it gets. The two dictionaries may be in any order, and neither need "
        "be that of the ids. What belongs to a survivor is what stands under its id.",
        "row_added": "For {call}: what {client} shares with {dropped} is added. {client} comes "
        "before {dropped} in the order of texts and has added it itself; look at what undoes that.",
        "row_taken_off": "For {call}: what {client} shares with {dropped} is taken off. {client} "
        "comes behind {dropped} in the order of texts and has taken it off itself; look at what "
        "undoes that.",
        "row_left": "For {call}: what {client} shares with {dropped} is still in the sum. Each "
        "survivor has such numbers, and each survivor's have to go.",
        "dropped_ignored": "The result is the same whoever is gone, first of all ids or last. Does "
        "your function use its argument `dropped`, or an id of the notebook?",
        "masks_only": "These are the masks that are to be undone, alone. What is wanted is the "
        "sum of what was received, without them.",
    },
    right="The sum is that of the survivors. What the client that has gone never sent "
    "is not in it.",
)
