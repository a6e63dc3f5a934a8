import importlib.util
import re
import subprocess
import sys
import types
from pathlib import Path

import nbformat
import pytest

from fl_course.authoring.catalogs import Catalog, Entry
from fl_course.authoring.languages import ENGLISH_ITSELF, Language
from fl_course.authoring.messages import Message
from fl_course.authoring.notebooks import WORDS, dumps, executed_cells, key_of, make
from fl_course.authoring.script import CODE_COLUMNS, read_script


@pytest.fixture
def build_one(course_dir, course, lesson):
    cells = read_script(course_dir.root, course, lesson)
    return lambda variant, language=ENGLISH_ITSELF, released=(): make(
        course, lesson, cells, language, variant, released
    )


def keys(notebook):
    return [key_of(cell) for cell in notebook.cells]


def test_a_learner_sees_blanks_and_no_solutions(build_one):
    notebook = build_one("learner")
    assert keys(notebook) == ["_header", "_setup", "why", "ex_add", "download", "_next"]
    assert "total = ..." in notebook.cells[3].source
    assert "two() + 2" not in dumps(notebook).decode()
    assert all(cell.get("outputs", []) == [] for cell in notebook.cells)


def test_an_instructor_sees_everything(build_one):
    notebook = build_one("solved")
    assert keys(notebook) == [
        *("_header", "_setup", "why", "ex_add", "note", "proof", "download", "_next")
    ]
    assert "total = two() + 2" in notebook.cells[3].source
    assert "blank" not in notebook.cells[3].source


def test_cells_carry_key_kind_and_tags(build_one):
    cells = {key_of(cell): cell for cell in build_one("solved").cells}
    assert cells["ex_add"].metadata == {
        "fl_course": {"key": "ex_add", "kind": "exercise", "exercise": "add_two", "result": True},
        "tags": ["exercise"],
    }
    assert cells["download"].metadata.tags == ["optional", "nbval-skip", "raises-exception"]
    assert cells["note"].metadata.tags == ["instructor"]
    assert "tags" not in cells["why"].metadata
    assert keys_of_executed(build_one("solved")) == ["_setup", "ex_add", "proof"]


def keys_of_executed(notebook):
    return [key_of(cell) for cell in executed_cells(notebook)]


def test_cell_ids_come_from_lesson_and_key(build_one):
    learner, solved = build_one("learner"), build_one("solved")
    ids = {key_of(cell): cell.id for cell in solved.cells}
    assert ids["ex_add"] == "adding-ex_add"
    assert {key_of(cell): cell.id for cell in learner.cells}.items() <= ids.items()
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell_id) for cell_id in ids.values())


def test_the_header_leads_to_colab(build_one):
    header = build_one("learner").cells[0].source
    assert header.startswith("# 1 · Adding\n\n10 minutes · [Open in Colab](https://colab.")
    assert "![" not in header
    colab = "https://colab.research.google.com/github/owner/name/blob/main/"
    assert f"({colab}notebooks/en/01_adding.ipynb)" in header
    assert f"({colab}solutions/en/01_adding.ipynb)" in build_one("solved").cells[0].source


def test_the_header_leads_to_the_glossary_in_the_language(build_one):
    home = "https://github.com/owner/name/blob/main/docs/"
    for variant in ("learner", "solved"):
        assert f" · [Glossary]({home}glossary.md)\n" in build_one(variant).cells[0].source + "\n"
        language = korean(glossary="용어집")
        header = build_one(variant, language).cells[0].source
        assert f" · [용어집]({home}glossary.ko.md)\n" in header + "\n"


def test_the_header_says_how_to_go_on_after_an_error(build_one):
    assert build_one("learner").cells[0].source.split("\n\n")[-1].startswith("**If a cell ends in")
    assert "error" not in build_one("solved").cells[0].source


def test_the_first_cell_is_folded_where_a_notebook_can(build_one):
    for variant in ("learner", "solved"):
        setup = build_one(variant).cells[1]
        assert setup.metadata.jupyter == {"source_hidden": True}
        assert setup.metadata.cellView == "form"
        assert setup.source.startswith("# @title Run this first: ")
        assert max(map(len, setup.source.split("\n"))) <= CODE_COLUMNS


def test_the_last_cell_leads_to_the_next_lesson(build_one, course):
    assert "[2 · Printing](02_printing.ipynb)" in build_one("learner").cells[-1].source
    last = make(course, course.lessons[1], (), ENGLISH_ITSELF, "learner")
    assert "last lesson" in last.cells[-1].source


@pytest.mark.parametrize("outcome", ["there", "fetched", "refused"])
def test_the_setup_cell_fetches_only_where_the_course_is_missing(
    build_one, monkeypatch, capsys, outcome
):
    setup = build_one("learner").cells[1].source
    commands, calls = [], []

    def pip(command, **_):
        commands.append(command)
        failed = outcome == "refused"
        return types.SimpleNamespace(returncode=int(failed), stderr="no route" if failed else "")

    course = types.ModuleType("fl_course")
    course.setup = lambda **arguments: calls.append(arguments)
    monkeypatch.setitem(sys.modules, "fl_course", course)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: outcome == "there" or None)
    monkeypatch.setattr(subprocess, "run", pip)
    if outcome == "refused":
        with pytest.raises(RuntimeError, match="could not be fetched; the lines above say why"):
            exec(setup, {})
        assert capsys.readouterr().out == "no route\n"
    else:
        exec(setup, {})
    assert calls == ([] if outcome == "refused" else [{"install": True}])
    if outcome != "there":
        (command,) = commands
        assert command[:4] == [sys.executable, "-m", "pip", "install"]
        assert command[-1] == "fl-course @ https://github.com/owner/name/archive/main.zip"
    else:
        assert commands == []


def test_the_file_is_valid_and_always_the_same(build_one):
    content = dumps(build_one("solved"))
    assert content == dumps(build_one("solved"))
    assert content.endswith(b"}\n")
    notebook = nbformat.reads(content.decode(), as_version=nbformat.NO_CONVERT)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}


def korean(**translations):
    entries = [
        Entry(Message("notebook", WORDS[name]), translation)
        for name, translation in translations.items()
    ]
    own = Catalog(Path("translations/ko/fl_course.po"), "ko", tuple(entries))
    return Language("ko", "한국어", (), {"fl_course": own})


def test_the_builders_own_cells_speak_the_language(build_one):
    language = korean(
        minutes="{minutes}분", setup="강의를 시작합니다.", not_fetched="실패했습니다."
    )
    notebook = build_one("learner", language)
    header, setup = notebook.cells[0].source, notebook.cells[1].source
    assert "\n\n10분 · " in header
    assert setup.startswith("# @title 강의를 시작합니다.\n")
    assert '            "실패했습니다."\n' in setup
    assert setup.endswith('fl_course.setup("ko", install=True)')
    assert notebook.metadata.fl_course.language == "ko"


def test_without_translations_only_the_way_to_the_language_differs(build_one):
    for variant in ("learner", "solved"):
        english, other = (build_one(variant, language) for language in (ENGLISH_ITSELF, korean()))
        sources = [[cell.source for cell in notebook.cells] for notebook in (english, other)]
        assert sources[1] == [
            source.replace("/en/", "/ko/")
            .replace("/glossary.md", "/glossary.ko.md")
            .replace("setup(install", 'setup("ko", install')
            for source in sources[0]
        ]


@pytest.mark.parametrize(("variant", "folder"), [("learner", "notebooks"), ("solved", "solutions")])
def test_the_switcher_leads_to_the_same_lesson_in_each_language(build_one, variant, folder):
    released = (ENGLISH_ITSELF, korean())
    header = build_one(variant, released[1], released).cells[0].source
    colab = f"https://colab.research.google.com/github/owner/name/blob/main/{folder}"
    assert header.split("\n\n")[2] == (
        f"[English](../en/01_adding.ipynb) ([Colab]({colab}/en/01_adding.ipynb)) · **한국어**"
    )
    english = build_one(variant, ENGLISH_ITSELF, released).cells[0].source
    assert english.split("\n\n")[2] == (
        f"**English** · [한국어](../ko/01_adding.ipynb) ([Colab]({colab}/ko/01_adding.ipynb))"
    )
