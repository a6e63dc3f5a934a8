import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, legend

PATHS = {
    "uncorrected": {"client a": [[0, 0], [1, 0], [2, 0]], "client b": [[0, 0], [0, 3]]},
    "corrected": {"client a": [[0, 0], [1, 1]], "client b": [[0, 0], [1, 2]]},
}


def test_every_path_is_a_line_with_an_arrow_at_its_end():
    figure = draw(plotting.arrow_paths, PATHS)
    for axes, paths in zip(figure.axes, PATHS.values(), strict=True):
        for line, arrow, path in zip(axes.lines, axes.texts, paths.values(), strict=True):
            assert np.array_equal(line.get_xydata(), path)
            assert tuple(arrow.xy) == tuple(path[-1])
    assert legend(figure) == ["client a", "client b"]


def test_marks_are_in_every_panel():
    figure = draw(plotting.arrow_paths, PATHS, marks={"optimum": [1, 1]})
    assert [tuple(axes.lines[-1].get_xydata()[0]) for axes in figure.axes] == [(1, 1), (1, 1)]
    assert legend(figure) == ["client a", "client b", "optimum"]


def test_a_path_looks_the_same_in_all_panels_and_unlike_the_others():
    figure = draw(plotting.arrow_paths, PATHS)
    looks = [
        [(line.get_color(), line.get_linestyle()) for line in axes.lines] for axes in figure.axes
    ]
    assert looks[0] == looks[1]
    assert looks[0][0] != looks[0][1]


def test_both_axes_have_the_same_scale():
    assert {axes.get_aspect() for axes in draw(plotting.arrow_paths, PATHS).axes} == {1.0}


def test_a_path_that_stands_still_is_drawn():
    draw(plotting.arrow_paths, {"a": [[1, 1], [1, 1]]})


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({}, "paths is empty"),
        ({"a": [[0, 0]]}, "two points or more"),
        ({"a": [[0, 0, 0], [1, 1, 1]]}, "two points or more"),
        ({str(k): [[0, 0], [1, 1]] for k in range(8)}, "at most 7"),
        ({"p": {"a": [[0, 0], [1, 1]]}, "b": [[0, 0], [1, 1]]}, "mixes paths and panels"),
    ],
)
def test_bad_paths_are_refused(paths, message):
    with pytest.raises(ValueError, match=message):
        plotting.arrow_paths(paths)
