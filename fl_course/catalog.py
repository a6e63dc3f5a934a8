"""The lessons as an installed course knows them: their order, titles and solved cells.

`catalog.json` is written by `fl-course build` from `lessons/`, because an installed course has no
`lessons/` beside it.
"""

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("catalog.json")
REFERENCE = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
"""How a text names a lesson whose number is to be shown: `lesson {{federated_data}}`."""


@dataclass(frozen=True)
class Entry:
    """A lesson.

    Attributes:
        slug: Its name, which it keeps wherever it stands.
        title: Its title in English.
        solutions: The solved cell of each exercise, by id, in the lesson's order.
    """

    slug: str
    title: str
    solutions: dict[str, str]


@functools.cache
def entries() -> tuple[Entry, ...]:
    """The lessons in their order."""
    return tuple(Entry(**entry) for entry in json.loads(FILE.read_text(encoding="utf-8")))


@functools.cache
def numbers() -> dict[str, int]:
    """The lessons' numbers, which are their positions from 1, by slug."""
    return {entry.slug: number for number, entry in enumerate(entries(), start=1)}


def numbered(text: str) -> str:
    """A text with the numbers of the lessons that it names; what is no lesson stays."""
    return REFERENCE.sub(lambda match: str(numbers().get(match[1], match[0])), text)


def solution(exercise: str) -> str:
    """The solved cell of an exercise.

    Raises:
        KeyError: If the catalog lacks the exercise, which a build would have mended.
    """
    for entry in entries():
        if exercise in entry.solutions:
            return entry.solutions[exercise]
    raise KeyError(f"{FILE.name} has no exercise {exercise!r}. Run: fl-course build")
