"""A release's notebooks: made of the committed ones, and bound to one wheel."""

import functools
import hashlib
import http.server
import json
import re
import subprocess
import threading
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from fl_course.authoring import AuthoringError
from fl_course.authoring.build import build
from fl_course.authoring.course import read_course
from fl_course.authoring.notebooks import WORDS, key_of
from fl_course.authoring.release import Release, changes_of, released, write_release
from fl_course.cli import main

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
COLAB = "https://colab.research.google.com/github/owner/name/blob"
CHANGES = """\
# Changelog

## [Unreleased]

### Added

- What is to come.

## [1.2.0] - 2027-01-31

### Fixed

- A sum.

## [1.1.0] - 2026-12-01

- The beginning.

[Unreleased]: https://example.org
"""
# The wheel's course in place of the real one, which would fetch TensorFlow.
READY = '__version__ = "{version}"\n\n\ndef setup(*_, **__):\n    print("ready")\n'


def make_wheel(folder, version="1.2.0", name="fl_course", comment=""):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        "fl_course/__init__.py": READY.format(version=version) + comment,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    return path


@pytest.fixture
def built(course_dir, executions):
    """The small course with its notebooks, which lead to each other and to a document."""
    course_dir.write("CHANGELOG.md", CHANGES)
    course_dir.edit(
        "lessons/adding.py", "# Then go on", "# See [places](docs/places.md).\n# Then go on"
    )
    course_dir.write("docs/places.md", "Places")
    assert build(course_dir.root).problems == []
    del executions[:]
    return course_dir


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def first_cell(notebook):
    return next(cell.source for cell in notebook.cells if key_of(cell) == "_setup")


def test_the_notebooks_lead_to_the_release_and_nothing_is_executed(built, executions, tmp_path):
    before = built.built()
    wheel = make_wheel(tmp_path / "wheel")
    written = write_release(built.root, "v1.2.0", wheel, tmp_path / "out")
    made = files_of(tmp_path / "out")
    assert sorted(made) == sorted(path.as_posix() for path in written)
    assert set(made) == {"README.md", *before}
    assert executions == []
    assert built.built() == before
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for name in before:
        text = made[name].decode()
        assert "main" not in re.findall(r"owner/name/\w+/(\w+)", text)
        assert f"{COLAB}/notebooks-v1.2.0/{name}" in text
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        cell = first_cell(notebook)
        compile(cell, name, "exec")
        assert "https://github.com/owner/name/releases/download/v1.2.0/" in cell
        assert digest in cell
        assert all(len(line) <= 100 for line in cell.splitlines())
    assert (
        b"https://github.com/owner/name/blob/v1.2.0/docs/places.md"
        in made["notebooks/en/01_adding.ipynb"]
    )


def test_all_else_is_as_it_is_committed(built, tmp_path):
    write_release(built.root, "v1.2.0", make_wheel(tmp_path / "wheel"), tmp_path / "out")
    for name, content in files_of(tmp_path / "out").items():
        if name == "README.md":
            continue
        ours, theirs = json.loads(content), json.loads((built.root / name).read_bytes())
        for cell, before in zip(ours["cells"], theirs["cells"], strict=True):
            if cell["cell_type"] == "markdown" or cell["id"].endswith("-_setup"):
                cell["source"] = before["source"]
        assert ours == theirs


def test_two_releases_give_the_same_bytes(built, tmp_path):
    wheel = make_wheel(tmp_path / "wheel")
    for name in ("one", "two"):
        write_release(built.root, "v1.2.0", wheel, tmp_path / name)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_its_page_says_what_has_changed_and_leads_to_each_notebook(built, tmp_path):
    write_release(built.root, "v1.2.0", make_wheel(tmp_path / "wheel"), tmp_path / "out")
    page = (tmp_path / "out" / "README.md").read_text()
    assert page.startswith("# A course: version 1.2.0\n\n### Fixed\n\n- A sum.\n\n## Notebooks\n")
    assert (
        f"| 2 | Printing | [Colab]({COLAB}/notebooks-v1.2.0/notebooks/en/02_printing.ipynb) |"
        in page
    )
    assert "What is to come" not in page
    assert "The beginning" not in page


def test_the_last_version_of_the_change_log_ends_before_its_links(built):
    assert changes_of(built.root, "1.1.0") == "- The beginning."


@pytest.mark.parametrize("version", ["1.0.0", "1.2", "1x2.0", "Unreleased"])
def test_a_version_without_changes_is_refused(built, version):
    with pytest.raises(AuthoringError, match=rf"CHANGELOG.md has nothing of {version}"):
        changes_of(built.root, version)


def test_a_tag_that_is_not_the_wheels_version_is_refused(built, tmp_path):
    wheel = make_wheel(tmp_path / "wheel")
    for tag in ("v1.2.1", "1.2.0", "v1.2"):
        with pytest.raises(
            AuthoringError, match=rf"the tag is '{tag}', and the wheel is version 1"
        ):
            write_release(built.root, tag, wheel, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_wheel_of_the_course_is_refused(built, tmp_path):
    other = make_wheel(tmp_path, name="another")
    broken = tmp_path / "fl_course-1.2.0-py3-none-any.whl"
    broken.write_text("no zip")
    renamed = tmp_path / "course.whl"
    renamed.write_bytes(make_wheel(tmp_path / "wheel").read_bytes())
    another_version = tmp_path / "fl_course-1.3.0-py3-none-any.whl"
    another_version.write_bytes(renamed.read_bytes())
    for wheel, why in (
        (other, "is another 1.2.0"),
        (broken, "is not a wheel"),
        (renamed, "is not a wheel"),
        (another_version, "is fl_course 1.2.0"),
        (tmp_path / "gone-1.2.0-py3-none-any.whl", "is not a wheel"),
    ):
        with pytest.raises(AuthoringError, match=why):
            write_release(built.root, "v1.2.0", wheel, tmp_path / "out")


def test_a_folder_that_holds_something_is_left_alone(built, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    wheel = make_wheel(tmp_path / "wheel")
    with pytest.raises(AuthoringError, match="holds something"):
        write_release(built.root, "v1.2.0", wheel, tmp_path / "out")
    assert files_of(tmp_path / "out") == {"mine.txt": b"mine"}


def test_a_folder_that_cannot_be_written_to_is_named(built, tmp_path):
    (tmp_path / "file").write_text("mine")
    out = tmp_path / "file" / "out"
    with pytest.raises(AuthoringError, match=f"{out} can't be written to: Not a directory"):
        write_release(built.root, "v1.2.0", make_wheel(tmp_path / "wheel"), out)


def test_a_missing_notebook_and_one_by_hand_are_refused(built, tmp_path):
    wheel = make_wheel(tmp_path / "wheel")
    path = built.root / "solutions" / "en" / "02_printing.ipynb"
    text = path.read_text()
    path.write_text(text.replace("archive/main.zip", "archive/main.tar.gz"))
    with pytest.raises(AuthoringError, match="the first cell is not as the builder makes it"):
        write_release(built.root, "v1.2.0", wheel, tmp_path / "out")
    for place in ("tree/main", "main/a.csv", "archive/refs/heads/main.zip"):
        path.write_text(text.replace('print(\\"hello\\")', f"# https://host/owner/name/{place}"))
        with pytest.raises(AuthoringError, match=f"cell say leads to owner/name/{place}"):
            write_release(built.root, "v1.2.0", wheel, tmp_path / "out")
    path.unlink()
    with pytest.raises(AuthoringError, match=r"02_printing\.ipynb is missing or broken"):
        write_release(built.root, "v1.2.0", wheel, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command(built, tmp_path):
    wheel = make_wheel(tmp_path / "wheel")
    command = ["build", "--root", str(built.root)]
    options = ["--release", "v1.2.0", "--wheel", str(wheel), "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [*command, *options])
    assert (done.exit_code, done.output) == (
        0,
        f"5 files of v1.2.0 written to {tmp_path / 'out'}.\n",
    )
    done = CliRunner().invoke(main, [*command, *options])
    assert done.output.startswith("Error: ")
    for wrong in (options[:4], options[2:], [*options, "--check"], [*options, "--lesson", "1"]):
        done = CliRunner().invoke(main, [*command, *wrong])
        assert done.exit_code == 2, done.output


COURSE = read_course(ROOT)
REAL = [
    pytest.param(path, id=f"{path.parent.name}-{path.stem}")
    for language in COURSE.languages
    for path in sorted((ROOT / "notebooks" / language).glob("0[18]_*.ipynb"))
]


@pytest.mark.parametrize("path", REAL)
def test_the_courses_own_notebooks_are_as_a_release_wants_them(path):
    release = Release("v1.2.0", "fl_course-1.2.0-py3-none-any.whl", "0" * 64)
    notebook = released(nbformat.read(path, as_version=4), COURSE, release, path.parent.name)
    cell = first_cell(notebook)
    compile(cell, path.name, "exec")
    assert cell.count("raise RuntimeError(") == 3
    assert "/blob/main/" not in nbformat.writes(notebook)


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of an environment with pip and nothing else."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


@pytest.fixture
def fetch(python, tmp_path):
    """Runs a release's first cell, whose wheel is served from this computer."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    (tmp_path / "served").mkdir()
    handler = functools.partial(Quiet, directory=tmp_path / "served")

    def fetch(wheel, served=None):
        version = wheel.name.split("-")[1]
        release = Release(f"v{version}", wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest())
        if served:
            (tmp_path / "served" / wheel.name).write_bytes(served.read_bytes())
        path = ROOT / "notebooks" / "en" / COURSE.lessons[0].notebook_file
        cell = first_cell(released(nbformat.read(path, as_version=4), COURSE, release, "en"))
        address = release.address(COURSE)
        assert cell.count(address) == 1
        cell = cell.replace(address, f"http://{HOST}:{server.server_port}/")
        return subprocess.run(
            [python, "-I", "-c", cell],
            cwd=tmp_path,
            env={"PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    with http.server.ThreadingHTTPServer((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield fetch
        server.shutdown()
        thread.join(10)
    uninstall = [python, "-m", "pip", "uninstall", "--quiet", "--yes", "fl-course"]
    subprocess.run(uninstall, check=True, capture_output=True, timeout=120)


def told(done):
    return done.stderr.strip().splitlines()[-1].removeprefix("RuntimeError: ")


def is_installed(python):
    command = [python, "-I", "-c", "import fl_course"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_first_cell_installs_the_wheel_with_the_right_digest(fetch, python, tmp_path):
    wheel = make_wheel(tmp_path / "right")
    done = fetch(wheel, wheel)
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr
    assert is_installed(python)
    # It is there from then on, and nothing is fetched.
    (tmp_path / "served" / wheel.name).unlink()
    done = fetch(wheel)
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr


def test_the_first_cell_refuses_a_wheel_with_another_digest(fetch, python, tmp_path):
    wheel, other = make_wheel(tmp_path / "right"), make_wheel(tmp_path / "other", comment="# more")
    done = fetch(wheel, other)
    assert done.returncode == 1
    assert told(done) == WORDS["other_bytes"].format(version="1.2.0")
    assert not is_installed(python)


def test_the_first_cell_says_that_another_version_is_there(fetch, tmp_path):
    wheel = make_wheel(tmp_path / "right")
    assert fetch(wheel, wheel).returncode == 0
    done = fetch(make_wheel(tmp_path / "newer", version="1.3.0"))
    assert (done.returncode, done.stdout) == (1, "")
    assert told(done) == WORDS["other_version"].format(version="1.3.0")


def test_the_first_cell_says_when_nothing_can_be_fetched(fetch, tmp_path):
    done = fetch(make_wheel(tmp_path / "right"))
    assert done.returncode == 1
    assert told(done) == WORDS["not_fetched"]
