"""A learner's error, told with the learner's own lines only."""

import re

from fl_course.runtime.own_lines import own_lines

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_PATH = re.compile(r"(?:(?<=\s)|(?<=[\"'(])|^)/[\w.\-/]+/[\w.\-]+")
# TensorFlow's own marks.
_OPERATION = re.compile(r"\{\{\w+ [^}]*\}\}(?: ?\}\})?|\s*\[Op:\w+\](?: name:)?")
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
    if lines := list(own_lines(error)):
        text += "\n\n```python\n" + "\n".join(lines) + "\n```"
    return text


def _message(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return ""
    # AutoGraph puts its own traceback first and the error last.
    line = lines[-1] if lines[0].startswith("in user code") else lines[0]
    line = _PATH.sub("(file)", _ADDRESS.sub("(address)", _OPERATION.sub("", line))).strip()
    # Not to be read as Markdown; backquotes can't be kept inside backquotes.
    line = line.replace("`", "'")
    return f"`{line[:_LONGEST]}`"
