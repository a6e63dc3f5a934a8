"""The decks as they are projected, in headless Chromium."""

import tomllib

import pytest
from playwright.sync_api import expect

from tests.site.test_in_browser import serious_faults
from tests.site.test_pages import LESSONS, ROOT, read

# An old projector, and the same with the browser's zoom at 150 %, which is fewer and larger pixels.
SCREENS = {
    "1024 x 768": {"viewport": {"width": 1024, "height": 768}},
    "at 150 %": {"viewport": {"width": 683, "height": 512}, "device_scale_factor": 1.5},
}
# A slide is 800 of its own pixels high, and its text 28 where deck.js leaves it as it is.
SMALLEST = 80  # percent of that

# What of a slide is outside of it, and by how much its text has been made smaller.
_LOOK = """() => {
  const slide = Reveal.getCurrentSlide(), page = slide.querySelector(":scope > .page");
  const body = page.querySelector(".body"), edge = page.getBoundingClientRect();
  const outside = [...page.querySelectorAll("*")].filter(x => !x.closest("aside")).filter(x => {
    const box = x.getBoundingClientRect();
    return box.width && box.height && (box.left < edge.left - 1 || box.top < edge.top - 1
      || box.right > edge.right + 1 || box.bottom > edge.bottom + 1);
  }).map(x => x.outerHTML.slice(0, 80));
  if (body.scrollHeight > body.clientHeight + 1) outside.push("the body, in its height");
  if (body.scrollWidth > body.clientWidth + 1) outside.push("the body, in its width");
  const view = document.documentElement;
  if (edge.right > view.clientWidth + 1 || edge.bottom > view.clientHeight + 1) outside.push("it");
  const pictures = [...page.querySelectorAll("img")].map(x => x.getBoundingClientRect().height);
  return {
    slide: slide.id,
    outside,
    percent: parseInt(page.style.fontSize),
    figure: Math.min(...pictures, edge.height) / edge.height,
    wide: [...page.querySelectorAll("img")].some(x => x.naturalWidth > 3 * x.naturalHeight),
  };
}"""


def ready(page):
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.evaluate("document.fonts.ready")


def slides(page):
    """What each slide looks like, from the first one on."""
    ready(page)
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        yield page.evaluate(_LOOK)
        page.evaluate("Reveal.next()")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_nothing_overflows(open_page, site, code, number, lesson, screen):
    deck = site / code / "slides" / f"{lesson['slug']}.html"
    seen = list(slides(open_page(deck.as_uri(), **SCREENS[screen])))
    assert len({slide["slide"] for slide in seen}) == len(seen) > 20
    assert not [slide for slide in seen if slide["outside"]]
    assert not [slide for slide in seen if slide["percent"] < SMALLEST]
    # A figure has half of the slide's height nearly, if it is not a strip.
    assert not [x for x in seen if x["figure"] < 0.38 and not x["wide"]]


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_a_lesson_leads_to_its_deck(site, code, number, lesson):
    link = read(site / code / f"{lesson['slug']}.html").select_one("article a[href^='slides/']")
    assert link["href"] == f"slides/{lesson['slug']}.html"
    deck = read(site / code / link["href"])
    assert deck.html["lang"] == code
    assert deck.h1.get_text().startswith(f"{number} · ")


@pytest.mark.parametrize(("code", "number", "lesson"), LESSONS)
def test_every_task_is_shown_and_no_solution(site, code, number, lesson):
    deck = read(site / code / "slides" / f"{lesson['slug']}.html")
    page = read(site / code / f"{lesson['slug']}.html")
    assert len(deck.select(".page:has(.task)")) >= len(lesson["exercises"])
    assert ".check(" not in "".join(x.get_text() for x in deck.select(".code pre"))
    blanks = [x.get_text().split("\n") for x in page.select(".cell.tag_exercise pre")]
    given = {line.rstrip() for lines in blanks for line in lines}
    for shown in deck.select(".page:has(.task) .code pre"):
        assert set(shown.get_text().rstrip().split("\n")) <= given


def test_the_speakers_view_shows_the_notes_and_follows(open_page, address):
    page = open_page(f"{address}/en/slides/centralized_training.html")
    ready(page)
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    page.evaluate("location.hash = '#/first-computation'")
    page.wait_for_function("Reveal.getCurrentSlide().id === 'first-computation'")
    notes = speaker.locator(".speaker-controls-notes .value")
    expect(notes).to_contain_text("What people get wrong.", timeout=20_000)
    assert notes.is_visible()
    assert "What people get wrong." not in page.locator("main").inner_text()
    speaker.keyboard.press("ArrowRight")
    page.wait_for_function("Reveal.getCurrentSlide().id !== 'first-computation'")


def test_a_question_for_the_room_has_its_answer_in_the_notes(open_page, address):
    page = open_page(f"{address}/ko/slides/federated_core.html#/ask-federated-values")
    ready(page)
    asked = page.locator("section.present .page.ask")
    expect(asked).to_be_visible()
    english = read(ROOT / "dist/site/en/slides/federated_core.html")
    assert len(english.select(".page.ask")) == page.locator(".page.ask").count() == 7
    notes = page.evaluate("Reveal.getSlideNotes()")
    assert asked.locator(".prompt p").inner_text() in page.evaluate(
        "notes => new DOMParser().parseFromString(notes, 'text/html').body.textContent", notes
    )
    assert len(notes) > 1.5 * len(asked.locator(".prompt p").inner_text())


@pytest.mark.parametrize("slide", ["title", "intro", "diagram", "task-rows", "ask-what-is-fl"])
def test_axe_finds_no_serious_fault(open_page, served, slide):
    page = open_page(f"{served}/en/slides/centralized_training.html#/{slide}")
    ready(page)
    assert page.evaluate("Reveal.getCurrentSlide().id") == slide
    assert serious_faults(page) == []


def test_the_help_with_the_keys_can_be_read_on_an_old_projector(open_page, served):
    address = f"{served}/en/slides/centralized_training.html"
    page = open_page(address, **SCREENS["1024 x 768"])
    ready(page)
    page.evaluate("Reveal.toggleHelp(true)")
    table = page.locator(".r-overlay-help table")
    expect(table).to_be_visible()
    box = table.bounding_box()
    assert box["y"] > 0
    assert box["y"] + box["height"] < 768
    style = "getComputedStyle(x)"
    for cell in table.locator("th, td").all():
        assert cell.evaluate(f"x => {style}.color") == "rgb(255, 255, 255)"
        assert float(cell.evaluate(f"x => parseFloat({style}.fontSize)")) >= 20


def test_printed_it_is_a_slide_a_page(open_page, served, browser):
    deck = f"{served}/en/slides/centralized_training.html"
    page = open_page(deck)
    ready(page)
    count = page.evaluate("Reveal.getTotalSlides()")
    page = open_page(f"{deck}?print-pdf")  # which has no slides any more when its pages are made
    ready(page)
    pages = page.locator(".pdf-page")
    expect(pages).to_have_count(count, timeout=20_000)
    # One that is twice as high is printed with a blank page.
    assert len(set(pages.evaluate_all("all => all.map(page => page.clientHeight)"))) == 1


def test_the_course_is_what_it_is_made_of():
    course = tomllib.loads((ROOT / "lessons" / "course.toml").read_text())
    decks = {path.stem for path in (ROOT / "dist/site/en/slides").glob("*.html")}
    assert decks == {lesson["slug"] for lesson in course["lesson"]}
