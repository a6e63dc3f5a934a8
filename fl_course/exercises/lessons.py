"""The exercises of a lesson, as one object with an attribute for each."""

import importlib
import importlib.util
import numbers
from collections.abc import Iterator

from fl_course import catalog
from fl_course.arguments import described
from fl_course.exercises import exercise as _exercise
from fl_course.exercises import progress
from fl_course.localization import say


class Lesson:
    """The exercises of one lesson, each an attribute with the exercise's id.

    Attributes:
        slug: The lesson's name.
    """

    def __init__(self, slug: str, exercises: tuple[_exercise.Exercise, ...]) -> None:
        self.slug = slug
        self._exercises = {exercise.id: exercise for exercise in exercises}

    @property
    def number(self) -> int:
        """The lesson's number in the course."""
        return catalog.numbers()[self.slug]

    def __getattr__(self, name: str) -> _exercise.Exercise:
        exercises = self.__dict__.get("_exercises", {})
        if name in exercises:
            return exercises[name]
        raise AttributeError(
            say(
                "lesson {number} has no exercise {name}; it has: {exercises}.",
                number=catalog.numbers().get(self.__dict__.get("slug")),
                name=repr(name),
                exercises=", ".join(exercises),
            )
        )

    def __iter__(self) -> Iterator[_exercise.Exercise]:
        return iter(self._exercises.values())

    def __dir__(self) -> list[str]:
        return ["number", "slug", *self._exercises]

    def __repr__(self) -> str:
        done = progress.done()
        lines = [f"{'x' if name in done else ' '} {name}" for name in self._exercises]
        return "\n".join([say("Exercises of lesson {number}:", number=self.number), *lines])


def lesson_slugs() -> tuple[str, ...]:
    """The lessons that have exercises, in the order of the course."""
    return tuple(
        slug for slug in catalog.numbers() if importlib.util.find_spec(f"{__package__}.{slug}")
    )


def lesson(name: str | int) -> Lesson:
    """The exercises of a lesson.

    Args:
        name: The lesson's slug, such as "federated_data"; or its number in the course, from 1.

    Raises:
        ValueError: If no such lesson has exercises.
    """
    known = lesson_slugs()
    by_number = {number: slug for slug, number in catalog.numbers().items()}
    whole = isinstance(name, numbers.Integral) and not isinstance(name, bool)
    slug = by_number.get(int(name)) if whole else name
    if not isinstance(slug, str) or slug not in known:
        raise ValueError(
            say(
                "the lesson's name or number is {name}; those with exercises are {known}.",
                name=described(name),
                known=", ".join(f"{catalog.numbers()[slug]} ({slug})" for slug in known),
            )
        )
    module = importlib.import_module(f"{__package__}.{slug}")
    return Lesson(slug, module.EXERCISES)
