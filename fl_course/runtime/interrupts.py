"""Interrupts that wait until TensorFlow can bear them.

TensorFlow's C++ asks Python objects for a few things while an eager operation runs: the handle of
the context, a dimension of a shape. It does not look whether it got an answer. If a signal raises
an exception in there (Ctrl-C, the stop button, the time limit of an exercise), the process ends by
a segmentation fault, and the notebook is lost: in a loop of small operations that is about one
interrupt of a hundred. In a destructor, or in what a weak reference calls, Python prints the
exception and goes on: the interrupt is lost. So an interrupt that comes in one of these places
comes again a moment later.
"""

import os.path
import signal
import sys
import threading
import weakref
from types import FrameType

AGAIN_AFTER = 0.001  # seconds; what C++ asks for takes microseconds
# Where the answers are written that C++ takes for granted; nothing in these files runs for long.
_ASKED_FROM_CPP = tuple(
    os.path.join("tensorflow", "python", *place)
    for place in (
        ("eager", "context.py"),
        ("framework", "dtypes.py"),
        ("framework", "tensor_shape.py"),
        ("ops", "resource_variable_ops.py"),
    )
)


def may_raise(frame: FrameType | None) -> bool:
    """Whether a signal's handler may raise an exception.

    Args:
        frame: Where the signal interrupted the program, as Python tells the handler.
    """
    if frame is not None and frame.f_code.co_filename.endswith(_ASKED_FROM_CPP):
        return False
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_code.co_filename == weakref.__file__:
            return False
        frame = frame.f_back
    return True


def protect_from_ctrl_c() -> None:
    """Has Ctrl-C, and a notebook's stop button, interrupt TensorFlow where it does no harm.

    Only where Ctrl-C does what Python has it do: other handlers stay. Only the main thread can say
    so; in another one, nothing changes.
    """
    _replace_pythons_own()
    if "IPython" in sys.modules:
        from IPython import get_ipython

        if (shell := get_ipython()) is not None:
            # A kernel puts Python's own in place before each cell.
            shell.events.register("pre_run_cell", _replace_pythons_own)


def _replace_pythons_own(*_: object) -> None:
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if may_raise(frame):
        signal.default_int_handler(number, frame)
    main = threading.main_thread().ident
    again = threading.Timer(AGAIN_AFTER, lambda: signal.pthread_kill(main, number))
    again.daemon = True
    again.start()
