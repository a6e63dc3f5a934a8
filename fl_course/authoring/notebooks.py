"""The notebooks of a lesson, without outputs."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import nbformat
import wcwidth
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.script import Cell, cell_id

Variant = Literal["learner", "solved"]

FOLDERS: dict[Variant, str] = {"learner": "notebooks", "solved": "solutions"}
_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
_TAGS = {
    "exercise": ["exercise"],
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
    "setup": "Fetches the course where it isn't there yet, as on Colab, and starts it.",
    "not_fetched": (
        "The course could not be fetched; the lines above say why. Check the connection to the "
        "internet (on Kaggle: Settings > Internet), then run this cell again."
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


def make(
    course: Course,
    lesson: Lesson,
    cells: tuple[Cell, ...],
    language: Speaker,
    variant: Variant,
    released: Sequence[Speaker] = (),
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

    Returns:
        A notebook of format 4.5. Cell ids derive from the lesson's slug and the cell's key. The
        builder's own cells have keys that start with an underscore, which no script can use.
    """
    shown = [cell for cell in cells if variant == "solved" or cell.kind not in _SOLVED_ONLY]
    to_switch = [to for to in released if to.code in lesson.languages]
    built = [
        _cell(lesson, "_header", "text", _header(course, lesson, language, variant, to_switch)),
        _cell(lesson, "_setup", "code", _setup(course, language)),
        *(
            _cell(
                lesson,
                cell.key,
                cell.kind,
                _source(lesson, cell, variant, language),
                **_extra(cell),
            )
            for cell in with_numbers(course, shown, language)
        ),
        _cell(lesson, "_next", "text", _next(course, lesson, language, variant)),
    ]
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


def _source(lesson: Lesson, cell: Cell, variant: Variant, language: Speaker) -> str:
    source = getattr(cell.variants, variant) if cell.is_code else cell.source
    source = language.source_of(lesson, cell, source)
    if cell.kind == "instructor":
        return f"**{_word(language, 'instructor', minutes=cell.minutes)}**\n\n{source}"
    return source


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
    new = new_markdown_cell if kind in ("text", "instructor") else new_code_cell
    metadata: dict[str, object] = {"fl_course": {"key": key, "kind": kind, **extra}}
    if kind in _TAGS:
        metadata["tags"] = _TAGS[kind]
    return new(source=source, id=cell_id(lesson, key), metadata=metadata)


def _colab(course: Course, lesson: Lesson, language: str, variant: Variant) -> str:
    path = path_of(lesson, language, variant).as_posix()
    return (
        f"https://colab.research.google.com/github/{course.repository}/blob/{course.branch}/{path}"
    )


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
    facts.append(f"[![{_word(language, 'colab')}]({_BADGE})]({address})")
    lines = [f"# {lesson.number} · {language.word(lesson.title)}", " · ".join(facts)]
    if len(released) > 1:
        lines.append(" · ".join(_switch(course, lesson, to, language, variant) for to in released))
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


def source_archive(course: Course) -> str:
    """Where the first cell fetches the course from, for pip."""
    return f"https://github.com/{course.repository}/archive/{course.branch}.zip"


def _setup(course: Course, language: Speaker) -> str:
    message = _in_lines(_word(language, "not_fetched"), indent=12)
    speaks = "" if language.code == ENGLISH else f"{json.dumps(language.code)}, "
    return f"""\
# {_word(language, "setup")}
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("fl_course") is None:
    course = "fl-course @ {source_archive(course)}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", course]
    fetched = subprocess.run(pip, stderr=subprocess.PIPE, text=True)
    if fetched.returncode != 0:
        print(fetched.stderr)
        raise RuntimeError(
{message}
        )
    importlib.invalidate_caches()

import fl_course

fl_course.setup({speaks}install=True)"""


def _in_lines(sentence: str, indent: int) -> str:
    """A text as Python's, in lines that fit the page; wide characters take two columns."""
    lines = wcwidth.wrap(sentence, 80)
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
