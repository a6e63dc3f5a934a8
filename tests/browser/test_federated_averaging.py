"""Lesson 3 as a learner meets it: rounds on the worker, progress bars, TensorBoard."""

import io
import re
import time

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from fl_course import exercises
from tests.browser.jupyterlab import ROOT
from tests.browser.learner import as_shown, keys_with_figures

# The first test of a file runs the lesson.
pytestmark = pytest.mark.timeout(900)

MANY_ROUNDS = "training.train(functional_process, lambda round_num: cohort, 1000)"
ROUNDS_ARE_RUNNING = re.compile(r"[1-9]\d*/1000")  # in the progress bar
TRAINING_CELL = "fresh_cohorts"
DEATH_IS_TOLD_WITHIN = 30.0  # seconds


def test_every_cell_has_run_and_nothing_is_red(lesson):
    assert not lesson.keys_not_run()
    assert not lesson.red_texts()


def test_figures_are_seen(lesson):
    solved = nbformat.read(ROOT / "solutions" / "en" / lesson.name, as_version=4)
    seen = lesson.figures()
    assert list(seen) == keys_with_figures(solved)
    assert all(figure.is_clear() for figures in seen.values() for figure in figures), seen


def test_an_exercise_answered_wrong_and_then_right(lesson):
    exercise = exercises.lesson("federated_averaging").averaging_process
    cell = lesson.cell("ex_averaging_process")
    assert cell.heading() == "Not attempted yet."

    answer = (
        "averaging_process = tff.learning.algorithms.build_weighted_fed_avg(model_fn, "
        "tff.learning.optimizers.build_sgdm({}), tff.learning.optimizers.build_sgdm({}))"
    )
    cell.replace_line("averaging_process = ...", answer.format(1.0, 0.02))
    cell.run()
    assert cell.heading() == "Not yet right."
    assert as_shown(exercise.mistakes["swapped_rates"]) in cell.text()

    cell.replace_line(answer.format(1.0, 0.02), answer.format(0.02, 1.0))
    cell.run()
    assert cell.heading() == "Right."
    assert as_shown(exercise.right) in cell.text()
    assert not cell.red_text()


def test_tensorboard_shows_the_curves(lesson):
    result = re.search(r"10 rounds: (\d+) %", lesson.cell("result").text())
    page = lesson.cell("open_tensorboard").frame()
    for run in ("train", "evaluation"):
        expect(page.locator("runs-table").get_by_text(run, exact=True)).to_be_visible()
    card = page.locator("scalar-card", has_text="sparse_categorical_accuracy")
    card.scroll_into_view_if_needed()
    row = card.locator("tb-data-table-content-row", has_text="evaluation")
    expect(row).to_be_visible()
    *_, value, step, _ = row.locator("tb-data-table-content-cell").all_inner_texts()
    assert (round(100 * float(value)), int(step)) == (int(result[1]), 10)
    chart = Image.open(io.BytesIO(card.locator("line-chart").screenshot())).convert("HSV")
    saturation = np.asarray(chart)[:, :, 1]
    assert np.sum(saturation > 100) > 200, "the chart has axes, but no coloured lines"


def test_the_stop_button_leaves_an_engine_that_works(lesson):
    said_before = lesson.cell(TRAINING_CELL).last_line()
    training = lesson.add_cell(MANY_ROUNDS)
    training.start()
    training.wait_for_text(ROUNDS_ARE_RUNNING)
    lesson.press_stop()
    assert training.red_text().strip().endswith("KeyboardInterrupt:")

    cell = lesson.cell(TRAINING_CELL)
    cell.run()
    assert cell.last_line() == said_before
    assert not cell.red_text()


def test_a_worker_that_dies_is_told_and_replaced(lesson, lab):
    said_before = lesson.cell(TRAINING_CELL).last_line()
    training = lesson.add_cell(MANY_ROUNDS)
    training.start()
    training.wait_for_text(ROUNDS_ARE_RUNNING)
    (worker,) = lab.workers()
    with lesson.waiting():
        killed = time.monotonic()
        worker.kill()
        training.wait_for_text("WorkerError")
        seconds = time.monotonic() - killed
    assert seconds < DEATH_IS_TOLD_WITHIN
    told, *_, own_line = training.red_text().strip().splitlines()
    assert told.startswith("WorkerError: TFF's worker process")
    assert "run this cell again" in told.lower()
    assert MANY_ROUNDS in own_line

    cell = lesson.cell(TRAINING_CELL)
    cell.run()
    assert cell.last_line() == said_before
    assert not cell.red_text()
    (replacement,) = lab.workers()
    assert replacement.pid != worker.pid
