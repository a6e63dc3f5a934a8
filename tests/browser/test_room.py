"""What an instructor sees and does on the page of `fl-course room`, with a hand and a keyboard."""

import json
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.room.at_hand import IDS, line

NAMES = [
    "Anna",
    "김민지",
    "<b>Eve</b>",
    "Maria de los Ángeles Fernández-García y Rodríguez",
    "W" * 80,
]
LINES = [
    f"{name}: {line(tag, IDS[: 7 * tag], {IDS[7 * tag]: 2, IDS[7 * tag + 1]: 4})}"
    for tag, name in enumerate(NAMES, start=1)
]
TEXT = "\n".join([*LINES, line(99, IDS[:3]), "Carl: flc1-abc-"])


@pytest.fixture
def address():
    command = [sys.executable, "-m", "fl_course.cli", "room", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.fixture
def open_page(browser, address):
    """Opens the page; fails if it asks for anything elsewhere, or the browser complains."""
    contexts, wrong = [], []

    def note(request):
        if not request.url.startswith((address, "data:")):
            wrong.append(request.url)

    def open_it(**options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("request", note)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert wrong == []


def paste(page, text=TEXT):
    page.get_by_role("textbox", name="Lines from the chat").fill(text)
    # A click does not wait for the page that it leads to.
    with page.expect_navigation():
        page.get_by_role("button", name="Read the lines").click()


def test_lines_become_a_table_without_javascript(open_page):
    page = open_page(java_script_enabled=False)
    paste(page)
    expect(page.get_by_text("6 participants.")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Line 7 (Carl): its checksum does not fit")
    expect(page.get_by_role("row", name="<b>Eve</b>").first).to_be_visible()
    expect(page.get_by_role("cell", name="solved, tried once").first).to_be_visible()
    expect(page.get_by_text("5 of 6 solved").first).to_be_visible()
    paste(page, f"Anna: {line(1, IDS[:30])}")
    expect(page.get_by_text("6 participants.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    table = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(table) == 7
    assert table[0].startswith(f"fl-course participant,{IDS[0]},")
    page.get_by_role("button", name="Forget everybody").click()
    expect(page.get_by_role("row")).to_have_count(0)


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_and_nothing_overflows(open_page, width, scheme):
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for text in ("", TEXT):
        paste(page, text)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = [
            (fault["id"], [node["html"][:200] for node in fault["nodes"][:3]])
            for fault in Axe()
            .run(page, options={"resultTypes": ["violations"]})
            .response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        assert not found, json.dumps(found, indent=1, ensure_ascii=False)


def test_it_is_used_by_the_keyboard(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    page.keyboard.insert_text(TEXT)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("6 participants.")).to_be_visible()


def test_the_hatch_of_the_stuck_is_drawn(open_page):
    """It is of a pattern, which some ways to hide its element would take away."""
    page = open_page(viewport={"width": 1280, "height": 800})
    paste(page)
    bar = page.locator(".bars li", has_text="1 stuck").first.locator("svg")
    with_hatch = bar.screenshot()
    page.evaluate("document.querySelector('pattern').remove()")
    assert bar.screenshot() != with_hatch
