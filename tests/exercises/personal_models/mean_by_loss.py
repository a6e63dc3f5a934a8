"""Answers to `mean_by_loss`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def tf_of(function, *types):
    import tensorflow_federated as tff

    return tff.tensorflow.computation(function, *types)


def vector():
    import tensorflow_federated as tff

    return tff.TensorType(np.float32, [3])


def federated(body, types=None):
    """A federated computation whose body gets TFF, too."""

    def make():
        import tensorflow_federated as tff

        named = types or (vector(), np.float32)
        return tff.federated_computation(
            lambda a, b: body(tff, a, b), *(tff.FederatedType(one, tff.CLIENTS) for one in named)
        )

    return make


def weights(tff, losses, power=lambda loss: loss * loss):
    return tff.federated_map(tf_of(power, np.float32), losses)


def weighted(power):
    return federated(
        lambda tff, updates, losses: tff.federated_mean(updates, weights(tff, losses, power))
    )


def products(tff, updates, losses):
    times = tf_of(lambda update, loss: loss**2 * update, vector(), np.float32)
    return tff.federated_map(times, (updates, losses))


def divided(tff, total, by):
    return tff.federated_map(tf_of(lambda a, b: a / b, vector(), np.float32), (total, by))


def two_sums(tff, updates, losses):
    total = tff.federated_sum(products(tff, updates, losses))
    return divided(tff, total, tff.federated_sum(weights(tff, losses)))


def two_means(tff, updates, losses):
    """The number of clients cancels."""
    total = tff.federated_mean(products(tff, updates, losses))
    return divided(tff, total, tff.federated_mean(weights(tff, losses)))


def both_sums(tff, updates, losses):
    total = tff.federated_sum(products(tff, updates, losses))
    return total, tff.federated_sum(weights(tff, losses))


def by_losses(tff, updates, losses):
    total = tff.federated_sum(products(tff, updates, losses))
    return divided(tff, total, tff.federated_sum(losses))


def at_the_clients(tff, updates, losses):
    total = tff.federated_broadcast(tff.federated_sum(weights(tff, losses)))
    return tff.federated_map(
        tf_of(lambda a, b: a / b, vector(), np.float32), (products(tff, updates, losses), total)
    )


def largest(tff, updates, losses):
    import tensorflow as tf

    top = tff.federated_broadcast(tff.federated_max(losses))
    same = tf_of(lambda a, b: tf.cast(a >= b, tf.float32), np.float32, np.float32)
    return tff.federated_mean(updates, tff.federated_map(same, (losses, top)))


def largest_of_several(tff, updates, losses):
    """Of equal losses the last client's alone, found by aggregating."""
    import tensorflow as tf

    pair = tff.to_type((vector(), np.float32))
    zero = tf_of(lambda: (tf.zeros([3]), 0.0))
    take = tf_of(
        lambda a, b: tf.cond(a[1] >= b[1], lambda: (a[0], a[1]), lambda: (b[0], b[1])), pair, pair
    )
    report = tf_of(lambda a: a[0], pair)
    return tff.federated_aggregate(tff.federated_zip((updates, losses)), zero(), take, take, report)


CASE = Case(
    right={
        "two sums": federated(two_sums),
        "two means": federated(two_means),
        "multiplied": weighted(lambda loss: loss * loss),
        "twice as much": weighted(lambda loss: 2 * loss**2),
    },
    wrong={
        "number": lambda: np.float32(3.0),
        "plain_function": lambda: lambda updates, losses: updates,
        "no_types": lambda: __import__("tensorflow_federated").federated_computation(
            lambda updates, losses: updates
        ),
        "not_federated": lambda: tf_of(lambda u, f: f**2 * u, vector(), np.float32),
        "wrong_arguments": federated(
            lambda tff, losses, updates: tff.federated_mean(updates, losses),
            (np.float32, np.dtype("float32")),
        ),
        "stays_at_clients": federated(products),
        "sent_down": federated(
            lambda tff, updates, losses: tff.federated_broadcast(two_sums(tff, updates, losses))
        ),
        "brought_back": federated(at_the_clients),
        "wrong_result": federated(
            lambda tff, updates, losses: tff.federated_sum(weights(tff, losses))
        ),
        "two_sums": federated(both_sums),
        "plain_mean": federated(lambda tff, updates, losses: tff.federated_mean(updates)),
        "plain_sum": federated(lambda tff, updates, losses: tff.federated_sum(updates)),
        "by_loss": federated(lambda tff, updates, losses: tff.federated_mean(updates, losses)),
        "by_loss: doubled": weighted(lambda loss: 2 * loss),
        "other_power": weighted(lambda loss: loss**3),
        "exponential": weighted(lambda loss: 2.0**loss),
        "small_losses": weighted(lambda loss: loss**-2),
        "not_divided": federated(
            lambda tff, updates, losses: tff.federated_sum(products(tff, updates, losses))
        ),
        "divided_by_count": federated(
            lambda tff, updates, losses: tff.federated_mean(products(tff, updates, losses))
        ),
        "divided_by_losses": federated(by_losses),
        "counted_twice": federated(
            lambda tff, updates, losses: tff.federated_mean(
                products(tff, updates, losses), weights(tff, losses)
            )
        ),
        "largest_only": federated(largest_of_several),
        "wrong_value": weighted(lambda loss: loss**2 + 1),
        "wrong_value: the largest, several": federated(largest),
    },
)
