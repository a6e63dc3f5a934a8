"""Checking, hints and solutions, with an exercise made for the purpose."""

import re
import time

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff
from markdown_it import MarkdownIt

from fl_course import catalog, exercises, runtime
from fl_course.exercises import exercise as module
from fl_course.exercises import feedback, progress
from fl_course.exercises.exercise import (
    NOT_ATTEMPTED,
    OTHER,
    Exercise,
    Mistake,
    Outcome,
    run,
    run_for_effect,
)
from fl_course.localization import say


def judge_scale(answer):
    scaled = np.asarray(run(answer, np.full([2, 3], 255.0)))
    if scaled.shape != (2, 3):
        return Mistake("wrong_shape", shape=list(scaled.shape))
    if scaled.max() > 1:
        return "not_divided"
    return None if np.allclose(scaled, 1) else OTHER


def make(judge=judge_scale, **changes):
    fields = {
        "id": "scale",
        "expects": "a function from pixels to numbers from 0 to 1",
        "judge": judge,
        "reference": lambda: "the reference",
        "hints": ("Look at the largest value.", "Divide by it."),
        "mistakes": {
            "not_divided": "Values go up to 255: they have not been divided.",
            "wrong_shape": "The result has shape {shape}, not that of the input.",
        },
        "right": "Values now go from 0 to 1.",
        **changes,
    }
    return Exercise(**fields)


@pytest.fixture
def shown(monkeypatch):
    texts = []
    monkeypatch.setattr(
        feedback, "show", lambda text, mark=None, /, **about: texts.append((text, mark, about))
    )
    return texts


@pytest.fixture
def file(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))


def right(pixels):
    return pixels / 255


def empty(pixels): ...


def documented(pixels):
    """Scales pixels."""


def passing(pixels):
    pass


def with_a_blank(pixels):
    largest = ...
    return pixels / largest


def returns_a_blank(pixels):
    return ...


def returns_part_of_a_blank(pixels):
    return pixels, ...


def returns_nothing(pixels):
    pixels / 255


def ends(pixels):
    raise SystemExit(3)


def test_a_right_answer_is_given_back_and_recorded(shown, file):
    assert make().check(right) is right
    assert shown == [
        (
            "**Right.** Values now go from 0 to 1.",
            feedback.Mark.RIGHT,
            {"exercise": "scale", "outcome": "right"},
        )
    ]
    assert progress.done() == {"scale"}


def test_a_comma_too_many_is_told():
    verdict = make(lambda answer: OTHER).verdict((right,))
    assert verdict.mistake == "one_tuple"
    assert "of type `function`" in verdict.text
    assert make(lambda answer: None).verdict((right,)).outcome is Outcome.RIGHT
    assert make(lambda answer: "not_divided").verdict((right,)).mistake == "not_divided"


@pytest.mark.parametrize("answer", [right, lambda: 3, len, [].append])
def test_a_function_in_place_of_what_it_gives_is_told(answer):
    assert make(lambda answer: OTHER).verdict(answer).mistake == "not_called"
    wanted = make(lambda answer: OTHER, reference=lambda: right)  # a function
    assert wanted.verdict(answer).mistake == "other"


def test_a_right_answer_is_given_the_form_the_lesson_needs(shown, file):
    assert make(lambda answer: None, adapt=tuple).check([1, 2]) == (1, 2)


@pytest.mark.parametrize("answer", [..., (..., ...), [...], empty, documented, passing])
def test_a_blank_is_not_attempted_and_gives_the_reference(shown, file, answer):
    assert make().check(answer) == "the reference"
    assert shown[0][0].startswith("**Not attempted yet.**\n\nThe notebook goes on with the refer")
    assert "`ex.scale.hint()`" in shown[0][0]
    assert shown[0][2]["outcome"] == "not attempted"
    assert (progress.done(), progress.kept().tried) == (frozenset(), {})


@pytest.mark.parametrize("answer", [None, returns_nothing, ends])
def test_an_answer_that_is_not_right_yet_counts_as_a_try(shown, file, answer):
    make().check(answer)
    make().check(answer)
    assert (progress.done(), progress.kept().tried) == (frozenset(), {"scale": 2})
    make().check(right)
    make().check(answer)
    assert (progress.done(), progress.kept().tried) == ({"scale"}, {"scale": 3})


def test_a_check_without_an_answer_gives_the_reference(shown):
    assert make().check() == "the reference"
    assert shown[0][0].startswith("**No answer was given to this check.**\n\nThe notebook goes on")
    assert shown[0][2]["outcome"] == "not attempted"


@pytest.mark.parametrize("answer", [with_a_blank, returns_a_blank])
def test_a_blank_inside_a_function_is_not_attempted(answer):
    assert make().verdict(answer).outcome is Outcome.NOT_ATTEMPTED


def test_a_judge_may_see_that_an_answer_is_blank():
    assert make(lambda answer: NOT_ATTEMPTED).verdict(3).outcome is Outcome.NOT_ATTEMPTED


@pytest.mark.parametrize("answer", [lambda pixels: 1, lambda pixels: "some text"])
def test_a_function_that_returns_a_constant_is_an_attempt(answer):
    assert make().verdict(answer).outcome is Outcome.NOT_YET


@pytest.mark.parametrize(
    ("answer", "mistake", "words"),
    [
        (lambda pixels: pixels, "not_divided", "Values go up to 255"),
        (lambda pixels: pixels[0] / 255, "wrong_shape", "has shape [3], not"),
        (lambda pixels: pixels / 510, "other", "What is wanted is a function from pixels"),
        (None, "nothing", "nothing was assigned"),
        ((3, ...), "partly_blank", "still `...`"),
        (returns_nothing, "returns_nothing", "`return`"),
        (returns_part_of_a_blank, "returns_blank", "still `...`"),
        (lambda pixels: {"x": ...}, "returns_blank", "still `...`"),
        (3, "not_callable", "of type `int`"),
    ],
)
def test_a_mistake_gets_its_own_sentence(shown, answer, mistake, words):
    exercise = make(reference=lambda: right)
    verdict = exercise.verdict(answer)
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, mistake)
    assert words in verdict.text
    assert exercise.check(answer) is right
    assert shown[0][0].startswith("**Not yet right.** ")


def test_what_our_judge_raises_is_no_error_of_the_learners():
    verdict = make(lambda answer: answer["x"]).verdict(3)
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "other")


def test_the_learners_error_is_told_with_the_learners_lines(shown):
    def careless(pixels):
        largest = pixels.biggest()
        return pixels / largest

    assert make().check(careless) == "the reference"
    text = shown[0][0]
    assert text.startswith("**Your code raised an error.** `AttributeError`: `'numpy.ndarray' obj")
    assert " in careless: largest = pixels.biggest()\n```" in text
    assert "exercise.py" not in text
    assert "function(" not in text


def test_shapes_are_told_with_an_error_that_may_come_from_them(shown):
    def of_one_row(pixels):
        return [round(value / 255) for value in pixels]

    def misspelt(pixels):
        return pixel  # noqa: F821

    make().check(of_one_row)
    assert "The shapes of the arrays in this call: `pixels` [2, 3]." in shown[0][0]
    make().check(misspelt)
    assert "shapes" not in shown[1][0]


@pytest.mark.parametrize("answer", [ends, lambda: 1])
def test_ending_the_program_and_wrong_arguments_are_told(answer):
    assert make().verdict(answer).outcome is Outcome.RAISED


def test_nothing_is_a_fine_result_of_a_function_that_has_an_effect():
    assert run_for_effect(lambda: None) is None


def python_loop(pixels):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            continue


def eager_loop(pixels):
    for _ in tf.data.Dataset.range(3).repeat():
        pass


@tf.function
def _graph_loop():
    total = tf.constant(0, tf.int64)
    for value in tf.data.Dataset.range(3).repeat():
        total += value
    return total


def graph_loop(pixels):
    return _graph_loop()


@tff.tensorflow.computation
def _sum_for_ever():
    return tf.data.Dataset.range(3).repeat().reduce(np.int64(0), lambda a, b: a + b)


def worker_loop(pixels):
    return _sum_for_ever()


@pytest.mark.parametrize("answer", [python_loop, eager_loop, graph_loop, worker_loop])
def test_code_that_never_ends_is_stopped_and_the_engine_still_works(monkeypatch, answer):
    monkeypatch.setattr(module, "SECONDS", 1.0)
    started = time.monotonic()
    verdict = make().verdict(answer)
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "too_long")
    assert "after 1 seconds" in verdict.text
    assert time.monotonic() - started < 20
    three = tff.tensorflow.computation(lambda: tf.constant(3))
    assert three() == 3
    assert runtime.worker_pid()


def test_a_check_that_trains_says_so_before_it_starts(shown):
    texts = []
    make(lambda answer: texts.extend(text for text, *_ in shown), trains=True).check(right)
    assert texts == ["Training to check your answer; this takes a few seconds."]


def test_hints_say_more_and_end(shown):
    exercise = make()
    for _ in range(3):
        exercise.hint()
    assert [text.split("\n")[0] for text, *_ in shown] == [
        "**Hint 1 of 2.** Look at the largest value.",
        "**Hint 2 of 2.** Divide by it.",
        "**Hint 2 of 2.** Divide by it.",
    ]
    assert "`ex.scale.solution()`" in shown[1][0]


def test_the_solution_is_the_solved_cell(shown, monkeypatch):
    entry = catalog.Entry("a_lesson", "A lesson", {"scale": "x = x / 255"})
    monkeypatch.setattr(catalog, "entries", lambda: (entry,))
    make().solution()
    assert shown[0][0] == "```python\nx = x / 255\n```"
    with pytest.raises(KeyError, match="fl-course build"):
        make(id="another").solution()


@pytest.mark.parametrize(
    ("markdown", "wanted"),
    [
        ("**Right.** Of `2**bits` and `a ** b`.", "Right. Of `2**bits` and `a ** b`."),
        ("**No:**\n\n```python\nx**2\n```\n\n**End**", "No:\n\nx**2\n\nEnd"),
        ("a ` alone, **bold**", "a ` alone, bold"),
    ],
)
def test_plain_text_keeps_the_powers_in_code(markdown, wanted):
    assert feedback.plain(markdown) == wanted


def test_each_outcome_has_a_mark_of_its_own(shown, file):
    def raising(pixels):
        raise ValueError

    for answer in (..., np.zeros_like, raising, right):
        make().check(answer)
    make().hint()
    marks = [mark for _, mark, _ in shown]
    assert marks == [
        *(feedback.Mark.NOT_ATTEMPTED, feedback.Mark.NOT_YET, feedback.Mark.RAISED),
        *(feedback.Mark.RIGHT, feedback.Mark.HINT),
    ]
    signs, frames = zip(*(mark.value for mark in feedback.Mark), strict=True)
    assert len(set(signs)) == len(set(frames)) == len(marks)
    assert "color" not in "".join(frames)


@pytest.mark.parametrize("mark", feedback.Mark)
def test_a_mark_is_seen_and_not_heard(mark, monkeypatch, capsys):
    feedback.show("**Word.** A `<div>`.\n\nMore.", mark)
    sign = mark.value[0][0]
    assert capsys.readouterr().out == f"{sign} Word. A `<div>`.\n\nMore.\n"
    shown = []
    monkeypatch.setattr(feedback, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    feedback.show("**Word.** A `<div>`.\n\nMore.", mark)
    markdown = shown[0]["text/markdown"]
    assert feedback.plain(markdown) == shown[0]["text/plain"]
    # Markdown begins again after an empty line, and only there.
    html = MarkdownIt("commonmark").render(markdown)
    assert re.search(rf'<p><span aria-hidden="true" inert>{sign}[^<]*</span> <strong>Word', html)
    assert html.endswith("<p>More.</p>\n</div>")


def test_in_a_terminal_the_text_is_plain(capsys):
    feedback.show("**Right.** See:\n\n```python\nx = 1\n```")
    assert capsys.readouterr().out == "Right. See:\n\nx = 1\n"


@pytest.mark.parametrize("name", [catalog.entries()[0].slug, 1])
def test_a_lesson_offers_its_exercises_by_name(name):
    ex = exercises.lesson(name)
    names = [exercise.id for exercise in ex]
    assert set(names) <= set(dir(ex))
    assert getattr(ex, names[0]).id == names[0]
    assert (ex.number, ex.slug) == (1, catalog.entries()[0].slug)
    assert repr(ex).startswith("Exercises of lesson 1:\n  ")
    with pytest.raises(
        AttributeError, match=f"lesson 1 has no exercise 'nonsense'; it has: {names[0]}"
    ):
        _ = ex.nonsense


@pytest.mark.parametrize("name", [0, 99, "1", True, None, "nonsense", "judging", "progress"])
def test_an_unknown_lesson_is_refused(name):
    known = r"1 \(centralized_training\), 2 \(federated_data\), 3"
    with pytest.raises(
        ValueError, match=rf"the lesson's name or number is .*; those with exercises are {known}"
    ):
        exercises.lesson(name)


def test_a_sentence_names_a_lesson_by_its_number_of_today(monkeypatch):
    order = [catalog.Entry(slug, slug.title(), {}) for slug in ("adding", "printing")]
    monkeypatch.setattr(catalog, "numbers", lambda: {x.slug: n for n, x in enumerate(order, 1)})
    assert say("See lesson {{printing}}, {where}.", where="below") == "See lesson 2, below."
    assert say("See lesson {{printing}}, {{nonsense}}.") == "See lesson 2, {{nonsense}}."
