"""Which modules of the package a lesson comes to run."""

import pathlib

import pytest

from fl_course.authoring.reach import modules_reached

PACKAGE = {
    "__init__.py": "def setup():\n    from fl_course import runtime",
    "localization.py": "",
    "runtime/__init__.py": "_MODULES = {'start': 'engine'}\ndef __getattr__(name): ...",
    "runtime/engine.py": "from fl_course.localization import say\nsay('')",
    "plotting/__init__.py": "from fl_course.plotting.digits_of import digits\n"
    "from fl_course.plotting.curves import roc, learning",
    "plotting/digits_of.py": "from fl_course.plotting import style\nstyle.use()",
    "plotting/curves.py": "def learning():\n    from fl_course import models\n    models.make()",
    "plotting/style.py": "",
    "models.py": "",
    "data/__init__.py": "from fl_course.data.clients import load\ndef __getattr__(name): ...",
    "data/clients.py": "",
    "data/tables.py": "",
    "exercises/__init__.py": "from fl_course.exercises.lessons import lesson",
    "exercises/lessons.py": "",
    "exercises/judging/__init__.py": "",
    "exercises/judging/forms.py": "",
    "exercises/judging/shown.py": "",
    "exercises/adding/__init__.py": "from . import add_two",
    "exercises/adding/add_two.py": "from fl_course.exercises.judging import forms\nforms.number(1)",
    "exercises/printing/__init__.py": "from . import hello",
    "exercises/printing/hello.py": "import fl_course.exercises.judging.shown",
    "authoring/__init__.py": "",
    "cli.py": "",
}
ALWAYS = {
    *("__init__.py", "localization.py", "runtime/__init__.py", "runtime/engine.py"),
    *("exercises/adding/__init__.py", "exercises/adding/add_two.py", "exercises/judging/forms.py"),
}
FIGURE = {"plotting/digits_of.py", "plotting/style.py"}
CURVES = {"plotting/curves.py", "models.py"}
DATA = {"data/__init__.py", "data/clients.py", "data/tables.py"}


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> pathlib.Path:
    root = tmp_path_factory.mktemp("package")
    for name, text in PACKAGE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("code", "also"),
    [
        ("import fl_course\nfl_course.setup()", set()),
        ("import numpy as np\nfrom tensorflow import data", set()),
        ("from fl_course import plotting\nplotting.digits([])", FIGURE),
        ("from fl_course import plotting as p\np.roc()\nx.digits()", CURVES),
        ("from fl_course.plotting import digits\ndigits([])", FIGURE),
        (
            "import fl_course\nfl_course.plotting.digits([])",
            FIGURE | CURVES | {"plotting/__init__.py"},
        ),
        (
            "from fl_course import plotting\ndraw(plotting)",
            FIGURE | CURVES | {"plotting/__init__.py"},
        ),
        ("from fl_course import data\ndata.load()", {"data/clients.py"}),
        ("from fl_course import data\ndata.from_table()", DATA),  # who knows where it is
        ("import fl_course.models", {"models.py"}),
        ("import fl_course.models as m\nm.make()", {"models.py"}),
        ("def f():\n    from fl_course.models import make\n    make()", {"models.py"}),
        (
            "from fl_course import exercises\nex = exercises.lesson('adding')",
            {"exercises/lessons.py"},
        ),
    ],
)
def test_what_the_cells_name_and_what_that_imports(package, code, also):
    assert modules_reached(package, code, "adding") == ALWAYS | also


def test_the_exercises_are_those_of_the_lesson(package):
    reached = modules_reached(package, "", "printing")
    assert {"exercises/printing/hello.py", "exercises/judging/shown.py"} <= reached
    assert not reached & {"exercises/adding/add_two.py", "exercises/judging/forms.py"}


def test_a_lesson_without_exercises(package):
    assert not [x for x in modules_reached(package, "", "reading") if x.startswith("exercises")]
