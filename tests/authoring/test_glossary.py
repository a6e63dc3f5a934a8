"""The glossary: its source, its pages, and what lessons have in bold."""

import re
from dataclasses import replace

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.build import build
from fl_course.authoring.catalogs import Catalog, Entry
from fl_course.authoring.glossary import (
    ABOUT,
    Concept,
    Concepts,
    bold_problems,
    bolds,
    messages,
    page,
    read_concepts,
    term_problems,
)
from fl_course.authoring.languages import ENGLISH_ITSELF, GLOSSARY, Language
from fl_course.authoring.lints import Glossary, Term
from fl_course.authoring.script import Cell

ROUND = Concept("round", "round", "adding", "One exchange.")
CLIENT_DRIFT = Concept("client-drift", "client drift", "printing", "They come apart.", ("drift",))
CONCEPTS = Concepts((ROUND, CLIENT_DRIFT))


def write(tmp_path, content):
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "glossary.toml").write_text(content)
    return tmp_path


def entry(key="client-drift", **fields):
    fields = {
        "english": "client drift",
        "lesson": "printing",
        "definition": "They come apart.",
        **fields,
    }
    lines = [f'{name} = "{value}"' for name, value in fields.items() if value is not None]
    return "\n".join([f"[terms.{key}]", *lines, ""])


# --- The source -----------------------------------------------------------------------------------


def test_the_terms_are_read_and_their_lines_joined(tmp_path, course):
    text = entry(definition=None) + 'definition = """\nThey come\napart.\n"""\nforms = ["drift"]\n'
    write(tmp_path, text + '[emphasis]\nadding = ["sum"]\n')
    assert read_concepts(tmp_path, course) == Concepts((CLIENT_DRIFT,), {"adding": ("sum",)})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[terms", "is not valid TOML"),
        ("[term.a]\n", "'term' is none of its tables"),
        ("[terms]\nround = 3\n", "[terms.round]: has other fields than it should"),
        (entry(definition=None), "[terms.client-drift]: has other fields than it should"),
        (entry(definition=" "), "has other fields than it should"),
        (entry(note="x"), "has other fields than it should"),
        (entry(lesson="nowhere"), "'nowhere' is no lesson. Use one of: adding, printing;"),
        (entry(key="drift"), "is called 'client drift'. Name it [client-drift]."),
        (entry(definition="They come"), "the definition is cut off"),
        (entry() + entry(key="client-drift2", english="client drift2"), ""),
        (
            entry() + entry(key="drift", english="drift") + 'forms = ["client drift"]\n',
            "'client drift' stands for two terms",
        ),
        ('[emphasis]\nnowhere = ["a"]\n', "[emphasis]: 'nowhere' is no lesson"),
        ('[emphasis]\nadding = "a"\n', "[emphasis]: adding is 'a'. Write it like this"),
        ("[emphasis]\nadding = [1]\n", "[emphasis]: adding is [1]. Write it like this"),
    ],
)
def test_a_broken_source_is_told(tmp_path, course, content, told):
    write(tmp_path, content)
    if not told:
        assert len(read_concepts(tmp_path, course).concepts) == 2
        return
    with pytest.raises(AuthoringError, match=r"lessons/glossary\.toml: .*") as raised:
        read_concepts(tmp_path, course)
    assert told in str(raised.value)


def test_a_missing_source_is_told(tmp_path, course):
    with pytest.raises(AuthoringError, match=r"lessons/glossary\.toml: is missing\. Write it"):
        read_concepts(tmp_path, course)


def test_only_the_definitions_of_the_wanted_lessons_are_messages():
    found = [(x.context, x.text) for x in messages(CONCEPTS, ["printing"])]
    assert found == [("glossary", ABOUT), ("glossary/client-drift", "They come apart.")]


# --- The pages ------------------------------------------------------------------------------------


def speaking(code, translations=()):
    given = {("glossary/round", "One exchange."): "말.", **dict(translations)}
    entries = tuple(
        Entry(message, given.get((message.context, message.text), ""))
        for message in messages(CONCEPTS, ["adding", "printing"])
    )
    catalogs = {GLOSSARY: Catalog("", code, entries)}
    return Language(code, code, catalogs=catalogs)


def headings(text):
    return re.findall(r"^#+ .*", text, re.MULTILINE)


def ordered(*readings):
    """Terms that are called and read so."""
    concepts = [Concept(f"t{n}", f"t{n}", "adding", "A.") for n in range(len(readings))]
    terms = tuple(
        Term(concept.english, reading.split("|")[0], reading=reading.split("|")[-1])
        for concept, reading in zip(concepts, readings, strict=True)
    )
    return concepts, terms


def test_the_english_page_is_alphabetical_and_leads_to_the_lessons(course):
    released = (ENGLISH_ITSELF, Language("ko", "한국어"))
    assert page(CONCEPTS, course, ENGLISH_ITSELF, Glossary(), released) == (
        f"# Glossary\n\n**English** · [한국어](glossary.ko.md)\n\n{ABOUT}\n\n"
        "## C\n\n### client drift\n\nThey come apart.\n\n"
        "[2 · Printing](../notebooks/en/02_printing.ipynb)\n\n"
        "## R\n\n### round\n\nOne exchange.\n\n"
        "[1 · Adding](../notebooks/en/01_adding.ipynb)\n"
    )


def test_another_language_has_its_own_order_and_the_english_beside(course):
    terms = Glossary((Term("round", "라운드"),), further=(Term("client drift", "drift"),))
    text = page(CONCEPTS, course, speaking("ko"), terms, (ENGLISH_ITSELF,))
    assert headings(text) == [
        "# Glossary",
        "## ㄹ",
        "### 라운드 (round)",
        "## D",
        "### drift (client drift)",
    ]
    assert '<a id="round"></a>\n\n### 라운드 (round)\n\n말.\n\n' in text
    assert "../notebooks/ko/01_adding.ipynb" in text
    assert "\nThey come apart.\n" in text  # has no translation yet


def test_a_term_that_a_language_lacks_is_in_english(course):
    text = page(CONCEPTS, course, speaking("ko"), Glossary(), ())
    assert "### round\n" in text
    assert " · **" not in text


def test_a_lesson_that_is_in_english_only_says_so(course):
    english = tuple(replace(lesson, languages=("en",)) for lesson in course.lessons)
    course = replace(course, lessons=english)
    text = page(CONCEPTS, course, speaking("ko"), Glossary(), ())
    assert "[1 · Adding](../notebooks/en/01_adding.ipynb) (in English)\n" in text


# A term and how it is read are parted by "|".
@pytest.mark.parametrize(
    ("code", "readings", "wanted"),
    [
        ("ko", ["하나", "꼴", "가", "Krum"], ["ㄱ", "가", "꼴", "ㅎ", "하나", "K", "Krum"]),
        ("ko", ["non-IID", "나"], ["ㄴ", "나", "N", "non-IID"]),
        (
            "ja",
            ["損失|そんしつ", "サーバー", "がく", "ワーカー", "Krum"],
            ["か", "がく", "さ", "サーバー", "損失", "わ", "ワーカー", "K", "Krum"],
        ),
        ("ja", ["プロセス", "バッチ", "ハッシュ"], ["は", "ハッシュ", "バッチ", "プロセス"]),
        ("es", ["época", "error", "ámbito"], ["A", "ámbito", "E", "época", "error"]),
    ],
)
def test_the_order_is_that_of_the_language(course, code, readings, wanted):
    concepts, terms = ordered(*readings)
    text = page(Concepts(tuple(concepts)), course, speaking(code), Glossary(terms), ())
    found = [re.sub(r"^#+ | \(t\d\)$", "", line) for line in headings(text)[1:]]
    assert found == wanted


def test_a_language_is_told_what_its_page_lacks():
    lessons = ["adding", "printing"]
    some = Glossary((Term("round", "라운드"),))
    (told,) = term_problems(CONCEPTS, some, "ko", lessons)
    assert told.startswith("translations/ko/glossary.toml: the term 'client drift' of lessons/")
    both = (Term("round", "回"), Term("client drift", "漂流", reading="ひょうりゅう"))
    (told,) = term_problems(CONCEPTS, Glossary(both), "ja", lessons)
    assert "'回' begins with a Chinese character" in told
    assert list(term_problems(CONCEPTS, some, "ko", ["adding"])) == []


# --- The build ------------------------------------------------------------------------------------


def test_a_build_writes_the_page_and_a_check_finds_an_old_one(course_dir, executions):
    build(course_dir.root)
    made = (course_dir.root / "docs/glossary.md").read_text()
    assert "### sum\n\nWhat adding gives.\n" in made
    course_dir.edit("lessons/glossary.toml", "What adding gives", "What one gets by adding")
    (problem,) = build(course_dir.root, check=True).problems
    assert problem.startswith("docs/glossary.md: is out of date, or missing.")
    executions.clear()
    build(course_dir.root)
    assert executions == []  # No lesson's outputs depend on it.
    assert build(course_dir.root, check=True).problems == []


def test_a_build_tells_of_bold_that_is_not_defined(course_dir, executions):
    course_dir.edit(
        "lessons/adding.py", "# ## Why add", "# ## Why add\n#\n# It is a **plain mean**."
    )
    (problem,) = build(course_dir.root).problems
    assert problem.startswith("lessons/adding.py: cell why: **plain mean** looks like a term")
    assert "docs/glossary.md" in {path.as_posix() for path in build(course_dir.root).unchanged}


def test_a_build_without_the_source_says_so_and_makes_the_notebooks(course_dir, executions):
    (course_dir.root / "lessons/glossary.toml").unlink()
    (problem,) = build(course_dir.root).problems
    assert problem.startswith("lessons/glossary.toml: is missing.")
    assert len(course_dir.built()) == 4


# --- Bold -----------------------------------------------------------------------------------------


def test_bold_is_found_where_it_is_nothing_but_words():
    text = "A **cohort** is\n- **two\n  words** and `**code**`\n- **with `code`**, **1 %**, *it*"
    found = [(bold.text, bold.before, bold.after) for bold in bolds(text)]
    assert found[0] == ("cohort", "A ", " is")
    assert [text for text, *_ in found] == ["cohort", "two words", "1 %"]


@pytest.mark.parametrize(
    "text",
    [
        "This is called **client drift**.",
        "A **cohort** is a part of the clients.",
        "the **median** of each number",
        "**Krum** (Blanchard and others) looks at updates.",
        "the clients, the **cohort**.",
        "and **invertible Bloom table** (IBLT)",
    ],
)
def test_what_looks_like_a_term(text):
    (bold,) = bolds(text)
    assert bold.is_a_term


@pytest.mark.parametrize(
    "text",
    [
        "**Your task.** Write it.",
        "Take the **first** example.",
        "It is **not** the sum.",
        "far **more** than that",
        "Above it stands **Your task**. Run it.",
        "right **on average**: so",
        "it is a mean **for each client**, at",
        "**All a little, or some wholly?**",
        "**one step with all of its images** and",
        "the function is **defined**, and then",
        "for **14 people**",
    ],
)
def test_what_does_not_look_like_a_term(text):
    assert not any(bold.is_a_term for bold in bolds(text))


def scripts(course, adding, printing="Text."):
    return {
        lesson: (Cell("a", "text", source, 1),)
        for lesson, source in zip(course.lessons, (adding, printing), strict=True)
    }


def told(course, *texts, concepts=CONCEPTS):
    return list(bold_problems(concepts, scripts(course, *texts)))


def test_a_term_in_bold_is_defined(course):
    assert told(course, "A **round** is short.", "**Drifts**, the **client drift**.") == []
    (problem,) = told(course, "A **round** is short. A **cohort** is not.")
    assert problem.startswith("lessons/adding.py: cell a: **cohort** looks like a term that ")


def test_a_term_is_in_bold_first_in_its_lesson(course):
    (problem,) = told(course, "The **drift** is strong.", "This is **client drift**.")
    assert "**drift** is in bold here for the first time, and" in problem
    assert "printing introduces it" in problem
    (problem,) = told(course, "Text.", "A **round**.")
    assert "adding introduces it" in problem


def test_what_is_in_bold_for_stress_is_no_term(course):
    stressed = Concepts(CONCEPTS.concepts, {"adding": ("Drift", "mean image")})
    texts = ("The **drift** and the **mean image**.", "This is **client drift**.")
    assert told(course, *texts, concepts=stressed) == []
    (problem,) = told(course, "The **drift**.", "**Client drift** (A and B)", concepts=stressed)
    assert "'mean image' is not in bold in adding. Remove it" in problem


def test_after_its_lesson_a_term_may_be_in_bold_anywhere(course):
    late = Concepts(CONCEPTS.concepts, {"printing": ("round",)})
    assert told(course, "Text.", "A **round**.", concepts=late) == []


def test_instructors_and_code_may_have_any_bold(course):
    lesson = course.lessons[0]
    cells = (
        Cell("a", "instructor", "The **plain mean**.", 1),
        Cell("b", "code", "# the **plain mean**", 3),
    )
    assert list(bold_problems(CONCEPTS, {lesson: cells})) == []
