"""The sheet for participants says what the lessons show, and leads to this course."""

import dataclasses
import html
import json
import re
import sys
import tomllib
from pathlib import Path

import bs4
import pytest
from click.testing import CliRunner

from fl_course.authoring import AuthoringError, sheet
from fl_course.authoring.course import read_course
from fl_course.authoring.sheet_content import (
    EXAMPLE,
    IN_A_NOTEBOOK,
    IN_A_TERMINAL,
    OPERATORS,
    TROUBLE,
    TYPES,
    messages,
)
from fl_course.authoring.words import own_messages
from fl_course.cli import main
from fl_course.room import page as room_page

ROOT = Path(__file__).parents[2]
COURSE = read_course(ROOT)
LESSONS = {path.stem: path.read_text() for path in (ROOT / "lessons").glob("*.py")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def printed():
    for path in sorted((ROOT / "solutions" / "en").glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            yield from ("".join(x.get("text", "")) for x in cell.get("outputs", []))


PRINTED = "\n".join(printed())


@pytest.mark.parametrize("code", [code for code, _ in TYPES])
def test_a_type_stands_as_a_lesson_prints_it(code):
    assert re.search(rf"(?<![\w<{{(]){re.escape(code)}(?![\w@>\[])", PRINTED)


@pytest.mark.parametrize("name", [*(name for name, _ in OPERATORS), "max"])
def test_an_operator_is_one_that_the_lessons_use(name):
    assert any(f"tff.federated_{name}(" in text for text in LESSONS.values())
    listed = re.search(r"aggregate, broadcast, [\w, \n]+", PRINTED)[0]
    assert name in re.split(r",\s+|\s+", listed)


def test_the_example_is_the_lessons_with_its_types():
    lines = iter(LESSONS["federated_core"].splitlines())
    for code, of_type in EXAMPLE:
        assert code in lines
        assert of_type in LESSONS["federated_core"] + PRINTED


def test_what_is_quoted_of_errors_is_what_they_say():
    said = "\n".join(path.read_text() for path in (ROOT / "fl_course" / "runtime").glob("*.py"))
    quoted = [part for case, _ in TROUBLE for part in re.findall("“(.*?)”", case)]
    assert len(quoted) == 2
    for part in quoted:
        for words in part.split("…"):
            assert words.strip() in said


def test_what_keeps_the_progress_is_what_instructors_read_and_the_first_cell_ends_with():
    (kept,) = (code for _, text in TROUBLE for code in re.findall("`(fl_course.setup.*?)`", text))
    assert f"`{kept}`" in (ROOT / "docs" / "teaching.md").read_text()
    first = json.loads((ROOT / "notebooks/en/01_centralized_training.ipynb").read_text())["cells"][
        1
    ]
    assert first["source"][-1] == kept.replace(', keep_progress="drive"', "")


def test_a_line_of_progress_is_made_in_the_same_way_wherever_it_is_asked_for():
    asked = html.unescape(room_page.make([]))
    table = (ROOT / "docs" / "teaching.md").read_text()
    for way in (IN_A_TERMINAL, IN_A_NOTEBOOK):
        assert f"<code>{way}</code>" in asked
        assert f"| `{way.replace('…', 'Anna')}` |" in table
        assert html.escape(way) in sheet.page(COURSE, "en")


def test_each_text_is_translated_with_the_rest():
    found = {message.text for message in own_messages(ROOT, COURSE, {}, {}, {})}
    assert set(messages()) <= found


@pytest.mark.parametrize("language", COURSE.languages)
def test_its_links_follow_the_repository(language):
    fork = dataclasses.replace(COURSE, repository="School/fl-2027")
    made = sheet.page(fork, language)
    page = bs4.BeautifulSoup(made, "html.parser")
    assert page.html["lang"] == language
    links = [link["href"] for link in page.select("a[href]")]
    assert all("fl-course/" not in link for link in links)
    home = "https://github.com/School/fl-2027"
    colab = "https://colab.research.google.com/github/School/fl-2027/blob/main"
    assert links == [
        home if language == "en" else f"{home}/blob/main/README.{language}.md",
        f"{colab}/notebooks/{language}/01_centralized_training.ipynb",
        f"https://school.github.io/fl-2027/{language}/",
        f"{home}/issues",
    ]
    assert made == sheet.page(fork, language)


def test_a_code_holds_the_address_below_it():
    import segno

    page = bs4.BeautifulSoup(sheet.page(COURSE, "en"), "html.parser")
    links = page.select("nav a")
    assert len(links) == 3
    for link in links:
        wanted = segno.make(link["href"], error="m", micro=False)
        drawn = bs4.BeautifulSoup(wanted.svg_inline(border=4, omitsize=True), "html.parser")
        assert link.svg.path["d"] == drawn.svg.path["d"]


def test_it_needs_no_other_file_and_no_network():
    made = sheet.page(COURSE, "en").replace('<link rel="icon" href="data:,">', "")
    assert not re.search(r"<(?:img|script|link|iframe|object)\b|\bsrc=|@import|url\(", made)


def test_a_name_is_text_and_no_markup():
    made = sheet.page(dataclasses.replace(COURSE, title="<b>A & B</b>"), "en")
    assert "<b>" not in made
    assert "A &amp; B" in made


def test_the_command_writes_it_and_again(tmp_path):
    path = tmp_path / "new" / "sheet.html"
    for _ in range(2):
        done = CliRunner().invoke(main, ["sheet", "--root", str(ROOT), "--output", str(path)])
        assert (done.exit_code, done.output) == (
            0,
            f"{path}: open it in a browser, and print it.\n",
        )
    assert path.read_text() == sheet.page(COURSE, "en")


def test_the_command_replaces_nothing_else(tmp_path):
    path = tmp_path / "mine.html"
    path.write_text("mine")
    done = CliRunner().invoke(main, ["sheet", "--root", str(ROOT), "--output", str(path)])
    assert done.exit_code == 1
    assert done.output == f"Error: {path} is there and is no sheet. Give another --output.\n"
    assert path.read_text() == "mine"
    inside = ["sheet", "--root", str(ROOT), "--output", str(path / "sheet.html")]
    assert f"{path / 'sheet.html'} can't be written" in CliRunner().invoke(main, inside).output


def test_an_unknown_language_is_refused():
    done = CliRunner().invoke(main, ["sheet", "--root", str(ROOT), "--language", "xx"])
    released = ", ".join(COURSE.languages)
    assert done.output == f"Error: language 'xx' is not released. Use one of: {released}.\n"


def test_without_segno_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(AuthoringError, match="Run: pip install segno"):
        sheet.page(COURSE, "en")


def test_one_segno_is_wanted_everywhere():
    (pinned,) = re.findall(
        r"^segno==(\S+)", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE
    )
    assert f"segno=={pinned}\n" in (ROOT / "site" / "requirements.txt").read_text()
    assert any(x.startswith("segno") for x in PROJECT["dependency-groups"]["dev"])
