"""Answers to `cohort_ids`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


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


CASE = Case(
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
