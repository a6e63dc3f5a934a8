"""What a learner sees of a lesson first, on a projector: 1024 x 768 pixels at 150 %."""

import nbformat
import psutil
import pytest
from playwright.sync_api import expect

from fl_course.authoring.course import read_course
from fl_course.authoring.languages import ENGLISH_ITSELF
from fl_course.authoring.notebooks import make
from fl_course.authoring.projected import with_notes
from fl_course.authoring.script import read_script
from tests.browser.jupyterlab import ROOT
from tests.browser.learner import Lesson

_CUT = "element => element.scrollWidth > element.clientWidth"


@pytest.fixture(scope="module")
def lesson(browser, lab):
    course = read_course(ROOT)
    first = course.lessons[0]
    cells = read_script(ROOT, course, first)[:8]
    learner, solved = (make(course, first, cells, ENGLISH_ITSELF, x) for x in ("learner", "solved"))
    nbformat.write(with_notes(learner, solved), lab.notebooks / "made.ipynb")
    page = browser.new_page(viewport={"width": 683, "height": 512}, device_scale_factor=1.5)
    lesson = Lesson(page, lab, "made.ipynb")
    yield lesson
    lesson.shut_down_kernel()
    page.close()
    psutil.wait_procs(lab.started_by_kernels(), 30)


def test_the_first_cell_is_a_line_that_says_what_it_does(lesson):
    folded = lesson.page.locator(".jp-Placeholder-content").first
    expect(folded).to_contain_text("Run this first: it starts the course")
    assert folded.bounding_box()["height"] < 60
    assert lesson.page.locator(".jp-Notebook-cell").nth(2).is_visible()


def test_the_top_says_how_to_go_on_after_an_error(lesson):
    top = lesson.page.locator(".jp-Notebook-cell").first
    expect(top).to_contain_text("If a cell ends in an error: its last lines say what went wrong.")


def test_notes_are_folded_under_their_minutes(lesson):
    note = lesson.page.locator(".jp-Notebook-cell details").first
    note.scroll_into_view_if_needed()
    text = note.get_by_text("What people get wrong.")
    expect(text).to_be_hidden()
    note.get_by_text("For the instructor").click()
    expect(text).to_be_visible()


def test_nothing_pops_up(lesson):
    assert lesson.page.locator(".Toastify__toast").all_inner_texts() == []


def test_it_can_be_run_and_looked_at_all_the_same(lesson):
    cell = lesson.cell("_setup")
    lesson.page.locator(".jp-Notebook-cell h1").first.click()
    lesson.page.keyboard.press("Shift+Enter")  # So narrow, the toolbar has no room for a button.
    lesson.page.keyboard.press("Control+Enter")
    cell.wait_for_text("data: handwritten digits by 14 writers")
    lesson.page.locator(".jp-Placeholder-content").first.click()
    code = lesson.page.locator(".cm-line").filter(has_text="import importlib.util")
    expect(code).to_be_visible()


def test_no_code_is_cut(lesson):
    code = lesson.page.locator(".jp-CodeCell .cm-scroller").all()
    assert len(code) > 1
    assert not any(lines.evaluate(_CUT) for lines in code)


def test_file_names_have_the_sidebar_for_themselves(lesson):
    names = lesson.page.locator(".jp-DirListing-itemText").all()
    assert len(names) > 8
    cut = [name.inner_text() for name in names if name.evaluate(_CUT)]
    assert cut in ([], ["13_counting_without_looking.ipynb"])  # The sidebar has no setting for it.
