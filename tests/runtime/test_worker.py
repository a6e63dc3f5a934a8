"""The worker process: faults at its start, caused for real, and nothing left behind."""

import itertools
import pathlib
import re
import socket
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import tensorflow_federated as tff

from fl_course import runtime
from fl_course.runtime import worker as worker_module
from fl_course.runtime.worker import start_worker, worker_program
from tests.runtime import programs
from tests.runtime.meanwhile import PROMPT, within


def wait_until_gone(pid, seconds=PROMPT):
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


def failure(program: pathlib.Path) -> str:
    """The message of the error that a worker program gives at its start, not after a minute."""
    worker = start_worker(program)
    with within(PROMPT), pytest.raises(runtime.WorkerError) as caught:
        worker.wait_until_listening()
    assert not psutil.pid_exists(worker.pid)
    return str(caught.value)


def run(code, *before):
    """Runs Python code in a process of its own, with a command such as unshare before it."""
    return subprocess.run(
        [*before, sys.executable, "-c", code], capture_output=True, text=True, check=False
    )


def is_possible(*command):
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0


own_network = pytest.mark.skipif(
    not is_possible("unshare", "--map-root-user", "--net"), reason="no network namespaces here"
)
own_mounts = pytest.mark.skipif(
    not is_possible("unshare", "--map-root-user", "--mount"), reason="no mount namespaces here"
)


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
    message = failure(programs.with_an_illegal_instruction(tmp_path / "worker"))
    assert "lacks an instruction that TFF was compiled for" in message
    assert "Colab" in message


def test_an_instruction_that_tensorflow_misses_itself(tmp_path):
    text = (
        "#!/bin/sh\n"
        "echo The TensorFlow library was compiled to use FMA instructions, but these >&2\n"
        "echo qemu: uncaught target signal 6 >&2\n"
        "kill -ABRT $$\n"
    )
    message = failure(programs.script(tmp_path / "worker", text))
    assert "lacks an instruction that TFF was compiled for" in message


def test_killed(tmp_path):
    message = failure(programs.script(tmp_path / "worker", "#!/bin/sh\nkill -KILL $$\n"))
    assert "it was killed, most often because the computer ran out of memory" in message
    assert "fewer clients" in message


def test_no_memory_for_the_program(tmp_path):
    program = programs.script(
        tmp_path / "worker", f'#!/bin/sh\nulimit -v 100000\nexec {worker_program()} "$@"\n'
    )
    message = failure(program)
    assert "a limit leaves no room" in message
    assert "`ulimit -v`" in message


def test_other_signal(tmp_path):
    program = programs.script(tmp_path / "worker", "#!/bin/sh\necho why >&2\nkill -ABRT $$\n")
    assert "signal SIGABRT (why)" in failure(program)


def test_not_executable(tmp_path):
    message = failure(programs.script(tmp_path / "worker", "#!/bin/sh\n", mode=0o644))
    assert "can't be executed here" in message
    assert "Permission denied" in message
    assert "allows programs to be run" in message


@own_mounts
def test_disk_that_allows_no_programs(tmp_path):
    code = (
        "import pathlib, shutil, subprocess, sys\n"
        "from fl_course import runtime\n"
        "from fl_course.runtime.worker import start_worker\n"
        "folder = sys.argv[1]\n"
        "subprocess.run(['mount', '-t', 'tmpfs', '-o', 'noexec', 'none', folder], check=True)\n"
        "shutil.copy('/bin/true', folder)\n"
        "try:\n"
        "    start_worker(pathlib.Path(folder, 'true')).wait_until_listening()\n"
        "except runtime.WorkerError as error:\n"
        "    print(error)\n"
    )
    before = ("unshare", "--map-root-user", "--mount")
    done = subprocess.run(
        [*before, sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True
    )
    assert "can't be executed here" in done.stdout
    assert "lies on a disk that allows programs to be run" in done.stdout


def test_program_for_another_platform(tmp_path):
    message = failure(programs.for_another_processor(tmp_path / "worker"))
    assert "Exec format error" in message
    assert "made for another kind of computer" in message


def test_last_words_are_quoted(tmp_path):
    program = programs.script(tmp_path / "worker", "#!/bin/sh\necho no luck >&2\nexit 3\n")
    assert "ended with code 3 (no luck)" in failure(program)


def test_only_what_computations_print_is_passed_on(tmp_path):
    own_notes = (
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1764400000.123456   12345 cpu_feature_guard.cc:210] AVX2 is used.",
        "E1129 13:00:00.000000 12345 server.cc:5] a note",
        "2026-11-29 13:00:00.123456: W tensorflow/core/framework/op_kernel.cc:1] a warning",
    )
    learners = (
        "loss 0.5",
        "I think, therefore",
        "WARNING: the learner's own",
        "E = mc2",
        "2026-11-29 is a day",
        "",
        "  W0",
    )
    mixed = (
        line for pair in zip(learners, itertools.cycle(own_notes), strict=False) for line in pair
    )
    (tmp_path / "lines").write_text("\n".join(mixed))
    program = programs.script(
        tmp_path / "worker", f"#!/bin/sh\ncat {tmp_path}/lines\nexec sleep 600\n"
    )
    worker = start_worker(program)
    try:
        told = []
        with within(PROMPT):
            while len(told) < len(learners):
                told += worker.new_words().splitlines()
        assert told == list(learners)
        assert worker.new_words() == ""
    finally:
        worker.stop()


def test_worker_that_never_answers(tmp_path):
    message = failure(programs.script(tmp_path / "worker", "#!/bin/sh\nexec sleep 60\n"))
    (seconds,) = re.findall(r"did not answer within (\d+) seconds", message)
    assert 7 <= int(seconds) < PROMPT
    assert "firewall" in message


def test_worker_that_starts_slowly_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_module, "_IDLE_START", 2.0)
    program = programs.script(
        tmp_path / "worker",
        f"""\
        #!/bin/sh
        # Busy for longer than an idle worker is waited for.
        end=$(($(date +%s) + 4))
        while [ "$(date +%s)" -lt $end ]; do :; done
        exec {worker_program()} "$@"
        """,
    )
    worker = start_worker(program)
    try:
        worker.wait_until_listening()
    finally:
        worker.stop()


def taken_port():
    """A port on which another program listens, and the socket that keeps it so."""
    listener = socket.create_server(("0.0.0.0", 0))
    return listener, listener.getsockname()[1]


def test_a_port_that_was_taken_is_given_up_for_another(monkeypatch):
    listener, port = taken_port()
    reserve_port = worker_module._reserve_port
    chosen = iter([lambda _: (socket.socket(), port)])
    monkeypatch.setattr(worker_module, "_reserve_port", lambda _: next(chosen, reserve_port)(0))
    worker = start_worker()
    try:
        assert worker.port == port
        worker.wait_until_listening()
        assert worker.port != port
    finally:
        worker.stop()
        listener.close()


def test_every_port_taken(monkeypatch):
    listener, port = taken_port()
    monkeypatch.setattr(worker_module, "_reserve_port", lambda _: (socket.socket(), port))
    with pytest.raises(runtime.WorkerError, match=f"port {port} is taken by another program"):
        start_worker().wait_until_listening()
    listener.close()


def test_no_one_can_take_the_port_before_the_worker_has_it():
    reservation, port = worker_module._reserve_port(0)
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("127.0.0.1", port))
    reservation.close()


def test_a_fixed_port_that_is_taken_is_told():
    listener, port = taken_port()
    with pytest.raises(runtime.WorkerError, match=r"could (not start|not be started)"):
        start_worker(port=port).wait_until_listening()
    listener.close()


WORKS = (
    "import fl_course; fl_course.setup()\n"
    "import tensorflow as tf, tensorflow_federated as tff\n"
    "print(tff.tensorflow.computation(lambda x: x + 1, tf.int32)(4))"
)


@own_network
def test_no_loopback_network():
    code = (
        "from fl_course import runtime\n"
        "from fl_course.runtime.worker import start_worker\n"
        "try:\n"
        "    start_worker().wait_until_listening()\n"
        "except runtime.WorkerError as error:\n"
        "    print(error)\n"
    )
    done = run(code, "unshare", "--map-root-user", "--net")
    assert "this computer can't reach itself at 127.0.0.1" in done.stdout, done.stderr
    assert "ip link set lo up" in done.stdout


@own_mounts
def test_works_where_no_address_is_named_localhost_and_the_disk_is_full(tmp_path):
    steps = [
        "mount --bind /dev/null /etc/hosts && mount --bind /dev/null /etc/resolv.conf",
        f"mount -t tmpfs -o size=1m none {tmp_path}",
        f"{{ head -c 2m /dev/zero > {tmp_path}/fill || true; }} && ! echo more > {tmp_path}/more",
        "{ getent hosts localhost || echo no localhost; }",
        f"TMPDIR={tmp_path} HOME={tmp_path} exec {sys.executable} -c '{WORKS}'",
    ]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", " && ".join(steps)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path.parent,
    )
    assert done.stdout.splitlines()[-1] == "5", done.stderr
    if done.stdout.splitlines()[0] != "no localhost":
        pytest.skip(
            "this system knows localhost without /etc/hosts; the full disk was no hindrance"
        )


def test_works_behind_a_proxy(monkeypatch):
    """gRPC reads the variable when it connects, which the context does to its own worker."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    context = tff.backends.native.create_sync_local_cpp_execution_context()
    with tff.framework.get_context_stack().install(context):
        assert tff.tensorflow.computation(lambda x: x + 1, np.int32)(4) == 5


def test_no_more_open_files():
    code = (
        "import resource\n"
        "from fl_course import runtime\n"
        "from fl_course.runtime.worker import start_worker\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))\n"
        "try:\n"
        "    start_worker()\n"
        "except runtime.WorkerError as error:\n"
        "    print(error)\n"
    )
    done = run(code)
    assert "could not be started: Too many open files" in done.stdout, done.stderr
    assert "ulimit" in done.stdout


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
    assert wait_until_gone(int(run(code).stdout))


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
