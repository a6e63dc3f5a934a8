"""That a case is shown with numbers that can be told apart."""

import pytest

from fl_course.exercises.judging import shown


@pytest.mark.parametrize(
    ("got", "wanted", "texts"),
    [
        (0.5, 0.25, ("0.5", "0.25")),
        (2, 3.0, ("2", "3")),
        (0.331, 0.3333, ("0.331", "0.333")),
        ((0.5, 1.0), (0.5, 1.25), ("(0.5, 1)", "(0.5, 1.25)")),
        (float("nan"), 0.5, ("nan", "0.5")),
        (float("inf"), 0.5, ("inf", "0.5")),
    ],
)
def test_digits_are_as_few_as_differ(got, wanted, texts):
    assert shown.in_digits(got, wanted) == texts


def test_words_are_shown_as_they_are():
    mistake = shown.wrong_value("two clients", "`east`, 0.5", "`west`, 0.25")
    assert mistake.values == {
        "case": "two clients",
        "got": "`east`, 0.5",
        "wanted": "`west`, 0.25",
    }


def test_no_number_is_shown_as_zero_that_is_not():
    assert shown.in_digits(0.0, 0.0021) == ("0", "0.002")
    assert shown.in_digits(-0.0004, 0.31) == ("-0.0004", "0.31")
    assert shown.in_digits(-0.0, 1.5) == ("0", "1.5")
