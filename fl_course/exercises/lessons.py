"""The exercises of a lesson, as one object with an attribute for each."""

import importlib
import importlib.util
import numbers
from collections.abc import Collection, Iterable, Iterator

from fl_course import catalog
from fl_course.arguments import described
from fl_course.exercises import exercise as _exercise
from fl_course.exercises import progress, unchecked
from fl_course.exercises.questions import Question
from fl_course.localization import say


class Lesson:
    """The exercises of one lesson, and the questions to it, each an attribute with its id.

    Attributes:
        slug: The lesson's name.
    """

    def __init__(
        self,
        slug: str,
        exercises: tuple[_exercise.Exercise, ...],
        questions: tuple[Question, ...] = (),
    ) -> None:
        self.slug = slug
        self._exercises = {exercise.id: exercise for exercise in exercises}
        self._questions = {question.id: question for question in questions}

    @property
    def number(self) -> int:
        """The lesson's number in the course."""
        return catalog.numbers()[self.slug]

    def __getattr__(self, name: str) -> _exercise.Exercise | Question:
        exercises = self.__dict__.get("_exercises", {}) | self.__dict__.get("_questions", {})
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

    def questions(self) -> Iterator[Question]:
        """The questions to the lesson, in their order."""
        return iter(self._questions.values())

    def __dir__(self) -> list[str]:
        return ["number", "questions", "slug", *self._exercises, *self._questions]

    def __repr__(self) -> str:
        lines = [say("Exercises of lesson {number}:", number=self.number)]
        lines += _marked(self._exercises, progress.done())
        if self._questions:
            lines.append(say("Questions to check yourself:"))
            lines += _marked(self._questions, progress.answered())
        return "\n".join(lines)


def _marked(names: Iterable[str], done: Collection[str]) -> Iterator[str]:
    return (f"{'x' if name in done else ' '} {name}" for name in names)


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
    exercises = importlib.import_module(f"{__package__}.{slug}").EXERCISES
    unchecked.watch(exercise.id for exercise in exercises)
    questions: tuple[Question, ...] = ()
    if importlib.util.find_spec(f"{__package__}.{slug}.questions"):
        questions = importlib.import_module(f"{__package__}.{slug}.questions").QUESTIONS
    return Lesson(slug, exercises, questions)
