"""What a tag publishes: the wheel, the workflow that makes it, and the script that publishes."""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

import fl_course
from fl_course.authoring.release import Release

ROOT = Path(__file__).parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
SCRIPT = ROOT / "tools" / "publish_release.sh"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHANGES = (ROOT / "CHANGELOG.md").read_text()


def run(*command, at=None, **variables):
    done = subprocess.run(
        command,
        cwd=at,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def tracked(*folders):
    return run("git", "ls-files", "-z", *folders, at=ROOT).strip("\0").split("\0")


def build_wheel(source, into, when="1800000000"):
    """As `make release` does it: with what the lock has, and no network."""
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    pip = (sys.executable, "-m", "pip", "wheel", *options)
    run(*pip, "--wheel-dir", str(into), ".", at=source, SOURCE_DATE_EPOCH=when)
    (made,) = into.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The tracked files of the package, written later and elsewhere than those here."""
    pytest.importorskip("flit_core", reason="flit-core, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("clone")
    for name in tracked("fl_course", "pyproject.toml", "README.md", "LICENSE"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(clone, tmp_path_factory):
    return build_wheel(clone, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of the wheel's files, away from the repository."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_two_wheels_of_one_version_have_the_same_bytes(clone, wheel, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(clone, again)
    for path in again.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o775 if path.is_dir() else 0o664)
    assert build_wheel(again, tmp_path / "wheel").read_bytes() == wheel.read_bytes()


def test_the_wheel_is_of_this_version_and_holds_every_file_of_the_package(wheel):
    assert wheel.name == f"fl_course-{PROJECT['version']}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("fl_course/")}
    assert held == {name for name in tracked("fl_course") if (ROOT / name).is_file()}
    assert {Path(name).suffix for name in held} >= {".py", ".json", ".txt", ".lock", ".css"}


def test_the_wheel_names_its_programs(installed):
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    for name, target in PROJECT["scripts"].items():
        assert f"{name}={target}" in entries.read_text().replace(" ", "")


def test_the_wheel_is_imported_where_nothing_else_is(installed, tmp_path):
    venv.create(tmp_path / "venv", with_pip=False)
    program = (
        f"import sys\nsys.path.insert(0, {str(installed)!r})\n"
        "import json, fl_course\nfrom fl_course import catalog, localization\n"
        "told = [fl_course.__version__, fl_course.__file__, localization.languages()]\n"
        "print(json.dumps([*told, len(catalog.entries())]))\n"
    )
    python = tmp_path / "venv" / "bin" / "python"
    version, file, languages, lessons = json.loads(run(str(python), "-I", "-c", program))
    assert version == PROJECT["version"]
    assert Path(file).is_relative_to(installed)
    course = tomllib.loads((ROOT / "lessons" / "course.toml").read_text())
    assert sorted(languages) == sorted(course["languages"])
    assert lessons == len(course["lesson"])


def test_the_wheel_runs_with_what_the_course_needs(installed, tmp_path):
    program = (
        f"import sys\nsys.path.insert(0, {str(installed)!r})\n"
        "import fl_course\nfl_course.setup('ko')\n"
        "from fl_course import data, exercises\nfrom fl_course.data import sonnets\n"
        "print(len(data.load()[0].client_ids), fl_course.__file__)\n"
        "print(exercises.lesson('federated_core'))\n"
    )
    said = run(sys.executable, "-I", "-c", program, at=tmp_path, FL_COURSE_PROGRESS="off")
    assert f"14 {installed}" in said


def test_the_change_log_has_the_form_that_its_readers_know():
    assert CHANGES.startswith("# Changelog\n")
    headings = re.findall(r"^## (.*)$", CHANGES, flags=re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    for heading in headings[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading), heading
    kinds = set(re.findall(r"^### (.*)$", CHANGES, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for heading in headings:
        assert re.search(rf"^{re.escape(heading.split(' - ')[0])}: https://", CHANGES, re.MULTILINE)


def test_the_change_log_names_every_command():
    from fl_course.cli import main

    (named,) = re.findall(r"^- `fl-course`: (.*?\.)$", CHANGES, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([\w-]+)`", named)) == set(main.commands)


def workflow(name):
    # YAML reads `on` as a yes.
    content = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text())
    return content, content.get("on", content.get(True))


def test_a_tag_is_published_when_everything_has_passed():
    release, events = workflow("release")
    assert events == {"push": {"tags": ["v*"]}}
    jobs = release["jobs"]
    assert jobs["check"]["uses"] == "./.github/workflows/everything.yml"
    assert set(jobs["publish"]["needs"]) == {"build", "check"}
    _, called = workflow("everything")
    assert "workflow_call" in called
    assert "push" not in called  # or a tag would be checked twice
    # The tag of the notebooks starts nothing.
    made = Release("v1.0.0", "a.whl", "0" * 64)
    (pattern,) = events["push"]["tags"]
    assert fnmatch.fnmatchcase(made.tag, pattern)
    assert not fnmatch.fnmatchcase(made.notebooks, pattern)


def test_only_the_job_that_publishes_may_write():
    release, _ = workflow("release")
    assert release["permissions"] == {"contents": "read"}
    writing = {name for name, job in release["jobs"].items() if "permissions" in job}
    assert writing == {"publish"}


def test_what_the_workflow_runs_is_there():
    text = (WORKFLOWS / "release.yml").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"run: make (\w+)", text):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)
    for script in re.findall(r"run: sh (\S+)", text):
        assert (ROOT / script).is_file()


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_an_action_is_pinned_to_a_commit_and_the_same_one_everywhere(path):
    everywhere = "\n".join(file.read_text() for file in WORKFLOWS.glob("*.yml"))
    for action, version in re.findall(r"uses: ([\w/-]+)@(.*)$", path.read_text(), re.MULTILINE):
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", version), action
        assert set(re.findall(rf"uses: {action}@(.*)$", everywhere, re.MULTILINE)) == {version}


@pytest.fixture
def published(tmp_path):
    """A clone at a tag, with what `make release` makes of it, and a stand-in for `gh`."""
    run("git", "init", "--quiet", "--bare", tmp_path / "origin")
    folder = tmp_path / "repository"
    run("git", "clone", "--quiet", tmp_path / "origin", folder)
    (folder / "tools").mkdir()
    shutil.copy(SCRIPT, folder / "tools")
    (folder / ".gitignore").write_text("dist/\n")
    (folder / "CHANGELOG.md").write_text("# Changelog\n")
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    run("git", "add", ".", at=folder)
    run("git", *who, "commit", "--quiet", "-m", "Begin", at=folder)
    run("git", *who, "tag", "-m", "First", "v1.2.0", at=folder)
    run("git", "push", "--quiet", "origin", "HEAD", "v1.2.0", at=folder)
    for name in ("wheel/course.whl", "release/README.md", "release/notebooks/en/01_a.ipynb"):
        path = folder / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# A course: version 1.2.0\n" if path.suffix == ".md" else name)
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    # It knows a release from the time on when it has made it.
    program.write_text(
        '#!/bin/sh\necho "$@" >> "$0.log"\n'
        '[ "$2" = view ] && exec test -f "$0.made"\n'
        '[ -f "$0.broken" ] && exit 1\ntouch "$0.made"\n'
    )
    program.chmod(0o755)
    return folder, program


def publish(folder, program):
    return subprocess.run(
        ["sh", "tools/publish_release.sh", "v1.2.0"],
        cwd=folder,
        env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def log_of(program):
    return Path(f"{program}.log").read_text().splitlines()


def refs(folder):
    return dict(
        reversed(line.split("\t"))
        for line in run("git", "ls-remote", "origin", at=folder).splitlines()
    )


def test_the_wheel_is_published_and_the_notebooks_have_a_tag(published):
    folder, program = published
    before = refs(folder)
    done = publish(folder, program)
    assert done.returncode == 0, done.stderr
    view, create = log_of(program)
    assert view == "release view v1.2.0"
    archive = "dist/fl-course-notebooks-v1.2.0.zip"
    assert create == (
        "release create v1.2.0 --verify-tag --title v1.2.0 --notes-file dist/release/README.md "
        f"dist/wheel/course.whl {archive}"
    )
    after = refs(folder)
    notebooks = after.pop("refs/tags/notebooks-v1.2.0")
    assert after == before
    files = run("git", "ls-tree", "-r", "--name-only", notebooks, at=folder).split()
    assert files == ["README.md", "notebooks/en/01_a.ipynb"]
    assert run("git", "rev-list", "--count", notebooks, at=folder).strip() == "1"
    with zipfile.ZipFile(folder / archive) as packed:
        names = {name for name in packed.namelist() if not name.endswith("/")}
    assert names == {f"fl-course-notebooks-v1.2.0/{name}" for name in files}
    assert run("git", "status", "--porcelain", at=folder) == ""


def test_publishing_again_changes_nothing(published):
    folder, program = published
    assert publish(folder, program).returncode == 0
    after, packed = refs(folder), (folder / "dist/fl-course-notebooks-v1.2.0.zip").read_bytes()
    assert publish(folder, program).returncode == 0
    assert refs(folder) == after
    assert (folder / "dist/fl-course-notebooks-v1.2.0.zip").read_bytes() == packed
    assert [line.split()[1] for line in log_of(program)] == ["view", "create", "view"]


def test_without_the_wheel_there_are_no_notebooks(published):
    folder, program = published
    before = refs(folder)
    Path(f"{program}.broken").touch()
    assert publish(folder, program).returncode != 0
    assert refs(folder) == before
    Path(f"{program}.broken").unlink()
    assert publish(folder, program).returncode == 0
    assert "refs/tags/notebooks-v1.2.0" in refs(folder)


def test_nothing_is_published_where_nothing_is_made(published):
    folder, program = published
    shutil.rmtree(folder / "dist")
    done = publish(folder, program)
    assert done.returncode == 1
    assert "make release TAG=v1.2.0" in done.stderr
    assert not Path(f"{program}.log").exists()


def test_another_releases_notebooks_are_not_published(published):
    folder, program = published
    before = refs(folder)
    (folder / "dist/release/README.md").write_text("# A course: version 1.1.0\n")
    done = publish(folder, program)
    assert done.returncode == 1
    assert "There is no release v1.2.0 in dist/release. Run: make release" in done.stderr
    assert refs(folder) == before
    assert not Path(f"{program}.log").exists()


def test_without_a_tag_nothing_is_made():
    for given in ([], ["TAG="]):
        done = subprocess.run(
            ["make", "--dry-run", "release", *given],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name != "TAG"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert "Give the tag of the version: make release TAG=v1.0.0" in done.stderr
        assert "dist" not in done.stdout


def test_the_version_is_the_same_wherever_it_stands():
    assert fl_course.__version__ == PROJECT["version"]
    text = (ROOT / "docs" / "releasing.md").read_text()
    for file in ("pyproject.toml", "fl_course/__init__.py", "CITATION.cff"):
        assert f"`{file}`" in text
    # Its `cff-version` is another version.
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == PROJECT["version"]
