"""Tells a worker that is busy from one that will never answer.

A round may take minutes, so the time of a call says nothing. But a worker that is at work answers a
question of another kind at once, whatever its processors do: gRPC's own threads tell that a method
does not exist. A worker that doesn't answer this, and does nothing else either, is ended, and the
call that waits for it ends with an error.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import grpc
import psutil

# A worker that stops is found out within 7 s; the learner's call is to end within ten.
_INTERVAL = 1.0  # seconds between two questions
_ANSWER_WITHIN = 2.0  # seconds; an answer takes milliseconds, on a machine at its limit tenths
_MISSES = 3  # questions in a row without an answer
_LONGEST_SILENCE = 60.0  # seconds, of a worker that does not answer and yet does something
_RECHECK = 30.0  # seconds; how long the watch may outlive its worker
_NO_SUCH_METHOD = "/fl_course.Liveness/Ask"


class Pulse:
    """Whether a process does anything at all: uses its processors, or reads its program.

    Args:
        pid: The process id.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._last = self._measure()

    def beats(self) -> bool:
        """Whether the process did anything since this was last asked."""
        before, self._last = self._last, self._measure()
        return self._last != before

    def _measure(self) -> tuple[object, ...]:
        measured: list[object] = []
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(self._pid)
            measured.append(process.cpu_times())
            measured.append(process.io_counters().read_bytes)
        return tuple(measured)


class Watchdog:
    """Watches a worker while calls wait for it, and ends it if it stops answering.

    Args:
        address: Where the worker serves gRPC, as a target of gRPC's.
        options: Options of the connection.
        does_something: Tells whether the worker did anything since this was last asked.
        is_alive: Tells whether the worker is there to be watched.
        on_silence: Called, from a thread of the watch, when the worker has stopped answering.
    """

    def __init__(
        self,
        address: str,
        options: list[tuple[str, int]],
        does_something: Callable[[], bool],
        is_alive: Callable[[], bool],
        on_silence: Callable[[], None],
    ) -> None:
        # A connection of its own: in that of the computations, a question would have to queue.
        self._channel = grpc.insecure_channel(
            address, [*options, ("grpc.use_local_subchannel_pool", 1)]
        )
        self._ask = self._channel.unary_unary(_NO_SUCH_METHOD)
        self._does_something = does_something
        self._is_alive = is_alive
        self._on_silence = on_silence
        self._waiting = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Watches the worker during the block."""
        with self._changed:
            self._waiting += 1
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="fl-course-watchdog", daemon=True
                )
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1

    def _run(self) -> None:
        with self._channel:
            self._watch_until_it_ends()

    def _watch_until_it_ends(self) -> None:
        misses = 0
        silent_since = time.monotonic()
        while self._is_alive():
            with self._changed:
                watching = self._waiting > 0
                if not watching:
                    self._changed.wait(_RECHECK)
            if watching and misses == 0:
                time.sleep(_INTERVAL)
            if not self._waiting or self._answers():
                misses = 0
                silent_since = time.monotonic()
                continue
            misses += 1
            does_something = self._does_something()
            if misses < _MISSES:
                continue
            if not does_something or time.monotonic() - silent_since > _LONGEST_SILENCE:
                self._on_silence()
                return

    def _answers(self) -> bool:
        try:
            self._ask(b"", timeout=_ANSWER_WITHIN)
        except grpc.RpcError as error:
            return error.code() is grpc.StatusCode.UNIMPLEMENTED
        return True
