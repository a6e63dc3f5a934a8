"""Sphinx's settings for one language of the web edition; build.py lays out what it reads."""

import json
import pathlib
import re
import sys
from typing import Any

from markupsafe import Markup
from sphinx.application import Sphinx

_SITE = pathlib.Path(__file__).parent
sys.path[:0] = [str(_SITE), str(_SITE / "extensions")]

import examples  # noqa: E402


def _edition() -> dict[str, Any]:
    # The folder of the sources is the first but last argument; conf.py is not in it.
    return json.loads(pathlib.Path(sys.argv[-2], "edition.json").read_text(encoding="utf-8"))


_facts = _edition()
project = _facts["title"]
author = "The fl-course authors"
language = _facts["language"].replace("-", "_")  # as gettext names it: zh_CN
_english = language == "en"

extensions = [
    "myst_nb",
    "sphinx_copybutton",
    "sphinx_design",
    "alts",
    "anchors",
    "mathml",
    "pairs_search",
]
if _english:
    extensions += ["autoapi.extension", "sphinx.ext.napoleon"]
templates_path = [str(_SITE / "templates")]
exclude_patterns = ["edition.json"]
# The text is shown as it is written: quotes in a notebook are straight.
smartquotes = False
# Docstrings put code between single backquotes.
default_role = "code"

nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
myst_url_schemes = {
    "http": None,
    "https": None,
    # A page of another language: links.py has these.
    "other": "../{{path}}#{{fragment}}",
    # A lesson's slides, which build.py puts beside its page.
    "deck": "slides/{{path}}.html",
}

autoapi_dirs = [str(_SITE.parent / "fl_course")]
autoapi_ignore = ["*/authoring/*", "*/runtime/*", "*/exercises/*/*", "*/cli.py"]
autoapi_generate_api_docs = False
autoapi_add_toctree_entry = False
autoapi_options = ["members", "imported-members", "show-module-summary"]
autoapi_keep_files = False
napoleon_numpy_docstring = False
# As a list, because each attribute has an entry of its own already.
napoleon_custom_sections = [("Attributes", "params_style")]
suppress_warnings = [
    # The package parts that are left out above are imported by those that are not.
    "autoapi.python_import_resolution",
    # Python with a `…` for what is left out.
    "misc.highlighting_failure",
]

# An example is copied without its prompts and what it prints.
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = [str(_SITE / "static")]
html_favicon = str(_SITE / "static" / "favicon.svg")
html_css_files = ["site.css"]
html_js_files = ["site.js", "questions.js"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_use_index = _english
html_domain_indices = False
html_context = {"default_mode": "auto", "edition": _facts}
html_theme_options = {
    "article_header_end": [
        "notes-switch.html",
        "language-switch.html",
        "article-header-buttons.html",
    ],
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "repository_url": _facts["repository"],
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "use_repository_button": True,
}


def _without_script(head: str, name: str) -> Markup:
    return Markup(re.sub(rf"<script[^>]*{re.escape(name)}[^>]*></script>", "", head))


def _add_filter(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    context["without_script"] = _without_script


def _add_example(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Puts the tested example of a function below what its docstring says."""
    module, _, function = name.removeprefix("fl_course.").rpartition(".")
    if example := examples.read(module.partition(".")[0]).get(function):
        lines += ["", ".. code-block:: pycon", "", *(f"   {line}" for line in example), ""]


def setup(app: Sphinx) -> None:
    """Gives the templates what they call, and the functions their examples."""
    app.connect("html-page-context", _add_filter)
    if _english:
        # After napoleon has read the docstring's sections.
        app.connect("autodoc-process-docstring", _add_example, priority=900)
