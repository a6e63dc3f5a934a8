"""What `fl-course schedule` says, and in which language."""

import datetime
import re
from pathlib import Path

import pytest

from fl_course import localization
from fl_course.authoring.course import Lesson, read_course
from fl_course.authoring.schedule import Cut, Section
from fl_course.authoring.schedule_text import lines, messages
from fl_course.authoring.words import own_messages

ROOT = Path(__file__).parents[2]
COURSE = read_course(ROOT)
PARTS = [
    (
        Lesson(number, f"lesson_{number}", f"Lesson {number}", 50, ()),
        (
            Section("Sums", 30, (Cut("Say them.", 4), Cut("Say less."))),
            Section("Differences", 20, (Cut("Show them.", 6),)),
        ),
    )
    for number in (1, 2, 3)
]


def said(end, language="en", **options):
    until = datetime.time.fromisoformat(end)
    return lines(COURSE, PARTS, datetime.time(9, 30), until, language, **options)


def test_a_lesson_that_cuts_make_fit_is_named_with_these_cuts():
    found = said("11:22")
    at = found.index("Lesson 2 · Lesson 2 would need 50 minutes, 65 with breaks; 62 are left.")
    assert found[at - 1 : at + 6] == [
        "Left out: 2, 3.",
        "Lesson 2 · Lesson 2 would need 50 minutes, 65 with breaks; 62 are left.",
        "Of its sections, these fit: Sums (30 min).",
        "All of it fits if you cut here, as --cut does:",
        "  2 · Sums (saves 4 of 30 min): Say them.",
        "",
        "If you are late, cut here:",
    ]


def test_what_all_cuts_save_together_is_said():
    assert said("11:22")[-4:] == [
        "  1 · Sums (saves 4 of 30 min): Say them.",
        "  1 · Sums (of 30 min): Say less.",
        "  1 · Differences (saves 6 of 20 min): Show them.",
        "Together, these cuts save 10 minutes.",
    ]


def test_where_cuts_do_not_save_enough_there_are_none():
    assert not any("--cut" in line for line in said("10:40"))
    assert said("10:40", with_cuts=True) == said("10:40")


def test_cuts_make_room_for_one_lesson_more():
    found = said("11:22", with_cuts=True)
    assert "  10:35-11:01   26 min  Sums" in found
    assert "End at 11:21: 96 minutes of lessons." in found
    at = found.index("Cut here, so that lesson 2 · Lesson 2 fits:")
    assert found[at + 1 : at + 4] == [
        "  2 · Sums (saves 4 of 30 min): Say them.",
        "",
        "If you are late, cut here:",
    ]
    assert "  2 · Sums (of 26 min): Say less." in found[at + 4 :]
    assert not any("Say them." in line and "2 · " in line for line in found[at + 4 :])


@pytest.mark.parametrize("options", [{}, {"with_cuts": True}, {"welcome_minutes": 2}])
def test_all_of_it_is_in_the_language_of_the_room(options):
    translated = {text: re.sub("[A-Za-z]+(?![^{]*})", "글", text) for text in messages()}
    translated |= {f"Lesson {number}": "수업" for number in (1, 2, 3)}
    with localization.speaking("ko", translated):
        found = said("13:30", "ko", lunch=datetime.time(11, 30), **options)
        found += said("11:22", "ko", **options)
    own = re.compile("Sums|Differences|Say them|Say less|Show them|--cut")
    assert not [line for line in found if re.search("[A-Za-z]", own.sub("", line))]
    assert sum(line.startswith("* ") for line in found) >= 2


def test_each_text_is_translated_with_the_rest():
    found = {message.text for message in own_messages(ROOT, COURSE, {}, {}, {})}
    assert set(messages()) <= found
