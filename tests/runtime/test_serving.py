"""`fl-course worker`: who can reach it, and how it ends."""

import contextlib
import signal
import socket
import subprocess
import sys

import grpc
import psutil
import pytest

from fl_course.runtime import loopback
from fl_course.runtime.worker import start_worker
from tests.runtime.meanwhile import PROMPT

COMMAND = [sys.executable, "-c", "from fl_course.cli import main; main()", "worker"]
OTHERS = loopback.own_addresses()
NO_ANSWER = 1.0  # seconds without one, where another address answers
needs_a_network = pytest.mark.skipif(not OTHERS, reason="this computer has no other address")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(port: int, *options: str):
    process = subprocess.Popen(
        [*COMMAND, "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        process.first_line = process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait(PROMPT)


def is_served(host: str, port: int, within: float = PROMPT) -> bool:
    """Whether gRPC answers at an address, if only that it has no such method."""
    where = f"ipv6:[{host.replace('%', '%25')}]" if ":" in host else f"ipv4:{host}"
    options = [
        ("grpc.enable_http_proxy", 0),
        ("grpc.use_local_subchannel_pool", 1),  # or an earlier call's connection may be used again
    ]
    with grpc.insecure_channel(f"{where}:{port}", options) as channel:
        try:
            channel.unary_unary("/nothing/Nothing")(b"", timeout=within)
        except grpc.RpcError as error:
            return error.code() is grpc.StatusCode.UNIMPLEMENTED
    return True


def test_it_says_what_it_does():
    port = free_port()
    with serving(port, "--concurrency", "3") as process:
        assert process.first_line == (
            f"A worker of TFF 0.87.0 serves at 127.0.0.1:{port}, 3 clients at a time. "
            "Ctrl-C ends it.\n"
        )
        assert is_served("127.0.0.1", port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told(number, hears_ctrl_c):
    port = free_port()
    with serving(port) as process:
        worker = psutil.Process(process.pid).children()[0]
        process.send_signal(number)
        assert process.wait(PROMPT) == 0
        assert process.stderr.read() == ""
        assert not worker.is_running()
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))  # the port is free again


def test_its_worker_ends_with_it_however_it_ends():
    with serving(free_port()) as process:
        worker = psutil.Process(process.pid).children()[0]
        process.kill()
        process.wait(PROMPT)
        psutil.wait_procs([worker], timeout=PROMPT)
        assert not worker.is_running()


def test_it_says_that_the_worker_has_ended():
    with serving(free_port()) as process:
        psutil.Process(process.pid).children()[0].kill()
        assert process.wait(PROMPT) == 1
        said = process.stderr.read()
    assert said.startswith("Error: TFF's worker process ended: it was killed")
    assert said.endswith("Start it again with the same command.\n")


def test_a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with serving(taken.getsockname()[1]) as process:
            assert process.wait(PROMPT) == 1
            assert "can't be used: Address already in use. Give another one" in (
                process.stderr.read()
            )


def test_a_host_that_is_not_this_computer():
    with serving(free_port(), "--host", "203.0.113.7") as process:
        assert process.wait(PROMPT) == 1
        assert "203.0.113.7 is not an address of this computer. Give 127.0.0.1" in (
            process.stderr.read()
        )


@needs_a_network
def test_by_default_no_other_computer_reaches_it():
    port = free_port()
    with serving(port):
        assert is_served("127.0.0.1", port)
        assert [address for address in OTHERS if is_served(address, port, NO_ANSWER)] == []


@needs_a_network
def test_it_is_reached_where_it_was_told():
    port = free_port()
    with serving(port, "--host", OTHERS[0]):
        assert is_served(OTHERS[0], port)
        assert is_served("127.0.0.1", port)
        assert [address for address in OTHERS[1:] if is_served(address, port, NO_ANSWER)] == []
    with serving(port, "--host", "0.0.0.0"):
        assert is_served(OTHERS[0], port)


@needs_a_network
def test_the_notebooks_own_worker_is_for_this_computer_only():
    worker = start_worker()
    try:
        worker.wait_until_listening()
        assert is_served("127.0.0.1", worker.port)
        assert [address for address in OTHERS if is_served(address, worker.port, NO_ANSWER)] == []
    finally:
        worker.stop()


@needs_a_network
@pytest.mark.parametrize("guards", ["own_devices", "own_addresses"])
def test_guards_of_either_kind_keep_others_out(guards, monkeypatch):
    """Where Linux is too old for those of devices, or for one that it has told nothing about."""
    found = getattr(loopback, guards)
    for kind in ("own_devices", "own_addresses"):
        monkeypatch.setattr(loopback, kind, list)
    worker = start_worker()
    try:
        worker.wait_until_listening()
        assert is_served(OTHERS[0], worker.port)
        monkeypatch.setattr(loopback, guards, found)
        worker.guard_new_addresses()
        assert not is_served(OTHERS[0], worker.port, NO_ANSWER)
    finally:
        worker.stop()
