"""TFF's worker: a native program that executes computations, kept as our child process.

TFF starts this program itself and then waits for it without end. Here it is started, watched and
ended by us: a worker that can't run is reported with its cause, and none outlives the notebook's
process, however that process ends.
"""

import atexit
import contextlib
import errno
import functools
import importlib.util
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import IO

import psutil

from fl_course import catalog
from fl_course.localization import noted, say
from fl_course.runtime import cores, interpreter, places
from fl_course.runtime.errors import SetupError, WorkerError
from fl_course.runtime.loopback import Guard
from fl_course.runtime.watchdog import Pulse

HOST = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
_MAX_MESSAGE_BYTES = 2_000_000_000  # protobuf's own limit is 2 GiB
CHANNEL_OPTIONS: list[tuple[str, int]] = [
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # A worker is reached directly, whatever proxy the environment names.
    ("grpc.enable_http_proxy", 0),
]
_POLL_INTERVAL = 0.005  # seconds
_IDLE_START = 7.0  # seconds without any activity; a healthy worker listens within one
_LONGEST_START = 60.0  # seconds; the program is 300 MB, which a slow disk takes time to read
_PORT_TRIES = 3
_LOG_BYTES = 4000  # as much as is read of what a worker printed
_PASSED_ON_BYTES = 20_000  # as much as is shown of what one computation printed
_OWN_NOTE = re.compile(
    r"[IWEF]\d{4} [\d:.]+ |\d{4}-\d\d-\d\d [\d:.]+: [IWEF] |WARNING: All log messages before absl"
)
_CANNOT_EXECUTE = 126  # the shells' exit code for a program that can't be executed
_NO_LOOPBACK = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN)
_NO_INSTRUCTION = "was compiled to use"  # TensorFlow, of FMA, before it aborts
_OUT_OF_MEMORY = re.compile(r"bad_alloc|out of memory|cannot allocate memory", re.IGNORECASE)
_NO_MORE_THREADS = re.compile(r"worker->created\(\)|pthread_create|temporarily unavailable")
# Each round is run by threads of its own, and with a heap for each thread what one round frees is
# no use to the next: over 300 rounds with cohorts of varying size, memory grew by half.
_FLAT_MEMORY = {"MALLOC_ARENA_MAX": "2"}
# As many clients are computed at a time as there are cores. With several threads for each operation
# besides, those wait for each other: a round of the convolutional model takes 1.5 times as long.
_ONE_THREAD_AN_OPERATION = {"TF_NUM_INTRAOP_THREADS": "1"}
# A negative number has TensorFlow compute in the thread that asks for it: one of TFF's, a client
# each. In a pool that clients share, two that wait for their next batch, or for their iterator's
# end, hold the two threads in which that would come about: they wait for ever.
_ONE_THREAD_A_CLIENT = {"TF_NUM_INTEROP_THREADS": "-1"}

_AGAIN = noted("Run this cell again: a new worker starts by itself.")
_REINSTALL = noted(
    "Run `pip uninstall --yes tensorflow-federated` and `fl-course setup` in a terminal (in a "
    "notebook with `!` before each), then run this cell again."
)

# Asks the kernel to kill this process when its parent ends, then becomes the worker. Done in a
# fresh interpreter, not in `preexec_fn`: running Python between fork and exec can deadlock in a
# process that has TensorFlow's threads. When memory runs out, the worker goes rather than the
# notebook, which holds the learner's work.
_LAUNCHER = f"""
import ctypes, os, sys
PR_SET_PDEATHSIG, SIGKILL = 1, 9
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
try:
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("500")
except OSError:
    pass
try:
    os.execv(sys.argv[2], sys.argv[2:])
except OSError as error:
    os.write(2, str(error).encode())
    os._exit({_CANNOT_EXECUTE})
"""


def worker_program() -> pathlib.Path:
    """Finds the worker program in the installed TFF, without importing TFF.

    Raises:
        SetupError: If this platform can't run it, or TFF is installed without it.
    """
    places.check_platform()
    spec = importlib.util.find_spec("tensorflow_federated")
    if spec is None or spec.origin is None:
        raise SetupError(say("TensorFlow Federated is not installed. Run `fl-course setup`."))
    program = pathlib.Path(spec.origin).parent / "data" / "worker_binary"
    if not program.is_file():
        raise SetupError(
            say(
                "TensorFlow Federated is installed without its worker program. {reinstall}",
                reinstall=say(_REINSTALL),
            )
        )
    return program


@dataclass(frozen=True)
class _Running:
    """A started program.

    Attributes:
        process: The process.
        port: Where it was told to serve.
        log: What it prints, in memory: a full disk can't keep it from being heard.
        reservation: Keeps the port from every other program until the worker has ended.
        guard: Keeps the worker from every other computer.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: IO[bytes]
    reservation: socket.socket | None
    guard: Guard | None


class Worker:
    """One worker, from its start to its end.

    Args:
        arguments: The program and its arguments, but for the port.
        port: Where to serve; by default a port that is free.
        open_to: An address of this computer at which others may reach the worker, or "0.0.0.0" for
            all of them; by default none can.
    """

    def __init__(
        self, arguments: list[str], *, port: int | None = None, open_to: str | None = None
    ) -> None:
        self._arguments = arguments
        self._fixed_port = port
        self._open_to = open_to
        self._owner = os.getpid()
        self._end_told: tuple[str, str] | None = None
        self._oom_kills = _oom_kills()
        self._passed_on = 0
        self._running = self._start(reserve=True)
        self._tries = 1
        atexit.register(self.stop)

    def _start(self, *, reserve: bool) -> _Running:
        spawn = functools.partial(
            _spawn, self._arguments, self._fixed_port, self._open_to, reserve=reserve
        )
        return _starter().start(spawn)

    @property
    def port(self) -> int:
        """The TCP port on the loopback address where the worker serves gRPC."""
        return self._running.port

    @property
    def target(self) -> str:
        """Where the worker serves gRPC, as a target of gRPC's."""
        return f"ipv4:{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._running.process.pid

    def does_something(self) -> Callable[[], bool]:
        """Makes a function that tells whether the process did anything since its last call."""
        return Pulse(self.pid).beats

    def on_end(self, close: Callable[[], None]) -> None:
        """Takes what ends the calls that wait for the worker: not needed, they end with it."""

    def is_alive(self) -> bool:
        """Whether the process is still running."""
        return self._running.process.poll() is None

    def has_ended(self, within: float) -> bool:
        """Whether the process has ended, or does so within that many seconds."""
        try:
            self._running.process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_until_listening(self) -> None:
        """Waits until the worker accepts connections.

        Raises:
            WorkerError: If it ended, did nothing for 7 seconds, or didn't listen within a minute.
        """
        started = active = time.monotonic()
        pulse = Pulse(self.pid)
        while True:
            if not self.is_alive():
                last_try = self._tries == _PORT_TRIES or self._fixed_port is not None
                if last_try or not self._port_was_taken():
                    raise self.error(say("could not start"))
                self._start_elsewhere()
                pulse = Pulse(self.pid)
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
                if self._listens():
                    return
            except OSError as error:
                if error.errno in _NO_LOOPBACK:
                    self._end_and_tell(
                        say(
                            "this computer can't reach itself at {host} ({strerror})",
                            host=HOST,
                            strerror=error.strerror,
                        ),
                        say(
                            "Switch its loopback network on (as root: `ip link set lo up`), then "
                            "run this cell again."
                        ),
                    )
                    raise self.error(say("could not start")) from None
            time.sleep(_POLL_INTERVAL)
            now = time.monotonic()
            if now - active > 1.0 and pulse.beats():
                active = now
            if now - active > _IDLE_START or now - started > _LONGEST_START:
                self._end_and_tell(
                    say("it did not answer within {now} seconds", now=f"{now - started:.0f}"),
                    say(
                        "Close other programs that use the processor or memory, check that no "
                        "firewall blocks {host}, then run this cell again.",
                        host=HOST,
                    ),
                )
                raise self.error(say("could not start"))

    def _listens(self) -> bool:
        """Whether it is this worker that listens on the port, and not another program."""
        try:
            process = psutil.Process(self.pid)
            # Before psutil 6, which hosted notebooks have, the method had another name.
            sockets = (
                process.net_connections if psutil.version_info >= (6,) else process.connections
            )(kind="tcp")
        except (psutil.Error, OSError):
            return self.is_alive()  # this system doesn't tell
        return any(s.status == psutil.CONN_LISTEN and s.laddr.port == self.port for s in sockets)

    def _port_was_taken(self) -> bool:
        return "Address already in use" in self._log_text()

    def _start_elsewhere(self) -> None:
        # Where the system does not let two programs share a port, our reservation was in the way.
        self._running.process.wait()
        self._release()
        self._running = self._start(reserve=False)
        self._passed_on = 0
        self._tries += 1

    def error(self, what: str, remedy: str | None = None) -> WorkerError:
        """Makes the error for a worker that has ended, with the cause as far as it is known."""
        cause, known_remedy = self._end_told or self._cause()
        return WorkerError(
            say(
                "TFF's worker process {what}: {cause}. {remedy}",
                what=what,
                cause=cause,
                remedy=remedy or known_remedy,
            )
        )

    def _cause(self) -> tuple[str, str]:
        code = self._running.process.wait()
        words = self._last_words()
        if code == -signal.SIGILL or (
            code == -signal.SIGABRT and _NO_INSTRUCTION in self._log_text()
        ):
            return (
                say(
                    "this computer's processor, or the emulator that stands in for it, lacks an "
                    "instruction that TFF was compiled for (AVX2, FMA, BMI: Intel Core since 2013, "
                    "AMD since 2015)"
                ),
                say(
                    "Open the course in Google Colab, or on a computer with a newer processor; "
                    "{docs} names other places.",
                    docs=catalog.docs("places.md"),
                ),
            )
        if code == _CANNOT_EXECUTE:
            if "Exec format error" in words:
                words = say(
                    "{words}, so it was made for another kind of computer or is damaged",
                    words=words,
                )
            return say("its program can't be executed here ({words})", words=words), (
                say(
                    "Check that the folder of the Python environment lies on a disk that allows "
                    "programs to be run. {reinstall}",
                    reinstall=say(_REINSTALL),
                )
            )
        if code == -signal.SIGKILL and _oom_kills() > self._oom_kills:
            return say("the computer ran out of memory"), (
                say("Close other programs or use fewer clients a round. {again}", again=say(_AGAIN))
            )
        if code == -signal.SIGKILL:
            return say("it was killed, most often because the computer ran out of memory"), (
                say("Close other programs or use fewer clients a round. {again}", again=say(_AGAIN))
            )
        if _OUT_OF_MEMORY.search(self._log_text()):
            return say("it could get no more memory ({words})", words=words), (
                say("Close other programs or use fewer clients a round. {again}", again=say(_AGAIN))
            )
        if _NO_MORE_THREADS.search(self._log_text()):
            return say("it could start no more threads ({words})", words=words), (
                say(
                    "Close other programs, or raise the limit that `ulimit -u` shows. {again}",
                    again=say(_AGAIN),
                )
            )
        if code == -signal.SIGSEGV:
            return say("it crashed (SIGSEGV), as where a limit leaves no room for its 300 MB"), (
                say("Compare with the limit that `ulimit -v` shows. {again}", again=say(_AGAIN))
            )
        if code == -signal.SIGBUS:
            return say("a file that it was using can't be read any more"), (
                say(
                    "Check that the disk is neither full nor gone (`df -h`). {reinstall}",
                    reinstall=say(_REINSTALL),
                )
            )
        if self._port_was_taken():
            return say("port {port} is taken by another program", port=self.port), say(_AGAIN)
        if code < 0:
            return say(
                "it was ended by signal {name} ({words})",
                name=signal.Signals(-code).name,
                words=words,
            ), say(_AGAIN)
        return say("it ended with code {code} ({words})", code=code, words=words), say(_AGAIN)

    def end_because(self, cause: str, remedy: str | None = None) -> None:
        """Ends the process; a call that waits for it is told why. Does nothing if it has ended."""
        if self.is_alive():
            self._end_and_tell(cause, remedy or say(_AGAIN))

    def _end_and_tell(self, cause: str, remedy: str) -> None:
        self._end_told = (cause, remedy)
        self.stop()

    def stop(self) -> None:
        """Ends the process. Does nothing if it has ended or belongs to another process."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        if self.is_alive():
            self._running.process.kill()
        self._running.process.wait()
        self._release()

    def guard_new_addresses(self) -> None:
        """Keeps the worker from other computers at the addresses this one got since its start."""
        if self._running.guard is not None:
            self._running.guard.extend()

    def _release(self) -> None:
        for held in (self._running.reservation, self._running.guard):
            if held is not None:
                held.close()

    def new_words(self) -> str:
        """What computations printed since the last call, by `tf.print`.

        The worker's and TensorFlow's own notes are left out. Of very much, the end is given.
        """
        log = self._running.log.fileno()
        end = os.fstat(log).st_size
        begin = max(min(self._passed_on, end), end - _PASSED_ON_BYTES)
        self._passed_on = end
        text = os.pread(log, end - begin, begin).decode(errors="replace")
        return "\n".join(line for line in text.splitlines() if not _OWN_NOTE.match(line))

    def _log_text(self) -> str:
        # Read without moving the position, which the worker's own writing uses.
        log = self._running.log.fileno()
        end = os.fstat(log).st_size
        return os.pread(log, _LOG_BYTES, max(0, end - _LOG_BYTES)).decode(errors="replace").strip()

    def _last_words(self) -> str:
        lines = self._log_text().splitlines()
        return lines[-1].strip() if lines else say("it printed nothing")


def _oom_kills() -> int:
    """How many processes Linux has killed for want of memory, on this computer, so far."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = pathlib.Path("/proc/vmstat").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("oom_kill ")).split()[1])
    return 0


class _Starter:
    """Starts workers from one thread that lives as long as this process.

    The kernel sends a child its parent-death signal when the *thread* that created it ends, so
    workers must not be created by whichever thread happens to need one.
    """

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._requests: queue.SimpleQueue[tuple[Callable[[], _Running], Future[_Running]]]
        self._requests = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="fl-course-worker-starter", daemon=True).start()

    def start(self, spawn: Callable[[], _Running]) -> _Running:
        future: Future[_Running] = Future()
        self._requests.put((spawn, future))
        try:
            return future.result()
        except OSError as error:
            raise WorkerError(
                say(
                    "TFF's worker process could not be started: {reason}. Close other programs, or "
                    "raise the limits that `ulimit -a` shows, then run this cell again.",
                    reason=error.strerror or error,
                )
            ) from None

    def _serve(self) -> None:
        while True:
            spawn, future = self._requests.get()
            try:
                future.set_result(spawn())
            except BaseException as error:
                future.set_exception(error)


def _spawn(
    arguments: list[str], port: int | None, open_to: str | None, *, reserve: bool
) -> _Running:
    reservation, port = _reserve_port(port or 0)
    if not reserve:
        reservation.close()
    # Before the worker listens, or it could be reached for a moment.
    guard = Guard(port, open_to) if reserve and open_to != EVERYWHERE else None
    log = os.fdopen(os.memfd_create("fl-course-worker-log"), "w+b")
    command = [interpreter.python(), "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *arguments]
    process = subprocess.Popen(
        [*command, f"--port={port}"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={
            **_ONE_THREAD_AN_OPERATION,
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            **_FLAT_MEMORY,
            **_ONE_THREAD_A_CLIENT,
        },
        # Jupyter's stop button and Ctrl-C signal the whole process group: not meant for the worker.
        start_new_session=True,
    )
    return _Running(process, port, log, reservation if reserve else None, guard)


def _reserve_port(port: int) -> tuple[socket.socket, int]:
    """A port that no one uses, or the given one, and the socket that keeps it so.

    gRPC's servers share a port with sockets of the same user that allow it, and no one else gets
    it: no other program can take the port between its choice and the worker's start.
    """
    reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reservation.bind((HOST, port))
    return reservation, reservation.getsockname()[1]


_the_starter: _Starter | None = None


def _starter() -> _Starter:
    global _the_starter
    if _the_starter is None or _the_starter.owner != os.getpid():  # a fork has no threads left
        _the_starter = _Starter()
    return _the_starter


def start_worker(
    program: pathlib.Path | None = None,
    *,
    concurrency: int | None = None,
    port: int | None = None,
    open_to: str | None = None,
) -> Worker:
    """Starts a worker process; it may not be listening yet when this returns.

    Args:
        program: The program to run; by default the one in the installed TFF.
        concurrency: How many clients' computations it runs at the same time; by default as many as
            there are cores that this process may use: more gain nothing and cost memory each.
        port: Where to serve; by default a port that is free.
        open_to: See `Worker`.

    Returns:
        The worker, to be followed by `Worker.wait_until_listening`.

    Raises:
        SetupError: If this platform can't run the worker.
        WorkerError: If the system lets us start no process.
    """
    calls = concurrency or cores.usable()
    arguments = [str(program or worker_program()), f"--max_concurrent_computation_calls={calls}"]
    return Worker(arguments, port=port, open_to=open_to)
