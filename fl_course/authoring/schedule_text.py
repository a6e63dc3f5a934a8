"""What `fl-course schedule` prints, in the language of the room.

`fl_course.po` has its words in other languages; titles and cuts come from the lessons' catalogs.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fl_course import localization
from fl_course.authoring.catalogs import read_catalog
from fl_course.authoring.course import Course, Lesson
from fl_course.authoring.languages import ENGLISH_ITSELF, TRANSLATIONS, Language
from fl_course.authoring.schedule import (
    Place,
    Section,
    Slot,
    begun,
    cuts_of,
    needed,
    plan,
    sections,
)
from fl_course.authoring.script import read_script

# The first three are titles of slots.
WORDS = {
    "Welcome": "Welcome",
    "Break": "Break",
    "Lunch": "Lunch",
    "minutes": "{minutes} min",
    "end": "End at {time}: {minutes} minutes of lessons.",
    "left_out": "Left out: {numbers}.",
    "need": "Lesson {lesson} would need {minutes} minutes; {left} are left.",
    "need_with_breaks": (
        "Lesson {lesson} would need {minutes} minutes, {needed} with breaks; {left} are left."
    ),
    "begun": "Of its sections, these fit: {sections}.",
    "fits": "All of it fits if you cut here, as {option} does:",
    "cut": "Cut here, so that lesson {lesson} fits:",
    "late": "If you are late, cut here:",
    "of": "of {minutes} min",
    "saves": "saves {saved} of {minutes} min",
    "together": "Together, these cuts save {minutes} minutes.",
}
CUT_OPTION = "--cut"


def messages() -> Iterator[str]:
    """All that is said here, in English."""
    yield from WORDS.values()


def read_sections(root: Path, course: Course, lesson: Lesson, language: str) -> tuple[Section, ...]:
    """A lesson's sections, in a language as far as that has them."""
    speaks = ENGLISH_ITSELF
    if language in lesson.languages and language != speaks.code:
        catalog = read_catalog(root, TRANSLATIONS / language / f"{lesson.slug}.po", language)
        speaks = Language(language, language, catalogs={lesson.slug: catalog})
    return sections(
        lesson,
        read_script(root, course, lesson),
        localization.in_language(lesson.title, None, language),
        lambda cell: speaks.source_of(lesson, cell, cell.source),
    )


def lines(
    course: Course,
    parts: Sequence[tuple[Lesson, Sequence[Section]]],
    start: datetime.time,
    end: datetime.time | None,
    language: str,
    *,
    with_cuts: bool = False,
    **options: Any,
) -> list[str]:
    """The timetable of a day, what is left out of it, and where to cut.

    Args:
        course: The course.
        parts: Lessons with their sections, in order.
        start: Time of day at which people come.
        end: Time of day at which everything is over; None lays out all lessons.
        language: What it is printed in.
        with_cuts: Whether cuts make room for one lesson more, if they save enough.
        **options: See `schedule.timetable`.

    Raises:
        ValueError: See `schedule.timetable` and `schedule.fitting`.
    """
    text = _Text(course, language)
    day = plan(parts, start, end, with_cuts=with_cuts, **options)
    found = list(text.slots(day.slots, day.parts))
    if end is None:
        return found
    if day.count < len(day.parts):
        found += text.left_out(day.parts, day.count, day.slots[-1].end, start, end, options)
    if day.possible:
        found += [text.said("fits", option=CUT_OPTION), *text.cuts(day.possible)]
    if day.made:
        found += ["", text.said("cut", lesson=text.titled(day.more)), *text.cuts(day.made)]
    late = cuts_of(day.parts[: day.count])
    return [*found, *(["", text.said("late"), *text.cuts(late)] if late else [])]


class _Text:
    """The lines about a day, in a language."""

    def __init__(self, course: Course, language: str) -> None:
        self._course = course
        self._language = language

    def said(self, name: str, **values: object) -> str:
        return localization.in_language(WORDS[name], values or None, self._language)

    def titled(self, lesson: Lesson) -> str:
        title = localization.in_language(lesson.title, None, self._language)
        return f"{lesson.number} · {title}"

    def slots(
        self, slots: Sequence[Slot], parts: Iterable[tuple[Lesson, Sequence[Section]]]
    ) -> Iterator[str]:
        lessons = {lesson.number: lesson for lesson, _ in parts}
        before = None
        for slot in slots:
            if slot.lesson not in (None, before):
                yield from ("", self.titled(lessons[slot.lesson]))
                before = slot.lesson
            mark, title = ("  ", slot.title) if slot.lesson else ("* ", self.said(slot.title))
            length = self.said("minutes", minutes=f"{slot.minutes:3}")
            yield f"{mark}{slot.start:%H:%M}-{slot.end:%H:%M}  {length}  {title}"
        taught = sum(slot.minutes for slot in slots if slot.lesson)
        yield from ("", self.said("end", time=f"{slots[-1].end:%H:%M}", minutes=taught))

    def left_out(
        self,
        parts: Sequence[tuple[Lesson, Sequence[Section]]],
        count: int,
        over: datetime.datetime,
        start: datetime.time,
        end: datetime.time,
        options: dict[str, Any],
    ) -> Iterator[str]:
        """Names the lessons after the first `count`, and what there is room for of the next."""
        following, _ = parts[count]
        need = needed(parts[: count + 1], start, end, **options)
        numbers = ", ".join(str(lesson.number) for lesson, _ in parts[count:])
        yield self.said("left_out", numbers=numbers)
        yield self.said(
            "need_with_breaks" if need > following.minutes else "need",
            lesson=self.titled(following),
            minutes=following.minutes,
            needed=need,
            left=(datetime.datetime.combine(over, end) - over).seconds // 60,
        )
        if fit := begun(parts, count, start, end, **options):
            named = (f"{x.title} ({self.said('minutes', minutes=x.minutes)})" for x in fit)
            yield self.said("begun", sections=", ".join(named))

    def cuts(self, cuts: Sequence[Place]) -> Iterator[str]:
        for lesson, section, cut in cuts:
            name = "saves" if cut.minutes else "of"
            length = self.said(name, saved=cut.minutes, minutes=section.minutes)
            text = self._course.with_numbers(cut.text, self._language)
            yield f"  {lesson.number} · {section.title} ({length}): {text}"
        saved = [cut.minutes for _, _, cut in cuts if cut.minutes]
        if len(saved) > 1:
            yield self.said("together", minutes=sum(saved))
