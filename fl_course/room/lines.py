"""Finding the lines of progress in what was copied from a chat.

A chat puts names and times before them, breaks them, and turns dashes into other dashes. A line's
checksum says where it ends: what follows its beginning is taken word by word until it fits.
"""

import re
import unicodedata
from dataclasses import dataclass

from fl_course.exercises import codes
from fl_course.localization import one_line, say

# Soft hyphens and spaces of no width, by which programs mark where a line may break, and what
# turns the direction of the text around a name or a time.
_DIRECTIONS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *_DIRECTIONS])
_AROUND = " \t\"'`*_~|,;:•–—-：，"
_AFTER = "\"'`*_~|,;:.()[]<>"  # of a line's end, when its last dash was lost
_TIME = (
    r"\[?\(?(?:(?:Today|Yesterday) at )?(?:(?:오전|오후|午前|午後)\s?)?"
    r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AP]\.?M\.?)?(?!\w)\)?\]?"
)
_DATE = (
    r"\[?(?:\d{1,4}[-./]\s?\d{1,2}[-./]\s?\d{1,4}\.?|\d{4}[년年]\s?\d{1,2}[월月]\s?\d{1,2}[일日])"
    r"(?!\w),?"
)
_STAMPS = re.compile(rf"^(?:{_DATE}|{_TIME})|(?<!\w)(?:{_DATE}|{_TIME})$", re.IGNORECASE)
_MOST_STAMPS = 8  # around one name
_BRACKETS = ("<>", "[]")  # around a name, as older chats and KakaoTalk write it
_ZOOM = re.compile(
    r"^(?:From\s+(?P<saved>.+?)(?:\s+to\s+.+)?|(?P<copied>.+?)\s+to\s+Everyone)$", re.IGNORECASE
)
_MOST_WORDS = 400  # that a line may have been broken into
_END = re.compile(r"[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d].*$", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A line that was read.

    Attributes:
        name: What stands before it; empty if nothing does.
        progress: What it says.
    """

    name: str
    progress: codes.Progress


@dataclass(frozen=True)
class Trouble:
    """Something in the text that is no line of progress, or no whole one.

    Attributes:
        number: Where it stands: a line of the text, from 1.
        text: The beginning of what stands there.
        why: What is wrong with it, as a sentence.
    """

    number: int
    text: str
    why: str

    def __str__(self) -> str:
        return say(
            "Line {number} ({text}): {why}", number=self.number, text=self.text, why=self.why
        )


def read(text: str) -> tuple[list[Line], list[Trouble]]:
    """Finds the lines of progress in a text, and says what else there is in it.

    Args:
        text: What was copied; names may stand before the lines, or above them.

    Returns:
        The lines in their order, and what could not be read.
    """
    text = text.translate(_INVISIBLE)
    exercises = codes.exercise_ids()
    starts = list(codes.MARK.finditer(text))
    found: list[Line] = []
    wrong: list[tuple[int, str, str]] = []  # where, what is shown of it, and why
    end = 0
    for start, after in zip(starts, [*starts[1:], None], strict=False):
        name, unused = _name_before(text, end, start.start())
        wrong += [_no_code(text, at) for at in unused]
        limit = after.start() if after else len(text)
        try:
            progress, end = _decode(text, start, limit, exercises)
            if _line_end(text, end, limit) < limit or not after:
                end = _line_end(text, end, limit)  # what somebody says after it is no name
            found.append(Line(name, progress))
        except codes.BrokenCodeError as error:
            end = _line_end(text, start.end(), limit)
            told = name or _shortened(text[start.start() : end])
            wrong.append((start.start(), told, str(error)))
    wrong += [_no_code(text, at) for at in _words_in_lines(text, end, len(text))]
    return found, _numbered(text, sorted(wrong))


def _decode(
    text: str, start: re.Match[str], limit: int, exercises: tuple[str, ...]
) -> tuple[codes.Progress, int]:
    """What a line says, and where it ends in the text."""
    if int(start["version"]) != codes.VERSION:
        raise codes.BrokenCodeError(
            say(
                "it was written by another version of the course, in a form that this one can't "
                "read."
            )
        )
    digits = ""
    first_line_ends = _line_end(text, start.end(), limit)
    for count, word in enumerate(re.finditer(r"\S+", text[start.end() : limit])):
        if count == _MOST_WORDS:
            break
        at = start.end() + word.start()
        # Mail puts a sign before each line of what is quoted.
        if word[0].strip(">|") == "" and at > first_line_ends:
            continue
        closing = _END.search(word[0])
        digits += word[0][: closing.start()] if closing else word[0]
        for end_of_digits in dict.fromkeys((digits, digits.rstrip(_AFTER))):
            try:
                progress = codes.decode(end_of_digits, exercises)
            except codes.BrokenCodeError:
                continue
            used = closing.start() + 1 if closing else len(word[0])
            return progress, at + used
        if closing:
            raise codes.BrokenCodeError(
                say(
                    "its checksum does not fit: a part was changed or is missing. Ask for it again."
                )
            )
        if not re.fullmatch(r"[0-9A-Za-z]+", word[0]):
            break
    raise codes.BrokenCodeError(say("its end is missing: a line ends in a dash. Ask for it again."))


def _name_before(text: str, begin: int, end: int) -> tuple[str, list[int]]:
    """The name before a line, and the places of what stands there besides."""
    rows = [
        (at, name)
        for at in _words_in_lines(text, begin, end)
        if (name := _cleaned(text[at : _line_end(text, at, end)]))  # and not only a time
    ]
    if not rows:
        return "", []
    return rows[-1][1], [at for at, _ in rows[:-1]]


def _words_in_lines(text: str, begin: int, end: int) -> list[int]:
    """Where each line between two places begins to hold a letter or a digit."""
    rows = []
    for row in re.finditer(r"[^\n\r]+", text[begin:end]):
        if re.search(r"[^\W_]", row[0]):
            rows.append(begin + row.start())
    return rows


def _line_end(text: str, begin: int, limit: int) -> int:
    found = re.compile(r"[\n\r]").search(text, begin, limit)
    return found.start() if found else limit


def _cleaned(text: str) -> str:
    """A name without the time, quotes and colons that a chat puts around it."""
    name = one_line("".join(" " if unicodedata.category(c) == "Cc" else c for c in text))
    for _ in range(_MOST_STAMPS):
        before = name
        name = _STAMPS.sub("", name.strip(_AROUND).lstrip(">＞")).strip(_AROUND)
        for opening, closing in _BRACKETS:
            if name[:1] == opening and name.find(closing) == len(name) - 1:
                name = name[1:-1]
        if name == before:
            break
    if sender := _ZOOM.match(name):
        name = sender["saved"] or sender["copied"]
    return name[: codes.LONGEST_NAME].strip()


def _no_code(text: str, at: int) -> tuple[int, str, str]:
    line = text[at : _line_end(text, at, len(text))]
    return at, _shortened(line), say("there is no line of progress in it.")


def _shortened(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= 30 else f"{shown[:29]}…"


def _numbered(text: str, wrong: list[tuple[int, str, str]]) -> list[Trouble]:
    """The troubles at places in ascending order; each piece of the text is counted once."""
    troubles: list[Trouble] = []
    number, counted = 1, 0
    for at, shown, why in wrong:
        number += text.count("\n", counted, at)
        counted = at
        troubles.append(Trouble(number, shown, why))
    return troubles
