"""Processes of Flower's: started here, heard in files, and ended with the notebook's process.

Each one, and each that they start themselves, asks Linux to be killed when its parent ends
(`child/sitecustomize.py`). The signal comes when the parent's *thread* ends, so that all are
started from one thread that lives as long as the notebook's process.
"""

import contextlib
import os
import pathlib
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import psutil

from fl_course.flower import environment
from fl_course.localization import say

_COLORS = re.compile("\x1b\\[[0-9;]*m")
_CHILD = pathlib.Path(__file__).parent / "child"
_LAST_WORDS = 4000  # bytes of a log that are looked at
_POLL = 0.05  # seconds
_TO_END = 10.0  # seconds, for a process that was killed


class FlowerError(RuntimeError):
    """A process of Flower's could not do what it was asked for; the message says what to do."""


class Process:
    """One process of Flower's with those that it starts.

    Args:
        name: What it is called in messages.
        command: The program, one of Flower's or a file of `child/`, and its arguments.
        home: A folder of its own, made here: Flower's settings, and `log.txt`.
        variables: What its environment has besides the usual.

    Raises:
        FlowerError: If the system lets us start no process.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        home: pathlib.Path,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        surroundings = _surroundings(home) | dict(variables or {})
        with open(self._log, "ab") as log:

            def start() -> subprocess.Popen[bytes]:
                return subprocess.Popen(
                    _full(command),
                    cwd=home,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=surroundings,
                    # Jupyter's stop button and Ctrl-C signal the whole group: not meant for these.
                    start_new_session=True,
                )

            try:
                self._process = _starter().submit(start).result()
            except OSError as error:
                raise FlowerError(
                    say(
                        "{name} could not be started: {reason}. If Flower's environment is gone, "
                        "flower.install() makes it again.",
                        name=name,
                        reason=error.strerror or error,
                    )
                ) from None

    @property
    def _log(self) -> pathlib.Path:
        return self.home / "log.txt"

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def log(self) -> str:
        """What it, and those that it started, have printed so far."""
        return _COLORS.sub("", self._log.read_text(errors="replace"))

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def family(self) -> list[int]:
        """Its process id and those of all that it has started, directly or not."""
        return [process.pid for process in self._family()]

    def _family(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            this = psutil.Process(self.pid)
            # Flower leaves those that have ended in the list of processes, as zombies.
            return [x for x in (this, *this.children(recursive=True)) if _runs(x)]
        return []

    def kill(self) -> None:
        """Ends it at once, and those that it has started. Does nothing if it has ended."""
        end_all([self])

    def last_words(self) -> str:
        """The last line that it has printed and that says something."""
        lines = [line.strip() for line in self.log()[-_LAST_WORDS:].splitlines()]
        return next((x for x in reversed(lines) if any(map(str.isalnum, x))), say("nothing"))


def end_all(processes: Sequence[Process]) -> None:
    """Ends processes at once, and those that they have started, in the order given.

    All are killed before one is waited for: the system takes a second or two to clear away what a
    process has started.
    """
    families = [process._family() if process.is_alive() else [] for process in processes]
    for family in families:
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process._process.wait(_TO_END)
    psutil.wait_procs([x for family in families for x in family[1:]], timeout=_TO_END)


def wait_until(
    happened: Callable[[], bool],
    what: str,
    processes: Sequence[Process],
    seconds: float,
) -> None:
    """Waits for something.

    Args:
        happened: Whether it has.
        what: What is waited for, for the message.
        processes: Those without which it can't happen.
        seconds: The longest time.

    Raises:
        FlowerError: If one of the processes ends, or the time is over.
    """
    end = time.monotonic() + seconds
    while not happened():
        for process in processes:
            # Once more: it may have happened just before the process ended.
            if not process.is_alive() and not happened():
                raise FlowerError(
                    say(
                        "Waiting for {what}, but {name} has ended; its last words: {words}",
                        what=what,
                        name=process.name,
                        words=process.last_words(),
                    )
                )
        if time.monotonic() > end:
            raise FlowerError(
                say(
                    "Waited {seconds} seconds for {what}, in vain. Close other programs that use "
                    "the processor, and run this cell again.",
                    seconds=f"{seconds:.0f}",
                    what=what,
                )
            )
        time.sleep(_POLL)


def run_to_end(command: Sequence[str], seconds: float) -> None:
    """Runs one of our programs by Flower's Python.

    Args:
        command: The file's name in `child/` and its arguments.
        seconds: The longest time.

    Raises:
        FlowerError: If it fails or takes longer.
    """
    program = command[0]
    try:
        done = subprocess.run(
            _full(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FlowerError(
            say("{program} could not be run: {reason}", program=program, reason=error)
        ) from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [""]
        raise FlowerError(
            say("{program} could not be run: {reason}", program=program, reason=lines[-1])
        )


def _full(command: Sequence[str]) -> list[str]:
    """A command line with the program's place."""
    program, *arguments = command
    if program.endswith(".py"):
        return [os.fspath(environment.python()), os.fspath(_CHILD / program), *arguments]
    return [os.fspath(environment.folder() / "bin" / program), *arguments]


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _surroundings(home: pathlib.Path) -> dict[str, str]:
    """The environment of a process: without proxies, and with nothing told to anyone."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "FLWR_", "FL_COURSE_"))
        and name.lower() not in ("http_proxy", "https_proxy", "all_proxy")
    }
    bin_folder = environment.folder() / "bin"
    return ours | {
        "PATH": os.pathsep.join([os.fspath(bin_folder), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": os.fspath(_CHILD),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "FLWR_HOME": os.fspath(home),
        "FLWR_TELEMETRY_ENABLED": "0",
        "FLWR_DISABLE_UPDATE_CHECK": "1",
        "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION": "1",
        "FLWR_SUPEREXEC_TASK_POLL_INTERVAL": "0.1",
        "NO_PROXY": "*",
        # A client's NumPy is to keep one core busy; several nodes share the cores.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "FL_COURSE_STARTER": str(os.getpid()),
    }


_the_starter: tuple[int, ThreadPoolExecutor] | None = None


def _starter() -> ThreadPoolExecutor:
    """A pool of one thread, which lives as long as this process; a fork gets another."""
    global _the_starter
    if _the_starter is None or _the_starter[0] != os.getpid():
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fl-course-flower-starter")
        _the_starter = (os.getpid(), pool)
    return _the_starter[1]
