"""What importing fl_course costs, and who may import whom."""

import ast
import pathlib
import re
import subprocess
import sys
import tomllib

import pytest

from fl_course.authoring.pages import PAGES

ROOT = pathlib.Path(__file__).parent.parent
PACKAGE = ROOT / "fl_course"
EXERCISES = PACKAGE / "exercises"
LESSONS = {
    lesson["slug"]: lesson["exercises"]
    for lesson in tomllib.loads((ROOT / "lessons" / "course.toml").read_text())["lesson"]
}
WITH_EXERCISES = [slug for slug, exercises in LESSONS.items() if exercises]
# What all parts may import.
EVERYWHERE = {"arguments", "catalog", "localization"}
# Part of the package -> the other parts it may import.
ALLOWED = {
    "__init__": {"exercises", "runtime"},  # keeps the progress where it is told
    "runtime": set(),
    "data": {"runtime"},  # datasets that are made late
    "preprocessing": {"runtime"},  # says how a dataset was made, for its way to the worker
    "models": set(),
    "plotting": set(),
    "aggregation": set(),
    "algorithms": {"models"},
    "analytics": set(),
    "privacy": set(),
    "flower": {"runtime"},  # what a set-up error is, and which Python this is
    "checkpoints": {"runtime"},
    "training": {"checkpoints", "models"},
    "exercises": {
        "aggregation",
        "algorithms",
        "analytics",
        "data",
        "models",
        "plotting",
        "preprocessing",
        "privacy",
        "runtime",
        "training",
    },
    "authoring": {"exercises", "flower", "plotting"},
    "certificate": {"authoring"},  # how files are written
    "room": {"authoring", "exercises"},
    "arguments": set(),
    "catalog": set(),
    "localization": set(),
    "cli": {"authoring", "certificate", "exercises", "flower", "room", "runtime"},
}


def run(code, cwd=None):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=cwd
    )
    return done.stdout.strip()


def test_import_is_light():
    heavy = ("tensorflow", "tensorflow_federated", "keras", "tf_keras", "matplotlib", "nbformat")
    code = f"import sys, fl_course; print([m for m in {heavy!r} if m in sys.modules])"
    assert run(code) == "[]"


@pytest.mark.parametrize(
    "module",
    [
        *("aggregation", "algorithms", "analytics", "checkpoints", "data", "models"),
        *("preprocessing", "privacy", "training"),
    ],
)
def test_a_module_before_setup_says_to_run_setup(module):
    code = f"from fl_course import {module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"fl_course.runtime.errors.SetupError: fl_course.{module} needs")
    assert "fl_course.setup() first" in last


def test_tests_are_found_before_the_engine_is_set_up():
    """What pytest is told to run has its conftest.py read first of all."""
    for file in sorted((ROOT / "tests").rglob("conftest.py")):
        if file.parent.name not in ("browser", "site"):  # need packages of their own
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            code = f"import sys, {module}; print('tensorflow' in sys.modules)"
            assert run(code, cwd=ROOT) == "False", module


def test_figures_need_no_engine():
    assert run("from fl_course import plotting; print(callable(plotting.digits))") == "True"


def test_pandas_comes_with_the_first_table():
    code = """
import sys, fl_course
fl_course.setup()
from fl_course import data
before = "pandas" in sys.modules
print(before, callable(data.from_table), "from_table" in dir(data), "pandas" in sys.modules)
"""
    assert run(code).splitlines()[-1] == "False True True True"


def test_exercises_are_read_without_tensorflow():
    code = (
        "import sys\n"
        "from fl_course import exercises\n"
        "count = sum(len(list(exercises.lesson(x))) for x in exercises.lesson_slugs())\n"
        "print(count > 0, 'tensorflow' in sys.modules)"
    )
    assert run(code) == "True False"


def test_unknown_attribute_is_an_attribute_error():
    import fl_course

    with pytest.raises(AttributeError, match="nonsense"):
        _ = fl_course.nonsense


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_parts_import_only_what_they_may(part):
    module = PACKAGE / f"{part}.py"
    files = [module] if module.exists() else sorted((PACKAGE / part).rglob("*.py"))
    assert files, f"fl_course has no part {part}"
    for file in files:
        imported = {name for node in ast.walk(ast.parse(file.read_text())) for name in parts(node)}
        assert imported - {part, *EVERYWHERE} <= ALLOWED[part], f"{file.name} imports {imported}"


def test_every_part_has_a_rule():
    parts = [path for path in PACKAGE.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))]
    names = {path.stem for path in parts}
    assert names == set(ALLOWED)


def test_every_lesson_has_one_folder_of_exercises():
    folders = {path.parent.name for path in EXERCISES.glob("*/*.py")}
    assert folders == {*WITH_EXERCISES, "judging"}


@pytest.mark.parametrize("slug", WITH_EXERCISES)
def test_every_exercise_has_one_module(slug):
    modules = {path.stem for path in (EXERCISES / slug).glob("*.py")}
    assert modules - {"__init__", "questions"} == set(LESSONS[slug])


@pytest.mark.parametrize("folder", [*WITH_EXERCISES, "judging"])
def test_exercises_share_only_what_is_for_sharing(folder):
    """An exercise may import an earlier one of its lesson; of other lessons it knows nothing."""
    for file in (EXERCISES / folder).glob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text())))
        named = [
            f"{node.module}.{name.name}"
            for node in nodes
            if isinstance(node, ast.ImportFrom) and not node.level
            for name in node.names
        ]
        named += [
            name.name for node in nodes if isinstance(node, ast.Import) for name in node.names
        ]
        prefix = "fl_course.exercises."
        others = {name.removeprefix(prefix).split(".")[0] for name in named if prefix in name}
        assert others & {*LESSONS, "judging"} <= {folder, "judging"}, file.name


def test_a_lesson_is_known_by_its_slug_in_every_file_name():
    assert {path.stem for path in (ROOT / "lessons").glob("*.py")} == set(LESSONS)
    for language in (ROOT / "translations").iterdir():
        catalogs = {path.stem for path in language.glob("*.po")}
        assert catalogs <= {*LESSONS, "fl_course", "glossary", *(page.name for page in PAGES)}
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    built = [
        file
        for file in files
        if re.fullmatch(r"(notebooks|solutions)/.*\.(ipynb|records\.json)", file)
    ]
    numbered = [file for file in files if re.search(r"(?:^|/)\d\d_|(?:lesson|answers)_?\d", file)]
    assert built
    assert set(numbered) == set(built)


def parts(node):
    """The parts of fl_course that an import statement names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module == "fl_course":
        names = [f"fl_course.{alias.name}" for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        names = []
    return {
        name.split(".")[1]
        for name in names
        if name.startswith("fl_course.") and not name.endswith(".__version__")
    }
