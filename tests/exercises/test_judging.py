"""What several judges ask: what is a number, what is rounded, which case is shown."""

import decimal
import fractions

import numpy as np
import pytest
import tensorflow as tf

from fl_course.exercises.judging import arrays, forms, formulas


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (fractions.Fraction(1, 2), 0.5),
        (decimal.Decimal("0.5"), 0.5),
        (np.float16(0.5), 0.5),
        (np.array([0.5]), 0.5),
        (3, 3.0),
        (10**400, None),
        (True, None),
        ("0.5", None),
        (0.5j, None),
        ([0.5, 0.5], None),
        ({"a": 1}, None),
    ],
)
def test_every_real_number_is_a_number(answer, number):
    assert forms.number(answer) == number


def test_lists_of_fractions_are_arrays():
    found = arrays.array([fractions.Fraction(1, 4), float("nan"), 1])
    np.testing.assert_array_equal(found, [0.25, np.nan, 1.0])
    assert arrays.array([fractions.Fraction(1, 4), "a"]) is None
    assert arrays.array([None]) is None


@pytest.mark.parametrize(
    "odd", [3, np.float64(1), np.array(1.0), tf.constant(1.0), "ab", {1: 1, 2: 2}, [1], iter("ab")]
)
def test_what_is_not_two_arrays_is_none(odd):
    assert arrays.several(odd, 2) is None


def test_rounded_is_what_is_rounded_to_the_same_digits_everywhere():
    wanted = [[np.array([1 / 3, 2.0]), np.array([1 / 7])], [np.array([2 / 3]), np.array([1.5])]]
    one_rounded = [[np.round(parts[0], 2), parts[1]] for parts in wanted]
    assert arrays.is_rounded(one_rounded, wanted)
    one_rounded[1][0] = np.array([2 / 3])
    assert not arrays.is_rounded(one_rounded, wanted)
    assert not arrays.is_rounded([[2 * one for one in parts] for parts in wanted], wanted)


def test_a_case_with_numbers_is_shown_before_one_with_nan():
    wanted = [[np.array([1.0, 2.0])], [np.array([3.0, np.nan])], [np.array([5.0])]]
    found = [[np.array([1.0, np.nan])], [np.array([3.5, 0.0])], [np.array([99.0])]]
    assert arrays.furthest(found, wanted) == (2, 0)
    assert arrays.furthest(found, wanted, short=2) == (1, 0)
    assert arrays.furthest(wanted[:2] + found[2:], wanted, short=2) == (2, 0)
    shown = arrays.wrong_number("it", "x", found[1][0], wanted[1][0])
    assert (shown.values["got"], shown.values["wanted"]) == ("3.5", "3")
    shown = arrays.wrong_number("it", "x", found[0][0], wanted[0][0])
    assert (shown.values["got"], shown.values["wanted"]) == ("nan", "2")


def test_what_was_wrong_before_an_error_is_shown():
    def judged(answer):
        cases = ((1.0,), (2.0,), (3.0,))
        return formulas.of_numbers(answer, cases, lambda x: 2 * x, {}, str)

    problem = judged(lambda x: [1.0, 5.0][int(x) - 1])
    assert (problem.name, problem.values["case"]) == ("wrong_value", "1.0")
    with pytest.raises(Exception, match="out of range"):
        judged(lambda x: [2.0, 4.0][int(x) - 1])
