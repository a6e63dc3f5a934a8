"""Which notebooks a run executes."""

import re
import subprocess
import sys

import pytest

from tests import turns

COMMITS = [f"commit {number}" for number in range(200)]
LESSONS = sorted(path.name for path in (turns.SOLUTIONS / "en").glob("*.ipynb"))
OTHERS = sorted(path.name for path in turns.SOLUTIONS.iterdir() if path.name != "en")


def test_a_run_executes_english_and_one_lesson_of_each_other_language():
    taken = turns.take(commit="x")
    assert taken.notebooks["en"] == LESSONS
    assert sorted(taken.notebooks) == sorted(["en", *OTHERS])
    assert len(OTHERS) >= 2
    assert [len(taken.notebooks[language]) for language in OTHERS] == [1] * len(OTHERS)
    assert len(taken.untouched) == turns.UNTOUCHED


def test_the_commit_chooses_and_every_lesson_has_its_turn():
    assert turns.take(commit="x") == turns.take(commit="x")
    taken = [turns.take(commit=commit) for commit in COMMITS]
    for language in OTHERS:
        assert {turn.notebooks[language][0] for turn in taken} <= set(LESSONS)
        assert len({turn.notebooks[language][0] for turn in taken}) == len(
            list((turns.SOLUTIONS / language).glob("*.ipynb"))
        )
    assert {name for turn in taken for name in turn.untouched} == set(LESSONS)
    # Not the same lesson in every language.
    assert any(len({turn.notebooks[x][0] for x in OTHERS}) > 1 for turn in taken)


@pytest.mark.parametrize("parts", [1, 3, 4, 100])
def test_the_parts_are_all_lessons_each_once(parts):
    found = [
        name
        for part in range(1, parts + 1)
        for name in turns.take(commit="x", part=f"{part}/{parts}").notebooks["en"]
    ]
    assert sorted(found) == LESSONS


@pytest.mark.parametrize("part", ["", "2", "0/2", "3/2", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_part_is_told(part):
    with pytest.raises(ValueError, match=r"Give the Kth of N parts as K/N, such as 2/4\."):
        turns.take(commit="x", part=part)


def collected(*arguments):
    """What a run of the whole suite would execute: file names by folder, and the header's lines."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *arguments], cwd=turns.ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files = re.findall(r"<IPyNbFile (\S+)>", done.stdout)
    return sorted(files), done.stdout


def test_everything_is_every_lesson_in_every_language():
    taken = turns.take(commit="x", every=True)
    assert sum(map(len, taken.notebooks.values())) == len(list(turns.SOLUTIONS.glob("*/*.ipynb")))
    assert taken.untouched == LESSONS


def test_who_asks_for_solutions_gets_what_the_commit_chooses():
    taken = turns.take(commit="x", part="1/4")
    files, said = collected("solutions", "--turn", "x", "--part", "1/4")
    assert len(files) == len(taken.notebooks["en"]) + len(OTHERS)
    for line in taken.told():
        assert line in said


def test_who_asks_for_a_language_or_a_file_gets_it():
    chosen = turns.take(commit="x").notebooks["ja"]
    other = next(path for path in LESSONS if path not in chosen)
    files, said = collected("solutions/ko", f"solutions/ja/{other}", "--turn", "x")
    korean = [path.name for path in (turns.SOLUTIONS / "ko").glob("*.ipynb")]
    assert sorted(files) == sorted([*korean, other])
    assert "ko: every lesson" in said
