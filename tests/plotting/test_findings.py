"""What a figure's alternative text says of what is seen in it."""

import numpy as np
import pytest

from fl_course.plotting import findings, style
from fl_course.plotting.findings import confusions, courses, extremes, labels_held, slopes
from fl_course.plotting.metrics import accuracy_bars, learning_curves
from tests.plotting.drawing import draw


def test_the_highest_and_the_lowest_are_said():
    assert extremes({"a": 0.1, "b": 0.9, "c": 0.5}) == ["highest: b", "lowest: a"]
    assert extremes({"a": 0.1, "b": 0.9}, "mean") == ["highest on average: b"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"a": 0.1, "b": 0.9, "c": 0.85}, ["lowest: a"]),
        ({"a": 0.1, "b": 0.9, "c": 0.15}, ["highest: b"]),
        ({"a": 0.5, "b": 0.5}, []),
        ({"a": 0.5}, []),
        ({}, []),
    ],
)
def test_what_is_not_clear_is_not_said(values, said):
    assert extremes(values) == said


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ({"a": [0, 1, 2, 3]}, ["ends higher than it began"]),
        ({"a": [3, 1, 2, 0]}, ["ends lower than it began"]),
        ({"a": [0, 1, 2, 3], "b": [0, 1, 2, 3]}, ["each ends higher than it began"]),
        (
            {"a": [0, 1, 2, 3], "b": [3, 1, 1, 0], "c": [2, 3, 3, 2]},
            ["end higher: a", "end lower: b", "highest at the end: a", "lowest at the end: b"],
        ),
        ({"a": [0, 1, 2, 3], "b": [0, 1, 2]}, ["end higher: a"]),
        ({"a": [0, 1, 2, 3, 9], "b": [0, 1, 2, 3]}, ["each ends higher than it began"]),
        ({"a": [0, 3, 3, 0]}, []),
        ({"a": [0, 1, 2]}, []),
        ({"a": [1, 1, 1, 1]}, []),
    ],
)
def test_where_curves_go_is_said(runs, said):
    assert courses(runs) == said


def test_small_changes_change_nothing_that_is_said():
    rng = np.random.default_rng(0)
    runs = {"a": [0.1, 0.4, 0.6, 0.8], "b": [0.1, 0.3, 0.4, 0.5], "c": [0.1, 0.3, 0.4, 0.505]}
    said = courses(runs)
    assert said == ["each ends higher than it began", "highest at the end: a"]
    for _ in range(20):
        other = {run: line + rng.normal(0, 1e-3, 4) for run, line in runs.items()}
        assert courses(other) == said


def test_the_most_frequent_mistake_is_said_where_it_stands_out():
    wrong = np.zeros((3, 3), int)
    wrong[1, 2], wrong[0, 1] = 7, 3
    assert confusions(wrong, ["x", "y", "z"]) == ["most often mixed up: y taken for z"]
    wrong[0, 1] = 6
    assert confusions(wrong, ["x", "y", "z"]) == []
    assert confusions(np.zeros((3, 3), int), ["x", "y", "z"]) == []


def test_groups_may_rise_and_all_of_them_fall():
    x = np.arange(4.0)
    assert slopes({"a": (x, x + 10), "b": (x + 9, x)}, "all") == ["rising: a, b", "falling: all"]


def test_how_many_labels_and_how_many_turns_are_said():
    assert labels_held(np.array([[1, 0, 2], [1, 1, 1]])) == ["each has 2 to 3 of 3 labels"]
    assert labels_held(np.array([[1, 0, 2], [0, 1, 1]])) == ["each has 2 of 3 labels"]
    plan = np.array([[True, False], [True, True]])
    assert findings.turns_taken(plan) == ["a client takes part in 1 to 2 of 2 rounds"]


def test_panels_are_told_apart():
    rising, falling = {"a": [0.1, 0.4, 0.6, 0.9]}, {"a": [9.0, 4, 2, 1]}
    with style.collected() as shown:
        learning_curves({"accuracy": rising, "loss": falling})
        accuracy_bars({"a": 0.2, "b": 0.8})
    assert [data["text/plain"] for data, _ in shown] == [
        "Figure: accuracy and loss by round, 1 to 4: a; accuracy: ends higher than it began; "
        "loss: ends lower than it began.",
        "Figure: accuracy of a, b; highest: b.",
    ]
    assert draw(accuracy_bars, {"a": 0.2, "b": 0.8})
