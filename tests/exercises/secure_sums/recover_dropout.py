"""Answers to `recover_dropout`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def expand(seed, size, bits):
    from fl_course import aggregation

    return aggregation.expand(seed, size, bits=bits)


def right(received, dropped, seeds, bits):
    total = sum(received.values())
    for client, seed in seeds.items():
        numbers = expand(seed, len(total), bits)
        total = total - numbers if client < dropped else total + numbers
    return total % np.uint64(2**bits)


def client_by_client(received, dropped, seeds, bits):
    """Takes each one's mask off before the sum."""
    total = 0
    for client, numbers in received.items():
        mask = expand(seeds[client], len(numbers), bits).astype(object)
        numbers = numbers.astype(object)
        total = (total + (numbers - mask if client < dropped else numbers + mask)) % 2**bits
    return total


def as_the_gone_one(received, dropped, seeds, bits):
    """Adds the mask that the gone one would have had."""
    size = len(next(iter(received.values())))
    mask = [0] * size
    for other, seed in seeds.items():
        numbers = expand(seed, size, bits).tolist()
        mask = [m + n if dropped < other else m - n for m, n in zip(mask, numbers, strict=True)]
    total = np.sum(list(received.values()), axis=0, dtype=np.uint64).tolist()
    return [(t + m) % 2**bits for t, m in zip(total, mask, strict=True)]


def signed(sign, reduced=True, base=True, some=slice(None)):
    def recover(received, dropped, seeds, bits):
        size = len(next(iter(received.values())))
        total = sum(n.astype(object) for n in received.values()) if base else np.zeros(size, object)
        for client in list(seeds)[some]:
            numbers = expand(seeds[client], size, bits).astype(object)
            total = total + sign(client, dropped) * numbers
        return np.array([t % 2**bits if reduced else t for t in total], dtype=object)

    return lambda: recover


def undone(client, dropped):
    return -1 if client < dropped else 1


def in_place(received, dropped, seeds, bits):
    total = next(iter(received.values()))
    for numbers in list(received.values())[1:]:
        total += numbers
    for client, seed in seeds.items():
        numbers = expand(seed, len(total), bits)
        total = total - numbers if client < dropped else total + numbers
    return total % np.uint64(2**bits)


def emptying(received, dropped, seeds, bits):
    total = right(received, dropped, seeds, bits)
    while seeds:
        seeds.popitem()
    return total


def paired(received, dropped, seeds, bits):
    total = 0
    for (client, numbers), seed in zip(received.items(), seeds.values(), strict=True):
        mask = expand(seed, len(numbers), bits)
        total = total + (numbers - mask if client < dropped else numbers + mask)
    return total % np.uint64(2**bits)


def paired_sorted(received, dropped, seeds, bits):
    return paired({name: received[name] for name in sorted(received)}, dropped, seeds, bits)


def remembering():
    total = []

    def recover(received, dropped, seeds, bits):
        total.append(right(received, dropped, seeds, bits))
        before = total[0][0] if len(total) > 1 else np.uint64(0)
        return (total[-1] + before) % np.uint64(2**bits)

    return recover


def of_rows(sign=undone, *, order=lambda received, seeds: list(seeds), **form):
    """Answers with a loop over some survivors, and what goes wrong in it."""
    bits_of = form.get("expanded", lambda bits: bits)
    modulus = form.get("modulus", lambda bits: 2**bits)
    reduce = form.get("reduce", lambda total: total)

    def recover(received, dropped, seeds, bits):
        total = sum(numbers.astype(object) for numbers in received.values())
        for client in order(received, seeds):
            row = expand(seeds[client], len(total), bits_of(bits)).astype(object)
            total = total + sign(client, dropped) * row
        return [int(number) % modulus(bits) for number in reduce(total)]

    return lambda: recover


def last_only(received, dropped, seeds, bits):
    total = sum(received.values())
    for client in received:
        row = expand(seeds[client], len(total), bits)
        result = total - row if client < dropped else total + row
    return result % np.uint64(2**bits)


def overwritten(received, dropped, seeds, bits):
    for client, numbers in received.items():
        row = expand(seeds[client], len(numbers), bits)
        result = numbers - row if client < dropped else numbers + row
    return result % np.uint64(2**bits)


def nested(received, dropped, seeds, bits):
    size = len(next(iter(received.values())))
    total = np.zeros(size, np.uint64)
    for numbers in received.values():
        total = total + numbers
        for client, seed in seeds.items():
            row = expand(seed, size, bits)
            total = total - row if client < dropped else total + row
    return total % np.uint64(2**bits)


def signed_by_place(received, dropped, seeds, bits):
    """As if the dictionary were in the order of the ids."""
    total = sum(received.values())
    before = sum(client < dropped for client in seeds)
    for place, seed in enumerate(seeds.values()):
        row = expand(seed, len(total), bits)
        total = total - row if place < before else total + row
    return total % np.uint64(2**bits)


def in_turn(received, dropped, seeds, bits):
    total = sum(received.values())
    for place, seed in enumerate(seeds.values()):
        row = expand(seed, len(total), bits)
        total = total + row if place % 2 else total - row
    return total % np.uint64(2**bits)


def wrapped(received, dropped, seeds, bits):
    """In uint64, with the remainder of one less."""
    total = sum(received.values())
    for client, seed in seeds.items():
        row = expand(seed, len(total), bits)
        total = total - row if client < dropped else total + row
    return total % np.uint64(2**bits - 1)


def keeping_rows(under):
    kept = {}

    def recover(received, dropped, seeds, bits):
        total = sum(received.values())
        for client, seed in seeds.items():
            row = kept.setdefault(
                under(client, seed, len(total), bits), expand(seed, len(total), bits)
            )
            total = total - row if client < dropped else total + row
        return total % np.uint64(2**bits)

    return lambda: recover


def by_number(client, dropped):
    return -1 if (len(client), client) < (len(dropped), dropped) else 1


CASE = Case(
    right={
        "in NumPy": lambda: right,
        "client by client": lambda: client_by_client,
        "as the gone one": lambda: as_the_gone_one,
    },
    wrong={
        "dropped_ignored": lambda: (
            lambda received, dropped, seeds, bits: right(received, "b2", seeds, bits)
        ),
        "dropped_ignored: signs in turn": lambda: in_turn,
        "changed_given": lambda: in_place,
        "changed_given: the seeds": lambda: emptying,
        "not_an_array": lambda: lambda *case: {"sum": right(*case)},
        "wrong_shape": lambda: lambda *case: [right(*case)],
        "not_whole": lambda: (
            lambda received, dropped, seeds, bits: (
                right(received, dropped, seeds, bits) / (len(received) + 0.5)
            )
        ),
        "not_reduced": signed(undone, reduced=False),
        "nothing_taken_off": lambda: (
            lambda received, dropped, seeds, bits: sum(received.values()) % np.uint64(2**bits)
        ),
        "taken_off_wrong": signed(lambda client, dropped: -undone(client, dropped)),
        "no_signs": signed(lambda client, dropped: -1),
        "one_survivor": signed(undone, some=slice(1)),
        "one_survivor: the last of those received": lambda: last_only,
        "one_forgotten": of_rows(order=lambda received, seeds: list(seeds)[1:]),
        "one_forgotten: the first of those received": of_rows(
            order=lambda received, seeds: list(received)[1:]
        ),
        "half_undone": of_rows(lambda client, dropped: -int(client < dropped)),
        "half_undone: those behind": of_rows(lambda client, dropped: int(client > dropped)),
        "values_left_out": lambda: overwritten,
        "values_left_out: the first": lambda: (
            lambda received, dropped, seeds, bits: right(
                {**received, next(iter(received)): 0 * next(iter(received.values()))},
                dropped,
                seeds,
                bits,
            )
        ),
        "values_left_out: masks as well": lambda: (
            lambda received, dropped, seeds, bits: next(iter(received.values()))
        ),
        "too_often": lambda: nested,
        "mean": lambda: lambda received, *rest: right(received, *rest) // np.uint64(len(received)),
        "by_length": of_rows(by_number),
        "by_case": of_rows(lambda client, dropped: undone(client.lower(), dropped.lower())),
        "other_bits": of_rows(expanded=lambda bits: 32),
        "other_bits: in the remainder, too": of_rows(
            expanded=lambda bits: 32, modulus=lambda bits: 2**32
        ),
        "modulus_32": of_rows(modulus=lambda bits: 2**32),
        "other_modulus": of_rows(modulus=lambda bits: 2**bits - 1),
        "other_modulus: in uint64": lambda: wrapped,
        "sign_lost": of_rows(reduce=np.abs),
        "by_place": lambda: signed_by_place,
        "by_place: ids and seeds": lambda: paired,
        "by_place: of one in order": lambda: paired_sorted,
        "row_added": of_rows(
            lambda client, dropped: 1 if client == "anna" else undone(client, dropped)
        ),
        "row_taken_off": of_rows(
            lambda client, dropped: -1 if client == "carl" else undone(client, dropped)
        ),
        "row_left": of_rows(order=lambda received, seeds: [c for c in seeds if c != "anna"]),
        "remembers: rows by id": keeping_rows(lambda client, seed, size, bits: (client, size)),
        "remembers: rows by seed": keeping_rows(lambda client, seed, size, bits: (seed, size)),
        "remembers": remembering,
        "masks_only": signed(undone, base=False),
        "wrong_value": lambda: (
            lambda received, dropped, seeds, bits: (
                (right(received, dropped, seeds, bits) + np.uint64(1)) % np.uint64(2**bits)
            )
        ),
    },
    raises={"misspelt": lambda: lambda received, dropped, seeds, bits: recieved},  # noqa: F821
)
