import errno
import fcntl
import json
import os
import stat
import threading
import warnings

import pytest

from fl_course.exercises import progress


@pytest.fixture
def file(monkeypatch, tmp_path):
    path = tmp_path / "new folder" / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    return path


def test_what_is_recorded_is_done(file):
    assert progress.done() == frozenset()
    progress.record("first")
    progress.record("second")
    progress.record("first")
    assert progress.done() == {"first", "second"}
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


def test_a_deleted_file_is_begun_anew(file):
    progress.record("first")
    file.unlink()
    assert progress.done() == frozenset()
    progress.record("second")
    assert progress.done() == {"second"}


@pytest.mark.parametrize("word", ["off", "OFF", " off "])
def test_switched_off_it_writes_nothing(monkeypatch, tmp_path, word):
    monkeypatch.setenv(progress.VARIABLE, word)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    progress.record("first")
    assert progress.path() is None
    assert progress.done() == frozenset()
    assert list(tmp_path.iterdir()) == []


def test_by_default_it_is_in_the_users_data(monkeypatch, tmp_path):
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    progress.record("first")
    assert progress.path() == tmp_path / "fl-course" / "progress.json"
    assert progress.done() == {"first"}


OF_SOMEBODY_ELSE = [
    b"",
    b"my thesis",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"3",
    b'{"solved": 3}',
    b'{"solved": [1]}',
    b'{"solved": ["sudoku"], "game": 7}',
    b'{"course": "fl-course"}',
    b'{"course": "fl-course", "solved": [], "answered": 3}',
    b'{"course": "fl-course", "solved": [], "answered": [1]}',
    b'{"course": "fl-course", "solved": [], "tried": ["first"]}',
    b'{"course": "fl-course", "solved": [], "tried": {"first": -1}}',
    b'{"course": "fl-course", "solved": [], "tried": {"first": "two"}}',
    b'{"course": "fl-course", "solved": [], "tag": 16777216}',
    b'{"course": "fl-course", "solved": [], "tag": true}',
    b"[" * 9999,
]


@pytest.mark.parametrize("content", OF_SOMEBODY_ELSE)
@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_holds_something_else_is_left_as_it_is(monkeypatch, tmp_path, content, named):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    file = tmp_path / "fl-course" / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(file) if named else "")
    file.parent.mkdir()
    file.write_bytes(content)
    before = file.stat()
    with pytest.warns(UserWarning, match=r"progress.json is no progress file, or it is damaged"):
        assert progress.done() == frozenset()
    with pytest.warns(UserWarning, match=r"Rename or delete it, or name another file"):
        progress.record("first")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert file.read_bytes() == content
    assert os.listdir(file.parent) == ["progress.json"]
    assert not progress.is_kept()


def test_neither_is_what_is_no_file(monkeypatch, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        monkeypatch.setenv(progress.VARIABLE, str(place))
        with pytest.warns(UserWarning, match="is no progress file"):
            assert progress.done() == frozenset()
        with pytest.warns(UserWarning, match="is no progress file"):
            progress.record("first")
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_link_stays_a_link(file, tmp_path):
    file.parent.mkdir()
    kept_elsewhere = tmp_path / "kept elsewhere.json"
    file.symlink_to(kept_elsewhere)
    progress.record("first")
    progress.record("second")
    assert file.is_symlink()
    assert json.loads(kept_elsewhere.read_text())["solved"] == ["first", "second"]


def test_fields_of_a_newer_version_stay(file):
    progress.record("first")
    file.write_text(json.dumps({**json.loads(file.read_text()), "badges": {"gold": [1]}}))
    tag = progress.kept().tag
    progress.record("second")
    assert json.loads(file.read_text()) == {
        "course": "fl-course",
        "solved": ["first", "second"],
        "tried": {"first": 1, "second": 1},
        "answered": [],
        "tag": tag,
        "badges": {"gold": [1]},
    }


def test_tries_count_until_the_first_right_answer(file):
    assert (progress.kept().tried, progress.kept().tag) == ({}, 0)
    progress.record("first", solved=False)
    progress.record("first", solved=False)
    assert (progress.done(), progress.kept().tried) == (frozenset(), {"first": 2})
    tag = progress.kept().tag
    assert 0 < tag < 2**24
    progress.record("first")
    progress.record("first", solved=False)
    progress.record("first")
    progress.record("second", solved=False)
    assert (progress.done(), progress.kept().tried) == ({"first"}, {"first": 3, "second": 1})
    assert progress.kept().tag == tag


def test_a_file_is_tagged_before_anything_is_tried(file):
    assert progress.kept().tag == 0
    assert not file.exists()
    tag = progress.tagged().tag
    assert 0 < tag < 2**24
    progress.record("first")
    kept = progress.tagged()
    assert kept == progress.kept()
    assert (kept.tag, kept.solved, kept.tried) == (tag, {"first"}, {"first": 1})


def test_without_a_file_there_is_no_tag(file, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, "off")
    assert progress.tagged() == progress.Kept(frozenset(), {}, frozenset(), 0)


def test_what_can_be_read_is_given_where_no_tag_can_be_written(file, monkeypatch):
    file.parent.mkdir()
    file.write_text('{"solved": ["first"]}')

    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(progress.tempfile, "mkstemp", full)
    with pytest.warns(UserWarning, match="could not be saved: No space left"):
        kept = progress.tagged()
    assert (kept.solved, kept.tag) == ({"first"}, 0)


def test_of_a_damaged_file_is_warned_once(file):
    file.parent.mkdir()
    file.write_text("{")
    for read in (progress.kept, progress.tagged):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert read().solved == frozenset()
        assert len(caught) == 1
    assert file.read_text() == "{"


def test_each_file_has_a_tag_of_its_own(file, monkeypatch, tmp_path):
    tags = set()
    for number in range(5):
        monkeypatch.setenv(progress.VARIABLE, str(tmp_path / f"{number}.json"))
        progress.record("first")
        tags.add(progress.kept().tag)
    assert len(tags) == 5


def test_without_locks_it_is_written_all_the_same(file, monkeypatch):
    def no_locks(*_args):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    progress.record("first")
    assert progress.done() == {"first"}


def test_the_form_without_a_name_is_read(file):
    file.parent.mkdir()
    file.write_text('{"solved": ["first"]}')
    progress.record("second")
    assert progress.done() == {"first", "second"}


def test_questions_are_kept_apart_from_exercises(file):
    progress.record_answer("which_one")
    progress.record("first")
    progress.record_answer("why")
    progress.record_answer("which_one")
    assert progress.done() == {"first"}
    assert progress.answered() == {"which_one", "why"}
    # An earlier version reads `solved`, and keeps what it does not know.
    assert json.loads(file.read_text()) == {
        "course": "fl-course",
        "solved": ["first"],
        "tried": {"first": 1},
        "answered": ["which_one", "why"],
        "tag": progress.kept().tag,
    }


def test_a_file_from_before_the_questions_takes_them(file):
    file.parent.mkdir()
    file.write_text('{"course": "fl-course", "solved": ["first"]}')
    assert progress.answered() == frozenset()
    progress.record_answer("why")
    assert (progress.done(), progress.answered()) == ({"first"}, {"why"})


def test_the_first_that_is_recorded_may_be_a_question(file):
    progress.record_answer("why")
    assert progress.is_kept()
    assert json.loads(file.read_text())["solved"] == []


def test_a_file_beside_it_stays(file):
    file.parent.mkdir()
    beside = [f".progress.json.{os.getpid()}.tmp", "progress.json.damaged"]
    for name in beside:
        (file.parent / name).write_text("not ours")
    progress.record("first")
    assert [(file.parent / name).read_text() for name in beside] == ["not ours", "not ours"]


def test_an_unknown_user_is_a_warning(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(progress.VARIABLE, "~nobody_of_this_name/progress.json")
    assert progress.done() == frozenset()
    with pytest.warns(UserWarning, match="could not be saved: No such file"):
        progress.record("first")
    assert os.listdir(tmp_path) == []


def test_a_notebook_that_never_ends_its_writing_is_not_waited_for(file, monkeypatch):
    progress.record("first")
    monkeypatch.setattr(progress, "_PATIENCE", 0.1)
    holder = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.warns(UserWarning, match="could not be saved"):
        progress.record("second")
    os.close(holder)
    progress.record("second")
    assert progress.done() == {"first", "second"}


def test_a_folder_that_cannot_be_made_is_a_warning(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "file" / "progress.json"))
    with pytest.warns(UserWarning, match="your progress could not be saved: File exists"):
        progress.record("first")
    with pytest.warns(UserWarning, match="cannot be read: Not a directory"):
        assert progress.done() == frozenset()


def test_a_write_that_fails_keeps_the_old_file(file, monkeypatch):
    progress.record("first")

    def broken(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.warns(UserWarning, match="No space left"):
        progress.record("second")
    assert json.loads(file.read_text())["solved"] == ["first"]
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


def test_notebooks_that_record_at_once_lose_nothing(file):
    names = {f"exercise_{number}" for number in range(20)}
    threads = [threading.Thread(target=progress.record, args=[name]) for name in names]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert progress.done() == names


def test_the_file_is_no_ones_but_the_users_to_write(file):
    progress.record("first")
    assert not file.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
