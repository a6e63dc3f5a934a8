"""What docs/teaching.md promises an instructor."""

import pathlib
import re
import shlex

import pytest
from click.testing import CliRunner

from fl_course import cli
from fl_course.room import lines

ROOT = pathlib.Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "teaching.md").read_text()
ROWS = re.findall(r"^\| ([^|]*\w[^|]*) \| ([^|]*\d[^|]*) \|", TEXT, flags=re.MULTILINE)
PLANS = re.findall(r"^\.venv/bin/fl-course (schedule .*)$", TEXT, flags=re.MULTILINE)
LESSONS = {
    "1": [1],
    "1, 2, 3, with 16 minutes of cuts": [1, 2, 3],
    "1 to 5, with 21 minutes of cuts": [1, 2, 3, 4, 5],
    "1 to 5, then 6 to 9": [6, 7, 8, 9],
    "9, 10": [9, 10],
}


def printed(command: str) -> str:
    result = CliRunner().invoke(cli.main, [*shlex.split(command), "--root", str(ROOT)])
    assert result.exit_code == 0, result.output
    return result.output


def planned(command: str) -> list[int]:
    return [int(number) for number in re.findall(r"^(\d+) · ", printed(command), re.MULTILINE)]


def test_each_row_has_its_command():
    assert len(ROWS) == len(PLANS) == len(LESSONS)
    assert [lessons for _, lessons in ROWS] == list(LESSONS)


@pytest.mark.parametrize(("row", "command"), list(zip(ROWS, PLANS, strict=True)))
def test_what_a_row_says_is_what_the_planner_gives(row, command):
    assert planned(command) == LESSONS[row[1]]


def test_a_room_gets_the_lessons_of_four_hours():
    (command,) = re.findall(r"For four hours in a room, plan\s+`(--[^`]+)`", TEXT)
    assert planned(f"schedule {command}") == [1, 2, 3]
    made = printed(f"schedule {command}").split("Cut here, so that")[1].split("If you are late")[0]
    for title in (r"Against centralized\s+training", "A greeting"):
        assert re.search(rf"{title} \(saves", made)
        assert re.search(rf"two sections more than the table says,.*\*{title}\*", TEXT, re.DOTALL)
    assert made.count("(saves") == 2 + 2


def test_the_cuts_that_are_named_are_those_that_the_planner_makes():
    with_cuts = [(row, plan) for row, plan in zip(ROWS, PLANS, strict=True) if "cuts" in row[1]]
    told = re.search(r"All those of the table are in\s+lesson 3:(.*?)\. ", TEXT, re.DOTALL)[1]
    for (row, command), named in zip(with_cuts, told.split(";"), strict=True):
        made = printed(command).split("Cut here, so that")[1].split("If you are late")[0]
        cuts = re.findall(r"^  3 · (.+) \(saves (\d+) of \d+ min\):", made, re.MULTILINE)
        assert sorted(cuts) == sorted(re.findall(r"\*(.+?)\* \((\d+)", " ".join(named.split())))
        total = sum(int(minutes) for _, minutes in cuts)
        assert f"with {total} minutes of cuts" in row[1]
        assert f"Together, these cuts save {total} minutes." in made


def test_the_section_to_begin_with_has_the_minutes_that_are_named():
    title, minutes = re.search(r"\*(Why federate)\*, (\d+) minutes", TEXT).groups()
    assert re.search(rf" {minutes} min  {title}\n", printed("schedule --lessons 1"))


def test_the_line_that_is_shown_can_be_read():
    (found,), troubles, _ = lines.read(re.search(r"`(Anna: flc1-\w+-)`", TEXT)[1])
    assert (found.name, troubles) == ("Anna", [])
    assert len(found.progress.states) == 4
