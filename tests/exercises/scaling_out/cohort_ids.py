"""Answers to `cohort_ids`, as learners write them."""

import functools
import random

import numpy as np

from tests.exercises.cases import Case


def client_ids():
    return [f"writer_{i % 14:02}-{i // 14}" for i in range(140)]


def with_generator(round_num):
    return list(np.random.default_rng([1, round_num]).choice(client_ids(), 5, replace=False))


def with_the_standard_library(round_num):
    return random.Random(round_num).sample(client_ids(), 5)


def walking(round_num):
    ids = client_ids()
    return [ids[(5 * round_num + i) % len(ids)] for i in range(5)]


def one_generator():
    rng = np.random.default_rng(3)
    return lambda round_num: list(rng.choice(client_ids(), 5, replace=False))


def with_a_global_seed(round_num):
    np.random.seed(round_num)
    return [client_ids()[i] for i in np.random.permutation(140)[:5]]


def with_the_course(round_num):
    from fl_course import data

    return data.sample_clients(client_ids(), 5, seed=3, round_num=round_num)


@functools.cache
def kept_but_seeded(round_num):
    return tuple(with_the_standard_library(round_num))


def in_a_sorted_set(round_num):
    return random.Random(round_num).sample(sorted(set(client_ids())), 5)


def remembered():
    rng, drawn = np.random.default_rng(3), {}

    def cohort_ids(round_num):
        if round_num not in drawn:
            drawn[round_num] = list(rng.choice(client_ids(), 5, replace=False))
        return drawn[round_num]

    return cohort_ids


GENERATOR = np.random.default_rng(4)


def remembered_by_a_decorator():
    return functools.lru_cache(maxsize=None)(
        lambda round_num: tuple(GENERATOR.choice(client_ids(), 5, replace=False))
    )


class Drawer:
    """Draws up to the round that is asked for, and remembers."""

    def __init__(self):
        self.rng, self.drawn = random.Random(2), {}

    def __call__(self, round_num):
        if round_num not in self.drawn:
            self.drawn[round_num] = self.rng.sample(client_ids(), 5)
        return self.drawn[round_num]


def remembered_in_a_default(round_num, drawn={}, rng=random.Random(5)):  # noqa: B006, B008
    return drawn.setdefault(round_num, rng.sample(client_ids(), 5))


def up_to_the_round():
    """It remembers, and the order of the questions makes no difference."""
    rng, drawn = random.Random(6), []

    def cohort_ids(round_num):
        while len(drawn) < round_num:
            drawn.append(rng.sample(client_ids(), 5))
        return drawn[round_num - 1]

    return cohort_ids


def by_hash(round_num):
    return random.Random(hash(f"round {round_num}")).sample(client_ids(), 5)


def by_a_set(round_num):
    return random.Random(round_num).sample(list(set(client_ids())), 5)


def by_a_helper(round_num):
    return by_hash(round_num)


def with_replacement(round_num):
    return list(np.random.default_rng(round_num).choice(client_ids(), 5))


def shuffled_once(round_num):
    ids = client_ids()
    random.Random(1).shuffle(ids)
    return ids[5 * (round_num - 1) : 5 * round_num]


def taken_away():
    left = client_ids()
    random.Random(2).shuffle(left)
    return lambda round_num: [left.pop() for _ in range(5)]


def every_ten(round_num):
    return with_the_standard_library(round_num % 10)


def in_pairs(round_num):
    return with_the_standard_library(round_num // 2)


def not_the_last(round_num):
    return random.Random(round_num).sample(client_ids()[:100], 5)


def unseeded(round_num):
    return random.sample(client_ids(), 5)


IDS = []


def sorting_the_given(round_num):
    IDS.sort(key=lambda client: client[::-1])
    return random.Random(round_num).sample(IDS, 5)


def shared_ids():
    IDS[:] = client_ids()
    return sorting_the_given


CASE = Case(
    right={
        "generator": lambda: with_generator,
        "standard library": lambda: with_the_standard_library,
        "in turn": lambda: walking,
        "a global seed": lambda: with_a_global_seed,
        "of the course": lambda: with_the_course,
        "kept, but seeded": lambda: kept_but_seeded,
        "a sorted set": lambda: in_a_sorted_set,
        "up to the round": up_to_the_round,
    },
    wrong={
        "not_a_list": lambda: lambda round_num: client_ids()[round_num],
        "wrong_size": lambda: lambda round_num: with_generator(round_num)[:4],
        "wrong_size: ends": lambda: shuffled_once,
        "depends_on_calls: taken away": taken_away,
        "unknown": lambda: lambda round_num: list(range(5)),
        "twice": lambda: lambda round_num: [client_ids()[round_num]] * 5,
        "twice: now and then": lambda: with_replacement,
        "depends_on_calls": one_generator,
        "depends_on_calls: no seed": lambda: unseeded,
        "other_process": remembered,
        "other_process: by a decorator": remembered_by_a_decorator,
        "other_process: in an object": Drawer,
        "other_process: in a default": lambda: remembered_in_a_default,
        "other_process: hash": lambda: by_hash,
        "other_process: hash in a helper": lambda: by_a_helper,
        "other_process: set": lambda: by_a_set,
        "always_the_same": lambda: lambda round_num: client_ids()[:5],
        "same_cohort": lambda: in_pairs,
        "few_clients": lambda: every_ten,
        "few_clients: of the first": lambda: not_the_last,
        "few_clients: neighbours": lambda: (
            lambda round_num: client_ids()[round_num % 11 : round_num % 11 + 5]
        ),
        "changed_given": shared_ids,
    },
    raises={"no such client": lambda: lambda round_num: client_ids()["round"]},
    context=lambda: {"client_ids": IDS or client_ids()},
)
