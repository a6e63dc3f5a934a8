import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, legend

# Each falls where the other begins: within a group up, all together down.
GROUPS = {"a": ([0, 1, 2], [10, 11, 12]), "b": ([10, 11, 12], [0, 1, 2])}


def lines(axes):
    """The straight lines: of each group, and the one of all."""
    return [line.get_xydata() for line in axes.lines if line.get_linestyle() != "None"]


def test_lines_are_those_of_least_squares():
    figure = draw(plotting.trend_lines, GROUPS, all_label="both")
    (axes,) = figure.axes
    first, second, both = lines(axes)
    np.testing.assert_allclose(first, [[0, 10], [2, 12]])
    np.testing.assert_allclose(second, [[10, 0], [12, 2]])
    slope, height = np.polyfit([0, 1, 2, 10, 11, 12], [10, 11, 12, 0, 1, 2], 1)
    np.testing.assert_allclose(both, [[0, height], [12, height + 12 * slope]])
    assert slope < 0
    assert legend(figure) == ["a", "b", "both"]


def test_groups_look_the_same_in_all_panels():
    both = {"mixed": GROUPS, "alone": {"b": GROUPS["b"]}}
    first, second = draw(plotting.trend_lines, both).axes
    assert [first.get_title(), second.get_title()] == ["mixed", "alone"]
    assert second.lines[0].get_color() == first.lines[2].get_color()
    assert first.get_xlim() == second.get_xlim()


def test_numbers_that_are_all_the_same_have_a_level_line():
    (axes,) = draw(plotting.trend_lines, {"a": ([1, 1], [0, 2])}).axes
    np.testing.assert_allclose(lines(axes)[0], [[1, 1], [1, 1]])


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({}, "points is empty"),
        ({"a": [1, 2, 3]}, "points: 'a' is .*; give a pair"),
        ({"a": ([1, 2], [1])}, "'a' has 2 numbers to the right and 1 up"),
        ({"a": ([1], [1])}, "2 or more"),
        ({"a": ([1, np.nan], [1, 2])}, "points: 'a' holds NaN"),
        ({"a": ([1, 2], [1, 2]), "b": {"c": ([1, 2], [1, 2])}}, "points mixes groups and panels"),
    ],
)
def test_bad_points_are_named(points, message):
    with pytest.raises(ValueError, match=message):
        plotting.trend_lines(points)
