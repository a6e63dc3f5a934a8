"""Real numbers as whole ones modulo a power of two."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import say

Numbers = list[int]

# Values, bits, bits behind the point. No value lies half way between two steps.
_CASES = (
    ([0.0, 1.0, -1.0, 0.3, -0.3, 0.9, -0.9, -0.1], 16, 2),
    ([[2.7, -2.7], [100.4, -100.4]], 12, 4),
    ([-5.2, 5.2, -0.01, 0.123456], 32, 16),
    ([-7.6, 7.4], 8, 0),
    ([3.0], 10, 3),
    ([-(2.0**30), 2.0**30 - 1], 45, 8),
    ([[[-1.3]], [[2.4]]], 9, 3),
)
# For what is kept under a part of the arguments: the second case with one of them changed.
_CHANGED = (
    ([[-1.6, 3.3], [-7.4, 50.2]], 12, 4),
    ([[2.7, -2.7], [100.4, -100.4]], 13, 4),
    ([[2.7, -2.7], [100.4, -100.4]], 12, 2),
)


def _steps(values: Any, fraction_bits: int, whole: Any) -> Numbers:
    return [int(whole(value * 2**fraction_bits)) for value in np.ravel(values)]


def _right(values: Any, bits: int, fraction_bits: int) -> Numbers:
    return [step % 2**bits for step in _steps(values, fraction_bits, np.rint)]


_KNOWN = {
    "cut_off": [
        lambda v, b, f: [s % 2**b for s in _steps(v, f, np.trunc)],
        lambda v, b, f: [s % 2**b for s in _steps(v, f, np.floor)],
        lambda v, b, f: [s % 2**b for s in _steps(v, f, np.ceil)],
        lambda v, b, f: _steps(v, f, np.trunc),
        lambda v, b, f: _steps(v, f, np.floor),
    ],
    "rounded_first": [
        lambda v, b, f: [int(np.rint(x)) * 2**f % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.trunc(x)) * 2**f % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.floor(x)) * 2**f % 2**b for x in np.ravel(v)],
    ],
    "not_scaled": [
        lambda v, b, f: [int(np.rint(x)) % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.trunc(x)) % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.floor(x)) % 2**b for x in np.ravel(v)],
    ],
    "divided": [
        lambda v, b, f: [int(np.rint(x / 2**f)) % 2**b for x in np.ravel(v)],
    ],
    "other_step": [
        lambda v, b, f: [int(np.rint(x * f)) % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.rint(x * 10.0**f)) % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.rint(x * 2.0**b)) % 2**b for x in np.ravel(v)],
        lambda v, b, f: [int(np.rint(x * 2.0 ** (b - f))) % 2**b for x in np.ravel(v)],
    ],
    "sign_lost": [
        lambda v, b, f: [abs(s) for s in _steps(v, f, np.rint)],
        lambda v, b, f: [max(s, 0) for s in _steps(v, f, np.rint)],
    ],
    "shifted": [
        lambda v, b, f: [s + 2 ** (b - 1) for s in _steps(v, f, np.rint)],
    ],
    "sign_bit": [
        lambda v, b, f: [s if s >= 0 else 2 ** (b - 1) - s for s in _steps(v, f, np.rint)],
        lambda v, b, f: [
            step if value >= 0 else 2 ** (b - 1) - step
            for value, step in zip(np.ravel(v), _steps(v, f, np.rint), strict=True)
        ],
    ],
    "one_too_few": [lambda v, b, f: [s % (2**b - 1) for s in _steps(v, f, np.rint)]],
    "other_modulus": [
        lambda v, b, f: [s % 2 ** (b - 1) for s in _steps(v, f, np.rint)],
        lambda v, b, f: [s % b for s in _steps(v, f, np.rint)],
        lambda v, b, f: [s % 2**32 for s in _steps(v, f, np.rint)],
        lambda v, b, f: [s % 2**64 for s in _steps(v, f, np.rint)],
        lambda v, b, f: [s % 2 ** (b - f) for s in _steps(v, f, np.rint)],
        lambda v, b, f: [s % 2 ** (b + f) for s in _steps(v, f, np.rint)],
    ],
}


def _judge(answer: Any) -> Found:
    calls = ((np.array(values), *bits) for values, *bits in (*_CASES, *_CHANGED))
    if problem := memory.problem_of_calls(answer, *calls):
        return problem
    found, changed = [], False
    try:
        for values, bits, fraction_bits in _CASES:
            handed_in = np.array(values)
            result = run(answer, handed_in, bits, fraction_bits)
            found.append(arrays.whole_numbers(result, np.shape(values)))
            changed = changed or not np.array_equal(handed_in, np.array(values))
    except arrays.Odd as odd:
        return odd.mistake
    wanted = [_right(*case) for case in _CASES]
    if found == wanted:
        return Mistake("changed_given", name="`values`") if changed else None
    if name := formulas.explained(found, _CASES, _KNOWN, lambda one, other: one == other):
        return name
    if mistake := _whole_circle(found, wanted):
        return mistake
    if arrays.are_right_modulo(found, wanted, [bits for _, bits, _ in _CASES]):
        return "not_reduced"
    return _shown(found, wanted)


def _whole_circle(found: list[Numbers], wanted: list[Numbers]) -> Found:
    """Whether all is right but for `2**bits` where a negative value is nearest to 0 steps."""
    wrong = [
        (found[number][place] == 2**bits and wanted[number][place] == 0 > np.ravel(values)[place])
        for number, (values, bits, _) in enumerate(_CASES)
        for place in range(len(wanted[number]))
        if found[number][place] != wanted[number][place]
    ]
    if not all(wrong):
        return None
    case, got, _ = _first_wrong(found, wanted)
    return Mistake("whole_circle", case=case, got=got)


def _shown(found: list[Numbers], wanted: list[Numbers]) -> Mistake:
    return shown.wrong_value(*_first_wrong(found, wanted))


def _first_wrong(found: list[Numbers], wanted: list[Numbers]) -> tuple[str, str, str]:
    """A value in words, what it became, and what it should have."""
    number = next(k for k in range(len(_CASES)) if found[k] != wanted[k])
    values, bits, fraction_bits = _CASES[number]
    place = next(k for k in range(len(wanted[number])) if found[number][k] != wanted[number][k])
    case = say(
        "{value} with {bits} bits, {fraction_bits} of them behind the point,",
        value=repr(float(np.ravel(values)[place])),  # to the last digit, which may be the fault
        bits=bits,
        fraction_bits=fraction_bits,
    )
    return case, str(found[number][place]), str(wanted[number][place])


def _reference() -> Any:
    from fl_course import aggregation

    def to_fixed_point(values: Any, bits: int, fraction_bits: int) -> Any:
        return aggregation.to_fixed_point(values, bits=bits, fraction_bits=fraction_bits)

    return to_fixed_point


EXERCISE = Exercise(
    id="to_fixed_point",
    expects="a function of an array of real numbers, `bits` and `fraction_bits`, that gives whole "
    "numbers from 0 to `2**bits - 1` in the array's shape",
    judge=_judge,
    reference=_reference,
    hints=(
        "Three steps, each on the whole array: into small steps, to the nearest whole number, into "
        "the range. For -0.3 with two bits behind the point: -1.2, then -1, then `2**bits - 1`.",
        "There are `2**fraction_bits` steps to a 1. `np.rint` rounds to the nearest, and gives "
        "floats: `.astype(np.int64)` makes them integers.",
        "Python's and NumPy's `%` gives a result with the sign of the divisor, so a negative "
        "number modulo `2**bits` comes out where it should.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | arrays.OF_RESIDUES
    | {
        "cut_off": "What is behind the last step is cut off, not rounded: 0.9 in steps of a "
        "quarter is nearest to 4 steps, and -0.9 to -4. `astype` and `//` do not round to the "
        "nearest.",
        "rounded_first": "The values are made whole before they are cut into steps, so that all "
        "that stands behind the point is lost. Which of the two has to come first?",
        "not_scaled": "0.3 becomes 0 and 1 becomes 1: the steps have the size 1. "
        "`fraction_bits` says how many steps there are to a 1.",
        "divided": "Large values become small numbers: something divides by the number of steps. "
        "Reading a number back divides; writing it does the opposite.",
        "other_step": "The steps have another size: there are `2**fraction_bits` of them to a 1.",
        "sign_lost": "A negative value comes out as a positive one, or as 0. Its place is at the "
        "upper end of the range, so that it and its opposite add up to a multiple of `2**bits`.",
        "shifted": "All numbers are moved up by half the range. A sum of several would be moved by "
        "that several times; a 0 should stay 0.",
        "sign_bit": "A negative value keeps its digits and gets one bit for the sign. Such numbers "
        "cannot be added up. Modulo `2**bits`, -1 is what gives 0 when a 1 is added.",
        "whole_circle": "For {case} your answer gives {got}: that is `2**bits` itself, one above "
        "the largest number. The nearest step is 0, and 0 stays 0. Is the value brought into the "
        "range before it is rounded, or by its own sign in place of the rounded number's?",
        "one_too_few": "-1 step becomes `2**bits - 2`, and `2**bits - 1` is wanted: one before 0 "
        "comes the largest number. From 0 to that one, how many numbers stand on the circle?",
        "other_modulus": "Right for some numbers, and modulo something else than `2**bits`: look "
        "at what the remainder is taken of.",
    },
    right="Sums of such numbers are exact, and do not depend on the order.",
)
