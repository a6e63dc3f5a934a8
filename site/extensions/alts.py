"""Each figure's alternative text: MyST-NB takes one a cell, and some cells draw two figures."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def _to_each(app: Sphinx, document: nodes.document) -> None:
    for cell in document.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            alts = cell["cell_metadata"].get("alts", [])
            for picture, words in zip(cell.findall(nodes.image), alts, strict=True):
                picture["alt"] = words


def setup(app: Sphinx) -> dict[str, Any]:
    """Does so when a page has been read; lessons.py puts the words into the cell's metadata."""
    app.connect("doctree-read", _to_each)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
