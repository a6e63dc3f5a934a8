"""A course in more than one language, from its catalogs to its notebooks."""

import json
import re
from pathlib import Path

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.build import build
from fl_course.authoring.catalogs import read_catalog
from fl_course.authoring.languages import OWN, codes
from tests.authoring.conftest import BOTH, KO, translated

ROOT = Path(__file__).parent.parent.parent


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
        f"{folder}/{code}/{name}.ipynb"
        for folder in ("notebooks", "solutions")
        for code in ("en", "ko")
        for name in ("01_adding", "02_printing")
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
    assert made["adding-why"] == "## 말 말\n말 말 말 말 [말 2](02_printing.ipynb)."
    assert made["adding-note"] == "**말 말 말 · 10 말**\n\n말 말 말."
    assert made["adding-ex_add"] == cells(korean, "solutions/en/01_adding.ipynb")["adding-ex_add"]
    assert made["adding-_header"].startswith("# 1 · 말\n\n10 말 · ")


def test_changing_one_sentence_makes_one_message_fuzzy_and_nothing_else(korean):
    before = files(korean)
    catalog = before[f"{KO}/adding.po"].decode().splitlines()
    korean.edit("lessons/adding.py", "Wait for questions.", "Wait for more questions.")
    build(korean.root)
    assert changed(korean, before) == [
        "lessons/adding.py",
        "solutions/en/01_adding.ipynb",
        "solutions/ko/01_adding.ipynb",
        f"{KO}/adding.po",
    ]
    after = (korean.root / KO / "adding.po").read_text().splitlines()
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
    korean.edit("lessons/adding.py", "Wait for questions.", "Wait for more questions.")
    korean.edit("lessons/printing.py", 'print("hello")', 'print("hello")  # a remark')
    build(korean.root)
    report = build(korean.root, check=True)
    assert report.problems == [
        f"{KO}/adding.po: 1 fuzzy and 0 missing, in a released language. Translate them; "
        "docs/translating.md says how.",
        f"{KO}/printing.po: 0 fuzzy and 1 missing, in a released language. Translate them; "
        "docs/translating.md says how.",
    ]
    assert report.translated["ko"]["adding"].fuzzy == 1
    assert report.translated["ko"]["printing"].missing == 1


def test_a_language_that_is_not_released_may_be_incomplete(course_dir, executions):
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    build(course_dir.root)
    report = build(course_dir.root, check=True)
    assert report.problems == []
    assert report.translated["ko"]["adding"].missing > 0
    assert codes(course_dir.root) == ("ko",)


def test_a_catalog_that_is_behind_its_lesson_fails_the_check(korean):
    korean.edit("lessons/adding.py", "Wait for questions.", "Wait for more questions.")
    problems = build(korean.root, check=True).problems
    assert any(f"{KO}/adding.po: is out of date" in problem for problem in problems)


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
        ("adding.po", "Language: ko", "Language: xx", ":3: the header's Language is 'xx'"),
        (
            "adding.po",
            "[말 {{printing}}](printing",
            "[말 {{printing}}](nowhere",
            "link ](printing.ipynb) of the",
        ),
        ("adding.po", "[말 {{printing}}", "[말 {{adding}}", "lesson {{adding}} is not in the Engl"),
        ("adding.po", "[말 {{printing}}", "[말 2", "lesson {{printing}} of the English is missing"),
        ("adding.po", "말 말 [말", "말 lesson 2 [말", "'lesson 2' names a lesson by its number."),
        ("adding.po", 'msgstr "말 말 말."', 'msgstr "```python"', "a code fence (```) is cut"),
        ("adding.po", 'adding/note"\nmsgid "Wait', 'a/b"\nmsgid "Go', "'a/b' is not a cell"),
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
        "lessons/printing.py",
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
    path = korean.root / KO / "adding.po"
    path.write_bytes(path.read_text().encode("euc-kr"))
    before = files(korean)
    (problem, *_) = build(korean.root).problems
    assert re.match(rf"{KO}/adding\.po:\d+: not UTF-8: .*\. Save the file as UTF-8\.", problem)
    assert changed(korean, before) == []


def test_a_catalog_of_no_lesson_is_told(korean):
    (korean.root / KO / "adding.po").rename(korean.root / KO / "subtracting.po")
    problems = build(korean.root).problems
    assert any(f"{KO}/subtracting.po: no lesson has this name" in p for p in problems)


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
    assert (korean.root / KO / "adding.po").exists()


def test_a_lesson_that_cannot_be_read_changes_no_catalog(korean):
    before = files(korean)
    korean.edit("lessons/adding.py", '# %% [markdown] key="why"', '# %% [markdown] kay="why"')
    assert build(korean.root).problems
    assert [name for name in changed(korean, before) if name.startswith("translations")] == []


def test_only_the_asked_language_is_built(korean):
    for name in ("solutions/ko/01_adding.ipynb", "solutions/en/01_adding.ipynb"):
        (korean.root / name).unlink()
    report = build(korean.root, ["1"], ["ko"])
    assert "solutions/ko/01_adding.ipynb" in [path.as_posix() for path in report.written]
    with pytest.raises(AuthoringError, match="language 'ja' is not released"):
        build(korean.root, [], ["ja"])


# A lesson is released in English first.

SECOND = 'slug = "printing"\n'
ENGLISH_ONLY = f'{SECOND}languages = ["en"]\n'
TABLE = """\
| | Lesson | English |
|---|---|---|
| 1 | [Adding](notebooks/en/01_adding.ipynb) | [![Open in Colab][badge]][en1] |
| 2 | [Printing](notebooks/en/02_printing.ipynb) | [![Open in Colab][badge]][en2] |

[badge]: https://example.org/badge.svg
[en1]: https://example.org/notebooks/en/01_adding.ipynb
[en2]: https://example.org/notebooks/en/02_printing.ipynb
"""


@pytest.fixture
def partly(korean):
    """The small course in English and Korean, with its second lesson in English only."""
    korean.write("README.md", (korean.root / "README.md").read_text() + "\n" + TABLE)
    korean.edit("lessons/course.toml", SECOND, ENGLISH_ONLY)
    for _ in range(2):  # The table's rows come into the catalog, and are translated.
        build(korean.root)
        readme = korean.root / KO / "README.po"
        readme.write_text(translated(readme.read_text()))
    report = build(korean.root)
    assert report.problems == []
    assert build(korean.root, check=True).problems == []
    return korean


def test_a_lesson_in_english_only_is_built_in_english_only(partly):
    made = [name for name in partly.built() if "printing" in name]
    assert made == ["notebooks/en/02_printing.ipynb", "solutions/en/02_printing.ipynb"]
    assert partly.executions == []
    header = cells(partly, "notebooks/en/02_printing.ipynb")["printing-_header"]
    assert "한국어" not in header
    assert "English" not in header
    both = cells(partly, "notebooks/en/01_adding.ipynb")["adding-_header"]
    assert "**English** · [한국어](../ko/01_adding.ipynb)" in both


def test_a_lesson_leads_to_the_english_one_where_there_is_no_other(partly):
    for folder in ("notebooks", "solutions"):
        made = cells(partly, f"{folder}/ko/01_adding.ipynb")
        assert made["adding-why"].endswith("[말 2](../en/02_printing.ipynb).")
        # The title is in Korean, as it is translated; the words say that the lesson is not.
        assert "[2 · 말](../en/02_printing.ipynb)" in made["adding-_next"]
        assert f"main/{folder}/en/02_printing.ipynb))" in made["adding-_next"]
        assert made["adding-_next"].endswith(", 말 말 말 말.")
        assert (partly.root / folder / "ko" / "../en/02_printing.ipynb").is_file()
        english = cells(partly, f"{folder}/en/01_adding.ipynb")
        assert english["adding-why"].endswith("[lesson 2](02_printing.ipynb).")
        assert "so far" not in english["adding-_next"]


def test_the_readme_of_a_language_says_which_lessons_are_in_english(partly):
    text = (partly.root / "README.ko.md").read_text()
    assert "| 1 | [말](notebooks/ko/01_adding.ipynb) |" in text
    assert "| 2 | [말](notebooks/en/02_printing.ipynb) (말 말) |" in text
    assert "[en1]: https://example.org/notebooks/ko/01_adding.ipynb\n" in text
    assert "[en2]: https://example.org/notebooks/en/02_printing.ipynb\n" in text


def test_what_only_an_unreleased_lesson_says_may_be_untranslated(partly):
    """New text in the lesson, its title, its README's row, its exercises and its figures."""
    code = 'print("hello")\n# A remark.\nplotting.bars(title="A title of a figure")'
    partly.edit("lessons/printing.py", 'print("hello")', code)
    partly.write(
        "lessons/printing.py", (partly.root / "lessons/printing.py").read_text() + EXERCISE
    )
    partly.edit("lessons/course.toml", 'title = "Printing"', 'title = "Printing and saying"')
    partly.edit("lessons/course.toml", "exercises = []", 'exercises = ["say_it"]')
    partly.edit("README.md", "[Printing]", "[Printing and saying]")
    folder = "fl_course/exercises/printing"
    partly.write(
        f"{folder}/__init__.py", "from . import say_it\n\nEXERCISES = (say_it.EXERCISE,)\n"
    )
    text = (partly.root / "fl_course/exercises/adding/add_two.py").read_text()
    told = '\n\ndef told():\n    say("Only said here.")\n'
    text = text.replace("add_two", "say_it").replace("Two and two is four.", "It is said.")
    partly.write(f"{folder}/say_it.py", text + told)
    scripts_only(partly)
    report = build(partly.root, check=True)
    missing = [problem for problem in report.problems if "released language" in problem]
    assert missing == []
    counts = report.translated["ko"]
    assert counts["printing"].missing == 1
    assert counts["fl_course"].missing + counts["fl_course"].fuzzy == 4
    assert counts["README"].missing + counts["README"].fuzzy == 1
    partly.edit("lessons/course.toml", ENGLISH_ONLY, SECOND)
    report = build(partly.root, check=True)
    told = "\n".join(problem for problem in report.problems if "released language" in problem)
    assert [name in told for name in ("printing.po", "fl_course.po", "README.po")] == [True] * 3


EXERCISE = """
# %% key="ex_say" kind="exercise" exercise="say_it"
# blank: said = ...
said = "it"
# end blank
said = ex.say_it.check(said)
"""


def scripts_only(course_dir):
    """Brings the catalogs up to date; the lesson's exercise is none of the stand-in's."""
    problems = build(course_dir.root, ["adding"]).problems
    assert problems == []


def test_a_text_that_a_released_lesson_says_too_has_to_be_translated(partly):
    """Such a text is one message, whose context may be that of the unreleased lesson."""
    moved = (partly.root / "lessons/course.toml").read_text()
    head, first, second = moved.split("[[lesson]]\n")
    partly.write("lessons/course.toml", "[[lesson]]\n".join([head, second + "\n", first]))
    figure = 'plotting.bars(title="A common title")\n'
    stand_in = "class plotting:\n    def bars(title): ...\n\n\n"
    partly.edit("fl_course/__init__.py", "class ex:", stand_in + "class ex:")
    for name, last in (("printing", 'print("hello")'), ("adding", "print(total - 2)")):
        partly.edit(f"lessons/{name}.py", last, f"{last}\n{figure.rstrip()}")
    build(partly.root)
    text = (partly.root / KO / "fl_course.po").read_text()
    assert 'msgctxt "figure printing/say"\nmsgid "A common title"\nmsgstr ""' in text
    problems = build(partly.root, check=True).problems
    assert any("fl_course.po: 0 fuzzy and 1 missing" in problem for problem in problems), problems


def test_a_catalog_of_an_unreleased_lesson_may_be_half_done_but_not_broken(partly):
    partly.edit("lessons/printing.py", 'print("hello")', 'print("hello")  # A remark of {x}.')
    build(partly.root)
    assert build(partly.root, check=True).problems == []
    partly.edit(f"{KO}/printing.po", 'msgstr ""\n\n', 'msgstr "말."\n\n')
    (problem,) = build(partly.root, check=True).problems
    assert "placeholder {x} of the English is missing" in problem


DEFINED = """
[terms.line]
english = "line"
lesson = "printing"
definition = "What is printed."
"""


def test_a_term_of_an_unreleased_lesson_may_be_untranslated(partly):
    source = (partly.root / "lessons/glossary.toml").read_text()
    partly.write("lessons/glossary.toml", source + DEFINED)
    build(partly.root)
    assert build(partly.root, check=True).problems == []
    page = (partly.root / "docs/glossary.ko.md").read_text()
    assert "### line\n\nWhat is printed.\n\n[2 · " in page
    partly.edit("lessons/glossary.toml", 'lesson = "printing"', 'lesson = "adding"')
    build(partly.root)
    problems = build(partly.root, check=True).problems
    assert [name in "\n".join(problems) for name in ("glossary.po: 0 fuzzy and 1", "'line'")] == [
        True,
        True,
    ]


def test_a_definition_that_changed_is_fuzzy_and_nothing_is_executed(korean):
    before = files(korean)
    korean.edit("lessons/glossary.toml", "What adding gives.", "What adding gives you.")
    build(korean.root)
    assert changed(korean, before) == [
        "docs/glossary.ko.md",
        "docs/glossary.md",
        "lessons/glossary.toml",
        f"{KO}/glossary.po",
    ]
    (problem,) = build(korean.root, check=True).problems
    assert problem.startswith(f"{KO}/glossary.po: 1 fuzzy and 0 missing")
    page = (korean.root / "docs/glossary.ko.md").read_text()
    assert "### 합 (sum)\n\nWhat adding gives you. (말" in page


def test_a_lesson_gets_a_language_and_loses_it(partly):
    before = files(partly)
    partly.edit("lessons/course.toml", ENGLISH_ONLY, SECOND)
    problems = build(partly.root, check=True).problems
    assert any("notebooks/ko/02_printing.ipynb: is missing" in problem for problem in problems)
    report = build(partly.root)
    assert report.problems == []
    assert partly.executions == []  # What was recorded in English is kept.
    assert "hello" in (partly.root / "solutions/ko/02_printing.ipynb").read_text()
    assert cells(partly, "notebooks/ko/01_adding.ipynb")["adding-why"].endswith(
        "](02_printing.ipynb)."
    )
    assert "notebooks/ko/02_printing.ipynb)" in (partly.root / "README.ko.md").read_text()
    assert "**English** · " in cells(partly, "notebooks/en/02_printing.ipynb")["printing-_header"]
    assert build(partly.root, check=True).problems == []

    partly.edit("lessons/course.toml", SECOND, ENGLISH_ONLY)
    problems = build(partly.root, check=True).problems
    assert any("solutions/ko/02_printing.ipynb: no lesson makes this" in x for x in problems)
    report = build(partly.root)
    assert report.problems == []
    removed = ["notebooks/ko/02_printing.ipynb", "solutions/ko/02_printing.ipynb"]
    assert sorted(map(str, report.removed)) == removed
    assert changed(partly, before) == []


def test_lessons_change_places_by_one_entry(partly):
    toml = (partly.root / "lessons/course.toml").read_text()
    head, first, second = toml.split("[[lesson]]\n")
    partly.write("lessons/course.toml", "[[lesson]]\n".join([head, second + "\n", first]))
    before = files(partly)
    report = build(partly.root)
    assert report.problems == []
    assert sorted(map(str, report.removed)) == [
        "notebooks/en/01_adding.ipynb",
        "notebooks/en/02_printing.ipynb",
        "notebooks/ko/01_adding.ipynb",
        "solutions/en/01_adding.ipynb",
        "solutions/en/01_adding.records.json",
        "solutions/en/02_printing.ipynb",
        "solutions/en/02_printing.records.json",
        "solutions/ko/01_adding.ipynb",
    ]
    assert sorted(partly.executions) == ["adding", "printing"]
    english = cells(partly, "notebooks/en/02_adding.ipynb")
    assert english["adding-_header"].startswith("# 2 · Adding\n")
    assert english["adding-why"].endswith("[lesson 1](01_printing.ipynb).")
    assert english["adding-_next"] == "This is the last lesson of the course."
    korean = cells(partly, "solutions/ko/02_adding.ipynb")
    assert korean["adding-why"].endswith("[말 1](../en/01_printing.ipynb).")
    next_one = cells(partly, "notebooks/en/01_printing.ipynb")["printing-_next"]
    assert "[2 · Adding](02_adding.ipynb)" in next_one
    kept = [
        name for name in changed(partly, before) if name.startswith(("lessons", "translations"))
    ]
    assert kept == [f"{KO}/fl_course.po"]  # the order of its messages
    words = json.loads((partly.root / "fl_course/locale/ko.json").read_text())["words"]
    assert words["Add two, as in lesson 1."] == "말 말, 말 말 말 1."
    order = json.loads((partly.root / "fl_course/catalog.json").read_text())
    assert [entry["slug"] for entry in order["lessons"]] == ["printing", "adding"]
    assert build(partly.root, check=True).problems == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "lesson {{printing}}",
            "lesson {{saying}}",
            "{{saying}} is no lesson. Use one of: adding, p",
        ),
        ("lesson {{printing}}", "lesson 2", "'lesson 2' would be wrong when a lesson is moved."),
        (
            '"Add two, as in lesson {{',
            'f"Add two, as in lesson {{',
            "{printing} lost its double bra",
        ),
    ],
)
def test_an_exercise_names_lessons_by_their_slugs(course_dir, executions, old, new, told):
    course_dir.edit("fl_course/exercises/adding/add_two.py", old, new)
    (problem,) = build(course_dir.root).problems
    assert problem.startswith("fl_course, exercises/adding/add_two: ")
    assert told in problem


def longest_prose(text):
    """The longest stretch of a message between links, code and figures; "" below four words."""
    stretch = max(re.split(r"[\[\]()|*`{}#<>_\"\\]|\d+", text), key=len).strip(" ,.:;—")
    return stretch if len(stretch.split()) >= 4 else ""


def texts_made_of(name, code):
    """What is built of a catalog, by file, line breaks aside."""
    for path in (ROOT / f"{name}.{code}.md", ROOT / "docs" / f"{name}.{code}.md"):
        if path.is_file():
            yield path.name, " ".join(path.read_text().split())
    for path in ROOT.glob(f"*/{code}/[0-9]*_{name}.ipynb"):
        sources = "\n".join("".join(x["source"]) for x in json.loads(path.read_text())["cells"])
        yield path.name, " ".join(sources.replace("#", " ").split())


@pytest.mark.parametrize("code", codes(ROOT))
def test_what_has_a_translation_is_nowhere_left_in_english(code):
    left = []
    read = 0
    for catalog in sorted((ROOT / "translations" / code).glob("*.po")):
        if catalog.stem == OWN:  # what the code of lessons hands to figures stands there in English
            continue
        for file, text in texts_made_of(catalog.stem, code):
            for entry in read_catalog(ROOT, catalog, code).entries:
                stretch = longest_prose(entry.message.text)
                if entry.current and stretch and stretch not in entry.current:
                    read += 1
                    left += [f"{file}: {stretch}"] if stretch in text else []
    assert read > 1000
    assert left == []
