"""Answers to `pull_back`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def client(formula):
    def make():
        def pull_back(gradients, weights, server_weights, mu=0.1):
            return tuple(
                formula(g, w, s, mu)
                for g, w, s in zip(gradients, weights, server_weights, strict=True)
            )

        return pull_back

    return make


def pull_with_tape(gradients, weights, server_weights, mu=0.1):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(weights)
        squares = [
            tf.reduce_sum((w - s) ** 2) for w, s in zip(weights, server_weights, strict=True)
        ]
        term = mu / 2 * tf.add_n(squares)
    return [g + p for g, p in zip(gradients, tape.gradient(term, weights), strict=True)]


def pull_by_index(gradients, weights, server_weights, mu=0.1):
    pulled = []
    for i in range(len(gradients)):
        pulled.append(gradients[i] - mu * server_weights[i] + mu * weights[i])
    return pulled


def pull_in_numpy(gradients, weights, server_weights, mu=0.1):
    parts = zip(gradients, weights, server_weights, strict=True)
    return [np.asarray(g) + mu * np.subtract(w, s) for g, w, s in parts]


def length(w, s):
    import tensorflow as tf

    return tf.norm(w - s)


def sum_of_squares(w, s):
    import tensorflow as tf

    return tf.reduce_sum((w - s) ** 2)


def pull_of_unit_length(gradients, weights, server_weights, mu=0.1):
    import tensorflow as tf

    away = [w - s for w, s in zip(weights, server_weights, strict=True)]
    distance = tf.linalg.global_norm(away)
    return tuple(g + mu * a / distance for g, a in zip(gradients, away, strict=True))


CASE = Case(
    right={"with a tape": lambda: pull_with_tape, "by index": lambda: pull_by_index},
    wrong={
        "not_a_tuple": lambda: lambda gradients, weights, server_weights: gradients[0],
        "wrong_number": lambda: lambda g, w, s: (*g, *w),
        "wrong_shape": client(lambda g, w, s, mu: (g + mu * (w - s))[0]),
        "unchanged": client(lambda g, w, s, mu: g),
        "pushes_away": client(lambda g, w, s, mu: g + mu * (s - w)),
        "half": client(lambda g, w, s, mu: g + mu / 2 * (w - s)),
        "mean_of_squares": client(lambda g, w, s, mu: g + mu * (w - s) / np.size(w)),
        "mean_of_squares: without the half": client(
            lambda g, w, s, mu: g + 2 * mu * (w - s) / np.size(w)
        ),
        "twice": client(lambda g, w, s, mu: g + 2 * mu * (w - s)),
        "without_mu": client(lambda g, w, s, mu: g + (w - s)),
        "towards_zero": client(lambda g, w, s, mu: g + mu * w),
        "only_the_pull": client(lambda g, w, s, mu: mu * (w - s)),
        "moves_weights": client(lambda g, w, s, mu: w - mu * (w - s)),
        "term_itself": client(lambda g, w, s, mu: g + mu / 2 * sum_of_squares(w, s)),
        "length": client(lambda g, w, s, mu: g + mu * length(w, s)),
        "fixed_mu": client(lambda g, w, s, mu: g + 0.1 * (w - s)),
        "wrong_value": client(lambda g, w, s, mu: g + mu * (g - s)),
        "wrong_value: mu squared": client(lambda g, w, s, mu: g + mu**2 * (w - s)),
        "wrong_value: of sizes": client(lambda g, w, s, mu: g + mu * abs(w - s)),
        "wrong_value: the gradient shrunk": client(lambda g, w, s, mu: (1 - mu) * g + mu * (w - s)),
        "other_default": lambda: lambda g, w, s, mu=1.0: pull_by_index(g, w, s, mu),
        "unit_pull": lambda: pull_of_unit_length,
        "unit_pull: each tensor": client(lambda g, w, s, mu: g + mu * (w - s) / length(w, s)),
        "kernel_only": lambda: lambda g, w, s, mu=0.1: (pull_by_index(g, w, s, mu)[0], *g[1:]),
        "half: whatever mu": client(lambda g, w, s, mu: g + 0.05 * (w - s)),
        "not_recorded": lambda: pull_in_numpy,
    },
    raises={"index": lambda: lambda g, w, s, mu=0.1: g[7]},
)
