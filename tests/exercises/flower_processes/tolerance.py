"""Answers to `tolerance`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def unit(dtype):
    return np.finfo(dtype).eps / 2


def by_loop(num_rounds, num_steps, largest, dtype):
    total = 0.0
    for _ in range(num_rounds):
        for _ in range(num_steps):
            total += largest * float(unit(dtype))
    return total


def by_bits(num_rounds, num_steps, largest, dtype):
    return num_rounds * num_steps * largest * 2.0 ** -(np.finfo(dtype).nmant + 1)


def as_tensor(*given):
    import tensorflow as tf

    return tf.constant(by_loop(*given), tf.float64)


def remembering():
    kept = []

    def tolerance(num_rounds, num_steps, largest, dtype):
        kept.append(largest)
        return num_rounds * num_steps * kept[0] * float(unit(dtype))

    return tolerance


def once(formula):
    return lambda: lambda rounds, steps, largest, dtype: formula(rounds, steps, largest, dtype)


CASE = Case(
    right={
        "loop": lambda: by_loop,
        "bits": lambda: by_bits,
        "epsneg": once(lambda r, s, w, d: r * s * w * float(np.finfo(d).epsneg)),
        "tensor": lambda: as_tensor,
        "array of one": once(lambda r, s, w, d: np.array([by_loop(r, s, w, d)])),
    },
    wrong={
        "remembers": remembering,
        "not_a_number": once(lambda r, s, w, d: [w, w]),
        "not_a_number: text": once(lambda r, s, w, d: f"{by_loop(r, s, w, d):.2e}"),
        "whole_gap": once(lambda r, s, w, d: r * s * w * float(np.finfo(d).eps)),
        "halved_twice": once(lambda r, s, w, d: r * s * w * float(np.finfo(d).eps) / 4),
        "one_step": once(lambda r, s, w, d: w * float(unit(d))),
        "rounds_left_out": once(lambda r, s, w, d: s * w * float(unit(d))),
        "steps_left_out": once(lambda r, s, w, d: r * w * float(unit(d))),
        "added": once(lambda r, s, w, d: (r + s) * w * float(unit(d))),
        "largest_left_out": once(lambda r, s, w, d: r * s * float(unit(d))),
        "float32_only": once(lambda r, s, w, d: r * s * w * float(unit(np.float32))),
        "float64_only": once(lambda r, s, w, d: r * s * w * float(unit(float))),
        "luck": once(lambda r, s, w, d: np.sqrt(r * s) * w * float(unit(d))),
        "mean_counted": once(lambda r, s, w, d: r * (s + 1) * w * float(unit(d))),
        "own_gap": once(lambda r, s, w, d: r * s * float(np.spacing(np.dtype(d).type(w))) / 2),
        "resolution": once(lambda r, s, w, d: r * s * w * float(np.finfo(d).resolution)),
        "resolution: half": once(lambda r, s, w, d: r * s * w * float(np.finfo(d).resolution) / 2),
        "smallest": once(lambda r, s, w, d: r * s * w * float(np.finfo(d).tiny)),
        "wrong_value": once(lambda r, s, w, d: r * s * w * w * float(unit(d))),
        "wrong_value: one step less": once(lambda r, s, w, d: r * (s - 1) * w * float(unit(d))),
        "wrong_value: whole, added": once(lambda r, s, w, d: (r + s) * w * float(np.finfo(d).eps)),
        "wrong_value: nothing": once(lambda r, s, w, d: 0.0),
        "wrong_value: not a number": once(lambda r, s, w, d: float("nan")),
    },
    raises={"of an integer": once(lambda r, s, w, d: np.finfo(int).eps)},
)
