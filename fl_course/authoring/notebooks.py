"""The notebooks of a lesson, without outputs."""

import json
import textwrap
from pathlib import Path
from typing import Literal

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Course, Lesson
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
# What the builder itself says, by language.
_WORDS = {
    "en": {
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
        "last": "This is the last lesson of the course.",
    }
}


def path_of(lesson: Lesson, language: str, variant: Variant) -> Path:
    """Where a built notebook lies, relative to the root of the repository."""
    return Path(FOLDERS[variant], language, lesson.notebook_file)


def make(
    course: Course, lesson: Lesson, cells: tuple[Cell, ...], language: str, variant: Variant
) -> NotebookNode:
    """Builds a notebook of a lesson, without outputs.

    Args:
        course: The course.
        lesson: The lesson to build.
        cells: The cells of its script.
        language: One of the course's languages.
        variant: "learner" has blanks, "solved" has solutions and instructors' notes.

    Returns:
        A notebook of format 4.5. Cell ids derive from the lesson's slug and the cell's key. The
        builder's own cells have keys that start with an underscore, which no script can use.

    Raises:
        AuthoringError: If the builder has no words in `language`.
    """
    if language not in _WORDS:
        raise AuthoringError(
            f"language {language!r} has no text yet. Use one of: {', '.join(_WORDS)}, or take it "
            "out of `languages` in lessons/course.toml."
        )
    words = _WORDS[language]
    shown = [cell for cell in cells if variant == "solved" or cell.kind not in _SOLVED_ONLY]
    built = [
        _cell(lesson, "_header", "text", _header(course, lesson, language, variant, words)),
        _cell(lesson, "_setup", "code", _setup(course, words)),
        *(
            _cell(lesson, cell.key, cell.kind, _source(cell, variant, words), **_extra(cell))
            for cell in shown
        ),
        _cell(lesson, "_next", "text", _next(course, lesson, language, variant, words)),
    ]
    return new_notebook(
        cells=built,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "fl_course": {"lesson": lesson.slug, "language": language, "variant": variant},
        },
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


def _source(cell: Cell, variant: Variant, words: dict[str, str]) -> str:
    if cell.kind == "instructor":
        return f"**{words['instructor'].format(minutes=cell.minutes)}**\n\n{cell.source}"
    if not cell.is_code:
        return cell.source
    return getattr(cell.variants, variant)


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
    course: Course, lesson: Lesson, language: str, variant: Variant, words: dict[str, str]
) -> str:
    facts = [words["minutes"].format(minutes=lesson.minutes)]
    if variant == "solved":
        facts.append(words["solved"])
    facts.append(f"[![{words['colab']}]({_BADGE})]({_colab(course, lesson, language, variant)})")
    return f"# {lesson.number} · {lesson.title}\n\n{' · '.join(facts)}"


def source_archive(course: Course) -> str:
    """Where the first cell fetches the course from, for pip."""
    return f"https://github.com/{course.repository}/archive/{course.branch}.zip"


def _setup(course: Course, words: dict[str, str]) -> str:
    told = textwrap.wrap(words["not_fetched"], 80, drop_whitespace=False)
    message = "\n".join(f"            {json.dumps(line, ensure_ascii=False)}" for line in told)
    return f"""\
# {words["setup"]}
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

fl_course.setup(install=True)"""


def _next(
    course: Course, lesson: Lesson, language: str, variant: Variant, words: dict[str, str]
) -> str:
    after = course.after(lesson)
    if after is None:
        return words["last"]
    return words["next"].format(
        number=after.number,
        title=after.title,
        file=after.notebook_file,
        colab=words["colab"],
        address=_colab(course, after, language, variant),
    )
