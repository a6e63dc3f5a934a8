"""A test that never ends, a process that is killed, and a run that waits for ever all end."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
CONFTEST = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.limits import LastLine

def pytest_configure(config):
    config.pluginmanager.register(LastLine(config, grace=1))
"""
# Hangs as native code does: no signal interrupts it, and with PyDLL no other thread runs Python.
IN_C = """
import ctypes

def hang(library):
    mutex = ctypes.create_string_buffer(64)
    library.pthread_mutex_lock(mutex)
    library.pthread_mutex_lock(mutex)
"""


@pytest.fixture
def run(tmp_path, pytestconfig):
    """Runs test modules with this project's limits; gives what was printed."""
    # All but what nbval is told: it takes a second of every process to import.
    options = [word for word in pytestconfig.getini("addopts") if not word.startswith("--nbval")]
    assert options
    only = ["-p", "xdist.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    (tmp_path / "pytest.ini").write_text("[pytest]\nsession_timeout = 100\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)

    def run(*more, **modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *only, *options, *more, "."],
            cwd=tmp_path,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=250,
        )
        assert done.returncode == 1, done.stdout
        return done.stdout

    return run


IN_TWO_PROCESSES = ("-n", "2", "--dist", "loadfile")
OTHERS = {f"test_{letter}": "".join(f"def test_{i}(): pass\n" for i in range(4)) for letter in "cd"}


def test_a_test_that_waits_for_ever_fails_and_the_next_one_runs(run):
    said = run(
        "--timeout=1",
        test_a="import time\ndef test_waits(): time.sleep(1000)\ndef test_next(): pass\n",
    )
    assert "1 failed, 1 passed" in said
    assert "Failed: Timeout (>1.0s)" in said


def test_what_no_signal_reaches_is_ended_and_named(run):
    """In two processes, one of which holds Python's lock.

    Not at once, or their stacks are mixed; and of two files, each process gets one.
    """
    before = f"{IN_C}\ndef test_before(): pass\n"
    said = run(
        "--timeout=1",
        *IN_TWO_PROCESSES,
        test_a=f"{before}def test_keeps_the_lock(): hang(ctypes.PyDLL(None))\n",
        test_b=f"import pytest\n{before}@pytest.mark.timeout(5)\n"
        "def test_lets_python_run(): hang(ctypes.CDLL(None))\n",
    )
    for name in ("test_keeps_the_lock", "test_lets_python_run"):
        assert f"in {name}\n" in said, "no stack"
        assert re.search(rf"crashed while running 'test_[ab].py::{name}'", said)
    assert said.count("Timeout (0:00:0") == 2


def test_cleaning_up_after_a_failure_is_limited_too(run):
    said = run(
        "--timeout=1",
        test_a=(
            f"{IN_C}\nimport pytest\n@pytest.fixture\ndef held():\n    yield\n"
            "    hang(ctypes.CDLL(None))\n\ndef test_fails(held):\n    assert False\n"
        ),
    )
    assert "in held\n" in said


def test_a_killed_process_ends_the_run(run, tmp_path):
    """With --dist loadfile, pytest-xdist ran the test again and then waited for ever."""
    test = "    open(__file__ + '.ran', 'a').write('x')\n    os.kill(os.getpid(), 9)\n"
    said = run(
        *IN_TWO_PROCESSES,
        test_a=f"import os\ndef test_1(): pass\ndef test_killed():\n{test}def test_3(): pass\n",
        **OTHERS,
    )
    assert "crashed while running 'test_a.py::test_killed'" in said
    assert (tmp_path / "test_a.py.ran").read_text() == "x"


def test_a_run_that_waits_for_ever_ends(run, tmp_path):
    """In pytest-xdist's own process, which no test's limit is about."""
    waits = "import time\ndef pytest_xdist_make_scheduler():\n    time.sleep(1000)\n"
    (tmp_path / "conftest.py").write_text(CONFTEST + waits)
    said = run("--session-timeout=2", *IN_TWO_PROCESSES, **OTHERS)
    assert "in pytest_xdist_make_scheduler\n" in said


@pytest.mark.parametrize("name", ["timeout", "session_timeout"])
def test_every_test_and_every_run_has_a_limit(pytestconfig, name):
    assert float(pytestconfig.getini(name)) > 0
