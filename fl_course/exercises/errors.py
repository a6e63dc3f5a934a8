"""A learner's error, told with the learner's own lines only."""

import linecache
import re
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path

_PACKAGE = str(Path(__file__).parent.parent)
_NOT_THE_LEARNERS = (
    _PACKAGE,
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_PATH = re.compile(r"(?:(?<=\s)|(?<=[\"'(])|^)/[\w.\-/]+/[\w.\-]+")
_OPERATION = re.compile(
    r"\{\{\w+ [^}]*\}\}(?: ?\}\})?|\s*\[Op:\w+\](?: name:)?"
)  # TensorFlow's own marks
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
    if lines := list(_own_lines(error)):
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


def _own_lines(error: BaseException) -> Iterator[str]:
    if isinstance(error, SyntaxError) and error.text:
        yield f"line {error.lineno}: {error.text.strip()}"
    frames = traceback.extract_tb(error.__traceback__, limit=None)
    shown = set()
    for frame in frames:
        if _is_own(frame.filename) and (frame.filename, frame.lineno) not in shown:
            source = linecache.getline(frame.filename, frame.lineno or 0).strip()
            if source:
                shown.add((frame.filename, frame.lineno))
                # Lines are counted within a cell, and several cells may have a part in an error.
                function = "" if frame.name.startswith("<") else f" in {frame.name}"
                yield f"line {frame.lineno}{function}: {source}"


def _is_own(filename: str) -> bool:
    if filename.startswith("<frozen") or "__autograph_generated_file" in filename:
        return False
    if filename == "<string>" or filename.startswith(_NOT_THE_LEARNERS):
        return False
    return not filename.startswith(sys.prefix + "/lib")
