"""A deck's page: nbconvert's slides exporter, with a template that asks no other host for anything.

reveal.js itself comes from the package sphinx-revealjs, of which nothing else is used.
"""

import functools
import importlib.util
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fl_course.authoring import AuthoringError
from fl_course.authoring.slides import essence, layout
from fl_course.authoring.slides.layout import Block, BlockKind, Slide

ASSETS = "reveal.js"  # the folder of what all decks share

_HERE = Path(__file__).parent
_PACKAGE = "sphinx_revealjs"
_OF_REVEAL = (
    "LICENSE",
    "dist/reveal.css",
    "dist/reveal.js",
    "dist/theme/fonts/source-sans-pro/LICENSE",
    "dist/theme/fonts/source-sans-pro/*.css",
    "dist/theme/fonts/source-sans-pro/*.woff",
    "plugin/notes/notes.js",
    "plugin/zoom/zoom.js",
)
_OURS = ("deck.css", "deck.js")
# Of the whole screen; what is on the slide itself is in deck.css.
_BACKGROUNDS = {
    "title": 'color="#16457a"',
    "section": 'gradient="linear-gradient(to right, #16457a 2.2%, #fff 2.2%)"',
    "ask": 'color="#eef4fb"',
}


def write_assets(folder: Path) -> None:
    """Puts reveal.js, the style sheet and the fonts into a folder.

    Raises:
        AuthoringError: If the package with reveal.js is not installed.
    """
    source = _reveal()
    for pattern in _OF_REVEAL:
        for path in source.glob(pattern):
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for name in _OURS:
        shutil.copyfile(_HERE / name, folder / name)


def _reveal() -> Path:
    # Found and not imported, which would import Sphinx.
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place, "_static", "revealjs")
        if (folder / "dist" / "reveal.js").is_file():
            return folder
    raise AuthoringError(
        "reveal.js is missing: the package sphinx-revealjs has it. Run: make setup"
    )


def page(slides: list[Slide], language: str, assets: str) -> str:
    """The HTML of a deck.

    Args:
        slides: Its slides.
        language: The language's code.
        assets: Where `write_assets` has put what it needs, relative to the page.
    """
    cells = [cell for slide in slides for cell in _cells(slide)]
    notebook = new_notebook(cells=cells, metadata={"title": slides[0].title})
    # nbconvert's own setting takes no language of a country, such as zh-CN.
    resources = {"slide_size": (layout.WIDTH, layout.HEIGHT), "slide_language": language}
    body, _ = _exporter(assets).from_notebook_node(notebook, resources)
    return body


@functools.cache
def _exporter(assets: str) -> SlidesExporter:
    exporter = SlidesExporter(
        extra_template_basedirs=[str(_HERE / "templates")],
        template_name="deck",
        reveal_url_prefix=assets,
        # Once, and not after each of its twelve steps.
        optimistic_validation=True,
    )
    exporter.register_filter("slide_html", html)
    return exporter


def html(markdown: str) -> str:
    """A text as HTML: formulae as MathML, links to other notebooks without their link.

    Raises:
        AuthoringError: If a formula is in LaTeX that docutils does not know.
    """
    return _renderer().render(markdown, {})


def inline(markdown: str) -> str:
    """A line of a text as HTML, as `html` has it, without a paragraph around it."""
    return _renderer().renderInline(markdown, {})


@functools.cache
def _renderer() -> MarkdownIt:
    parser = essence.markdown()
    parser.add_render_rule("math_inline", lambda self, tokens, at, *_: _math(tokens[at].content))
    for name in ("math_block", "math_inline_double"):
        parser.add_render_rule(
            name, lambda self, tokens, at, *_: _math(tokens[at].content, as_block=True)
        )
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("link_close", _link_close)
    return parser


def _link_open(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: dict
) -> str:
    env["leads away"] = str(tokens[at].attrs.get("href", "")).startswith("https://")
    return renderer.renderToken(tokens, at, options, env) if env["leads away"] else ""


def _link_close(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: dict
) -> str:
    return "</a>" if env.get("leads away") else ""


def _math(tex: str, *, as_block: bool = False) -> str:
    try:
        return tex2mathml(tex.strip(), as_block=as_block)
    except MathError as error:
        raise AuthoringError(
            f"the slides can't show the formula {tex.strip()}: {error} Write it in another way, or "
            'leave its cell out with slide="skip".'
        ) from None


def _cells(slide: Slide) -> Iterator[NotebookNode]:
    """A slide as cells, the first with what the template makes the slide of."""
    facts = {"id": slide.key, "kind": slide.kind, "level": 1 if slide.kind == "title" else 2}
    if slide.is_beside:
        facts["kind"] = "beside"
    facts["background"] = _BACKGROUNDS.get(slide.kind, "")
    starts = "slide" if slide.kind in ("title", "section") else "subslide"
    yield new_markdown_cell(
        slide.title, metadata={"slideshow": {"slide_type": starts}, "deck": facts}
    )
    for kind, run in layout.lists(slide.blocks):
        yield _cell(kind, run)
    if slide.notes:
        notes = "\n\n---\n\n".join(slide.notes)
        yield new_markdown_cell(notes, metadata={"slideshow": {"slide_type": "notes"}})


def _cell(kind: BlockKind, run: list[Block]) -> NotebookNode:
    first = run[0]
    metadata = {"deck": {"block": kind}}
    if kind == "code":
        return new_code_cell(first.text, metadata=metadata)
    if kind == "output":
        longest = max(map(len, first.text.split("\n")))
        # What is wide is written smaller, before it is broken.
        metadata["deck"]["wide"] = longest > 96
        printed = new_output("stream", name="stdout", text=first.text)
        return new_code_cell("", outputs=[printed], metadata=metadata)
    if kind == "figure":
        metadata["deck"]["least"] = min(first.height, layout.SMALLEST_FIGURE)
        return new_code_cell("", outputs=[first.figure], metadata=metadata)
    return new_markdown_cell(markdown_of(kind, run), metadata=metadata)


def markdown_of(kind: BlockKind, run: list[Block]) -> str:
    """Blocks that stand together, as `layout.lists` gives them, in Markdown."""
    if (kind == "point" and len(run) == 1) or kind not in ("point", "item"):
        return "\n\n".join(block.text for block in run)
    return "\n".join(_item(block) for block in run)


def _item(block: Block) -> str:
    mark = "-" if block.number is None else f"{block.number}."
    indented = block.text.replace("\n", "\n" + " " * (len(mark) + 1))
    return f"{mark} {indented}"
