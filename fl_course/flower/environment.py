"""Flower's packages, in an environment of their own: nothing of the notebook's is changed by them.

Their versions are those of `requirements.lock`, with hashes. The environment is made once, which
needs the network, and is used by processes that this package starts; the notebook's own process
imports none of it.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from fl_course.localization import one_line, say, tell
from fl_course.runtime import interpreter, places
from fl_course.runtime.errors import SetupError

VARIABLE = "FL_COURSE_FLOWER"
"""Names, in the environment, the folder for Flower's packages."""

LOCK = pathlib.Path(__file__).parent / "requirements.lock"
_OURS = "made-by-fl-course"  # in the folder from its beginning: what lacks it is not ours to delete
_READY = "fl-course-ready"  # in the folder when it is complete
_LONGEST = 15  # minutes, to fetch 100 MB
_NO_NETWORK = ("NewConnectionError", "Temporary failure in name resolution", "ConnectTimeoutError")
_NO_SPACE = "No space left on device"


def folder() -> pathlib.Path:
    """Where Flower's environment is, or would be made.

    That is the folder that the variable `FL_COURSE_FLOWER` names; else one in the notebook's own
    virtual environment, so that it goes with it; else, as on Colab, one in the user's cache.
    """
    if named := os.environ.get(VARIABLE):
        return pathlib.Path(named).expanduser().absolute()
    if sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK):
        return pathlib.Path(sys.prefix, "fl-course-flower")
    import platformdirs

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return platformdirs.user_cache_path("fl-course") / f"flower-python{version}"


def python() -> pathlib.Path:
    """The Python program of Flower's environment."""
    return folder() / "bin" / "python"


def is_ready() -> bool:
    """Whether Flower's environment is there, complete, and of this course's versions."""
    try:
        return (folder() / _READY).read_text() == _wanted() and os.access(python(), os.X_OK)
    except OSError:
        return False


def is_there() -> bool:
    """As `is_ready`, and prints one line that says what to do if it is not there."""
    if is_ready():
        return True
    tell(
        say(
            "Flower is not here, so this cell does nothing: run flower.install() in a cell, or "
            "`fl-course flower` in a terminal, once and with a network."
        )
    )
    return False


def check_ready() -> None:
    """Checks that Flower's environment is there.

    Raises:
        SetupError: If it isn't.
    """
    if not is_ready():
        raise SetupError(
            say(
                "Flower is not here. Run flower.install() in a cell, or `fl-course flower` in a "
                "terminal, once and with a network."
            )
        )


def install() -> bool:
    """Makes Flower's environment if it is not there, and prints one line that says how it went.

    Returns:
        Whether it is there.
    """
    try:
        tell(make_environment())
    except SetupError as error:
        tell(one_line(str(error)))
        return False
    return True


def make_environment() -> str:
    """Makes Flower's environment if it is not there.

    Two that do so at the same time wait for each other.

    Returns:
        A line that says what is there.

    Raises:
        SetupError: If it can't be made; the message names the reason and what to do.
    """
    places.check_platform()
    there = folder()
    with _alone(there):
        if not is_ready():
            _clear(there)
            tell(say("Fetching Flower into an environment of its own: 200 MB on disk …"))
            sys.stdout.flush()
            _make(there)
    return say("Flower {version} is there, in an environment of its own.", version=version())


def version() -> str:
    """The version of Flower in the lock."""
    line = next(x for x in LOCK.read_text().splitlines() if x.startswith("flwr=="))
    return line.split()[0].removeprefix("flwr==")


def _wanted() -> str:
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{sys.version_info.major}.{sys.version_info.minor} {digest}\n"


@contextlib.contextmanager
def _alone(there: pathlib.Path) -> Iterator[None]:
    """Waits for another process that makes the same environment."""
    name = hashlib.sha256(os.fspath(there).encode()).hexdigest()[:16]
    path = pathlib.Path(tempfile.gettempdir(), f"fl-course-flower-{os.getuid()}-{name}.lock")
    with contextlib.ExitStack() as stack:
        try:
            lock = stack.enter_context(open(path, "w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise _failed(error.strerror or str(error)) from None
        yield


def _clear(there: pathlib.Path) -> None:
    """Takes away one that is half made, or of other versions."""
    try:
        if there.is_dir() and any(there.iterdir()) and not (there / _OURS).exists():
            raise SetupError(
                say(
                    "Flower's environment is to be made in {folder}, and there is something else. "
                    "Name a folder that does not exist in the variable {variable}.",
                    folder=repr(os.fspath(there)),
                    variable=VARIABLE,
                )
            )
        if there.is_dir():
            shutil.rmtree(there)
        there.mkdir(parents=True)
        (there / _OURS).touch()
    except OSError as error:
        raise _failed(error.strerror or str(error)) from None


def _make(there: pathlib.Path) -> None:
    # Without pip, which some systems' Python can't put in; ours installs from outside.
    own = interpreter.python()
    _run([own, "-m", "venv", "--without-pip", os.fspath(there)])
    pip = [own, "-m", "pip", "--python", os.fspath(there / "bin" / "python")]
    pip += ["--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-input"]
    _run([*pip, "--retries=1", "--require-hashes", "--only-binary=:all:", "-r", os.fspath(LOCK)])
    imports = "import flwr.serverapp, flwr.clientapp, flwr.superlink.cli, flwr.supernode.cli"
    _run([os.fspath(there / "bin" / "python"), "-c", imports])
    (there / _READY).write_text(_wanted())


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60 * _LONGEST,
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
        )
    except subprocess.TimeoutExpired:
        raise _failed(say("it took longer than {minutes} minutes", minutes=_LONGEST)) from None
    except OSError as error:
        raise _failed(error.strerror or str(error)) from None
    if done.returncode == 0:
        return
    words = done.stderr or done.stdout
    if _NO_SPACE in words:
        raise _failed(say("the disk is full"))
    if any(sign in words for sign in _NO_NETWORK):
        raise _failed(say("there is no network"))
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    raise _failed(lines[-1] if lines else say("a program of it failed without a word"))


def _failed(reason: str) -> SetupError:
    return SetupError(
        say(
            "Flower's environment could not be made: {reason}. The lesson runs without it, and "
            "leaves out what needs Flower.",
            reason=reason,
        )
    )
