"""Answers to `split_cohort`, as learners write them."""

import itertools
import math

import numpy as np

from tests.exercises.cases import Case


def split_with_numpy(clients, num_workers):
    return [list(part) for part in np.array_split(clients, num_workers)]


def split_with_divmod(clients, num_workers):
    size, rest = divmod(len(clients), num_workers)
    parts, begin = [], 0
    for i in range(num_workers):
        end = begin + size + (i < rest)
        parts.append(clients[begin:end])
        begin = end
    return parts


def split_as_tuples(clients, num_workers):
    ends = [round(len(clients) * i / num_workers) for i in range(num_workers + 1)]
    return tuple(tuple(clients[a:b]) for a, b in itertools.pairwise(ends))


def by_size(size):
    """Cuts pieces of a length that is a function of both numbers."""

    def split(clients, num_workers):
        length = size(len(clients), num_workers)
        return [clients[i * length : (i + 1) * length] for i in range(num_workers)]

    return lambda: split


def rest_to_the_last(clients, num_workers):
    size = len(clients) // num_workers
    parts = [clients[i * size : (i + 1) * size] for i in range(num_workers)]
    parts[-1] = clients[(num_workers - 1) * size :]
    return parts


def overlapping(clients, num_workers):
    size = math.ceil(len(clients) / num_workers)
    begins = [len(clients) * i // num_workers for i in range(num_workers)]
    return [clients[begin : begin + size] for begin in begins]


def taking_away(clients, num_workers):
    size, rest = divmod(len(clients), num_workers)
    return [[clients.pop(0) for _ in range(size + (i < rest))] for i in range(num_workers)]


def of_a_copy(clients, num_workers):
    return taking_away(list(clients), num_workers)


def from_the_end(clients, num_workers):
    """The larger parts are the last ones."""
    parts, left = [], list(clients)
    for workers in range(num_workers, 0, -1):
        size = len(left) // workers
        parts.append(left[:size])
        left = left[size:]
    return parts


def by_set(clients, num_workers):
    return split_with_divmod(sorted(set(clients)), num_workers)


def first_left_out(clients, num_workers):
    return split_with_divmod(clients[1:], num_workers)


def sorted_in_place(clients, num_workers):
    clients.sort()
    return split_with_divmod(clients, num_workers)


def kept_parts():
    parts = []

    def split_cohort(clients, num_workers):
        parts.extend(split_with_divmod(clients, num_workers))
        return parts[-num_workers:] if len(parts) < 5 else parts

    return split_cohort


def kept_by_lengths():
    kept = {}

    def split_cohort(clients, num_workers):
        new = split_with_divmod(clients, num_workers)
        return kept.setdefault((len(clients), num_workers), new)

    return split_cohort


CASE = Case(
    right={
        "numpy": lambda: split_with_numpy,
        "divmod": lambda: split_with_divmod,
        "tuples": lambda: split_as_tuples,
        "of a copy": lambda: of_a_copy,
        "larger at the end": lambda: from_the_end,
    },
    wrong={
        "remembers": kept_parts,
        "remembers: by lengths": kept_by_lengths,
        "not_lists": lambda: lambda clients, num_workers: clients,
        "arrays": lambda: lambda clients, k: np.array_split(np.array(clients), k),
        "arrays: one of rows": lambda: lambda clients, k: np.resize(clients, (k, 2)),
        "wrong_number": lambda: lambda clients, k: [clients[i : i + k] for i in range(0, 10, k)],
        "twice": lambda: overlapping,
        "changed_given": lambda: taking_away,
        "strangers": lambda: lambda clients, k: split_with_divmod([*clients, "x"], k),
        "sorted": lambda: by_set,
        "sorted: in place": lambda: sorted_in_place,
        "lost: the first": lambda: first_left_out,
        "lost: the last": lambda: lambda clients, k: split_with_divmod(clients[:-1], k),
        "wrong_number: one more": lambda: lambda clients, k: split_with_divmod(clients, k + 1),
        "uneven: rounded up": by_size(lambda clients, workers: math.ceil(clients / workers)),
        "lost": by_size(lambda clients, workers: clients // workers),
        "uneven": lambda: rest_to_the_last,
        "in_turn": lambda: lambda clients, k: [clients[i::k] for i in range(k)],
        "mixed": lambda: lambda clients, k: split_with_divmod(clients[::-1], k),
    },
    raises={"division": lambda: lambda clients, k: clients[: len(clients) / k]},
)
