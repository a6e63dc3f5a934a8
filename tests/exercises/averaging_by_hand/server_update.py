"""Answers to `server_update`, as learners write them."""

import numpy as np
import tensorflow as tf

from tests.exercises.averaging_by_hand.at_hand import a_share_at_a_time, plus, times
from tests.exercises.cases import Case


def mean_of(updates):
    return tuple(sum(parts) / len(updates) for parts in zip(*updates, strict=True))


def with_numpy(server_weights, updates):
    kernel = server_weights[0] + np.mean([update[0] for update in updates], axis=0)
    bias = server_weights[1] + np.mean([update[1] for update in updates], axis=0)
    return kernel, bias


def mean_of_client_weights(server_weights, updates):
    client_weights = [plus(server_weights, update) for update in updates]
    return [tf.reduce_mean(tf.stack(parts), axis=0) for parts in zip(*client_weights, strict=True)]


def server_with_variables(server_weights, updates):
    variables = [tf.Variable(w) for w in server_weights]
    for update in updates:
        for variable, part in zip(variables, update, strict=True):
            variable.assign_add(part / len(updates))
    return variables


def halving(server_weights, updates):
    mean = updates[0]
    for update in updates[1:]:
        mean = tuple((m + u) / 2 for m, u in zip(mean, update, strict=True))
    return plus(server_weights, mean)


def one_client(server_weights, updates):
    for update in updates:
        weights = plus(server_weights, update)
    return weights


def one_number(server_weights, updates):
    return tuple(
        w + tf.reduce_mean(tf.stack(parts))
        for w, parts in zip(server_weights, zip(*updates, strict=True), strict=True)
    )


def by_norm(server_weights, updates):
    norms = [tf.linalg.global_norm(update) ** 2 for update in updates]
    for update, norm in zip(updates, norms, strict=True):
        server_weights = plus(server_weights, times(norm / sum(norms), update))
    return server_weights


def median(server_weights, updates):
    middle = [np.median([update[part] for update in updates], axis=0) for part in (0, 1)]
    return plus(server_weights, middle)


def root_mean_square(server_weights, updates):
    return plus(
        server_weights,
        [tf.sqrt(sum(part**2 for part in parts) / len(updates)) for parts in zip(*updates)],  # noqa: B905
    )


def taking_away(server_weights, updates):
    count, total = len(updates), updates.pop()
    while updates:
        total = plus(total, updates.pop())
    return plus(server_weights, times(1 / count, total))


def from_first_weights():
    kept = []

    def server_update(server_weights, updates):
        kept.append(server_weights)
        return plus(kept[0], mean_of(updates))

    return server_update


def with_earlier_updates():
    kept = []

    def server_update(server_weights, updates):
        kept.extend(updates)
        return plus(server_weights, mean_of(kept))

    return server_update


CASE = Case(
    right={
        "numpy": lambda: with_numpy,
        "mean of the clients' weights": lambda: mean_of_client_weights,
        "a share at a time": lambda: a_share_at_a_time,
        "variables": lambda: server_with_variables,
    },
    wrong={
        "remembers": from_first_weights,
        "remembers: earlier updates": with_earlier_updates,
        "wrong_form": lambda: lambda w, updates: w[0] + mean_of(updates)[0],
        "sum": lambda: lambda w, updates: plus(w, times(len(updates), mean_of(updates))),
        "replaces": lambda: lambda w, updates: mean_of(updates),
        "subtracts": lambda: lambda w, updates: plus(w, times(-1, mean_of(updates))),
        "halving": lambda: halving,
        "fixed_number": lambda: (
            lambda w, updates: plus(w, times(len(updates) / 10, mean_of(updates)))
        ),
        "server_counts": lambda: lambda w, updates: mean_of([w, *updates]),
        "one_client": lambda: one_client,
        "one_number": lambda: one_number,
        "fixed_number: of parts": lambda: (
            lambda w, updates: plus(w, times(len(updates) / len(w), mean_of(updates)))
        ),
        "scaled": lambda: lambda w, updates: plus(w, times(0.02, mean_of(updates))),
        "all_divided": lambda: (
            lambda w, updates: times(
                1 / len(updates), plus(w, times(len(updates), mean_of(updates)))
            )
        ),
        "kernel_only": lambda: lambda w, updates: (plus(w, mean_of(updates))[0], w[1]),
        "left_out": lambda: lambda w, updates: plus(w, mean_of(updates[1:])),
        "left_out: the last": lambda: lambda w, updates: plus(w, mean_of(updates[:-1])),
        "one_client: the first": lambda: lambda w, updates: plus(w, updates[0]),
        "wrong_value": lambda: by_norm,
        "wrong_value: the middle": lambda: median,
        "wrong_value: the sum of squares": lambda: root_mean_square,
        "changed_given": lambda: taking_away,
        "unchanged": lambda: lambda w, updates: w,
    },
    raises={"tuples are not numbers": lambda: lambda w, updates: w + sum(updates) / 3},
)
