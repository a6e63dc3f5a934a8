"""What holds for every exercise: the proof that the exercises work."""

import importlib
import re

import pytest

from fl_course import exercises
from fl_course.exercises import catalog
from fl_course.exercises import exercise as module
from fl_course.exercises.exercise import Outcome

EXERCISES = {
    exercise.id: exercise
    for number in exercises.lesson_numbers()
    for exercise in exercises.lesson(number)
}
CASES = {
    name: case
    for number in exercises.lesson_numbers()
    for name, case in importlib.import_module(f"tests.exercises.answers_{number}").CASES.items()
}
each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def answers(kind):
    """Every answer of a kind, as parameters of a test."""
    found = [(name, label) for name, case in CASES.items() for label in getattr(case, kind)]
    ids = [f"{name}-{label}" for name, label in found]
    return pytest.mark.parametrize(("name", "label"), found, ids=ids)


def judge(name, answer):
    return EXERCISES[name].verdict(answer, **CASES[name].keywords())


def test_every_exercise_has_cases_and_the_other_way_round():
    assert set(CASES) == set(EXERCISES)


def test_ids_are_unique_over_the_course():
    count = sum(len(tuple(exercises.lesson(n))) for n in exercises.lesson_numbers())
    assert len(EXERCISES) == count


def test_there_are_enough_exercises_in_every_lesson():
    assert len(EXERCISES) >= 24
    assert all(len(tuple(exercises.lesson(n))) >= 3 for n in exercises.lesson_numbers())


@each_exercise
def test_blank_is_not_attempted(exercise):
    def empty(*args, **kwargs): ...

    for blank in (..., (..., ...), empty):
        assert judge(exercise.id, blank).outcome is Outcome.NOT_ATTEMPTED
    assert exercise.verdict(**CASES[exercise.id].keywords()).outcome is Outcome.NOT_ATTEMPTED


@each_exercise
def test_reference_is_right(exercise):
    answer = exercise.reference(**CASES[exercise.id].keywords())
    verdict = judge(exercise.id, answer)
    assert verdict.outcome is Outcome.RIGHT, verdict.text


@each_exercise
def test_two_differently_written_answers_are_known(exercise):
    assert len(CASES[exercise.id].right) >= 2


@answers("right")
def test_right_answer_is_right(name, label):
    verdict = judge(name, CASES[name].right[label]())
    assert verdict.outcome is Outcome.RIGHT, verdict.text


@each_exercise
def test_every_catalogued_mistake_has_an_answer_that_makes_it(exercise):
    assert len(exercise.mistakes) >= 3
    assert set(CASES[exercise.id].wrong) == set(exercise.mistakes)


@answers("wrong")
def test_mistake_gets_its_own_sentence(name, label):
    verdict = judge(name, CASES[name].wrong[label]())
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, label), verdict.text
    assert not re.search(r"0x[0-9a-f]{5}|object at|\{\w*\}(?!@)", verdict.text), verdict.text


@answers("other")
def test_uncatalogued_mistake_is_not_yet_right(name, label):
    verdict = judge(name, CASES[name].other[label]())
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "other"), verdict.text
    assert EXERCISES[name].expects in verdict.text


@answers("raises")
def test_error_is_shown_with_the_learners_lines(name, label):
    verdict = judge(name, CASES[name].raises[label]())
    assert verdict.outcome is Outcome.RAISED, verdict.text
    assert "line " in verdict.text
    assert "fl_course/" not in verdict.text


@answers("endless")
def test_endless_code_is_stopped(name, label, short_limit):
    verdict = judge(name, CASES[name].endless[label]())
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "too_long"), verdict.text


def raising(*args, **kwargs):
    raise LookupError("nothing here")


def endless(*args, **kwargs):
    while True:
        pass


ODD = {
    "text": "forty-two",
    "number": 42,
    "not a number": float("nan"),
    "empty list": [],
    "nested": [[[]], {}],
    "dictionary": {"a": 1},
    "object": object(),
    "type": dict,
    "identity": lambda *args, **kwargs: args[0] if args else 0,
    "raising": raising,
}


@each_exercise
@pytest.mark.parametrize("odd", ODD)
def test_odd_answers_are_answered(exercise, odd, short_limit):
    verdict = judge(exercise.id, ODD[odd])
    assert verdict.outcome in (Outcome.NOT_YET, Outcome.RAISED), verdict.text
    assert judge(exercise.id, ODD[odd]).text == verdict.text


@each_exercise
def test_a_function_that_never_ends_is_answered(exercise, short_limit):
    assert judge(exercise.id, endless).outcome is Outcome.NOT_YET


@each_exercise
def test_words_are_complete(exercise):
    solution = re.sub(r"\s", "", catalog.solution(exercise.id))
    assert len(exercise.hints) >= 2
    assert len(set(exercise.hints)) == len(exercise.hints)
    for text in (*exercise.hints, *exercise.mistakes.values()):
        assert len(text) >= 30, text
        assert text.rstrip().endswith((".", "?", ":", "`", "```")), text
        assert solution not in re.sub(r"\s", "", text), text
    assert len(set(exercise.mistakes.values())) == len(exercise.mistakes)
    assert exercise.right.endswith(".")
    assert not exercise.expects.endswith(".")


@pytest.fixture
def short_limit(monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 1.0)
    monkeypatch.setattr(module, "TRAINING_SECONDS", 1.0)
