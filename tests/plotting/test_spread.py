import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import CLIENTS, SPREAD, draw, legend, texts, ticks


def dots(axes):
    return [np.asarray(collection.get_offsets()) for collection in axes.collections]


def test_every_client_is_a_dot_and_every_row_has_its_mean():
    figure = draw(plotting.accuracy_spread, SPREAD)
    home, everywhere = figure.axes
    assert ticks(home.yaxis) == ["alone", "together"]
    assert [home.get_title(), everywhere.get_title()] == list(SPREAD)
    alone, together = dots(home)
    assert list(alone[:, 0]) == list(SPREAD["at home"]["alone"].values())
    assert list(together[:, 0]) == list(SPREAD["at home"]["together"].values())
    means = [line.get_xdata()[0] for line in home.lines]
    assert means == [np.mean(list(row.values())) for row in SPREAD["at home"].values()]
    assert legend(figure) == ["one client", "mean"]


def test_a_single_number_is_a_mean_without_dots():
    _, everywhere = draw(plotting.accuracy_spread, SPREAD).axes
    assert len(dots(everywhere)) == 1
    assert everywhere.lines[1].get_xdata()[0] == SPREAD["everywhere"]["together"]


def test_means_and_the_lowest_client_are_written_down():
    home, everywhere = draw(plotting.accuracy_spread, SPREAD).axes
    assert texts(home) == ["80 %", "writer_00", "90 %", "writer_03"]
    assert texts(everywhere) == ["70 %", "writer_00", "85 %"]


def test_equal_accuracies_do_not_cover_each_other():
    values = {"p": {"row": dict.fromkeys(CLIENTS, 0.9)}}
    (axes,) = draw(plotting.accuracy_spread, values).axes
    (places,) = dots(axes)
    assert len(set(places[:, 1])) == len(CLIENTS)


def test_axis_goes_up_to_100_percent_and_holds_every_dot():
    for lowest in (0.0, 0.3, 0.71, 1.0):
        values = {"p": {"row": {"a": lowest, "b": 1.0}}}
        (axes,) = draw(plotting.accuracy_spread, values).axes
        start, end = axes.get_xlim()
        assert start <= lowest
        assert 1.0 <= end <= 1.02


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "values is empty"),
        ({"p": {"row": {"a": 86}}}, "shares between 0 and 1"),
        ({"p": {"row": {}}}, "is empty"),
        ({"p": {"row": "high"}}, "real numbers"),
        ({"p": 0.5}, "give a mapping"),
        ({"p": {"row": 0.5}, "q": {"other": 0.5}}, "give the same rows"),
        ({k: {"row": 0.5} for k in "pqr"}, "at most 2"),
    ],
)
def test_what_is_wrong_is_said(values, message):
    with pytest.raises(ValueError, match=message):
        draw(plotting.accuracy_spread, values)
