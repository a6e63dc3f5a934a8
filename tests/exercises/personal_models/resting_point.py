"""Answers to `resting_point`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def gone(steepness, num_steps, rate):
    return 1 - (1 - rate * steepness) ** num_steps


def with_average(steepness, bottoms, num_steps, rate):
    return np.average(bottoms, axis=0, weights=gone(steepness, num_steps, rate))


def in_python(steepness, bottoms, num_steps, rate):
    point = []
    for direction in range(steepness.shape[1]):
        weights = [1 - (1 - rate * h) ** num_steps for h in steepness[:, direction]]
        total = sum(w * m for w, m in zip(weights, bottoms[:, direction], strict=True))
        point.append(total / sum(weights))
    return point


def by_rounds(steepness, bottoms, num_steps, rate, num_rounds=5000):
    """Federated Averaging itself, until it rests."""
    server = np.zeros(steepness.shape[1])
    for _ in range(num_rounds):
        ends = np.tile(server, (len(bottoms), 1))
        ends = bottoms + (1 - rate * steepness) ** num_steps * (ends - bottoms)
        server = ends.mean(axis=0)
    return server


def in_float32(steepness, bottoms, num_steps, rate):
    import tensorflow as tf

    share = tf.constant(gone(steepness, num_steps, rate), tf.float32)
    return tf.reduce_sum(share * tf.constant(bottoms, tf.float32), 0) / tf.reduce_sum(share, 0)


def weighted(weights):
    def resting_point(steepness, bottoms, num_steps, rate):
        shares = weights(steepness, num_steps, rate)
        with np.errstate(invalid="ignore"):  # 0 / 0 of one step less than one
            return (shares * bottoms).sum(axis=0) / shares.sum(axis=0)

    return lambda: resting_point


def in_place(steepness, bottoms, num_steps, rate):
    steepness *= -rate
    steepness += 1
    shares = 1 - steepness**num_steps
    return (shares * bottoms).sum(axis=0) / shares.sum(axis=0)


def remembering():
    seen = []

    def resting_point(*probe):
        seen.append(with_average(*probe)[0])
        return with_average(*probe) + (seen[0] - seen[-1])

    return resting_point


CASE = Case(
    right={
        "with average": lambda: with_average,
        "in Python": lambda: in_python,
        "by rounds": lambda: by_rounds,
        "in float32": lambda: in_float32,
    },
    wrong={
        "remembers": remembering,
        "changed_given": lambda: in_place,
        "not_an_array": lambda: lambda *probe: {"point": with_average(*probe)},
        "for_each_client": lambda: (
            lambda steepness, bottoms, num_steps, rate: gone(steepness, num_steps, rate) * bottoms
        ),
        "other_shape": lambda: lambda *probe: with_average(*probe)[np.newaxis],
        "other_shape: a number": lambda: lambda *probe: with_average(*probe).sum(),
        "optimum": weighted(lambda steepness, num_steps, rate: steepness),
        "precedence": weighted(
            lambda steepness, num_steps, rate: 1 - (1 - rate * steepness**num_steps)
        ),
        "precedence: times": weighted(
            lambda steepness, num_steps, rate: 1 - (1 - rate * steepness) * num_steps
        ),
        "plain_mean": lambda: lambda steepness, bottoms, num_steps, rate: bottoms.mean(axis=0),
        "what_is_left": weighted(
            lambda steepness, num_steps, rate: (1 - rate * steepness) ** num_steps
        ),
        "one_too_many": weighted(
            lambda steepness, num_steps, rate: gone(steepness, num_steps + 1, rate)
        ),
        "one_too_few": weighted(
            lambda steepness, num_steps, rate: gone(steepness, num_steps - 1, rate)
        ),
        "exponential": weighted(
            lambda steepness, num_steps, rate: 1 - np.exp(-num_steps * rate * steepness)
        ),
        "rate_forgotten": weighted(
            lambda steepness, num_steps, rate: gone(steepness, num_steps, 1.0)
        ),
        "not_divided": lambda: (
            lambda steepness, bottoms, num_steps, rate: (
                gone(steepness, num_steps, rate) * bottoms
            ).sum(axis=0)
        ),
        "not_at_rest": lambda: lambda *probe: by_rounds(*probe, num_rounds=50),
        "not_at_rest: after a thousand": lambda: lambda *probe: by_rounds(*probe, num_rounds=1000),
        "over_all": lambda: (
            lambda steepness, bottoms, num_steps, rate: (
                (gone(steepness, num_steps, rate) * bottoms).sum(axis=0)
                / gone(steepness, num_steps, rate).sum()
            )
        ),
        "wrong_value": weighted(
            lambda steepness, num_steps, rate: gone(steepness, num_steps, rate) ** 2
        ),
        "wrong_value: nan": lambda: lambda *probe: np.nan * with_average(*probe),
    },
    raises={"misspelt": lambda: lambda steepness, bottoms, num_steps, rate: bottom},  # noqa: F821
)
