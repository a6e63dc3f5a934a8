"""Flower's environment: where it is, when it counts as there, and what is said where it isn't."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from fl_course import flower
from fl_course.authoring.needs import missing
from fl_course.cli import main
from fl_course.flower import environment
from fl_course.runtime import SetupError

ROOT = pathlib.Path(__file__).parent.parent.parent


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder in which Flower's environment would be, and isn't."""
    monkeypatch.setenv(environment.VARIABLE, str(tmp_path / "flower"))
    return tmp_path / "flower"


def make(folder, *, ready):
    """What a set-up leaves behind, with a program that can be run."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / environment._OURS).touch()
    (folder / environment._READY).write_text(ready)


def test_the_variable_names_the_folder(nowhere):
    assert environment.folder() == nowhere


def test_it_goes_with_a_virtual_environment(monkeypatch, tmp_path):
    monkeypatch.delenv(environment.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert environment.folder() == tmp_path / "fl-course-flower"


def test_without_a_virtual_environment_it_is_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv(environment.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert environment.folder() == tmp_path / "fl-course" / f"flower-python{version}"


def test_where_it_is_missing_one_line_says_so_and_what_to_do(nowhere, capsys):
    assert not flower.is_ready()
    assert not flower.is_there()
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1
    assert "flower.install()" in said
    assert not nowhere.exists()


def test_nothing_is_started_where_it_is_missing(nowhere, tmp_path):
    (tmp_path / "a.npz").touch()
    with pytest.raises(SetupError, match=r"Run flower.install\(\) in a cell"):
        flower.start({"a": tmp_path / "a.npz"})


def test_one_that_is_complete_is_there(nowhere):
    make(nowhere, ready=environment._wanted())
    assert flower.is_ready()
    assert missing(["flower"]) == ""


@pytest.mark.parametrize("ready", ["", "3.13 of another lock\n"])
def test_one_of_other_versions_is_not_there(nowhere, ready):
    make(nowhere, ready=ready)
    assert not flower.is_ready()
    assert missing(["flower"]) == "Flower's environment is not there. Run: fl-course flower"


def test_one_whose_python_is_gone_is_not_there(nowhere):
    make(nowhere, ready=environment._wanted())
    (nowhere / "bin" / "python").unlink()
    assert not flower.is_ready()


def test_one_that_is_half_made_is_made_anew(nowhere, monkeypatch, capsys):
    nowhere.mkdir()
    (nowhere / environment._OURS).touch()
    (nowhere / "half").touch()
    monkeypatch.setattr(environment, "_make", lambda there: None)
    assert flower.install()
    assert not (nowhere / "half").exists()
    assert (nowhere / environment._OURS).exists()
    assert "Flower 1.42.0 is there" in capsys.readouterr().out


def test_a_folder_with_something_else_is_left_alone(nowhere, capsys):
    nowhere.mkdir()
    (nowhere / "thesis.txt").touch()
    assert not flower.install()
    said = capsys.readouterr().out
    assert "there is something else. Name a folder that does not exist in the variable" in said
    assert os.listdir(nowhere) == ["thesis.txt"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("pip: NewConnectionError, and so on", "there is no network"),
        ("OSError: No space left on device", "the disk is full"),
        ("hashes do not match\nERROR: THESE PACKAGES DO NOT MATCH", "DO NOT MATCH"),
    ],
)
def test_one_line_says_why_it_could_not_be_made(nowhere, monkeypatch, capsys, words, reason):
    command = [sys.executable, "-c", f"import sys; sys.exit({words!r})"]
    monkeypatch.setattr(environment, "_make", lambda there: environment._run(command))
    assert not flower.install()
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Flower's environment could not be made: ")
    assert reason in last
    assert "leaves out what needs Flower" in last
    assert not flower.is_ready()


def test_a_folder_that_cannot_be_made_is_named(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv(environment.VARIABLE, str(tmp_path / "file" / "below"))
    assert not flower.install()
    assert "could not be made: Not a directory" in capsys.readouterr().out


def test_the_lock_has_hashes_and_no_address():
    lock = environment.LOCK.read_text()
    blocks = re.split(r"^(?=\S)", lock, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if block.strip())
    assert "://" not in lock
    assert not re.search(r"^(ray|tensorflow|uv)==", lock, re.MULTILINE)


def test_the_bench_has_the_same_flower():
    wanted = f"flwr=={environment.version()}\n"
    assert wanted in (ROOT / "bench" / "flower-requirements.txt").read_text()


def test_a_run_of_the_notebook_without_it_is_left_out_in_a_line(nowhere):
    name = next((ROOT / "solutions" / "en").glob("*_flower_processes.ipynb"), None)
    if name is None:
        pytest.skip("the lesson is not built yet")
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(name.relative_to(ROOT)),
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (line,) = [x for x in done.stdout.splitlines() if "left out" in x]
    assert line.strip() == f"left out: {name.name}, since {missing(['flower'])}"


def test_the_command_says_nothing_where_all_is_there(nowhere):
    make(nowhere, ready=environment._wanted())
    done = CliRunner().invoke(main, ["flower", "--quiet"])
    assert (done.exit_code, done.output) == (0, "")
    assert "Flower 1.42.0 is there" in CliRunner().invoke(main, ["flower"]).output


def test_the_command_fails_in_one_line(nowhere):
    nowhere.mkdir()
    (nowhere / "thesis.txt").touch()
    done = CliRunner().invoke(main, ["flower", "--quiet"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: Flower's environment is to be made in")
    assert len(done.output.splitlines()) == 1
