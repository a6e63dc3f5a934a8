import time

import numpy as np
import pytest
from matplotlib.colors import to_hex

from fl_course import plotting
from tests.plotting.drawing import CLIENTS, COUNTS, SKEW, draw, images, texts, ticks


def test_label_counts_bars_equal_the_counts_and_missing_labels_carry_a_zero():
    counts = {f"c{k}": np.arange(10) + k for k in range(5)}
    figure = draw(plotting.label_counts, counts)
    assert [axes.get_title() for axes in figure.axes][:2] == ["c0: 45 examples", "c1: 55 examples"]
    for axes, values in zip(figure.axes, counts.values(), strict=True):
        assert [bar.get_height() for bar in axes.patches] == list(values)
        assert texts(axes) == ["0"] * int((values == 0).sum())
        assert axes.get_ylim() == figure.axes[0].get_ylim()
    assert (figure.get_supxlabel(), figure.get_supylabel()) == ("label", "examples")
    # The third panel has no panel below it, so it shows its own tick labels.
    assert ticks(figure.axes[2].xaxis) == [str(k) for k in range(10)]


@pytest.mark.parametrize("clients", [1, 3, 14, 30])
def test_label_heatmap_writes_the_counts(clients):
    counts = np.random.default_rng(0).integers(0, 300, (clients, 10))
    axes, bar = draw(plotting.label_heatmap, counts).axes
    assert texts(axes) == [str(count) for count in counts.ravel()]
    assert bar.get_ylabel() == "examples"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("label", "client")
    assert ticks(axes.yaxis) == [str(k) for k in range(clients)]


def test_label_heatmap_of_many_clients_leaves_out_numbers_but_keeps_its_height():
    figure = draw(plotting.label_heatmap, np.ones((60, 10), int))
    assert texts(figure.axes[0]) == []
    assert figure.get_figheight() < 8


def test_label_heatmap_numbers_contrast_with_their_cells():
    axes, _ = draw(plotting.label_heatmap, {"a": [0, 100, *range(10, 90, 10)]}).axes
    colors = [to_hex(text.get_color()) for text in axes.texts]
    assert colors[1] == "#ffffff"
    assert colors[2] == "#000000"


def test_label_heatmaps_share_one_scale():
    figure = draw(
        plotting.label_heatmaps,
        {"alpha = 0.1": np.eye(4, 10, dtype=int) * 90, "alpha = 9": np.ones((4, 10), int)},
        client_ids=CLIENTS[:4],
    )
    first, second, _ = figure.axes
    assert [first.get_title(), second.get_title()] == ["alpha = 0.1", "alpha = 9"]
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 90)
    assert ticks(first.yaxis) == CLIENTS[:4]
    assert len(texts(second)) == 40


def test_skew_panels_show_three_kinds_with_labels():
    figure = draw(plotting.skew_panels, *SKEW)
    assert [sub.get_suptitle() for sub in figure.subfigs] == [
        "feature skew",
        "label skew",
        "quantity skew",
    ]
    feature, label_a, label_b, quantity = figure.axes
    assert len(feature.images) == 6
    assert [bar.get_height() for bar in label_b.patches] == list(range(10))
    assert label_a.get_ylim() == label_b.get_ylim()
    assert [bar.get_width() for bar in quantity.patches] == [15, 45, 7]
    assert texts(quantity) == ["15", "45", "7"]
    assert quantity.get_xlabel() == "examples"


def test_cohorts_show_who_took_part():
    fresh = [["a", "b"], ["b", "c"], ["b", "a"]]
    plans = {"fresh": fresh, "same": [["a", "b"]] * 3}
    first, second = draw(plotting.cohorts, plans, ["a", "b", "c", "d"]).axes
    np.testing.assert_array_equal(
        first.images[0].get_array(), [[1, 0, 1], [1, 1, 1], [0, 1, 0], [0, 0, 0]]
    )
    assert texts(first) == ["2", "3", "1", "0", "total"]
    assert second.get_title() == "same"
    assert (first.get_xlabel(), first.get_ylabel()) == ("round", "client")
    assert list(first.get_xticks()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (plotting.label_counts, ({},), {}, "counts_by_client is empty"),
        (plotting.label_counts, ([[1] * 10],), {}, "counts_by_client is a list; give a mapping"),
        (plotting.label_counts, ({"a": [1, 2]},), {}, r"\['a'\] has the shape \(2,\); give \(10,"),
        (plotting.label_counts, ({"a": [-1] * 10},), {}, r"\['a'\] holds -1; give integers from 0"),
        (plotting.label_counts, ({"a": [0.5] * 10},), {}, "holds 0.5; give integers from 0"),
        (plotting.label_counts, ({"a": [np.nan] * 10},), {}, "holds NaN"),
        (plotting.label_counts, (dict.fromkeys(range(25), COUNTS["a"]),), {}, "25 entries.* 24"),
        (plotting.label_counts, ({"a": [10**30] * 10},), {}, "holds 1e.30; give integers up to"),
        (plotting.label_counts, ({1: [1] * 10, "1": [2] * 10},), {}, "two keys that read '1'"),
        (plotting.label_heatmap, (np.zeros((5001, 10)),), {}, "counts has 5001 entries.* 5000"),
        (plotting.cohorts, ([["0"]], range(5001)), {}, "client_ids has 5001 entries.* 5000"),
        (plotting.label_heatmap, (np.zeros((3, 9)),), {}, r"counts has the shape \(3, 9\)"),
        (plotting.label_heatmap, (np.zeros(10),), {}, r"counts has the shape \(10,\)"),
        (plotting.label_heatmap, (np.zeros((3, 10)),), {"client_ids": ["a"]}, "1 ids for 3 rows"),
        (
            plotting.label_heatmaps,
            ({"x": np.zeros((3, 10)), "y": np.zeros((2, 10))},),
            {},
            "different numbers of clients",
        ),
        (plotting.skew_panels, ({}, *SKEW[1:]), {}, "images_by_client is empty"),
        (plotting.skew_panels, (*SKEW[:2], {"a": -1}), {}, "sizes_by_client holds -1"),
        (
            plotting.skew_panels,
            ({"a": images(2), "b": images(3)}, *SKEW[1:]),
            {},
            "images_by_client have different shapes",
        ),
        (plotting.cohorts, ([], ["a"]), {}, r"plans is \[\]; give at least one round"),
        (plotting.cohorts, ([["x"]], ["a"]), {}, r"plans\[0\] names 'x', which is not in client"),
        (plotting.cohorts, (["a"], ["a"]), {}, r"plans\[0\] is 'a'; give a sequence"),
        (plotting.cohorts, ([["a"]], []), {}, r"client_ids is \[\]"),
        (plotting.cohorts, ([["a"]], ["a", "a"]), {}, "each of them once"),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)


def test_a_heat_map_of_every_writer_of_emnist_is_drawn_in_time():
    started = time.monotonic()
    figure = draw(plotting.label_heatmap, np.ones((3383, 10), int))
    plotting.png(figure)
    assert time.monotonic() - started < 5
    assert figure.axes[0].yaxis.get_minorticklocs().size == 0


SPECIES = ["Adelie", "Chinstrap", "Gentoo"]


def test_labels_have_the_names_that_are_given():
    counts = {"Biscoe": [44, 0, 124], "Dream": [56, 68, 0]}
    first, second = draw(plotting.label_counts, counts, label_names=SPECIES).axes
    assert ticks(second.xaxis) == SPECIES
    assert [bar.get_height() for bar in first.patches] == [44, 0, 124]
    axes, _ = draw(plotting.label_heatmap, counts, label_names=SPECIES).axes
    assert ticks(axes.xaxis) == SPECIES
    assert texts(axes) == ["44", "0", "124", "56", "68", "0"]
    both = {"as they are": counts, "halved": {"a": [22, 0, 62], "b": [28, 34, 0]}}
    *panels, _ = draw(plotting.label_heatmaps, both, label_names=SPECIES).axes
    assert [ticks(panel.xaxis) for panel in panels] == [SPECIES, SPECIES]


def test_long_names_of_labels_are_tilted_and_many_numbers_thinned():
    names = [f"a rather long name {k}" for k in range(12)]
    axes, _ = draw(plotting.label_heatmap, np.ones((2, 12), int), label_names=names).axes
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {40.0}
    names = [str(label) for label in range(62)]
    axes, _ = draw(plotting.label_heatmap, np.ones((2, 62), int), label_names=names).axes
    assert 5 < len(axes.get_xticks()) <= 10


@pytest.mark.parametrize("names", [["a"], "ab", [1, 2], ["a"] * 101])
def test_names_of_labels_that_are_none(names):
    with pytest.raises(ValueError, match=r"label_names is .*; give 2 to 100 texts"):
        plotting.label_heatmap(np.ones((2, 10), int), label_names=names)


def test_counts_of_other_labels_than_there_are_names_for():
    with pytest.raises(ValueError, match=r"counts\['a'\] has the shape \(10,\); give \(3,\)"):
        plotting.label_heatmap({"a": [1] * 10}, label_names=SPECIES)
