"""Answers to `bytes_sent`, as learners write them."""

import sys

import numpy as np

from tests.exercises.cases import Case


def bytes_by_loop(weights, cohort_sizes):
    total = 0
    for size in cohort_sizes:
        for _ in range(size):
            for array in weights:
                total += array.itemsize * np.prod(array.shape)  # down
                total += array.itemsize * np.prod(array.shape)  # up
    return total


def bytes_as_float(weights, cohort_sizes):
    one_way = sum(array.size * array.dtype.itemsize for array in weights)
    return 2.0 * one_way * np.sum(cohort_sizes)


def counted(formula):
    return lambda: lambda weights, sizes: formula(sum(a.nbytes for a in weights), sizes)


def taking_away(weights, cohort_sizes):
    clients = 0
    while cohort_sizes:
        clients += cohort_sizes.pop()
    return 2 * sum(array.nbytes for array in weights) * clients


def by_the_buffer(weights, cohort_sizes):
    return sum(2 * n * len(array.tobytes()) for n in cohort_sizes for array in weights)


def kept_by_rounds():
    kept = {}

    def bytes_sent(weights, cohort_sizes):
        new = 2 * sum(array.nbytes for array in weights) * sum(cohort_sizes)
        return kept.setdefault(len(cohort_sizes), new)

    return bytes_sent


def going_on():
    total = [0]

    def bytes_sent(weights, cohort_sizes):
        total[0] += 2 * sum(array.nbytes for array in weights) * sum(cohort_sizes)
        return total[0]

    return bytes_sent


def of_32_bits(weights, cohort_sizes):
    one_way = np.int32(sum(array.nbytes for array in weights))
    return int(np.sum(2 * one_way * np.array(cohort_sizes, np.int32), dtype=np.int32))


def of_lengths(weights, cohort_sizes):
    return 2 * sum(len(array) * array.itemsize for array in weights) * sum(cohort_sizes)


CASE = Case(
    right={
        "the buffers": lambda: by_the_buffer,
        "by loop": lambda: bytes_by_loop,
        "as float": lambda: bytes_as_float,
    },
    wrong={
        "not_a_number": counted(lambda size, sizes: [2 * size * n for n in sizes]),
        "one_way": counted(lambda size, sizes: size * sum(sizes)),
        "numbers_not_bytes": counted(lambda size, sizes: size // 4 * 2 * sum(sizes)),
        "four_bytes": lambda: lambda weights, sizes: 8 * sum(a.size for a in weights) * sum(sizes),
        "bits": counted(lambda size, sizes: 16 * size * sum(sizes)),
        "one_tensor": lambda: lambda weights, sizes: 2 * weights[0].nbytes * sum(sizes),
        "one_client": counted(lambda size, sizes: 2 * size * len(sizes)),
        "one_round": counted(lambda size, sizes: 2 * size * sizes[0]),
        "equal_cohorts": counted(lambda size, sizes: 2 * size * sizes[0] * len(sizes)),
        "equal_cohorts: as the largest": counted(
            lambda size, sizes: 2 * size * max(sizes) * len(sizes)
        ),
        "one_tensor: the last": lambda: lambda weights, sizes: 2 * weights[-1].nbytes * sum(sizes),
        "objects": lambda: lambda weights, sizes: 2 * sum(map(sys.getsizeof, weights)) * sum(sizes),
        "numbers_not_bytes: by size": lambda: (
            lambda weights, sizes: 2 * sum(a.size for a in weights) * sum(sizes)
        ),
        "other_unit": counted(lambda size, sizes: 2 * size * sum(sizes) / 1_000),
        "wrong_value": counted(lambda size, sizes: 2 * size * sum(sizes[1:])),
        "wrong_value: not the last": counted(lambda size, sizes: 2 * size * sum(sizes[:-1])),
        "wrong_value: two arrays": lambda: (
            lambda weights, sizes: 2 * (weights[0].nbytes + weights[1].nbytes) * sum(sizes)
        ),
        "wrong_value: mean rounded": counted(
            lambda size, sizes: 2 * size * round(np.mean(sizes)) * len(sizes)
        ),
        "wrong_value: different sizes": counted(lambda size, sizes: 2 * size * sum(set(sizes))),
        "changed_given": lambda: taking_away,
        "one_way: four bytes": lambda: (
            lambda weights, sizes: 4 * sum(a.size for a in weights) * sum(sizes)
        ),
        "down_once: in all": counted(lambda size, sizes: size * (sum(sizes) + 1)),
        "down_once": counted(lambda size, sizes: size * (sum(sizes) + len(sizes))),
        "remembers": kept_by_rounds,
        "remembers: a total": going_on,
        "wrong_value: 32 bits": lambda: of_32_bits,
        "wrong_value: lengths": lambda: of_lengths,
        "wrong_value: somebody in each round": counted(
            lambda size, sizes: 2 * size * sum(max(1, n) for n in sizes)
        ),
    },
    raises={"no such attribute": lambda: lambda weights, sizes: weights.nbytes},
)
