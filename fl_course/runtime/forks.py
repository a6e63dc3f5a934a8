"""Has a process that was forked after `setup` say so, where it would wait for ever.

A fork keeps one thread of its parent's. TensorFlow's, gRPC's and TFF's own stay behind, and what
waits for one of them waits without end. The child must not end its parent's workers, either.
"""

import os
import sys
from typing import Any

from fl_course.localization import say
from fl_course.runtime.errors import SetupError

_is_fork = False
_is_watching = False


def watch_for_forks() -> None:
    """Has the processes that this one forks from here on refuse TensorFlow and TFF."""
    global _is_watching
    if not _is_watching:
        os.register_at_fork(after_in_child=_mark)
        _is_watching = True


def is_fork() -> bool:
    """Whether this process was forked from one whose engine was running."""
    return _is_fork


def refuse_in_a_fork() -> None:
    """Does nothing in any other process.

    Raises:
        SetupError: If this process was forked from one whose engine was running.
    """
    if _is_fork:
        raise SetupError(
            say(
                "This process was forked from one in which TensorFlow was running, and a fork has "
                "none of its threads: start processes by multiprocessing's method 'spawn', and "
                "call fl_course.setup() in each."
            )
        )


def _mark() -> None:
    """Runs in every child, also in one that becomes another program at once: quick and quiet."""
    global _is_fork
    _is_fork = True
    sys.modules["tensorflow.python.eager.context"]._context = _NoContext()


class _NoContext:
    """In place of TensorFlow's eager context, which all of its Python code asks first.

    TensorFlow's C++ keeps the real one, and what exists already can be read as NumPy.
    """

    def __getattr__(self, name: str) -> Any:
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_name == "__del__":  # where TensorFlow expects this of a shutdown
                raise AttributeError(name)
            frame = frame.f_back
        refuse_in_a_fork()
