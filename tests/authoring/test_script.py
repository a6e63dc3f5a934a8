import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.script import parse, read_script

EXERCISE = """\
# %% key="ex" kind="exercise" exercise="add_two"
# blank: x = ...
x = 1 + 2
# end blank
x = ex.add_two.check(x)
"""


def test_cells_carry_what_their_headers_say(course_dir, course, lesson):
    cells = read_script(course_dir.root, course, lesson)
    assert [(cell.key, cell.kind, cell.line) for cell in cells] == [
        ("why", "text", 1),
        ("ex_add", "exercise", 5),
        ("note", "instructor", 14),
        ("proof", "solution", 17),
        ("download", "optional", 20),
    ]
    assert [cell.minutes for cell in cells] == [None, None, 10, None, None]
    assert cells[0].source == "## Why add\nThen go on to [lesson {{printing}}](printing.ipynb)."
    assert cells[1].exercise == "add_two"
    assert [cell.result for cell in cells] == [False, True, False, False, False]
    assert cells[1].variants.learner.splitlines()[2] == "total = ..."


CODE = '''\
# cat pictures, ls, cp and rm: words a shell knows
# + and - are no cell markers here
# -
text = """
    # %% indented, so no header

"""


def f(x):
    return x % 2  # !important


# fmt: off
y = [1,2]'''


def test_code_comes_through_verbatim(course, lesson):
    cells = parse(f'# %% key="a"\n{CODE}\n\n\n{EXERCISE}', course, lesson)
    assert cells[0].source == CODE


def test_lines_for_ipython_lose_their_comment_sign(course, lesson):
    script = '# %% key="a"\n# %load_ext tensorboard\nif True:\n    # !ls -l\n    pass\n# %%time\n'
    cells = parse(script + EXERCISE, course, lesson)
    assert cells[0].source == "%load_ext tensorboard\nif True:\n    !ls -l\n    pass\n%%time"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("", ":1: the script does not start with a cell header"),
        ("import this\n", ":1: the script does not start with a cell header"),
        ("# %%\nx = 1\n", ":1: cell (no key): the header has no key. Add key="),
        ('# %% key="A-b"\nx = 1\n', ":1: cell A-b: key 'A-b' is not snake_case"),
        ("# %% key=3\nx = 1\n", ":1: cell 3: key 3 is not snake_case"),
        ('# %% key="_setup"\nx = 1\n', "key '_setup' is not snake_case"),
        (f'# %% key="{"k" * 60}"\nx = 1\n', "the key has 60 characters. Shorten it to 57"),
        ("# %% key=unquoted\nx = 1\n", ":1: cell (no key): the header 'key=unquoted' cannot be"),
        ('# %% A title key="a"\nx = 1\n', "'A title' in the header is not an attribute"),
        ('# %% key="a" tags=["b"]\nx = 1\n', "attribute 'tags' is not known"),
        ('# %% [raw] key="a"\n# x\n', "a raw cell is not known"),
        ('# %% key="a" kind="text"\nx = 1\n', "kind 'text' does not fit a code cell"),
        ('# %% [markdown] key="a" kind="code"\n# x\n', "kind 'code' does not fit a markdown cell"),
        ('# %% key="a" kind="exercise"\nx = 1\n', "an exercise needs its id"),
        ('# %% key="a" kind="exercise" exercise=["x"]\nx = 1\n', "an exercise needs its id"),
        ('# %% key="a" exercise="add_two"\nx = 1\n', "only an exercise has an exercise id"),
        ('# %% key="a" result=false\nx = 1\n', "result marks an executed code cell"),
        ('# %% key="a" kind="optional" result=true\nx = 1\n', "result marks an executed code"),
        ('# %% [markdown] key="a" result=true\n# x\n', "result marks an executed code cell"),
        ('# %% key="a"\nx = 1\n# %% key="b"\n\n', ":3: cell b: the cell is empty"),
        ('# %% [markdown] key="a"\n#\n', ":1: cell a: the cell is empty"),
        ('# %% key="a"\n\nx = 1\ny = (\nz = 2\n', ":4: cell a: not valid Python: '(' was never"),
        ('# %% key="a"\n# blank: x = ...\nx = 1\n# end blank\n', 'blank in a cell of kind "code"'),
        ('# %% key="a"\nx = 1\n# blank: y\n', ":3: cell a: the blank is not closed"),
        (
            '# %% key="a" kind="exercise" exercise="add_two"\nx = 1\n',
            ":1: cell a: an exercise has no blank",
        ),
        (
            EXERCISE.replace("x = ...", "your code"),
            "with its blanks the cell is not valid Python",
        ),
        (
            EXERCISE.replace("ex.add_two.check(x)", "x"),
            ":1: cell ex: an exercise does not answer back. End the cell, outside the blank, with:",
        ),
        (
            EXERCISE.replace("# end blank\n", "").replace("check(x)", "check(x)\n# end blank"),
            ":1: cell ex: an exercise does not answer back",
        ),
        ('# %% [markdown] key="a" kind="instructor"\n# x\n', "needs its section's minutes. Add"),
        ('# %% [markdown] key="a" kind="instructor" minutes=0\n# x\n', "needs its section's min"),
        *(
            (
                f'# %% [markdown] key="a" kind="{kind}" minutes=5 saves={saves}\n# {text}\n',
                f"saves={shown} does not say how many",
            )
            for kind, saves, shown, text in (
                ("instructor", "6", "6", "**When time is short.** Skip it."),
                ("instructor", "-1", "-1", "**When time is short.** Skip it."),
                ("instructor", "true", "True", "**When time is short.** Skip it."),
                ("instructor", "2", "2", "**Ask the room.** Why?"),
            )
        ),
        *(
            (
                f'# %% [markdown] key="a" {kind}skips="b"\n# {text}\n',
                "skips names the cells that a cut skips. Give it to an instructor's cell",
            )
            for kind, text in (
                ('kind="instructor" minutes=5 ', "**Ask the room.** Why?"),
                ("", "**When time is short.** Skip it."),
            )
        ),
        ('# %% [markdown] key="a" minutes=3\n# x\n', "only an instructor's cell has minutes"),
        (
            '# %% [markdown] key="a" kind="instructor" minutes=3\n# x\n' + EXERCISE,
            ":1: the instructor's cells add up to 3 minutes, and lessons/course.toml has 10",
        ),
        (
            '# %% key="a"\nx = 1\n# %% key="a"\ny = 1\n',
            ":3: cell a: the key is already used in line 1",
        ),
        (
            '# %% key="a" result=true\nx = 1\n# %% key="b" result=true\ny = 1\n',
            ":3: cell b: cell a has result=true too",
        ),
        ('# %% key="a"\nx = """\n# %% no header\n"""\n', "2 lines look like cell headers"),
        (
            EXERCISE.replace("add_two", "add_three"),
            ":1: cell ex: exercise 'add_three' is not in lessons/course.toml. Add it to",
        ),
        (EXERCISE + EXERCISE.replace('"ex"', '"ex2"'), ":6: cell ex2: exercise 'add_two' is alr"),
        ('# %% key="a"\nx = 1\n', ":1: exercise 'add_two' of lessons/course.toml is not in the"),
        ('# %% [markdown] key="a"\n# Text\n\nx = 1\n', ":4: cell a: 'x = 1' in a text cell does"),
        ('# %% [markdown] key="a"\n# Text\n#\n# # Title\n', ":4: cell a: a heading of level 1"),
        ('# %% [markdown] key="a"\n# Title\n# ===\n', ":2: cell a: a heading of level 1"),
        ('# %% [markdown] key="a"\n# ![fig](fig.png)\n', "image 'fig.png' is not in the notebook"),
        ('# %% [markdown] key="a"\n# <img src="data:image/png;base64,AA">\n', "an embedded image"),
        ('# %% [markdown] key="a"\n# [x](missing.ipynb)\n', "link to 'missing.ipynb', which"),
        ('# %% [markdown] key="a"\n# [x](02_printing.ipynb)\n', "is no lesson. Use its slug, such"),
        (
            '# %% [markdown] key="a"\n# Text,\n# lesson {{gone}}.\n',
            ":3: cell a: {{gone}} is no less",
        ),
        (
            '# %% key="a"\nx = 1  # lesson {{gone}}\n',
            ":2: cell a: {{gone}} is no lesson. Use one of",
        ),
        ('# %% [markdown] key="a"\n# In lesson\n# 2, too.\n', ":1: cell a: 'lesson 2' would be wr"),
        ('# %% key="a"\nx = 1  # as in lesson 2\n', "'lesson 2' would be wrong when a lesson is m"),
        ('# %% key="a"\n# Lessons\n# 1 and 2\nx = 1\n', "'Lessons 1' would be wrong when a les"),
        (f'# %% key="a"\n# {"word " * 20}\nx = 1\n', ":2: cell a: the line has 102 columns. Break"),
        (
            f'# %% key="a"\nx = "{"a " * 38}"\n',
            ":2: cell a: the line has 82 columns. Break it befor",
        ),
        (f'# %% key="a"\nx = 1  # {"가나다 " * 11}\n', ":2: cell a: the line has 86 columns. B"),
        (
            f'# %% [markdown] key="a"\n# {"word " * 20}\n',
            ":2: cell a: the line has 102 columns. Break it before 100",
        ),
        (
            '# %% [markdown] key="a" kind="questions"\n# Text\n',
            ":1: cell a: text where the questions come to stand. The builder writes it",
        ),
        (
            "".join(f'# %% [markdown] key="{key}" kind="questions"\n\n' for key in "ab"),
            ":3: cell b: the questions already stand in line 1. Keep one",
        ),
        (
            '# %% [markdown] key="a" kind="questions"\n\n' + EXERCISE,
            ":1: cell a: an exercise comes after the questions. Let them follow",
        ),
        ('# %% [markdown] key="a"\n# | a |\n# |---|\n# | [x](y.py) |\n', "link to 'y.py', which"),
    ],
)
def test_parse_refuses(course, lesson, script, message):
    with pytest.raises(AuthoringError) as error:
        parse(script, course, lesson)
    assert message in str(error.value)
    assert all(line.startswith("lessons/adding.py:") for line in str(error.value).splitlines())


def test_a_line_is_measured_with_its_numbers(course, lesson):
    words = "word " * 18
    for text in (f"{words}{{{{printing}}}}.", "https://" + "x" * 120):
        with pytest.raises(AuthoringError) as error:
            parse(f'# %% [markdown] key="a"\n# {text}\n', course, lesson)
        assert "columns" not in str(error.value)


def test_a_line_of_code_is_measured_as_the_notebook_shows_it(course, lesson):
    stub = f"{'a' * 30} = {'b' * 30}({'c' * 10}, ...)"
    cell = f'# %% key="a" kind="exercise" exercise="add"\n# blank: {stub}\nx = 1\n# end blank\n'
    for code in (f'# %% key="a"\n# !pip install {"p" * 67}\n', cell):
        with pytest.raises(AuthoringError) as error:
            parse(code, course, lesson)
        assert "columns" not in str(error.value)
    with pytest.raises(AuthoringError, match="the line has 81 columns"):
        parse(cell.replace("b(", "bb("), course, lesson)


def test_parse_reports_every_problem_at_once(course, lesson):
    script = "# %%\nx = 1\n# %% key=unquoted\nx = 1\n# %% [markdown] key='a'\n# # T\n"
    with pytest.raises(AuthoringError) as error:
        parse(script, course, lesson)
    assert len(str(error.value).splitlines()) == 4


def test_exercises_come_in_the_order_of_the_course(course):
    lesson = Lesson(1, "adding", "Adding", 10, ("first", "second"))
    script = EXERCISE.replace("add_two", "second") + EXERCISE.replace("add_two", "first").replace(
        '"ex"', '"ex2"'
    )
    with pytest.raises(AuthoringError, match=r"order second, first, but in .* as first, second"):
        parse(script, course, lesson)


def test_a_heading_inside_a_code_fence_is_text(course, lesson):
    text = (
        '# %% [markdown] key="a"\n# ```python\n# # a comment\n# ```\n# [x](https://example.org)\n'
    )
    assert parse(text + EXERCISE, course, lesson)[0].source.startswith("```python\n# a comment")


def test_a_missing_script_is_named(course_dir, course, lesson):
    (course_dir.root / "lessons/adding.py").unlink()
    with pytest.raises(AuthoringError, match=r"lessons/adding.py is missing. Write it, or"):
        read_script(course_dir.root, course, lesson)
