import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import TABLES, draw, texts, ticks


def test_every_share_stands_in_its_cell_as_a_whole_percent():
    figure = draw(plotting.share_tables, TABLES)
    accuracy, success, bar = figure.axes
    assert [accuracy.get_title(), success.get_title()] == list(TABLES)
    assert ticks(accuracy.yaxis) == ["none", "sign flip"]
    assert ticks(accuracy.xaxis) == ["mean", "median"]
    assert texts(accuracy) == ["92", "92", "0", "100"]
    assert texts(success) == ["0", "1", "50", "10"]
    assert bar.get_ylabel() == "percent"


def test_both_tables_have_one_colour_scale():
    accuracy, success, _ = draw(plotting.share_tables, TABLES).axes
    limits = {axes.images[0].get_clim() for axes in (accuracy, success)}
    assert limits == {(0.0, 100.0)}
    np.testing.assert_allclose(success.images[0].get_array(), [[0, 1], [50, 10]])


def test_twelve_rows_and_columns_still_fit():
    row = {f"defence {number}": number / 12 for number in range(12)}
    table = {f"attack {number}": row for number in range(12)}
    figure = draw(plotting.share_tables, {"one": table, "other": table})
    assert figure.get_tightbbox().x1 <= figure.get_size_inches()[0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "values is empty"),
        ({"a": {}}, "is empty"),
        ({"a": {"r": {"c": 92}}}, "shares between 0 and 1"),
        ({"a": {"r": {"c": [0.1, 0.2]}}}, "2 numbers in a cell"),
        ({"a": {"r": {"c": 0.1}, "s": {"d": 0.1}}}, "other columns than the first row"),
        ({"a": {"r": {"c": 0.1}}, "b": {"s": {"c": 0.1}}}, "other rows or columns"),
        ({k: {"r": {"c": 0.1}} for k in "abc"}, "at most 2"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(values, message):
    with pytest.raises(ValueError, match=message):
        draw(plotting.share_tables, values)


def test_bars_count_the_numbers_and_a_line_shows_the_even_spread():
    numbers = [0.0, 0.1, 0.3, 0.6, 1.0]
    left, right = draw(plotting.histograms, {"a": numbers, "b": [0.5]}, bins=4).axes
    assert [bar.get_height() for bar in left.patches] == [2, 1, 1, 1]
    assert [bar.get_height() for bar in right.patches] == [0, 0, 1, 0]
    assert left.lines[0].get_ydata()[0] == 5 / 4
    assert [left.get_title(), right.get_title()] == ["a", "b"]
    assert left.get_xlim() == right.get_xlim() == (0, 1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": [2.0]}, "shares between 0 and 1"),
        ({"a": []}, "at least one number"),
        ({k: [0.5] for k in "abcde"}, "at most 4"),
    ],
)
def test_what_is_wrong_with_a_histogram_is_said(values, message):
    with pytest.raises(ValueError, match=message):
        draw(plotting.histograms, values)
