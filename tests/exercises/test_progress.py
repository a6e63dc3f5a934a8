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


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"3", b'{"solved": 3}', b'{"solved": [1]}', b"[" * 9999],
)
def test_a_damaged_file_is_set_aside_with_a_warning(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.warns(UserWarning, match=r"was damaged. It is kept as progress.json.damaged"):
        assert progress.done() == frozenset()
    progress.record("first")
    assert progress.done() == {"first"}
    assert file.with_name("progress.json.damaged").read_bytes() == content


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
    assert json.loads(file.read_text()) == {"solved": ["first"]}
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
