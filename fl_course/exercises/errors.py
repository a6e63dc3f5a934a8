"""A learner's error, told with the learner's own lines only."""

from fl_course.runtime.errors import EngineError
from fl_course.runtime.own_lines import own_lines
from fl_course.runtime.tracebacks import message_lines

_LONGEST = 300  # characters of a message; TensorFlow quotes whole programs


def describe(error: BaseException) -> str:
    """What was raised and in which of the learner's lines, in Markdown.

    Frames of libraries and of this package are left out, and so is all that would differ between
    two runs of the same code: files, addresses, process ids.

    Args:
        error: What the learner's code raised, with its traceback.
    """
    message = _message(error)
    text = f"`{type(error).__name__}`" + (f": {message}" if message else "")
    # Of TensorFlow's message a line is enough; what the course adds to it is what helps.
    text += "".join(f"\n\n`{_unquoted(way_out)}`" for way_out in _ways_out(error))
    if lines := list(own_lines(error)):
        text += "\n\n```python\n" + "\n".join(lines) + "\n```"
    return text


def _message(error: BaseException) -> str:
    lines = message_lines(error, without=_ways_out(error))
    return f"`{_unquoted(lines[0])[:_LONGEST]}`" if lines else ""


def _unquoted(line: str) -> str:
    """Not to be read as Markdown; backquotes can't be kept inside backquotes."""
    return line.replace("`", "'")


def _ways_out(error: BaseException) -> list[str]:
    return [str(line) for line in error.ways_out] if isinstance(error, EngineError) else []
