"""How feedback and figures look in JupyterLab, on a short notebook without training."""

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from fl_course.exercises.feedback import Mark
from tests.browser.learner import Lesson

CELLS = {
    "imports": (
        "import fl_course\nfrom fl_course import plotting\nfrom fl_course.exercises import feedback"
    ),
    **{
        mark.name.lower(): f"feedback.show('**Word.** Text.', feedback.Mark.{mark.name})"
        for mark in Mark
    },
    "figure": "plotting.accuracy_bars({'a': 0.2, 'b': 0.8})",
    "refused": "fl_course.setup()\nimport tensorflow as tf\ntf.matmul([[1]], [1, 2])",
}
_FRAME = """frame => { const style = getComputedStyle(frame);
    return [style.borderTopStyle, style.borderTopWidth, style.borderLeftStyle,
            style.borderLeftWidth, style.borderTopLeftRadius].join() }"""


@pytest.fixture(scope="module")
def lesson(browser, lab):
    cells = [
        new_code_cell(source, metadata={"fl_course": {"key": key}}) for key, source in CELLS.items()
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.notebooks / "shown.ipynb"
    )
    page = browser.new_page(viewport={"width": 1024, "height": 768})
    lesson = Lesson(page, lab, "shown.ipynb")
    lesson.run_all()
    yield lesson
    lesson.shut_down_kernel()
    page.close()
    psutil.wait_procs(lab.started_by_kernels(), 30)


def test_each_mark_has_a_sign_and_a_frame_of_its_own(lesson):
    frames = set()
    for mark in Mark:
        cell = lesson.cell(mark.name.lower())
        assert cell.heading() == "Word."
        assert cell.text().split("\n")[0] == f"{mark.value[0]} Word. Text."
        frames.add(cell.outputs().locator(".jp-RenderedMarkdown div[style]").evaluate(_FRAME))
    assert len(frames) == len(Mark)


def test_who_listens_hears_the_word_and_no_sign(lesson):
    cell = lesson.cell("right")
    cell.look()
    assert Mark.RIGHT.value[0] in cell.outputs().inner_text()
    heard = cell.outputs().aria_snapshot()
    assert "Word." in heard
    assert Mark.RIGHT.value[0] not in heard


def test_a_figure_says_what_it_shows(lesson):
    cell = lesson.cell("figure")
    assert [figure.is_clear() for figure in cell.figures()] == [True]
    image = cell.outputs().locator("img")
    assert image.get_attribute("alt") == "Figure: accuracy of a, b; highest: b."


def test_tensorflows_refusal_is_a_few_lines(lesson):
    lines = lesson.cell("refused").red_text().splitlines()
    assert lines[0].startswith("InvalidArgumentError: ")
    assert lines[-2].strip() == "line 3: tf.matmul([[1]], [1, 2])"
    assert lines[-1].endswith("%tb")
    assert len(lines) < 6
