"""Answers to `to_fixed_point`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def right(values, bits, fraction_bits):
    return np.rint(values * 2**fraction_bits).astype(np.int64) % 2**bits


def by_hand(values, bits, fraction_bits):
    steps = np.floor(np.asarray(values) * 2**fraction_bits + 0.5).astype(np.int64)
    return np.where(steps < 0, steps + 2**bits, steps)


def in_python(values, bits, fraction_bits):
    numbers = [round(float(x) * 2**fraction_bits) % 2**bits for x in np.ravel(values)]
    return np.array(numbers, dtype=object).reshape(np.shape(values))


def with_the_bits(values, bits, fraction_bits):
    steps = np.rint(values * 2**fraction_bits).astype(np.int64)
    return steps.astype(np.uint64) & np.uint64(2**bits - 1)


def as_floats(values, bits, fraction_bits):
    return np.mod(np.rint(values * 2.0**fraction_bits), 2.0**bits)


def as_a_list(values, bits, fraction_bits):
    return right(values, bits, fraction_bits).tolist()


def in_place(values, bits, fraction_bits):
    values *= 2**fraction_bits
    return np.rint(values).astype(np.int64) % 2**bits


def steps(whole=np.rint):
    return lambda values, fraction_bits: whole(values * 2**fraction_bits).astype(np.int64)


def remembering():
    largest = []

    def to_fixed_point(values, bits, fraction_bits):
        largest.append(np.abs(values).max())
        return right(np.clip(values, -largest[0], largest[0]), bits, fraction_bits)

    return to_fixed_point


def keeping(under):
    """Keeps results under a part of its arguments, or of the values' shape."""
    kept = {}

    def to_fixed_point(values, bits, fraction_bits):
        key = under(values, bits, fraction_bits)
        if key not in kept:
            kept[key] = right(values, bits, fraction_bits)
        return kept[key]

    return to_fixed_point


def of_one_row(values, bits, fraction_bits):
    return np.array([round(value * 2**fraction_bits) % 2**bits for value in values])


def made(function):
    return lambda: function


def in_float32(values, bits, fraction_bits):
    steps = values.astype(np.float32) * np.float32(2**fraction_bits)
    return np.rint(steps).astype(np.int64) % 2**bits


CASE = Case(
    right={
        "rint": made(right),
        "by hand": made(by_hand),
        "in Python": made(in_python),
        "with the bits": made(with_the_bits),
        "as floats that are whole": made(as_floats),
        "as a list": made(as_a_list),
    },
    wrong={
        "changed_given": made(in_place),
        "remembers": remembering,
        "remembers: by the shape and the bits": lambda: keeping(lambda v, b, f: (v.shape, b, f)),
        "remembers: by the values": lambda: keeping(lambda v, b, f: v.tobytes()),
        "remembers: by the values and bits": lambda: keeping(lambda v, b, f: (v.tobytes(), b)),
        "remembers: by the values and the bits behind the point": lambda: keeping(
            lambda v, b, f: (v.tobytes(), f)
        ),
        "not_an_array": made(lambda v, b, f: {"numbers": right(v, b, f)}),
        "wrong_shape": made(lambda v, b, f: right(v, b, f).ravel()),
        "not_whole": made(lambda v, b, f: (v * 2**f) % 2**b),
        "not_reduced": made(lambda v, b, f: steps()(v, f)),
        "whole_circle": made(lambda v, b, f: np.rint(v * 2.0**f % 2.0**b)),
        "whole_circle: np.mod": made(lambda v, b, f: np.rint(np.mod(v * 2.0**f, 2.0**b))),
        "whole_circle: by the value's sign": made(
            lambda v, b, f: np.where(v < 0, np.rint(v * 2.0**f) + 2**b, np.rint(v * 2.0**f))
        ),
        "cut_off": made(lambda v, b, f: steps(np.trunc)(v, f) % 2**b),
        "cut_off: astype alone": made(lambda v, b, f: (v * 2**f).astype(np.int64) % 2**b),
        "cut_off: whole division": made(lambda v, b, f: (v // 2.0**-f).astype(np.int64) % 2**b),
        "rounded_first": made(lambda v, b, f: np.rint(v).astype(np.int64) * 2**f % 2**b),
        "not_scaled": made(lambda v, b, f: np.rint(v).astype(np.int64) % 2**b),
        "divided": made(lambda v, b, f: np.rint(v / 2**f).astype(np.int64) % 2**b),
        "other_step": made(lambda v, b, f: np.rint(v * f).astype(np.int64) % 2**b),
        "other_step: of ten": made(lambda v, b, f: np.rint(v * 10.0**f).astype(np.int64) % 2**b),
        "sign_lost": made(lambda v, b, f: np.abs(steps()(v, f))),
        "sign_lost: as zero": made(lambda v, b, f: np.maximum(steps()(v, f), 0)),
        "shifted": made(lambda v, b, f: steps()(v, f) + 2 ** (b - 1)),
        "sign_bit": made(
            lambda v, b, f: np.where(v < 0, 2 ** (b - 1) - steps()(v, f), steps()(v, f))
        ),
        "one_too_few": made(lambda v, b, f: steps()(v, f) % (2**b - 1)),
        "one_too_few: without a remainder": made(
            lambda v, b, f: np.where(steps()(v, f) < 0, steps()(v, f) + 2**b - 1, steps()(v, f))
        ),
        "other_modulus": made(lambda v, b, f: steps()(v, f) % 2 ** (b - 1)),
        "other_modulus: always 32": made(lambda v, b, f: steps()(v, f) % 2**32),
        "wrong_value: in 32 bits": made(
            lambda v, b, f: (
                np.rint(v * 2**f).astype(np.int64).astype(np.int32).astype(object) % 2**b
            )
        ),
        "wrong_value: to two digits": made(lambda v, b, f: right(np.round(v, 2), b, f)),
        "wrong_value: in float32": lambda: in_float32,
        "wrong_value": made(lambda v, b, f: (steps()(v, f) + 1) % 2**b),
        "wrong_value: one for all negative": made(
            lambda v, b, f: np.where(v < 0, 2**b - 1, steps()(v, f))
        ),
    },
    raises={
        "of one row only": made(of_one_row),
        "misspelt": made(lambda v, b, f: value),  # noqa: F821
    },
)
