"""The room as a CSV file: a row a participant, a column an exercise."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from fl_course.authoring.files import is_anothers, write_atomically
from fl_course.exercises.codes import MOST_TRIES, State, exercise_ids
from fl_course.localization import say
from fl_course.room.people import Person

FIRST = "fl-course participant"
"""Heads the names, and tells a file of ours from others."""

# What a spreadsheet may take for the beginning of a formula; the wide ones where one types those.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


class NotOursError(ValueError):
    """A file lies in the place of the one to write, and something else is in it."""


def make(people: Iterable[Person]) -> bytes:
    """The file, in UTF-8 with the mark by which Excel knows it.

    A cell is "solved 2" for one that was solved in two tries, "tried 3" or empty. 7 means seven or
    more; "solved" alone, that the tries are not known.
    """
    exercises = exercise_ids()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([FIRST, *exercises])
    for person in people:
        states = [_cell(person.states.get(exercise)) for exercise in exercises]
        writer.writerow([_harmless(person.name), *states])
    return text.getvalue().encode("utf-8-sig")


def write(path: Path, people: Iterable[Person]) -> None:
    """Writes the file, in the place of an earlier one or of none.

    Raises:
        NotOursError: If something else lies there.
        OSError: If it can't be written.
    """
    if is_anothers(path, FIRST.encode("utf-8-sig")):
        raise NotOursError(
            say(
                "{path} is there, and no table of the room; it stays as it is. Give another name.",
                path=path,
            )
        )
    write_atomically(path, make(people))


def _cell(state: State | None) -> str:
    if state is None:
        return ""
    tries = min(state.tries, MOST_TRIES)
    return f"{'solved' if state.solved else 'tried'}{f' {tries}' if tries else ''}"


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
