"""What a learner has solved and tried, and answered: one small file on this machine, nowhere else.

The file may be deleted at any time. `FL_COURSE_PROGRESS=off` in the environment switches it off;
any other value is the path of the file to use. A file that holds anything else is left as it is,
whoever named it: nothing is moved, replaced or emptied.
"""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import stat
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

from fl_course.localization import say

VARIABLE = "FL_COURSE_PROGRESS"
_OFF = "off"
_FILE = "progress.json"
_SOLVED, _TRIED, _ANSWERED = "solved", "tried", "answered"  # fields; the last is of questions
_OURS = {"course": "fl-course"}  # what a progress file says of itself, beside what is solved
_TAG_BITS = 24
# A file system elsewhere, such as Google Drive's, may know no locks.
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EINVAL, errno.ENOLCK)
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
    return frozenset(_kept()[_SOLVED])


def answered() -> frozenset[str]:
    """The ids of the questions that were answered right, as `done` gives those of exercises."""
    return frozenset(_kept().get(_ANSWERED, ()))


def tries() -> dict[str, int]:
    """How often each exercise was tried until it was solved, by id; of some that is not known.

    An answer that is still blank is no try, and what is tried after the first right answer does not
    count. Changes nothing; warns if it can't be read.
    """
    return dict(_kept().get(_TRIED, {}))


def tag() -> int:
    """A random number that tells this file from others, below 2**24; 0 if there is none yet.

    Says of two lines of one participant that the later one replaces the former, without a name.
    """
    return _kept().get("tag", 0)


def record(exercise: str, *, solved: bool = True) -> None:
    """Notes that an exercise was tried. If that can't be written, it warns and goes on.

    Args:
        exercise: Its id.
        solved: Whether the answer was right.
    """
    note({exercise: 1}, {exercise} if solved else set())


def record_answer(question: str) -> None:
    """Notes that a question was answered right, as `record` notes an exercise."""
    note({}, set(), {question})


def note(tried: Mapping[str, int], solved: Set[str], answered: Set[str] = frozenset()) -> None:
    """Adds to what is noted; of exercises that are solved already nothing changes.

    Args:
        tried: How often exercises were tried since the last note, by id.
        solved: Ids of those that are solved now.
        answered: Ids of questions that are answered now.
    """
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
            before, questions = {*content[_SOLVED]}, {*content.get(_ANSWERED, ())}
            if {*tried, *solved} <= before and answered <= questions:
                return
            counts = dict(content.get(_TRIED, {}))
            for exercise, number in tried.items():
                if exercise not in before:
                    counts[exercise] = counts.get(exercise, 0) + number
            new = {
                _SOLVED: sorted({*before, *solved}),
                _TRIED: dict(sorted(counts.items())),
                _ANSWERED: sorted({*questions, *answered}),
                "tag": content.get("tag") or 1 + secrets.randbelow(2**_TAG_BITS - 1),
            }
            # Fields of a newer version stay.
            _write(file, {**content, **_OURS, **new})
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


def _kept() -> dict[str, Any]:
    """What the file holds; nothing, with a warning, if it can't be read."""
    file = path()
    if file is None:
        return _empty()
    try:
        return _read(file) or _empty()
    except _NotOurs:
        _warn_not_ours(file)
    except OSError as error:
        warnings.warn(
            say("the progress file cannot be read: {strerror}.", strerror=error.strerror),
            stacklevel=3,
        )
    return _empty()


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
    # An earlier version reads a file only if it has this field.
    return {_SOLVED: []}


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
            except OSError as error:
                if error.errno in _NO_LOCKS:
                    break
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
    is_ours = content.keys() == {_SOLVED} or content.items() >= _OURS.items()
    fields = (content.get(_SOLVED), content.get(_ANSWERED, []))
    if not is_ours or not all(isinstance(names, list) for names in fields):
        raise _NotOurs
    if not all(isinstance(name, str) for names in fields for name in names):
        raise _NotOurs
    counts = content.get(_TRIED, {})
    if not isinstance(counts, dict) or not all(_is_whole(count) for count in counts.values()):
        raise _NotOurs
    tag = content.get("tag", 0)
    if not _is_whole(tag) or tag >= 2**_TAG_BITS:
        raise _NotOurs
    return content


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


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
