"""Which exercises a learner has solved: one small file on this machine, nowhere else.

The file may be deleted at any time. `FL_COURSE_PROGRESS=off` in the environment switches it off;
any other value is the path of the file to use.
"""

import contextlib
import fcntl
import json
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

from fl_course.localization import say

VARIABLE = "FL_COURSE_PROGRESS"
_OFF = "off"
_FILE = "progress.json"


def path() -> Path | None:
    """The file, which need not exist yet, or None if progress is switched off."""
    setting = os.environ.get(VARIABLE, "")
    if setting.strip().lower() == _OFF:
        return None
    if setting:
        return Path(setting).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("fl-course", appauthor=False), _FILE)


def done() -> frozenset[str]:
    """The ids of the exercises that were solved. A damaged file is set aside with a warning."""
    file = path()
    if file is None:
        return frozenset()
    try:
        return _read(file)
    except OSError as error:
        warnings.warn(
            say("the progress file cannot be read: {strerror}.", strerror=error.strerror),
            stacklevel=2,
        )
        return frozenset()


def record(exercise: str) -> None:
    """Notes that an exercise was solved. If that can't be written, it warns and goes on."""
    file = path()
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file.parent):
            solved = _read(file)
            if exercise not in solved:
                _write(file, solved | {exercise})
    except OSError as error:
        warnings.warn(
            say(
                "your progress could not be saved: {strerror}. The course goes on without; "
                "{variable}=off in the environment switches this off.",
                strerror=error.strerror,
                variable=VARIABLE,
            ),
            stacklevel=2,
        )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps other notebooks from writing between our reading and our writing."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(file: Path) -> frozenset[str]:
    try:
        content = json.loads(file.read_bytes())
        solved = content["solved"]
        if not isinstance(solved, list) or not all(isinstance(name, str) for name in solved):
            raise ValueError("`solved` is not a list of names")
    except FileNotFoundError:
        return frozenset()
    except (ValueError, KeyError, TypeError, RecursionError):
        aside = file.with_name(f"{file.name}.damaged")
        os.replace(file, aside)
        warnings.warn(
            say(
                "the progress file was damaged. It is kept as {name}, and a new one is begun.",
                name=aside.name,
            ),
            stacklevel=3,
        )
        return frozenset()
    return frozenset(solved)


def _write(file: Path, solved: frozenset[str]) -> None:
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as handle:
            json.dump({"solved": sorted(solved)}, handle, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
