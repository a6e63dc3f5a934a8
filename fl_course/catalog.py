"""What an installed course knows of itself: its home, its lessons' order, titles and tasks.

`catalog.json` is written by `fl-course build` from `lessons/`, because an installed course has no
`lessons/` beside it.
"""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        questions: Ids of the questions to check oneself with, in their order.
    """

    slug: str
    title: str
    solutions: dict[str, str]
    questions: Sequence[str] = ()


@functools.cache
def _content() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def title() -> str:
    """The course's title in English, or its package's name if the catalog is an older one."""
    return _content().get("title", "fl-course")


def docs(name: str) -> str:
    """The address of a page of `docs/`, which an installed course does not have."""
    content = _content()
    return f"https://github.com/{content['repository']}/blob/{content['branch']}/docs/{name}"


@functools.cache
def entries() -> tuple[Entry, ...]:
    """The lessons in their order."""
    return tuple(Entry(**entry) for entry in _content()["lessons"])


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
