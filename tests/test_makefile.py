"""The commands of the course: those that are named exist, and the longest leaves nothing out."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
MONTHS = re.search(r"^COLAB := (.+)$", MAKEFILE, re.MULTILINE)[1].split()
TARGETS = {
    target.replace("$(COLAB:%", "test-colab-") if "%" in target else target
    for line in re.findall(r"^([a-z][^:=\n]*):(?!=)", MAKEFILE, re.MULTILINE)
    for target in line.split()
} | {f"test-colab-{month}" for month in MONTHS}
NAMING = [".ci/run", "docs/checks.md", "docs/authoring.md", *ROOT.glob(".github/workflows/*.yml")]


@pytest.mark.parametrize("name", NAMING, ids=lambda name: pathlib.Path(name).name)
def test_every_target_that_is_named_exists(name):
    text = (ROOT / name).read_text()
    named = {
        word
        for words in re.findall(r"\b(?:make|targets:) ((?:[a-z][\w-]*[ ]?)+)", text)
        for word in words.split()
        if re.match(r"(test|build|lint|course|bench|open|setup|lock|release)\b", word)
    }
    assert named, "names no target"
    assert named - {"test-colab-"} <= TARGETS


def test_test_all_runs_every_test_there_is():
    recipe = re.search(r"^test-all:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1]
    called = set(re.findall(r"\btest[a-z-]*", recipe))
    months = {f"test-colab-{month}" for month in MONTHS}
    assert {x for x in TARGETS if x.startswith("test")} - months - {"test-all"} <= called
    assert "--everything" in recipe


def test_every_colab_replica_has_its_list():
    assert sorted(MONTHS) == sorted(
        path.stem.removeprefix("colab-") for path in (ROOT / "tests/colab").glob("colab-*.txt")
    )
