"""What a learner does in JupyterLab, and sees there: clicks, keys, and rendered outputs."""

import contextlib
import re
from collections.abc import Iterator
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import Frame, Locator, Page, expect

from fl_course.authoring.notebooks import key_of
from tests.browser.jupyterlab import JupyterLab

# What is there comes sooner; how long to wait for what may not come.
_PATIENCE_SECONDS = 60.0
_RUN_SECONDS = 300.0
_READY = "Python 3 (ipykernel) | Idle"
_PROMPTS = """panel => [...panel.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
    .map(prompt => prompt.textContent).join()"""
# Something has run since, nothing is waiting, and the kernel is at rest.
_AT_REST = f"""([panel, before]) => {{
    const prompts = ({_PROMPTS})(panel);
    const indicator = panel.querySelector(".jp-Notebook-ExecutionIndicator");
    return prompts !== before && !prompts.includes("*") && indicator.dataset.status === "idle";
}}"""
_DRAWN_SIZE = """image => image.decode().then(
    () => [image.naturalWidth, image.naturalHeight, image.clientWidth, image.clientHeight],
    () => [0, 0, 0, 0])"""

expect.set_options(timeout=1000 * _PATIENCE_SECONDS)


def as_shown(markdown: str) -> str:
    """A sentence as it is read once it is rendered."""
    return markdown.replace("`", "").replace("**", "")


def keys_with_figures(notebook: NotebookNode) -> list[str]:
    """The keys of an executed notebook's cells that have drawn a figure, from top to bottom."""
    return [
        key_of(cell)
        for cell in notebook.cells
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))
    ]


class Figure(NamedTuple):
    """An image on the screen, in pixels; all is 0 if it could not be drawn.

    Attributes:
        width: Its own width.
        height: Its own height.
        shown_width: The width that it has on the screen.
        shown_height: The height that it has on the screen.
    """

    width: int
    height: int
    shown_width: int
    shown_height: int

    def is_clear(self) -> bool:
        """Whether it is large enough to read, not blown up, and not distorted."""
        if not self.width >= self.shown_width >= 300:
            return False
        return abs(self.shown_width * self.height / self.width - self.shown_height) <= 1


class Cell:
    """A code cell of an open lesson."""

    def __init__(self, lesson: "Lesson", locator: Locator) -> None:
        self._lesson = lesson
        self._locator = locator
        self._prompt = locator.locator(".jp-InputPrompt")

    def select(self) -> None:
        """Clicks beside the cell."""
        self._prompt.click()

    def look(self) -> None:
        """Scrolls to the cell and waits until it is drawn: what is far from view is not."""
        self._locator.scroll_into_view_if_needed()
        drawn = "prompt => prompt.checkVisibility({contentVisibilityAuto: true})"
        self._lesson.page.wait_for_function(drawn, arg=self._prompt.element_handle())

    def prompt(self) -> str:
        """What stands left of the cell: empty brackets, a star, or the number of the execution."""
        return self._prompt.text_content() or ""

    def replace_line(self, line: str, keys: str) -> None:
        """Clicks into a line of the cell, removes it, and types another.

        Args:
            line: The whole line, as it is shown; one that is not indented.
            keys: What to type in its place.
        """
        self.select()  # An editor out of sight holds no lines.
        whole = re.compile(f"^{re.escape(line)}$")
        self._locator.locator(".cm-line").filter(has_text=whole).click()
        keyboard = self._lesson.page.keyboard
        # A line that is too long is shown as several, and a key goes to the end of what is shown
        # first, then to the end of it all.
        for key in ("End", "End", "Shift+Home", "Shift+Home"):
            keyboard.press(key)
        keyboard.type(keys)
        replaced = re.compile(f"^{re.escape(keys.splitlines()[0])}$")
        expect(self._locator.locator(".cm-line").filter(has_text=replaced)).to_be_visible()

    def type(self, source: str) -> None:
        """Clicks into the cell and types, line by line; lines that are deeper are indented so."""
        self._locator.locator(".cm-content").click()
        self._lesson.page.keyboard.type(source)

    def start(self) -> None:
        """Selects the cell and presses the toolbar's run button."""
        self.select()
        self._lesson.press("Run this cell")

    def run(self) -> None:
        """Starts the cell and waits until nothing runs any more."""
        with self._lesson.waiting():
            self.start()

    def wait_for_text(self, text: str | re.Pattern[str]) -> None:
        """Waits until a text is shown below the cell's code."""
        expect(self.outputs()).to_contain_text(text)

    def outputs(self) -> Locator:
        """Everything below the cell's code."""
        return self._locator.locator(".jp-Cell-outputArea")

    def text(self) -> str:
        """What can be read below the cell's code."""
        self.look()
        return self.outputs().inner_text()

    def heading(self) -> str:
        """The words in bold that an exercise's feedback begins with."""
        self.look()
        return self.outputs().locator(".jp-RenderedMarkdown strong").first.inner_text()

    def last_line(self) -> str:
        """The last line that can be read below the cell's code."""
        return self.text().strip().splitlines()[-1]

    def red_text(self) -> str:
        """What is shown in red below the cell's code: errors, and all else on stderr."""
        self.look()
        red = '[data-mime-type$="jupyter.stderr"], [data-mime-type$="jupyter.error"]'
        return "\n".join(self._locator.locator(red).all_inner_texts())

    def figures(self) -> list[Figure]:
        """The images below the cell's code, once they are drawn."""
        self.look()
        images = self.outputs().locator("img").all()
        return [Figure(*image.evaluate(_DRAWN_SIZE)) for image in images]

    def frame(self) -> Frame:
        """The page that the cell's output embeds."""
        self.look()
        element = self.outputs().locator("iframe")
        frame = element.element_handle().content_frame()
        assert frame is not None
        return frame


class Lesson:
    """A lesson's notebook, open in JupyterLab.

    Attributes:
        page: The browser's page.
        name: The notebook's file name.
        code_keys: The keys of its code cells, from top to bottom.
    """

    def __init__(self, page: Page, lab: JupyterLab, name: str) -> None:
        """Opens JupyterLab, and the notebook in it by a double click."""
        self.page = page
        self.name = name
        page.set_default_timeout(1000 * _PATIENCE_SECONDS)
        page.goto(f"{lab.address}/lab?token={lab.token}&reset")
        page.locator(".jp-DirListing-item").get_by_text(name, exact=True).dblclick()
        self._panel = page.locator(".jp-NotebookPanel")
        self._cells = self._panel.locator(".jp-Notebook-cell")
        notebook = nbformat.read(lab.notebooks / name, as_version=4)
        self.code_keys = [key_of(cell) for cell in notebook.cells if cell.cell_type == "code"]
        self._keys = [key_of(cell) for cell in notebook.cells]
        expect(self._cells).to_have_count(len(self._keys))
        expect(page.get_by_text(_READY)).to_be_visible()

    def cell(self, key: str) -> Cell:
        """The cell that has this key in the lesson's script."""
        return Cell(self, self._cells.nth(self._keys.index(key)))

    def run_all(self) -> None:
        """Chooses Run > Run All Cells, and waits until they have run."""
        with self.waiting():
            self.choose("Run", "Run All Cells")

    def red_texts(self) -> dict[str, str]:
        """What is shown in red below the lesson's code cells, by key."""
        return {key: red for key in self.code_keys if (red := self.cell(key).red_text())}

    def figures(self) -> dict[str, list[Figure]]:
        """The figures below the lesson's code cells, by key."""
        return {key: seen for key in self.code_keys if (seen := self.cell(key).figures())}

    def keys_not_run(self) -> list[str]:
        """The keys of the lesson's code cells that have not run yet, from top to bottom."""
        return [key for key in self.code_keys if self.cell(key).prompt() == "[ ]:"]

    def add_cell(self, source: str) -> Cell:
        """Adds a cell at the end of the notebook and types into it."""
        count = self._cells.count()
        self._panel.locator(".jp-Notebook-footer").click()
        expect(self._cells).to_have_count(count + 1)
        added = Cell(self, self._cells.nth(count))
        added.type(source)
        return added

    def press(self, title: str) -> None:
        """Presses the button of the notebook's toolbar whose tooltip begins like this."""
        self._panel.locator(f'.jp-NotebookPanel-toolbar jp-button[title^="{title}"]').click()

    def press_stop(self) -> None:
        """Presses the stop button and waits until nothing runs any more."""
        with self.waiting():
            self.press("Interrupt the kernel")

    @contextlib.contextmanager
    def waiting(self, seconds: float = _RUN_SECONDS) -> Iterator[None]:
        """Waits afterwards until something has run and nothing runs any more."""
        panel = self._panel.element_handle()
        before = panel.evaluate(_PROMPTS)
        yield
        self.page.wait_for_function(_AT_REST, arg=[panel, before], timeout=1000 * seconds)

    def shut_down_kernel(self) -> None:
        """Chooses Kernel > Shut Down Kernel and waits until there is none."""
        self.choose("Kernel", "Shut Down Kernel")
        expect(self.page.get_by_text("No Kernel").first).to_be_visible()

    def choose(self, menu: str, item: str) -> None:
        """Chooses an item of the menu bar."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()
