"""The folder for a day has what its plan teaches, and nothing of what it cuts."""

import datetime
import json
import re
from pathlib import Path

import bs4
import pytest
from click.testing import CliRunner

from fl_course.authoring import day, schedule_text
from fl_course.authoring.course import read_course
from fl_course.authoring.plan_content import FIRST, WORDS, messages
from fl_course.authoring.schedule import Plan, plan
from fl_course.authoring.words import own_messages
from fl_course.cli import main

ROOT = Path(__file__).parents[2]
COURSE = read_course(ROOT)
LONG = ("--hours", "4", "--welcome", "15", "--break-minutes", "10", "--cut")


def planned(language: str = "en") -> Plan:
    parts = [
        (lesson, schedule_text.read_sections(ROOT, COURSE, lesson, language))
        for lesson in COURSE.lessons[:4]
    ]
    start, end = datetime.time(9, 30), datetime.time(13, 30)
    return plan(parts, start, end, with_cuts=True, welcome_minutes=15, break_minutes=10)


def written(folder: Path, *options: str) -> list[str]:
    done = CliRunner().invoke(main, ["schedule", *LONG, *options, "--into", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    into = tmp_path_factory.mktemp("day")
    written(into)
    return into


@pytest.fixture(scope="module")
def page(folder) -> bs4.BeautifulSoup:
    return bs4.BeautifulSoup((folder / day.PLAN).read_text(), "html.parser")


def times(page: bs4.BeautifulSoup) -> list[str]:
    return [heading.get_text().split(" · ")[0] for heading in page.find_all("h3")]


def test_each_section_stands_with_its_time_in_the_order_of_the_day(page):
    slots = [slot for slot in planned().slots if slot.lesson]
    assert times(page) == [f"{slot.start:%H:%M}–{slot.end:%H:%M}" for slot in slots]
    assert len(slots) > 20


def test_the_timetable_has_the_day_to_its_end(page):
    rows = [row.find_all("td") for row in page.table.find_all("tr")]
    rows = [[cell.get_text() for cell in row] for row in rows if row]
    slots = planned().slots
    assert [(row[0], row[1]) for row in rows] == [
        (f"{slot.start:%H:%M}–{slot.end:%H:%M}", str(slot.minutes)) for slot in slots
    ]
    parts = {(lesson.number, x.title): x for lesson, some in planned().parts for x in some}
    for slot, row in zip(slots, rows, strict=True):
        cuts = parts[slot.lesson, slot.title].cuts if slot.lesson else ()
        assert row[3] == str(sum(cut.minutes or 0 for cut in cuts) or "")


def test_all_notes_and_solutions_of_what_is_taught_are_there(page):
    text = " ".join(page.get_text().split())
    for lesson, sections in planned().parts[:3]:
        solved = (ROOT / "solutions" / "en" / lesson.notebook_file).read_text()
        told = 0
        for cell in cells_of(solved):
            about = cell["metadata"]["fl_course"]
            taught = any(about["key"] in section.cells for section in sections)
            source = "".join(cell["source"])
            if about["kind"] == "exercise":
                assert (source.strip().split("\n")[-1] in page.get_text()) is taught
            if about["kind"] == "instructor" and taught:
                # Its first words, up to what Markdown writes in another way.
                words = re.split(r"[`*$\[<&\"]", source.split("\n\n", 1)[1].split(".** ")[1])[0]
                assert " ".join(words.split()) in text
                told += 1
        assert told >= 6


def cells_of(notebook: str) -> list[dict]:
    return json.loads(notebook)["cells"]


def test_what_is_cut_is_named_and_not_taught(page):
    cut = [section for _, section, _ in planned().made]
    assert "TensorBoard" in [section.title for section in cut]
    named = [box.b.get_text() for box in page.find_all(class_="cut")]
    assert named == [section.title for section in cut]
    headings = [heading.get_text().partition(" · ")[2] for heading in page.find_all("h3")]
    assert "TensorBoard" not in headings


def test_slides_leave_out_what_is_cut_as_a_whole_and_nothing_else(folder, tmp_path):
    whole = CliRunner().invoke(main, ["slides", "1-3", "--output", str(tmp_path)])
    assert whole.exit_code == 0
    cut = {section.title for _, section, cut in planned().made if cut.minutes == section.minutes}
    assert len(cut) == 3
    for lesson in COURSE.lessons[:3]:
        all_of_it, taught = (
            columns(place / f"{lesson.slug}.html") for place in (tmp_path, folder / day.DECKS)
        )
        assert taught == [column for column in all_of_it if column[0] not in cut]
    assert len(all_of_it) - len(taught) == 3


def columns(deck: Path) -> list[list[str]]:
    """The titles of a deck's slides, section by section."""
    slides = bs4.BeautifulSoup(deck.read_text(), "html.parser").select(".slides > section")
    titles = [[x.get_text().strip() for x in column.find_all(["h1", "h2"])] for column in slides]
    return [column for column in titles if column]


def test_before_a_break_the_next_lesson_is_opened(page):
    pauses = [box.get_text() for box in page.find_all(class_="pause")]
    assert len(pauses) == 2
    for pause, lesson in zip(pauses, COURSE.lessons[1:3], strict=True):
        assert f"open lesson {lesson.number} · {lesson.title} and run its first cell" in pause


def test_a_break_within_a_lesson_opens_nothing(tmp_path):
    written(tmp_path, "--lessons", "federated_averaging")
    parts = bs4.BeautifulSoup((tmp_path / day.PLAN).read_text(), "html.parser")
    told = [box.get_text() for box in parts.find_all(class_="pause")]
    assert told
    assert not [text for text in told if "run its first cell" in text]


def test_it_asks_no_other_host_for_anything(page, folder):
    assert not page.find_all(["script", "img", "iframe"])
    assert not [link for link in page.find_all("link") if link["href"] != "data:,"]
    for link in page.find_all("a", href=True):
        if not link["href"].startswith("https://"):
            assert (folder / link["href"]).is_file()


def test_two_times_give_the_same_bytes(folder, tmp_path):
    written(tmp_path)
    ours, theirs = (
        {x.relative_to(at): x.read_bytes() for x in at.rglob("*.html")} for at in (folder, tmp_path)
    )
    assert ours == theirs
    assert set(ours) == {
        Path(day.PLAN),
        Path(day.SHEET),
        *(Path(day.DECKS, f"{lesson.slug}.html") for lesson in COURSE.lessons[:3]),
    }


@pytest.mark.parametrize("language", [x for x in COURSE.languages if x != "en"])
def test_it_speaks_the_rooms_language(tmp_path, language):
    written(tmp_path, "--language", language)
    page = bs4.BeautifulSoup((tmp_path / day.PLAN).read_text(), "html.parser")
    assert page.html["lang"] == language
    text = page.get_text()
    for english in messages():
        assert re.split(r"[{`*]", english)[0].strip() not in text or len(english) < 20
    titles = [slot.title for slot in planned(language).slots if slot.lesson]
    assert times(page) and len(titles) == len(times(page))


def test_a_lesson_that_a_language_lacks_is_in_english(tmp_path):
    lesson = next(x for x in COURSE.lessons if "es" not in x.languages)
    written(tmp_path, "--language", "es", "--lessons", lesson.slug)
    deck = (tmp_path / day.DECKS / f"{lesson.slug}.html").read_text()
    assert 'lang="en"' in deck


def test_another_file_in_the_place_of_the_plan_is_left_alone(tmp_path):
    (tmp_path / day.PLAN).write_text("mine")
    done = CliRunner().invoke(main, ["schedule", *LONG, "--into", str(tmp_path)])
    assert done.exit_code == 1
    assert "is there and is no plan. Give another --into." in done.output
    assert (tmp_path / day.PLAN).read_text() == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / day.PLAN]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    done = CliRunner().invoke(main, ["schedule", *LONG, "--into", str(tmp_path / "file" / "day")])
    assert done.exit_code == 1
    assert "can't be written" in done.output and "Traceback" not in done.output


def test_all_it_says_is_translated():
    said = {message.text for message in own_messages(ROOT, COURSE, {}, {}, {})}
    assert said.issuperset({*WORDS.values(), *FIRST})
