"""TFF's worker: a native program that executes computations, kept as our child process.

TFF starts this program itself and then waits for it without end. Here it is started, watched and
ended by us: a worker that can't run is reported with its cause, and none outlives the notebook's
process, however that process ends.
"""

import atexit
import importlib.util
import os
import pathlib
import platform
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from typing import IO

import portpicker

from fl_course.runtime.errors import SetupError, WorkerError

HOST = "127.0.0.1"
_START_TIMEOUT = 30.0  # seconds; a healthy worker listens within one
_POLL_INTERVAL = 0.005  # seconds
_CANNOT_EXECUTE = 126  # the shells' exit code for a program that can't be executed

# Asks the kernel to kill this process when its parent ends, then becomes the worker. Done in a
# fresh interpreter, not in `preexec_fn`: running Python between fork and exec can deadlock in a
# process that has TensorFlow's threads.
_LAUNCHER = f"""
import ctypes, os, sys
PR_SET_PDEATHSIG, SIGKILL = 1, 9
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
try:
    os.execv(sys.argv[2], sys.argv[2:])
except OSError as error:
    sys.stderr.write(str(error))
    sys.stderr.flush()
    os._exit({_CANNOT_EXECUTE})
"""


def worker_program() -> pathlib.Path:
    """Finds the worker program in the installed TFF, without importing TFF.

    Raises:
        SetupError: If this platform can't run it, or TFF is installed without it.
    """
    system, machine = platform.system(), platform.machine()
    if (system, machine) != ("Linux", "x86_64"):
        raise SetupError(
            "TensorFlow Federated runs only on Linux with an x86-64 processor, and this is "
            f"{system} on {machine}. Open the course in Google Colab, or in a Linux container or "
            "virtual machine for x86-64: the README's part 'On other machines' says how."
        )
    spec = importlib.util.find_spec("tensorflow_federated")
    if spec is None or spec.origin is None:
        raise SetupError("TensorFlow Federated is not installed. Run `fl-course setup`.")
    program = pathlib.Path(spec.origin).parent / "data" / "worker_binary"
    if not program.is_file():
        raise SetupError(
            "TensorFlow Federated is installed without its worker program. Run "
            "`pip uninstall --yes tensorflow-federated`, then `fl-course setup`."
        )
    return program


class Worker:
    """One running worker process.

    Attributes:
        port: The TCP port on the loopback address where the worker serves gRPC.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
        self.port = port
        self._process = process
        self._log = log
        self._owner = os.getpid()
        atexit.register(self.stop)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether the process is still running."""
        return self._process.poll() is None

    def has_ended(self, within: float) -> bool:
        """Whether the process has ended, or does so within that many seconds."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_until_listening(self) -> None:
        """Waits until the worker accepts connections.

        Raises:
            WorkerError: If it ended, or didn't listen within 30 seconds.
        """
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline:
            if not self.is_alive():
                raise self.error("could not start")
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(_POLL_INTERVAL)
            else:
                return
        self.stop()
        raise WorkerError(
            f"TFF's worker process did not answer within {_START_TIMEOUT:.0f} seconds of its "
            "start. Close other programs that use the processor or memory, restart the kernel, "
            "and run the notebook from its first cell."
        )

    def error(self, what: str) -> WorkerError:
        """Makes the error for a worker that has ended, with the cause as far as it is known."""
        code = self._process.wait()
        if code == -signal.SIGILL:
            cause = "this computer's processor lacks an instruction that TFF was compiled for"
            remedy = "Open the course in Google Colab, or on a computer with a newer processor."
        elif code == _CANNOT_EXECUTE:
            cause = f"its program can't be executed here ({self._last_words()})"
            remedy = (
                "Run `pip uninstall --yes tensorflow-federated`, then `fl-course setup`, and "
                "check that the folder of the Python environment allows programs to be run."
            )
        elif code == -signal.SIGKILL:
            cause = "it was killed, most often because the computer ran out of memory"
            remedy = (
                "Close other programs or use fewer clients a round, then run this cell again: a "
                "new worker starts by itself."
            )
        elif code < 0:
            cause = f"it was ended by signal {signal.Signals(-code).name}"
            remedy = "Run this cell again: a new worker starts by itself."
        else:
            cause = f"it ended with code {code} ({self._last_words()})"
            remedy = "Run this cell again: a new worker starts by itself."
        return WorkerError(f"TFF's worker process {what}: {cause}. {remedy}")

    def stop(self) -> None:
        """Ends the process. Does nothing if it has ended or belongs to another process."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        if self.is_alive():
            self._process.kill()
        self._process.wait()

    def _last_words(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 2000))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it printed nothing"


class _Starter:
    """Starts workers from one thread that lives as long as this process.

    The kernel sends a child its parent-death signal when the *thread* that created it ends, so
    workers must not be created by whichever thread happens to need one.
    """

    def __init__(self) -> None:
        self._requests: queue.SimpleQueue[tuple[list[str], Future[Worker]]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="fl-course-worker-starter", daemon=True).start()

    def start(self, arguments: list[str]) -> Worker:
        future: Future[Worker] = Future()
        self._requests.put((arguments, future))
        return future.result()

    def _serve(self) -> None:
        while True:
            arguments, future = self._requests.get()
            try:
                future.set_result(_spawn(arguments))
            except BaseException as error:
                future.set_exception(error)


def _spawn(arguments: list[str]) -> Worker:
    port = portpicker.pick_unused_port()
    log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker lives
    command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *arguments]
    process = subprocess.Popen(
        [*command, f"--port={port}"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        # Jupyter's stop button and Ctrl-C signal the whole process group: not meant for the worker.
        start_new_session=True,
    )
    return Worker(process, port, log)


_starter: _Starter | None = None
_starter_owner = 0


def start_worker(program: pathlib.Path | None = None) -> Worker:
    """Starts a worker process; it may not be listening yet when this returns.

    Args:
        program: The program to run; by default the one in the installed TFF.

    Returns:
        The worker, to be followed by `Worker.wait_until_listening`.

    Raises:
        SetupError: If this platform can't run the worker.
    """
    global _starter, _starter_owner
    if program is None:
        program = worker_program()
    if _starter is None or _starter_owner != os.getpid():  # a forked process has no threads left
        _starter, _starter_owner = _Starter(), os.getpid()
    # As many clients at a time as there are cores: more gain nothing and cost memory each.
    concurrency = f"--max_concurrent_computation_calls={os.cpu_count() or 1}"
    return _starter.start([str(program), concurrency])
