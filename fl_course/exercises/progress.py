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
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Kept:
    """What is kept.

    Attributes:
        solved: Ids of the exercises that were solved.
        tried: How often each exercise was tried until it was solved, by id; of some that is not
            known. An answer that is still blank is no try, and what is tried after the first right
            answer does not count.
        answered: Ids of the questions that were answered right.
        tag: A random number that tells this file from others, below 2**24; 0 if there is none yet.
            Says of two lines of one participant that the later one replaces the former, without a
            name.
    """

    solved: frozenset[str]
    tried: Mapping[str, int]
    answered: frozenset[str]
    tag: int


def is_kept() -> bool:
    """Whether there is a file, and it is one of ours."""
    file = path()
    try:
        return file is not None and _read(file) is not None
    except (OSError, _NotOurs):
        return False


def is_free(file: Path) -> bool:
    """Whether progress can be kept in a file: it holds nothing else, or is not there yet."""
    try:
        _read(file)
    except _NotOurs:
        return False
    except OSError:  # Whoever writes it says so.
        pass
    return True


def kept() -> Kept:
    """What is kept. Changes nothing; warns once if it can't be read."""
    file = path()
    content = None
    try:
        content = file and _read(file)
    except _NotOurs:
        _warn_not_ours(file)
    except OSError as error:
        warnings.warn(
            say("the progress file cannot be read: {strerror}.", strerror=error.strerror),
            stacklevel=3,
        )
    return _as_kept(content or _empty())


def tagged() -> Kept:
    """What is kept, in a file that has its tag from here on. Warns once if there can be none."""
    return _as_kept(_change(lambda content: content) or _empty())


def done() -> frozenset[str]:
    """The ids of the exercises that were solved, as `kept` gives them."""
    return kept().solved


def answered() -> frozenset[str]:
    """The ids of the questions that were answered right, as `kept` gives them."""
    return kept().answered


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

    def added(content: dict[str, Any]) -> dict[str, Any] | None:
        before, questions = {*content[_SOLVED]}, {*content.get(_ANSWERED, ())}
        if {*tried, *solved} <= before and answered <= questions:
            return None
        counts = dict(content.get(_TRIED, {}))
        for exercise, number in tried.items():
            if exercise not in before:
                counts[exercise] = counts.get(exercise, 0) + number
        new = {
            _SOLVED: sorted({*before, *solved}),
            _TRIED: dict(sorted(counts.items())),
            _ANSWERED: sorted({*questions, *answered}),
        }
        # Fields of a newer version stay.
        return {**content, **new}

    _change(added)


def _change(
    changed: Callable[[dict[str, Any]], dict[str, Any] | None],
) -> dict[str, Any] | None:
    """Writes what is made of the file's content, and gives what the file holds, None if nothing.

    Args:
        changed: Gives the new content, or None if nothing is to be written.
    """
    file = path()
    if file is None:
        return None
    try:
        if str(file).startswith("~"):  # a user whom this machine doesn't know
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        # What a link leads to is replaced, and not the link: some keep such files elsewhere.
        file = Path(os.path.realpath(file))
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file.parent):
            content = _read(file) or _empty()
            new = changed(content)
            if new is None:
                return content
            tag = content.get("tag") or 1 + secrets.randbelow(2**_TAG_BITS - 1)
            new = {**new, **_OURS, "tag": tag}
            if new != content:
                _write(file, new)
            return new
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
            stacklevel=3,
        )
        with contextlib.suppress(OSError, _NotOurs):
            return _read(file)
    return None


def _as_kept(content: Mapping[str, Any]) -> Kept:
    return Kept(
        frozenset(content[_SOLVED]),
        dict(content.get(_TRIED, {})),
        frozenset(content.get(_ANSWERED, ())),
        content.get("tag", 0),
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
