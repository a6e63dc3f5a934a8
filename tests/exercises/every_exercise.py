"""What holds for every exercise: the proof that the exercises work.

`conftest.py` makes these the tests of each file of answers, and `exercise` and `case` those of the
file. `right`, `wrong` and their kind are the labels of the case's answers, one after another.
"""

import re

import pytest

from fl_course import catalog
from fl_course.exercises.exercise import Outcome


def test_blank_is_not_attempted(exercise, judge, case):
    def empty(*args, **kwargs): ...

    for blank in (..., (..., ...), empty):
        assert judge(blank).outcome is Outcome.NOT_ATTEMPTED
    assert exercise.verdict(**case.keywords()).outcome is Outcome.NOT_ATTEMPTED


def test_reference_is_right(exercise, judge, case):
    answer = exercise.reference(**case.keywords())
    verdict = judge(answer)
    assert verdict.outcome is Outcome.RIGHT, verdict.text


def test_two_differently_written_answers_are_known(case):
    assert len(case.right) >= 2


def test_right_answer_is_right(judge, case, right):
    verdict = judge(case.right[right]())
    assert verdict.outcome is Outcome.RIGHT, verdict.text


def test_every_catalogued_mistake_has_an_answer_that_makes_it(exercise, case):
    assert len(exercise.mistakes) >= 3
    assert case.mistakes() == set(exercise.mistakes)


def test_mistake_gets_its_own_sentence(judge, case, wrong):
    verdict = judge(case.wrong[wrong]())
    mistake = wrong.partition(":")[0]
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, mistake), verdict.text
    assert not re.search(r"0x[0-9a-f]{5}|object at|\{\w*\}(?!@)", verdict.text), verdict.text


def test_uncatalogued_mistake_is_not_yet_right(exercise, judge, case, other):
    verdict = judge(case.other[other]())
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "other"), verdict.text
    assert exercise.expects in verdict.text


def test_error_is_shown_with_the_learners_lines(judge, case, raises):
    verdict = judge(case.raises[raises]())
    assert verdict.outcome is Outcome.RAISED, verdict.text
    assert "line " in verdict.text
    assert "fl_course/" not in verdict.text


def test_endless_code_is_stopped(judge, case, endless, shortest_limit):
    verdict = judge(case.endless[endless]())
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "too_long"), verdict.text


def raising(*args, **kwargs):
    raise LookupError("nothing here")


def never_done(*args, **kwargs):
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


@pytest.mark.parametrize("odd", ODD)
def test_odd_answers_are_answered(judge, odd, short_limit):
    verdict = judge(ODD[odd])
    assert verdict.outcome in (Outcome.NOT_YET, Outcome.RAISED), verdict.text
    assert judge(ODD[odd]).text == verdict.text


def test_a_function_that_never_ends_is_answered(judge, shortest_limit):
    assert judge(never_done).outcome is Outcome.NOT_YET


def test_powers_stand_in_backquotes(exercise):
    """Elsewhere, Markdown takes the two stars for the beginning of bold words."""
    texts = (exercise.expects, exercise.right, *exercise.hints, *exercise.mistakes.values())
    for text in texts:
        words = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        assert "**" not in re.sub(r"(?<!\w)\*\*\w[^*]*\*\*(?!\w)", "", words), text


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
