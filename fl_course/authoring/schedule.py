"""A day's timetable, from the minutes in the instructor's cells."""

import datetime
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.script import Cell

# Minutes that people sit before a break does them good; a lesson's end comes in useful earlier.
_LONGEST_SITTING = 75
_SITTING_AT_A_LESSONS_END = 45
_LAST_STRETCH = 10  # Nobody wants a break before the last minutes of a lesson or of the day.
_LUNCH_WINDOW = 30  # minutes by which lunch may begin earlier than wanted
_LUNCH_AFTER = datetime.timedelta(minutes=60)  # If all is over so soon after its time, it can wait.

_CUT = re.compile(r"\*\*When time is short\.\*\*(.*?)(?:\n[ \t]*\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """A part of a lesson that is taught in one go.

    Attributes:
        title: Its heading, or the lesson's title before the first one.
        minutes: Time in a classroom.
        cuts: What its notes say to do when time is short.
    """

    title: str
    minutes: int
    cuts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """A line of the timetable.

    Attributes:
        start: When it begins.
        minutes: How long it takes.
        lesson: Number of the lesson, or None for a break.
        title: What happens.
    """

    start: datetime.datetime
    minutes: int
    lesson: int | None
    title: str

    @property
    def end(self) -> datetime.datetime:
        """When it ends."""
        return self.start + datetime.timedelta(minutes=self.minutes)


def sections(lesson: Lesson, cells: Iterable[Cell]) -> tuple[Section, ...]:
    """The sections of a lesson: minutes of the instructor's cells under each `##` heading.

    Args:
        lesson: The lesson.
        cells: The cells of its script.

    Raises:
        AuthoringError: If the lesson has no instructor's cell.
    """
    title = lesson.title
    minutes: dict[str, int] = {}
    cuts: dict[str, tuple[str, ...]] = {}
    for cell in cells:
        if cell.kind == "instructor":
            minutes[title] = minutes.get(title, 0) + (cell.minutes or 0)
            found = tuple(" ".join(text.split()) for text in _CUT.findall(cell.source))
            cuts[title] = cuts.get(title, ()) + found
        elif not cell.is_code:
            title = _last_heading(cell.source) or title
    if not minutes:
        raise AuthoringError(
            f"{lesson.script}: there is no instructor's cell, so no minutes. Add one to each "
            'section, with kind="instructor" minutes=5.'
        )
    return tuple(Section(title, count, cuts[title]) for title, count in minutes.items())


def _last_heading(markdown: str) -> str:
    title = ""
    tokens = MarkdownIt("commonmark").parse(markdown)
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2":
            title = inline.content
    return title


def timetable(
    lessons: Sequence[tuple[Lesson, Sequence[Section]]],
    start: datetime.time,
    *,
    break_minutes: int = 15,
    lunch: datetime.time = datetime.time(12, 30),
    lunch_minutes: int = 60,
) -> tuple[Slot, ...]:
    """Lays lessons out over a day, with breaks between sections.

    A break comes at the end of a lesson after 45 minutes of sitting or more, and within a lesson
    before 75 minutes are exceeded, but not when its last ten minutes are left. Lunch comes near its
    time, in the place of a break where it can.

    Args:
        lessons: Lessons with their sections, in order.
        start: Time of day of the first section.
        break_minutes: Length of a break; 0 for none.
        lunch: Time of day near which lunch begins, if the day is still going on then.
        lunch_minutes: Length of lunch; 0 for none.

    Returns:
        The slots in order.

    Raises:
        ValueError: If a length is negative, or the day goes on past midnight.
    """
    for name, value in (("break_minutes", break_minutes), ("lunch_minutes", lunch_minutes)):
        if value < 0:
            raise ValueError(f"{name} must be 0 or more, and it is {value}.")
    day = datetime.date(2000, 1, 1)
    now = datetime.datetime.combine(day, start)
    noon = datetime.datetime.combine(day, lunch)
    window = datetime.timedelta(minutes=_LUNCH_WINDOW)
    slots: list[Slot] = []
    lunch_is_due = lunch_minutes > 0 and now < noon
    sat = 0
    left = sum(part.minutes for _, parts in lessons for part in parts)
    for lesson, parts in lessons:
        for position, part in enumerate(parts):
            after = now + datetime.timedelta(minutes=part.minutes)
            longest = _SITTING_AT_A_LESSONS_END if position == 0 else _LONGEST_SITTING
            tired = sat >= longest if position == 0 else sat + part.minutes > longest
            stretch = sum(x.minutes for x in parts[position:]) if position else left
            tired = tired and stretch > _LAST_STRETCH
            pause = None
            # Lunch now, if all are tired, or if the section's end would be further from its time.
            is_time = now >= noon - window and (tired or noon - now <= after - noon)
            if lunch_is_due and slots and is_time:
                pause, lunch_is_due = ("Lunch", lunch_minutes), False
            elif tired and sat and break_minutes:
                pause = ("Break", break_minutes)
            if pause:
                slots.append(Slot(now, pause[1], None, pause[0]))
                now, sat = slots[-1].end, 0
            slots.append(Slot(now, part.minutes, lesson.number, part.title))
            now, sat, left = slots[-1].end, sat + part.minutes, left - part.minutes
    if now.date() != day:
        raise ValueError(
            f"the day would end after midnight, at {now:%H:%M}. Start earlier, or take fewer "
            "lessons."
        )
    return tuple(slots)


def fitting(
    lessons: Sequence[tuple[Lesson, Sequence[Section]]],
    start: datetime.time,
    end: datetime.time,
    **options: Any,
) -> tuple[Slot, ...]:
    """Lays out as many lessons as are over at a time of day, from the first one on.

    A lesson needs those before it, so none is skipped for a shorter one. Where the end is an hour
    after lunch's time or earlier, lunch comes after it.

    Args:
        lessons: Lessons with their sections, in order.
        start: Time of day of the first section.
        end: Time of day at which everything is over.
        **options: See `timetable`.

    Returns:
        The slots in order.

    Raises:
        ValueError: If not even the first lesson fits, or as `timetable` says.
    """
    day = datetime.date(2000, 1, 1)
    latest = datetime.datetime.combine(day, end)
    lunch = datetime.datetime.combine(day, options.get("lunch", datetime.time(12, 30)))
    if latest - lunch <= _LUNCH_AFTER:
        options = {**options, "lunch_minutes": 0}
    for count in range(len(lessons), 0, -1):
        try:
            slots = timetable(lessons[:count], start, **options)
        except ValueError:
            if count == 1:
                raise
            continue  # It goes on past midnight.
        if slots[-1].end <= latest:
            return slots
    raise ValueError(
        f"lesson {lessons[0][0].number} alone goes on until {slots[-1].end:%H:%M}, which is after "
        f"{end:%H:%M}. Start earlier, end later, or choose a shorter lesson with --lessons."
    )
