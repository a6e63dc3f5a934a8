"""The learner's copy of the notebooks."""

import pytest

from fl_course.authoring.learner_copy import bring_up_to_date


@pytest.fixture
def folders(tmp_path):
    notebooks, copy = tmp_path / "notebooks", tmp_path / "mine"
    for name in ("en/01_a.ipynb", "en/02_b.ipynb", "ko/01_a.ipynb"):
        path = notebooks / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"first {name}")
    return notebooks, copy


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.ipynb")
    }


def test_the_first_time_everything_is_copied_in_its_folder(folders):
    notebooks, copy = folders
    assert bring_up_to_date(*folders) == []
    assert content(copy) == content(notebooks)
    assert bring_up_to_date(*folders) == []
    assert content(copy) == content(notebooks)


def test_what_the_learner_left_alone_is_kept_up_to_date(folders):
    notebooks, copy = folders
    bring_up_to_date(*folders)
    (notebooks / "en/01_a.ipynb").write_text("second")
    (notebooks / "en/03_c.ipynb").write_text("new")
    assert bring_up_to_date(*folders) == []
    assert content(copy) == content(notebooks)


def test_what_the_learner_changed_stays_and_a_newer_one_goes_beside_it(folders):
    notebooks, copy = folders
    bring_up_to_date(*folders)
    mine = copy / "en/01_a.ipynb"
    mine.write_text("my answers")
    assert bring_up_to_date(*folders) == []  # The course has nothing new.
    for version in ("second", "third"):
        (notebooks / "en/01_a.ipynb").write_text(version)
        assert bring_up_to_date(*folders) == [mine]
        assert bring_up_to_date(*folders) == []
        assert mine.read_text() == "my answers"
        assert (copy / "en/01_a_newer.ipynb").read_text() == version


def test_a_newer_one_that_the_learner_has_changed_stays_too(folders):
    notebooks, copy = folders
    bring_up_to_date(*folders)
    (copy / "en/01_a.ipynb").write_text("my answers")
    (notebooks / "en/01_a.ipynb").write_text("second")
    bring_up_to_date(*folders)
    (copy / "en/01_a_newer.ipynb").write_text("more answers")
    (notebooks / "en/01_a.ipynb").write_text("third")
    assert bring_up_to_date(*folders) == []
    assert (copy / "en/01_a.ipynb").read_text() == "my answers"
    assert (copy / "en/01_a_newer.ipynb").read_text() == "more answers"


def test_what_was_deleted_comes_back(folders):
    notebooks, copy = folders
    bring_up_to_date(*folders)
    (copy / "en/01_a.ipynb").unlink()
    bring_up_to_date(*folders)
    assert content(copy) == content(notebooks)


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"en/01_a.ipynb": 5}'])
def test_without_a_readable_list_nothing_of_the_learners_is_replaced(folders, kept):
    copy = folders[1]
    bring_up_to_date(*folders)
    (copy / "en/01_a.ipynb").write_text("my answers")
    (copy / ".copied.json").write_text(kept)
    bring_up_to_date(*folders)
    assert (copy / "en/01_a.ipynb").read_text() == "my answers"
    assert (copy / "en/02_b.ipynb").read_text() == "first en/02_b.ipynb"


def test_a_link_of_the_learners_is_not_followed(folders, tmp_path):
    notebooks, copy = folders
    elsewhere = tmp_path / "elsewhere.ipynb"
    elsewhere.write_text("first en/01_a.ipynb")
    (copy / "en").mkdir(parents=True)
    (copy / "en/01_a.ipynb").symlink_to(elsewhere)
    (notebooks / "en/01_a.ipynb").write_text("second")
    bring_up_to_date(*folders)
    assert elsewhere.read_text() == "first en/01_a.ipynb"
    assert (copy / "en/01_a.ipynb").is_symlink()


def test_nothing_is_left_where_it_cannot_be_written(folders):
    copy = folders[1]
    copy.write_text("a file where the folder should be")
    with pytest.raises(OSError):
        bring_up_to_date(*folders)
    assert copy.read_text() == "a file where the folder should be"
