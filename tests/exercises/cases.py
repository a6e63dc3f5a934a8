"""Answers to an exercise, right and wrong, as learners write them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Answers = Mapping[str, Callable[[], Any]]
KINDS = ("right", "wrong", "other", "raises", "endless")
"""What answers a case has."""


@dataclass(frozen=True)
class Case:
    """The answers to one exercise; each is a function without arguments that makes the answer.

    Attributes:
        right: Right answers, written differently from each other and from the reference.
        wrong: One answer or more for every name in the exercise's `mistakes`, under that name; a
            further one under the name, a colon and what is special in it.
        other: Answers that are wrong in ways that the catalogue does not know.
        raises: Answers whose code raises when the check runs it.
        endless: Answers whose code never ends when the check runs it.
        context: Keywords that the lesson's cell gives to `check`, or a function that makes them.
    """

    right: Answers
    wrong: Answers
    other: Answers = field(default_factory=dict)
    raises: Answers = field(default_factory=dict)
    endless: Answers = field(default_factory=dict)
    context: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)

    def mistakes(self) -> set[str]:
        """The names of the mistakes that the wrong answers make."""
        return {label.partition(":")[0] for label in self.wrong}

    def keywords(self) -> dict[str, Any]:
        """The keywords for `check`."""
        return dict(self.context() if callable(self.context) else self.context)
