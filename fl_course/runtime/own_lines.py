"""The learner's own lines in the traceback of an error."""

import linecache
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


def own_lines(error: BaseException) -> Iterator[str]:
    """Finds the lines of the learner's own code that had a part in an error.

    Args:
        error: What was raised, with its traceback.

    Yields:
        `line 3 in function: source`, outermost first, each line once. Frames of libraries and of
        this package are left out.
    """
    if isinstance(error, SyntaxError) and error.text:
        yield f"line {error.lineno}: {error.text.strip()}"
    shown = set()
    for frame in traceback.extract_tb(error.__traceback__, limit=None):
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
