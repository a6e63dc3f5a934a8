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


class FirstAnchor:
    """Keeps the server's weights of its first call."""

    anchor = None

    def __call__(self, gradients, weights, server_weights, mu=0.1):
        if self.anchor is None:
            self.anchor = server_weights
        return pull_by_index(gradients, weights, self.anchor, mu)


def anchored_in_a_list():
    kept = []

    def pull_back(gradients, weights, server_weights, mu=0.1):
        kept.append(server_weights)
        return pull_by_index(gradients, weights, kept[0], mu)

    return pull_back


def anchored_at_the_last_weights():
    kept = []

    def pull_back(gradients, weights, server_weights, mu=0.1):
        anchor = kept[-1] if kept else server_weights
        kept.append(weights)
        return pull_by_index(gradients, weights, anchor, mu)

    return pull_back


def growing():
    calls = [0]

    def pull_back(gradients, weights, server_weights, mu=0.1):
        calls[0] += 1
        return pull_by_index(gradients, weights, server_weights, calls[0] * mu)

    return pull_back


def pull_two(gradients, weights, server_weights, mu=0.1):
    (kernel, bias), (w, b), (server_w, server_b) = gradients, weights, server_weights
    return kernel + mu * (w - server_w), bias + mu * (b - server_b)


def pull_first_two(gradients, weights, server_weights, mu=0.1):
    return (*pull_by_index(gradients[:2], weights, server_weights, mu), *gradients[2:])


def pull_ends(gradients, weights, server_weights, mu=0.1):
    return gradients[0] + mu * (weights[0] - server_weights[0]), gradients[-1] + mu * (
        weights[-1] - server_weights[-1]
    )


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
        "remembers": FirstAnchor,
        "remembers: in a list": anchored_in_a_list,
        "remembers: the last weights": anchored_at_the_last_weights,
        "remembers: a growing mu": growing,
        "fixed_number": lambda: pull_two,
        "fixed_number: without an error": lambda: pull_first_two,
        "wrong_number: the ends": lambda: pull_ends,
        "not_recorded": lambda: pull_in_numpy,
    },
    raises={"index": lambda: lambda g, w, s, mu=0.1: g[7]},
)
