"""Questions to check oneself with: a letter is the answer, and each choice has its sentence."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from fl_course.exercises import feedback, progress
from fl_course.exercises.exercise import MARKS, Outcome, Verdict
from fl_course.localization import noted, one_line, say, unrecorded

LETTERS = "abcd"
"""What the choices are called, in their order."""

_NO_LETTER = noted("One letter is wanted, from `a` to `{last}`, in quotes.")
_LONGEST = 40  # letters of an answer that are quoted
_BLANK = object()  # `check()` without an answer


@dataclass(frozen=True)
class Choice:
    """A choice of a question.

    Attributes:
        text: What is chosen, in Markdown, one line.
        why: Why that is right or wrong, in Markdown.
        right: Whether it is the right one.
    """

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """A question with its choices, of which one is right.

    Attributes:
        id: Name, snake_case, unique in the course among exercises and questions.
        text: What is asked, in Markdown.
        choices: Three or four, in the order in which they are shown.
        shown_by: Key of a cell of the lesson, and what its output holds, which proves the answer;
            None where no cell does.
    """

    id: str
    text: str
    choices: tuple[Choice, ...]
    shown_by: tuple[str, str] | None = None

    @property
    def right(self) -> str:
        """The letter of the right choice."""
        return next(
            letter for letter, choice in zip(LETTERS, self.choices, strict=False) if choice.right
        )

    def check(self, answer: Any = _BLANK) -> None:
        """Says what it makes of an answer.

        Args:
            answer: The letter of a choice, such as "b", or the choice's own words.
        """
        verdict = self.verdict(answer)
        text = verdict.text
        if verdict.outcome is Outcome.NOT_YET:
            again = say("Choose again, or see the answer with `ex.{id}.solution()`.", id=self.id)
            text = f"{text}\n\n{again}"
        mark = MARKS[verdict.outcome]
        feedback.show(text, mark, question=self.id, outcome=verdict.outcome.value)
        if verdict.outcome is Outcome.RIGHT:
            progress.record_answer(self.id)

    def hint(self) -> None:
        """Says that there is none."""
        feedback.show(
            say(
                "A question has no hints: give the letter of a choice, and you read what is right "
                "or wrong about it. `ex.{id}.solution()` shows the answer.",
                id=self.id,
            )
        )

    def solution(self) -> None:
        """Shows the right choice, and why it is right."""
        choice = self.choices[LETTERS.index(self.right)]
        feedback.show(f"**{self.right}.** {say(choice.text)}\n\n{say(choice.why)}")

    def verdict(self, answer: Any = _BLANK) -> Verdict:
        """Judges an answer without showing anything."""
        if answer is _BLANK:
            return Verdict(
                Outcome.NOT_ATTEMPTED, None, say("**No answer was given to this check.**")
            )
        if answer is ... or (isinstance(answer, str) and not answer.strip()):
            how = say("Put the letter of your choice in place of the dots, in quotes.")
            return Verdict(Outcome.NOT_ATTEMPTED, None, f"{say('**Not attempted yet.**')} {how}")
        if not isinstance(answer, str):
            what = say("What you gave is of type `{type}`.", type=type(answer).__name__)
            return self._no_choice(what)
        letter = self._letter(answer)
        if letter is None:
            what = say('"{given}" is none of the choices.', given=_quoted(answer))
            return self._no_choice(what)
        choice = self.choices[LETTERS.index(letter)]
        if choice.right:
            return Verdict(Outcome.RIGHT, None, f"{say('**Right.**')} {say(choice.why)}")
        return Verdict(Outcome.NOT_YET, letter, f"{say('**Not yet right.**')} {say(choice.why)}")

    def _no_choice(self, what: str) -> Verdict:
        wanted = say(_NO_LETTER, last=LETTERS[len(self.choices) - 1])
        text = f"{say('**Not yet right.**')} {what} {wanted}"
        return Verdict(Outcome.NOT_YET, "no_choice", text)

    def _letter(self, answer: str) -> str | None:
        """The letter of the choice that an answer names, or None."""
        given = words(answer)
        letters = LETTERS[: len(self.choices)]
        alone = re.sub(r"^[\W_]+|[\W_]+$", "", given)
        if alone in tuple(letters):
            return alone
        for letter, choice in zip(letters, self.choices, strict=True):
            with unrecorded():  # It is compared, and not shown.
                known = {words(choice.text), words(say(choice.text))}
            # A whole line of the list may have been copied.
            if given in known | {f"{letter}. {text}" for text in known}:
                return letter
        return None


def words(text: str) -> str:
    """A choice's words without what does not tell choices apart: Markdown's signs, case, spaces."""
    plain = unicodedata.normalize("NFKC", text).replace("`", "").replace("*", "")
    return one_line(plain).casefold().rstrip(" .。")


def _quoted(text: str) -> str:
    # A lone surrogate can't be sent to a notebook.
    plain = one_line(text.encode("utf-8", "replace").decode()).replace("`", "'")
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
