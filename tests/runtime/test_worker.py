"""The worker process: faults caused for real, and nothing left behind."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import psutil
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import runtime
from fl_course.runtime.worker import start_worker, worker_program


@tff.tensorflow.computation(tf.int32)
def add_one(x):
    return x + 1


@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def total(values):
    return tff.federated_sum(values)


def wait_until_gone(pid, seconds=5):
    """Waits for the end of a process that is not this one's child."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def kill_and_wait(pid):
    """Kills a child of this process and waits for its end, leaving its exit code to its owner."""
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def script(path: pathlib.Path, text: str, mode: int = 0o755) -> pathlib.Path:
    path.write_text(textwrap.dedent(text))
    path.chmod(mode)
    return path


def failure(program: pathlib.Path) -> str:
    """The message of the error that a worker program gives at its start, within 10 seconds."""
    start = time.monotonic()
    worker = start_worker(program)
    with pytest.raises(runtime.WorkerError) as caught:
        worker.wait_until_listening()
    assert time.monotonic() - start < 10
    assert not psutil.pid_exists(worker.pid)
    return str(caught.value)


def test_worker_listens_within_seconds_and_stops():
    worker = start_worker()
    worker.wait_until_listening()
    assert worker.is_alive()
    worker.stop()
    assert not worker.is_alive()
    worker.stop()  # again does nothing


def test_worker_is_the_program_of_the_installed_tff():
    assert worker_program().is_relative_to(pathlib.Path(tff.__file__).parent)


def test_illegal_instruction(tmp_path):
    message = failure(script(tmp_path / "worker", "#!/bin/sh\nkill -ILL $$\n"))
    assert "processor lacks an instruction" in message
    assert "Colab" in message


def test_out_of_memory(tmp_path):
    message = failure(script(tmp_path / "worker", "#!/bin/sh\nkill -KILL $$\n"))
    assert "ran out of memory" in message
    assert "fewer clients" in message


def test_other_signal(tmp_path):
    assert "signal SIGABRT" in failure(script(tmp_path / "worker", "#!/bin/sh\nkill -ABRT $$\n"))


def test_not_executable(tmp_path):
    message = failure(script(tmp_path / "worker", "#!/bin/sh\n", mode=0o644))
    assert "can't be executed here" in message
    assert "Permission denied" in message


def test_program_for_another_platform(tmp_path):
    program = tmp_path / "worker"
    program.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(100))
    program.chmod(0o755)
    assert "Exec format error" in failure(program)


def test_last_words_are_quoted(tmp_path):
    message = failure(script(tmp_path / "worker", "#!/bin/sh\necho no port left >&2\nexit 3\n"))
    assert "ended with code 3 (no port left)" in message


def test_killed_worker_is_an_error_then_a_new_one_starts():
    assert add_one(1) == 2
    first = runtime.worker_pid()
    assert total([1, 2]) == 3  # an executor for two clients, which must not outlive its worker
    kill_and_wait(first)
    assert total([1, 2]) == 3
    assert runtime.worker_pid() != first


def test_worker_killed_in_the_middle_of_a_computation():
    @tff.tensorflow.computation(tf.int64)
    def count_long(n):
        return tf.data.Dataset.range(n).reduce(tf.constant(0, tf.int64), lambda total, x: total + x)

    assert add_one(1) == 2
    killer = subprocess.Popen(["sh", "-c", f"sleep 1; kill -9 {runtime.worker_pid()}"])
    start = time.monotonic()
    with pytest.raises(runtime.WorkerError, match="in the middle of a computation"):
        count_long(10**9)  # minutes
    assert time.monotonic() - start < 10
    killer.wait()
    assert add_one(2) == 3


@pytest.mark.parametrize(
    "ending",
    ["pass", "raise ValueError", "import os; os._exit(1)", "import os; os.kill(os.getpid(), 9)"],
    ids=["normal", "exception", "os._exit", "killed"],
)
def test_no_worker_outlives_its_process(ending):
    code = (
        "from fl_course.runtime.worker import start_worker\n"
        "worker = start_worker()\n"
        "print(worker.pid, flush=True)\n"
        f"worker.wait_until_listening()\n{ending}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert wait_until_gone(int(done.stdout))


def test_worker_outlives_the_thread_that_asked_for_it():
    import threading

    workers = []
    thread = threading.Thread(target=lambda: workers.append(start_worker()))
    thread.start()
    thread.join()
    workers[0].wait_until_listening()
    time.sleep(0.2)
    assert workers[0].is_alive()
    workers[0].stop()


def test_ctrl_c_does_not_reach_the_worker():
    assert add_one(1) == 2
    assert os.getpgid(runtime.worker_pid()) != os.getpgid(os.getpid())


def test_works_without_localhost_name_and_behind_a_proxy():
    code = (
        "import os; os.environ['http_proxy'] = 'http://127.0.0.1:9'\n"
        "import fl_course; fl_course.setup()\n"
        "import tensorflow as tf, tensorflow_federated as tff\n"
        "print(tff.tensorflow.computation(lambda x: x + 1, tf.int32)(4))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "5", done.stderr
