"""A limit on the time that a learner's code may take."""

import contextlib
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

from fl_course.exercises import feedback
from fl_course.localization import noted, say
from fl_course.runtime import interrupts

# TensorFlow's own loops end only when they are told to; the alarm comes first, for Python's.
_CANCEL_AFTER = 0.5
_GIVE_UP_AFTER = 5.0
_STUCK = noted(
    "Your code is still running inside TensorFlow, which cannot be stopped from here. Does it loop "
    "over a dataset that never ends? Restart the kernel, mend the loop, and run the cells above "
    "again."
)


class TimeIsUp(BaseException):
    """Raised in the code that takes too long. No `except Exception` catches it."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends the block after some time, wherever it is.

    Python code is interrupted by an alarm signal, TensorFlow functions are cancelled, and TFF's
    worker is ended (the next computation starts a new one). A single eager TensorFlow operation
    that never ends cannot be interrupted: then the learner is told so. In a thread other than the
    main one, which gets no signals, there is no limit.

    Args:
        seconds: Time that the block may take.

    Raises:
        TimeIsUp: If the block took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    rang = False
    started = time.monotonic()

    def ring() -> None:
        nonlocal rang
        rang = True
        raise TimeIsUp

    stuck = threading.Timer(seconds + _GIVE_UP_AFTER, lambda: feedback.show(say(_STUCK)))
    stuck.daemon = True
    stuck.start()
    try:
        with _alarm(seconds, ring), _cancelled_after(seconds + _CANCEL_AFTER):
            yield
    except Exception:
        # A cancelled TensorFlow function raises an error of its own, which may come first.
        if time.monotonic() - started >= seconds:
            rang = True
            raise TimeIsUp from None
        raise
    finally:
        stuck.cancel()
        if rang:
            _end_worker()


@contextlib.contextmanager
def _alarm(seconds: float, ring: Callable[[], None]) -> Iterator[None]:
    """Rings after some time, and again every second: a bare `except:` in a loop catches even this.

    There is one alarm in a process. One that was set before, by the learner or by a test's limit,
    rings at its time all the same, in the block or after it.
    """
    active = True
    theirs_after, interval = signal.setitimer(signal.ITIMER_REAL, 0)
    now = time.monotonic()
    ours = now + seconds
    theirs = now + theirs_after if theirs_after else math.inf

    def on_alarm(number: int, frame: FrameType | None) -> None:
        nonlocal ours, theirs
        if not active:
            return
        if not interrupts.may_raise(frame):
            signal.setitimer(signal.ITIMER_REAL, interrupts.AGAIN_AFTER)
            return
        now = time.monotonic()
        is_theirs = callable(previous) and now >= theirs
        if is_theirs:
            theirs = now + interval if interval else math.inf
        is_ours = not is_theirs and now >= ours
        if is_ours:
            ours = now + 1.0
        set_next()
        if is_theirs:
            previous(number, frame)
        if is_ours:
            ring()

    def set_next() -> None:
        first = min(ours, theirs) if callable(previous) else ours
        signal.setitimer(signal.ITIMER_REAL, max(first - time.monotonic(), 1e-4))

    previous = signal.signal(signal.SIGALRM, on_alarm)
    set_next()
    try:
        yield
    finally:
        active = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        if theirs < math.inf:
            left = max(theirs - time.monotonic(), 1e-4)
            signal.setitimer(signal.ITIMER_REAL, left, interval)


@contextlib.contextmanager
def _cancelled_after(seconds: float) -> Iterator[None]:
    """Cancels TensorFlow functions that are called in the block and still run after some time."""
    if "tensorflow" not in sys.modules:
        yield
        return
    from tensorflow.python.eager import cancellation

    manager = cancellation.CancellationManager()
    timer = threading.Timer(seconds, manager.start_cancel)
    timer.daemon = True
    timer.start()
    try:
        with cancellation.CancellationManagerContext(manager):
            yield
    finally:
        timer.cancel()


def _end_worker() -> None:
    """Ends TFF's worker, which may be in the middle of a computation that never ends."""
    if "tensorflow_federated" in sys.modules:
        from fl_course import runtime

        runtime.end_worker()
