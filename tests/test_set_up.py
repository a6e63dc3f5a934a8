"""The set-up behind the two commands: which Python it takes, and what it says if none fits."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent


def run(script, *arguments, **env):
    return subprocess.run(
        ["sh", f"tools/{script}", *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def fake_python(tmp_path):
    """Makes a program that says it is some version of Python."""

    def make(version):
        program = tmp_path / f"python-{version}"
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
        return str(program)

    return make


def test_newest_suitable_python_is_found_and_runs():
    done = run("find_python.sh")
    assert done.returncode == 0, done.stderr
    version = subprocess.run(
        [done.stdout.strip(), "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.startswith(("Python 3.11.", "Python 3.12.", "Python 3.13."))


def test_the_newest_of_two_wins(tmp_path):
    for version in ("3.11", "3.13"):
        program = tmp_path / f"python{version}"
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    found = run("find_python.sh", PATH=f"{tmp_path}:/usr/bin:/bin", PYENV_ROOT="/nowhere")
    assert found.stdout.strip() == str(tmp_path / "python3.13")


def test_a_command_that_only_pretends_is_passed_over(tmp_path):
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    broken.chmod(0o755)
    good = tmp_path / "python3.12"
    good.write_text("#!/bin/sh\necho 3.12\n")
    good.chmod(0o755)
    found = run("find_python.sh", PATH=f"{tmp_path}:/usr/bin:/bin", PYENV_ROOT="/nowhere")
    assert found.stdout.strip() == str(good)


def test_no_suitable_python():
    done = run("find_python.sh", "3.99")
    assert done.returncode == 1
    assert "No Python 3.99 was found" in done.stderr
    assert "make course PYTHON=" in done.stderr


def test_python_that_is_not_there(tmp_path):
    done = run("set_up.sh", str(tmp_path / "venv"), "/no/such/python")
    assert done.returncode == 1
    assert done.stderr.strip() == "PYTHON=/no/such/python is not a program that can be run."


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_python_of_another_version(fake_python, tmp_path, version):
    python = fake_python(version)
    done = run("set_up.sh", str(tmp_path / "venv"), python)
    assert done.returncode == 1
    assert f"{python} is Python {version}; the course runs on 3.11, 3.12 and 3.13" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_other_platforms_are_told_where_the_course_runs(tmp_path):
    uname = tmp_path / "uname"
    uname.write_text("#!/bin/sh\necho Darwin arm64\n")
    uname.chmod(0o755)
    done = run(
        "set_up.sh", str(tmp_path / "venv"), sys.executable, PATH=f"{tmp_path}:{os.environ['PATH']}"
    )
    assert done.returncode == 1
    assert "this is Darwin arm64" in done.stderr
    assert "On other machines" in done.stderr


@pytest.fixture
def ready_venv(tmp_path):
    """What a set-up leaves behind, with this Python."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / "bin" / "fl-course").symlink_to("/bin/true")
    wanted = subprocess.run(
        "cat requirements.lock pyproject.toml | cksum",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (venv / "fl-course-ready").write_text(wanted)
    return venv


def test_a_set_up_environment_is_used_again(ready_venv):
    done = run("set_up.sh", str(ready_venv), sys.executable)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_environment_whose_python_is_gone_is_made_anew(ready_venv, fake_python):
    """As of a folder that a container shares with its host."""
    python = ready_venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python")
    done = run("set_up.sh", str(ready_venv), fake_python("3.10"))
    assert done.returncode == 1
    assert "is Python 3.10; the course runs on" in done.stderr
