"""A browser and JupyterLab for a learner's session.

Run by `make test-browser`, without the other tests' conftest.py: nothing of the engine is in this
process, all of it is in the kernels that JupyterLab starts.
"""

import psutil
import pytest
from playwright.sync_api import sync_playwright

from tests.browser import jupyterlab
from tests.browser.chromium import ARGUMENTS, find_browser
from tests.browser.learner import Lesson

_ENDS_WITHIN = 30.0  # seconds, what a kernel has started, after the kernel
_screen = pytest.StashKey()


@pytest.fixture(scope="session")
def browser():
    # Playwright makes a new and empty profile for it.
    path = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with jupyterlab.running(tmp_path_factory.mktemp("learner")) as lab:
        yield lab


@pytest.fixture(scope="module")
def lesson(request, browser, lab, tmp_path_factory):
    """The lesson that the test file is named after, every cell run, in a fresh kernel."""
    slug = request.path.stem.removeprefix("test_")
    (file,) = lab.notebooks.glob(f"??_{slug}.ipynb")
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    request.config.stash[_screen] = (page, tmp_path_factory.getbasetemp())
    lesson = Lesson(page, lab, file.name)
    lesson.run_all()
    yield lesson
    lesson.shut_down_kernel()
    page.close()
    _, left = psutil.wait_procs(lab.started_by_kernels(), _ENDS_WITHIN)
    assert not left, "this has outlived its notebook's kernel"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keeps a picture of what the learner saw when a test failed."""
    report = yield
    page, folder = item.config.stash.get(_screen, (None, None))
    if report.failed and page is not None and not page.is_closed():
        file = folder / f"{item.module.__name__}.{item.name}-{call.when}.png"
        page.screenshot(path=file)
        report.sections.append(("screenshot", str(file)))
    return report
