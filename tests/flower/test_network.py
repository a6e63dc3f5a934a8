"""A SuperLink and SuperNodes as processes: that they compute, that they end, and what is said."""

import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from fl_course import flower
from fl_course.flower import network as networks
from fl_course.flower.processes import Process
from tests.flower.apps import write_app, write_files

pytestmark = pytest.mark.skipif(
    not flower.is_ready(), reason="Flower's environment is not there: fl-course flower"
)
SECONDS = 30  # for what takes one, on a busy machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("flower")


@pytest.fixture(scope="module")
def app(folder):
    return write_app(folder / "app")


@pytest.fixture(scope="module")
def files(folder):
    data = folder / "data of 10:00"  # with what separates paths in lists of them
    data.mkdir()
    return write_files(data, anna=1.0, ben=3.0)


@pytest.fixture(scope="module")
def network(files):
    with_two = flower.start(files)
    yield with_two
    with_two.stop()


def are_gone(pids):
    end = time.monotonic() + SECONDS
    while any(psutil.pid_exists(pid) and not is_zombie(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def is_zombie(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def test_a_run_computes_and_each_process_opens_its_own_file_only(network, app):
    assert network.running() == ["anna", "ben"]
    assert network.num_processes() == 6
    results = network.run(app, rounds=2)
    assert np.load(results / "weights.npy").tolist() == [4.0] * 3
    assert network.opened() == {"SuperLink": [], "anna": ["anna"], "ben": ["ben"]}


def test_an_error_in_the_server_app_is_told(network, folder):
    broken = write_app(folder / "broken", "raise LookupError('no such hospital')")
    with pytest.raises(flower.FlowerError, match=r"without a result.*no such hospital"):
        network.run(broken)


def test_an_app_that_flower_refuses_is_told(network, folder):
    bad = write_app(folder / "bad")
    (bad / "pyproject.toml").write_text("[project]\nname = 'bad'\n")
    with pytest.raises(flower.FlowerError, match="without a result"):
        network.run(bad)


def test_a_wait_has_an_end(network, app):
    run = network.begin(app, rounds=1)
    with pytest.raises(flower.FlowerError, match="Waited 1 seconds for 'never said' in the log"):
        run.wait_for("never said", seconds=1)
    assert np.load(run.wait() / "weights.npy").tolist() == [2.0] * 3


def test_a_node_that_does_not_encrypt_is_refused(network, files, folder):
    (port,) = networks._free_ports(1)
    command = ["supernode.py", "--superlink", network.address, "--insecure", "--host", "127.0.0.1"]
    stranger = Process(
        "stranger", [*command, "--port", str(port), "--max-retries", "1"], folder / "stranger"
    )
    try:
        end = time.monotonic() + SECONDS
        while stranger.is_alive() and time.monotonic() < end:
            time.sleep(0.1)
        assert not stranger.is_alive()
        assert "SuperNode ID" not in stranger.log()
        assert "Failed to initialize the connection" in stranger.log()
    finally:
        stranger.kill()


def test_nothing_of_the_network_is_told_to_others(network):
    place = psutil.Process(network._processes["SuperLink"].pid)
    listening = [x.laddr.ip for x in place.net_connections() if x.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]
    surroundings = place.environ()
    assert surroundings["FLWR_TELEMETRY_ENABLED"] == "0"
    assert surroundings["FLWR_DISABLE_UPDATE_CHECK"] == "1"


def test_two_networks_at_once_do_not_meet(network, app, folder):
    others = networks.Network(write_files(folder, cleo=10.0, dan=20.0), {})
    try:
        runs = [others.begin(app, rounds=1), network.begin(app, rounds=1)]
        values = [np.load(run.wait() / "weights.npy")[0] for run in runs]
        assert values == [15.0, 2.0]
    finally:
        pids = [pid for process in others._processes.values() for pid in process.family()]
        root = others._root
        others.stop()
        others.stop()  # does no harm
    assert are_gone(pids)
    assert others.num_processes() == 0
    assert not root.exists()
    assert network.num_processes() == 6


def test_the_superlinks_end_ends_a_wait(app, files):
    alone = networks.Network(files, {"anna": {"pause": 600}})
    try:
        run = alone.begin(app, rounds=1)
        run.wait_for("[ROUND 1/")
        os.kill(alone._processes["SuperLink"].pid, signal.SIGKILL)
        with pytest.raises(flower.FlowerError, match="the SuperLink has ended"):
            run.wait(seconds=SECONDS)
        with pytest.raises(flower.FlowerError, match=r"Start another: flower.start\(...\)"):
            alone.begin(app)
    finally:
        alone.stop()


def test_a_port_that_is_taken_meanwhile_is_exchanged(files, monkeypatch):
    free_ports = networks._free_ports
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answers = [[taken.getsockname()[1]] * 2] * 2

        def first_taken(count):
            return answers.pop()[:count] if answers else free_ports(count)

        monkeypatch.setattr(networks, "_free_ports", first_taken)
        # The first answer is for the SuperLink; the second one, for its next try, is taken too.
        with_other_ports = networks.Network({"anna": files["anna"]}, {})
    try:
        assert with_other_ports.running() == ["anna"]
    finally:
        with_other_ports.stop()


def test_a_nodes_port_that_is_taken_meanwhile_is_exchanged(files, monkeypatch):
    free_ports = networks._free_ports
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        def taken_for_nodes(count):
            if count == len(files):
                return [taken.getsockname()[1], *free_ports(count - 1)]
            return free_ports(count)

        monkeypatch.setattr(networks, "_free_ports", taken_for_nodes)
        with_other_ports = networks.Network(files, {})
    try:
        assert with_other_ports.running() == ["anna", "ben"]
    finally:
        with_other_ports.stop()


PROGRAM = """
import os, pathlib, sys, time
from fl_course import flower
from fl_course.flower import network as networks
folder = pathlib.Path(sys.argv[1])
files = {name: folder / "data of 10:00" / f"{name}.npz" for name in ("anna", "ben")}
network = flower.start(files, settings={"anna": {"pause": 600}})
run = network.begin(folder / "app", rounds=1)
run.wait_for("[ROUND 1/")
while network.num_processes() < 10:  # with the run, ServerApp and both ClientApps
    time.sleep(0.1)
pids = [pid for process in network._processes.values() for pid in process.family()]
print(*pids, flush=True)
"""


@pytest.mark.parametrize("ending", ["killed", "at its end", "by an error"])
def test_no_process_outlives_the_notebook_however_it_ends(app, files, folder, ending):
    last = {"killed": "time.sleep(600)", "at its end": "", "by an error": "raise ValueError"}
    command = [sys.executable, "-c", PROGRAM + last[ending], str(folder)]
    notebook = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        pids = [int(pid) for pid in notebook.stdout.readline().split()]
        if ending == "killed":
            notebook.kill()
        notebook.communicate(timeout=SECONDS)
    finally:
        notebook.kill()
    assert len(pids) >= 10
    assert are_gone(pids)


def test_a_second_start_ends_the_first(files):
    first = flower.start({"anna": files["anna"]})
    pids = [pid for process in first._processes.values() for pid in process.family()]
    second = flower.start(files)
    try:
        assert are_gone(pids)
        assert second.running() == ["anna", "ben"]
        second.kill("ben")
        assert second.running() == ["anna"]
    finally:
        second.stop()
