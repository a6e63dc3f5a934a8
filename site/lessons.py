"""A lesson's page: the solved notebook, with the learner's cells where the exercises are."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import links
import nbformat
from edition import ROOT, Edition
from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from fl_course import localization
from fl_course.authoring.course import Lesson
from fl_course.authoring.exercises import read_exercises
from fl_course.authoring.notebooks import Variant, key_of, path_of
from fl_course.authoring.questions import read_questions
from fl_course.authoring.script import read_script
from fl_course.exercises.exercise import MARKS, Exercise, Verdict
from fl_course.exercises.questions import LETTERS, Question
from fl_course.localization import say

_MARKDOWN = MarkdownIt()
_COLAB = re.compile(r"(\[[^\]]*\]\(https://colab[^)]*\))")


def write(edition: Edition, lesson: Lesson, folder: Path) -> None:
    """Lays out a lesson's page for Sphinx."""
    exercises = read_exercises(ROOT, lesson)
    cells_of_script = read_script(ROOT, edition.course, lesson)
    questions = {x.id: x for x in read_questions(ROOT, lesson, cells_of_script)}
    solved, learner = (read(edition, lesson, variant) for variant in ("solved", "learner"))
    before = {cell.id: cell for cell in learner.cells}
    cells: list[NotebookNode] = []
    with localization.speaking(edition.code):
        for cell in solved.cells:
            kind = cell.metadata.fl_course.kind
            if cell.id.endswith("-_header"):
                cells.append(_header(edition, lesson, before[cell.id]))
            elif cell.id.endswith("-_next"):
                cells.append(_text(edition, before[cell.id]))
            elif kind == "exercise":
                exercise = exercises[cell.metadata.fl_course.exercise]
                cells += _exercise(edition, before[cell.id], cell, exercise)
            elif kind == "questions":
                # Below the heading it says how to answer in a notebook.
                cell.source = cell.source.partition("\n\n")[0]
                cells.append(_text(edition, cell, key=anchor(lesson, cell)))
            elif kind == "question":
                cells.append(_question(edition, cell, questions[cell.metadata.fl_course.question]))
            elif kind == "answer":
                continue  # The question's own form takes it.
            elif cell.cell_type == "code":
                cells.append(_code(edition, cell, setup=cell.id.endswith("-_setup")))
            else:
                cells.append(_text(edition, cell, key=anchor(lesson, cell)))
    notebook = new_notebook(cells=cells, metadata=solved.metadata)
    nbformat.write(notebook, folder / f"{lesson.slug}.ipynb")


def read(edition: Edition, lesson: Lesson, variant: Variant) -> NotebookNode:
    """A lesson's notebook in the language, as it is built."""
    path = path_of(lesson, edition.code, variant)
    if not (ROOT / path).is_file():
        raise FileNotFoundError(f"{path} is missing. Run: make build")
    return nbformat.read(ROOT / path, as_version=4)


def anchor(lesson: Lesson, cell: NotebookNode) -> str:
    """The name of a cell's place on the lesson's page."""
    return f"{lesson.slug}-cell-{key_of(cell)}".replace("_", "-")


def _header(edition: Edition, lesson: Lesson, cell: NotebookNode) -> NotebookNode:
    """The title and the line with the minutes; the site has a switcher of its own, and slides."""
    title, facts = cell.source.split("\n\n")[:2]
    facts = _COLAB.sub(r"\1{.colab}", links.in_site(edition, facts))
    facts += f" · [{edition.word('slides')}](deck:{lesson.slug})"
    return new_markdown_cell(f"{title}\n\n{facts}", id=cell.id)


def _text(edition: Edition, cell: NotebookNode, key: str = "") -> NotebookNode:
    source = links.in_site(edition, cell.source)
    if cell.metadata.fl_course.kind == "instructor":
        source = f"::::::{{container}} instructor\n{source}\n::::::"
    elif key:
        source = "\n".join(_with_anchors(source, key))
    return new_markdown_cell(source, id=cell.id)


def _with_anchors(source: str, key: str) -> Iterator[str]:
    """The text with a place at its top, and one at each further heading."""
    yield f"({key})="
    headings = [
        token.map[0]
        for token in _MARKDOWN.parse(source)
        if token.type == "heading_open" and token.map and token.map[0]
    ]
    for at, line in enumerate(source.split("\n")):
        if at in headings:
            yield f"({key}-{headings.index(at) + 2})="
        yield line


def _code(edition: Edition, cell: NotebookNode, *, setup: bool) -> NotebookNode:
    tags = list(cell.metadata.get("tags", []))
    shown: dict[str, str] = {}
    pictures = (output.get("metadata", {}).get("image/png") for output in cell.outputs)
    alts = [picture["alt"] for picture in pictures if picture]
    if setup:
        tags.append("hide-cell")
        shown["code_prompt_show"] = shown["code_prompt_hide"] = edition.word("setup")
    cell.metadata = {"tags": tags, "mystnb": shown, "alts": alts}
    return cell


def _exercise(
    edition: Edition, blank: NotebookNode, solved: NotebookNode, exercise: Exercise
) -> Iterator[NotebookNode]:
    """The cell with its blank, and below it the hints and the solution, folded."""
    blank.metadata = {"tags": ["exercise"]}
    blank.outputs = []
    yield blank
    folded = []
    for number, hint in enumerate(exercise.hints, start=1):
        title = say("**Hint {number} of {count}.**", number=number, count=len(exercise.hints))
        folded.append(_folded(title.strip("*.。"), say(hint), "hint"))
    feedback = [
        output.data["text/markdown"] for output in solved.outputs if "text/markdown" in output.data
    ]
    # The notebook's blank lines are those of the markers, which are gone.
    source = re.sub(r"\n{4,}", "\n\n\n", solved.source.strip())
    solution = "\n\n".join([f"````python\n{source}\n````", *feedback])
    folded.append(_folded(edition.word("solution"), solution, "solution"))
    yield new_markdown_cell("\n\n".join(folded), id=f"{solved.id[:55]}-folded")


def _question(edition: Edition, cell: NotebookNode, question: Question) -> NotebookNode:
    """The question, and what is said to each choice, folded; a script makes a form of both."""
    said = "\n".join(
        f"- **{letter}.** {_said(question.verdict(letter))}"
        for letter in LETTERS[: len(question.choices)]
    )
    words = {"check": edition.word("check"), "choose": edition.word("choose")}
    data = " ".join(f'data-{name}="{html.escape(word)}"' for name, word in words.items())
    parts = [
        f'<div class="question" {data}>',
        links.in_site(edition, cell.source),
        _folded(edition.word("answers"), said, "answers"),
        "</div>",
    ]
    return new_markdown_cell("\n\n".join(parts), id=cell.id)


def _said(verdict: Verdict) -> str:
    """What is said to a choice, with its sign, as it stands in a list's item."""
    sign, _ = MARKS[verdict.outcome].value
    text = verdict.text.replace("\n", "\n  ")
    return f'<span aria-hidden="true">{sign}</span> {text}'


def _folded(title: str, markdown: str, name: str) -> str:
    return f":::::{{dropdown}} {title}\n:class-container: {name}\n\n{markdown}\n:::::"
