"""Answers to `merge_parts`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


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


CASE = Case(
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
