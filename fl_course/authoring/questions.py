"""What a build checks of the questions to a lesson."""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import SNAKE_CASE, Lesson
from fl_course.authoring.notebooks import answer_key, key_of
from fl_course.authoring.outputs import first_line
from fl_course.authoring.script import MAX_CELL_ID, Cell, cell_id
from fl_course.exercises.questions import LETTERS, Question, words

COUNT = 5  # to a lesson
_FEWEST_CHOICES = 3
_LARGEST_SHARE = 0.4  # of the right choices in the whole course, at one letter
# The choices may come to stand in another order.
_NAMES_A_LETTER = re.compile(r"(?i)\b(?:answer|choice|option)s? (?:[b-d]|[`\"*]+[a-d])\b")


def read_questions(root: Path, lesson: Lesson, cells: Sequence[Cell]) -> tuple[Question, ...]:
    """Loads the questions to a lesson from the repository, and checks them.

    Args:
        root: Folder of the repository.
        lesson: The lesson.
        cells: The cells of its script.

    Returns:
        The questions in their order; none if the lesson has no module of them yet.

    Raises:
        AuthoringError: If the module can't be loaded, the script does not say where its questions
            stand, or a question is incomplete; one line for each problem.
    """
    path = Path("fl_course", "exercises", lesson.slug, "questions.py")
    if not (root / path).is_file():
        return ()
    try:
        questions = _load(root / path)
        problems = list(_problems(lesson, questions))
    except Exception as error:
        raise AuthoringError(
            f"{path}: cannot be loaded: {type(error).__name__}: {first_line(str(error))}. Correct "
            "it."
        ) from None
    if not any(cell.kind == "questions" for cell in cells):
        problems.append(
            f"{lesson.script} does not say where its questions stand. Put this line before the "
            'cell with what the lesson ends with: # %% [markdown] key="questions" kind="questions"'
        )
    if problems:
        raise AuthoringError("\n".join(f"{path}: {problem}" for problem in problems))
    return questions


def _load(file: Path) -> tuple[Question, ...]:
    """The questions of a file, which need not be that of the installed course."""
    spec = importlib.util.spec_from_file_location(f"_questions_of_{file.parent.name}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return tuple(module.QUESTIONS)


def _problems(lesson: Lesson, questions: Sequence[Question]) -> Iterator[str]:
    if len(questions) != COUNT:
        yield f"{len(questions)} questions. Write {COUNT}."
    for question in questions:
        for problem in _question_problems(lesson, question):
            yield f"question {question.id!r}: {problem}"


def _question_problems(lesson: Lesson, question: Question) -> Iterator[str]:
    if not SNAKE_CASE.fullmatch(question.id):
        yield "the id is not snake_case. Use a-z, 0-9 and single underscores."
    too_many = len(cell_id(lesson, answer_key(question))) - MAX_CELL_ID
    if too_many > 0:
        yield f"the id has {len(question.id)} characters. Shorten it by {too_many}."
    if not question.text.strip():
        yield "nothing is asked. Write the `text`."
    count = len(question.choices)
    if not _FEWEST_CHOICES <= count <= len(LETTERS):
        yield f"{count} choices. Give {_FEWEST_CHOICES} or {len(LETTERS)}."
    right = sum(choice.right for choice in question.choices)
    if right != 1:
        yield f"{right} choices are right. Let exactly one have right=True."
    for place, choice in enumerate(question.choices, start=1):
        if not choice.text.strip() or "\n" in choice.text:
            yield f"choice {place} is no line of text. Write it in one."
        if not choice.why.strip():
            yield f"choice {place} has no sentence. Write why it is right or wrong."
        if _NAMES_A_LETTER.search(choice.why):
            yield f"the sentence of choice {place} names a letter. Name what is chosen instead."
    for what, texts in (
        ("choices read", [words(choice.text) for choice in question.choices]),
        ("sentences are", [words(choice.why) for choice in question.choices]),
    ):
        if len(set(texts)) < len(texts):
            yield f"two {what} the same. Change one."


def course_problems(
    questions: Mapping[Lesson, Sequence[Question]], exercises: Mapping[Lesson, Mapping[str, Any]]
) -> Iterator[str]:
    """What is wrong between the questions of all lessons: ids taken, a letter too often right.

    Args:
        questions: The questions to each lesson.
        exercises: The exercises of each lesson by id, with which questions share their names.
    """
    taken = {name: lesson for lesson, found in exercises.items() for name in found}
    for lesson, asked in questions.items():
        for question in asked:
            if question.id in taken:
                yield (
                    f"{lesson.slug}: question {question.id!r} has the id of another task, in "
                    f"{taken[question.id].slug}. Give it its own."
                )
            taken[question.id] = lesson
    right = Counter(question.right for asked in questions.values() for question in asked)
    for letter, count in sorted(right.items()):
        if count > _LARGEST_SHARE * right.total():
            yield (
                f"of {right.total()} questions, {count} have {letter!r} as the right choice, more "
                f"than {_LARGEST_SHARE:.0%}. Put some of their choices in another order."
            )


def proof_problems(solved: NotebookNode, questions: Sequence[Question]) -> list[str]:
    """Which questions are not proved by the cell that they name.

    Args:
        solved: The lesson's solved notebook in English, with outputs.
        questions: The questions to the lesson.
    """
    shown = {key_of(cell): _shown(cell) for cell in solved.cells if cell.cell_type == "code"}
    problems = []
    for question in questions:
        if question.shown_by is None:
            continue
        key, text = question.shown_by
        where = f"lesson {solved.metadata.fl_course.lesson}, question {question.id!r}: "
        if key not in shown:
            problems.append(f"{where}there is no code cell {key!r}. Correct `shown_by`.")
        elif text not in shown[key]:
            problems.append(
                f"{where}the output of cell {key!r} does not hold {text!r}. Correct `shown_by`, "
                "and the question if what it says does not hold any more."
            )
    return problems


def _shown(cell: NotebookNode) -> str:
    """What a cell's output says: printed lines, texts, and what is in its figures."""
    texts = []
    for output in cell.outputs:
        texts.append(output.get("text", ""))
        texts += [text for mime, text in output.get("data", {}).items() if mime.startswith("text/")]
        texts += [about.get("alt", "") for about in output.get("metadata", {}).values()]
    return "\n".join(texts)
