import json

import pytest

from fl_course.authoring import AuthoringError
from fl_course.authoring.build import build
from fl_course.authoring.files import write_atomically
from fl_course.authoring.home import move
from fl_course.authoring.needs import NEEDS

FILES = [
    "notebooks/en/01_adding.ipynb",
    "notebooks/en/02_printing.ipynb",
    "solutions/en/01_adding.ipynb",
    "solutions/en/02_printing.ipynb",
]
SOLVED = FILES[2]
RECORDS = [file.replace(".ipynb", ".records.json") for file in FILES[2:]]
CATALOG = "fl_course/catalog.json"
GLOSSARY = "docs/glossary.md"


def edit_notebook(course_dir, name, change):
    """Changes a built notebook as by hand."""
    notebook = json.loads((course_dir.root / name).read_text())
    change(notebook)
    course_dir.write(
        name, json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    )


def test_a_build_makes_both_notebooks_of_every_lesson(course_dir, executions):
    report = build(course_dir.root)
    assert report.problems == []
    assert sorted(map(str, report.written)) == sorted([CATALOG, GLOSSARY, *FILES, *RECORDS])
    assert sorted(map(str, report.executed)) == FILES
    assert sorted(course_dir.built()) == FILES
    assert executions == ["adding", "printing"]
    solved = json.loads(course_dir.built()[SOLVED])
    counts = [cell["execution_count"] for cell in solved["cells"] if cell["cell_type"] == "code"]
    assert counts == [1, 2, 3, None]


def test_an_unchanged_lesson_is_not_executed_again(course_dir, executions):
    build(course_dir.root)
    before = course_dir.built()
    report = build(course_dir.root)
    assert (report.written, report.executed, report.problems) == ([], [], [])
    assert len(report.unchanged) == 8
    assert executions == ["adding", "printing"]
    assert course_dir.built() == before


def test_force_executes_and_gives_the_same_bytes(course_dir, executions):
    build(course_dir.root)
    before = course_dir.built()
    assert build(course_dir.root, force=True).written == []
    assert executions == ["adding", "printing"] * 2
    assert course_dir.built() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("lessons/adding.py", "## Why add", "## Why one adds"),
        ("lessons/adding.py", "Wait for questions", "Wait"),
        ("lessons/adding.py", "!ls", "!ls -l"),
        ("lessons/adding.py", "total = ...", "total = ...  # yours"),
        ("lessons/course.toml", "Adding", "Adding up"),
    ],
)
def test_a_change_that_is_not_executed_keeps_the_outputs(course_dir, executions, name, old, new):
    build(course_dir.root)
    before = course_dir.built()
    course_dir.edit(name, old, new)
    assert build(course_dir.root).problems == []
    assert executions == ["adding", "printing"]
    assert course_dir.built() != before
    assert b"total 4" in course_dir.built()[SOLVED]
    assert build(course_dir.root, check=True).problems == []


def test_without_what_a_lesson_needs_its_outputs_are_kept(course_dir, executions, monkeypatch):
    course_dir.edit("lessons/course.toml", "minutes = 10", 'minutes = 10\nneeds = ["flower"]')
    monkeypatch.setitem(NEEDS, "flower", (lambda: True, "Flower is not there."))
    build(course_dir.root)
    before = course_dir.built()
    monkeypatch.setitem(NEEDS, "flower", (lambda: False, "Flower is not there."))
    assert build(course_dir.root).problems == []
    assert build(course_dir.root, check=True).problems == []
    course_dir.edit("lessons/adding.py", "two() + 2", "two() + 1 + 1")
    assert build(course_dir.root).problems == ["lesson adding: Flower is not there."]
    assert executions == ["adding", "printing"]
    assert course_dir.built() == before


def test_changed_code_is_executed(course_dir, executions):
    build(course_dir.root)
    course_dir.edit("lessons/adding.py", 'print("total"', 'print("sum"')
    build(course_dir.root)
    assert executions == ["adding", "printing", "adding"]
    assert b"sum 4" in course_dir.built()[SOLVED]


def test_a_renamed_key_is_executed(course_dir, executions):
    build(course_dir.root)
    course_dir.edit("lessons/adding.py", "ex_add", "ex_sum")
    assert build(course_dir.root).problems == []
    assert executions == ["adding", "printing", "adding"]


def test_a_changed_module_of_the_package_executes_every_lesson(course_dir, executions):
    build(course_dir.root)
    course_dir.edit("fl_course/__init__.py", "return 2", "return 1 + 1")
    build(course_dir.root)
    assert executions == ["adding", "printing"] * 2


def test_the_builder_itself_is_not_a_reason_to_execute(course_dir, executions):
    build(course_dir.root)
    course_dir.write("fl_course/cli.py", "x = 1")
    course_dir.write("fl_course/authoring/course.py", "x = 1")
    assert build(course_dir.root, check=True).problems == []
    build(course_dir.root)
    assert executions == ["adding", "printing"]


def test_only_the_wanted_lesson_is_built(course_dir, executions):
    build(course_dir.root, ["2"])
    assert sorted(course_dir.built()) == [FILES[1], FILES[3]]
    assert executions == ["printing"]


def test_check_passes_after_a_build_and_writes_and_executes_nothing(course_dir, executions):
    report = build(course_dir.root, check=True)
    assert len(report.problems) == 6
    assert all("missing" in problem for problem in report.problems)
    assert course_dir.built() == {}
    build(course_dir.root)
    assert build(course_dir.root, check=True).problems == []
    assert executions == ["adding", "printing"]


def only_problem(course_dir):
    before = course_dir.built()
    (problem,) = build(course_dir.root, check=True).problems
    assert course_dir.built() == before
    assert problem.endswith("Run: fl-course build")
    return problem


def test_check_finds_an_edited_notebook(course_dir, executions):
    build(course_dir.root)
    edit_notebook(course_dir, FILES[0], lambda nb: nb["cells"][3]["source"].append("# mine"))
    assert only_problem(course_dir).startswith(
        "notebooks/en/01_adding.ipynb: differs from its script, first in cell ex_add."
    )
    build(course_dir.root)
    assert build(course_dir.root, check=True).problems == []


def test_check_finds_edited_outputs(course_dir, executions):
    build(course_dir.root)

    def flatter(notebook):
        notebook["cells"][3]["outputs"][1]["text"] = ["total 99\n"]

    edit_notebook(course_dir, SOLVED, flatter)
    assert f"{SOLVED}: its outputs are not those that were built" in only_problem(course_dir)
    build(course_dir.root)
    assert executions == ["adding", "printing", "adding"]
    assert b"total 4" in course_dir.built()[SOLVED]


def test_check_finds_outputs_out_of_date(course_dir, executions):
    build(course_dir.root)
    course_dir.edit("lessons/printing.py", "hello", "goodbye")
    first, second = build(course_dir.root, check=True).problems
    assert "notebooks/en/02_printing.ipynb: its execution is out of date" in first
    assert "solutions/en/02_printing.ipynb: its execution is out of date" in second


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda nb: nb["cells"].pop(), "has 5 cells, not 6; first _next"),
        (lambda nb: nb["cells"][0].update(metadata={}), "first in cell _header"),
        (lambda nb: nb["metadata"].update(x=1), "in its metadata or its spacing"),
        (lambda nb: nb.clear(), "is not a notebook"),
        (lambda nb: nb.update(cells=[{"id": 3}]), "is not a notebook"),
    ],
)
def test_check_says_where_a_notebook_differs(course_dir, executions, change, message):
    build(course_dir.root)
    edit_notebook(course_dir, FILES[0], change)
    assert message in only_problem(course_dir)
    assert build(course_dir.root).problems == []
    assert build(course_dir.root, check=True).problems == []


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"cells": 3, "nbformat": 4}'])
def test_a_broken_solved_notebook_is_built_again(course_dir, executions, content):
    build(course_dir.root)
    before = course_dir.built()
    course_dir.write(SOLVED, content)
    assert SOLVED in only_problem(course_dir)
    assert build(course_dir.root).problems == []
    assert course_dir.built() == before


def test_check_finds_a_missing_and_a_stray_file(course_dir, executions):
    build(course_dir.root)
    (course_dir.root / FILES[0]).unlink()
    assert only_problem(course_dir).startswith(f"{FILES[0]}: is missing")
    build(course_dir.root)
    course_dir.write("notebooks/en/.ipynb_checkpoints/x.ipynb", "")
    assert build(course_dir.root, check=True).problems == []
    course_dir.write("solutions/en/old.ipynb", "")
    assert only_problem(course_dir).startswith("solutions/en/old.ipynb: no lesson makes this")


def test_a_build_removes_what_no_lesson_makes_now(course_dir, executions):
    build(course_dir.root)
    text = (course_dir.root / "lessons/course.toml").read_text()
    course_dir.write("lessons/course.toml", text[: text.rindex("[[lesson]]")])
    course_dir.edit("lessons/adding.py", "printing", "adding")
    (course_dir.root / "lessons/printing.py").unlink()
    report = build(course_dir.root)
    assert sorted(map(str, report.removed)) == [FILES[1], FILES[3], RECORDS[1]]
    assert sorted(course_dir.built()) == [FILES[0], FILES[2]]


def test_a_build_does_not_remove_what_people_made(course_dir, executions):
    build(course_dir.root)
    copy = course_dir.built()[FILES[0]].decode()
    course_dir.write("notebooks/en/01_adding-Copy1.ipynb", copy)
    course_dir.write("notebooks/en/mine.txt", "notes")
    report = build(course_dir.root)
    assert report.removed == []
    assert [problem.split(":")[0] for problem in report.problems] == [
        "notebooks/en/01_adding-Copy1.ipynb",
        "notebooks/en/mine.txt",
    ]
    assert "mine.txt" in "".join(course_dir.built())


def test_a_script_that_is_not_in_the_course_is_reported(course_dir, executions):
    course_dir.write("lessons/new.py", '# %% key="a"\nx = 1\n')
    report = build(course_dir.root)
    assert report.problems == [
        "lessons/new.py: is not in lessons/course.toml. Add a [[lesson]] there."
    ]
    assert len(report.written) == 8


def test_a_failing_lesson_keeps_its_files_and_not_the_others(course_dir, executions):
    build(course_dir.root)
    before = course_dir.built()
    course_dir.edit("lessons/adding.py", "two() + 2", "two( + 2")
    course_dir.edit("lessons/adding.py", "## Why add", "## Why one adds")
    course_dir.edit("lessons/printing.py", "hello", "goodbye")
    report = build(course_dir.root)
    assert len(report.problems) == 1
    assert report.problems[0].startswith("lessons/adding.py:9: cell ex_add: not valid Python")
    after = course_dir.built()
    assert [name for name in FILES if after[name] != before[name]] == [FILES[1], FILES[3]]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print(object())", "lesson printing, cell say: shows a memory address"),
        ("print('x' * 1_600_000)", "solutions/en/02_printing.ipynb: 1,6"),
    ],
)
def test_outputs_that_must_not_be_published_are_not_written(course_dir, executions, code, message):
    course_dir.edit("lessons/printing.py", 'print("hello")', code)
    report = build(course_dir.root)
    assert len(report.problems) == 1
    assert message in report.problems[0]
    assert sorted(course_dir.built()) == [FILES[0], FILES[2]]


def broken_exercises(course_dir, file, old, new):
    course_dir.edit(f"fl_course/exercises/adding/{file}.py", old, new)
    report = build(course_dir.root)
    assert sorted(course_dir.built()) == [FILES[1], FILES[3]]
    return "\n".join(report.problems)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "add_two",
            "Add two, as in lesson {{printing}}.",
            " ",
            "exercise 'add_two': hint 2 is empty. Write it, or drop it.",
        ),
        (
            "add_two",
            ', "Add two, as in lesson {{printing}}."',
            ",",
            "exercise 'add_two' has 1 hints. Write two or more.",
        ),
        (
            "add_two",
            "That is less, not more.",
            "",
            "mistake 'subtracted' has no sentence. Write it.",
        ),
        ("add_two", "Two and two is four.", "", "exercise 'add_two': `right` is empty. Write it."),
        (
            "add_two",
            'id="add_two"',
            'id="add_2"',
            "exercise 'add_two' of lessons/course.toml has no check.",
        ),
        (
            "add_two",
            'id="add_two"',
            'id="add_2"',
            "exercise 'add_2' is not in lessons/course.toml. Add it",
        ),
        ("add_two", "EXERCISE = ", "EXERCISE = [", "cannot be loaded: SyntaxError: "),
        ("add_two", "EXERCISE = ", "OTHER = ", "cannot be loaded: AttributeError: "),
        ("__init__", "EXERCISES = (", "OTHERS = (", "cannot be loaded: AttributeError: "),
    ],
)
def test_a_build_refuses_an_exercise_without_check_or_words(
    course_dir, executions, file, old, new, message
):
    problems = broken_exercises(course_dir, file, old, new)
    assert message in problems
    assert problems.startswith("fl_course/exercises/adding: ")


def test_a_build_refuses_exercises_without_a_folder(course_dir, executions):
    (course_dir.root / "fl_course/exercises/adding/__init__.py").unlink()
    (problem,) = build(course_dir.root).problems
    assert "adding/__init__.py is missing, and 'adding' has exercises. Write it" in problem


def test_a_build_refuses_an_exercise_without_a_module_of_its_own(course_dir, executions):
    folder = course_dir.root / "fl_course/exercises/adding"
    (folder / "add_two.py").rename(folder / "add_some.py")
    course_dir.edit("fl_course/exercises/adding/__init__.py", "add_two", "add_some")
    (problems,) = build(course_dir.root).problems
    assert "exercise 'add_two' has no module of its own. Write it in add_two.py." in problems
    assert "add_some.py is no exercise of the lesson. Remove it; what several" in problems


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "lessons/adding.py",
            "total = ...",
            "total = 4",
            "the blank of exercise 'add_two' is judged as 'right', not as not attempted. Leave",
        ),
        (
            "lessons/adding.py",
            "two() + 2",
            "two() + 3",
            "the solution of exercise 'add_two' is judged as 'not yet right': **not yet right** Co",
        ),
        (
            "fl_course/__init__.py",
            "display(text",
            "str(text",
            "exercise 'add_two' gives no answer. Let the cell run ex.add_two.check().",
        ),
    ],
)
def test_a_build_refuses_a_blank_or_a_solution_that_is_judged_wrongly(
    course_dir, executions, name, old, new, message
):
    if name.startswith("fl_course"):
        new = "(lambda *_, **__: None)(text"
    course_dir.edit(name, old, new)
    (problem,) = build(course_dir.root).problems
    assert problem.startswith("lesson adding, cell ex_add: ")
    assert message in problem
    assert sorted(course_dir.built()) == [FILES[1], FILES[3]]


def test_the_catalogue_keeps_the_lessons_that_are_not_built(course_dir, executions):
    build(course_dir.root)
    before = (course_dir.root / CATALOG).read_text()
    assert (
        json.loads(before)["lessons"][0]["solutions"]["add_two"].splitlines()[2]
        == "total = two() + 2"
    )
    course_dir.edit("lessons/adding.py", 'print("total"', 'print("sum"')
    build(course_dir.root, ["2"])
    assert (course_dir.root / CATALOG).read_text() == before
    assert any(CATALOG in problem for problem in build(course_dir.root, check=True).problems)
    build(course_dir.root)
    assert "sum" in (course_dir.root / CATALOG).read_text()


def test_an_unknown_language_or_a_root_without_a_package(course_dir):
    with pytest.raises(AuthoringError, match=r"language 'ko' is not released. Use one of: en"):
        build(course_dir.root, languages=["ko"])
    (course_dir.root / "fl_course").rename(course_dir.root / "elsewhere")
    with pytest.raises(AuthoringError, match="there is no package fl_course in"):
        build(course_dir.root)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "a.ipynb"
    write_atomically(target, b"old")

    def broken(*_args):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.ipynb"]
    assert target.read_bytes() == b"old"


FIGURE = """\
# %% key="draw"
import sys

import matplotlib.pyplot as plt

plt.plot([1, 3, 2])
plt.show()
print("one")
sys.stdout.flush()
print("two")
1 + 1
"""


def test_two_builds_in_a_kernel_give_the_same_bytes(course_dir):
    course_dir.write("lessons/printing.py", FIGURE)
    assert build(course_dir.root, ["2"]).problems == []
    before = course_dir.built()
    report = build(course_dir.root, ["2"], force=True)
    assert (len(report.executed), report.written) == (2, [])
    assert course_dir.built() == before
    draw = json.loads(before[FILES[3]])["cells"][2]
    kinds = [output["output_type"] for output in draw["outputs"]]
    assert kinds == ["display_data", "stream", "execute_result"]
    assert draw["outputs"][1]["text"] == ["one\n", "two\n"]
    assert draw["outputs"][2]["execution_count"] == 2


def test_noise_in_a_kernel_fails_the_lesson(course_dir):
    course_dir.write(
        "lessons/printing.py", '# %% key="warn"\nimport warnings\n\nwarnings.warn("old")\n'
    )
    report = build(course_dir.root, ["2"])
    assert len(report.problems) == 1
    assert "lesson printing, cell warn: wrote to stderr:" in report.problems[0]
    assert course_dir.built() == {}


PAGE = """\
[Colab](https://colab.research.google.com/github/owner/name/blob/main/notebooks/en/01_a.ipynb)
https://github.com/owner/name/archive/main.zip, https://codespaces.new/owner/name/tree/main,
https://github.com/owner/name.
And https://github.com/owner/names, https://x.org/owner/name.github.io, my owner/name.
The web edition is at https://owner.github.io/name/en/sheet.html.
"""


def test_a_fork_is_named_everywhere_and_executes_nothing(course_dir, executions):
    course_dir.write("README.md", PAGE)
    course_dir.write("docs/places.md", PAGE)
    course_dir.edit(
        "lessons/adding.py", "# Then go on", "# See [places](docs/places.md).\n# Then go on"
    )
    assert build(course_dir.root).problems == []
    assert executions == ["adding", "printing"]
    assert b"github.com/owner/name/blob/main/docs/places.md" in course_dir.built()[SOLVED]
    changed = move(course_dir.root, "school/fl-2027")
    assert [str(path) for path in changed] == ["lessons/course.toml", "README.md", "docs/places.md"]
    report = build(course_dir.root)
    assert report.problems == []
    assert executions == ["adding", "printing"]  # and no more
    for name, notebook in course_dir.built().items():
        assert b"owner/name" not in notebook, name
        assert b"github.com/school/fl-2027/archive/main.zip" in notebook
    assert b"github.com/school/fl-2027/blob/main/docs/places.md" in course_dir.built()[SOLVED]
    catalog = json.loads((course_dir.root / CATALOG).read_text())
    assert catalog["repository"] == "school/fl-2027"
    page = (course_dir.root / "docs/places.md").read_text()
    there = PAGE.replace("owner.github.io/name/", "school.github.io/fl-2027/")
    assert page == there.replace("owner/name", "school/fl-2027", 4)
    assert build(course_dir.root, check=True).problems == []
    assert move(course_dir.root, "school/fl-2027") == []


@pytest.mark.parametrize("name", ["", "school", "a/b/c", "school/fl 2027", "https://x.org/a/b"])
def test_what_is_no_repository_is_refused(course_dir, name):
    with pytest.raises(AuthoringError, match="such as owner/name"):
        move(course_dir.root, name)
