"""Which exercises a learner has solved: one small file on this machine, nowhere else.

The file may be deleted at any time. `FL_COURSE_PROGRESS=off` in the environment switches it off;
any other value is the path of the file to use. A file that holds anything else is left as it is,
whoever named it: nothing is moved, replaced or emptied.
"""

import contextlib
import errno
import fcntl
import json
import os
import stat
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fl_course.localization import say

VARIABLE = "FL_COURSE_PROGRESS"
_OFF = "off"
_FILE = "progress.json"
_OURS = {"course": "fl-course"}  # what a progress file says of itself, beside what is solved
_PATIENCE = 5.0  # seconds; another notebook writes for a few milliseconds


class _NotOurs(Exception):
    """The file holds something that this module did not write, or lost a part."""


def path() -> Path | None:
    """The file, which need not exist yet, or None if progress is switched off."""
    setting = os.environ.get(VARIABLE, "")
    if setting.strip().lower() == _OFF:
        return None
    if setting:
        with contextlib.suppress(RuntimeError):  # of a user whom this machine doesn't know
            return Path(setting).expanduser()
        return Path(setting)
    import platformdirs

    return Path(platformdirs.user_data_dir("fl-course", appauthor=False), _FILE)


def is_kept() -> bool:
    """Whether there is a file, and it is one of ours."""
    file = path()
    try:
        return file is not None and _read(file) is not None
    except (OSError, _NotOurs):
        return False


def done() -> frozenset[str]:
    """The ids of the exercises that were solved. Changes nothing; warns if they can't be read."""
    file = path()
    if file is None:
        return frozenset()
    try:
        return frozenset((_read(file) or _empty())["solved"])
    except _NotOurs:
        _warn_not_ours(file)
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
        if str(file).startswith("~"):  # a user whom this machine doesn't know
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        # What a link leads to is replaced, and not the link: some keep such files elsewhere.
        file = Path(os.path.realpath(file))
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file.parent):
            content = _read(file) or _empty()
            if exercise not in content["solved"]:
                # Fields of a newer version stay.
                solved = sorted({*content["solved"], exercise})
                _write(file, {**content, **_OURS, "solved": solved})
    except _NotOurs:
        _warn_not_ours(file)
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


def _warn_not_ours(file: Path) -> None:
    warnings.warn(
        say(
            "{name} is no progress file, or it is damaged. It was left as it is, and nothing is "
            "noted. Rename or delete it, or name another file by {variable} in the environment.",
            name=file.name,
            variable=VARIABLE,
        ),
        stacklevel=3,
    )


def _empty() -> dict[str, Any]:
    return {"solved": []}


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps other notebooks from writing between our reading and our writing."""
    handle = os.open(folder, os.O_RDONLY)
    ends = time.monotonic() + _PATIENCE
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends:
                    raise
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        # Without waiting: a pipe, which may be named by mistake, gives nothing until it is fed.
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _NotOurs
    with open(handle, "rb") as opened:
        try:
            content = json.load(opened)
        except (ValueError, RecursionError):
            raise _NotOurs from None
    if not isinstance(content, dict):
        raise _NotOurs
    is_ours = content.keys() == {"solved"} or content.items() >= _OURS.items()
    solved = content.get("solved")
    if not is_ours or not isinstance(solved, list):
        raise _NotOurs
    if not all(isinstance(name, str) for name in solved):
        raise _NotOurs
    return content


def _write(file: Path, content: dict[str, Any]) -> None:
    # Under a name that no one has: whatever else lies there is not ours.
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with open(handle, "w", encoding="utf-8") as opened:
            json.dump(content, opened, indent=1)
            opened.flush()
            os.fsync(handle)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
