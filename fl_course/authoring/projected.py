"""Lessons for the projector: the learner's notebook with the instructor's notes, each folded.

The solved notebook has the notes beside the answers.
"""

import copy
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from fl_course.authoring.files import write_atomically
from fl_course.authoring.notebooks import dumps

FOLDER = "with_notes"
"""The copy's folder, within the learner's own."""

# The builder begins a note with its heading, in bold.
_NOTE = re.compile(r"\A\*\*(?P<heading>[^*\n]+)\*\*\n\n(?P<text>.*)\Z", re.DOTALL)


def write(course: Path, folder: Path) -> None:
    """Writes every lesson in every language that has one.

    Args:
        course: The course's folder, with built notebooks.
        folder: Takes the notebooks, in a folder a language.
    """
    for path in sorted((course / "notebooks").glob("*/*.ipynb")):
        name = path.relative_to(course / "notebooks")
        learner, solved = (
            nbformat.read(course / kind / name, as_version=4) for kind in ("notebooks", "solutions")
        )
        write_atomically(folder / name, dumps(with_notes(learner, solved)))


def with_notes(learner: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """The learner's notebook with the notes of the solved one between its cells.

    Args:
        learner: The learner's notebook.
        solved: The solved one of the same lesson in the same language.
    """
    blank = {cell.id: cell for cell in learner.cells}
    made = copy.deepcopy(learner)
    made.cells = [
        _folded(cell) if cell.metadata.fl_course.kind == "instructor" else blank[cell.id]
        for cell in solved.cells
        if cell.id in blank or cell.metadata.fl_course.kind == "instructor"
    ]
    return made


def _folded(note: NotebookNode) -> NotebookNode:
    note = copy.deepcopy(note)
    if parts := _NOTE.fullmatch(note.source):
        heading, text = parts["heading"], parts["text"]
        note.source = f"<details><summary>{heading}</summary>\n\n{text}\n\n</details>"
    return note
