"""Answers to `bisect`, as learners write them."""

import math

import numpy as np

from tests.exercises.cases import Case


def half(goes_down, middle=lambda low, high, share: (low + high) / 2):
    def bisect(low, high, at_most, total, share):
        place = middle(low, high, share)
        return (low, place) if goes_down(at_most, total, share) else (place, high)

    return lambda: bisect


def enough(at_most, total, share):
    return at_most >= share * total


def in_numpy(lower, upper, count, number, part):
    place = np.float32(lower + (upper - lower) / 2)
    return np.array([lower, place] if count / number >= part else [place, upper])


def in_tensorflow(low, high, at_most, total, share):
    import tensorflow as tf

    middle = tf.constant((low + high) / 2, tf.float32)
    down = at_most / total >= share
    return tf.stack([low, middle]) if down else tf.stack([middle, high])


def remembering(low, high, at_most, total, share, kept=[]):  # noqa: B006
    kept.append(low)
    return half(enough)()(kept[0], high, at_most, total, share)


CASE = Case(
    right={
        "numpy": lambda: in_numpy,
        "tensorflow": lambda: in_tensorflow,
        "a list": lambda: lambda *case: list(half(enough)()(*case)),
        "a quotient": half(lambda at_most, total, share: at_most / total >= share),
        "rounded up": half(lambda at_most, total, share: at_most >= math.ceil(share * total)),
        "the others counted": half(
            lambda at_most, total, share: total - at_most <= (1 - share) * total + 1e-9
        ),
    },
    wrong={
        "remembers": lambda: remembering,
        "not_a_pair": lambda: lambda low, high, *rest: (low + high) / 2,
        "not_a_pair: three": lambda: lambda low, high, *rest: (low, (low + high) / 2, high),
        "not_a_pair: a dict": lambda: lambda low, high, *rest: {"low": low, "high": high},
        "tie": half(lambda at_most, total, share: at_most > share * total),
        "whole_number": half(lambda at_most, total, share: at_most >= int(share * total)),
        "whole_number: the nearest": half(
            lambda at_most, total, share: at_most >= round(share * total)
        ),
        "other_half": half(lambda at_most, total, share: at_most < share * total),
        "other_half: with the tie": half(lambda at_most, total, share: at_most <= share * total),
        "median_only": half(lambda at_most, total, share: 2 * at_most >= total),
        "total_forgotten": half(lambda at_most, total, share: at_most >= share),
        "from_above": half(lambda at_most, total, share: at_most >= (1 - share) * total),
        "not_the_middle": half(enough, lambda low, high, share: low + share * (high - low)),
        "not_the_middle: half of the width": half(
            enough, lambda low, high, share: (high - low) / 2
        ),
        "not_the_middle: whole": half(enough, lambda low, high, share: (low + high) // 2),
        "ends_exchanged": lambda: lambda *case: half(enough)()(*case)[::-1],
        "always_one": half(lambda at_most, total, share: True),
        "wrong_value": half(enough, lambda low, high, share: high),
        "wrong_value: at least one more": half(
            lambda at_most, total, share: at_most >= share * total + 1
        ),
    },
    raises={"by text": lambda: lambda low, high, *rest: (low, f"{low}" / 2)},
)
