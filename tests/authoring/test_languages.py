"""A course in more than one language, from its catalogs to its notebooks."""

import json
import re

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.build import build
from fl_course.authoring.languages import codes

KO = "translations/ko"
BOTH = 'languages = ["en", "ko"]'


@pytest.fixture
def korean(course_dir, executions):
    """The small course with Korean: catalogs that are complete, and built notebooks."""
    course_dir.executions = executions
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    assert build(course_dir.root).problems == []  # not released: catalogs are made, and no notebook
    for path in (course_dir.root / KO).glob("*.po"):
        path.write_text(translated(path.read_text()))
    course_dir.edit("lessons/course.toml", 'languages = ["en"]', BOTH)
    course_dir.write("README.md", "# A course\n\n**English** · [한국어](README.ko.md)\n\nText.\n")
    build(course_dir.root)
    readme = course_dir.root / KO / "README.po"
    readme.write_text(translated(readme.read_text()))
    report = build(course_dir.root)
    assert report.problems == []
    executions.clear()
    return course_dir


def in_korean(text):
    """A text with a Korean word for each English one; code, links and placeholders stay."""
    kept = r"(`[^`]*`|\]\([^)]*\)|\{\w+\}|\\n)|[A-Za-z][\w']*"
    return re.sub(kept, lambda match: match[1] or "말", text)


def translated(catalog):
    """A catalog with all that is missing in it translated."""

    def translate(match):
        return f'msgid "{match[1]}"\nmsgstr "{in_korean(match[1])}"'

    return re.sub(r'msgid "(.+)"\nmsgstr ""', translate, catalog)


def cells(course_dir, name):
    notebook = json.loads((course_dir.root / name).read_text())
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


def changed(course_dir, before):
    after = files(course_dir)
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def files(course_dir):
    return {
        path.relative_to(course_dir.root).as_posix(): path.read_bytes()
        for path in course_dir.root.rglob("*")
        if path.is_file() and ".build" not in path.parts
    }


def test_a_language_is_built_without_executing_anything_for_it(course_dir, executions):
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    course_dir.edit("lessons/course.toml", 'languages = ["en"]', BOTH)
    course_dir.write("README.md", "**English** · [한국어](README.ko.md)\n")
    report = build(course_dir.root)
    assert report.problems == []
    assert sorted(executions) == ["adding", "printing"]
    assert sorted(course_dir.built()) == sorted(
        [
            f"{folder}/{code}/{name}.ipynb"
            for folder in ("notebooks", "solutions")
            for code in ("en", "ko")
            for name in ("01_adding", "02_printing")
        ]
        + [f"solutions/en/{name}.records.json" for name in ("01_adding", "02_printing")]
    )
    assert "[English](README.md) · **한국어**" in (course_dir.root / "README.ko.md").read_text()


def test_adding_a_language_later_executes_nothing(course_dir, executions):
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    build(course_dir.root)
    executions.clear()
    course_dir.edit("lessons/course.toml", 'languages = ["en"]', BOTH)
    build(course_dir.root)
    assert executions == []
    assert "solutions/ko/01_adding.ipynb" in course_dir.built()


@pytest.mark.parametrize("content", [None, "nonsense", "[]", '{"inputs": "of other code"}'])
def test_without_what_was_recorded_the_english_notebook_is_executed_once(
    korean, executions, content
):
    before = files(korean)
    executions.clear()
    name = "solutions/en/01_adding.records.json"
    (korean.root / name).unlink()
    if content is not None:
        korean.write(name, content)
    (problem,) = build(korean.root, check=True).problems
    assert problem.startswith(f"{name}: is missing, or not of the solved notebook")
    build(korean.root)
    assert executions == ["adding"]
    assert changed(korean, before) == []


def test_what_was_recorded_and_is_of_no_lesson_goes(course_dir, executions):
    build(course_dir.root)
    course_dir.write("solutions/en/07_gone.records.json", "{}")
    build(course_dir.root)
    assert not (course_dir.root / "solutions/en/07_gone.records.json").exists()


def test_without_translations_the_cells_are_the_english_ones(course_dir, executions):
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    course_dir.edit("lessons/course.toml", 'languages = ["en"]', BOTH)
    build(course_dir.root)
    for folder in ("notebooks", "solutions"):
        english = cells(course_dir, f"{folder}/en/01_adding.ipynb")
        korean = cells(course_dir, f"{folder}/ko/01_adding.ipynb")
        assert english.keys() == korean.keys()
        for key in english:
            if key not in ("adding-_header", "adding-_setup", "adding-_next"):
                assert korean[key] == english[key]


def test_texts_are_translated_and_code_is_not(korean):
    made = cells(korean, "solutions/ko/01_adding.ipynb")
    assert made["adding-why"] == "## 말 말\n말 말 말 말 [말](02_printing.ipynb)."
    assert made["adding-note"] == "**말 말 말 · 10 말**\n\n말 말 말."
    assert made["adding-ex_add"] == cells(korean, "solutions/en/01_adding.ipynb")["adding-ex_add"]
    assert made["adding-_header"].startswith("# 1 · 말\n\n10 말 · ")


def test_changing_one_sentence_makes_one_message_fuzzy_and_nothing_else(korean):
    before = files(korean)
    catalog = before[f"{KO}/01_adding.po"].decode().splitlines()
    korean.edit("lessons/01_adding.py", "Wait for questions.", "Wait for more questions.")
    build(korean.root)
    assert changed(korean, before) == [
        "lessons/01_adding.py",
        "solutions/en/01_adding.ipynb",
        "solutions/ko/01_adding.ipynb",
        f"{KO}/01_adding.po",
    ]
    after = (korean.root / KO / "01_adding.po").read_text().splitlines()
    assert [line for line in after if line not in catalog] == [
        "#, fuzzy",
        '#| msgid "Wait for questions."',
        'msgid "Wait for more questions."',
    ]
    assert [line for line in catalog if line not in after] == ['msgid "Wait for questions."']
    assert korean.executions == []
    note = cells(korean, "solutions/ko/01_adding.ipynb")["adding-note"]
    assert note.endswith("\n\nWait for more questions. (말 말 말 말 말 말 말 말 말)")


def test_a_check_counts_and_fails_a_released_language_that_is_incomplete(korean):
    assert build(korean.root, check=True).problems == []
    korean.edit("lessons/01_adding.py", "Wait for questions.", "Wait for more questions.")
    korean.edit("lessons/02_printing.py", 'print("hello")', 'print("hello")  # a remark')
    build(korean.root)
    report = build(korean.root, check=True)
    assert report.problems == [
        f"{KO}/01_adding.po: 1 fuzzy and 0 missing, in a released language. Translate them; "
        "docs/translating.md says how.",
        f"{KO}/02_printing.po: 0 fuzzy and 1 missing, in a released language. Translate them; "
        "docs/translating.md says how.",
    ]
    assert report.translated["ko"]["01_adding"].fuzzy == 1
    assert report.translated["ko"]["02_printing"].missing == 1


def test_a_language_that_is_not_released_may_be_incomplete(course_dir, executions):
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    build(course_dir.root)
    report = build(course_dir.root, check=True)
    assert report.problems == []
    assert report.translated["ko"]["01_adding"].missing > 0
    assert codes(course_dir.root) == ("ko",)


def test_a_catalog_that_is_behind_its_lesson_fails_the_check(korean):
    korean.edit("lessons/01_adding.py", "Wait for questions.", "Wait for more questions.")
    problems = build(korean.root, check=True).problems
    assert any(f"{KO}/01_adding.po: is out of date" in problem for problem in problems)


def test_outputs_that_were_changed_by_hand_are_noticed_and_made_again(korean):
    name = "solutions/ko/02_printing.ipynb"
    before = files(korean)
    korean.edit(name, "hello\\n", "hallo\\n")
    (problem,) = build(korean.root, check=True).problems
    assert problem.startswith(f"{name}: differs from its script, first in cell say")
    build(korean.root)
    assert changed(korean, before) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("01_adding.po", "Language: ko", "Language: xx", ":3: the header's Language is 'xx'"),
        ("01_adding.po", "[말](02_printing", "[말](nowhere", "link ](02_printing.ipynb) of"),
        ("01_adding.po", 'msgstr "말 말 말."', 'msgstr "```python"', "a code fence (```) is cut"),
        ("01_adding.po", 'adding/note"\nmsgid "Wait', 'a/b"\nmsgid "Go', "'a/b' is not a cell"),
        ("fl_course.po", "{minutes} 말", "말", "placeholder {minutes} of the English is missing"),
        ("language.toml", "name", "nome", "`name` is missing. Add what the language calls itself"),
        ("language.toml", "name = ", "name ", "is not valid TOML"),
        ("glossary.toml", "", "[terms", "is not valid TOML"),
    ],
)
def test_a_broken_file_is_told_and_nothing_of_the_language_is_written(korean, name, old, new, told):
    path = korean.root / KO / name
    text = path.read_text() if path.exists() else ""
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else new)
    korean.edit(
        "lessons/02_printing.py",
        '# %% key="say"',
        '# %% [markdown] key="t"\n# New.\n\n# %% key="say"',
    )
    before = files(korean)
    problems = build(korean.root).problems
    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith((f"{KO}/{name}", "README.md")) for problem in problems)
    # English is built; of Korean no file is touched.
    assert {name.split("/")[1] for name in changed(korean, before)} <= {"en", "exercises"}


def test_a_file_in_another_encoding_is_told(korean):
    path = korean.root / KO / "01_adding.po"
    path.write_bytes(path.read_text().encode("euc-kr"))
    before = files(korean)
    (problem, *_) = build(korean.root).problems
    assert re.match(rf"{KO}/01_adding\.po:\d+: not UTF-8: .*\. Save the file as UTF-8\.", problem)
    assert changed(korean, before) == []


def test_a_catalog_of_no_lesson_is_told(korean):
    (korean.root / KO / "01_adding.po").rename(korean.root / KO / "01_subtracting.po")
    problems = build(korean.root).problems
    assert any(f"{KO}/01_subtracting.po: no lesson has this name" in p for p in problems)


def test_a_released_language_without_a_folder_is_told(course_dir, executions):
    course_dir.edit("lessons/course.toml", 'languages = ["en"]', BOTH)
    problems = build(course_dir.root).problems
    assert any("translations/ko/language.toml: is missing. Write it" in p for p in problems)
    assert course_dir.built() == {}


def test_a_language_that_is_no_longer_released_goes(korean):
    korean.edit("lessons/course.toml", BOTH, 'languages = ["en"]')
    report = build(korean.root)
    removed = [path.as_posix() for path in report.removed]
    assert "solutions/ko/01_adding.ipynb" in removed
    assert "fl_course/locale/ko.json" in removed
    assert (korean.root / KO / "01_adding.po").exists()


def test_a_lesson_that_cannot_be_read_changes_no_catalog(korean):
    before = files(korean)
    korean.edit("lessons/01_adding.py", '# %% [markdown] key="why"', '# %% [markdown] kay="why"')
    assert build(korean.root).problems
    assert [name for name in changed(korean, before) if name.startswith("translations")] == []


def test_only_the_asked_language_is_built(korean):
    for name in ("solutions/ko/01_adding.ipynb", "solutions/en/01_adding.ipynb"):
        (korean.root / name).unlink()
    report = build(korean.root, ["1"], ["ko"])
    assert "solutions/ko/01_adding.ipynb" in [path.as_posix() for path in report.written]
    with pytest.raises(AuthoringError, match="language 'ja' is not released"):
        build(korean.root, [], ["ja"])
