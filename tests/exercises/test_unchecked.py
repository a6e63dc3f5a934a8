import pytest
from IPython.core.interactiveshell import InteractiveShell

from fl_course.exercises import progress, unchecked

FIRST = "from fl_course import exercises\nex = exercises.lesson('centralized_training')"


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs cells in a shell of IPython, and gives how often each exercise was tried."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    monkeypatch.setattr(unchecked, "_known", set())
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)

    def run(*cells):
        for cell in (FIRST, FIRST, *cells):
            shell.run_cell(cell)
        return progress.kept().tried

    return run


@pytest.mark.parametrize(
    "answer",
    [
        "x = 1 / 0\nx = ex.reshape_and_scale.check(x)",
        "x = ex.reshape_and_scale.check(unheard_of)",
        "x = = 1\nx = ex.reshape_and_scale.check(x)",
        "def f():\n    return 1 / 0\n\n\nf()\nx = ex.reshape_and_scale.check(f)",
    ],
)
def test_an_answer_that_raises_before_its_check_is_a_try(run, answer):
    assert run(answer, answer) == {"reshape_and_scale": 2}


@pytest.mark.parametrize(
    "cell",
    [
        "1 / 0",
        "x = 1 / 0\nother.unheard_of.check(x)",
        "x = 1 / 0\ny = ...\nex.reshape_and_scale.check(x)",
        "def f():\n    ...\n\n\nf() + 1\nex.reshape_and_scale.check(f)",
        "raise KeyboardInterrupt\nex.reshape_and_scale.check(1)",
        "x = 1\n# ex.reshape_and_scale.check(x)",
    ],
)
def test_anything_else_is_none(run, cell):
    assert run(cell) == {}


def test_what_raises_after_its_check_is_counted_once(run):
    tried = run("ex.reshape_and_scale.check(1)\n1 / 0", "ex.reshape_and_scale.check(1)")
    assert tried == {"reshape_and_scale": 2}
    # The next check of a cell is missed when its answer raises.
    both = "ex.reshape_and_scale.check(1)\nx = 1 / 0\nex.compile_model.check(x)"
    assert run(both) == {"reshape_and_scale": 3, "compile_model": 1}


def test_what_is_solved_is_not_tried_again(run):
    progress.record("reshape_and_scale")
    assert run("ex.reshape_and_scale.check(1 / 0)") == {"reshape_and_scale": 1}
