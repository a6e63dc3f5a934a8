"""Finding the lines of progress in what was copied from a chat.

A chat puts names and times before them or above them, breaks them, and turns dashes into other
dashes. A line's checksum says where it ends: what follows its beginning is taken word by word until
it fits. The name that stands last before a line is the one that its participant gave.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from fl_course.exercises import codes
from fl_course.localization import one_line, say

# Soft hyphens and spaces of no width, by which programs mark where a line may break, and what
# turns the direction of the text around a name or a time.
_DIRECTIONS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *_DIRECTIONS])
_AROUND = " \t\"'`*_~|,;:•–—-：，"
_AFTER = "\"'`*_~|,;:.()[]<>"  # of a line's end, when its last dash was lost
_DAY = (
    r"(?:(?:Today|Yesterday|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|오늘|어제|今日|昨日|今天|昨天"
    r"|\d{1,2}[/.]\d{1,2}\.?),?\s(?:at\s)?)?"
)
_TIME = (
    rf"\[?\(?{_DAY}(?:(?:오전|오후|午前|午後|上午|下午)\s?)?"
    r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AP]\.?M\.?)?(?!\w)\)?\]?"
)
_DATE = (
    r"\[?(?:\d{1,4}[-./]\s?\d{1,2}[-./]\s?\d{1,4}\.?|\d{4}[년年]\s?\d{1,2}[월月]\s?\d{1,2}[일日])"
    r"(?!\w),?(?:\s?\(?[월화수목금토일月火水木金土](?:요일|曜日)?(?!\w)\)?)?"
)
_STAMPS = re.compile(rf"^(?:{_DATE}|{_TIME})|(?<!\w)(?:{_DATE}|{_TIME})$", re.IGNORECASE)
# What parts the chat's name from the one that a participant gave, in one line.
_BETWEEN = re.compile(rf"(?<!\w)(?:{_DATE}|{_TIME})|\s?[:：](?=\s|$)|\t", re.IGNORECASE)
_MOST_STAMPS = 8  # around one name
_BRACKETS = ("<>", "[]")  # around a name, as older chats and KakaoTalk write it
_ZOOM = re.compile(
    r"^(?:From\s+(?P<saved>.+?)(?:\s+to\s+.+)?|(?P<copied>.+?)\s+to\s+Everyone)$", re.IGNORECASE
)
_TO_ALL = re.compile(r"From\s.+\sto\s|.+\sto\s+Everyone$", re.IGNORECASE)
_MOST_ABOVE = 4  # rows between a line and the chat's name above it
# Of what looks like a line whose beginning is gone, or is none.
_LIKE_A_LINE = re.compile(
    r"(?i:\bflc\d)|\b(?=[A-Za-z]*\d)(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{16}"
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


class Reading(NamedTuple):
    """What was found in a text.

    Attributes:
        lines: The lines of progress, in their order.
        troubles: What looks like one and could not be read.
        others: How many rows hold something else, and no name of a line's.
    """

    lines: list[Line]
    troubles: list[Trouble]
    others: int

    def about_others(self) -> str:
        """What is to be said of the other rows; empty if there are none."""
        if self.others == 1:
            return say("One line of the text holds no line of progress.")
        if self.others:
            return say("{number} lines of the text hold no line of progress.", number=self.others)
        return ""


def read(text: str) -> Reading:
    """Finds the lines of progress in a text, and says what else there is in it.

    Args:
        text: What was copied; names may stand before the lines, or above them.
    """
    text = text.translate(_INVISIBLE)
    exercises = codes.exercise_ids()
    starts = list(codes.MARK.finditer(text))
    found: list[Line] = []
    wrong: list[tuple[int, str, str]] = []  # where, what is shown of it, and why
    others: list[int] = []
    end = 0
    for start, after in zip(starts, [*starts[1:], None], strict=False):
        name, unused = _name_before(text, end, start.start())
        others += unused
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
    others += [at for at in _words_in_lines(text, end, len(text)) if _cleaned(_row(text, at))]
    like_lines = [at for at in others if _LIKE_A_LINE.search(_row(text, at))]
    wrong += [_no_code(text, at) for at in like_lines]
    return Reading(found, _numbered(text, sorted(wrong)), len(others) - len(like_lines))


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
    """The name of a line that begins at `end`, and the places of what stands there besides.

    What the participant has put before the line wins over what the chat has put above it.
    """
    rows = _words_in_lines(text, begin, end)
    name = ""
    if rows and _line_end(text, rows[-1], end) == end:
        name = _last_name(text[rows.pop() : end])
    above = [(at, cleaned) for at in rows if (cleaned := _cleaned(_row(text, at)))]
    times = set(rows) - {at for at, _ in above}
    heading = _heading_of(text, rows[-_MOST_ABOVE:], times)
    if heading is None and not name and above:
        heading = above[-1][0]
    if heading is not None:
        name = name or _cleaned(_row(text, heading))
    return name, [at for at, _ in above if at != heading]


def _heading_of(text: str, rows: list[int], times: Collection[int]) -> int | None:
    """The row in which a chat names who has sent what follows; with a time in it, or below it."""
    has_time = False
    for at in reversed(rows):
        row = _row(text, at).strip(_AROUND)
        if at in times:
            has_time = True
        elif has_time or _STAMPS.search(row) or _TO_ALL.match(row):
            return at
    return None


def _last_name(text: str) -> str:
    """The last name in the row of a line, before it."""
    parts = (part.strip().lstrip("])").rstrip("[(") for part in _BETWEEN.split(text))
    return next((name for part in reversed(list(parts)) if (name := _cleaned(part))), "")


def _words_in_lines(text: str, begin: int, end: int) -> list[int]:
    """Where each line between two places begins to hold a letter or a digit."""
    rows = []
    for row in re.finditer(r"[^\n\r]+", text[begin:end]):
        if re.search(r"[^\W_]", row[0]):
            rows.append(begin + row.start())
    return rows


def _row(text: str, begin: int) -> str:
    return text[begin : _line_end(text, begin, len(text))]


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
    return at, _shortened(_row(text, at)), say("there is no line of progress in it.")


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
