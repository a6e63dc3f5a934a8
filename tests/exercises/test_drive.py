"""Keeping the progress in Google Drive, with a stand-in for Colab's module."""

import os
import pathlib
import sys
import types

import pytest

import fl_course
from fl_course.exercises import drive, progress


class Drive(types.ModuleType):
    """`google.colab.drive`, whose mount may fail; the Drive is a folder."""

    __all__ = ("flush_and_unmount", "mount")

    def __init__(self, folder, error=None, own="MyDrive"):
        super().__init__("google.colab.drive")
        self.folder, self.error, self.own = folder, error, own
        self.mounted = []

    def mount(self, mountpoint, force_remount=False, timeout_ms=120000, readonly=False):
        if " " in mountpoint:
            raise ValueError("Mountpoint must not contain a space.")
        if self.error:
            raise self.error
        self.mounted.append(mountpoint)
        if self.own:
            pathlib.Path(mountpoint, self.own).mkdir(parents=True, exist_ok=True)
        print(f"Mounted at {mountpoint}")

    def flush_and_unmount(self, timeout_ms=24 * 60 * 60 * 1000):
        if not self.mounted:
            print("Drive not mounted, so nothing to flush and unmount.")
        self.mounted.clear()


@pytest.fixture
def here(monkeypatch, tmp_path):
    """The progress file of the machine."""
    file = tmp_path / "here" / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(file))
    monkeypatch.setattr(drive, "MOUNT", str(tmp_path / "drive"))
    return file


@pytest.fixture
def colab(monkeypatch, tmp_path, here):
    def put(module):
        package = types.ModuleType("google.colab")
        monkeypatch.setenv("COLAB_RELEASE_TAG", "stand-in")
        monkeypatch.setitem(sys.modules, "google.colab", package)
        monkeypatch.delitem(sys.modules, "google.colab.drive", raising=False)
        if module is not None:
            package.drive = module
            monkeypatch.setitem(sys.modules, "google.colab.drive", module)
        return module

    return put


def test_the_progress_goes_to_the_drive_with_what_there_is(colab, here, tmp_path, capsys):
    module = colab(Drive(tmp_path))
    progress.record("first")
    progress.record("second", solved=False)
    said = drive.keep_progress()
    assert said == "Your progress is kept in your Google Drive, in fl-course/progress.json."
    assert capsys.readouterr().out == ""
    assert progress.path() == tmp_path / "drive" / "MyDrive" / "fl-course" / "progress.json"
    progress.record("second", solved=False)
    assert (progress.done(), progress.kept().tried) == ({"first"}, {"first": 1, "second": 2})
    drive.keep_progress()  # the first cell is run again
    assert progress.kept().tried == {"first": 1, "second": 2}
    assert module.mounted == [drive.MOUNT] * 2


def test_answered_questions_go_with_it(colab, here, tmp_path):
    colab(Drive(tmp_path))
    progress.record_answer("which_one")
    drive.keep_progress()
    assert progress.path() != here
    assert progress.answered() == {"which_one"}


def test_another_day_finds_it_and_counts_nothing_twice(colab, here, tmp_path, monkeypatch):
    colab(Drive(tmp_path))
    progress.record("first", solved=False)
    for day in ("1.json", "2.json"):
        drive.keep_progress()
        monkeypatch.setenv(progress.VARIABLE, str(tmp_path / day))  # a new machine
    monkeypatch.setenv(progress.VARIABLE, str(here))  # or the first one's kernel begun again
    drive.keep_progress()
    assert progress.kept().tried == {"first": 1}


def test_an_older_name_of_the_folder_is_found(colab, here, tmp_path):
    colab(Drive(tmp_path, own="My Drive"))
    drive.keep_progress()
    assert progress.path() == tmp_path / "drive" / "My Drive" / "fl-course" / "progress.json"


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (Drive(None, ValueError("mount failed")), "Google Drive said “mount failed”. To ask"),
        (Drive(None, Exception("Error: credential\n gone")), "said “Error: credential gone”"),
        (Drive(None, RuntimeError()), "said “RuntimeError”"),
        (Drive(None, own=None), "there is no folder of yours in Google Drive at"),
        (None, "this runtime has no access to Google Drive."),
    ],
)
def test_without_access_it_stays_and_says_so(colab, here, module, said):
    colab(module)
    told = drive.keep_progress()
    assert told.startswith("Your progress stays on this machine, which Colab forgets: ")
    assert said in told
    assert progress.path() == here


def test_a_damaged_file_in_the_drive_is_not_said_to_keep_it(colab, here, tmp_path):
    colab(Drive(tmp_path))
    drive.keep_progress()
    file = progress.path()
    progress.record("first")
    file.write_text("{")
    for place in (here, file):  # on another day, and in the same notebook
        os.environ[progress.VARIABLE] = str(place)
        told = drive.keep_progress()
        assert told.startswith(
            "Your progress stays on this machine, which Colab forgets: fl-course"
        )
        assert "Rename or delete it, and run this cell again." in told
        assert progress.path() != file
    assert file.read_text() == "{"


def test_elsewhere_it_stays(here):
    assert drive.keep_progress() == (
        "Your progress stays on this machine: Google Drive can be used only on Colab."
    )
    assert progress.path() == here


def test_the_first_cell_asks_only_when_it_is_told_to(colab, here, tmp_path, capsys):
    module = colab(Drive(tmp_path))
    fl_course.setup()
    assert module.mounted == []
    assert len(capsys.readouterr().out.splitlines()) == 1
    fl_course.setup(keep_progress="drive")
    assert module.mounted == [drive.MOUNT]
    assert capsys.readouterr().out.splitlines()[1].startswith("Your progress is kept in your Goo")
    with pytest.raises(ValueError, match="keep_progress must be one of 'drive', and it is 'dr'"):
        fl_course.setup(keep_progress="dr")
