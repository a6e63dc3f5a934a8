"""A small course in a temporary folder, built without TensorFlow."""

import contextlib
import io
from pathlib import Path

import pytest
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
number = 1
slug = "adding"
title = "Adding"
minutes = 10
exercises = ["add_two"]

[[lesson]]
number = 2
slug = "printing"
title = "Printing"
minutes = 5
exercises = []
"""

ADDING = """\
# %% [markdown] key="why"
# ## Why add
# Then go on to [printing](02_printing.ipynb).

# %% key="ex_add" kind="exercise" exercise="add_two" result=true
from fl_course import two

# blank: total = ...
total = two() + 2
# end blank
print("total", total)

# %% [markdown] key="note" kind="instructor"
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


class SmallCourse:
    """A course of two lessons with a stand-in for fl_course."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("lessons/course.toml", TOML)
        self.write("lessons/01_adding.py", ADDING)
        self.write("lessons/02_printing.py", PRINTING)
        self.write(
            "fl_course/__init__.py",
            'def setup():\n    print("ready")\n\n\ndef two():\n    return 2\n',
        )
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
            if path.is_file()
        }


@pytest.fixture
def course_dir(tmp_path):
    return SmallCourse(tmp_path)


@pytest.fixture
def lesson():
    return Lesson(1, "adding", "Adding", 10, ("add_two",))


@pytest.fixture
def course(lesson):
    printing = Lesson(2, "printing", "Printing", 5, ())
    return Course("A course", "owner/name", "main", ("en",), (lesson, printing))


@pytest.fixture
def executions(monkeypatch):
    """Executes in this process instead of a kernel, and lists the lessons that were executed."""
    done: list[str] = []

    def execute(notebook, root, **_options):
        done.append(notebook.metadata.fl_course.lesson)
        names: dict[str, object] = {"two": lambda: 2}
        for cell in executed_cells(notebook):
            cell.outputs = []
            if key_of(cell) == "_setup":
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(cell.source.replace("from fl_course import two", ""), names)
            if printed.getvalue():
                cell.outputs = [new_output("stream", name="stdout", text=printed.getvalue())]
        return Execution(0, 0.0, ())

    monkeypatch.setattr("fl_course.authoring.build.execute", execute)
    return done
