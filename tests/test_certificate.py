import datetime
import html
import os
import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_course import catalog, certificate, localization
from fl_course.exercises.codes import exercise_ids

IDS = exercise_ids()
DAY = datetime.date(2026, 11, 30)
CHROMIUM = shutil.which(os.environ.get("FL_COURSE_CHROMIUM", "chromium"))
NAMES = ["Anna", '<b>Eve</b> & "Co"', "김민지", "W" * 200, "매우 긴 이름 " * 24, "'-- ]]> A"]


def text_of(page):
    body = page[page.index("<body>") :]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


@pytest.mark.parametrize("name", NAMES)
def test_the_name_the_lessons_and_what_it_is_not_are_on_it(name):
    page = certificate.make(name, {*IDS[:5], "of another course"}, DAY)
    text = text_of(page)
    assert " ".join(name.split()) in text
    first, second, third = catalog.entries()[:3]
    assert f"1 · {first.title}4 of 4{', '.join(IDS[:4])}" in text
    assert f"2 · {second.title}1 of 4{IDS[4]}" in text
    assert third.title not in text
    assert "has solved 5 of the 8 exercises of the lessons listed here." in text
    assert "Date: 2026-11-30" in text
    assert catalog.title() in text
    assert "It is no exam" in text
    assert "of another course" not in page
    assert "http" not in page and "url(" not in page and "<script" not in page


def test_only_chosen_lessons_are_on_it():
    first, second, third = (entry.slug for entry in catalog.entries()[:3])
    solved = {*IDS[:5], *catalog.entries()[2].solutions}
    text = text_of(certificate.make("Anna", solved, DAY, {first, second}))
    assert "has solved 5 of the 8 exercises" in text
    assert catalog.entries()[2].title not in text
    text = text_of(certificate.make("Anna", set(IDS[:4]), DAY, {first, second}))
    assert "has solved 4 of the 8 exercises" in text
    assert f"2 · {catalog.entries()[1].title}0 of 4" in text
    assert "has solved all 4 exercises" in text_of(certificate.make("Anna", solved, DAY, {first}))
    with pytest.raises(certificate.NothingSolvedError, match="no exercise of these lessons is"):
        certificate.make("Anna", set(IDS[:4]), DAY, {second, third})


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=230))
def test_every_name_is_on_it_or_refused(name):
    try:
        page = certificate.make(name, set(IDS), DAY)
    except ValueError as error:
        assert "name must have" in str(error)
        assert len(name) > 200 or not any(one.isalnum() for one in name)
        return
    page.encode()
    shown = "".join(one for one in name if one.isalnum())
    assert shown in "".join(one for one in text_of(page) if one.isalnum())


@pytest.mark.parametrize("name", ["", " \n", "--", "a" * 201])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="name must have a letter or a digit and at most 200"):
        certificate.make(name, set(IDS), DAY)
    with pytest.raises(TypeError, match="name must be a text"):
        certificate.make(5, set(IDS), DAY)


@pytest.mark.parametrize("solved", [set(), {"of another course"}])
def test_for_nothing_there_is_none(solved):
    with pytest.raises(certificate.NothingSolvedError, match=r"nothing to put .* come back"):
        certificate.make("Anna", solved, DAY)


@pytest.mark.parametrize("language", localization.languages())
def test_it_speaks_every_language(language):
    with localization.speaking(language):
        page = certificate.make("Anna", set(IDS), DAY)
        assert f'<html lang="{language}">' in page
        for entry in catalog.entries():
            assert html.escape(localization.word(entry.title)) in page


def test_the_day_can_be_given_by_the_environment(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert certificate.today() == datetime.date(2001, 9, 9)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    before = datetime.date.today()
    assert before <= certificate.today() <= datetime.date.today()
    for wrong in ("soon", "1.5", "9" * 30, "9" * 5000):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(ValueError, match="SOURCE_DATE_EPOCH must be a number of seconds"):
            certificate.today()


def test_only_an_earlier_page_is_replaced(tmp_path):
    file = tmp_path / "certificate.html"
    certificate.write(file, certificate.make("Anna", set(IDS), DAY))
    newer = certificate.make("Bob", set(IDS), DAY)
    certificate.write(file, newer)
    assert file.read_text() == newer
    (tmp_path / "mine.html").write_text("<!DOCTYPE html>\n<p>mine")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(file)
    (tmp_path / "leads nowhere").symlink_to(tmp_path / "gone")
    for name in ("mine.html", "folder", "pipe", "link", "leads nowhere"):
        with pytest.raises(certificate.NotOursError, match=f"{name} is there, and no certificate"):
            certificate.write(tmp_path / name, newer)
    assert (tmp_path / "mine.html").read_text() == "<!DOCTYPE html>\n<p>mine"
    assert sorted(os.listdir(tmp_path)) == [
        *("certificate.html", "folder", "leads nowhere", "link", "mine.html", "pipe")
    ]


@pytest.mark.timeout(120)
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("language", localization.languages())
@pytest.mark.parametrize("name", ["W" * 200, "매우 긴 이름 " * 24])
def test_it_prints_on_one_page_of_a4(tmp_path, name, language):
    with localization.speaking(language):
        certificate.write(tmp_path / "page.html", certificate.make(name, set(IDS), DAY))
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--disable-background-networking"]
    command += [f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=100)
    printed = (tmp_path / "page.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
    width, height = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed).groups()
    assert (round(float(width)), round(float(height))) == (595, 842)
