"""Answers to `labels_from_bias`, as learners write them."""

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def rounded(bias_update, num_examples, learning_rate):
    return np.rint(num_examples * (bias_update / learning_rate + 0.1)).astype(int)


def by_loop(bias_update, num_examples, learning_rate):
    counts = []
    for update in bias_update:
        counts.append(round(float((update / learning_rate + 1 / len(bias_update)) * num_examples)))
    return counts


def in_tensorflow(bias_update, num_examples, learning_rate):
    import tensorflow as tf

    return tf.round((bias_update / learning_rate + 0.1) * num_examples)


def in_place(bias_update, num_examples, learning_rate):
    bias_update /= learning_rate
    bias_update += 0.1
    return np.rint(num_examples * bias_update)


def keeping_the_first(bias_update, num_examples, learning_rate, kept=[]):  # noqa: B006
    kept.append(num_examples)
    return rounded(bias_update, kept[0], learning_rate)


def formula(count):
    return lambda: (
        lambda bias_update, num_examples, learning_rate: count(
            np.float64(bias_update), num_examples, learning_rate
        )
    )


CASE = Case(
    right={
        "rounded": lambda: rounded,
        "loop": lambda: by_loop,
        "tensorflow": lambda: in_tensorflow,
        "not rounded": formula(lambda update, n, rate: n * (update / rate + 0.1)),
    },
    wrong={
        "not_ten": formula(lambda update, n, rate: n),
        "not_ten: text": formula(lambda update, n, rate: "ten"),
        "turned": formula(lambda update, n, rate: np.rint(n * (0.1 - update / rate))),
        "model_forgotten": formula(lambda update, n, rate: n * update / rate),
        "model_forgotten: not below 0": formula(
            lambda update, n, rate: np.rint(np.maximum(n * update / rate, 0))
        ),
        "rate_forgotten": formula(lambda update, n, rate: n * (update + 0.1)),
        "rate_multiplied": formula(lambda update, n, rate: n * (update * rate + 0.1)),
        "shares": formula(lambda update, n, rate: update / rate + 0.1),
        "presence": formula(lambda update, n, rate: (update / rate + 0.1) > 1e-5),
        "remembers: by the shapes": lambda: keeping.by_shapes(rounded),
        "remembers: without the update": lambda: keeping.without(rounded, 0),
        "remembers: without the examples": lambda: keeping.without(rounded, 1),
        "remembers: without the rate": lambda: keeping.without(rounded, 2),
        "remembers": lambda: keeping_the_first,
        "cut_off: in float32": lambda: (
            lambda update, n, rate: (n * (0.1 + update / rate)).astype(int)
        ),
        "wrong_value: in a byte": formula(
            lambda update, n, rate: np.rint(n * (update / rate + 0.1)).astype(np.int64) % 256
        ),
        "cut_off": lambda: lambda update, n, rate: (n * (update / rate + 0.1 - 1e-6)).astype(int),
        "model_forgotten: outside the product": formula(
            lambda update, n, rate: np.rint(n * update / rate + 0.1)
        ),
        "model_forgotten: outside the product, unrounded": formula(
            lambda update, n, rate: n * update / rate + 0.1
        ),
        "wrong_value: in float16": lambda: lambda *given: rounded(*given).astype(np.float16),
        "wrong_value: two thousand at most": lambda: (
            lambda *given: np.minimum(2000, rounded(*given))
        ),
        "wrong_value: tens": lambda: (
            lambda *given: [n if n < 1000 else round(n, -1) for n in by_loop(*given)]
        ),
        "wrong_value: three digits": lambda: (
            lambda *given: [float(f"{n:.3g}") for n in by_loop(*given)]
        ),
        "changed_given": lambda: in_place,
        "wrong_value": formula(lambda update, n, rate: np.rint(n * (update / rate + 0.05))),
        "wrong_value: only what is common": formula(
            lambda update, n, rate: np.rint(n * (update / rate + 0.1)) * (update > 0)
        ),
    },
    raises={"by text": formula(lambda update, n, rate: update / f"{rate}")},
)
