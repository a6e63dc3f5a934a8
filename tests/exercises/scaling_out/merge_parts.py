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


def onto_the_first(sums, examples):
    total = sums[0]
    for part in sums[1:]:
        total += part
    return total / sum(examples)


def taking_away(sums, examples):
    total, count = 0, 0
    while examples:
        total, count = total + sums[len(examples) - 1], count + examples.pop()
    return total / count


def two_by_two(sums, examples):
    """Merges neighbours until one is left, as a tree of workers would."""
    parts = list(zip(sums, examples, strict=True))
    while len(parts) > 1:
        (one, few), (other, more), *rest = parts
        parts = [*rest, (one + other, few + more)]
    return parts[0][0] / parts[0][1]


def weighted_means(sums, examples):
    means = [part / count for part, count in zip(sums, examples, strict=True)]
    return np.average(means, axis=0, weights=examples)


def kept_examples():
    kept = []

    def merge_parts(sums, examples):
        kept.extend(examples)
        return sum(sums) / sum(kept)

    return merge_parts


def by_the_first_count():
    kept = []

    def merge_parts(sums, examples):
        kept.append(sum(examples))
        return sum(sums) / kept[0]

    return merge_parts


CASE = Case(
    right={
        "loop": lambda: merge_by_loop,
        "numpy": lambda: lambda sums, examples: np.sum(sums, axis=0) / np.sum(examples),
        "tensorflow": lambda: merge_in_tensorflow,
        "two by two": lambda: two_by_two,
        "weighted means": lambda: weighted_means,
    },
    wrong={
        "remembers": kept_examples,
        "remembers: the first count": by_the_first_count,
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
        "changed_given": lambda: onto_the_first,
        "changed_given: examples": lambda: taking_away,
        "divided_twice": lambda: lambda sums, examples: np.mean(sums, axis=0) / sum(examples),
        "two_parts": lambda: (
            lambda sums, examples: (sums[0] + sums[1]) / (examples[0] + examples[1])
        ),
        "wrong_value": lambda: lambda sums, examples: sum(sums) * sum(examples),
        "wrong_value: without the first": lambda: (
            lambda sums, examples: sum(sums[1:]) / sum(examples[1:])
        ),
        "wrong_value: without the last": lambda: (
            lambda sums, examples: sum(sums[:-1]) / sum(examples[:-1])
        ),
        "wrong_value: by the largest": lambda: lambda sums, examples: sum(sums) / max(examples),
        "wrong_value: rounded": lambda: (
            lambda sums, examples: np.round(sum(sums) / sum(examples), 2)
        ),
        "wrong_value: mean of examples": lambda: (
            lambda sums, examples: sum(sums) / np.mean(examples)
        ),
        "not_an_array: over everything": lambda: lambda sums, examples: float(np.mean(sums[0])),
        "last_part: of its own": lambda: lambda sums, examples: sums[-1] / examples[-1],
        "first_part": lambda: lambda sums, examples: sums[0] / examples[0],
        "last_part": lambda: last_of_a_loop,
    },
    raises={"list by list": lambda: lambda sums, examples: sums / examples},
)
