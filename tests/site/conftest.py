"""The built web edition, and a browser that looks at it.

Run by `make test-site`, which builds it, in the site's own environment: nothing of the engine is
here.
"""

import functools
import http.server
import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import ARGUMENTS, HOST, find_browser

SITE = Path(__file__).parents[2] / "dist" / "site"


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").is_file():
        pytest.fail("There is no web edition to look at. Run: make site", pytrace=False)
    return SITE


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def served(site, tmp_path_factory):
    """The site's address on a server where it lies in a folder of a folder."""
    root = tmp_path_factory.mktemp("server")
    (root / "some").mkdir()
    (root / "some" / "where").symlink_to(site)
    handler = functools.partial(_Quiet, directory=root)
    with http.server.ThreadingHTTPServer((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{HOST}:{server.server_port}/some/where"
        server.shutdown()
        thread.join(10)


@pytest.fixture(params=["folder", "server"])
def address(request, site):
    """Where the site is: opened from its folder, or under a path of a server."""
    return site.as_uri() if request.param == "folder" else request.getfixturevalue("served")


@pytest.fixture
def open_page(browser):
    """Opens pages, and fails if one complains or asks another host for something."""
    contexts, complaints = [], []

    def open_page(url, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if _away(request) else 0)
        # What a page asks for and no longer needs when it is left ends as aborted. Where scripts
        # are off, they are not fetched either.
        scripts = options.get("java_script_enabled", True)
        page.on(
            "requestfailed",
            lambda request: (
                None
                if request.failure == "net::ERR_ABORTED"
                or (request.resource_type == "script" and not scripts)
                else complaints.append(f"failed: {request.url}")
            ),
        )
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


def _away(request):
    return not request.url.startswith(("file:", "data:", "blob:", f"http://{HOST}:"))
