"""What every test run needs, those of the notebooks included."""

import os
from pathlib import Path

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager

from fl_course.authoring.course import read_course
from fl_course.authoring.kernels import OverFiles
from fl_course.authoring.needs import missing
from tests import turns

# Progress bars hold times: the kernels that nbval starts must not draw them.
os.environ["TQDM_DISABLE"] = "1"

# A learner's progress file is not the tests' business.
os.environ["FL_COURSE_PROGRESS"] = "off"

TURNS = pytest.StashKey[turns.Turns]()
# What a lesson needs besides the course's packages may not be there: its stored outputs would not
# come out. File name of its notebook -> what is missing.
LEFT_OUT = {
    lesson.notebook_file: why
    for lesson in read_course(turns.ROOT).lessons
    if (why := missing(lesson.needs))
}
# What takes long comes first, so that no process is left alone with it at the end.
LONGEST = (
    *("solutions", "tests/lessons", "tests/exercises", "tests/runtime", "tests/flower"),
    "tests/soak",
)


class _KernelManager(OverFiles, KernelManager):
    pass


nbval.kernel.KernelManager = _KernelManager


def pytest_addoption(parser):
    group = parser.getgroup("fl-course", "which notebooks are executed: see docs/checks.md")
    group.addoption(
        "--everything", action="store_true", help="Every lesson in every language, blanks included."
    )
    group.addoption(
        "--part", default="1/1", metavar="K/N", help="Of the English lessons, the Kth of N parts."
    )
    group.addoption("--turn", default="", metavar="COMMIT", help="Choose as this commit does.")


def pytest_configure(config):
    here = config.invocation_params.dir
    paths = [here / Path(argument.split("::")[0]) for argument in config.args]
    try:
        config.stash[TURNS] = turns.take(
            commit=config.option.turn,
            part=config.option.part,
            asked=turns.asked_for(paths) - {turns.ENGLISH},  # English has --part.
            every=config.option.everything,
        )
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.option.turn = config.stash[TURNS].commit  # pytest-xdist hands it to its processes.


def pytest_report_header(config):
    left_out = [f"  left out: {name}, since {why}" for name, why in LEFT_OUT.items()]
    return [*config.stash[TURNS].told(), *left_out]


def pytest_ignore_collect(collection_path, config):
    if collection_path.suffix == ".ipynb" and collection_path.is_relative_to(turns.SOLUTIONS):
        wanted = config.stash[TURNS].notebooks.get(collection_path.parent.name, ())
        chosen = collection_path.name in wanted and collection_path.name not in LEFT_OUT
        return None if chosen else True
    return None


def pytest_sessionfinish(session, exitstatus):
    asked = {Path(argument.split("::")[0]).name for argument in session.config.args}
    # Nothing was run, since all that was asked for is left out: the header has said so.
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and asked <= LEFT_OUT.keys():
        session.exitstatus = pytest.ExitCode.OK


def pytest_generate_tests(metafunc):
    if "untouched" in metafunc.fixturenames:
        metafunc.parametrize("untouched", metafunc.config.stash[TURNS].untouched)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    # A notebook that the command line names is collected whatever `pytest_ignore_collect` says.
    left_out = [item for item in items if item.path.name in LEFT_OUT]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.path.name not in LEFT_OUT]

    def place(item):
        path = item.path.relative_to(turns.ROOT).as_posix()
        return next((n for n, long in enumerate(LONGEST) if path.startswith(long)), len(LONGEST))

    # The last lessons train most. The order within a file stays, reversed or not.
    items.sort(key=lambda x: x.path.name if x.path.suffix == ".ipynb" else "", reverse=True)
    items.sort(key=place)
