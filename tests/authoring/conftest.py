"""A small course in a temporary folder, built without TensorFlow."""

import functools
import io
import re
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from fl_course.authoring.build import build
from fl_course.authoring.course import Course, Lesson
from fl_course.authoring.execute import Execution
from fl_course.authoring.notebooks import executed_cells, key_of

KO = "translations/ko"
BOTH = 'languages = ["en", "ko"]'
TOML = """\
title = "A course"
repository = "owner/name"
branch = "main"
languages = ["en"]

[[lesson]]
slug = "adding"
title = "Adding"
minutes = 10
exercises = ["add_two"]

[[lesson]]
slug = "printing"
title = "Printing"
minutes = 5
exercises = []
"""

ADDING = """\
# %% [markdown] key="why"
# ## Why add
# Then go on to [lesson {{printing}}](printing.ipynb).

# %% key="ex_add" kind="exercise" exercise="add_two" result=true
from fl_course import ex, two

# blank: total = ...
total = two() + 2
# end blank
total = ex.add_two.check(total)
print("total", total)

# %% [markdown] key="note" kind="instructor" minutes=10
# Wait for questions.

# %% key="proof" kind="solution"
print(total - 2)

# %% key="download" kind="optional"
# !ls
"""

GLOSSARY = """\
[terms.sum]
english = "sum"
lesson = "adding"
definition = "What adding gives."
"""

PRINTING = """\
# %% key="say"
print("hello")
"""


EXERCISES = """\
from . import add_two

EXERCISES = (add_two.EXERCISE,)
"""

ADD_TWO = """\
from fl_course.exercises.exercise import Exercise

EXERCISE = Exercise(
    id="add_two",
    expects="a number",
    judge=lambda answer: None if answer == 4 else "other",
    reference=lambda: 4,
    hints=("Add.", "Add two, as in lesson {{printing}}."),
    mistakes={"subtracted": "That is less, not more."},
    right="Two and two is four.",
)
"""

# What a notebook of the small course sees: feedback as the real exercises give it.
STAND_IN = """\
class _Exercise:
    def check(self, answer):
        from IPython.display import display

        outcome = {4: "right", ...: "not attempted"}.get(answer, "not yet right")
        about = {"fl_course": {"exercise": "add_two", "outcome": outcome}}
        text = {"text/markdown": f"**{outcome}**", "text/plain": outcome}
        display(text, raw=True, metadata={"text/markdown": about})
        return answer if outcome == "right" else 4


class ex:
    add_two = _Exercise()


def setup(**_):
    print("ready")


def two():
    return 2
"""


class SmallCourse:
    """A course of two lessons with a stand-in for fl_course."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("lessons/course.toml", TOML)
        self.write("lessons/adding.py", ADDING)
        self.write("lessons/printing.py", PRINTING)
        self.write("lessons/glossary.toml", GLOSSARY)
        self.write("fl_course/__init__.py", STAND_IN)
        self.write("fl_course/exercises/adding/__init__.py", EXERCISES)
        self.write("fl_course/exercises/adding/add_two.py", ADD_TWO)
        self.write("fl_course/cli.py", "")
        self.write("fl_course/authoring/course.py", "")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1
        self.write(name, text.replace(old, new))

    def built(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for folder in ("notebooks", "solutions")
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file() and not path.name.endswith(".records.json")
        }


@pytest.fixture
def course_dir(tmp_path):
    return SmallCourse(tmp_path)


@pytest.fixture
def lesson():
    return Lesson(1, "adding", "Adding", 10, ("add_two",), ("en", "ko"))


@pytest.fixture
def course(lesson):
    printing = Lesson(2, "printing", "Printing", 5, (), ("en", "ko"))
    return Course("A course", "owner/name", "main", ("en", "ko"), (lesson, printing))


@pytest.fixture
def executions(monkeypatch):
    """Executes in this process instead of a kernel, and lists the lessons that were executed.

    A lesson is listed once for its solved notebook; the untouched learner's one runs beside it.
    """
    done: list[str] = []

    def execute(notebook, root, **_options):
        if notebook.metadata.fl_course.variant == "solved":
            done.append(notebook.metadata.fl_course.lesson)
        names: dict[str, object] = {}
        shown: list[NotebookNode] = []

        def display(data, raw, metadata):
            shown.append(new_output("display_data", data=data, metadata=metadata))

        stand_in = (root / "fl_course" / "__init__.py").read_text()
        exec(stand_in.replace("from IPython.display import display", ""), names)
        names["display"] = display
        for cell in executed_cells(notebook):
            cell.outputs = []
            if key_of(cell) == "_setup":
                continue
            printed = io.StringIO()
            shown.clear()
            # Two notebooks are executed at once, in threads, and stdout belongs to the process.
            names["print"] = functools.partial(print, file=printed)
            exec(cell.source.replace("from fl_course import ex, two", ""), names)
            cell.outputs = list(shown)
            if printed.getvalue():
                cell.outputs += [new_output("stream", name="stdout", text=printed.getvalue())]
        return Execution(0, 0.0, ())

    monkeypatch.setattr("fl_course.authoring.build.execute", execute)
    return done


@pytest.fixture
def korean(course_dir, executions):
    """The small course with Korean: catalogs that are complete, and built notebooks."""
    course_dir.executions = executions
    course_dir.write(f"{KO}/language.toml", 'name = "한국어"\n')
    course_dir.write(f"{KO}/glossary.toml", '[terms]\nsum = { english = "sum", term = "합" }\n')
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
    kept = r"(`[^`]*`|\]\([^)]*\)|\{\{?\w+\}\}?|\\n)|[A-Za-z][\w']*"
    return re.sub(kept, lambda match: match[1] or "말", text)


def translated(catalog):
    """A catalog with all that is missing in it translated."""

    def translate(match):
        return f'msgid "{match[1]}"\nmsgstr "{in_korean(match[1])}"'

    return re.sub(r'msgid "(.+)"\nmsgstr ""', translate, catalog)
