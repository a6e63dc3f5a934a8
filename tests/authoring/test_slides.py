"""What of a lesson is on its slides; how they look is tested in `tests/site`."""

import base64
import copy
import itertools
import re
import struct
import textwrap
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbformat.v4 import new_output

from fl_course import cli
from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Course, Lesson, read_course
from fl_course.authoring.languages import ENGLISH_ITSELF
from fl_course.authoring.notebooks import make, path_of, read_built
from fl_course.authoring.script import parse
from fl_course.authoring.slides import alignment, code, essence, layout, sentences
from fl_course.authoring.slides.build import write_decks
from fl_course.authoring.slides.deck import slides_of
from fl_course.authoring.slides.layout import Block, Slide
from fl_course.authoring.slides.pages import html, page
from fl_course.exercises.centralized_training.questions import QUESTIONS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        (
            "The loss is 2.30 at first. Then it falls.",
            ["The loss is 2.30 at first.", "Then it falls."],
        ),
        ("H. B. McMahan et al. wrote it. Read it.", ["H. B. McMahan et al. wrote it.", "Read it."]),
        ("Call `a.b. C`. Go on.", ["Call `a.b. C`.", "Go on."]),
        ("Some (not all. Not one) do. `x` does.", ["Some (not all. Not one) do.", "`x` does."]),
        ("하나입니다. 둘일까요? 셋입니다.", ["하나입니다.", "둘일까요?", "셋입니다."]),
        ("一つです。二つですか。（三つ。）", ["一つです。", "二つですか。", "（三つ。）"]),
        ("One. (Or two.) Three (not four).", ["One.", "(Or two.)", "Three (not four)."]),
        ("一つです。（二つ。）三つです。", ["一つです。", "（二つ。）", "三つです。"]),
    ],
)
def test_sentences_end_where_they_end(text, wanted):
    assert sentences.split(text) == wanted


@pytest.mark.parametrize(
    ("note", "question"),
    [
        ("Why is it so? (Because. Or is it?)", "Why is it so?"),
        ("Three people, one tablet. Who is the client? A good answer: nobody.", None),
        ("Which one? And why? Collect votes.", "Which one? And why?"),
        ('Before the figure: "Which is it?" Somebody says *this*: why?', "Which is it?"),
        ("Let each group bet. Afterwards, ask.", "Let each group bet."),
        ("「どれでしょうか。」三つめと答える人がいます。", "どれでしょうか。"),
        (
            "図の前に尋ねます。「2つあります。どちらですか」。票を集めます。",
            "2つあります。どちらですか",
        ),
        ("2つあります。どちらですか。それから見ます。", "2つあります。どちらですか。"),
        ("무엇일까요? (아무도 모릅니다.)", "무엇일까요?"),
    ],
)
def test_the_room_is_asked_without_the_answer(note, question):
    wanted = question or "Three people, one tablet. Who is the client?"
    assert sentences.question_of(note) == wanted


def texts(source, english=None):
    return [(part.kind, part.text) for part in essence.parts(source, english)]


def test_a_paragraph_gives_its_first_sentence_and_a_short_one_the_next_too():
    first = "This sentence is long enough to stand on a slide without another one beside it."
    assert texts(f"{first} More of it.") == [("point", first)]
    assert texts("Short. And the next. " + first) == [("point", f"Short. And the next. {first}")]
    assert texts(f"{first} Not this. But **this** is the word.")[0][1].endswith("is the word.")
    assert texts(f"{first} Not this. But these:\n\n- one;\n- two") == [
        ("point", f"{first} But these:"),
        ("item", "one"),
        ("item", "two"),
    ]
    assert texts("(All of it is an aside.)") == []


@pytest.mark.parametrize(
    "source",
    [
        "Follow them. (1) The server sends. To all. (2) They train. (3) All stop.",
        "1. The server sends.\n   To all. (An aside.)\n2. They train.\n3. All stop.",
    ],
)
def test_steps_are_a_list_and_shown_to_their_end(source):
    assert [(part.text, part.number) for part in essence.parts(source)] == [
        ("The server sends. To all.", 1),
        ("They train.", 2),
        ("All stop.", 3),
    ]


LONG_SENTENCE = "This sentence is long enough to stand on a slide without another one beside it."


@pytest.mark.parametrize(
    ("rest", "wanted"),
    [
        ("It has two parts. The first is a **cohort**. No more.", 3),
        ("It has two parts. The first is called *cohort*. No more.", 3),
        ("It has two parts. That gives it its name. No more.", 3),
        ("(An aside.) It has two parts, a **cohort** and more.", 2),
    ],
)
def test_a_definition_is_shown_with_all_that_leads_to_it(rest, wanted):
    ((_, shown),) = texts(f"{LONG_SENTENCE} {rest}")
    assert len(sentences.split(shown)) == wanted
    assert "No more." not in shown and "aside" not in shown


def test_what_is_stressed_is_shown_without_what_leads_to_it():
    ((_, shown),) = texts(f"{LONG_SENTENCE} Not this. **All of this is what one should know.**")
    assert shown == f"{LONG_SENTENCE} **All of this is what one should know.**"


def test_a_translation_shows_what_the_english_text_shows():
    english = f"{LONG_SENTENCE} Not this, which has `code`. Here is a **term**. Nor the 3."
    korean = (
        "이 문장은 깁니다. 슬라이드에 다른 문장 없이 혼자서 서기에 넉넉할 만큼 충분히 깁니다. "
        "`code`가 있는 이 문장은 보입니다. 여기 **용어**가 있습니다. 3은 보이지 않습니다."
    )
    assert texts(korean, english) == [("point", korean.removesuffix(" 3은 보이지 않습니다."))]
    item = "- A short one. And one that is long enough to fill a line, or even two of them. Hidden."
    assert texts("- 짧고, 한 줄이나 두 줄을 채울 만큼 깁니다. 가려집니다.", item) == [
        ("item", "짧고, 한 줄이나 두 줄을 채울 만큼 깁니다.")
    ]


@pytest.mark.parametrize(
    ("english", "other", "chosen", "wanted"),
    [
        (["A.", "B."], ["A.", "B."], [1], [1]),
        (["Here are 12.", "And `x`?"], ["열두 개, 12개입니다.", "`x`는요?"], [1], [1]),
        (
            ["One long sentence, of two parts.", "Two."],
            ["긴 문장.", "두 부분.", "둘."],
            [0],
            [0, 1],
        ),
        (["One.", "Two.", "A long third one, of 7."], ["하나와 둘.", "긴 셋째, 7의."], [1], [0]),
        ([], [], [], []),
        (["A."], [], [0], []),
    ],
)
def test_sentences_are_found_in_a_translation(english, other, chosen, wanted):
    assert alignment.alike(english, other, chosen) == wanted


def test_an_items_question_is_shown_and_a_table_whole():
    item = "A client that has no such label can never know from its own data that it fails on one."
    assert texts(f"- {item} This neither. Who could?") == [("item", f"{item} Who could?")]
    table = "| a | b |\n|---|---|\n| 1 | 2 |"
    assert texts(f"### Head\n\n{table}\n\n$$x$$") == [
        ("heading", "Head"),
        ("whole", table),
        ("whole", "$$x$$"),
    ]


def test_code_is_shown_without_what_prints_and_long_code_not_at_all():
    source = "import os\n\n# kept\nx = 1\nfor _ in x:\n    print(_)\n\n\ndef f():\n    print(1)"
    assert code.essential(source) == "# kept\nx = 1\n\ndef f():\n    print(1)"
    assert code.essential("\n".join(f"x{n} = {n}" for n in range(40))) == ""
    assert code.essential("%load_ext x") == "%load_ext x"


SCRIPT = """\
# %% [markdown] key="intro"
# The lesson is about sums, which a server can have without having what they are made of.
#
# After it you can
#
# - add;
# - print.

# %% [markdown] key="adding"
# ## Adding
#
# Two numbers make one, which is the least that a sum can be made of in this or any other lesson.

# %% [markdown] key="teach_adding" kind="instructor" minutes=10
# **What people get wrong.** The order.
#
# **Ask the room.** Is there an order? (No.)
{ask}
# %% key="sum"
total = 1 + 1
print(total)

# %% [markdown] key="read_sum"
# The sum is two, as one may have expected of a sum with these two numbers in it. Not shown.
#
# Now with three numbers. What will it print?

# %% key="longer"
print(1 + 1 + 1)

# %% [markdown] key="task"
# ### Exercise: four
#
# **Your task.** Add up to four. It is `total`.

# %% key="ex" kind="exercise" exercise="add_two"
# blank: total = ...
total = 2 + 2
# end blank
total = ex.add_two.check(total)

# %% [markdown] key="end"
# ## The end{end}
#
# That was all.
"""


def deck(ask="", end="", script=SCRIPT, outputs=None):
    lesson = Lesson(1, "adding", "Adding", 10, ("add_two",), ("en",))
    course = Course("A course", "owner/name", "main", ("en",), (lesson,))
    cells = parse(script.format(ask=ask, end=end), course, lesson)
    solved, learner = (
        make(course, lesson, cells, ENGLISH_ITSELF, variant) for variant in ("solved", "learner")
    )
    for cell in solved.cells:
        if cell.cell_type == "code":
            key = cell.metadata.fl_course.key
            printed = new_output("stream", text=f"of {key}\n" * 4)
            cell.outputs = (outputs or {}).get(key, [printed])
    said = {cell.key: cell.slide for cell in cells if cell.slide}
    return slides_of(solved, solved, learner, said)


def test_a_lesson_as_slides():
    slides = deck()
    assert [(slide.key, slide.kind) for slide in slides] == [
        ("title", "title"),
        ("intro", "plain"),
        ("adding", "section"),
        ("sum", "plain"),
        ("longer-first", "plain"),
        ("longer", "plain"),
        ("task", "plain"),
        ("ask-adding", "ask"),
        ("end", "section"),
    ]
    shown = {slide.key: [(block.kind, block.text) for block in slide.blocks] for slide in slides}
    assert shown["intro"] == [("item", "add"), ("item", "print.")]
    assert [kind for kind, _ in shown["sum"]] == ["code", "output", "point"]
    assert shown["longer-first"][-1] == ("prompt", "Now with three numbers. What will it print?")
    assert shown["longer"][-1][0] == "output"
    assert shown["task"] == [
        ("task", "**Your task.** Add up to four. It is `total`."),
        ("code", "total = ..."),
    ]
    assert shown["ask-adding"] == [("prompt", "Is there an order?")]
    everything = "\n".join(text for blocks in shown.values() for _, text in blocks)
    assert "2 + 2" not in everything
    assert "of ex" not in everything
    notes = {slide.key: "\n".join(slide.notes) for slide in slides}
    assert "The order." in notes["adding"]
    assert "Ask the room" not in notes["adding"]
    assert "(No.)" in notes["ask-adding"]
    assert "Not shown." in notes["sum"]


def test_a_script_says_where_the_rule_fails():
    order = [
        slide.key
        for slide in deck(script=SCRIPT.replace("minutes=10", 'minutes=10 slide="longer"'))
    ]
    assert order.index("ask-adding") < order.index("longer-first")
    order = [
        slide.key
        for slide in deck(script=SCRIPT.replace("minutes=10", 'minutes=10 slide="read_sum"'))
    ]
    assert order[order.index("sum") :][:3] == ["sum", "ask-adding", "longer-first"]
    slides = deck(script=SCRIPT.replace('key="sum"', 'key="sum" slide="skip"'))
    assert not [slide for slide in slides if slide.key == "sum"]
    slides = deck(script=SCRIPT.replace('key="read_sum"', 'key="read_sum" slide="whole"'))
    assert "Not shown." in "".join(block.text for slide in slides for block in slide.blocks)
    slides = deck(script=SCRIPT.replace("minutes=10", 'minutes=10 slide="skip"'))
    assert "ask-adding" not in [slide.key for slide in slides]
    assert any("(No.)" in note for slide in slides for note in slide.notes)


def commented(text):
    """A text as it stands in a script, with lines that are short enough."""
    lines = [line for part in text.split("\n\n") for line in ("", *textwrap.wrap(part, 90))]
    return "\n".join(f"# {line}".rstrip() for line in lines[1:])


PREDICT = "Now with three numbers. What will it print?"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (
            f"{LONG_SENTENCE} {LONG_SENTENCE} Before you go on: which? So.",
            "Before you go on: which?",
        ),
        (f"{LONG_SENTENCE} Which? Guess.", None),
        (
            " ".join([*[LONG_SENTENCE] * 4, "We draw ten. Write down the mean."]),
            " ".join([*[LONG_SENTENCE] * 3, "We draw ten. Write down the mean."]),
        ),
        ("Is it? We shall see. Write it down before you read on.", None),
        ("**Predict.** Which?\n\nThe next cell says how.", "**Predict.** Which?"),
        ("Which?\n\nThe next cell says how it is, and shows a number.", ""),
    ],
)
def test_what_is_to_be_predicted_comes_before_the_output(text, prompt):
    slides = deck(script=SCRIPT.replace(f"# {PREDICT}", commented(text)))
    shown = {slide.key: slide for slide in slides}
    if prompt == "":
        assert "longer-first" not in shown
        return
    (asked,) = (block for block in shown["longer-first"].blocks if block.kind == "prompt")
    assert asked.text == (text if prompt is None else prompt)
    assert shown["longer"].blocks[0].kind == "output"
    assert prompt is None or "So." not in "".join(block.text for block in shown["longer"].blocks)


def test_a_note_may_stand_between_a_question_and_its_cell():
    note = '# %% [markdown] key="between" kind="instructor" minutes=5\n# **Last.** Go.\n\n'
    cell = '# %% key="longer"'
    script = SCRIPT.replace("minutes=10", "minutes=5").replace(cell, f"{note}{cell}")
    keys = [slide.key for slide in deck(script=script)]
    assert keys[keys.index("longer-first") + 1] == "longer"


def test_the_output_that_was_to_be_predicted_is_shown_though_no_text_reads_it():
    printed = [new_output("stream", text="3\n")]
    (answer,) = (x for x in deck(outputs={"longer": printed}) if x.key == "longer")
    assert [block.text for block in answer.blocks] == ["3"]


def test_a_sections_first_words_stay_on_its_slide():
    (line,) = re.findall(r"# Two numbers make.*", SCRIPT)
    text = f"{LONG_SENTENCE} Before you run the cell: what is it?"
    script = SCRIPT.replace(line, commented(text))
    shown = {slide.key: [block.text for block in slide.blocks] for slide in deck(script=script)}
    assert shown["adding"] == [LONG_SENTENCE]
    assert shown["sum-first"][-1] == "Before you run the cell: what is it?"


def test_every_prediction_of_the_course_is_asked_before_its_answer():
    """Those that a text asks for by one of the words that are known."""
    course = read_course(ROOT)
    for lesson in course.lessons:
        solved, learner = (
            read_built(ROOT, path_of(lesson, "en", variant)) for variant in ("solved", "learner")
        )
        slides = slides_of(solved, solved, learner, {})
        prompts = " ".join(
            " ".join(block.text.split())
            for slide in slides
            for block in slide.blocks
            if block.kind == "prompt"
        )
        cells = [x for x in solved.cells if x.metadata.fl_course.kind != "instructor"]
        for cell, after in itertools.pairwise(cells):
            kinds = cell.metadata.fl_course.kind, after.metadata.fl_course.kind
            if kinds != ("text", "code"):
                continue
            for sentence in sentences.split(cell.source):
                if re.search(r"before you run|Write down", sentence, re.IGNORECASE):
                    end = sentence[-40:]
                    assert end in prompts, (lesson.slug, cell.metadata.fl_course.key)


def test_a_note_below_a_cell_can_ask_before_it():
    before, note, after = re.split(r"(?=# %% .*teach_adding)|(?=\{ask\})", SCRIPT)
    note = note.replace("minutes=10", 'minutes=10 slide="sum"')
    shown, task = after.removeprefix("{ask}").split('# %% [markdown] key="task"')
    script = f'{before}{shown}{note}\n\n# %% [markdown] key="task"{task}'
    order = [slide.key for slide in deck(script=script)]
    assert order[order.index("adding") :][:3] == ["adding", "ask-adding", "sum"]
    assert sum(key.startswith("ask") for key in order) == 1


def test_a_question_to_check_oneself_has_its_answer_in_the_notes():
    course = read_course(ROOT)
    (lesson,) = course.select(["centralized_training"])
    solved, korean, learner = (
        read_built(ROOT, path_of(lesson, language, variant))
        for language, variant in (("en", "solved"), ("ko", "solved"), ("ko", "learner"))
    )
    slides = slides_of(solved, korean, learner, {})
    asked = [slide for slide in slides if [x.kind for x in slide.blocks] == ["prompt", "whole"]]
    assert [slide.title for slide in asked] == [f"문제 {number}/5" for number in range(1, 6)]
    right = [question.right for question in QUESTIONS]
    for slide, letter in zip(asked, right, strict=True):
        (note,) = slide.notes
        assert note.startswith(f"**{letter}.** ")
        assert note in slide.blocks[1].text


STEPS = "\n# ".join(f"({n}) Step {n} is as long as a step of a round is." for n in range(1, 5))


def figure(width, height):
    size = struct.pack(">II", width, height)
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(8) + size).decode()
    return new_output("display_data", data={"image/png": data})


LONG = (
    "# This is about the figure, and it is said before the steps. **It is shown, too, and fills.**"
)


@pytest.mark.parametrize(("before", "times"), [("", 1), (f"{LONG}\n#\n" * 2, 2)])
def test_the_steps_of_a_figure_stay_with_it(before, times):
    read = "# The sum is two,"
    script = SCRIPT.replace(read, f"{before}# Follow the numbers. {STEPS}\n#\n{read}")
    slides = deck(script=script, outputs={"sum": [figure(1180, 500)]})
    figures = [slide for slide in slides if slide.has_figure]
    assert len(figures) == times
    assert [block.number for block in figures[-1].blocks if block.number] == [1, 2, 3, 4]
    assert sum(block.number is not None for slide in slides for block in slide.blocks) == 4


def points(*heights):
    return [Block("point", "word " * 16 * height) for height in heights]


def slide_with(*heights, key="a", **about):
    return Slide(key, "One", blocks=points(*heights), **about)


def test_no_slide_holds_a_line_that_has_room_elsewhere():
    rest = slide_with(1, key="rest", notes=["all of it"])
    room, full, task = slide_with(1, 1), slide_with(6, 6, 6), slide_with(1)
    task.blocks = [Block("task", "Do it.")]

    def left(*slides):
        slides = layout.without_leftovers(
            [Slide("title", "", "title"), *map(copy.deepcopy, slides)]
        )
        return [(slide.key, len(slide.blocks)) for slide in slides[1:]]

    assert left(room, rest) == [("a", 3)]
    assert left(task, rest, slide_with(1, key="b")) == [("a", 1), ("b", 2)]
    assert left(full, rest) == [("a", 2), ("rest", 2)]
    assert left(task, rest) == [("a", 1)]
    assert left(task, slide_with(1, key="rest", is_headed=True)) == [("a", 1), ("rest", 1)]


COUNTED = (
    "Two warnings, which return. The first is long enough to fill a line of a slide alone, by "
    "itself. And the second."
)


@pytest.mark.parametrize(
    "text",
    [
        COUNTED,
        "두 가지를 조심해야 합니다. 첫째는 한 줄을 혼자서 채울 만큼 긴 문장이며 다음도 그렇습니다. "
        "둘째.",
        "注意が2つあります。1つ目は、スライドの1行を1文だけで埋めるのに十分なほど長い文であり、次も同じです。2つ目。",
    ],
)
def test_what_is_counted_is_shown_to_its_end(text):
    ((_, shown),) = texts(text, COUNTED)
    assert shown.replace(" ", "") == text.replace(" ", "")


def test_a_heading_without_a_text_leaves_its_notes_to_the_next_slide():
    lines = "# ## Adding\n#\n# Two numbers"
    slides = deck(script=SCRIPT.replace(lines, "# ## Adding\n#\n# ### Two\n#\n# Two numbers"))
    assert "adding" not in [slide.key for slide in slides]
    (noted,) = (slide for slide in slides if any("The order." in note for note in slide.notes))
    assert noted.title == "Two"
    assert any("the least that a sum" in note for note in noted.notes)


def test_a_heading_at_the_end_leaves_its_notes_to_the_last_slide():
    note = '\n\n# %% [markdown] key="teach_end" kind="instructor" minutes=5\n# **Last.** Go.\n'
    script = SCRIPT.replace("minutes=10", "minutes=5")
    script = script.replace("# That was all.\n", f"# That was all.\n#\n# ## Nothing{note}")
    assert "**Last.** Go." in deck(script=script)[-1].notes[-1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('key="sum"', 'key="sum" slide="big"'),
        ("minutes=10", 'minutes=10 slide="ex"'),
        ("minutes=10", 'minutes=10 slide="whole"'),
    ],
)
def test_a_script_says_nothing_else(old, new):
    with pytest.raises(AuthoringError, match=r"slide='\w+' is not known"):
        deck(script=SCRIPT.replace(old, new))


def test_a_long_table_and_a_long_output_are_parted():
    rows = "".join(f"# | {n} | line |\n" for n in range(30))
    slides = deck(end=f"\n#\n# | n | of |\n# |---|---|\n{rows}#")
    tables = [x.text for slide in slides for x in slide.blocks if x.text.startswith("|")]
    assert len(tables) > 1
    assert all(table.startswith("| n | of |\n|---|---|\n|") for table in tables)
    assert sum(table.count("line") for table in tables) == 30
    lines = [f"line {n}" for n in range(50)]
    pieces = list(layout.in_pieces("\n".join(lines)))
    assert [piece.count("line") for piece in pieces] == [17, 17, 16]
    assert "\n".join(pieces).split("\n") == lines


@pytest.mark.parametrize("text", ["|x| is how far it is from zero.", "| n | of |\n|---|---|"])
def test_what_has_no_rows_is_not_parted(text):
    assert layout.in_tables(text) == [text]


def test_nothing_of_a_deck_is_on_another_host():
    made = page(deck(), "ko", "reveal.js")
    assert '<html lang="ko">' in made
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', made)
    assert html("$2^b$").count("<msup>") == 1
    assert html("[here](02_b.ipynb) and [there](https://a.b/)") == (
        '<p>here and <a href="https://a.b/">there</a></p>\n'
    )


def test_a_formula_that_cannot_be_shown_is_named():
    script = SCRIPT.replace("# That was all.", r"# That was $a \unheard b$.")
    with pytest.raises(AuthoringError, match=r"the formula a \\unheard b: Unknown LaTeX"):
        page(deck(script=script), "en", "reveal.js")


def test_all_lessons_are_made_in_half_a_minute_and_always_alike(tmp_path):
    course = read_course(ROOT)
    began = time.process_time()
    decks = write_decks(ROOT, course, course.lessons, "en", tmp_path / "a")
    assert time.process_time() - began < 30
    assert [path.stem for path in decks] == [lesson.slug for lesson in course.lessons]
    (again,) = write_decks(ROOT, course, course.lessons[:1], "en", tmp_path / "b")
    assert again.read_bytes() == decks[0].read_bytes()
    for name in (
        "dist/reveal.js",
        "dist/reveal.css",
        "plugin/notes/notes.js",
        "deck.js",
        "LICENSE",
    ):
        assert (tmp_path / "a" / "reveal.js" / name).is_file()


def test_the_command(tmp_path):
    runner = CliRunner()
    done = runner.invoke(cli.main, ["slides", "1", "--language", "ko", "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert done.output == f"{tmp_path / 'centralized_training.html'}\n"
    done = runner.invoke(cli.main, ["slides", "--language", "xx", "--output", str(tmp_path)])
    assert done.exit_code == 1
    assert "language 'xx' is not released" in done.output
    (tmp_path / "file").touch()
    done = runner.invoke(cli.main, ["slides", "1", "--output", str(tmp_path / "file" / "in")])
    assert done.exit_code == 1
    assert "can't be written to" in done.output


def test_a_notebook_that_is_missing_or_broken_is_named(tmp_path):
    course = read_course(ROOT)
    lesson = course.lessons[0]
    (tmp_path / "lessons").symlink_to(ROOT / "lessons")
    path = path_of(lesson, "en", "solved")
    for content in (None, "<<<<<<< HEAD"):
        if content:
            (tmp_path / path).parent.mkdir(parents=True)
            (tmp_path / path).write_text(content)
        with pytest.raises(AuthoringError, match=f"^{path} is missing or broken. Run: fl-course"):
            write_decks(tmp_path, course, [lesson], "en", tmp_path / "decks")


def test_without_reveal_js_it_is_said_where_it_comes_from(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(AuthoringError, match=r"sphinx-revealjs has it. Run: make setup"):
        write_decks(tmp_path, None, (), "en", tmp_path)
