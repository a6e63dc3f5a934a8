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
    "1, 2, 3": [1, 2, 3],
    "1 to 5": [1, 2, 3, 4, 5],
    "1 to 5, then 6 to 9": [6, 7, 8, 9],
    "9, 10": [9, 10],
}


def planned(command: str) -> list[int]:
    result = CliRunner().invoke(cli.main, [*shlex.split(command), "--root", str(ROOT)])
    assert result.exit_code == 0, result.output
    return [int(number) for number in re.findall(r"^(\d+) · ", result.output, flags=re.MULTILINE)]


def test_each_row_has_its_command():
    assert len(ROWS) == len(PLANS) == len(LESSONS)
    assert [lessons for _, lessons in ROWS] == list(LESSONS)


@pytest.mark.parametrize(("row", "command"), list(zip(ROWS, PLANS, strict=True)))
def test_what_a_row_says_is_what_the_planner_gives(row, command):
    assert planned(command) == LESSONS[row[1]]


def test_the_section_to_begin_with_has_the_minutes_that_are_named():
    title, minutes = re.search(r"\*(Why federate)\*, (\d+) minutes", TEXT).groups()
    result = CliRunner().invoke(cli.main, ["schedule", "--lessons", "1", "--root", str(ROOT)])
    assert re.search(rf" {minutes} min  {title}\n", result.output)


def test_the_line_that_is_shown_can_be_read():
    (found,), troubles = lines.read(re.search(r"`(Anna: flc1-\w+-)`", TEXT)[1])
    assert (found.name, troubles) == ("Anna", [])
    assert len(found.progress.states) == 4
