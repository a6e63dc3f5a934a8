"""Errors out of TensorFlow's or TFF's inside, as a notebook shows them: in a few lines.

Those are the message, and the learner's own lines that led there. The dozens of frames between,
under which the message stands, tell a learner nothing.
"""

import re
import sys
import traceback
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any

from fl_course.localization import say
from fl_course.runtime import places
from fl_course.runtime.errors import EngineError
from fl_course.runtime.own_lines import own_lines

_OF_LIBRARIES = re.compile(
    r"/(site|dist)-packages/(tensorflow|tensorflow_federated|tensorflow_privacy|tf_keras|keras)/|"
    + re.escape(str(Path(__file__).parent.parent))
)
_MOST_LINES = 8  # of a message; TensorFlow quotes whole programs
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
# Where a library's code lies. A path of the learner's own, of data or a folder, stays.
_SOURCE_FILE = re.compile(r"(?:(?<=\s)|(?<=[\"'(])|^)/[\w.\-/]+\.py\b")
# TensorFlow's own marks.
_OPERATION = re.compile(r"\{\{\w+ [^}]*\}\}(?: ?\}\})?|\s*\[Op:\w+\](?: name:)?")
# How AutoGraph names a function that it has translated.
_TRANSLATED = re.compile(r"outer_factory\.<locals>\.inner_factory\.<locals>\.(?:tf__)?")


def message_lines(error: BaseException, without: Collection[str] = ()) -> list[str]:
    """The lines of an error's message without what tells nothing: files, addresses, operations.

    Args:
        error: What was raised.
        without: Lines to leave out.
    """
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if line not in without]
    # AutoGraph puts its own traceback first and the error last.
    if lines and lines[0].startswith("in user code"):
        lines = lines[-1:]
    return [_cleaned(line, type(error).__name__) for line in lines]


def _cleaned(line: str, name: str) -> str:
    line = _TRANSLATED.sub("", line).removeprefix(f"{name}: ")
    return _SOURCE_FILE.sub("(file)", _ADDRESS.sub("(address)", _OPERATION.sub("", line))).strip()


def shorten_tracebacks() -> None:
    """Makes IPython show such errors in short from here on, where nobody else has a say.

    Every other error is shown as ever, and so is each once `%xmode` was used. `%tb` shows all of
    the last one. Colab's own way of showing errors stays.
    """
    if "IPython" not in sys.modules or places.current() == "colab":
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or shell.custom_exceptions:
        return
    mode = shell.InteractiveTB.mode

    def show(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        frames: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        if shell.InteractiveTB.mode != mode or not _comes_from_inside(error):
            shell.showtraceback((kind, error, frames), tb_offset=tb_offset)
            return
        sys.last_type, sys.last_value, sys.last_traceback = kind, error, frames  # for %tb
        shell._showtraceback(kind, error, in_short(error))

    shell.set_custom_exc((Exception,), show)


def in_short(error: BaseException) -> list[str]:
    """What is shown of an error, line by line."""
    lines = message_lines(error)
    more = ["  …"] if len(lines) > _MOST_LINES else []
    return [
        ": ".join([type(error).__name__, *lines[:1]]),
        *(f"  {line}" for line in lines[1:_MOST_LINES]),
        *more,
        *(f"  {line}" for line in own_lines(error)),
        say("To see where inside it was raised, run a cell with: %tb"),
    ]


def _comes_from_inside(error: BaseException) -> bool:
    if isinstance(error, (EngineError, SyntaxError)) or hasattr(error, "_render_traceback_"):
        return False
    frames = traceback.walk_tb(error.__traceback__)
    return any(_OF_LIBRARIES.search(frame.f_code.co_filename) for frame, _ in frames)
