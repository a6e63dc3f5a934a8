"""What the engine raises when it can't run, each with the way out in its message."""

from collections.abc import Sequence

from fl_course.runtime.own_lines import own_lines


class EngineError(RuntimeError):
    """An error whose message says everything: what TFF's own code did before it is no help.

    Attributes:
        ways_out: Lines at the message's end that say what one can do; they are the course's own.
    """

    ways_out: Sequence[str] = ()

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the message, and which of the learner's lines it came from."""
        return [f"{type(self).__name__}: {self}", *(f"  {line}" for line in own_lines(self))]


class SetupError(EngineError):
    """The engine can't start here as things are; the message says what to change."""


class WorkerError(EngineError):
    """TFF's worker process ended or never came up; the message says why and what to do."""


class RestartedError(WorkerError):
    """Another worker is at the last one's address, and has nothing of what that one was sent."""
