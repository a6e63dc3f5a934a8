"""Answers to `server_memory`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


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


def with_own_velocity():
    kept = {}

    def momentum_next(velocity, weights, mean_update, momentum=0.5):
        kept["v"], new = momentum_in_a_loop(kept.get("v", velocity), weights, mean_update, momentum)
        return kept["v"], new

    return momentum_next


def from_first_weights():
    kept = []

    def momentum_next(velocity, weights, mean_update, momentum=0.5):
        kept.append(weights)
        return momentum_in_a_loop(velocity, kept[0], mean_update, momentum)

    return momentum_next


def momentum_for_two(velocity, weights, mean_update, momentum=0.5):
    (vk, vb), (wk, wb), (uk, ub) = velocity, weights, mean_update
    vk, vb = momentum * vk + uk, momentum * vb + ub
    return (vk, vb), (wk + vk, wb + vb)


CASE = Case(
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
        "wrong_value": server(lambda v, w, u, m: (m * v + u, w - v)),
        "wrong_value: velocity of the damped form": server(
            lambda v, w, u, m: (m * v + (1 - m) * u, w + m * v + u)
        ),
        "wrong_value: only a tenth": server(lambda v, w, u, m: (m * v + u, w + 0.1 * (m * v + u))),
        "both_fade": server(lambda v, w, u, m: (m * (v + u), w + m * (v + u))),
        "twice": server(lambda v, w, u, m: (m * v + u, w + 2 * (m * v + u))),
        "other_default": lambda: (
            lambda v, w, u, momentum=0.9: momentum_with_nest(v, w, u, momentum)
        ),
        "damped: whatever the momentum": server(
            lambda v, w, u, m: (0.5 * v + 0.5 * u, w + 0.5 * v + 0.5 * u)
        ),
        "backwards: as a gradient": server(lambda v, w, u, m: (m * v - u, w + m * v - u)),
        "remembers": with_own_velocity,
        "remembers: the first weights": from_first_weights,
        "fixed_number": lambda: momentum_for_two,
        "not_recorded": lambda: momentum_in_numpy,
    },
    raises={"too short": lambda: lambda v, w, u: (v[7], w)},
)
