"""A cell's key is its place in every language: `#federated-core-cell-operators`.

Sphinx names a section after its title first, so a Korean one is `#id7` and another one tomorrow.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def _keys_first(app: Sphinx, document: nodes.document) -> None:
    prefix = nodes.make_id(app.env.docname) + "-cell-"
    for section in document.findall(nodes.section):
        keys = [name for name in section["ids"] if name.startswith(prefix)]
        if keys:
            section["ids"].sort(key=lambda name: name not in keys)


def setup(app: Sphinx) -> dict[str, Any]:
    """Does so before the tables of contents are made, which take the first name."""
    app.connect("doctree-read", _keys_first, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
