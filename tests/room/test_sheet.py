import csv
import os

import pytest

from fl_course.room import sheet
from fl_course.room.lines import read
from fl_course.room.people import Person, Room
from tests.room.at_hand import IDS, line


def people(text):
    room = Room()
    room.add(read(text)[0])
    return room.people()


def rows(content):
    return list(csv.reader(content.decode("utf-8-sig").splitlines()))


EVERYBODY = people(
    f'김민지: {line(1, [IDS[0]], {IDS[1]: 2})}\nBob: {line(2)}\nO, "A" B: {line(3, [IDS[2]])}'
)


def test_a_row_a_participant_and_a_column_an_exercise():
    head, *table = rows(sheet.make(EVERYBODY))
    assert head == ["fl-course participant", *IDS]
    assert all(len(row) == len(head) for row in table)
    by_name = {row[0]: row[1:] for row in table}
    assert by_name["김민지"][:3] == ["solved 1", "tried 2", ""]
    assert by_name['O, "A" B'][:3] == ["", "", "solved 1"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+1", "@SUM(1)", "＝1+1", "＠SUM(1)"])
def test_a_name_that_a_spreadsheet_would_compute_is_a_text(name):
    content = sheet.make([Person(name, {})])
    assert rows(content)[1][0] == f"'{name}"


def test_an_earlier_table_is_replaced_and_nothing_else(tmp_path):
    file = tmp_path / "room.csv"
    sheet.write(file, EVERYBODY[:1])
    sheet.write(file, EVERYBODY)
    assert len(rows(file.read_bytes())) == 4
    (tmp_path / "mine.csv").write_text("participant,age\n")
    (tmp_path / "empty").write_text("")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(file)
    for name in ("mine.csv", "empty", "pipe", "link"):
        with pytest.raises(sheet.NotOursError, match=f"{name} is there, and no table of the room"):
            sheet.write(tmp_path / name, EVERYBODY)
    assert (tmp_path / "mine.csv").read_text() == "participant,age\n"
    assert (tmp_path / "link").is_symlink()
