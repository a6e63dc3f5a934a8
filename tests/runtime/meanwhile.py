"""What happens to a computation from outside while it runs: signals, Ctrl-C."""

import contextlib
import os
import signal
import threading
import time

import psutil
import pytest

PROMPT = 30.0  # seconds; far from for ever, and met on a machine that is busy with much else


@pytest.fixture
def hears_ctrl_c():
    """This process hears Ctrl-C during the test, and so does what it starts.

    A shell's background (`nohup make test &`, some CI systems) ignores it, and so does all that is
    started there, until it says otherwise.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press_ctrl_c():
    """Presses Ctrl-C, as the terminal does; the test uses `hears_ctrl_c`."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


@contextlib.contextmanager
def within(seconds):
    """Fails if the block takes longer."""
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    assert took < seconds, f"took {took:.1f} s, and {seconds} were allowed"


@contextlib.contextmanager
def after(seconds, do):
    """Does something after some seconds, from another thread, unless the block has ended."""
    timer = threading.Timer(seconds, do)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextlib.contextmanager
def once_at_work(pid, do):
    """Does something when a process has begun to compute, from another thread.

    Not after some seconds: on a busy machine, what is computed may not have begun by then.
    """
    worker = psutil.Process(pid)
    idle = worker.cpu_times().user
    ended = threading.Event()
    did = threading.Event()

    def watch():
        while worker.cpu_times().user < idle + 0.02:
            if ended.wait(0.001):
                return
        did.set()
        do()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert did.is_set(), f"process {pid} did not begin to compute"


def kill_and_wait(pid):
    """Kills a child of this process and waits for its end, leaving its exit code to its owner."""
    os.kill(pid, signal.SIGKILL)
    # Its owner looks after it from a thread, and may have collected the code already.
    with contextlib.suppress(ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def wait_until(condition, what, seconds=PROMPT):
    """Waits for a condition; fails with what it waited for."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.02)
