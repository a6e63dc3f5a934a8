"""No other computer reaches a worker, at whatever address and whenever it gets that address.

In a network that each test makes for itself: the first computer of it has the worker, and is joined
to a second one by a cable.
"""

import os
import subprocess
import sys
import textwrap

import pytest

OWN_NETWORK = ("unshare", "--map-root-user", "--net")
PATIENCE = 60  # seconds

HELPERS = """
import contextlib, os, subprocess, sys, time
import psutil
from fl_course.runtime import loopback
from fl_course.runtime.worker import start_worker
from tests.runtime.test_serving import is_served

def ip(*arguments, before=()):
    subprocess.run([*before, "ip", *arguments], check=True)

def reached_from_the_other(address, port):
    code = "from tests.runtime.test_serving import is_served\\n"
    code += f"print(is_served({address!r}, {port}, 1.0))"
    done = subprocess.run([*THERE, sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    return done.stdout == b"True\\n"

def cable():
    ip("link", "add", "cable0", "type", "veth", "peer", "name", "cable1")

def connect():
    ip("link", "set", "cable1", "netns", str(other.pid))
    for before, device, number in (((), "cable0", 1), (THERE, "cable1", 2)):
        ip("link", "set", device, "up", before=before)
        ip("addr", "add", f"10.9.9.{number}/24", "dev", device, before=before)
        ip("addr", "add", f"fd00::{number}/64", "dev", device, "nodad", before=before)

@contextlib.contextmanager
def worker_of(**options):
    worker = start_worker(**options)
    try:
        worker.wait_until_listening()
        assert is_served("127.0.0.1", worker.port)
        yield worker
        assert is_served("127.0.0.1", worker.port)
    finally:
        worker.stop()

other = subprocess.Popen(["unshare", "--net", "sleep", "60"])
THERE = ["nsenter", "--target", str(other.pid), "--net"]
try:
    ip("link", "set", "lo", "up")
    while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
        time.sleep(0.01)
    ip("link", "set", "lo", "up", before=THERE)  # gRPC's clients look for IPv6 there
"""
END = """
    print("held")
finally:
    other.kill()
"""


def is_possible():
    try:
        code = "ip link add v0 type veth peer name v1 && ip link add v2 type bridge && nsenter true"
        return subprocess.run([*OWN_NETWORK, "sh", "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not is_possible(), reason="no networks of one's own here")


def holds(code):
    program = HELPERS + textwrap.indent(textwrap.dedent(code), "    ") + END
    done = subprocess.run(
        [*OWN_NETWORK, sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert done.stdout == "held\n", done.stderr


def test_a_device_that_comes_later_is_guarded():
    holds("""
        with worker_of() as worker:
            cable()
            connect()
            time.sleep(0.1)
            assert not reached_from_the_other("10.9.9.1", worker.port)
            assert not reached_from_the_other("fd00::1", worker.port)
        with worker_of(open_to="0.0.0.0") as worker:  # it is no fault of the cable
            assert reached_from_the_other("10.9.9.1", worker.port)
            assert reached_from_the_other("fd00::1", worker.port)
    """)


def test_a_devices_later_addresses_need_no_one_to_look():
    holds("""
        loopback._Watcher.tell = lambda *_: None
        loopback.own_addresses = list
        cable()
        with worker_of() as worker:
            connect()
            assert not reached_from_the_other("10.9.9.1", worker.port)
            assert not reached_from_the_other("fd00::1", worker.port)
    """)


def test_a_later_address_of_the_loopback_device_is_guarded_at_once():
    holds("""
        with worker_of() as worker:
            ip("addr", "add", "10.8.8.8/32", "dev", "lo")
            time.sleep(0.1)
            assert not is_served("10.8.8.8", worker.port, 1.0)
    """)


def test_where_one_address_is_open_later_ones_are_not():
    holds("""
        cable()
        ip("addr", "add", "10.9.9.1/24", "dev", "cable0")
        with worker_of(open_to="10.9.9.1") as worker:
            ip("addr", "del", "10.9.9.1/24", "dev", "cable0")
            connect()
            time.sleep(0.1)
            assert reached_from_the_other("10.9.9.1", worker.port)
            assert not reached_from_the_other("fd00::1", worker.port)
    """)


def test_guards_of_what_is_gone_go_and_come_again():
    holds("""
        def guards():
            time.sleep(0.1)
            return [c.status for c in psutil.Process().net_connections("tcp")].count("LISTEN")
        ip("link", "add", "stays", "type", "bridge")
        ip("addr", "add", "10.7.7.7/24", "dev", "stays")
        with worker_of() as worker:
            before = guards()
            for _ in range(2):
                cable()
                ip("addr", "add", "10.9.9.1/24", "dev", "cable0")
                ip("link", "set", "cable0", "up")
                assert guards() > before
                assert not is_served("10.9.9.1", worker.port, 1.0)
                ip("link", "del", "cable0")
                assert guards() == before
    """)
