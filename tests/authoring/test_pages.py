"""The README and documents in other languages."""

import posixpath
import re
from pathlib import Path

import pytest

from fl_course.authoring import pages
from fl_course.authoring.build import build
from fl_course.authoring.course import read_course
from fl_course.authoring.languages import ENGLISH_ITSELF, Language
from fl_course.authoring.pages import PAGES
from tests.authoring.conftest import KO, translated

ROOT = Path(__file__).parent.parent.parent
README = """\
# A course

**English** · [한국어](README.ko.md)

See [places](docs/places.md#the-cloud), [this part](#for-instructors), [terms](docs/glossary.md#sum)
and [elsewhere](https://example.org/docs/places.md#the-cloud).

## For instructors

Teach. [Lesson](notebooks/en/01_adding.ipynb)

```sh
# No heading
make open
make open LANGUAGE=ko
```

## For contributors

Build.
"""
PLACES = """\
# Where

**English** · [한국어](places.ko.md)

Back to the [course](../README.md#for-instructors).

## The cloud

There.
"""


@pytest.fixture
def with_pages(korean):
    korean.write("README.md", README)
    korean.write("docs/places.md", PLACES)
    for _ in range(2):
        report = build(korean.root)
        for name in ("README", "places"):
            path = korean.root / KO / f"{name}.po"
            path.write_text(translated(path.read_text()))
    assert report.problems == []
    build(korean.root)
    return korean


def test_pages_are_translated_and_lead_to_each_other(with_pages):
    readme = (with_pages.root / "README.ko.md").read_text()
    places = (with_pages.root / "docs" / "places.ko.md").read_text()
    assert readme.splitlines()[2] == "[English](README.md) · **한국어**"
    assert places.splitlines()[2] == "[English](places.md) · **한국어**"
    assert "](docs/places.ko.md#말-말)" in readme
    assert "](#말-말)" in readme  # its own heading
    assert "](docs/glossary.ko.md#sum)" in readme
    assert "](https://example.org/docs/places.md#the-cloud)" in readme
    assert "](notebooks/ko/01_adding.ipynb)" in readme
    assert "](../README.ko.md#말-말)" in places
    assert "\nmake open LANGUAGE=ko\nmake open LANGUAGE=ko\n" in readme
    for english in ("See", "elsewhere", "Teach", "Back to the"):  # beside links, too
        assert english not in readme + places
    assert "contributors" not in readme
    assert "Build" not in readme
    assert build(with_pages.root, check=True).problems == []


def test_a_changed_page_is_found(with_pages):
    with_pages.write("docs/places.md", PLACES.replace("There.", "Not there."))
    problems = build(with_pages.root, check=True).problems
    assert any("translations/ko/places.po: 1 fuzzy" in problem for problem in problems)
    with_pages.write(
        "docs/places.md", PLACES.replace("**English** · [한국어](places.ko.md)\n\n", "")
    )
    (problem,) = build(with_pages.root, check=True).problems
    assert problem.startswith("docs/places.md: does not lead to its other languages.")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_the_pages_of_the_course_lead_to_headings(page):
    files = [page.path, *sorted((ROOT / page.path).parent.glob(f"{page.path.stem}.*.md"))]
    assert len(files) > 1
    for file in files:
        text = (ROOT / file).read_text()
        for path, place in re.findall(r"\]\(([^)\s#:]*)#([^)\s]+)\)", text):
            target = Path(posixpath.join((ROOT / file).parent, path)) if path else ROOT / file
            if target.suffix == ".md" and "glossary" not in target.name:
                assert place in pages._places(target.read_text()), f"{file}: {path}#{place}"


def test_english_leads_to_the_other_languages():
    assert list(pages.switch_problems({PAGES[0]: "# A\n"}, ENGLISH_ITSELF, [ENGLISH_ITSELF])) == []


def test_examples_name_the_language_of_their_page(korean):
    text = "# A\n\n`LANGUAGE=ko`, `slides 1 --language ko`: dist/slides/ko, dist/sheet.ko.html\n"
    course = read_course(korean.root)
    made = pages.in_language({PAGES[0]: text}, course, Language("ja", "日本語"), [ENGLISH_ITSELF])
    (said,) = made.values()
    assert "`LANGUAGE=ja`, `slides 1 --language ja`: dist/slides/ja, dist/sheet.ja.html" in said
