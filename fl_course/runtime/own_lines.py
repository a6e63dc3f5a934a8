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
    frames = [
        (frame.filename, frame.lineno or 0, frame.name)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    # AutoGraph runs its translation of a function, and tells of the function itself in the error.
    translated = getattr(getattr(error, "ag_error_metadata", None), "translated_stack", ())
    frames += [
        (frame.filename, frame.lineno or 0, frame.function_name or "<lambda>")
        for frame in reversed(translated)
        if frame.is_converted
    ]
    for filename, line, name in frames:
        if _is_own(filename) and (filename, line) not in shown:
            source = linecache.getline(filename, line).strip()
            if source:
                shown.add((filename, line))
                # Lines are counted within a cell, and several cells may have a part in an error.
                function = "" if name.startswith("<") else f" in {name}"
                yield f"line {line}{function}: {source}"


def _is_own(filename: str) -> bool:
    if filename.startswith("<frozen") or "__autograph_generated_file" in filename:
        return False
    if filename == "<string>" or filename.startswith(_NOT_THE_LEARNERS):
        return False
    return not filename.startswith(sys.prefix + "/lib")
