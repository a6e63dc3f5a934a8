"""The tests that press Ctrl-C can do so where it was switched off before they started."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).parent.parent
SLEEPER = "import time; print(flush=True); time.sleep(100)"
GENERATED = f"""
import signal, subprocess, sys, time
import pytest
from tests.runtime.meanwhile import after, hears_ctrl_c, press_ctrl_c

def test_it_was_switched_off():
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

def test_this_process_hears_it(hears_ctrl_c):
    with after(0.1, press_ctrl_c), pytest.raises(KeyboardInterrupt):
        time.sleep(100)

def test_what_it_starts_hears_it(hears_ctrl_c):
    child = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], stdout=-1, stderr=-1)
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in child.communicate(timeout=60)[1].decode()

def test_it_is_switched_off_again():
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
"""


def test_ctrl_c_is_heard_in_a_shells_background(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(GENERATED)
    run_tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path]
    done = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *run_tests],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


SENDERS = [
    path
    for path in sorted(TESTS.rglob("test_*.py"))
    if re.search("SIGINT|press_ctrl_c", path.read_text())
]


@pytest.mark.parametrize("path", SENDERS, ids=lambda path: path.stem)
def test_whoever_sends_it_sees_to_it_that_it_is_heard(path):
    """Or a process that waits for it waits for ever."""
    assert re.search(r"def test_.*hears_ctrl_c|usefixtures\(\"hears_ctrl_c", path.read_text())
