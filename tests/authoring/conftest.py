"""A small course in a temporary folder, built without TensorFlow."""

import functools
import io
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from fl_course.authoring.course import Course, Lesson
from fl_course.authoring.execute import Execution
from fl_course.authoring.notebooks import executed_cells, key_of

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
