import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import CLIENTS, CURVES, draw, legend, texts, ticks


def test_learning_curves_in_one_panel():
    runs = {"one": [3.0, 2.0, 1.0], "two": [3.0, 1.0]}
    figure = draw(plotting.learning_curves, runs, x_label="epoch")
    (axes,) = figure.axes
    assert [list(line.get_ydata()) for line in axes.lines] == list(runs.values())
    assert list(axes.lines[0].get_xdata()) == [1, 2, 3]
    assert list(axes.get_xticks()) == [1, 2, 3]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    assert legend(figure) == ["one", "two"]


def test_learning_curves_in_panels_share_the_runs_looks():
    figure = draw(plotting.learning_curves, CURVES, percent="accuracy", start=0)
    loss, accuracy = figure.axes
    assert legend(figure) == ["train", "test"]
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy")
    assert all(label.endswith(" %") for label in ticks(accuracy.yaxis))
    assert not any(label.endswith("%") for label in ticks(loss.yaxis))
    assert accuracy.lines[0].get_marker() == loss.lines[0].get_marker()
    assert list(loss.get_xticks()) == [0, 1]


def test_learning_curves_are_told_apart_without_colour():
    figure = draw(plotting.learning_curves, {f"run {k}": [1, 2] for k in range(14)})
    looks = {(line.get_marker(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == 14


@pytest.mark.parametrize(
    ("end", "expected"),
    [(1, [1]), (10, list(range(1, 11))), (30, [1, 5, 10, 15, 20, 25, 30])],
)
def test_learning_curves_mark_whole_rounds(end, expected):
    (axes,) = draw(plotting.learning_curves, {"a": np.ones(end)}).axes
    assert list(axes.get_xticks()) == expected


def test_learning_curves_do_not_magnify_noise_in_percent():
    (axes,) = draw(plotting.learning_curves, {"a": [0.9, 0.9001]}, percent=True).axes
    bottom, top = axes.get_ylim()
    assert top - bottom >= 0.039
    assert axes.get_ylabel() == "accuracy"


def test_confusion_matrix_counts_pairs():
    labels, predictions = [7, 7, 7, 1], [1, 1, 7, 1]
    (axes,) = draw(plotting.confusion_matrix, labels, predictions).axes
    cells = np.array(texts(axes)[:100]).reshape(10, 10)
    assert cells[7, 1] == "2"
    assert cells[7, 7] == "1"
    assert cells[1, 7] == "0"
    assert texts(axes)[100:] == ["–", "100 %", *"–––––", "33 %", *"––", "right"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("recognised as", "written digit")
    # The diagonal is bold and framed, so it shows without colour.
    assert {t.get_weight() for t in axes.texts[:100:11]} == {"bold"}
    assert len(axes.patches) == 10


def test_confusion_matrix_takes_counts():
    counts = np.arange(100).reshape(10, 10)
    (axes,) = draw(plotting.confusion_matrix, counts=counts).axes
    assert texts(axes)[:100] == [str(k) for k in range(100)]


def test_accuracy_bars_with_a_reference():
    values = dict(zip(CLIENTS, np.linspace(0, 1, 14), strict=True))
    figure = draw(plotting.accuracy_bars, values, reference={"pooled model": 0.93})
    (axes,) = figure.axes
    assert [bar.get_height() for bar in axes.patches] == list(values.values())
    assert texts(axes) == [str(round(100 * v)) for v in values.values()]
    assert axes.lines[0].get_ydata()[0] == 0.93
    assert legend(figure) == ["pooled model: 93 %"]
    assert ticks(axes.xaxis) == CLIENTS
    assert ticks(axes.yaxis)[-1] == "100 %"


def test_accuracy_bars_in_pairs():
    own, every = dict.fromkeys(CLIENTS, 1.0), dict.fromkeys(reversed(CLIENTS), 0.67)
    figure = draw(plotting.accuracy_bars, {"own": own, "everybody's": every}, reference=0.9)
    (axes,) = figure.axes
    assert len(axes.patches) == 28
    assert texts(axes) == ["100"] * 14 + ["67"] * 14
    assert legend(figure) == ["own", "everybody's", "reference: 90 %"]
    assert {bar.get_hatch() for bar in axes.patches} == {None, "///"}


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (plotting.learning_curves, ({},), {}, "histories is empty"),
        (plotting.learning_curves, ([1, 2],), {}, "histories is a list"),
        (plotting.learning_curves, ({"a": []},), {}, r"of 'a' has the shape \(0,\)"),
        (plotting.learning_curves, ({"a": [1, np.nan]},), {}, "loss of 'a' holds NaN"),
        (plotting.learning_curves, ({"a": [1], "b": {"c": [1]}},), {}, "mixes runs and metrics"),
        (plotting.learning_curves, ({"a": [86]},), {"percent": True}, "holds 86; give shares"),
        (plotting.learning_curves, (CURVES,), {"percent": "acc"}, r"percent names \['acc'\]"),
        (plotting.learning_curves, ({"a": [1]},), {"start": -1}, "start is -1"),
        (plotting.learning_curves, ({k: [1] for k in range(15)},), {}, "15 runs; give at most 14"),
        (plotting.confusion_matrix, (), {}, "takes labels and predictions, or counts"),
        (plotting.confusion_matrix, ([1],), {}, "takes labels and predictions, or counts"),
        (plotting.confusion_matrix, ([1], [1, 2]), {}, "predictions holds 2 values where 1"),
        (plotting.confusion_matrix, ([1], [10]), {}, "predictions holds 10"),
        (plotting.confusion_matrix, (), {"counts": np.zeros((2, 2))}, "counts has the shape"),
        (plotting.accuracy_bars, ({},), {}, "values is empty"),
        (plotting.accuracy_bars, ({"a": 67},), {}, "values holds 67; give shares between 0 and 1"),
        (plotting.accuracy_bars, ({"a": np.nan},), {}, "values holds NaN"),
        (plotting.accuracy_bars, ({"a": 0.5},), {"reference": 93}, "reference holds 93"),
        (plotting.accuracy_bars, ({"a": 0.5},), {"reference": {}}, "reference is empty"),
        (plotting.accuracy_bars, ({"s": {"a": 1}, "t": {"b": 1}},), {}, r"values\['t'\] has the n"),
        (plotting.accuracy_bars, ({"s": {"a": 1}, "t": 1},), {}, "mixes bars and series"),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)


def test_confusion_matrix_of_other_labels():
    names = ["Adelie", "Chinstrap", "Gentoo"]
    axes = draw(plotting.confusion_matrix, [0, 0, 2], [0, 1, 2], label_names=names).axes[0]
    assert ticks(axes.xaxis) == ticks(axes.yaxis) == names
    with pytest.raises(ValueError, match="labels holds 3; give integers from 0 to 2"):
        plotting.confusion_matrix([3], [0], label_names=names)
