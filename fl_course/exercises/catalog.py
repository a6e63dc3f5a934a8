"""What the exercises need of the lessons: titles and solved cells.

`catalog.json` is written by `fl-course build` from the lesson scripts, because an installed course
has no scripts beside it.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("catalog.json")


@dataclass(frozen=True)
class Entry:
    """A lesson as its exercises see it.

    Attributes:
        number: The lesson's number.
        title: Its title in English.
        solutions: The solved cell of each exercise, by id, in the lesson's order.
    """

    number: int
    title: str
    solutions: dict[str, str]


@functools.cache
def entries() -> tuple[Entry, ...]:
    """The lessons by ascending number."""
    return tuple(Entry(**entry) for entry in json.loads(FILE.read_text(encoding="utf-8")))


def solution(exercise: str) -> str:
    """The solved cell of an exercise.

    Raises:
        KeyError: If the catalogue lacks the exercise, which a build would have mended.
    """
    for entry in entries():
        if exercise in entry.solutions:
            return entry.solutions[exercise]
    raise KeyError(f"{FILE.name} has no exercise {exercise!r}. Run: fl-course build")
