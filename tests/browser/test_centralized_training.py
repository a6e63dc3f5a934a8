"""Lesson 1 as a learner without a network meets it."""

import nbformat
import pytest

from fl_course import exercises
from tests.browser.jupyterlab import ROOT
from tests.browser.learner import as_shown, keys_with_figures

# The first test of a file runs the lesson.
pytestmark = pytest.mark.timeout(900)

NEEDS_THE_NETWORK = "mnist"


def test_every_cell_has_run_and_nothing_is_red(lesson):
    assert not lesson.keys_not_run()
    red = lesson.red_texts()
    assert set(red) <= {NEEDS_THE_NETWORK}, red


def test_figures_are_seen(lesson):
    solved = nbformat.read(ROOT / "solutions" / "en" / lesson.name, as_version=4)
    seen = lesson.figures()
    assert list(seen) == keys_with_figures(solved)
    assert all(figure.is_clear() for figures in seen.values() for figure in figures), seen


def test_an_exercise_answered_wrong_and_then_right(lesson):
    exercise = exercises.lesson("centralized_training").reshape_and_scale
    cell = lesson.cell("ex_rows")
    assert cell.heading() == "Not attempted yet."

    undivided = "{0} = {1}.reshape(len({1}), 784).astype(np.float32)"
    names = (("x_train", "train_scans"), ("x_test", "test_scans"))
    for name, scans in names:
        cell.replace_line(f"{name} = ...", undivided.format(name, scans))
    cell.run()
    assert cell.heading() == "Not yet right."
    told = exercise.mistakes["not_divided"].format(name="x_train", high=255)
    assert as_shown(told) in cell.text()

    for name, scans in names:
        divided = f"{name} = ({scans}.reshape(len({scans}), 784) / 255).astype(np.float32)"
        cell.replace_line(undivided.format(name, scans), divided)
    cell.run()
    assert cell.heading() == "Right."
    assert as_shown(exercise.right) in cell.text()
    assert not cell.red_text()


def test_the_stop_button_leaves_an_engine_that_works(lesson):
    endless = lesson.add_cell("while True:\nprint(greeting().decode())")
    endless.start()
    endless.wait_for_text("Hello from the worker")
    lesson.press_stop()
    assert endless.red_text().strip().endswith("KeyboardInterrupt:")

    cell = lesson.cell("call_greeting")
    cell.run()
    assert cell.text().split("\n")[:2] == ["Hello from the worker"] * 2
    assert not cell.red_text()
