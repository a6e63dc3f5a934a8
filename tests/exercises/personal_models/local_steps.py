"""Answers to `local_steps`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def steps(gradients_of, weights, num_steps, rate):
    for _ in range(num_steps):
        weights = [w - rate * g for w, g in zip(weights, gradients_of(weights), strict=True)]
    return weights


def recursive(gradients_of, weights, num_steps, rate):
    if num_steps == 0:
        return weights
    gradients = gradients_of(weights)
    moved = tuple(w - rate * gradients[k] for k, w in enumerate(weights))
    return recursive(gradients_of, moved, num_steps - 1, rate)


def in_tensorflow(gradients_of, weights, num_steps, rate):
    import tensorflow as tf

    done = 0
    while done < num_steps:
        weights = tf.nest.map_structure(
            lambda w, g: tf.subtract(w, rate * g), tuple(weights), tuple(gradients_of(weights))
        )
        done += 1
    return weights


def changed(number=lambda n: n, rate=lambda r, n: r):
    return lambda: lambda g, w, n, r: steps(g, w, number(n), rate(r, n))


def in_place(gradients_of, weights, num_steps, rate):
    for _ in range(num_steps):
        for w, g in zip(weights, gradients_of(weights), strict=True):
            w -= rate * g
    return weights


def in_numpy(gradients_of, weights, num_steps, rate):
    for _ in range(num_steps):
        weights = [
            np.subtract(w, rate * np.asarray(g))
            for w, g in zip(weights, gradients_of(weights), strict=True)
        ]
    return weights


def from_the_start(gradients_of, weights, num_steps, rate):
    gradients = gradients_of(weights)
    return tuple(w - num_steps * rate * g for w, g in zip(weights, gradients, strict=True))


def the_path(gradients_of, weights, num_steps, rate):
    path = [weights]
    for _ in range(num_steps):
        path.append(tuple(steps(gradients_of, path[-1], 1, rate)))
    return path


def the_way(gradients_of, weights, num_steps, rate):
    end = steps(gradients_of, weights, num_steps, rate)
    return tuple(a - b for a, b in zip(end, weights, strict=True))


def first_tensor(gradients_of, weights, num_steps, rate):
    for _ in range(num_steps):
        first = weights[0] - rate * gradients_of(weights)[0]
        weights = (first, *weights[1:])
    return weights


def in_turn(gradients_of, weights, num_steps, rate):
    weights = list(weights)
    for _ in range(num_steps):
        for k in range(len(weights)):
            weights[k] = weights[k] - rate * gradients_of(tuple(weights))[k]
    return weights


def in_turn_from_the_end(gradients_of, weights, num_steps, rate):
    weights = list(weights)
    for _ in range(num_steps):
        for k in range(len(weights) - 1, -1, -1):
            weights[k] = weights[k] - rate * gradients_of(tuple(weights))[k]
    return weights


def asked_for_each(gradients_of, weights, num_steps, rate):
    """More calls than needed, and all at the point where the step began."""
    for _ in range(num_steps):
        weights = tuple(weights[k] - rate * gradients_of(weights)[k] for k in range(len(weights)))
    return weights


def with_offset(gradients_of, weights, num_steps, rate):
    for _ in range(num_steps):
        weights = [
            w - rate * (g + 0.1) for w, g in zip(weights, gradients_of(weights), strict=True)
        ]
    return weights


def remembering():
    kept = []

    def local_steps(gradients_of, weights, num_steps, rate):
        kept.append(1)
        return steps(gradients_of, weights, num_steps + len(kept) - 1, rate)

    return local_steps


CASE = Case(
    right={
        "in lists": lambda: steps,
        "recursive": lambda: recursive,
        "in TensorFlow": lambda: in_tensorflow,
        "asked for each": lambda: asked_for_each,
    },
    wrong={
        "remembers": remembering,
        "changed_given": lambda: in_place,
        "not_recorded": lambda: in_numpy,
        "not_a_tuple": lambda: lambda *case: np.concatenate([np.ravel(w) for w in steps(*case)]),
        "wrong_number": lambda: lambda *case: (*steps(*case), 0.0),
        "wrong_shape": lambda: lambda *case: [w[np.newaxis] for w in steps(*case)],
        "path": lambda: the_path,
        "uphill": changed(rate=lambda r, n: -r),
        "first_gradient": lambda: from_the_start,
        "one_step": changed(number=lambda n: 1),
        "one_step: but for none": changed(number=lambda n: min(n, 1)),
        "one_too_many": changed(number=lambda n: n + 1),
        "one_too_few": changed(number=lambda n: n - 1),
        "rate_divided": changed(rate=lambda r, n: r / max(1, n)),
        "rate_forgotten": changed(rate=lambda r, n: 1.0),
        "unchanged": changed(number=lambda n: 0),
        "the_way": lambda: the_way,
        "gradients": lambda: lambda *case: case[0](steps(*case)),
        "one_tensor": lambda: first_tensor,
        "in_turn": lambda: in_turn,
        "in_turn: from the end": lambda: in_turn_from_the_end,
        "wrong_value": lambda: with_offset,
        "wrong_value: twice": changed(number=lambda n: 2 * n),
        "wrong_value: nan": lambda: lambda *case: [np.nan * w for w in steps(*case)],
    },
    raises={
        "of two tensors": lambda: (
            lambda g, weights, n, r: tuple(map(lambda kernel, bias: kernel, *[weights[:1]]))
        )
    },
)
