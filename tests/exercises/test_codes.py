import json
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_course import catalog, exercises
from fl_course.exercises import codes, progress
from fl_course.exercises.codes import BrokenCodeError, Progress, State, decode, encode

IDS = codes.exercise_ids()
NOT_TRIED = State(False, 0)
STATES = st.builds(State, st.booleans(), st.integers(0, codes.MOST_TRIES)).filter(
    lambda state: state != NOT_TRIED
)
PROGRESS = st.builds(
    Progress, st.integers(0, 2**24 - 1), st.dictionaries(st.sampled_from(IDS), STATES)
)
EVERYTHING = Progress(
    2**24 - 1, {name: State(number % 3 > 0, number % 7 + 1) for number, name in enumerate(IDS)}
)


def digits(line):
    return re.fullmatch(r"flc1-([0-9A-Za-z]+)-", line)[1]


@pytest.fixture
def file(monkeypatch, tmp_path):
    path = tmp_path / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    return path


@settings(max_examples=300, deadline=None)
@given(PROGRESS)
def test_what_is_read_is_what_was_written(done):
    assert decode(digits(encode(done, IDS)), IDS) == done


def test_the_marks_of_the_courses_exercises_differ():
    """If this fails, give the exercise that is new another name."""
    by_mark = {}
    for exercise in IDS:
        by_mark.setdefault(codes.exercise_mark(exercise), []).append(exercise)
    assert [names for names in by_mark.values() if len(names) > 1] == []


def test_a_line_is_short():
    four = Progress(2**24 - 1, {name: State(True, 7) for name in IDS[:4]})
    assert len(digits(encode(four, IDS))) < 40
    assert len(digits(encode(EVERYTHING, IDS))) < 200


@settings(max_examples=300, deadline=None)
@given(PROGRESS, st.data())
def test_a_changed_line_is_refused(done, data):
    written = digits(encode(done, IDS))
    place = data.draw(st.integers(0, len(written) - 1))
    other = data.draw(st.text(string.ascii_letters + string.digits, max_size=3))
    changed = written[:place] + other + written[place + data.draw(st.integers(0, 3)) :]
    if changed != written:
        with pytest.raises(BrokenCodeError):
            decode(changed, IDS)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.text(string.ascii_letters + string.digits, max_size=200))
def test_anything_else_is_refused(text):
    with pytest.raises(BrokenCodeError):
        decode(text, IDS)


@pytest.mark.parametrize(
    "text", ["", "0", "1", "é", f"0{digits(encode(EVERYTHING, IDS))}", "٣", "-", " ", "a" * 2001]
)
def test_the_smallest_and_the_largest_are_refused(text):
    with pytest.raises(BrokenCodeError):
        decode(text, IDS)


@settings(max_examples=100, deadline=None)
@given(PROGRESS, st.sets(st.sampled_from(IDS)), st.permutations(IDS))
def test_another_version_is_read_by_what_both_have(done, gone, order):
    """The sender's course has all exercises; ours lacks some, and has them in another order."""
    ours = [name for name in order if name not in gone] + ["of_our_own"]
    read = decode(digits(encode(done, IDS)), ours)
    assert read.states == {name: done.states[name] for name in done.states if name not in gone}
    assert read.unknown == len(gone & done.states.keys())
    assert read.other_course
    assert read.tag == done.tag


def test_the_order_of_the_lessons_makes_no_other_course():
    assert not decode(digits(encode(EVERYTHING, IDS)), IDS[::-1]).other_course


def test_two_exercises_with_one_mark_are_left_out(monkeypatch):
    monkeypatch.setattr(codes, "exercise_mark", lambda exercise: 5 if exercise < "c" else 9)
    line = encode(Progress(1, {"a": State(True, 1), "c": State(False, 2)}), ["a", "b", "c"])
    read = decode(digits(line), ["a", "b", "c"])
    assert (read.states, read.unknown) == ({"c": State(False, 2)}, 1)


def test_the_line_of_a_learner(file):
    first, second, third = IDS[:3]
    progress.record(first, solved=False)
    progress.record(first)
    for _ in range(9):
        progress.record(second, solved=False)
    progress.record("of another course")
    line = exercises.progress_code()
    assert decode(digits(line), IDS) == Progress(
        progress.kept().tag, {first: State(True, 2), second: State(False, codes.MOST_TRIES)}
    )
    assert exercises.progress_code(name=" Anna \n Lee") == f"Anna Lee: {line}"
    progress.record(third)
    assert exercises.progress_code() != line


def test_what_an_older_version_has_kept_is_solved_in_unknown_tries(file):
    file.write_text(json.dumps({"solved": [IDS[0]]}))
    assert decode(digits(exercises.progress_code()), IDS).states == {IDS[0]: State(True, 0)}


def test_two_who_have_tried_nothing_are_two(monkeypatch, tmp_path):
    lines = []
    for name in ("one", "other", "one"):
        monkeypatch.setenv(progress.VARIABLE, str(tmp_path / name))
        lines.append(exercises.progress_code())
    assert lines[0] == lines[2] != lines[1]


def test_without_progress_there_is_a_line_too(monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, "off")
    assert decode(digits(exercises.progress_code()), IDS) == Progress(0, {})


@pytest.mark.parametrize("name", ["", " ", "-:", "a" * 81, "flc1-abc-", "FLC1 – x"])
def test_a_name_that_is_none_is_refused(file, name):
    with pytest.raises(ValueError, match="name must have a letter or a digit and at most 80"):
        exercises.progress_code(name)


def test_every_exercise_can_be_written():
    assert len(catalog.entries()) < len(IDS) < 2**10
    assert decode(digits(encode(EVERYTHING, IDS)), IDS) == EVERYTHING
