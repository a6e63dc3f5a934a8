import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, legend, texts, ticks

GAINS = {
    "alike": {
        "alone": {"a": -0.2, "b": -0.1, "c": 0.0},
        "tuned": {"a": 0.05, "b": 0.0, "c": -0.05},
    },
    "two groups": {
        "alone": {"a": 0.5, "b": 0.1, "c": 0.1},
        "tuned": {"a": 0.3, "b": 0.2, "c": 0.1},
    },
}


def places(axes):
    return np.concatenate([np.asarray(marks.get_offsets()) for marks in axes.collections])


def test_every_client_has_a_mark_in_its_row():
    figure = draw(plotting.gains_and_losses, GAINS)
    assert ticks(figure.axes[0].yaxis) == ["alone", "tuned"]
    for axes, rows in zip(figure.axes, GAINS.values(), strict=True):
        for place, row in enumerate(rows.values()):
            there = places(axes)[np.round(places(axes)[:, 1]) == place]
            assert sorted(there[:, 0]) == sorted(row.values())


def test_those_made_worse_are_counted_and_look_different():
    figure = draw(plotting.gains_and_losses, GAINS)
    assert texts(figure.axes[0]) == ["+0 \N{MINUS SIGN}2", "+1 \N{MINUS SIGN}1"]
    assert texts(figure.axes[1]) == ["+3 \N{MINUS SIGN}0", "+3 \N{MINUS SIGN}0"]
    assert legend(figure) == ["better", "as before", "worse"]


def test_equal_changes_do_not_cover_each_other():
    row = dict.fromkeys("abcdefg", 0.1)
    (axes,) = draw(plotting.gains_and_losses, {"p": {"row": row}}).axes
    assert len(set(places(axes)[:, 1])) == len(row)


def test_axis_is_in_points_and_holds_zero():
    (axes,) = draw(plotting.gains_and_losses, {"p": {"row": {"a": 0.3, "b": 0.1}}}).axes
    start, end = axes.get_xlim()
    assert start < 0 < 0.3 < end
    assert axes.xaxis.get_major_formatter()(0.1, 0) == "+10"
    assert axes.xaxis.get_major_formatter()(0.0, 0) == "0"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "values is empty"),
        ({"p": {"row": {"a": 2}}}, "between -1 and 1"),
        ({"p": {"row": {}}}, "is empty"),
        ({"p": {"r": {"a": 0.1}}, "q": {"s": {"a": 0.1}}}, "the same rows"),
    ],
)
def test_bad_values_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        plotting.gains_and_losses(values)
