"""Cores that this process may not use, and Python inside another program."""

import math
import os
import pathlib
import subprocess
import sys

import pytest

from fl_course.runtime import SetupError, cores, interpreter

ROOT = pathlib.Path(__file__).parents[2]
A_ROUND = """
import fl_course
fl_course.setup()
import numpy as np, psutil, tensorflow_federated as tff
from fl_course import runtime
add_one = tff.tensorflow.computation(lambda x: x + 1, np.int32)
print(add_one(1), psutil.Process(runtime.worker_pid()).cmdline()[1])
fl_course.use_workers(1)
print(add_one(2))
"""


def run(before):
    return subprocess.run(
        [sys.executable, "-c", before + A_ROUND],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )


def test_as_many_clients_at_a_time_as_cores_that_may_be_used():
    done = run("import os\nos.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])\n")
    assert done.returncode == 0, done.stderr
    _, first, told, last = done.stdout.splitlines()
    assert first == "2 --max_concurrent_computation_calls=1"
    assert "1 worker on this machine, one client at a time" in told
    assert last == "3"


def test_the_cores_are_no_more_than_those_of_this_process():
    assert 1 <= cores.usable() <= len(os.sched_getaffinity(0))


def groups(tmp_path, own, files):
    """Control groups as the kernel shows them: the process's own, and the files by their path."""
    for name, text in files.items():
        file = tmp_path / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "own").write_text(own)
    return cores._limit(tmp_path / "groups", tmp_path / "own")


@pytest.mark.parametrize(
    ("own", "files", "limit"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, math.inf),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000\n", "a/b/cpu.max": "max 100000\n"}, 2.0),
        ("0::/a/b\n", {"a/cpu.max": "max 100000\n", "a/b/cpu.max": "50000 100000\n"}, 0.5),
        ("0::/of/the/host\n", {"cpu.max": "300000 100000\n"}, 3.0),
        (
            "4:memory:/x\n3:cpu,cpuacct:/job\n0::/\n",
            {"cpu/job/cpu.cfs_quota_us": "400000\n", "cpu/job/cpu.cfs_period_us": "100000\n"},
            4.0,
        ),
        (
            "3:cpu:/\n",
            {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
            math.inf,
        ),
        ("0::/\n", {"cpu.max": "what is this\n"}, math.inf),
        ("0::/\n", {}, math.inf),
    ],
)
def test_what_a_container_allows(own, files, limit, tmp_path):
    assert groups(tmp_path, own, files) == limit


def test_a_system_without_control_groups_has_no_limit(tmp_path):
    assert cores._limit(tmp_path / "groups", tmp_path / "own") == math.inf


@pytest.mark.parametrize("limit", [0.2, 1.0, 1.2])
def test_a_part_of_a_core_counts_as_one(limit, monkeypatch):
    monkeypatch.setattr(cores, "_limit", lambda *_: limit)
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: set(range(64)))
    assert cores.usable() == math.ceil(limit)


@pytest.mark.parametrize("named", ["'/bin/false'", "'/usr/sbin/uwsgi'", "''", "None"])
def test_a_round_inside_another_program(named):
    done = run(f"import sys\nsys.executable = {named}\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].startswith("2 ")
    assert done.stdout.splitlines()[-1] == "3"


def test_this_pythons_program_is_itself():
    assert interpreter.python() == sys.executable


@pytest.mark.parametrize("name", ["python", "python3", "python3.13", "python3.13t", "pypy3.11"])
def test_pythons_are_known_by_their_names(name, tmp_path, monkeypatch):
    program = tmp_path / name
    program.touch()
    monkeypatch.setattr(sys, "executable", str(program))
    assert interpreter.python() == str(program)


def test_an_environment_without_a_program_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/sbin/uwsgi")
    for prefix in ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix"):
        monkeypatch.setattr(sys, prefix, str(tmp_path))
    with pytest.raises(SetupError, match=r"another program here \('/usr/sbin/uwsgi'\)"):
        interpreter.python()
