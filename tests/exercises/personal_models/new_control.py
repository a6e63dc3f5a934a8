"""Answers to `new_control`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def in_steps(own, common, before, after, num_steps, rate):
    mean_step = (before - after) / rate / num_steps
    gradient = mean_step + own
    return gradient - common


def in_tensorflow(own, common, before, after, num_steps, rate):
    import tensorflow as tf

    own, common, before, after = (tf.cast(p, tf.float32) for p in (own, common, before, after))
    return own - common - (after - before) / tf.cast(num_steps * rate, tf.float32)


def in_lists(own, common, before, after, num_steps, rate):
    flat = [np.ravel(part).tolist() for part in (own, common, before, after)]
    result = [a - b + (x - y) / (num_steps * rate) for a, b, x, y in zip(*flat, strict=True)]
    return np.reshape(result, np.shape(own)).tolist()


def formula(function):
    return lambda: function


def in_place(own, common, before, after, num_steps, rate):
    before -= after
    return own - common + before / (num_steps * rate)


def remembering():
    controls = []

    def new_control(own, common, before, after, num_steps, rate):
        controls.append(common)
        return own - controls[-1] + (before - after) / (num_steps * rate) + len(controls)

    return new_control


CASE = Case(
    right={
        "in steps": lambda: in_steps,
        "in TensorFlow": lambda: in_tensorflow,
        "in lists": lambda: in_lists,
    },
    wrong={
        "remembers": remembering,
        "changed_given": lambda: in_place,
        "not_an_array": lambda: lambda *parts: {"control": in_steps(*parts)},
        "other_shape": lambda: lambda *parts: in_steps(*parts)[np.newaxis],
        "other_shape: in a tuple": lambda: lambda *parts: (in_steps(*parts),),
        "upside_down": formula(lambda o, c, x, y, k, r: o - c + (y - x) / (k * r)),
        "swapped": formula(lambda o, c, x, y, k, r: c - o + (x - y) / (k * r)),
        "swapped: all turned": formula(lambda o, c, x, y, k, r: c - o + (y - x) / (k * r)),
        "both_added": formula(lambda o, c, x, y, k, r: o + c + (x - y) / (k * r)),
        "without_own": formula(lambda o, c, x, y, k, r: (x - y) / (k * r) - c),
        "without_both": formula(lambda o, c, x, y, k, r: (x - y) / (k * r)),
        "without_common": formula(lambda o, c, x, y, k, r: o + (x - y) / (k * r)),
        "steps_forgotten": formula(lambda o, c, x, y, k, r: o - c + (x - y) / r),
        "rate_forgotten": formula(lambda o, c, x, y, k, r: o - c + (x - y) / k),
        "way_forgotten": formula(lambda o, c, x, y, k, r: o - c + (x - y)),
        "operators_in_turn": formula(lambda o, c, x, y, k, r: o - c + (x - y) / k * r),
        "operators_in_turn: all divided": formula(
            lambda o, c, x, y, k, r: (o - c + x - y) / (k * r)
        ),
        "wrong_value": formula(lambda o, c, x, y, k, r: o - c + (x - y) / ((k + 1) * r)),
        "wrong_value: nan": formula(lambda o, c, x, y, k, r: np.nan * o),
    },
    raises={"misspelt": lambda: lambda o, c, x, y, k, r: own},  # noqa: F821
)
