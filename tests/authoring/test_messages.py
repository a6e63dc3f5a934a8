"""Messages of a cell, and a cell made of translated messages."""

import pytest
import wcwidth
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fl_course.authoring.messages import (
    blocks,
    has_words,
    messages_of,
    same_code,
    spans,
    translate,
)
from fl_course.authoring.script import parse


def texts(source, *, code=False):
    return [span.text for span in spans(source, code=code)]


def upper(source, *, code=False):
    return translate(source, lambda text: f"<{text}>", code=code)


@pytest.mark.parametrize(
    ("source", "messages", "translated"),
    [
        ("One line\nand another.", ["One line and another."], "<One line and another.>"),
        ("## A heading ##", ["A heading"], "## <A heading> ##"),
        ("Heading\n===", ["Heading"], "<Heading>\n==="),
        ("- one thing\n- another\n  thing", ["one thing", "another thing"], None),
        ("1. first\n   step\n\n   second part", ["first step", "second part"], None),
        ("> quoted\n> text\n>\n> - in a list", ["quoted text", "in a list"], None),
        ("a hard  \nbreak", ["a hard\\\nbreak"], "<a hard\\\nbreak>"),
        ("another\\\nbreak", ["another\\\nbreak"], None),
        ("- a hard\\\n  break", ["a hard\\\nbreak"], "- <a hard\\\n  break>"),
        (
            "| one | two |\n|---|---|\n| three | `4` |",
            ["| one | two |", "| three | `4` |"],
            "<| one | two |>\n|---|---|\n<| three | `4` |>",
        ),
        (
            "Before\n\n```bash\nls  # a list\necho a#b ${#c}\n```",
            ["Before", "a list"],
            "<Before>\n\n```bash\nls  # <a list>\necho a#b ${#c}\n```",
        ),
        (
            "```python\nx = 1  # one\n# two\n# three\n```",
            ["one", "two three"],
            "```python\nx = 1  # <one>\n# <two three>\n```",
        ),
        ("- item\n\n  ```python\n  x = 1  # one\n  ```", ["item", "one"], None),
        ("<div>\ninside\n</div>", ["<div>\ninside\n</div>"], None),
        ("<!-- a remark -->\n\ntext", ["text"], None),
        ("[a link][1]\n\n[1]: https://example.org", ["[a link][1]"], None),
        ("$$ x = \\frac{a}{b} $$", [], "$$ x = \\frac{a}{b} $$"),
        ("`code` 12 $x$ https://example.org", [], None),
        ("    indented code", [], None),
    ],
)
def test_blocks_of_a_text_are_messages(source, messages, translated):
    assert texts(source) == messages
    if translated is not None:
        assert upper(source) == translated


@pytest.mark.parametrize(
    ("source", "messages", "translated"),
    [
        ("x = 1", [], "x = 1"),
        ("x = 1  # one", ["one"], "x = 1  # <one>"),
        ("# two lines\n# of one remark\nx = 1", ["two lines of one remark"], None),
        ("# one\n\n# another", ["one", "another"], None),
        ("x = 1  # one\n# not its end", ["one", "not its end"], None),
        ("if x:\n    # inside\n    y = '# no remark'", ["inside"], None),
        ("# %load_ext x\n%load_ext y  # no remark\n!ls # neither", ["%load_ext x"], None),
        ("x = '''\n# a text\n'''  # a remark", ["a remark"], None),
        ("x = ...  # your turn", ["your turn"], None),
        ("# 1 + 1", [], "# 1 + 1"),
        (
            'def f():\n    """One."""\n    # two',
            ["One.", "two"],
            'def f():\n    """<One.>"""\n    # <two>',
        ),
        (
            'def f():\n    # before\n    """A row\n    of it.\n\n    More.\n    """\n    return 1',
            ["before", "A row of it.", "More."],
            'def f():\n    # <before>\n    """<A row of it.>\n\n    <More.>\n    """\n    return 1',
        ),
        ('x = """A text."""\nf("""another""")', [], None),
        ("def f():\n    'no text of three'", [], None),
    ],
)
def test_remarks_in_code_are_messages(source, messages, translated):
    assert texts(source, code=True) == messages
    if translated is not None:
        assert upper(source, code=True) == translated
    assert same_code(source, upper(source, code=True))


def test_a_long_remark_is_broken_into_lines():
    remark = "긴 설명은 화면의 너비를 넘지 않도록 여러 줄로 나뉩니다. " * 4
    made = translate("if x:\n    # short\n    y = 1", lambda _: remark, code=True)
    lines = made.split("\n")[1:-1]
    assert len(lines) > 1
    assert all(line.startswith("    # ") for line in lines)
    assert " ".join(line.removeprefix("    # ") for line in lines) == remark.strip()


def test_a_long_docstring_is_broken_into_lines():
    text = "설명은 화면의 너비를 넘지 않도록 여러 줄로 나뉩니다. " * 4
    source = 'def f():\n    """Short."""\n    return 1'
    lines = translate(source, lambda _: text, code=True).split("\n")[1:-1]
    assert all(wcwidth.wcswidth(line) <= 80 for line in lines)
    assert all(line.startswith("    ") for line in lines)
    said = " ".join(line.strip() for line in lines)
    assert said == f'"""{text.strip()}"""'


@pytest.mark.parametrize("length", range(36, 46))
def test_no_line_of_a_comment_is_the_end_of_a_sentence(length):
    remark = "重" * length + "。"
    lines = translate("x = 1\n# one\n", lambda _: remark, code=True).splitlines()[1:]
    assert "".join(line.removeprefix("# ") for line in lines) == remark
    assert all(8 < wcwidth.wcswidth(line.removeprefix("# ")) <= 78 for line in lines)


def test_code_is_the_same_or_not():
    assert same_code("x = 1  # a", "x = 1  # b")
    assert same_code("%time x\ny = 1", "%time x\ny = 1")
    assert not same_code("x = 1", "x = 2")
    assert same_code('def f():\n    """A."""', 'def f():\n    """B."""')
    assert not same_code('def f():\n    """A."""', "def f():\n    pass")
    assert not same_code('x = """A."""', 'x = """B."""')
    assert not same_code("%time x", "%time y")


def test_words():
    assert has_words("a **word**")
    assert has_words("한국어")
    assert not has_words("`code` and_no".replace("and_no", "7"))
    assert not has_words("$x + y$ = 3 [](https://example.org)")


def test_a_lesson_has_each_message_once_a_cell(course, lesson):
    script = """\
# %% [markdown] key="one"
# A text.
#
# A text.

# %% [markdown] key="two"
# A text.

# %% key="ex" kind="exercise" exercise="add_two"
# blank: x = ...  # your turn
x = 1  # the solution
# end blank
x = ex.add_two.check(x)  # for both
"""
    found = [(m.context, m.text) for m in messages_of(lesson, parse(script, course, lesson))]
    assert found == [
        ("adding/one", "A text."),
        ("adding/two", "A text."),
        ("adding/ex", "your turn"),
        ("adding/ex", "for both"),
        ("adding/ex", "the solution"),
    ]


# --- Generated lessons ----------------------------------------------------------------------------

words = st.lists(
    st.sampled_from(
        [
            "word",
            "**bold**",
            "*leaning*",
            "`code # no remark`",
            "$x_1 + \\frac{a}{b}$",
            "[link](https://example.org/a_b)",
            "<b>tag</b>",
            "2,000",
            "end.",
            "![image](https://example.org/i.png)",
            "a | b",
            "한국어",
            "\\*",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
wrapped = st.lists(words, min_size=1, max_size=3).map("\n".join)
broken = st.tuples(words, words).map(lambda pair: f"{pair[0]}  \n{pair[1]}\\\nend")
heading = st.tuples(st.integers(2, 5), words).map(lambda pair: f"{'#' * pair[0]} {pair[1]}")
formula = st.just("$$ \\sum_k n_k\n\\Delta_k $$")
html = st.just("<details>\n<summary>More</summary>\ninside\n</details>")
fence = st.just("```python\nx = 1  # remark\n# a line\n\nif x:\n    pass\n```")
other_fence = st.just("~~~\n# no heading\n~~~")
table = st.lists(words.map(lambda text: text.replace("|", "\\|")), min_size=2, max_size=2).map(
    lambda cells: f"| {cells[0]} | b |\n|:--|--:|\n| {cells[1]} | `c` |"
)


def in_list(block):
    return st.lists(block, min_size=1, max_size=3).map(
        lambda items: "\n".join("- " + item.replace("\n", "\n  ") for item in items)
    )


def numbered(block):
    return st.lists(block, min_size=1, max_size=3).map(
        lambda items: "\n\n".join(
            f"{n}. " + item.replace("\n", "\n   ") for n, item in enumerate(items, start=1)
        )
    )


def quoted(block):
    return block.map(lambda text: "> " + text.replace("\n", "\n> "))


simple = st.one_of(wrapped, broken, heading, formula, html, fence, other_fence, table)
block = st.recursive(
    simple, lambda inner: st.one_of(in_list(inner), numbered(inner), quoted(inner)), max_leaves=4
)
markdown = st.lists(block, min_size=1, max_size=5).map("\n\n".join)


def rendered(source):
    """What a reader sees, whatever the lines are broken at."""
    html = MarkdownIt("commonmark").enable("table").render(source)
    return " ".join(html.split())


@settings(deadline=None)  # a busy machine is no fault
@given(markdown)
def test_without_translations_a_text_is_the_same_to_the_byte(source):
    assert translate(source, lambda _: "", code=False) == source


@settings(deadline=None)  # a busy machine is no fault
@given(markdown)
def test_translated_by_itself_a_text_reads_the_same(source):
    same = translate(source, lambda text: text, code=False)
    assert blocks(same) == blocks(source)
    assert rendered(same) == rendered(source)


@settings(deadline=None)  # a busy machine is no fault
@given(markdown)
def test_the_messages_of_a_translation_are_its_translations(source):
    translation = {text: f"x{n}x" for n, text in enumerate(texts(source))}
    # Rows of tables and tags have to stay what they are.
    translation = {a: b for a, b in translation.items() if not set("|<") & set(a)}
    made = translate(source, lambda text: translation.get(text, ""), code=False)
    for text in translation.values():
        assert text in made
    left = [text for text in texts(source) if text not in translation]
    assert [text for text in texts(made) if text in left] == left


code = st.lists(
    st.sampled_from(
        [
            "x = 1",
            "x = 1  # remark",
            "# a remark",
            "# of two lines",
            "if x:\n    # inside\n    y = '# text'",
            "",
            "%time x",
            "!ls # no remark",
            "text = '''\n# no remark\n'''",
            "f(\n    1,  # one\n    # two\n    2,\n)",
        ]
    ),
    max_size=8,
).map("\n".join)


@settings(deadline=None)  # a busy machine is no fault
@given(code)
def test_translated_remarks_leave_the_program_as_it_is(source):
    assert translate(source, lambda _: "", code=True) == source
    assert same_code(source, translate(source, lambda text: text, code=True))
    assert same_code(source, translate(source, lambda _: "번역 " * 40, code=True))
