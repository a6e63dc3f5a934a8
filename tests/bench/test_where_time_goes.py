"""The profile of a round counts what passes between this process and its worker."""

import pytest

import fl_course

fl_course.setup()

from bench import where_time_goes  # noqa: E402
from fl_course.runtime import context  # noqa: E402


@pytest.fixture
def seen(monkeypatch):
    for name in where_time_goes.EXCHANGES:  # so that it is undone
        method = getattr(context._SupervisedStub, name)
        monkeypatch.setattr(context._SupervisedStub, name, method)
    return where_time_goes.watch_exchanges()


def test_parts_of_a_round_add_up(seen, monkeypatch):
    monkeypatch.setitem(where_time_goes.ROUNDS, 1, 2)
    measured = where_time_goes.measure(1, seen)
    assert measured["exchanges"] >= 3
    # One writer's images, compressed, and the model's 7,850 weights.
    assert 50 < measured["kB sent"] < 200
    parts = sum(value for name, value in measured.items() if name.startswith("of it"))
    assert parts == pytest.approx(measured["the round"], rel=0.5)
    assert 0 < measured["of it: waiting for the call"] < measured["the round"]


def test_the_report_has_a_row_for_each_part():
    text = where_time_goes.report({1: {"the round": 24.04}, 1000: {"the round": 5100.0}})
    assert "| clients in a round | 1 | 1,000 |" in text
    assert "| the round | 24.0 | 5,100.0 |" in text


def test_what_is_written_below_the_table_stays():
    by_hand = "\n## What is left\n\nWords.\n\n## And more\n"
    text = where_time_goes.report({1: {"the round": 24.04}})
    assert where_time_goes.notes(text + by_hand) == by_hand
    assert where_time_goes.notes(text) == ""
