"""The branch that GitHub Pages shows: the site, and previews beside it."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "site" / "publish.sh"


@pytest.fixture
def clone(tmp_path):
    """A clone with the script, and the repository it came from, without a branch for pages."""
    run("git", "init", "--quiet", "--bare", tmp_path / "origin", at=tmp_path)
    folder = tmp_path / "clone"
    run("git", "clone", "--quiet", tmp_path / "origin", folder, at=tmp_path)
    (folder / "site").mkdir()
    shutil.copy(SCRIPT, folder / "site")
    (folder / ".gitignore").write_text("dist/\n")
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    run("git", "add", ".", at=folder)
    run("git", *who, "commit", "--quiet", "-m", "Begin", at=folder)
    return folder


def run(*command, at):
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build(clone, text):
    shutil.rmtree(clone / "dist", ignore_errors=True)
    for name in ("index.html", ".nojekyll", "en/_static/site.css"):
        path = clone / "dist" / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def publish(clone, *place):
    run("sh", "site/publish.sh", *place, at=clone)


def shown(clone):
    run("git", "fetch", "--quiet", "origin", "+gh-pages:refs/heads/shown", at=clone)
    names = run("git", "ls-tree", "-r", "--name-only", "shown", at=clone).split()
    return {name: run("git", "show", f"shown:{name}", at=clone) for name in names}


SITE = {"index.html", ".nojekyll", "en/_static/site.css"}


def test_the_site_is_at_the_top(clone):
    build(clone, "first")
    publish(clone)
    assert shown(clone) == dict.fromkeys(SITE, "first")


def test_a_preview_leaves_the_site_and_goes_again(clone):
    build(clone, "first")
    publish(clone)
    build(clone, "proposed")
    publish(clone, "preview/12")
    publish(clone, "preview/1")
    build(clone, "second")
    publish(clone)
    found = shown(clone)
    assert found["index.html"] == "second"
    assert found["preview/12/index.html"] == found["preview/1/index.html"] == "proposed"
    shutil.rmtree(clone / "dist")
    publish(clone, "preview/1")
    assert set(shown(clone)) == SITE | {f"preview/12/{name}" for name in SITE}
    assert run("git", "rev-list", "--count", "shown", at=clone).strip() == "1"


def test_nothing_is_published_where_nothing_is_built(clone):
    done = subprocess.run(
        ["sh", "site/publish.sh"], cwd=clone, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "make site" in done.stderr
