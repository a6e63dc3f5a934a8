import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, legend, ticks

CURVE = ([0.0, 0.2, 1.0], [0.0, 0.7, 1.0])
POINTS = {"one": [(0.1, 0.5), (1.0, 0.75), (100.0, 0.9)], "two": [(1.0, 0.25)]}


def test_roc_curves_show_every_attack_and_the_diagonal():
    figure = draw(plotting.roc_curves, {"a": CURVE, "b": ([0, 1], [0, 1], "left out")})
    (axes,) = figure.axes
    a, b, diagonal = axes.lines
    assert (list(a.get_xdata()), list(a.get_ydata())) == CURVE
    assert list(b.get_xdata()) == [0, 1]
    assert list(diagonal.get_ydata()) == [0, 1]
    assert legend(figure) == ["a", "b", "guessing"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("others taken for members", "members found")
    assert ticks(axes.yaxis) == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


def test_bounds_are_lines_without_markers():
    figure = draw(plotting.roc_curves, {"a": CURVE}, bounds={"at most": CURVE, "or": CURVE})
    (axes,) = figure.axes
    _, first, second, _ = axes.lines
    assert first.get_marker() == second.get_marker() == "None"
    assert first.get_linestyle() != second.get_linestyle()
    assert legend(figure) == ["a", "at most", "or", "guessing"]


def test_a_curve_of_many_steps_has_few_markers():
    steps = np.linspace(0, 1, 1000)
    (axes,) = draw(plotting.roc_curves, {"a": (steps, steps)}).axes
    assert axes.lines[0].get_markevery() >= 50


def test_log_curves_in_one_panel():
    figure = draw(plotting.log_curves, POINTS, percent=True, x_label="epsilon")
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.5, 0.75, 0.9], [0.25]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epsilon", "accuracy")
    shown = [text for text in ticks(axes.xaxis) if text]
    assert {"0.1", "1", "10", "100"} <= set(shown)
    assert ticks(axes.yaxis)[-1] == "100 %"
    assert legend(figure) == ["one", "two"]


def test_log_curves_in_panels():
    figure = draw(plotting.log_curves, {"accuracy": POINTS, "noise": POINTS}, percent="accuracy")
    accuracy, noise = figure.axes
    assert all(label.endswith("%") for label in ticks(accuracy.yaxis))
    assert not any(label.endswith("%") for label in ticks(noise.yaxis))
    assert (accuracy.get_ylabel(), noise.get_ylabel()) == ("accuracy", "noise")
    assert accuracy.lines[0].get_marker() == noise.lines[0].get_marker()


def test_a_power_law_is_straight_where_both_axes_are_logarithmic():
    points = {"root": [(x, x**0.5) for x in (1, 10, 100, 1000)]}
    (axes,) = draw(plotting.log_curves, points, log_y=True).axes
    assert axes.get_yscale() == "log"
    places = axes.transData.transform(axes.lines[0].get_xydata())
    steps = np.diff(places, axis=0)
    assert np.allclose(steps[:, 1] / steps[:, 0], steps[0, 1] / steps[0, 0])


@pytest.mark.parametrize(
    ("function", "args", "options", "message"),
    [
        (plotting.roc_curves, ({},), {}, "curves is empty"),
        (plotting.roc_curves, ({"a": ([0, 1], [0, 86])},), {}, "shares between 0 and 1"),
        (plotting.roc_curves, ({"a": ([0, 1], [0])},), {}, "2 false alarms and 1 hits"),
        (plotting.roc_curves, ({"a": 0.5},), {}, "give false alarms and hits"),
        (plotting.roc_curves, ({"a": CURVE},), {"bounds": {}}, "bounds is empty"),
        (plotting.roc_curves, (dict.fromkeys("abcdefgh", CURVE),), {}, "at most 7"),
        (plotting.log_curves, ({"a": [1.0, 2.0]},), {}, "at least one pair"),
        (plotting.log_curves, ({"a": [(0.0, 1.0)]},), {}, "not above 0"),
        (plotting.log_curves, ({"a": [(1.0, 0.0)]},), {"log_y": True}, "not above 0"),
        (plotting.log_curves, ({"a": [(1.0, 86.0)]},), {"percent": True}, "shares between 0 and 1"),
        (plotting.log_curves, (POINTS,), {"percent": "loss"}, "names of metrics, which here are"),
        (plotting.log_curves, ({str(k): [(1, 1)] for k in range(15)},), {}, "at most 14"),
        (plotting.log_curves, ({"a": POINTS, "b": [(1, 1)]},), {}, "mixes runs and metrics"),
    ],
)
def test_what_is_wrong_is_said(function, args, options, message):
    with pytest.raises(ValueError, match=message):
        draw(function, *args, **options)
