"""A day's timetable, from the minutes in the instructor's cells."""

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markdown_it import MarkdownIt

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.script import CUT, Cell

# Minutes that people sit before a break does them good; a lesson's end comes in useful earlier.
_LONGEST_SITTING = 75
_SITTING_AT_A_LESSONS_END = 45
_LAST_STRETCH = 10  # Nobody wants a break before the last minutes of a lesson,
_LAST_STRETCH_OF_ALL = 20  # or before those of the day.
_LUNCH_WINDOW = 30  # minutes by which lunch may begin earlier than wanted
_DAY = datetime.date(2000, 1, 1)  # any
_LUNCH_AFTER = datetime.timedelta(minutes=60)  # If all is over so soon after its time, it can wait.


@dataclass(frozen=True)
class Cut:
    """What can be left out when time is short.

    Attributes:
        text: What the notes say to do.
        minutes: How many that saves, if the notes say so.
    """

    text: str
    minutes: int | None = None


@dataclass(frozen=True)
class Section:
    """A part of a lesson that is taught in one go.

    Attributes:
        title: Its heading, or the lesson's title before the first one.
        minutes: Time in a classroom.
        cuts: What can be left out of it.
        cells: The keys of its cells, in order.
    """

    title: str
    minutes: int
    cuts: tuple[Cut, ...] = ()
    cells: tuple[str, ...] = field(default=(), compare=False)


Place = tuple[Lesson, Section, Cut]
"""A cut, with where it stands."""


_Parts = Sequence[tuple[Lesson, Sequence[Section]]]


@dataclass(frozen=True)
class Slot:
    """A line of the timetable.

    Attributes:
        start: When it begins.
        minutes: How long it takes.
        lesson: Number of the lesson, or None for a break or the welcome.
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


def sections(
    lesson: Lesson,
    cells: Iterable[Cell],
    title: str = "",
    said: Callable[[Cell], str] = lambda cell: cell.source,
) -> tuple[Section, ...]:
    """The sections of a lesson: minutes of the instructor's cells under each `##` heading.

    Args:
        lesson: The lesson.
        cells: The cells of its script.
        title: The lesson's title, if not in English.
        said: Gives a cell's text in the language of the timetable, paragraph by paragraph.

    Raises:
        AuthoringError: If the lesson has no instructor's cell.
    """
    title = title or lesson.title
    minutes: dict[str, int] = {}
    cuts: dict[str, tuple[Cut, ...]] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for cell in cells:
        if cell.kind == "instructor":
            minutes[title] = minutes.get(title, 0) + (cell.minutes or 0)
            cuts[title] = (*cuts.get(title, ()), *_cuts(cell, said(cell)))
        elif cell.kind == "questions":
            title = ""  # The builder gives it a heading, below which no minutes are planned.
        elif not cell.is_code:
            title = _last_heading(said(cell)) or title
        keys[title] = (*keys.get(title, ()), cell.key)
    if not minutes:
        raise AuthoringError(
            f"{lesson.script}: there is no instructor's cell, so no minutes. Add one to each "
            'section, with kind="instructor" minutes=5.'
        )
    return tuple(
        Section(title, count, cuts[title], keys[title]) for title, count in minutes.items()
    )


def _cuts(cell: Cell, said: str) -> Iterator[Cut]:
    # Which paragraph it is, its English words tell.
    for english, text in zip(cell.source.split("\n\n"), said.split("\n\n"), strict=False):
        if english.startswith(CUT) and cell.saves != 0:
            _, _, what = text.removeprefix("**").partition("**")
            yield Cut(" ".join(what.split()), cell.saves)


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
    welcome_minutes: int = 0,
    break_minutes: int = 15,
    lunch: datetime.time = datetime.time(12, 30),
    lunch_minutes: int = 60,
) -> tuple[Slot, ...]:
    """Lays lessons out over a day, with breaks between sections.

    A break comes at the end of a lesson after 45 minutes of sitting or more, and within a lesson
    before 75 minutes are exceeded, but not when its last ten minutes are left, or the last twenty
    of all. Lunch comes near its time, in the place of a break where it can.

    Args:
        lessons: Lessons with their sections, in order.
        start: Time of day at which people come.
        welcome_minutes: What greeting them and getting all machines to run takes before the first
            section; 0 for nothing.
        break_minutes: Length of a break; 0 for none.
        lunch: Time of day near which lunch begins, if the day is still going on then.
        lunch_minutes: Length of lunch; 0 for none.

    Returns:
        The slots in order.

    Raises:
        ValueError: If a length is negative, or the day goes on past midnight.
    """
    lengths = {
        "welcome_minutes": welcome_minutes,
        "break_minutes": break_minutes,
        "lunch_minutes": lunch_minutes,
    }
    for name, value in lengths.items():
        if value < 0:
            raise ValueError(f"{name} must be 0 or more, and it is {value}.")
    now = datetime.datetime.combine(_DAY, start)
    noon = datetime.datetime.combine(_DAY, lunch)
    window = datetime.timedelta(minutes=_LUNCH_WINDOW)
    slots: list[Slot] = []
    lunch_is_due = lunch_minutes > 0 and now < noon
    if welcome_minutes:
        slots.append(Slot(now, welcome_minutes, None, "Welcome"))
        now = slots[-1].end
    sat = welcome_minutes
    left = sum(part.minutes for _, parts in lessons for part in parts)
    for lesson, parts in lessons:
        for position, part in enumerate(parts):
            after = now + datetime.timedelta(minutes=part.minutes)
            longest = _SITTING_AT_A_LESSONS_END if position == 0 else _LONGEST_SITTING
            tired = sat >= longest if position == 0 else sat + part.minutes > longest
            stretch = sum(x.minutes for x in parts[position:]) if position else left
            tired = tired and stretch > _LAST_STRETCH and left >= _LAST_STRETCH_OF_ALL
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
    if now.date() != _DAY:
        raise ValueError(
            f"the day would end after midnight, at {now:%H:%M}. Start earlier, or take fewer "
            "lessons."
        )
    return tuple(slots)


@dataclass(frozen=True)
class Plan:
    """A day: what is taught when, and what is not.

    Attributes:
        slots: Its timetable.
        whole: The lessons that were asked for, with all of their sections.
        parts: The same, without what was cut.
        count: How many of these lessons are taught.
        made: The cuts that were made.
        possible: Those by which one lesson more would fit.
        more: That lesson, whether they were made or not.
    """

    slots: tuple[Slot, ...]
    whole: _Parts
    parts: _Parts
    count: int
    made: tuple[Place, ...] = ()
    possible: tuple[Place, ...] = ()
    more: Lesson | None = None


def plan(
    lessons: _Parts,
    start: datetime.time,
    end: datetime.time | None,
    *,
    with_cuts: bool = False,
    **options: Any,
) -> Plan:
    """Plans a day.

    Args:
        lessons: Lessons with their sections, in order.
        start: Time of day at which people come.
        end: Time of day at which everything is over; None lays out all lessons.
        with_cuts: Whether cuts make room for one lesson more, if they save enough.
        **options: See `timetable`.

    Raises:
        ValueError: See `timetable` and `fitting`.
    """
    if end is None:
        return Plan(timetable(lessons, start, **options), lessons, lessons, len(lessons))
    slots = fitting(lessons, start, end, **options)
    count = _count(slots, lessons)
    if count == len(lessons):
        return Plan(slots, lessons, lessons, count)
    more, _ = lessons[count]
    cuts = cuts_to_fit(lessons[: count + 1], start, end, **options)
    if not with_cuts or not cuts:
        return Plan(slots, lessons, lessons, count, possible=cuts, more=more)
    left = shortened(lessons, cuts)
    slots = fitting(left, start, end, **options)
    return Plan(slots, lessons, left, _count(slots, left), made=cuts, more=more)


def _count(slots: Iterable[Slot], lessons: _Parts) -> int:
    planned = {slot.lesson for slot in slots}
    return sum(lesson.number in planned for lesson, _ in lessons)


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
    options = _until(end, options)
    latest = datetime.datetime.combine(_DAY, end)
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


def begun(
    lessons: Sequence[tuple[Lesson, Sequence[Section]]],
    count: int,
    start: datetime.time,
    end: datetime.time,
    **options: Any,
) -> tuple[Section, ...]:
    """The first sections of a lesson that are over at a time of day, where not all of them are.

    Args:
        lessons: Lessons with their sections, in order.
        count: How many of them come before that one, as a whole.
        start: Time of day of the first section.
        end: Time of day at which everything is over.
        **options: See `timetable`.
    """
    options = _until(end, options)
    lesson, parts = lessons[count]
    latest = datetime.datetime.combine(_DAY, end)
    for at in range(len(parts) - 1, 0, -1):
        try:
            slots = timetable([*lessons[:count], (lesson, parts[:at])], start, **options)
        except ValueError:
            continue  # It goes on past midnight.
        if slots[-1].end <= latest:
            return tuple(parts[:at])
    return ()


def needed(
    lessons: Sequence[tuple[Lesson, Sequence[Section]]],
    start: datetime.time,
    end: datetime.time,
    **options: Any,
) -> int:
    """The minutes that the last lesson takes after those before it, with the breaks it brings.

    Args:
        lessons: Lessons with their sections, in order.
        start: Time of day of the first section.
        end: Time of day at which everything should be over.
        **options: See `timetable`.
    """
    options = _until(end, options)
    try:
        after = timetable(lessons, start, **options)[-1].end
    except ValueError:  # It goes on past midnight.
        return lessons[-1][0].minutes
    return (after - timetable(lessons[:-1], start, **options)[-1].end).seconds // 60


def cuts_to_fit(
    lessons: Sequence[tuple[Lesson, Sequence[Section]]],
    start: datetime.time,
    end: datetime.time,
    **options: Any,
) -> tuple[Place, ...]:
    """The cuts by which all these lessons are over at a time of day, where they go on past it.

    Whole sections come before parts of one, so that no exercise loses its half; then the cuts are
    as few as can be, and the last of them no longer than it has to be.

    Args:
        lessons: Lessons with their sections, in order.
        start: Time of day of the first section.
        end: Time of day at which everything is over.
        **options: See `timetable`.

    Returns:
        The cuts in the order of the lessons; none if all of them do not save enough.
    """
    options = _until(end, options)
    latest = datetime.datetime.combine(_DAY, end)

    def fits(cuts: Sequence[Place]) -> bool:
        try:
            return timetable(shortened(lessons, cuts), start, **options)[-1].end <= latest
        except ValueError:
            return False  # It goes on past midnight.

    every = [place for place in cuts_of(lessons) if place[2].minutes]

    def is_part(place: Place) -> bool:
        _, section, cut = place
        return cut.minutes != section.minutes

    in_turn = sorted(every, key=lambda place: (is_part(place), -(place[2].minutes or 0)))
    for count in range(1, len(every) + 1):
        if fits(in_turn[:count]):
            kept, last = in_turn[: count - 1], in_turn[count - 1]
            others = [one for one in in_turn[count:] if is_part(one) == is_part(last)]
            last = next((one for one in reversed(others) if fits([*kept, one])), last)
            return tuple(place for place in every if place in (*kept, last))
    return ()


def cuts_of(lessons: Iterable[tuple[Lesson, Sequence[Section]]]) -> list[Place]:
    """What can be cut from lessons, in their order."""
    return [(lesson, part, cut) for lesson, parts in lessons for part in parts for cut in part.cuts]


def shortened(
    lessons: Iterable[tuple[Lesson, Sequence[Section]]], cuts: Iterable[Place]
) -> list[tuple[Lesson, tuple[Section, ...]]]:
    """The lessons without what is cut: what is left of a section's minutes and of its cuts."""
    cuts = tuple(cuts)

    def left(lesson: Lesson, part: Section) -> Section:
        gone = [cut for its, section, cut in cuts if (its, section) == (lesson, part)]
        return replace(
            part,
            minutes=part.minutes - sum(cut.minutes or 0 for cut in gone),
            cuts=tuple(cut for cut in part.cuts if cut not in gone),
        )

    lefts = ((lesson, (left(lesson, part) for part in parts)) for lesson, parts in lessons)
    return [(lesson, tuple(part for part in parts if part.minutes > 0)) for lesson, parts in lefts]


def _until(end: datetime.time, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a day that ends at a time: without lunch if that is soon after it."""
    latest = datetime.datetime.combine(_DAY, end)
    lunch = datetime.datetime.combine(_DAY, options.get("lunch", datetime.time(12, 30)))
    return {**options, "lunch_minutes": 0} if latest - lunch <= _LUNCH_AFTER else options
