import re
from html.parser import HTMLParser

import pytest

from fl_course import catalog, localization
from fl_course.room import page
from fl_course.room.lines import Reading, Trouble, read
from fl_course.room.people import Room
from tests.room.at_hand import IDS, line

VOID = {"meta", "link", "wbr", "line", "rect"}


class Reader(HTMLParser):
    """What stands in a page; fails for one whose elements are not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.cells, self.text = [], [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def made(text, **about):
    room = Room()
    room.add(read(text).lines)
    return page.make(room.people(), **about)


TEXT = f"Anna: {line(1, [IDS[0]], {IDS[1]: 3})}\n<b>Eve</b>: {line(2, [], {IDS[0]: 1, IDS[1]: 7})}"


def test_each_cell_says_its_state_in_a_sign_and_in_words():
    told = Reader(made(TEXT)).cells
    row = told[told.index("Anna") :][:5]
    assert row == [
        "Anna",
        "✓ 1solved, tried once",
        "! 3not solved, tried 3 times",
        *["not tried"] * 2,
    ]
    row = told[told.index("<b>Eve</b>") :][:3]
    assert row == ["<b>Eve</b>", "· 1not solved, tried once", "! 7+not solved, tried 7+ times"]


def test_the_chart_counts_and_the_stuck_are_named():
    text = Reader(made(TEXT)).text
    assert f"1 · {IDS[1]}: <b>Eve</b> (7+), Anna (3)" in text
    assert f"{IDS[0]}1 of 2 solved" in text
    assert f"{IDS[1]}0 of 2 solved, 2 stuck" in text
    assert re.search(r"Nobody has begun: 2 · .*; 3 · ", text)


def test_nothing_is_loaded_or_run():
    read_page = Reader(made(TEXT))
    for tag, attributes in read_page.elements:
        assert tag not in ("script", "img", "iframe", "object", "embed", "base")
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("src", "href", "action", "fill"):
            value = attributes.get(name) or ""
            assert value in ("", "lines", "clear", "room.csv", "data:,", "url(#hatch)")
    assert "http" not in page.STYLE and "@import" not in page.STYLE


def test_an_empty_room_asks_for_lines():
    read_page = Reader(page.make([]))
    (label,) = read_page.all("label")
    (area,) = read_page.all("textarea")
    assert label["for"] == area["id"]
    assert len(read_page.all("form")) == 1
    assert "Who is stuck" not in read_page.text


def test_what_could_not_be_read_is_told():
    troubles = [Trouble(number, "<i>", "gone.") for number in range(1, 300)]
    text = Reader(page.make([], Reading([], troubles, 7))).text
    assert "Line 1 (<i>): gone." in text
    assert "and 99 more of that kind." in text
    assert "7 lines of the text hold no line of progress." in text


def test_a_chat_without_anything_broken_is_no_alarm():
    read_page = Reader(page.make([], read("Good morning\nto all")))
    assert "2 lines of the text hold no line of progress." in read_page.text
    assert "Could not be read" not in read_page.text


def test_an_example_says_that_it_is_one():
    assert "the participants are made up" in made(TEXT, is_example=True)
    assert "made up" not in made(TEXT)


def test_every_exercise_of_a_lesson_that_was_begun_has_a_column():
    text = made("\n".join(f"P{number}: {line(number, IDS)}" for number in range(1, 26)))
    assert text.count("<td ") == 25 * len(IDS)
    assert text.count("<section>") == len([one for one in catalog.entries() if one.solutions])
    assert "Nobody has begun" not in text
    assert "Nobody has tried an exercise 3 times in vain." in text


@pytest.mark.parametrize("language", localization.languages())
def test_it_speaks_every_language(language):
    with localization.speaking(language):
        text = made(TEXT)
        assert f'<html lang="{language}">' in text
        assert str(localization.word(catalog.entries()[0].title)) in text
    Reader(text)


def contrast(one, other):
    """The contrast of two colours, as WCAG 2 has it."""

    def light(color):
        full = color if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:])
        parts = [int(full[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted([light(one), light(other)])
    return (high + 0.05) / (low + 0.05)


def test_colors_can_be_read_by_day_and_by_night():
    schemes = re.findall(r":root \{([^}]*)\}", page.STYLE)
    assert len(schemes) == 2
    for scheme in schemes:
        colors = dict(re.findall(r"--(\w+): (#\w+)", scheme))
        for front, back in (
            *(("text", "page"), ("text", "soft"), ("link", "page")),
            *(("on", "solved"), ("stuck", "page")),
        ):
            assert contrast(colors[front], colors[back]) >= 4.5, (front, back)
        assert contrast(colors["line"], colors["page"]) >= 3
