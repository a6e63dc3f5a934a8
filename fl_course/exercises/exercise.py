"""One exercise: how an answer is judged, and what the learner is told about it."""

import dis
import enum
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fl_course import catalog
from fl_course.exercises import arguments, feedback, limits, progress, unchecked
from fl_course.exercises.errors import describe
from fl_course.localization import noted, say

SECONDS = 10.0  # for a check; a good answer needs less than 2
TRAINING_SECONDS = 30.0  # for one that trains or compiles; a good answer needs less than 8


class Outcome(enum.StrEnum):
    """What became of an answer."""

    NOT_ATTEMPTED = "not attempted"
    NOT_YET = "not yet right"
    RAISED = "raised"
    RIGHT = "right"


MARKS = {
    Outcome.NOT_ATTEMPTED: feedback.Mark.NOT_ATTEMPTED,
    Outcome.NOT_YET: feedback.Mark.NOT_YET,
    Outcome.RAISED: feedback.Mark.RAISED,
    Outcome.RIGHT: feedback.Mark.RIGHT,
}
"""The mark that each outcome is shown with."""


class _Sentinel(enum.Enum):
    NOT_ATTEMPTED = enum.auto()
    OTHER = enum.auto()


NOT_ATTEMPTED = _Sentinel.NOT_ATTEMPTED
"""A judge's word for an answer that is still blank in a way that only it can see."""
OTHER = _Sentinel.OTHER
"""A judge's word for an answer that is wrong in a way that the catalogue does not know."""


@dataclass(frozen=True, init=False)
class Mistake:
    """A catalogued mistake together with values for the placeholders of its sentence.

    Attributes:
        name: Key in the exercise's `mistakes`.
        values: Values for the sentence's placeholders, by name.
    """

    name: str
    values: Mapping[str, Any]

    def __init__(self, name: str, /, **values: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "values", values)


Found = str | Mistake | _Sentinel | None
"""What a judge may give: see `Exercise.judge`."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check and its words.

    Attributes:
        outcome: One of the four outcomes.
        mistake: Name of the mistake, for outcome "not yet right".
        text: What the learner is told, in Markdown.
    """

    outcome: Outcome
    mistake: str | None
    text: str


# Mistakes that can be made in every exercise.
_COMMON = {
    "one_tuple": noted(
        "This is a tuple with one thing in it, of type `{type}`. Is there a comma behind the last "
        "parenthesis? Without it, this is that thing itself."
    ),
    "not_called": noted(
        "This is a Python function. What is wanted is {expects}: call the function, and keep what "
        "it gives."
    ),
    "other": noted("What is wanted is {expects}. What you gave does not behave like that."),
    "nothing": noted(
        "The answer is `None`, so nothing was assigned: a call that changes an object in "
        "place gives `None`, and so does a function without `return`."
    ),
    "partly_blank": noted("A part of the answer is still `...`. Fill in every blank of the cell."),
    "returns_nothing": noted(
        "Your function was called and gave back `None`. Does every way through it "
        "end in a `return`?"
    ),
    "returns_blank": noted(
        "Your function was called and a part of what it gave back is still `...`."
    ),
    "not_callable": noted(
        "What you gave is of type `{type}`, which cannot be called. What is wanted is {expects}."
    ),
    "too_long": noted(
        "The check stopped your code after {seconds} seconds. Does a loop in it never end, "
        "such as one over a dataset that repeats without a count? If it was only slow this once, "
        "as an import is, run the cell again."
    ),
}
_SHAPES = noted("The shapes of the arrays in this call: {shapes}.")
_GO_ON = noted("The notebook goes on with the reference answer.")
_HELP = noted("For a hint, run `ex.{id}.hint()`; for the solution, `ex.{id}.solution()`.")
_TRAINS = noted("Training to check your answer; this takes a few seconds.")
_NOT_OF_SHAPES = (NameError, AttributeError, ImportError, KeyError, SystemExit)
_NOT_OF_ARGUMENTS = (NameError, ImportError, SystemExit)
_BLANK = object()  # `check()` without an answer


@dataclass(frozen=True)
class Exercise:
    """An exercise of a lesson.

    Attributes:
        id: Name, snake_case, unique in the course.
        expects: What the answer has to be, as a noun phrase.
        judge: Takes the answer, and `check`'s keywords; gives None if the answer is right, else the
            name of a mistake, a `Mistake`, `OTHER` or `NOT_ATTEMPTED`. It calls learners' code by
            `run`.
        reference: Takes `check`'s keywords; gives the value to go on with.
        hints: Markdown; each says more than the one before.
        mistakes: A sentence in Markdown for each plausible mistake, by name. It may have
            placeholders as `str.format` takes them.
        right: What a right answer means, in Markdown.
        trains: Whether the check has to train a model.
        compiles: Whether TFF may take long to compile a right answer on a busy machine. Then the
            check has as much time as one that trains, and says nothing of it.
        adapt: Makes of a right answer the form in which the lesson goes on with it.
    """

    id: str
    expects: str
    judge: Callable[..., Found]
    reference: Callable[..., Any]
    hints: tuple[str, ...]
    mistakes: Mapping[str, str]
    right: str
    trains: bool = False
    compiles: bool = False
    adapt: Callable[[Any], Any] | None = None
    _shown: list[int] = field(default_factory=lambda: [0], compare=False, repr=False)

    def check(self, answer: Any = _BLANK, **context: Any) -> Any:
        """Says what it makes of an answer, and gives back a value to go on with.

        Args:
            answer: The learner's value or function; none at all asks for the reference answer.
            **context: What else of the notebook the check needs, as the lesson's cell gives it.

        Returns:
            The answer if it is right, otherwise the reference answer.
        """
        unchecked.reached(self.id)
        if self.trains and answer is not _BLANK and not _is_blank(answer):
            feedback.show(say(_TRAINS))
        verdict = self.verdict(answer, **context)
        text = verdict.text
        if verdict.outcome is not Outcome.RIGHT:
            text = f"{text}\n\n{say(_GO_ON)} {say(_HELP, id=self.id)}"
        mark = MARKS[verdict.outcome]
        feedback.show(text, mark, exercise=self.id, outcome=verdict.outcome.value)
        if verdict.outcome is not Outcome.NOT_ATTEMPTED:
            progress.record(self.id, solved=verdict.outcome is Outcome.RIGHT)
        if verdict.outcome is not Outcome.RIGHT:
            return self.reference(**context)
        return self.adapt(answer) if self.adapt else answer

    def hint(self) -> None:
        """Shows the next hint; after the last one, the last one again."""
        number = min(self._shown[0], len(self.hints) - 1)
        self._shown[0] = number + 1
        head = say("**Hint {number} of {count}.**", number=number + 1, count=len(self.hints))
        text = f"{head} {say(self.hints[number])}"
        if number + 1 == len(self.hints):
            last = say("That was the last hint. The solution: `ex.{id}.solution()`.", id=self.id)
            text += f"\n\n{last}"
        feedback.show(text, feedback.Mark.HINT)

    def solution(self) -> None:
        """Shows the solved cell."""
        feedback.show(f"```python\n{catalog.solution(self.id)}\n```")

    def verdict(self, answer: Any = _BLANK, **context: Any) -> Verdict:
        """Judges an answer in bounded time and without showing anything."""
        if answer is _BLANK:
            return Verdict(
                Outcome.NOT_ATTEMPTED, None, say("**No answer was given to this check.**")
            )
        if _is_blank(answer):
            return self._not_attempted()
        if answer is None:
            return self._not_yet("nothing")
        if isinstance(answer, (tuple, list)) and any(part is ... for part in answer):
            return self._not_yet("partly_blank")
        seconds = TRAINING_SECONDS if self.trains or self.compiles else SECONDS
        try:
            with limits.at_most(seconds):
                found = self.judge(answer, **context)
        except limits.TimeIsUp:
            return self._not_yet("too_long", seconds=f"{seconds:.0f}")
        except _Blank:
            return self._not_attempted()
        except _Wrong as wrong:
            return self._not_yet(wrong.mistake, **wrong.values)
        except Raised as raised:
            return Verdict(
                Outcome.RAISED,
                None,
                f"{say('**Your code raised an error.**')} {raised.described()}",
            )
        except Exception:
            # No answer, however odd, may end in an error of ours.
            found = OTHER
        if found is None:
            return Verdict(Outcome.RIGHT, None, f"{say('**Right.**')} {say(self.right)}")
        if found is NOT_ATTEMPTED:
            return self._not_attempted()
        if found is OTHER:
            return self._in_no_known_way(answer, context)
        if isinstance(found, Mistake):
            return self._not_yet(found.name, **found.values)
        return self._not_yet(found)

    def _in_no_known_way(self, answer: Any, context: Mapping[str, Any]) -> Verdict:
        if isinstance(answer, tuple) and len(answer) == 1:
            return self._not_yet("one_tuple", type=type(answer[0]).__name__)
        functions = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
        if isinstance(answer, functions) and not callable(self.reference(**context)):
            return self._not_yet("not_called")
        return self._not_yet("other")

    def _not_attempted(self) -> Verdict:
        return Verdict(Outcome.NOT_ATTEMPTED, None, say("**Not attempted yet.**"))

    def _not_yet(self, mistake: str, **values: Any) -> Verdict:
        sentence = self.mistakes.get(mistake) or _COMMON[mistake]
        text = say(sentence, expects=say(self.expects), **values)
        return Verdict(Outcome.NOT_YET, mistake, f"{say('**Not yet right.**')} {text}")


class _Blank(Exception):
    """The learner's function still has its blank."""


class _Wrong(Exception):
    """A mistake that `run` has seen."""

    def __init__(self, mistake: str, **values: Any) -> None:
        super().__init__(mistake)
        self.mistake = mistake
        self.values = values


class Raised(Exception):
    """The learner's code raised. A judge may catch it to tell a mistake by its error.

    Attributes:
        error: What was raised.
        shapes: Shapes of the arrays that the code was called with, by the names it has for them.
        arguments: The arguments of the call, in words; empty if they are too long for that.
    """

    def __init__(
        self,
        error: BaseException,
        shapes: Mapping[str, Sequence[int]] | None = None,
        arguments: str = "",
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.shapes = shapes or {}
        self.arguments = arguments

    def described(self) -> str:
        """What was raised and where, and the call if the error can have to do with it."""
        text = describe(self.error)
        if self.shapes and not isinstance(self.error, _NOT_OF_SHAPES):
            shapes = ", ".join(f"`{name}` {list(shape)}" for name, shape in self.shapes.items())
            text = f"{text}\n\n{say(_SHAPES, shapes=shapes)}"
        if self.arguments and not isinstance(self.error, _NOT_OF_ARGUMENTS):
            called = say("It was called with {arguments}.", arguments=self.arguments)
            text = f"{text}\n\n{called}"
        return text


def run(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Calls a learner's function from a judge.

    Args:
        function: What the learner gave.
        *args: Passed on.
        **kwargs: Passed on.

    Returns:
        What the function gives, which is neither `None` nor `...`.
    """
    result = run_for_effect(function, *args, **kwargs)
    if result is None:
        raise _Wrong("returns_nothing")
    return result


def run_for_effect(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Calls a learner's function, as `run` does, where `None` is a good result."""
    if not callable(function):
        raise _Wrong("not_callable", type=type(function).__name__)
    # Before the call, which may change what it is given.
    written = arguments.written(args, kwargs)
    try:
        result = function(*args, **kwargs)
    except (Exception, SystemExit) as error:
        if "ellipsis" in str(error).lower() and _has_ellipsis(function):
            raise _Blank from None
        raise Raised(error, _shapes(function, args), arguments.named(function, written)) from error
    if result is ...:
        raise _Blank
    parts = result.values() if isinstance(result, Mapping) else result
    if isinstance(result, (tuple, list, Mapping)) and any(part is ... for part in parts):
        raise _Wrong("returns_blank")
    return result


def _shapes(function: Any, args: Sequence[Any]) -> dict[str, list[int]]:
    """Shapes of the arrays among a function's arguments, by its names for them."""
    try:
        names = list(inspect.signature(function).bind(*args).arguments)
    except (TypeError, ValueError):
        return {}
    return {
        name: list(value.shape)
        for name, value in zip(names, args, strict=False)
        if isinstance(value, np.ndarray)
    }


def _is_blank(answer: Any) -> bool:
    if answer is ...:
        return True
    if isinstance(answer, (tuple, list)):
        return bool(answer) and all(part is ... for part in answer)
    code = getattr(answer, "__code__", None)
    return isinstance(code, types.CodeType) and _has_empty_body(code)


def _docstring_only() -> None:
    """A function as the stub leaves it."""


def _dots_only() -> None: ...


# A docstring leaves no trace in the instructions; arguments and names do not matter either.
_EMPTY_BODIES = {_docstring_only.__code__.co_code, _dots_only.__code__.co_code}


def _has_empty_body(code: types.CodeType) -> bool:
    if code.co_code not in _EMPTY_BODIES:
        return False
    # `return 1` has the same instructions in some Pythons, with another constant.
    loads = ("LOAD_CONST", "RETURN_CONST")
    return all(i.argval is None for i in dis.get_instructions(code) if i.opname in loads)


def _has_ellipsis(function: Any) -> bool:
    code = getattr(function, "__code__", None)
    return isinstance(code, types.CodeType) and _holds_ellipsis(code)


def _holds_ellipsis(code: types.CodeType) -> bool:
    return any(
        constant is ... or (isinstance(constant, types.CodeType) and _holds_ellipsis(constant))
        for constant in code.co_consts
    )
