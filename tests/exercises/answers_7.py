"""Answers to lesson 7's exercises."""

import numpy as np

from tests.exercises.cases import Case

# --- Clipping -------------------------------------------------------------------------------------


def clip_with_minimum(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    factor = tf.minimum(1.0, max_norm / norm)
    return tuple(factor * gradient for gradient in gradients)


def clip_with_tensorflow(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    clipped, _ = tf.clip_by_global_norm(gradients, max_norm)
    return clipped


def clip_with_if(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = tf.linalg.global_norm(gradients)
    if norm > max_norm:
        return [gradient * max_norm / norm for gradient in gradients]
    return list(gradients)


def clip_in_numpy(gradients, weights, server_weights, max_norm=2.0):
    norm = np.sqrt(sum(np.sum(np.square(gradient)) for gradient in gradients))
    return [np.asarray(gradient) * min(1.0, max_norm / max(norm, 1e-9)) for gradient in gradients]


def times(factor):
    """Scales by what `factor` makes of the norm and the bound."""

    def clip(gradients, weights, server_weights, max_norm=2.0):
        import tensorflow as tf

        scale = factor(tf.linalg.global_norm(gradients), max_norm)
        return tuple(scale * gradient for gradient in gradients)

    return lambda: clip


def mapped(clip_one):
    """Treats each tensor by itself."""

    def clip(gradients, weights, server_weights, max_norm=2.0):
        import tensorflow as tf

        return tuple(clip_one(tf, gradient, max_norm) for gradient in gradients)

    return lambda: clip


def clip_and_norm(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    return tf.clip_by_global_norm(gradients, max_norm)


def clip_zero_badly(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = tf.linalg.global_norm(gradients)
    return tuple(gradient / norm * tf.minimum(norm, max_norm) for gradient in gradients)


def clip_by_sum_of_norms(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = sum(tf.norm(gradient) for gradient in gradients)
    return tuple(tf.minimum(1.0, max_norm / norm) * gradient for gradient in gradients)


def clip_by_drift(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    moved = [w - s for w, s in zip(weights, server_weights, strict=True)]
    factor = tf.minimum(1.0, max_norm / tf.linalg.global_norm(moved))
    return tuple(factor * gradient for gradient in gradients)


def clip_to_two(gradients, weights, server_weights, max_norm=2.0):
    return clip_with_minimum(gradients, weights, server_weights)


def clip_larger_half(gradients, weights, server_weights, max_norm=2.0):
    return tuple(gradient / 2 for gradient in gradients)


def smaller(one, other):
    import tensorflow as tf

    return tf.minimum(one, other)


CLIP = Case(
    right={
        "with minimum": lambda: clip_with_minimum,
        "with TensorFlow": lambda: clip_with_tensorflow,
        "with if, as a list": lambda: clip_with_if,
    },
    wrong={
        "not_a_tuple": lambda: lambda gradients, weights, server_weights: gradients[0],
        "wrong_number": lambda: lambda gradients, weights, server_weights: gradients[:1],
        "wrong_shape": mapped(lambda tf, gradient, bound: tf.reduce_sum(gradient)),
        "with_the_norm": lambda: clip_and_norm,
        "not_clipped": lambda: lambda gradients, weights, server_weights: gradients,
        "upside_down": times(lambda norm, bound: smaller(1.0, norm / bound)),
        "short_ones_too": times(lambda norm, bound: bound / norm),
        "elementwise": mapped(
            lambda tf, gradient, bound: tf.clip_by_value(gradient, -bound, bound)
        ),
        "each_alone": mapped(lambda tf, gradient, bound: tf.clip_by_norm(gradient, bound)),
        "unit_length": times(lambda norm, bound: 1 / norm),
        "other_norm": lambda: clip_by_sum_of_norms,
        "norm_of_weights": lambda: clip_by_drift,
        "zero_by_zero": lambda: clip_zero_badly,
        "fixed_bound": lambda: clip_to_two,
        "not_recorded": lambda: clip_in_numpy,
    },
    other={"halved": lambda: clip_larger_half},
    raises={"misspelt": lambda: lambda g, w, s: gradient},  # noqa: F821
)


# --- Momentum at the server -----------------------------------------------------------------------


def momentum_in_a_loop(velocity, weights, mean_update, momentum=0.5):
    new_velocity, new_weights = [], []
    for old, weight, update in zip(velocity, weights, mean_update, strict=True):
        new_velocity.append(update + momentum * old)
        new_weights.append(weight + new_velocity[-1])
    return new_velocity, new_weights


def momentum_with_nest(velocity, weights, mean_update, momentum=0.5):
    import tensorflow as tf

    new = tf.nest.map_structure(lambda v, u: momentum * v + u, velocity, mean_update)
    return new, tf.nest.map_structure(tf.add, weights, new)


def momentum_in_numpy(velocity, weights, mean_update, momentum=0.5):
    new = [
        momentum * np.asarray(v) + np.asarray(u) for v, u in zip(velocity, mean_update, strict=True)
    ]
    return new, [np.asarray(w) + v for w, v in zip(weights, new, strict=True)]


def server(formula):
    """The two results for each tensor, from a formula of v, w, u and m."""

    def make():
        def momentum_next(velocity, weights, mean_update, momentum=0.5):
            pairs = [
                formula(v, w, u, momentum)
                for v, w, u in zip(velocity, weights, mean_update, strict=True)
            ]
            return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)

        return momentum_next

    return make


def only_weights(velocity, weights, mean_update, momentum=0.5):
    return momentum_with_nest(velocity, weights, mean_update, momentum)[1]


MOMENTUM = Case(
    right={
        "in a loop, as lists": lambda: momentum_in_a_loop,
        "with nest": lambda: momentum_with_nest,
    },
    wrong={
        "not_a_tuple": lambda: lambda velocity, weights, mean_update: weights[0],
        "wrong_number": lambda: lambda velocity, weights, mean_update: (velocity[:1], weights),
        "wrong_shape": server(lambda v, w, u, m: (m * v + u, (w + m * v + u)[0])),
        "not_a_pair": lambda: only_weights,
        "swapped_results": server(lambda v, w, u, m: (w + m * v + u, m * v + u)),
        "not_carried": server(lambda v, w, u, m: (v, w + m * v + u)),
        "old_velocity": server(lambda v, w, u, m: (m * v + u, w + v)),
        "no_momentum": server(lambda v, w, u, m: (m * v + u, w + u)),
        "backwards": server(lambda v, w, u, m: (m * v + u, w - (m * v + u))),
        "damped": server(
            lambda v, w, u, m: (m * v + (1 - m) * u, w + m * v + (1 - m) * u),
        ),
        "nesterov": server(lambda v, w, u, m: (m * v + u, w + m * (m * v + u) + u)),
        "never_fades": server(lambda v, w, u, m: (v + u, w + v + u)),
        "fades_the_update": server(lambda v, w, u, m: (v + m * u, w + v + m * u)),
        "fixed_momentum": server(lambda v, w, u, m: (0.5 * v + u, w + 0.5 * v + u)),
        "not_recorded": lambda: momentum_in_numpy,
    },
    other={"old update": server(lambda v, w, u, m: (m * v + u, w - v))},
    raises={"too short": lambda: lambda v, w, u: (v[7], w)},
)


# --- Proximal term --------------------------------------------------------------------------------


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


PULL = Case(
    right={"with a tape": lambda: pull_with_tape, "by index": lambda: pull_by_index},
    wrong={
        "not_a_tuple": lambda: lambda gradients, weights, server_weights: gradients[0],
        "wrong_number": lambda: lambda g, w, s: (*g, *w),
        "wrong_shape": client(lambda g, w, s, mu: (g + mu * (w - s))[0]),
        "unchanged": client(lambda g, w, s, mu: g),
        "pushes_away": client(lambda g, w, s, mu: g + mu * (s - w)),
        "half": client(lambda g, w, s, mu: g + mu / 2 * (w - s)),
        "twice": client(lambda g, w, s, mu: g + 2 * mu * (w - s)),
        "without_mu": client(lambda g, w, s, mu: g + (w - s)),
        "towards_zero": client(lambda g, w, s, mu: g + mu * w),
        "only_the_pull": client(lambda g, w, s, mu: mu * (w - s)),
        "moves_weights": client(lambda g, w, s, mu: w - mu * (w - s)),
        "term_itself": client(lambda g, w, s, mu: g + mu / 2 * sum_of_squares(w, s)),
        "length": client(lambda g, w, s, mu: g + mu * length(w, s)),
        "fixed_mu": client(lambda g, w, s, mu: g + 0.1 * (w - s)),
        "not_recorded": lambda: pull_in_numpy,
    },
    other={"of the update": client(lambda g, w, s, mu: g + mu * (g - s))},
    raises={"index": lambda: lambda g, w, s, mu=0.1: g[7]},
)


# --- Bytes ----------------------------------------------------------------------------------------


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


BYTES = Case(
    right={"by loop": lambda: bytes_by_loop, "as float": lambda: bytes_as_float},
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
        "down_once": counted(lambda size, sizes: size * (sum(sizes) + len(sizes))),
    },
    other={"largest cohort": counted(lambda size, sizes: 2 * size * max(sizes) * len(sizes))},
    raises={"no such attribute": lambda: lambda weights, sizes: weights.nbytes},
)


# --- Challenge ------------------------------------------------------------------------------------


def settings(**changed):
    baseline = {"cohort_size": 4, "num_rounds": 7, "epochs": 5, "client_learning_rate": 0.02}
    return lambda: baseline | changed


def without(name):
    return lambda: {key: value for key, value in settings()().items() if key != name}


CHALLENGE = Case(
    right={
        "a higher rate": settings(client_learning_rate=0.1),
        "more epochs, numpy numbers": settings(
            epochs=np.int64(10), client_learning_rate=np.float32(0.05), edits=[]
        ),
        "large cohorts": settings(
            cohort_size=10, num_rounds=3, epochs=20, client_learning_rate=0.1
        ),
    },
    wrong={
        "not_settings": lambda: [4, 7, 5, 0.02],
        "missing": without("epochs"),
        "unknown": settings(momentum=0.5),
        "not_whole": settings(num_rounds=7.5),
        "too_many": settings(epochs=21),
        "bad_rate": settings(client_learning_rate=0),
        "over_budget": settings(cohort_size=8),
        "the_baseline": settings(),
        "edits_no_list": settings(edits=lambda gradients, weights, server_weights: gradients),
        "no_optimizer": settings(server_optimizer="adam"),
        "small_gain": settings(epochs=6),
        "no_better": settings(num_rounds=1),
    },
)


CASES = {
    "clip_by_norm": CLIP,
    "server_memory": MOMENTUM,
    "pull_back": PULL,
    "bytes_sent": BYTES,
    "bytes_challenge": CHALLENGE,
}
