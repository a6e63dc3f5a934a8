"""The sheet for participants: made for paper, and read on a screen now and then."""

import dataclasses
import re
from pathlib import Path

import pytest

from fl_course.authoring import sheet
from fl_course.authoring.course import read_course
from tests.site.test_in_browser import serious_faults
from tests.site.test_pages import LANGUAGES, read

ROOT = Path(__file__).parents[2]


def sheets_of_paper(page):
    made = page.pdf(prefer_css_page_size=True, print_background=True)
    return len(re.findall(rb"/Type\s*/Page\b", made))


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_prints_on_one_page(open_page, address, code):
    page = open_page(f"{address}/{code}/sheet.html")
    assert page.locator("nav svg").count() == 3
    assert sheets_of_paper(page) == 1


def test_a_page_that_is_too_long_would_be_noticed(open_page, address):
    page = open_page(f"{address}/en/sheet.html")
    page.evaluate(
        "document.querySelector('main').append(document.querySelector('main').cloneNode(1))"
    )
    assert sheets_of_paper(page) == 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_fork_with_a_long_name_prints_on_one_page(open_page, tmp_path, code):
    fork = dataclasses.replace(read_course(ROOT), repository=f"{'a-school' * 4}/{'a-course' * 7}")
    path = tmp_path / "sheet.html"
    sheet.write(fork, code, path)
    assert sheets_of_paper(open_page(path.as_uri())) == 1


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("code", LANGUAGES)
def test_it_fits_the_screen(open_page, served, code, width):
    page = open_page(f"{served}/{code}/sheet.html", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []


def test_the_front_page_and_the_document_for_instructors_lead_to_it(site):
    for code in LANGUAGES:
        links = read(site / code / "index.html").select("article a[href*='sheet.html']")
        assert [link["href"].rstrip("#") for link in links] == [f"../{code}/sheet.html"]
    (link,) = read(site / "en" / "docs" / "teaching.html").select("article a[href*='sheet.html']")
    assert link["href"].rstrip("#") == "../../en/sheet.html"
