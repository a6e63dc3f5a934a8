"""Questions from their module to the notebooks, and what a build finds wrong with them."""

import json

import pytest

from fl_course.authoring.build import build

FILE = "fl_course/exercises/adding/questions.py"
SOLVED = "solutions/en/01_adding.ipynb"
LEARNERS = "notebooks/en/01_adding.ipynb"
HERE = '\n# %% [markdown] key="questions" kind="questions"\n'
NAMES = ("which_sum", "which_order", "which_sign", "which_zero", "which_carry")


def question(number, name):
    """The text of a question whose right choice is one place further than that before it."""
    choices = "".join(
        f'Choice("{name} choice {place}", "{name} sentence {place}."'
        f"{', right=True' if place == number % 3 else ''}),\n"
        for place in range(3)
    )
    shown_by = '("ex_add", "total 4")' if name == "which_sum" else "None"
    return (
        f'Question(id="{name}", text="{name} as in lesson {{{{printing}}}}?",\n'
        f"choices=({choices}), shown_by={shown_by}),\n"
    )


QUESTIONS = (
    "from fl_course.exercises.questions import Choice, Question\n"
    f"QUESTIONS = ({''.join(question(*numbered) for numbered in enumerate(NAMES))})\n"
)
# A stand-in for what the lesson's exercises are, which the small course's `ex` lacks.
STAND_IN = """
class _Question:
    def __init__(self, name, right):
        self.name, self.right = name, right

    def check(self, answer):
        from IPython.display import display

        outcome = {self.right: "right", ...: "not attempted"}.get(answer, "not yet right")
        about = {"fl_course": {"question": self.name, "outcome": outcome}}
        text = {"text/markdown": f"**{outcome}**", "text/plain": outcome}
        display(text, raw=True, metadata={"text/markdown": about})


for number, name in enumerate({names}):
    setattr(ex, name, _Question(name, "abc"[number % 3]))
"""


@pytest.fixture
def asking(course_dir, executions):
    """The small course with questions to its first lesson."""
    course_dir.write(FILE, QUESTIONS)
    course_dir.write(
        "lessons/adding.py", (course_dir.root / "lessons/adding.py").read_text() + HERE
    )
    init = (course_dir.root / "fl_course/__init__.py").read_text()
    course_dir.write("fl_course/__init__.py", init + STAND_IN.replace("{names}", repr(NAMES)))
    return course_dir


def cells(course_dir, name):
    return json.loads((course_dir.root / name).read_text())["cells"]


def asked(course_dir, name):
    """The cells from the questions' heading on, without what comes after them."""
    found = cells(course_dir, name)
    keys = [cell["metadata"]["fl_course"]["key"] for cell in found]
    return found[keys.index("questions") : keys.index("_next")]


def source(cell):
    return "".join(cell["source"])


def test_a_heading_then_a_text_and_a_cell_for_each_question(asking):
    assert build(asking.root).problems == []
    head, *rest = asked(asking, LEARNERS)
    assert source(head).startswith("## Questions to check yourself\n\n")
    assert len(rest) == 2 * len(NAMES)
    texts, answers = rest[::2], rest[1::2]
    assert source(texts[1]) == (
        "**Question 2 of 5.** which_order as in lesson 2?\n\n"
        "- **a.** which_order choice 0\n"
        "- **b.** which_order choice 1\n"
        "- **c.** which_order choice 2"
    )
    assert source(answers[1]) == "answer = ...\nex.which_order.check(answer)"
    solved = asked(asking, SOLVED)[2::2]
    assert [source(cell).splitlines()[0] for cell in solved] == [
        f'answer = "{letter}"' for letter in "abcab"
    ]
    assert [cell["metadata"]["fl_course"]["question"] for cell in answers] == list(NAMES)
    assert answers[0]["metadata"]["tags"] == ["question"]


def test_a_check_passes_and_the_catalog_has_their_names(asking):
    assert build(asking.root).problems == []
    assert build(asking.root, check=True).problems == []
    catalog = json.loads((asking.root / "fl_course/catalog.json").read_text())
    assert [lesson["questions"] for lesson in catalog["lessons"]] == [list(NAMES), []]
    build(asking.root, ["2"])  # what is said of the other lesson is kept
    assert json.loads((asking.root / "fl_course/catalog.json").read_text()) == catalog


def test_a_place_for_questions_that_are_not_written_yet_is_left_out(asking):
    (asking.root / FILE).unlink()
    assert build(asking.root).problems == []
    keys = [cell["metadata"]["fl_course"]["key"] for cell in cells(asking, LEARNERS)]
    assert keys == ["_header", "_setup", "why", "ex_add", "download", "_next"]


def test_questions_are_translated_and_their_cells_are(asking):
    asking.write("translations/ko/language.toml", 'name = "한국어"\n')
    assert build(asking.root).problems == []
    path = asking.root / "translations/ko/fl_course.po"
    text = path.read_text()
    for english in (
        "which_sum as in lesson {{printing}}?",
        "which_sum choice 0",
        "which_sum sentence 2.",
    ):
        assert f'msgctxt "exercises/adding/which_sum"\nmsgid "{english}"\nmsgstr ""' in text
    for english, korean in (
        ("which_sum as in lesson {{printing}}?", "{{printing}} 강의처럼?"),
        ("which_sum choice 1", "둘째"),
        ("**Question {number} of {count}.** {text}", "**문제 {number}/{count}.** {text}"),
    ):
        text = text.replace(
            f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{korean}"'
        )
    path.write_text(text)
    asking.edit("lessons/course.toml", 'languages = ["en"]', 'languages = ["en", "ko"]')
    asking.write("README.md", "# A course\n\n**English** · [한국어](README.ko.md)\n\nText.\n")
    build(asking.root)
    first, answer = asked(asking, LEARNERS.replace("/en/", "/ko/"))[1:3]
    assert source(first).startswith(
        "**문제 1/5.** 2 강의처럼?\n\n- **a.** which_sum choice 0\n- **b.** 둘째"
    )
    assert source(answer) == "answer = ...\nex.which_sum.check(answer)"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (question(4, "which_carry"), "", "4 questions. Write 5."),
        ('id="which_sum"', 'id="Which sum"', "question 'Which sum': the id is not snake_case."),
        ('id="which_sum"', f'id="which_{"x" * 50}"', "the id has 56 characters. Shorten it by "),
        ("which_sum as in lesson {{printing}}?", " ", "nothing is asked. Write the `text`."),
        (", right=True", "", "0 choices are right. Let exactly one have right=True."),
        ('_sum sentence 1."', '_sum sentence 1.", right=True', "2 choices are right."),
        ("which_sum sentence 2.", " ", "choice 3 has no sentence. Write why it is right or wrong."),
        (
            "which_sum sentence 2.",
            "Answer b is better.",
            "the sentence of choice 3 names a letter.",
        ),
        ("which_sum choice 2", "", "choice 3 is no line of text. Write it in one."),
        ("which_sum choice 2", "Which_sum  `choice 0`", "two choices read the same. Change one."),
        ("which_sum sentence 2", "which_sum sentence 0", "two sentences are the same. Change one."),
        ("QUESTIONS = ", "OTHERS = ", "cannot be loaded: AttributeError: "),
        ("import Choice", "import Choices", "cannot be loaded: ImportError: "),
    ],
)
def test_a_build_refuses_questions_that_are_incomplete(asking, old, new, message):
    asking.edit(FILE, old, new)
    problems = "\n".join(build(asking.root).problems)
    assert f"{FILE}: " in problems
    assert message in problems
    assert not (asking.root / LEARNERS).exists()


def test_two_choices_are_too_few(asking):
    text = QUESTIONS.replace('Choice("which_sum choice 2", "which_sum sentence 2."),\n', "")
    asking.write(FILE, text)
    assert "question 'which_sum': 2 choices. Give 3 or 4." in build(asking.root).problems[0]


def test_a_script_says_where_its_questions_stand(asking):
    asking.edit("lessons/adding.py", HERE, "")
    (problem,) = build(asking.root).problems
    assert problem.startswith(f"{FILE}: lessons/adding.py does not say where its questions stand.")


@pytest.mark.parametrize("taken", ["add_two", "which_order"])
def test_an_id_is_taken_once(asking, taken):
    asking.edit(FILE, 'id="which_sum"', f'id="{taken}"')
    problems = "\n".join(build(asking.root).problems)
    assert f"adding: question {taken!r} has the id of another task, in adding." in problems


def test_no_letter_is_right_too_often(asking):
    text = question(4, "which_carry")
    asking.edit(FILE, text, question(0, "which_carry"))
    problems = build(asking.root).problems
    assert problems[0] == (
        "of 5 questions, 3 have 'a' as the right choice, more than 40%. Put some of their choices "
        "in another order."
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"total 4"', '"total 5"', "the output of cell 'ex_add' does not hold 'total 5'. Correct"),
        ('"ex_add"', '"ex_sub"', "there is no code cell 'ex_sub'. Correct `shown_by`."),
        ('"ex_add"', '"why"', "there is no code cell 'why'. Correct `shown_by`."),
    ],
)
def test_what_a_question_says_is_proved_by_the_cell_that_it_names(asking, old, new, message):
    assert build(asking.root).problems == []
    asking.edit(FILE, old, new)
    for check in (False, True):
        problems = "\n".join(build(asking.root, check=check).problems)
        assert f"lesson adding, question 'which_sum': {message}" in problems


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"abc"[number % 3]', '"z"', "the solution of question 'which_sum' is judged as 'not yet"),
        ('...: "not attempted"', '...: "right"', "the blank of question 'which_sum' is judged as"),
        ('"question": self.name', '"question": ""', "question 'which_sum' gives no answer."),
    ],
)
def test_a_build_refuses_an_answer_that_is_judged_wrongly(asking, old, new, message):
    init = (asking.root / "fl_course/__init__.py").read_text()
    before, mark, after = init.partition("class _Question")
    asking.write("fl_course/__init__.py", before + mark + after.replace(old, new))
    problems = "\n".join(build(asking.root).problems)
    assert f"lesson adding, cell _answer_which_sum: {message}" in problems
