"""The names that a lesson's code makes up and its figures show."""

import json
import re
from pathlib import Path

import pytest

import fl_course
from fl_course import localization
from fl_course.authoring.course import read_course
from fl_course.authoring.records import drawn_words, records_path
from fl_course.authoring.script import read_script
from fl_course.authoring.words import _is_word, own_messages
from fl_course.localization import in_language, parts_of
from tests.authoring.conftest import TOML

ROOT = Path(fl_course.__file__).parent.parent
COURSE = read_course(ROOT)
# What stays as it is in a figure in another language: names in code, units, and the prefixes of a
# made-up language that people write in.
_STAYS = re.compile(r"\b(?:alpha|deals|shards|tff\.learning|mm)\b|\\overline|^[a-z]{2,}\.? [\d,]+$")
SCRIPT = """\
# %% key="made"
ways = {"alone": 1, "clip at 2": 2, "unused": 3, "FedAvg": 4, "writer_00": 5}
%matplotlib inline
runs = {f"{way}, {count} clients": [0.0] for way in ways for count in (1, 2)}

# %% key="drawn"
plotting.learning_curves(runs, title="How it went")
"""
DRAWN = [
    *("alone, 1 clients", "alone, 2 clients", "clip at 2, 1 clients"),
    *("FedAvg, 1 clients", "writer_00, 1 clients", "How it went", "of nobody here"),
]


@pytest.fixture
def course(tmp_path):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "course.toml").write_text(
        TOML.replace('exercises = ["add_two"]', "exercises = []")
    )
    (tmp_path / "lessons" / "adding.py").write_text(SCRIPT)
    (tmp_path / "fl_course").mkdir()
    return read_course(tmp_path)


def names(root, course):
    lesson = course.lessons[0]
    scripts = {lesson: read_script(root, course, lesson)}
    return {
        message.text: message.context
        for message in own_messages(root, course, scripts, {}, {})
        if message.context.startswith("figure")
    }


def test_names_that_a_figure_shows_are_messages(tmp_path, course):
    assert names(tmp_path, course) == {"How it went": "figure adding/drawn"}
    path = tmp_path / records_path(course.lessons[0])
    path.parent.mkdir(parents=True)
    heard = [part for name in DRAWN for part in parts_of(name)]
    path.write_text(json.dumps({"inputs": "", "cells": {"a": [{"words": heard}, {"said": "b"}]}}))
    assert names(tmp_path, course) == {
        "How it went": "figure adding/drawn",
        "alone": "figure adding/made",
        "clip at {number}": "figure adding/made",
        "{number} clients": "figure adding/made",
    }


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"cells": 1}', b'{"cells": {"a": 1}}'])
def test_records_that_are_broken_hold_no_names(content):
    assert drawn_words(content) == set()


@pytest.mark.parametrize(
    ("text", "is_word"),
    [
        ("alone", True),
        ("{number} clients", True),
        ("label skew, alpha {number}", True),
        ("federated_map\n(minus)", True),
        ("alpha = {number}", False),
        ("writer_01", False),
        ("FedAvg", False),
        ("{float32}@CLIENTS", False),
        ("{number}", False),
    ],
)
def test_what_is_a_word(text, is_word):
    assert _is_word(text) == is_word


@pytest.mark.parametrize("language", localization.languages()[1:])
@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_no_figure_mixes_two_languages(lesson, language):
    if language not in lesson.languages:
        pytest.skip("not released")
    drawn = drawn_words((ROOT / records_path(lesson)).read_bytes())
    names = drawn - {part for name in drawn for part in parts_of(name) if part != name}
    words = json.loads((ROOT / f"fl_course/locale/{language}.json").read_text())["words"]
    assert in_english(names, dict.fromkeys(words, " ")) == {}  # what there is no word for
    if not words["round"].isascii():  # the language has other letters than English
        assert in_english(names, words) == {}


def in_english(names, words):
    """Names that show English words when they are said with these."""
    with localization.speaking("of a test", words):
        shown = {name: in_language(name, None, "of a test") for name in names}
    return {
        name: text
        for name, text in shown.items()
        if _is_word(_STAYS.sub("", re.sub(r"\{\w*\}", "", text)))
    }
