"""Answers to lesson 8's exercises."""

import itertools
import math

import numpy as np

from tests.exercises.cases import Case

# --- Spreading a cohort ---------------------------------------------------------------------------


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


SPLIT = Case(
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

# --- Merging parts --------------------------------------------------------------------------------


def merge_by_loop(sums, examples):
    total = np.zeros_like(sums[0])
    count = 0
    for part, number in zip(sums, examples, strict=True):
        total += part
        count += number
    return total / count


def merge_in_tensorflow(sums, examples):
    import tensorflow as tf

    return tf.add_n([tf.constant(part) for part in sums]) / sum(examples)


def last_of_a_loop(sums, examples):
    total = None
    for part in sums:
        total = part
    return total / sum(examples)


MERGE = Case(
    right={
        "loop": lambda: merge_by_loop,
        "numpy": lambda: lambda sums, examples: np.sum(sums, axis=0) / np.sum(examples),
        "tensorflow": lambda: merge_in_tensorflow,
    },
    wrong={
        "not_an_array": lambda: lambda sums, examples: [part / sum(examples) for part in sums],
        "wrong_shape": lambda: lambda sums, examples: np.sum(sums, axis=1) / sum(examples),
        "mean_of_means": lambda: (
            lambda sums, examples: np.mean(
                [part / count for part, count in zip(sums, examples, strict=True)], axis=0
            )
        ),
        "not_divided": lambda: lambda sums, examples: sum(sums),
        "by_parts": lambda: lambda sums, examples: sum(sums) / len(sums),
        "weighted_again": lambda: lambda sums, examples: np.average(sums, axis=0, weights=examples),
        "first_part": lambda: lambda sums, examples: sums[0] / examples[0],
        "last_part": lambda: last_of_a_loop,
    },
    other={"a product": lambda: lambda sums, examples: sum(sums) * sum(examples)},
    raises={"list by list": lambda: lambda sums, examples: sums / examples},
)

# --- Repeatable cohorts ---------------------------------------------------------------------------


def client_ids():
    return [f"writer_{i % 14:02}-{i // 14}" for i in range(140)]


def with_generator(round_num):
    return list(np.random.default_rng([1, round_num]).choice(client_ids(), 5, replace=False))


def with_the_standard_library(round_num):
    import random

    return random.Random(round_num).sample(client_ids(), 5)


def walking(round_num):
    ids = client_ids()
    return [ids[(5 * round_num + i) % len(ids)] for i in range(5)]


def one_generator():
    rng = np.random.default_rng(3)
    return lambda round_num: list(rng.choice(client_ids(), 5, replace=False))


COHORT = Case(
    right={
        "generator": lambda: with_generator,
        "standard library": lambda: with_the_standard_library,
        "in turn": lambda: walking,
    },
    wrong={
        "not_a_list": lambda: lambda round_num: client_ids()[round_num],
        "wrong_size": lambda: lambda round_num: with_generator(round_num)[:4],
        "unknown": lambda: lambda round_num: list(range(5)),
        "twice": lambda: lambda round_num: [client_ids()[round_num]] * 5,
        "depends_on_calls": one_generator,
        "always_the_same": lambda: lambda round_num: client_ids()[:5],
        "few_clients": lambda: lambda round_num: client_ids()[round_num % 3 : round_num % 3 + 5],
    },
    raises={"no such client": lambda: lambda round_num: client_ids()["round"]},
    context=lambda: {"client_ids": client_ids()},
)

# --- Drop-out -------------------------------------------------------------------------------------


def rounding_up_by_hand(goal, dropout):
    invited = goal
    while invited * (1 - dropout) < goal - 1e-9:
        invited += 1
    return invited


INVITE = Case(
    right={
        "ceil": lambda: lambda goal, dropout: math.ceil(goal / (1 - dropout)),
        "by hand": lambda: rounding_up_by_hand,
        "numpy": lambda: lambda goal, dropout: np.ceil(goal / (1 - dropout)),
    },
    wrong={
        "not_a_number": lambda: lambda goal, dropout: [goal, dropout],
        "one_too_many": lambda: lambda goal, dropout: int(goal / (1 - dropout)) + 1,
        "not_whole": lambda: lambda goal, dropout: goal / (1 - dropout),
        "rounded_down": lambda: lambda goal, dropout: int(goal / (1 - dropout)),
        "share_added": lambda: lambda goal, dropout: goal + goal * dropout,
        "what_is_left": lambda: lambda goal, dropout: goal * (1 - dropout),
        "what_is_lost": lambda: lambda goal, dropout: goal * dropout,
    },
    other={"always a third more": lambda: lambda goal, dropout: math.ceil(1.3 * goal)},
    raises={"by text": lambda: lambda goal, dropout: goal / (1 - f"{dropout}")},
)

CASES = {
    "split_cohort": SPLIT,
    "merge_parts": MERGE,
    "cohort_ids": COHORT,
    "clients_to_invite": INVITE,
}
