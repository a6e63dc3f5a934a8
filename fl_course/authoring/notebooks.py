"""The notebooks of a lesson, without outputs."""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol

import nbformat
import wcwidth
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.script import CODE_COLUMNS, TEXT_KINDS, Cell, cell_id
from fl_course.exercises.questions import LETTERS, Question

Variant = Literal["learner", "solved"]

FOLDERS: dict[Variant, str] = {"learner": "notebooks", "solved": "solutions"}
_TAGS = {
    "exercise": ["exercise"],
    "answer": ["question"],
    "solution": ["solution"],
    "instructor": ["instructor"],
    # One that fails, for want of a network, does not keep "Run All" from the cells after it.
    "optional": ["optional", "nbval-skip", "raises-exception"],
}
# What the builder itself says, in English.
WORDS = {
    "minutes": "{minutes} minutes",
    "solved": "with solutions",
    "instructor": "For the instructor · {minutes} minutes",
    "colab": "Open in Colab",
    "glossary": "Glossary",
    "stuck": (
        "**If a cell ends in an error:** its last lines say what went wrong. Mend the cell and run "
        "it again. To go on without an answer of yours, take the answer out of the last line's "
        "parentheses, as in `… = ex.….check()`, and run the cell with that line alone: the cells "
        "below then have the reference answer."
    ),
    "setup": "Run this first: it starts the course, fetched where it isn't there yet",
    "not_fetched": (
        "The course could not be fetched; the lines above say why. Check the connection to the "
        "internet (on Kaggle: Settings > Internet), then run this cell again."
    ),
    "questions": "## Questions to check yourself",
    "how_to_answer": (
        "Each question has one right choice. Put its letter in place of the dots, in quotes as in "
        '`answer = "a"`, and run the cell. It says what is right or wrong about your choice, and '
        "you can choose again as often as you like."
    ),
    "question": "**Question {number} of {count}.** {text}",
    "other_bytes": (
        "What was fetched is not version {version} of the course as it was released: its digest is "
        "another. Nothing of it was installed. Run this cell again; if it comes to the same, do "
        "not go on, and tell whoever gave you this notebook."
    ),
    "other_version": (
        "This notebook belongs to version {version} of the course, and another version is "
        "installed here. Open the notebooks of that version, or run this one in an environment of "
        "its own."
    ),
    "next": "**Next lesson:** [{number} · {title}]({file}) ([{colab}]({address}))",
    "next_in_english": (
        "**Next lesson:** [{number} · {title}]({file}) ([{colab}]({address})), in English so far."
    ),
    "in_english": "in English",
    "last": "This is the last lesson of the course.",
    "outdated": "(English until its translation is brought up to date)",
}


class Speaker(Protocol):
    """The language that a notebook is made in; see `fl_course.authoring.languages.Language`."""

    code: str
    name: str

    def word(self, english: str) -> str:
        """What the package says."""

    def source_of(self, lesson: Lesson, cell: Cell, source: str) -> str:
        """A cell's source."""


def path_of(lesson: Lesson, language: str, variant: Variant) -> Path:
    """Where a built notebook lies, relative to the root of the repository."""
    return Path(FOLDERS[variant], language, lesson.notebook_file)


def read_built(root: Path, path: Path) -> NotebookNode:
    """Reads a notebook that was built.

    Args:
        root: Folder of the repository.
        path: Where it lies, as `path_of` says.

    Raises:
        AuthoringError: If it is missing or no notebook.
    """
    try:
        return nbformat.read(root / path, as_version=4)
    except Exception:  # nbformat raises a different one for each way to be broken.
        raise AuthoringError(f"{path} is missing or broken. Run: fl-course build") from None


def make(
    course: Course,
    lesson: Lesson,
    cells: tuple[Cell, ...],
    language: Speaker,
    variant: Variant,
    released: Sequence[Speaker] = (),
    questions: Sequence[Question] = (),
) -> NotebookNode:
    """Builds a notebook of a lesson, without outputs.

    Args:
        course: The course.
        lesson: The lesson to build.
        cells: The cells of its script.
        language: The language to build it in.
        variant: "learner" has blanks, "solved" has solutions and instructors' notes.
        released: The course's languages, to switch at its top between those of the lesson, if
            there are more than one.
        questions: The questions to the lesson, which stand where its script says.

    Returns:
        A notebook of format 4.5. Cell ids derive from the lesson's slug and the cell's key. The
        builder's own cells have keys that start with an underscore, which no script can use.
    """
    shown = [cell for cell in cells if variant == "solved" or cell.kind not in _SOLVED_ONLY]
    to_switch = [to for to in released if to.code in lesson.languages]
    built = [
        _cell(lesson, "_header", "text", _header(course, lesson, language, variant, to_switch)),
        _folded(_cell(lesson, "_setup", "code", _setup(course, language))),
    ]
    for cell in with_numbers(course, shown, language):
        if cell.kind == "questions":
            built += _questions(course, lesson, cell.key, questions, language, variant)
        else:
            source = _source(lesson, cell, variant, language)
            built.append(_cell(lesson, cell.key, cell.kind, source, **_extra(cell)))
    built.append(_cell(lesson, "_next", "text", _next(course, lesson, language, variant)))
    return new_notebook(
        cells=built,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "fl_course": {"lesson": lesson.slug, "language": language.code, "variant": variant},
        },
    )


def with_numbers(course: Course, cells: Iterable[Cell], language: Speaker) -> tuple[Cell, ...]:
    """The cells of a lesson as they stand in a notebook: with numbers of lessons, and links."""
    return tuple(
        dataclasses.replace(cell, source=course.with_numbers(cell.source, language.code))
        for cell in cells
    )


def key_of(cell: NotebookNode) -> str:
    """The key of a notebook's cell, or its id where it has none."""
    return cell.metadata.get("fl_course", {}).get("key", cell.get("id", "(no id)"))


def executed_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that the builder, `fl-course run` and nbval execute, in order."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and "nbval-skip" not in cell.metadata.get("tags", [])
    ]


def dumps(notebook: NotebookNode) -> bytes:
    """A notebook as the bytes of its file: the same notebook always gives the same bytes."""
    nbformat.validate(notebook)
    return (nbformat.writes(notebook) + "\n").encode()


_SOLVED_ONLY = ("solution", "instructor")
_TEXTS = (*TEXT_KINDS, "question")


def _source(lesson: Lesson, cell: Cell, variant: Variant, language: Speaker) -> str:
    source = getattr(cell.variants, variant) if cell.is_code else cell.source
    source = language.source_of(lesson, cell, source)
    if cell.kind == "instructor":
        return f"**{_word(language, 'instructor', minutes=cell.minutes)}**\n\n{source}"
    return source


def _questions(
    course: Course,
    lesson: Lesson,
    key: str,
    questions: Sequence[Question],
    language: Speaker,
    variant: Variant,
) -> Iterator[NotebookNode]:
    """A heading, and for each question a text with its choices and a cell for the answer."""

    def said(english: str) -> str:
        return language.word(course.with_numbers(english, language.code))

    if questions:
        head = f"{_word(language, 'questions')}\n\n{_word(language, 'how_to_answer')}"
        yield _cell(lesson, key, "questions", head)
    for number, question in enumerate(questions, start=1):
        count = len(questions)
        text = _word(language, "question", number=number, count=count, text=said(question.text))
        choices = "\n".join(
            f"- **{letter}.** {said(choice.text)}"
            for letter, choice in zip(LETTERS, question.choices, strict=False)
        )
        about = {"question": question.id}
        key = question_key(question)
        yield _cell(lesson, key, "question", f"{text}\n\n{choices}", **about)
        answer = json.dumps(question.right) if variant == "solved" else "..."
        source = f"answer = {answer}\nex.{question.id}.check(answer)"
        yield _cell(lesson, answer_key(question), "answer", source, **about)


def question_key(question: Question) -> str:
    """Key of the cell that asks a question."""
    return f"_ask_{question.id}"


def answer_key(question: Question) -> str:
    """Key of the cell that takes its answer."""
    return f"_answer_{question.id}"


def _word(language: Speaker, name: str, **values: object) -> str:
    return language.word(WORDS[name]).format(**values)


def _extra(cell: Cell) -> dict[str, object]:
    extra: dict[str, object] = {}
    if cell.exercise:
        extra["exercise"] = cell.exercise
    if cell.result:
        extra["result"] = True
    return extra


def _cell(lesson: Lesson, key: str, kind: str, source: str, **extra: object) -> NotebookNode:
    new = new_markdown_cell if kind in _TEXTS else new_code_cell
    metadata: dict[str, object] = {"fl_course": {"key": key, "kind": kind, **extra}}
    if kind in _TAGS:
        metadata["tags"] = _TAGS[kind]
    return new(source=source, id=cell_id(lesson, key), metadata=metadata)


def _folded(cell: NotebookNode) -> NotebookNode:
    """Hides a cell's code behind its first line, which is a comment that says what the cell does.

    JupyterLab and Notebook read `jupyter`; Colab reads `cellView` and shows what follows `@title`.
    Kaggle and others show the code.
    """
    cell.metadata.update({"cellView": "form", "jupyter": {"source_hidden": True}})
    return cell


def _colab(course: Course, lesson: Lesson, language: str, variant: Variant) -> str:
    return colab_address(course, path_of(lesson, language, variant))


def colab_address(course: Course, path: Path) -> str:
    """Where Colab opens a notebook of the repository.

    Args:
        course: The course.
        path: The notebook, relative to the root of the repository.
    """
    home = f"https://colab.research.google.com/github/{course.repository}"
    return f"{home}/blob/{course.branch}/{path.as_posix()}"


def _header(
    course: Course,
    lesson: Lesson,
    language: Speaker,
    variant: Variant,
    released: Sequence[Speaker],
) -> str:
    facts = [_word(language, "minutes", minutes=lesson.minutes)]
    if variant == "solved":
        facts.append(_word(language, "solved"))
    address = _colab(course, lesson, language.code, variant)
    # A badge is a broken image where there is no network.
    facts.append(f"[{_word(language, 'colab')}]({address})")
    words = f"[{_word(language, 'glossary')}]({glossary_page(language.code).as_posix()})"
    facts.append(course.with_numbers(words, language.code))
    lines = [f"# {lesson.number} · {language.word(lesson.title)}", " · ".join(facts)]
    if len(released) > 1:
        lines.append(" · ".join(_switch(course, lesson, to, language, variant) for to in released))
    if variant == "learner" and lesson.exercises:
        lines.append(_word(language, "stuck"))
    return "\n\n".join(lines)


def _switch(
    course: Course, lesson: Lesson, to: Speaker, language: Speaker, variant: Variant
) -> str:
    """The name of a language, with links to the notebook in it: here, and on Colab."""
    if to.code == language.code:
        return f"**{to.name}**"
    # Colab can't follow a link to a file beside the notebook.
    address = _colab(course, lesson, to.code, variant)
    return f"[{to.name}](../{to.code}/{lesson.notebook_file}) ([Colab]({address}))"


def glossary_page(code: str) -> Path:
    """Where the glossary in a language lies, relative to the root of the repository."""
    return Path("docs", "glossary.md" if code == ENGLISH else f"glossary.{code}.md")


def source_archive(course: Course) -> str:
    """Where the first cell fetches the course from, for pip."""
    return f"https://github.com/{course.repository}/archive/{course.branch}.zip"


def _setup(course: Course, language: Speaker) -> str:
    message = in_lines(_word(language, "not_fetched"), indent=12)
    speaks = "" if language.code == ENGLISH else f"{json.dumps(language.code)}, "
    return f"""\
# @title {_word(language, "setup")}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("fl_course") is None:
    course = "{source_archive(course)}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    pip.append(f"fl-course @ {{course}}")
    fetched = subprocess.run(pip, stderr=subprocess.PIPE, text=True)
    if fetched.returncode != 0:
        print(fetched.stderr)
        raise RuntimeError(
{message}
        )
    importlib.invalidate_caches()

import fl_course

fl_course.setup({speaks}install=True)"""


def in_lines(sentence: str, indent: int) -> str:
    """A text as Python's, in lines that fit the page; wide characters take two columns."""
    lines = wcwidth.wrap(sentence, CODE_COLUMNS - indent - len('" "'))
    joined: list[str] = []
    at = 0
    for line in lines:
        end = sentence.index(line, at) + len(line)
        while end < len(sentence) and sentence[end] == " ":
            end += 1
        joined.append(sentence[at:end])
        at = end
    return "\n".join(f"{' ' * indent}{json.dumps(x, ensure_ascii=False)}" for x in joined)


def _next(course: Course, lesson: Lesson, language: Speaker, variant: Variant) -> str:
    after = course.after(lesson)
    if after is None:
        return _word(language, "last")
    there = language.code in after.languages
    return _word(
        language,
        "next" if there else "next_in_english",
        number=after.number,
        title=language.word(after.title),
        file=after.notebook_file if there else f"../{ENGLISH}/{after.notebook_file}",
        colab=_word(language, "colab"),
        address=_colab(course, after, language.code if there else ENGLISH, variant),
    )
