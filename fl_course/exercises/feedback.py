"""Showing Markdown: rendered in a notebook, readable in a terminal."""

import sys
from typing import Any

from fl_course.localization import tell


def show(markdown: str, **about: Any) -> None:
    """Shows a text to the learner.

    Args:
        markdown: The text.
        **about: What it is about, kept with the notebook's output for the course's own checks.
    """
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
    """A text without the signs of Markdown that `show` is given."""
    return markdown.replace("**", "").replace("```python\n", "").replace("\n```", "")


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
