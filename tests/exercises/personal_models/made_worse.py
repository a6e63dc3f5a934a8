"""Answers to `made_worse`, as learners write them."""

import fractions

import numpy as np

from tests.exercises.cases import Case


def counted(before, after):
    return sum(after[name] < before[name] for name in before)


def in_a_loop(before, after):
    worse = 0
    for name, accuracy in after.items():
        if accuracy < before[name]:
            worse += 1
    return worse / len(after)


def in_numpy(before, after):
    names = sorted(before)
    return np.mean(
        np.array([after[name] for name in names]) < np.array([before[name] for name in names])
    )


def in_tensorflow(before, after):
    import tensorflow as tf

    lower = [float(after[name] < before[name]) for name in before]
    return tf.reduce_mean(tf.constant(lower))


def as_fraction(before, after):
    return fractions.Fraction(counted(before, after), len(before))


def share(condition):
    return lambda: lambda before, after: np.mean([condition(before[n], after[n]) for n in before])


def in_place(before, after):
    result = counted(before, after) / len(before)
    before.update(after)
    return result


def emptying(before, after):
    size, worse = len(after), 0
    while after:
        name, accuracy = after.popitem()
        worse += accuracy < before[name]
    return worse / size


def remembering():
    seen = []

    def made_worse(before, after):
        seen.extend(after[name] < before[name] for name in before)
        return sum(seen) / len(seen)

    return made_worse


CASE = Case(
    right={
        "in a loop": lambda: in_a_loop,
        "in NumPy": lambda: in_numpy,
        "in TensorFlow": lambda: in_tensorflow,
        "as a fraction": lambda: as_fraction,
    },
    wrong={
        "remembers": remembering,
        "changed_given": lambda: in_place,
        "changed_given: after": lambda: emptying,
        "not_a_number": lambda: lambda before, after: [counted(before, after)] * 2,
        "not_a_number: a truth": lambda: lambda before, after: counted(before, after) > 0,
        "count": lambda: counted,
        "percent": lambda: lambda before, after: 100 * in_a_loop(before, after),
        "ties_counted": share(lambda b, a: a <= b),
        "better": share(lambda b, a: a > b),
        "not_worse": share(lambda b, a: a >= b),
        "by_place": lambda: (
            lambda before, after: np.mean(
                [a < b for b, a in zip(before.values(), after.values(), strict=True)]
            )
        ),
        "how_much": share(lambda b, a: a - b),
        "how_much: of the losers": share(lambda b, a: max(b - a, 0)),
        "of_changed": lambda: (
            lambda before, after: (
                counted(before, after) / max(1, sum(after[n] != before[n] for n in before))
            )
        ),
        "mean_compared": lambda: (
            lambda before, after: float(
                np.mean(list(after.values())) < np.mean(list(before.values()))
            )
        ),
        "small_losses": share(lambda b, a: round(100 * a) < round(100 * b)),
        "small_losses: a point": share(lambda b, a: b - a > 0.01),
        "small_losses: five points": share(lambda b, a: a < b - 0.05),
        "wrong_value": lambda: lambda before, after: counted(before, after) / (len(before) + 1),
        "wrong_value: nan": lambda: lambda before, after: float("nan"),
    },
    raises={"misspelt": lambda: lambda before, after: befor},  # noqa: F821
)
