"""Showing Markdown: rendered in a notebook, readable in a terminal."""

import enum
import re
import sys
from typing import Any

from fl_course.localization import tell

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)


class Mark(enum.Enum):
    """A sign and a frame that tell, from the aisle and without colour, what a text is.

    Its value has the sign, and the frame in CSS. Front ends that take no CSS show the sign alone.
    """

    RIGHT = ("✔", "border: 3px solid; border-radius: 12px")
    NOT_YET = ("✘", "border-left: 10px solid")
    RAISED = ("⚠\N{VARIATION SELECTOR-15}", "border: 3px dashed")
    NOT_ATTEMPTED = ("○", "border: 1px dotted")
    HINT = ("➜", "border-left: 10px double")


# Who listens hears the word that comes next. JupyterLab lets `inert` through, and no `aria-hidden`.
_SIGN = '<span aria-hidden="true" inert>{}</span> '
_FRAME = '<div style="{}; padding: 0 12px">\n\n{}\n\n</div>'
_TAGS = re.compile(
    r'\A<div style="[^"]*">\n\n<span aria-hidden="true" inert>(.)[^<]*</span>(.*)\n\n</div>\Z',
    re.DOTALL,
)


def show(markdown: str, mark: Mark | None = None, /, **about: Any) -> None:
    """Shows a text to the learner.

    Args:
        markdown: The text.
        mark: What kind of text it is.
        **about: What it is about, kept with the notebook's output for the course's own checks.
    """
    if mark:
        sign, frame = mark.value
        markdown = _FRAME.format(frame, _SIGN.format(sign) + markdown)
    if _in_notebook():
        from IPython.display import display

        display(
            {"text/markdown": markdown, "text/plain": plain(markdown)},
            raw=True,
            metadata={"text/markdown": {"fl_course": about}} if about else {},
        )
    else:
        tell(plain(markdown))


def plain(markdown: str) -> str:
    """A text without the signs of Markdown that `show` is given, and without a mark's frame.

    In code, between backquotes, `**` is a power and stays.
    """
    markdown = _TAGS.sub(r"\1\2", markdown)
    parts = _CODE.split(markdown)
    parts[::2] = [part.replace("**", "") for part in parts[::2]]
    return "".join(parts).replace("```python\n", "").replace("\n```", "")


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
