import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from fl_course import plotting
from fl_course.plotting import style
from tests.plotting.drawing import COUNTS, CURVES, DIAGRAM, SKEW, SPREAD, TABLES, draw, images

ONES = {f"row {k}": {f"column {j}": 1.0 for j in range(9)} for k in range(9)}
EVERY_FIGURE = [
    (plotting.digits, (images(3), [1, 2, 3])),
    (plotting.label_counts, (COUNTS,)),
    (plotting.image_rows, ({"one": {"0": images(3)}, "other": {"0": images(3)}},)),
    (plotting.mean_images, ({"a": (images(3), [1, 2, 2])},)),
    (plotting.label_heatmap, (COUNTS,)),
    (plotting.label_heatmaps, ({"alpha = 1": COUNTS, "alpha = 9": COUNTS},)),
    (plotting.skew_panels, SKEW),
    (plotting.learning_curves, (CURVES,)),
    (plotting.confusion_matrix, ([1, 2, 3], [1, 2, 2])),
    (plotting.accuracy_bars, ({"a": 0.5, "b": 0.75},)),
    (plotting.accuracy_spread, (SPREAD,)),
    (plotting.client_values, ({"a": [1.0, 2.0], "b": [1.5]},)),
    (plotting.cohorts, ([["a"], ["b"]], ["a", "b", "c"])),
    (plotting.placement_diagram, DIAGRAM),
    (plotting.averaging_diagram, ()),
    (plotting.trend_lines, ({"a": ([1, 2, 3], [2, 2, 4]), "b": ([5, 6], [0, 1])},)),
    (plotting.weight_differences, ({"a and b": [0.0, 1e-8], "a and c": [1e-3, 2e-3]},)),
    (plotting.roc_curves, ({"a": ([0.0, 0.5, 1.0], [0.0, 0.8, 1.0]), "b": ([0, 1], [0, 1])},)),
    (plotting.log_curves, ({"a": [(0.1, 0.5), (10.0, 0.9)], "b": [(1.0, 0.7)]},)),
    (plotting.share_tables, (TABLES,)),
    (plotting.arrow_paths, ({"a": [[0, 0], [1, 1], [1, 2]], "b": [[0, 1], [2, 1]]},)),
    (plotting.gains_and_losses, ({"p": {"row": {"a": 0.1, "b": -0.2, "c": 0.0}}},)),
    (plotting.histograms, ({"a": [0.0, 0.5, 1.0], "b": [0.25]},)),
    (plotting.interval_rounds, ([(0.0, 8.0), (4.0, 8.0), (4.0, 6.0)],)),
    (plotting.prefix_tree, ([{"a": 5, "b": 3}, {"ab": 4, "b.": 3}, {"ab.": 4}],)),
    (plotting.federated_learning_diagram, ()),
]
# A legend outside the panels takes the place of a heading, which becomes its title.
LEGENDS_WITH_TITLES = (
    plotting.learning_curves,
    plotting.accuracy_spread,
    plotting.client_values,
    plotting.trend_lines,
    plotting.weight_differences,
    plotting.roc_curves,
    plotting.log_curves,
    plotting.interval_rounds,
    plotting.arrow_paths,
    plotting.gains_and_losses,
)


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


# With as much in them as a lesson puts there, or more.
FULL_FIGURES = [
    (
        plotting.accuracy_bars,
        ({name: {f"writer_{k:02d}": 1 - k / 20 for k in range(14)} for name in "ab"},),
    ),
    (plotting.label_heatmaps, ({name: np.full((14, 10), 1234) for name in "abc"},)),
    (plotting.share_tables, (dict.fromkeys(("one", "other"), ONES),)),
    (plotting.label_counts, ({f"writer_{k:02d}": range(1000, 1010) for k in range(14)},)),
]


@pytest.mark.parametrize(("function", "args"), [*EVERY_FIGURE, *FULL_FIGURES])
def test_no_letter_is_too_small_to_read_from_the_aisle(function, args):
    texts = draw(function, *args).findobj(Text)
    small = {t.get_text(): t.get_size() for t in texts if t.get_text() and t.get_visible()}
    assert {text: size for text, size in small.items() if size < style.SMALLEST} == {}
    assert len(small) > 3


@pytest.mark.parametrize(("function", "args"), EVERY_FIGURE[:-1])
def test_title_is_shown(function, args):
    if function in LEGENDS_WITH_TITLES:
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
    assert picture.width == style.WIDTH * style.DPI
    assert not picture.info.keys() & {"Software", "Creation Time"}
    assert len(data) < 120_000  # noise, which packs far worse than digits


def test_outside_a_notebook_ipython_is_not_imported():
    code = (
        "import sys; from fl_course import plotting; plotting.accuracy_bars({'a': 1.0});"
        "assert not {'IPython', 'matplotlib.pyplot', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


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


def test_in_a_session_of_jupyter_the_alternative_text_is_in_html_too():
    _, (shown,) = run_cells(
        "import os; os.environ['JPY_SESSION_NAME'] = 'x.ipynb'; from fl_course import plotting",
        "plotting.accuracy_bars({'a': 0.5}, y_label='a < b \"c\"')",
    )
    assert set(shown.data) == {"text/html", "image/png", "text/plain"}
    assert 'alt="Figure: a &lt; b &quot;c&quot; of a." width="900"' in shown.data["text/html"]
    assert shown.data["image/png"].strip() in shown.data["text/html"]
