import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, legend, texts, ticks

HALVES = [(0.0, 8.0), (4.0, 8.0), (4.0, 6.0)]
TREE = [{"a": 9, "b": 3}, {"ab": 5, "ac": 4, "b.": 3}, {"ab.": 5}]


def test_every_interval_is_a_bar_the_first_at_the_top():
    (axes,) = draw(plotting.interval_rounds, HALVES, reference=5.0, reference_label="median").axes
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]
    np.testing.assert_allclose(spans, HALVES)
    assert axes.yaxis_inverted()
    assert axes.lines[-1].get_xdata() == [5.0, 5.0]


def test_the_reference_is_named_only_where_there_is_one():
    assert legend(draw(plotting.interval_rounds, HALVES)) == ["interval"]
    both = legend(draw(plotting.interval_rounds, HALVES, reference=np.float32(5)))
    assert both == ["interval", "truth"]


@pytest.mark.parametrize(
    ("intervals", "message"),
    [
        ([(0.0, 1.0)], "give 2 to 40 pairs"),
        ([0.0, 1.0], "give 2 to 40 pairs"),
        ([(0.0, 1.0), (1.0, 1.0)], "not below the upper one"),
        ([(0.0, np.nan), (0.0, 1.0)], "intervals holds NaN"),
    ],
)
def test_what_is_wrong_with_intervals_is_said(intervals, message):
    with pytest.raises(ValueError, match=message):
        draw(plotting.interval_rounds, intervals)


def test_ends_have_their_votes_and_a_finished_word_is_bold():
    (axes,) = draw(plotting.prefix_tree, TREE).axes
    assert texts(axes) == ["a", "b", "b", "ac 4", "b. 3", "ab. 5"]
    bold = [text.get_text() for text in axes.texts if text.get_weight() == "bold"]
    assert bold == ["b. 3", "ab. 5"]
    assert ticks(axes.xaxis) == ["1", "2", "3"]


def test_lines_lead_from_a_prefix_to_those_it_begins():
    (axes,) = draw(plotting.prefix_tree, TREE).axes
    names = ("a", "b", "ab", "ac", "b.", "ab.")
    heights = {name: text.get_position()[1] for name, text in zip(names, axes.texts, strict=True)}
    ends = [tuple(line.get_ydata()) for line in axes.lines]
    assert ends[2] == (heights["a"], heights["ab"])
    assert ends[5] == (heights["ab"], heights["ab."])
    assert heights["ab."] < heights["ac"] < heights["b."]
    assert axes.lines[0].get_linewidth() > axes.lines[1].get_linewidth()


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ([], "give 1 to 12 mappings"),
        ([{}], "levels.0. is empty"),
        ([{"a": 0}], "levels.0.*'a'"),
        ([{"ab": 2}], "holds 'ab', which is no prefix"),
        ([{"a": 2}, {"bc": 2}], "holds 'bc', which is no prefix"),
        ([{chr(200 + k): 1 for k in range(46)}], "46 branches; give at most 45"),
    ],
)
def test_what_is_wrong_with_a_tree_is_said(levels, message):
    with pytest.raises(ValueError, match=message):
        draw(plotting.prefix_tree, levels)
