"""Who has solved what, from all the lines so far."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fl_course.exercises.codes import Progress, State
from fl_course.localization import say
from fl_course.room.lines import Line

STUCK = 3
"""Who has tried an exercise that often and not solved it is stuck."""


@dataclass(frozen=True)
class Person:
    """A participant.

    Attributes:
        name: As it is shown.
        states: What became of the exercises that were tried, by id.
        unknown: How many exercises were tried that this course does not have.
        other_course: Whether a line is of a course with other exercises.
        lines: How many lines of different machines were put together.
    """

    name: str
    states: Mapping[str, State]
    unknown: int = 0
    other_course: bool = False
    lines: int = 1

    def is_stuck(self, exercise: str) -> bool:
        """Whether an exercise was tried three times or more, and is not solved."""
        state = self.states.get(exercise)
        return state is not None and not state.solved and state.tries >= STUCK


class Room:
    """The latest line of each progress file; lines with one name are one participant's.

    On Colab each notebook is another machine, with another progress file: so what the lines of one
    name say is put together. A file's line replaces the one before.
    """

    def __init__(self) -> None:
        self._lines: dict[object, Line] = {}
        self._numbers: dict[object, int] = {}  # of those who gave no name
        self._lock = threading.Lock()

    def add(self, lines: Iterable[Line]) -> None:
        """Takes lines in; a later one replaces one of the same file before."""
        with self._lock:
            for line in lines:
                key = _key(line)
                before = self._lines.pop(key, None)
                name = line.name or (before.name if before else "")
                if not name:
                    self._numbers.setdefault(key, len(self._numbers) + 1)
                self._lines[key] = Line(name, line.progress)

    def clear(self) -> None:
        """Forgets everybody."""
        with self._lock:
            self._lines.clear()
            self._numbers.clear()

    def people(self) -> list[Person]:
        """The participants, by name."""
        with self._lock:
            groups: dict[object, list[tuple[object, Line]]] = {}
            for key, line in self._lines.items():
                whose = ("name", line.name.casefold()) if line.name else key
                groups.setdefault(whose, []).append((key, line))
            people = [
                _person(
                    group[-1][1].name
                    or say("Participant {number}", number=self._numbers[group[-1][0]]),
                    [line.progress for _, line in group],
                )
                for group in groups.values()
            ]
        return sorted(people, key=lambda person: (person.name.casefold(), person.name))


def _key(line: Line) -> object:
    progress = line.progress
    if progress.tag:
        return ("file", progress.tag)
    if line.name:
        return ("name", line.name.casefold())
    return ("states", tuple(sorted((key, str(value)) for key, value in progress.states.items())))


def _person(name: str, parts: list[Progress]) -> Person:
    states: dict[str, State] = {}
    for part in parts:
        for exercise, state in part.states.items():
            before = states.get(exercise, State(False, 0))
            states[exercise] = max(before, state, key=lambda one: (one.solved, one.tries))
    return Person(
        name,
        states,
        max(part.unknown for part in parts),
        any(part.other_course for part in parts),
        len(parts),
    )


def solved_by(people: Iterable[Person]) -> Counter[str]:
    """How many have solved each exercise, by id."""
    return Counter(
        exercise for person in people for exercise, state in person.states.items() if state.solved
    )


def stuck_at(people: Iterable[Person], exercise: str) -> list[Person]:
    """Those who are stuck at an exercise."""
    return [person for person in people if person.is_stuck(exercise)]


def notes(people: Iterable[Person]) -> list[str]:
    """What is to be known of some participants, a sentence each."""
    told: list[str] = []
    for person in people:
        if person.lines > 1:
            told.append(
                say(
                    "{name}: lines of {number} machines, put together. If these are two people, "
                    "give them two names.",
                    name=person.name,
                    number=person.lines,
                )
            )
        if person.other_course:
            told.append(
                say(
                    "{name} has a course with other exercises than this one; what both have is "
                    "shown. Exercises tried there that are not here: {number}.",
                    name=person.name,
                    number=person.unknown,
                )
            )
    return told
