"""The measurement of a large table, with a small one."""

import fl_course

fl_course.setup()

from bench import own_table  # noqa: E402
from fl_course import data  # noqa: E402


def test_the_table_is_what_the_report_says(tmp_path):
    own_table.write_table(tmp_path / "table.csv", 300)
    clients = data.from_table(tmp_path / "table.csv", client="client", label="label")
    assert len(clients.schema.features) + 2 == 20  # with the client's and the label's column
    assert clients.schema.num_labels == 10
    assert len(data.pool(clients)[1]) == 300


def test_every_number_is_measured(tmp_path):
    own_table.write_table(tmp_path / "table.csv", 300)
    measured = own_table.measure(tmp_path / "table.csv")
    assert len(measured) == 5
    assert all(value >= 0 for value in measured.values())
    assert measured["milliseconds to read a client, median"] > 0


def test_the_report_has_a_row_for_each_number():
    text = own_table.report({"seconds": 5.04}, 1_000_000, 144_600_000)
    assert "A CSV of 1,000,000 rows, 20 columns and 1,000 clients, 145 MB" in text
    assert "| seconds | 5.0 |" in text
