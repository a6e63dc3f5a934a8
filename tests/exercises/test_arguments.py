"""That an error says with which arguments the learner's function was called, if they are short."""

import numpy as np
import pytest

from fl_course.exercises import arguments
from fl_course.exercises.exercise import Exercise, Outcome, run


def scaled(values, factor=1, *, name="x"): ...


def anything(*values): ...


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        ((2, 0.5), {}, "`values=2` and `factor=0.5`"),
        ((np.float32([[0.1, 2], [3, np.nan]]),), {}, "`values=[[0.1, 2.0], [3.0, nan]]`"),
        ((np.arange(3), np.int64(7)), {"name": "east"}, "`values=[0, 1, 2]`, `factor=7` and "),
        (([[np.zeros(2), True]], 1e-9), {}, "`values=[[[0.0, 0.0], True]]` and `factor=1e-09`"),
        (([],), {}, "`values=[]`"),
    ],
)
def test_short_arguments_are_named_as_the_function_has_them(args, kwargs, text):
    assert arguments.named(scaled, arguments.written(args, kwargs)).startswith(text)


@pytest.mark.parametrize("long", [np.zeros(100), [0] * 100, len, object(), "a/path", {"a": 1}])
def test_of_long_arguments_and_of_objects_nothing_is_said(long):
    assert arguments.named(scaled, arguments.written((1, long), {})) == ""


def test_what_was_given_by_place_needs_no_names():
    assert arguments.named(anything, arguments.written((1, 2), {})) == "`1` and `2`"
    assert arguments.named(lambda: 0, arguments.written((1,), {"b": 2})) == "`1` and `b=2`"
    assert arguments.named(lambda: 0, arguments.written((), {})) == ""


def test_an_error_says_with_which_arguments_even_if_they_were_changed():
    def careless(values):
        values[0] = 7
        return values[9]

    exercise = Exercise(
        id="one",
        expects="a function",
        judge=lambda answer: run(answer, np.array([1, 2])) and None,
        reference=lambda: None,
        hints=(),
        mistakes={},
        right="Right.",
    )
    verdict = exercise.verdict(careless)
    assert verdict.outcome is Outcome.RAISED
    assert verdict.text.endswith("\n\nIt was called with `values=[1, 2]`.")
