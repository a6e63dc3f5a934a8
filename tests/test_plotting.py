import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from fl_course import plotting

CLIENTS = [f"writer_{k:02d}" for k in range(14)]


def images(n, seed=0):
    return np.random.default_rng(seed).uniform(size=(n, 28, 28)).astype(np.float32)


def draw(function, *args, **kwargs):
    """Calls a function as a learner does, but keeps the figure, with its layout done."""
    figure = Figure()
    assert function(*args, **kwargs, figure=figure) is None
    figure.draw_without_rendering()
    return figure


def texts(axes):
    return [text.get_text() for text in axes.texts]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


COUNTS = {"a": [5, 0, 3, 1, 1, 1, 1, 1, 1, 1], "b": range(10)}
CURVES = {"loss": {"train": [2.0, 1.0], "test": [2.1, 1.2]}, "accuracy": {"train": [0.5, 0.75]}}
SKEW = ({"a": images(3), "b": images(3)}, COUNTS, {"a": 15, "b": 45, "c": 7})
EVERY_FIGURE = [
    (plotting.digits, (images(3), [1, 2, 3])),
    (plotting.label_counts, (COUNTS,)),
    (plotting.mean_images, ({"a": (images(3), [1, 2, 2])},)),
    (plotting.label_heatmap, (COUNTS,)),
    (plotting.label_heatmaps, ({"alpha = 1": COUNTS, "alpha = 9": COUNTS},)),
    (plotting.skew_panels, SKEW),
    (plotting.learning_curves, (CURVES,)),
    (plotting.confusion_matrix, ([1, 2, 3], [1, 2, 2])),
    (plotting.accuracy_bars, ({"a": 0.5, "b": 0.75},)),
    (plotting.cohorts, ([["a"], ["b"]], ["a", "b", "c"])),
    (plotting.federated_learning_diagram, ()),
]


# --- The rule that holds for all ------------------------------------------------------------------


def test_every_figure_is_in_the_list_above():
    assert {f.__name__ for f, _ in EVERY_FIGURE} | {"png"} == set(plotting.__all__)


@pytest.mark.parametrize(("function", "args"), EVERY_FIGURE)
def test_global_state_is_untouched_and_nothing_stays_open(function, args):
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    assert function(*args) is None
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize(("function", "args"), EVERY_FIGURE[::4])
def test_the_users_style_does_not_show(function, args):
    plain = plotting.png(draw(function, *args))
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black", "axes.grid": True}):
        assert plotting.png(draw(function, *args)) == plain


@pytest.mark.parametrize(("function", "args"), EVERY_FIGURE)
def test_nothing_is_cut_off(function, args):
    figure = draw(function, *args)
    used, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert used.x0 >= 0
    assert used.y0 >= 0
    assert used.x1 <= width
    assert used.y1 <= height


@pytest.mark.parametrize(("function", "args"), EVERY_FIGURE[:-1])
def test_title_is_shown(function, args):
    if function is plotting.learning_curves:
        figure = draw(function, *args, title="A heading")
        assert figure.legends[0].get_title().get_text() == "A heading"
    else:
        assert draw(function, *args, title="A heading").get_suptitle() == "A heading"


def test_png_is_small_has_a_palette_and_names_no_version():
    figure = draw(plotting.digits, images(40), np.arange(40) % 10)
    before = dict(matplotlib.rcParams)
    data = plotting.png(figure)
    assert dict(matplotlib.rcParams) == before
    assert plotting.png(figure) == data
    picture = Image.open(io.BytesIO(data))
    assert picture.mode == "P"
    assert picture.width == plotting.WIDTH * plotting.DPI
    assert not picture.info.keys() & {"Software", "Creation Time"}
    assert len(data) < 120_000  # noise, which packs far worse than digits


def test_outside_a_notebook_ipython_is_not_imported():
    code = (
        "import sys; from fl_course import plotting; plotting.accuracy_bars({'a': 1.0});"
        "assert not {'IPython', 'matplotlib.pyplot', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def run_cells(*sources):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_in_a_notebook_each_call_shows_one_image_and_nothing_else():
    _, last, middle, loop = run_cells(
        "from fl_course import plotting",
        "plotting.accuracy_bars({'a': 0.5})",
        "plotting.accuracy_bars({'a': 0.5})\nprint('after')",
        "for _ in range(2):\n    plotting.accuracy_bars({'a': 0.5})",
    )
    assert [output.output_type for output in last] == ["display_data"]
    assert [output.output_type for output in middle] == ["display_data", "stream"]
    assert [output.output_type for output in loop] == ["display_data", "display_data"]
    (shown,) = last
    assert set(shown.data) == {"image/png", "text/plain"}
    assert shown.data["text/plain"] == "Figure: accuracy of a."
    assert shown.metadata["image/png"]["alt"] == "Figure: accuracy of a."
    assert shown.metadata["image/png"]["width"] == 900


# --- What the figures show ------------------------------------------------------------------------


def test_digits_show_every_image_with_its_label_below_and_title_above():
    pixels = images(13)
    figure = draw(plotting.digits, pixels, np.arange(13) % 10, titles=[f"t{k}" for k in range(13)])
    (axes,) = figure.axes
    assert len(axes.images) == 13
    np.testing.assert_array_equal(axes.images[11].get_array(), pixels[11])
    assert texts(axes)[:4] == ["t0", "0", "t1", "1"]
    assert figure.get_supxlabel() == "Below each image: its label"
    # White is the largest value, and a faint image keeps its place in the range.
    assert axes.images[0].get_clim() == (0, 1)


def test_digits_take_one_image_and_other_ranges():
    (axes,) = draw(plotting.digits, images(1)[0] * 255, 7).axes
    assert texts(axes) == ["7"]
    assert axes.images[0].get_clim()[1] == pytest.approx(255, rel=0.01)


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


def test_mean_images_are_means_and_missing_labels_are_announced():
    pixels = images(4)
    labels = np.array([0, 0, 1, 9])
    (axes,) = draw(plotting.mean_images, {"a": (pixels, labels), "b": (pixels, labels)}).axes
    np.testing.assert_allclose(axes.images[0].get_array(), pixels[:2].mean(axis=0), rtol=1e-6)
    assert len(axes.images) == 6
    assert texts(axes)[:7] == [f"no {k}" for k in range(2, 9)]
    assert ticks(axes.yaxis) == ["a", "b"]
    assert ticks(axes.xaxis) == [str(k) for k in range(10)]


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


def test_diagram_says_what_moves_and_what_stays():
    (axes,) = draw(plotting.federated_learning_diagram).axes
    said = " ".join(texts(axes))
    for words in ("server", "1  model", "client 3", "never leaves", "aggregation"):
        assert words in said


def test_diagram_with_images_and_other_words():
    data = {client: images(3, seed) for seed, client in enumerate(CLIENTS[:3])}
    (axes,) = draw(plotting.federated_learning_diagram, data, words={"down": "broadcast"}).axes
    assert len(axes.images) == 9
    assert texts(axes).count("broadcast") == 3
    # The vertical axis points up: the image must not stand on its head.
    image = axes.images[0]
    _, _, bottom, top = image.get_extent()
    upright = image.get_array() if top > bottom else image.get_array()[::-1]
    np.testing.assert_array_equal(upright, data[CLIENTS[0]][0])


# --- Bad input ------------------------------------------------------------------------------------

NAN = float("nan")


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (plotting.digits, (np.zeros((2, 784)),), {}, r"images has the shape \(2, 784\).*reshape"),
        (plotting.digits, (np.zeros((0, 28, 28)),), {}, r"images has the shape \(0, 28, 28\)"),
        (plotting.digits, ("digits",), {}, "images is 'digits'; give real numbers"),
        (plotting.digits, ([[1, 2], [3]],), {}, "images is .* rows of equal lengths"),
        (plotting.digits, (np.full((1, 4, 4), NAN),), {}, "images holds NaN"),
        (plotting.digits, (images(401),), {}, "images holds 401 images; give at most 400"),
        (plotting.digits, (images(2), [1]), {}, "labels holds 1 values where 2 are needed"),
        (plotting.digits, (images(2), [1, 10]), {}, "labels holds 10; give integers from 0 to 9"),
        (plotting.digits, (images(2), [1, 1.5]), {}, "labels holds 1.5; give integers"),
        (plotting.digits, (images(2),), {"titles": ["a"]}, "titles holds 1 texts for 2 images"),
        (plotting.digits, (images(2),), {"columns": 0}, "columns is 0; give an integer from 1"),
        (plotting.label_counts, ({},), {}, "counts_by_client is empty"),
        (plotting.label_counts, ([[1] * 10],), {}, "counts_by_client is a list; give a mapping"),
        (plotting.label_counts, ({"a": [1, 2]},), {}, r"\['a'\] has the shape \(2,\); give \(10,"),
        (plotting.label_counts, ({"a": [-1] * 10},), {}, r"\['a'\] holds -1; give integers from 0"),
        (plotting.label_counts, ({"a": [0.5] * 10},), {}, "holds 0.5; give integers from 0"),
        (plotting.label_counts, ({"a": [NAN] * 10},), {}, "holds NaN"),
        (plotting.label_counts, (dict.fromkeys(range(25), COUNTS["a"]),), {}, "25 entries.* 24"),
        (plotting.mean_images, ({},), {}, "examples_by_client is empty"),
        (plotting.mean_images, ({"a": images(2)},), {}, "give the pair"),
        (plotting.mean_images, ({"a": (images(2), [1])},), {}, "labels holds 1 values where 2"),
        (
            plotting.mean_images,
            ({"a": (images(1), [1]), "b": (images(1)[:, :8, :8], [1])},),
            {},
            "images of sizes",
        ),
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
        (plotting.learning_curves, ({},), {}, "histories is empty"),
        (plotting.learning_curves, ([1, 2],), {}, "histories is a list"),
        (plotting.learning_curves, ({"a": []},), {}, r"of 'a' has the shape \(0,\)"),
        (plotting.learning_curves, ({"a": [1, NAN]},), {}, "loss of 'a' holds NaN"),
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
        (plotting.accuracy_bars, ({"a": NAN},), {}, "values holds NaN"),
        (plotting.accuracy_bars, ({"a": 0.5},), {"reference": 93}, "reference holds 93"),
        (plotting.accuracy_bars, ({"a": 0.5},), {"reference": {}}, "reference is empty"),
        (plotting.accuracy_bars, ({"s": {"a": 1}, "t": {"b": 1}},), {}, r"values\['t'\] has the n"),
        (plotting.accuracy_bars, ({"s": {"a": 1}, "t": 1},), {}, "mixes bars and series"),
        (plotting.cohorts, ([], ["a"]), {}, r"plans is \[\]; give at least one round"),
        (plotting.cohorts, ([["x"]], ["a"]), {}, r"plans\[0\] names 'x', which is not in client"),
        (plotting.cohorts, (["a"], ["a"]), {}, r"plans\[0\] is 'a'; give a sequence"),
        (plotting.cohorts, ([["a"]], []), {}, r"client_ids is \[\]"),
        (plotting.cohorts, ([["a"]], ["a", "a"]), {}, "each of them once"),
        (plotting.federated_learning_diagram, ({"a": images(1)},), {}, "holds 1 different clients"),
        (
            plotting.federated_learning_diagram,
            (),
            {"words": {"cloud": "?"}},
            r"words has the keys \['cloud'\]; allowed are",
        ),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)
