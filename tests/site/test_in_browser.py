"""What a reader sees and does, in headless Chromium."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.site.test_pages import COURSE, LANGUAGES

# It would ask once more, and in the wrong folder, for what style sheets import.
_OPTIONS = {"resultTypes": ["violations"], "preload": False}
PLACE = "federated-core-cell-operators"
# A word that stands in a lesson, with a particle or inside a longer word in some languages.
WORDS = {
    "en": ("broadcast", "federated_core"),
    "ko": ("집계", "federated_core"),
    "ja": ("連合学習", "federated_averaging"),
    "zh-CN": ("联邦学习", "federated_averaging"),
    "es": ("difusiones", "federated_core"),
    "pt-BR": ("difusão", "federated_core"),
}
PAGES = [
    *(
        f"{code}/{page}.html"
        for code in LANGUAGES
        for page in ("index", "federated_core", "glossary")
    ),
    "en/centralized_training.html",
    "en/secure_sums.html",
    "en/docs/places.html",
    "en/api/fl_course.privacy.html",
    "en/search.html",
]


def test_every_language_has_a_search_to_be_tried():
    assert set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_search_finds(open_page, address, code):
    word, page_found = WORDS[code]
    page = open_page(f"{address}/{code}/index.html")
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog input[type=search]").fill(word)
    page.keyboard.press("Enter")
    found = page.locator(f"#search-results li a[href*='{page_found}']").first
    expect(found).to_be_visible(timeout=30_000)
    found.click()
    expect(page.locator("article h1")).to_be_visible()


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("ko", "클라이언트의 데이터"),
        ("ko", "벌"),
        ("ja", "クライアントデータ"),
        ("ja", "損失"),
        ("zh-CN", "客户端数据"),
        ("zh-CN", "损失"),
        ("es", "cohortes"),
        ("es", "pérdida"),
        ("pt-BR", "coortes"),
        ("pt-BR", "perda"),
    ],
)
def test_search_finds_words_as_they_are_typed(open_page, address, code, word):
    page = open_page(f"{address}/{code}/search.html?q={word}")
    expect(page.locator("#search-results li a").first).to_be_visible()


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_the_switcher_leads_to_the_same_section(open_page, address, code):
    page = open_page(f"{address}/en/federated_core.html#{PLACE}")
    page.locator(".language-switch summary").click()
    page.locator(f".language-switch a[hreflang={code}]").click()
    page.wait_for_url(f"**/{code}/federated_core.html#{PLACE}")
    heading = page.locator(f"#{PLACE}").locator("h2").first
    expect(heading).to_be_in_viewport()
    assert page.evaluate("document.documentElement.lang") == code


def test_the_switcher_leads_to_the_front_page_where_a_lesson_is_not_translated(open_page, address):
    slugs = [x["slug"] for x in COURSE["lesson"] if "ko" not in x.get("languages", LANGUAGES)]
    if not slugs:
        pytest.skip("every lesson is in every language")
    page = open_page(f"{address}/en/{slugs[0]}.html")
    page.locator(".language-switch summary").click()
    page.locator(".language-switch a[hreflang=ko]").click()
    page.wait_for_url("**/ko/index.html")


def test_the_entrance_leads_to_the_readers_language(open_page, address):
    led = {"ja-JP": "ja", "zh-CN": "zh-CN", "zh-SG": "zh-CN", "es-MX": "es", "pt-PT": "pt-BR"}
    for locale, code in {**led, "fr-FR": "en"}.items():
        page = open_page(f"{address}/index.html", locale=locale)
        page.wait_for_url(f"**/{code}/index.html")


def test_notes_are_hidden_until_they_are_asked_for(open_page, address):
    page = open_page(f"{address}/en/federated_core.html")
    note = page.locator(".instructor").first
    switch = page.locator(".notes-switch")
    expect(note).to_be_hidden()
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    expect(note).to_be_visible()
    assert switch.get_attribute("aria-pressed") == "true"
    # Kept for the next page.
    page.goto(f"{address}/en/federated_data.html")
    expect(page.locator(".instructor").first).to_be_visible()
    page.locator(".notes-switch").click()
    expect(page.locator(".instructor").first).to_be_hidden()


def test_a_page_without_notes_has_no_switch_for_them(open_page, address):
    page = open_page(f"{address}/en/glossary.html")
    expect(page.locator(".notes-switch")).to_be_hidden()


def test_hints_and_solutions_unfold(open_page, address):
    page = open_page(f"{address}/ko/federated_core.html")
    for name in ("hint", "solution"):
        folded = page.locator(f"details.{name}").first
        inside = folded.locator(".sd-card-body, .sd-summary-content").first
        expect(inside).to_be_hidden()
        folded.locator("summary").click()
        expect(inside).to_be_visible()


def first_question(page):
    return page.locator(".question").first


def said(question):
    return question.get_by_role("status")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_says_something_to_each_choice(open_page, address, code):
    question = first_question(open_page(f"{address}/{code}/centralized_training.html"))
    radios = question.get_by_role("radio")
    expect(question.locator("details")).to_have_count(0)
    expect(said(question)).to_be_empty()
    question.get_by_role("button").click()
    expect(said(question)).to_have_text(question.get_attribute("data-choose"))
    sentences = []
    for place in range(radios.count()):
        radios.nth(place).check()
        expect(said(question)).to_be_empty()
        question.get_by_role("button").click()
        expect(said(question)).to_be_visible()
        sentences.append(said(question).inner_text())
    assert [sentence[:2] for sentence in sentences] == ["a.", "b.", "c.", "d."]
    assert len(set(sentences)) == len(sentences)


def test_a_question_is_answered_with_the_keyboard(open_page, address):
    question = first_question(open_page(f"{address}/en/centralized_training.html"))
    page = question.page
    question.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(question.get_by_role("radio").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    expect(said(question)).to_contain_text(re.compile(r"^b\. ✔ Right\."))
    page.keyboard.press("Tab")
    expect(question.get_by_role("button")).to_be_focused()


def test_a_question_is_read_out_as_one_group(open_page, served):
    question = first_question(open_page(f"{served}/en/centralized_training.html"))
    group = question.get_by_role("radiogroup", name=re.compile(r"^Question 1 of 5\."))
    expect(group.get_by_role("radio")).to_have_count(4)
    expect(group.get_by_role("radio", name=re.compile(r"^a\. "))).to_have_count(1)


def test_without_a_script_a_question_has_its_answers_folded(open_page, address):
    url = f"{address}/en/centralized_training.html"
    question = first_question(open_page(url, java_script_enabled=False))
    expect(question.locator("form")).to_have_count(0)
    expect(question.locator(":scope > ul > li")).to_have_count(4)
    answers = question.locator("details.answers")
    expect(answers.locator("li").first).to_be_hidden()
    answers.locator("summary").click()
    expect(answers.locator("li")).to_have_count(4)
    expect(answers.locator("li").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_an_answered_question(open_page, served, scheme):
    page = open_page(f"{served}/en/centralized_training.html", color_scheme=scheme)
    for place in range(2):
        question = page.locator(".question").nth(place)
        question.get_by_role("radio").first.check()
        question.get_by_role("button").click()
    assert serious_faults(page) == []


def test_formulas_are_drawn(open_page, address):
    page = open_page(f"{address}/en/secure_sums.html")
    sizes = page.locator("math").evaluate_all(
        "all => all.filter(x => x.checkVisibility()).map(x => x.getBoundingClientRect().width)"
    )
    assert len(sizes) > 5
    assert min(sizes) > 3


def test_dark_and_light(open_page, address):
    shown = "getComputedStyle(document.body).backgroundColor"
    dark = open_page(f"{address}/en/index.html", color_scheme="dark")
    light = open_page(f"{address}/en/index.html", color_scheme="light")
    assert dark.evaluate(shown) != light.evaluate(shown)
    dark.locator(".article-header-buttons .theme-switch-button").click()
    dark.locator(".article-header-buttons [data-mode=light].theme-change-button").click()
    assert dark.evaluate("document.documentElement.dataset.theme") == "light"


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_the_screen(open_page, served, path, width):
    page = open_page(f"{served}/{path}", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # The switches are in one line and can be reached.
    expect(page.locator(".language-switch summary")).to_be_in_viewport(ratio=1)
    top, bottom = page.evaluate(
        "() => { const box = document.querySelector('.article-header-buttons')"
        ".getBoundingClientRect(); return [box.top, box.bottom]; }"
    )
    assert top >= 0
    assert bottom <= 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault(open_page, served, path, scheme):
    page = open_page(f"{served}/{path}", color_scheme=scheme)
    page.evaluate(
        "() => { document.documentElement.classList.add('with-notes');"
        "for (const folded of document.querySelectorAll('article details')) folded.open = true; }"
    )
    found = serious_faults(page)
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def serious_faults(page):
    page.wait_for_timeout(600)  # what unfolds fades in
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
        for fault in Axe().run(page, options=_OPTIONS).response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
