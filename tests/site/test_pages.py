"""What is in the pages, read as text: lessons, exercises, links, pictures, functions."""

import ast
import functools
import json
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import bs4
import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "dist" / "site"
COURSE = tomllib.loads((ROOT / "lessons" / "course.toml").read_text())
LANGUAGES = COURSE["languages"]
LESSONS = [
    pytest.param(code, number, lesson, id=f"{code}-{lesson['slug']}")
    for number, lesson in enumerate(COURSE["lesson"], start=1)
    for code in lesson.get("languages", LANGUAGES)
]
LARGEST = 1_500_000  # bytes of a lesson's page, with its scripts, pictures and style sheets


@functools.cache
def read(path):
    return bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def article(path):
    return read(path).find("article")


def all_pages():
    return sorted(SITE.rglob("*.html"))


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_a_lesson_is_there_with_its_exercises_folded(site, code, number, lesson):
    page = article(site / code / f"{lesson['slug']}.html")
    assert page.h1.get_text().startswith(f"{number} · ")
    assert len(page.select(".cell.tag_exercise")) == len(lesson["exercises"])
    solutions = page.select("details.solution")
    assert len(solutions) == len(lesson["exercises"])
    hints = page.select("details.hint")
    assert len(hints) >= 2 * len(lesson["exercises"])
    assert not any(folded.has_attr("open") for folded in solutions + hints)
    # What is folded is nowhere else.
    for exercise, folded in zip(lesson["exercises"], solutions, strict=True):
        assert f"ex.{exercise}.check" in folded.get_text()
    for cell in page.select(".cell.tag_exercise"):
        assert not cell.select(".cell_output")


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_every_cell_of_the_notebook_is_on_the_page(site, code, number, lesson):
    notebook = json.loads(
        (ROOT / "solutions" / code / f"{number:02d}_{lesson['slug']}.ipynb").read_text()
    )
    page = article(site / code / f"{lesson['slug']}.html")
    notes = [c for c in notebook["cells"] if c["metadata"]["fl_course"]["kind"] == "instructor"]
    assert len(page.select(".instructor")) == len(notes)
    kinds = [cell["metadata"]["fl_course"]["kind"] for cell in notebook["cells"]]
    assert len(page.select(".question")) == kinds.count("question") == kinds.count("answer")
    code_cells = [
        cell
        for cell, kind in zip(notebook["cells"], kinds, strict=True)
        if cell["cell_type"] == "code" and kind != "answer"
    ]
    assert len(page.select(".cell")) == len(code_cells)
    alts = [
        output["metadata"]["image/png"]["alt"]
        for cell in code_cells
        for output in cell["outputs"]
        if "image/png" in output.get("data", {})
    ]
    assert [picture["alt"] for picture in page.select(".cell_output img")] == alts


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_each_choice_of_a_question_has_its_sentence_folded(site, code, number, lesson):
    for question in article(site / code / f"{lesson['slug']}.html").select(".question"):
        choices = question.select(":scope > ul > li")
        (folded,) = question.select(":scope > details.answers")
        assert not folded.has_attr("open")
        said = folded.select("li")
        letters = [f"{letter}." for letter in "abcd"[: len(choices)]]
        for items in (choices, said):
            assert [item.strong.get_text() for item in items] == letters
        # The word that opens a sentence: one choice is right.
        opened = [item.select("strong")[1].get_text() for item in said]
        assert sorted(map(opened.count, set(opened))) == [1, len(choices) - 1]


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_colab_opens_the_learners_notebook(site, code, number, lesson):
    page = article(site / code / f"{lesson['slug']}.html")
    button = page.select_one("a[href^='https://colab']")
    assert button["href"].endswith(f"/notebooks/{code}/{number:02d}_{lesson['slug']}.ipynb")


def test_a_cell_has_the_same_place_in_every_language(site):
    for lesson in COURSE["lesson"]:
        prefix = lesson["slug"].replace("_", "-") + "-cell-"
        places = {
            code: [
                place["id"]
                for place in article(site / code / f"{lesson['slug']}.html").select(
                    f"[id^='{prefix}']"
                )
            ]
            for code in lesson.get("languages", LANGUAGES)
        }
        assert len(places["en"]) > 20
        assert all(found == places["en"] for found in places.values())


def test_no_link_is_broken(site):
    broken = []
    for path in all_pages():
        base = path.as_uri()
        for link in read(path).select("a[href]"):
            target, place = urldefrag(urljoin(base, link["href"]))
            if urlsplit(target).scheme != "file":
                continue
            there = Path(unquote(urlsplit(target).path))
            if not there.is_file() or (place and not read(there).find(id=unquote(place))):
                broken.append((path.relative_to(site), link["href"]))
    assert not broken


def test_nothing_comes_from_another_host(site):
    found = []
    for path in all_pages():
        for tag in read(path).select("script[src], img[src], iframe, link[href], source, video"):
            address = tag.get("src") or tag.get("href") or ""
            if urlsplit(address).scheme not in ("", "data") or address.startswith("//"):
                found.append((path.relative_to(site), address))
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        found += re.findall(r"url\(\s*['\"]?((?:https?:)?//[^)]*)\)|@import\s+['\"]?http", text)
    assert not found


def test_every_picture_says_what_is_in_it(site):
    silent = [
        (path.relative_to(site), picture["src"])
        for path in all_pages()
        for picture in read(path).select("img")
        if len(picture.get("alt", "")) < 10 or picture["alt"].startswith("_images")
    ]
    assert not silent


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_a_lessons_page_is_light(site, code, number, lesson):
    path = site / code / f"{lesson['slug']}.html"
    files = {path}
    for tag in read(path).select("script[src], img[src], link[rel=stylesheet]"):
        address = urlsplit(tag.get("src") or tag.get("href")).path
        files.add((path.parent / address).resolve())
    assert sum(file.stat().st_size for file in files) < LARGEST


def test_nothing_of_the_machine_is_in_the_pages(site):
    for path in all_pages():
        assert str(ROOT) not in path.read_text(encoding="utf-8")


def public_names():
    for path in sorted((ROOT / "fl_course").glob("*/__init__.py")):
        if path.parent.name in ("runtime", "authoring"):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
                for name in ast.literal_eval(node.value):
                    yield f"fl_course.{path.parent.name}", name


def test_every_public_function_has_its_entry(site):
    missing = [
        f"{module}.{name}"
        for module, name in public_names()
        if not read(site / "en" / "api" / f"{module}.html").find(
            # One that is imported late is named after the part that makes it.
            id=re.compile(rf"^{re.escape(module)}\.(\w+\.)?{name}$")
        )
    ]
    assert not missing


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_glossary_has_a_place_for_each_term_and_leads_to_its_lesson(site, code):
    page = article(site / code / "glossary.html")
    terms = page.select("h3")
    assert len(terms) > 90
    # A lesson that is in English only stands in another part of the site.
    assert len(page.select("p > a[href$='.html'], p > a[href$='.html#']")) == len(terms)
    # The same place in every language, though the titles differ.
    assert page.find(id="client-drift")
    assert not page.select("a[href*='github.com']")


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_a_lesson_leads_to_the_glossary_of_its_language(site, code, number, lesson):
    page = article(site / code / f"{lesson['slug']}.html")
    assert page.select("p a[href='glossary.html']")
