"""A day's timetable, from the minutes in the instructor's cells."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.script import Cell

# Minutes that people sit before a break does them good; a lesson's end comes in useful earlier.
_LONGEST_SITTING = 75
_SITTING_AT_A_LESSONS_END = 45
_LAST_STRETCH = 10  # Nobody wants a break before the day's last minutes.
_LUNCH_WINDOW = 30  # minutes by which lunch may begin earlier than wanted


@dataclass(frozen=True)
class Section:
    """A part of a lesson that is taught in one go.

    Attributes:
        title: Its heading, or the lesson's title before the first one.
        minutes: Time in a classroom.
    """

    title: str
    minutes: int


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
    for cell in cells:
        if cell.kind == "instructor":
            minutes[title] = minutes.get(title, 0) + (cell.minutes or 0)
        elif not cell.is_code:
            title = _last_heading(cell.source) or title
    if not minutes:
        raise AuthoringError(
            f"{lesson.script}: there is no instructor's cell, so no minutes. Add one to each "
            'section, with kind="instructor" minutes=5.'
        )
    return tuple(Section(title, count) for title, count in minutes.items())


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
    before 75 minutes are exceeded. Lunch comes near its time, in the place of a break where it can.

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
            tired = tired and left > _LAST_STRETCH
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
