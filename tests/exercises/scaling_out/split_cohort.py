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


CASE = Case(
    right={
        "numpy": lambda: split_with_numpy,
        "divmod": lambda: split_with_divmod,
        "tuples": lambda: split_as_tuples,
    },
    wrong={
        "not_lists": lambda: lambda clients, num_workers: clients,
        "wrong_number": lambda: lambda clients, k: [clients[i : i + k] for i in range(0, 10, k)],
        "twice": lambda: overlapping,
        "lost": by_size(lambda clients, workers: clients // workers),
        "uneven": lambda: rest_to_the_last,
        "in_turn": lambda: lambda clients, k: [clients[i::k] for i in range(k)],
        "mixed": lambda: lambda clients, k: split_with_divmod(clients[::-1], k),
    },
    other={"strangers": lambda: lambda clients, k: split_with_divmod([*clients, "x"], k)},
    raises={"division": lambda: lambda clients, k: clients[: len(clients) / k]},
)
