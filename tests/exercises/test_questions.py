"""Each question of the course, each of its choices, and what else is given for an answer."""

import re

import numpy as np
import pytest

from fl_course import exercises, localization
from fl_course.exercises import feedback, progress
from fl_course.exercises.exercise import Outcome
from fl_course.exercises.questions import LETTERS, Choice, Question, words

ASKED = [
    (slug, question)
    for slug in exercises.lesson_slugs()
    for question in exercises.lesson(slug).questions()
]
EACH_CHOICE = [
    pytest.param(question, letter, choice, id=f"{question.id}-{letter}")
    for _, question in ASKED
    for letter, choice in zip(LETTERS, question.choices, strict=False)
]
QUESTION = Question(
    id="what_leaves",
    text="What leaves a client?",
    choices=(
        Choice("its *images*", "These stay, {so} it is."),
        Choice("its `model_update`", "A difference of parameters.", right=True),
        Choice("nothing, as in lesson {{federated_data}}", "Then nothing would be learned."),
    ),
)


@pytest.mark.parametrize(("question", "letter", "choice"), EACH_CHOICE)
def test_each_choice_gets_its_own_sentence(question, letter, choice):
    for answer in (letter, letter.upper(), f" {letter}) ", choice.text):
        verdict = question.verdict(answer)
        assert verdict.outcome is (Outcome.RIGHT if choice.right else Outcome.NOT_YET)
        assert verdict.mistake == (None if choice.right else letter)
        assert verdict.text.endswith(localization.say(choice.why))


@pytest.mark.parametrize(("question", "letter", "choice"), EACH_CHOICE)
def test_its_words_are_complete(question, letter, choice):
    assert len(choice.why) >= 30
    assert choice.why.rstrip().endswith((".", "?"))
    assert choice.why not in {other.why for other in question.choices if other is not choice}
    # A wrong choice leaves the right one to be found; a word or two may come up by chance.
    right = words(question.choices[LETTERS.index(question.right)].text)
    assert choice.right or len(right) < 20 or right not in words(choice.why)


@pytest.mark.parametrize(("slug", "question"), ASKED, ids=[x.id for _, x in ASKED])
def test_a_lesson_has_its_questions_beside_its_exercises(slug, question):
    lesson = exercises.lesson(slug)
    assert getattr(lesson, question.id) is question
    assert question.id in dir(lesson)
    assert question.id not in [exercise.id for exercise in lesson]


@pytest.fixture
def shown(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    texts = []
    monkeypatch.setattr(
        feedback, "show", lambda text, mark=None, /, **about: texts.append((text, mark, about))
    )
    return texts


def test_the_right_letter_is_recorded_as_an_answer(shown):
    assert QUESTION.check("b") is None
    text = "**Right.** A difference of parameters."
    about = {"question": "what_leaves", "outcome": "right"}
    assert shown == [(text, feedback.Mark.RIGHT, about)]
    assert (progress.done(), progress.answered()) == (frozenset(), {"what_leaves"})


def test_a_wrong_one_gets_its_sentence_and_another_try(shown):
    assert QUESTION.check("a") is None
    ((text, mark, about),) = shown
    assert mark is feedback.Mark.NOT_YET
    assert text.startswith("**Not yet right.** These stay, {so} it is.\n\nChoose again, or see")
    assert about["outcome"] == "not yet right"
    assert not re.search(r"`b`|\bb\.|model_update", text)
    assert progress.answered() == frozenset()


@pytest.mark.parametrize("blank", [..., "", "  "])
def test_a_blank_is_not_attempted(shown, blank):
    QUESTION.check(blank)
    ((text, mark, about),) = shown
    assert mark is feedback.Mark.NOT_ATTEMPTED
    assert text == (
        "**Not attempted yet.** Put the letter of your choice in place of the dots, in quotes."
    )
    assert about["outcome"] == "not attempted"


def test_a_check_without_an_answer_says_so(shown):
    QUESTION.check()
    assert shown[0][0] == "**No answer was given to this check.**"
    assert shown[0][2]["outcome"] == "not attempted"


@pytest.mark.parametrize(
    "answer",
    [
        *("b", "B", " b) ", "(b)", "b.", "'b'", "`b`", "ｂ", np.str_("b"), "**b.**"),
        *("its model_update", "Its `model_update`.", " its  model_update ", "b. its model_update"),
    ],
)
def test_forms_of_the_right_answer(answer):
    assert QUESTION.verdict(answer).outcome is Outcome.RIGHT


def test_the_words_of_a_choice_are_known_in_the_language_that_is_spoken():
    with localization.speaking("ko", {"its `model_update`": "모델 업데이트"}):
        assert QUESTION.verdict("모델 업데이트").outcome is Outcome.RIGHT
        assert QUESTION.verdict("its `model_update`").outcome is Outcome.RIGHT
        assert QUESTION.verdict("모델").mistake == "no_choice"


def test_a_lesson_that_a_choice_names_has_its_number():
    number = exercises.lesson("federated_data").number
    assert QUESTION.verdict(f"nothing, as in lesson {number}").mistake == "c"


@pytest.mark.parametrize("answer", ["d", "e", "bb", "a, b", "images", "?", "\ud800", "x" * 999])
def test_another_text_is_quoted_and_the_letters_are_named(answer):
    verdict = QUESTION.verdict(answer)
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "no_choice")
    assert verdict.text.endswith("One letter is wanted, from `a` to `c`, in quotes.")
    assert len(verdict.text) < 200
    verdict.text.encode()  # as a notebook is sent it


@pytest.mark.parametrize(
    "answer",
    [None, 2, float("nan"), ["b"], ("b",), {"b"}, {"b": 1}, b"b", len, np.arange(3), object()],
)
def test_what_is_no_text_is_told_by_its_type(answer):
    verdict = QUESTION.verdict(answer)
    assert (verdict.outcome, verdict.mistake) == (Outcome.NOT_YET, "no_choice")
    assert f"is of type `{type(answer).__name__}`. One letter is wanted" in verdict.text


def test_there_is_a_solution_and_no_hint(shown):
    QUESTION.hint()
    QUESTION.solution()
    assert shown[0][0].startswith("A question has no hints: give the letter of a choice")
    assert "`ex.what_leaves.solution()`" in shown[0][0]
    assert shown[1] == ("**b.** its `model_update`\n\nA difference of parameters.", None, {})
