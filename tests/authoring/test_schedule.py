import datetime
import itertools

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.schedule import (
    Cut,
    Section,
    begun,
    cuts_of,
    cuts_to_fit,
    fitting,
    needed,
    sections,
    shortened,
    timetable,
)
from fl_course.authoring.script import Cell


def note(minutes):
    return Cell("note", "instructor", "Wait.", 1, minutes=minutes)


def text(source):
    return Cell("text", "text", source, 1)


def test_sections_are_the_headings_with_the_minutes_below_them():
    lesson = Lesson(1, "adding", "Adding", 20, ())
    cells = [
        note(2),
        text("## One\nwords\n\n### Not a section"),
        note(3),
        Cell("code", "code", "## no heading", 1),
        note(4),
        text("## Skipped"),
        text("```\n## a comment\n```\n\n## `Two` and **more**"),
        note(11),
    ]
    assert sections(lesson, cells) == (
        Section("Adding", 2),
        Section("One", 7),
        Section("`Two` and **more**", 11),
    )


def test_a_section_has_what_its_notes_say_to_cut():
    lesson = Lesson(1, "adding", "Adding", 20, ())
    cells = [
        text("## One"),
        Cell("a", "instructor", "Hm.\n\n**When time is short.** Tell\nit.\n\nMore.", 1, minutes=3),
        Cell("b", "instructor", "**When time is short.** Skip it.", 1, minutes=3, saves=2),
        text("## Two"),
        Cell("c", "instructor", "**When time is short.** Do not cut.", 1, minutes=4, saves=0),
    ]
    assert sections(lesson, cells) == (
        Section("One", 6, (Cut("Tell it."), Cut("Skip it.", 2))),
        Section("Two", 4),
    )


def test_sections_and_cuts_are_in_a_language():
    lesson = Lesson(1, "adding", "Adding", 20, ())
    cells = [
        note(1),
        text("## One"),
        Cell("a", "instructor", "Hm.\n\n**When time is short.** Skip it.", 1, minutes=3),
    ]
    said = {"## One": "## 하나", cells[2].source: "음.\n\n**시간이 모자라면.** 건너뛰세요."}
    assert sections(lesson, cells, "덧셈", lambda cell: said.get(cell.source, cell.source)) == (
        Section("덧셈", 1),
        Section("하나", 3, (Cut("건너뛰세요."),)),
    )


def test_a_lesson_without_minutes_is_refused():
    with pytest.raises(AuthoringError, match=r"adding.py: there is no instructor's cell"):
        sections(Lesson(1, "adding", "Adding", 20, ()), [text("## One")])


def given(*lessons):
    return [
        (
            Lesson(number, f"lesson_{number}", f"Lesson {number}", sum(minutes), ()),
            [Section(f"{number}.{at}", length) for at, length in enumerate(minutes, start=1)],
        )
        for number, minutes in enumerate(lessons, start=1)
    ]


def day(start, *lessons, end=None, **options):
    begin = datetime.time.fromisoformat(start)
    if end:
        slots = fitting(given(*lessons), begin, datetime.time.fromisoformat(end), **options)
    else:
        slots = timetable(given(*lessons), begin, **options)
    for before, after in itertools.pairwise(slots):
        assert before.end == after.start
    return [f"{slot.start:%H:%M} {slot.title}" for slot in slots]


def test_a_break_comes_after_a_lesson_and_within_a_long_one():
    assert day("09:30", [25, 25], [40, 30, 20]) == [
        "09:30 1.1",
        "09:55 1.2",
        "10:20 Break",
        "10:35 2.1",
        "11:15 2.2",
        "11:45 Break",
        "12:00 2.3",
    ]


def test_there_is_no_break_before_the_last_minutes():
    assert day("13:00", [40, 35, 19]) == ["13:00 1.1", "13:40 1.2", "14:15 1.3"]
    assert "14:15 Break" in day("13:00", [40, 35, 20])
    assert day("13:00", [60], [19]) == ["13:00 1.1", "14:00 2.1"]
    assert "14:00 Break" in day("13:00", [60], [20])


def test_the_welcome_comes_first_and_is_sat_through():
    assert day("13:00", [30], [30], welcome_minutes=20) == [
        "13:00 Welcome",
        "13:20 1.1",
        "13:50 Break",
        "14:05 2.1",
    ]
    assert day("13:00", [30], [30], end="14:00", welcome_minutes=20) == [
        "13:00 Welcome",
        "13:20 1.1",
    ]


@pytest.mark.parametrize(
    ("end", "titles"),
    [
        ("10:25", []),
        ("10:55", ["2.1"]),
        ("11:15", ["2.1", "2.2"]),
        # It would have to come after the lunch that a longer day has.
        ("13:29", ["2.1", "2.2"]),
    ],
)
def test_the_first_sections_of_a_lesson_may_fit(end, titles):
    lessons = given([50], [20, 20, 200])
    until = datetime.time.fromisoformat(end)
    fit = begun(lessons, 1, datetime.time(9, 30), until)
    assert [section.title for section in fit] == titles


def test_a_lesson_needs_its_minutes_and_the_breaks_that_it_brings():
    begin, until = datetime.time(9, 30), datetime.time(10, 0)
    assert needed(given([20], [30]), begin, until) == 30
    assert needed(given([50], [30]), begin, until) == 45
    assert needed(given([50], [900]), begin, until) == 900


def test_a_short_lesson_is_not_followed_by_a_break():
    assert day("09:30", [20], [30]) == ["09:30 1.1", "09:50 2.1"]


@pytest.mark.parametrize(
    ("start", "lunch_begins"),
    [("09:30", "12:10"), ("09:40", "12:20"), ("10:00", "12:40"), ("12:20", "12:45")],
)
def test_lunch_comes_at_the_pause_nearest_to_its_time(start, lunch_begins):
    slots = day(start, [25] * 8, break_minutes=10)
    assert f"{lunch_begins} Lunch" in slots
    assert sum("Lunch" in slot for slot in slots) == 1


def test_no_lunch_in_an_afternoon_or_if_it_is_not_wanted():
    assert not any("Lunch" in slot for slot in day("13:00", [25] * 8))
    assert not any("Lunch" in slot for slot in day("09:00", [25] * 12, lunch_minutes=0))


def test_no_breaks_if_they_are_not_wanted():
    assert len(day("13:00", [25] * 8, break_minutes=0)) == 8


def test_a_day_ends_before_midnight():
    with pytest.raises(ValueError, match="the day would end after midnight, at 00:20"):
        day("23:00", [40, 40], break_minutes=0)
    for name in ("break_minutes", "welcome_minutes", "lunch_minutes"):
        with pytest.raises(ValueError, match=f"{name} must be 0 or more, and it is -1"):
            day("09:00", [40], **{name: -1})


def test_there_is_no_break_before_a_lessons_last_minutes():
    assert day("09:30", [60, 10, 10], [30]) == [
        "09:30 1.1",
        "10:30 1.2",
        "10:40 1.3",
        "10:50 Break",
        "11:05 2.1",
    ]


@pytest.mark.parametrize(
    ("end", "last"), [("11:30", "10:35 3.1"), ("10:59", "10:00 2.1"), ("10:00", "09:30 1.1")]
)
def test_what_is_not_over_at_the_end_is_left_out(end, last):
    assert day("09:30", [30], [20], [45], [15], end=end)[-1] == last


def test_a_lesson_is_not_skipped_for_a_shorter_one():
    assert day("09:30", [30], [90], [5], end="10:30") == ["09:30 1.1"]


def test_an_end_before_the_first_lesson_is_over_is_refused():
    with pytest.raises(ValueError, match=r"lesson 1 alone goes on until 10:15, which is after 10:"):
        day("09:30", [45], end="10:00")


def test_lessons_past_midnight_are_left_out():
    assert day("22:00", [60], [300], end="23:30") == ["22:00 1.1"]


@pytest.mark.parametrize(
    ("end", "last"), [("13:30", "12:30 4.1"), ("13:31", "11:30 3.1"), ("14:30", "13:30 4.1")]
)
def test_a_day_that_is_over_soon_after_noon_has_its_lunch_at_the_end(end, last):
    assert day("09:30", [60], [60], [60], [60], end=end, break_minutes=0)[-1] == last


def with_cuts(*lessons):
    """Lessons of sections of ten minutes, each with cuts that save so many."""
    return [
        (
            Lesson(number, f"lesson_{number}", f"Lesson {number}", 10 * len(parts), ()),
            [
                Section(f"{number}.{at}", 10, tuple(Cut(f"Save {m}.", m) for m in saved))
                for at, saved in enumerate(parts, start=1)
            ],
        )
        for number, parts in enumerate(lessons, start=1)
    ]


@pytest.mark.parametrize(
    ("end", "saved"),
    [
        ("10:00", []),  # They fit as they are, so nothing is asked.
        ("09:58", [("1.1", 2)]),
        ("09:57", [("2.1", 3)]),  # no longer than it has to be
        ("09:52", [("1.1", 2), ("2.2", 6)]),  # few, in the order of the lessons
        ("09:49", [("1.1", 2), ("2.1", 3), ("2.2", 6)]),
        ("09:48", []),  # They do not save enough; that of unknown length does not count.
    ],
)
def test_the_cuts_that_make_lessons_fit_are_few_and_short(end, saved):
    lessons = with_cuts([(2, None)], [(3,), (6,)])
    until = datetime.time.fromisoformat(end)
    if end == "10:00":
        assert fitting(lessons, datetime.time(9, 30), until)[-1].title == "2.2"
        return
    found = cuts_to_fit(lessons, datetime.time(9, 30), until)
    assert [(section.title, cut.minutes) for _, section, cut in found] == saved


@pytest.mark.parametrize(
    ("end", "saved"),
    [
        ("10:08", [("2.1", 10)]),  # although the other one would be shorter
        ("09:58", [("1.2", 10), ("2.1", 10)]),
        ("09:48", [("1.2", 10), ("2.1", 10), ("2.2", 8)]),
        ("09:41", [("1.1", 9), ("1.2", 10), ("2.1", 10)]),
        ("09:40", [("1.1", 9), ("1.2", 10), ("2.1", 10), ("2.2", 8)]),
    ],
)
def test_whole_sections_are_cut_before_parts_of_one(end, saved):
    lessons = with_cuts([(9,), (10,)], [(10,), (8,)])
    found = cuts_to_fit(lessons, datetime.time(9, 30), datetime.time.fromisoformat(end))
    assert [(section.title, cut.minutes) for _, section, cut in found] == saved


def test_what_is_cut_is_gone_and_a_section_of_which_nothing_is_left():
    lessons = with_cuts([(2, 3), (10,)])
    first, _, whole = cuts_of(lessons)
    ((_, parts),) = shortened(lessons, [first, whole])
    assert parts == (Section("1.1", 8, (Cut("Save 3.", 3),)),)


def test_cuts_can_not_end_a_day_before_midnight_that_is_far_over_it():
    assert cuts_to_fit(with_cuts([(2,)] * 200), datetime.time(9, 30), datetime.time(23, 0)) == ()
