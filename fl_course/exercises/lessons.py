"""The exercises of a lesson, as one object with an attribute for each."""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterator

from fl_course.exercises import exercise as _exercise
from fl_course.exercises import progress
from fl_course.localization import say


class Lesson:
    """The exercises of one lesson, each an attribute with the exercise's id.

    Attributes:
        number: The lesson's number.
    """

    def __init__(self, number: int, exercises: tuple[_exercise.Exercise, ...]) -> None:
        self.number = number
        self._exercises = {exercise.id: exercise for exercise in exercises}

    def __getattr__(self, name: str) -> _exercise.Exercise:
        exercises = self.__dict__.get("_exercises", {})
        if name in exercises:
            return exercises[name]
        raise AttributeError(
            say(
                "lesson {number} has no exercise {name}; it has: {exercises}.",
                number=self.__dict__.get("number"),
                name=repr(name),
                exercises=", ".join(exercises),
            )
        )

    def __iter__(self) -> Iterator[_exercise.Exercise]:
        return iter(self._exercises.values())

    def __dir__(self) -> list[str]:
        return ["number", *self._exercises]

    def __repr__(self) -> str:
        done = progress.done()
        lines = [f"{'x' if name in done else ' '} {name}" for name in self._exercises]
        return "\n".join([say("Exercises of lesson {number}:", number=self.number), *lines])


def lesson_numbers() -> tuple[int, ...]:
    """The numbers of the lessons that have exercises, ascending."""
    modules = pkgutil.iter_modules(importlib.import_module(__package__).__path__)
    found = (re.fullmatch(r"lesson_(\d+)", module.name) for module in modules)
    return tuple(sorted(int(match[1]) for match in found if match))


def lesson(number: int) -> Lesson:
    """The exercises of a lesson.

    Args:
        number: The lesson's number, from 1.

    Raises:
        ValueError: If no lesson with this number has exercises.
    """
    if isinstance(number, bool) or number not in lesson_numbers():
        known = ", ".join(map(str, lesson_numbers()))
        raise ValueError(
            say(
                "number is {number}; the lessons with exercises are {known}.",
                number=repr(number),
                known=known,
            )
        )
    module = importlib.import_module(f"{__package__}.lesson_{number}")
    return Lesson(number, module.EXERCISES)
