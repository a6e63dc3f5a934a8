"""A learner's progress as one short line for a chat, `flc1-…-`.

What is between the dashes is a number in base 62: chat programs make smileys, links or italics of
other signs. Its bytes are, bit by bit,

- the progress file's random tag (24 bits) and a mark of the course's list of exercises (16 bits);
- how many exercises follow (10 bits), and the parameter of the Rice code (4 bits);
- for each exercise that was tried, in the order of its mark: how far its mark is from the one
  before, in Rice code, and its state (4 bits): solved or not, and tried 0 to 7 times or more;
- zeros to a full byte, and the CRC-32 of all that (32 bits).

An exercise's mark is 14 bits of its id's hash. So a line is read by a course that has other lessons
and exercises, too: what both have is found. The name, if there is one, stands before the line.
"""

import dataclasses
import hashlib
import re
import string
import zlib
from collections.abc import Iterable, Mapping

from fl_course import catalog
from fl_course.arguments import check_text, described
from fl_course.exercises import progress
from fl_course.localization import one_line, say

MOST_TRIES = 7
"""Shown as that many or more."""
LONGEST_NAME = 80
VERSION = 1
MARK = re.compile(
    r"flc(?P<version>[0-9]{1,3})\s*[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]", re.IGNORECASE
)
"""How a line begins, whatever a program has made of its dash."""

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_TAG, _COURSE, _COUNT, _RICE, _STATE, _CHECK = 24, 16, 10, 4, 4, 32
_ID = 14
_LONGEST = 2000  # digits; a course with all the exercises that can be counted has fewer


class BrokenCodeError(ValueError):
    """A line holds no progress, or not all of it."""


@dataclasses.dataclass(frozen=True)
class State:
    """What became of an exercise.

    Attributes:
        solved: Whether it is solved.
        tries: How often it was tried until then; at most `MOST_TRIES`, which means as many or more.
            0 of one that is solved means that it isn't known.
    """

    solved: bool
    tries: int


@dataclasses.dataclass(frozen=True)
class Progress:
    """What a line says.

    Attributes:
        tag: A number that the lines of one progress file have in common; 0 if it has none.
        states: What became of the exercises that were tried, by id.
        unknown: How many other exercises were tried, which this course does not have.
        other_course: Whether the line is of a course with other exercises.
    """

    tag: int
    states: Mapping[str, State]
    unknown: int = 0
    other_course: bool = False


def progress_code(name: str | None = None) -> str:
    """A short line with what you have solved and how often you tried, to paste into a chat.

    It holds no name, no answer and no time. Nothing is sent: you decide who gets it.

    Args:
        name: Your name, which is put before the line; none by default.

    Returns:
        `flc1-…-`, of letters and digits between the dashes; fewer than 40 of them for four
        exercises, and fewer than 200 for the whole course.

    Raises:
        TypeError: If `name` is no text.
        ValueError: If `name` has no letter or digit, is longer than 80 characters, or is itself
            such a line.
    """
    written = "" if name is None else f"{_check_name(name)}: "
    kept = progress.tagged()
    known = exercise_ids()
    states = {
        exercise: State(exercise in kept.solved, min(kept.tried.get(exercise, 0), MOST_TRIES))
        for exercise in known
        if exercise in kept.solved or kept.tried.get(exercise, 0)
    }
    return written + encode(Progress(kept.tag, states), known)


def _check_name(name: str) -> str:
    shown = one_line(check_text("name", name))
    fits = len(shown) <= LONGEST_NAME and any(character.isalnum() for character in shown)
    if not fits or MARK.search(shown):
        raise ValueError(
            say(
                "name must have a letter or a digit and at most {longest} characters, and be no "
                "line of progress; it is {name}.",
                longest=LONGEST_NAME,
                name=described(name),
            )
        )
    return shown


def exercise_ids() -> tuple[str, ...]:
    """The ids of the course's exercises, in its order."""
    return tuple(exercise for entry in catalog.entries() for exercise in entry.solutions)


def encode(done: Progress, exercises: Iterable[str]) -> str:
    """Writes progress as a line.

    Args:
        done: What to write; its `unknown` and `other_course` are not written.
        exercises: Ids of all exercises of the course.
    """
    states: dict[int, int] = {}
    for exercise, state in done.states.items():
        mark = exercise_mark(exercise)
        value = (state.solved << 3) | min(state.tries, MOST_TRIES)
        states[mark] = max(value, states.get(mark, 0))
    marks = sorted(states)
    gaps = [mark - before - 1 for before, mark in zip([-1, *marks], marks, strict=False)]
    rice = min(range(_ID + 1), key=lambda rice: sum((gap >> rice) + 1 + rice for gap in gaps))
    bits = [_bits(done.tag, _TAG), _bits(_course_mark(exercises), _COURSE)]
    bits += [_bits(len(marks), _COUNT), _bits(rice, _RICE)]
    for gap, mark in zip(gaps, marks, strict=True):
        low = _bits(gap & ((1 << rice) - 1), rice)
        bits.append(f"{'1' * (gap >> rice)}0{low}{_bits(states[mark], _STATE)}")
    content = "".join(bits)
    content += "0" * (-len(content) % 8)
    packed = int(content, 2).to_bytes(len(content) // 8, "big")
    checked = packed + zlib.crc32(packed).to_bytes(_CHECK // 8, "big")
    return f"flc{VERSION}-{_to_digits(int.from_bytes(bytes([1]) + checked, 'big'))}-"


def decode(digits: str, exercises: Iterable[str]) -> Progress:
    """Reads what stands between a line's dashes.

    Args:
        digits: Letters and digits, without spaces.
        exercises: Ids of all exercises of the course that reads it.

    Raises:
        BrokenCodeError: If its checksum is not the one of its content.
    """
    if not digits or not digits.isascii() or not digits.isalnum() or len(digits) > _LONGEST:
        raise BrokenCodeError(say("it has other signs than letters and digits, or too many."))
    number = 0
    for digit in digits:
        number = number * len(_DIGITS) + _VALUES[digit]
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, check = packed[1 : -_CHECK // 8], packed[-_CHECK // 8 :]
    is_whole = zlib.crc32(body).to_bytes(_CHECK // 8, "big") == check
    if digits[0] == "0" or packed[:1] != b"\1" or not is_whole:
        raise BrokenCodeError(say("a part of it was changed or is missing."))
    return _read(_Bits(body), tuple(exercises))


def _read(bits: "_Bits", exercises: tuple[str, ...]) -> Progress:
    by_mark: dict[int, list[str]] = {}
    for exercise in exercises:
        by_mark.setdefault(exercise_mark(exercise), []).append(exercise)
    tag = bits.take(_TAG)
    other_course = bits.take(_COURSE) != _course_mark(exercises)
    count, rice = bits.take(_COUNT), bits.take(_RICE)
    states: dict[str, State] = {}
    unknown = 0
    mark = -1
    for _ in range(count):
        high = 0
        while bits.take(1):
            high += 1
        mark += 1 + (high << rice | bits.take(rice))
        value = bits.take(_STATE)
        found = by_mark.get(mark, [])
        if len(found) == 1:
            states[found[0]] = State(bool(value >> 3), value & MOST_TRIES)
        else:
            unknown += 1
    return Progress(tag, states, unknown, other_course)


class _Bits:
    """Bits to be taken from the front."""

    def __init__(self, content: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in content)
        self._at = 0

    def take(self, number: int) -> int:
        end = self._at + number
        if end > len(self._bits):
            raise BrokenCodeError(say("a part of it was changed or is missing."))
        taken = self._bits[self._at : end]
        self._at = end
        return int(taken or "0", 2)


def exercise_mark(exercise: str) -> int:
    """The number by which a line names an exercise, below 2**14."""
    return _hashed(exercise, _ID)


def _course_mark(exercises: Iterable[str]) -> int:
    return _hashed("\n".join(sorted(exercises)), _COURSE)


def _hashed(text: str, bits: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> (32 - bits)


def _bits(number: int, width: int) -> str:
    return f"{number:0{width}b}" if width else ""


def _to_digits(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return digits
