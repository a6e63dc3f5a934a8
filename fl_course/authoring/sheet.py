"""The sheet for participants: one page to print, as a file of HTML that needs no other."""

import html
from collections.abc import Iterable
from pathlib import Path

from markdown_it import MarkdownIt

from fl_course import localization
from fl_course.authoring import AuthoringError, printed
from fl_course.authoring.course import ENGLISH, Course
from fl_course.authoring.home import web_edition
from fl_course.authoring.notebooks import colab_address, path_of
from fl_course.authoring.sheet_content import (
    EXAMPLE,
    IN_A_NOTEBOOK,
    IN_A_TERMINAL,
    OPEN,
    OPERATORS,
    TROUBLE,
    TYPES,
    WORDS,
)

_STYLE = Path(__file__).with_name("sheet.css")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def write(course: Course, language: str, path: Path, option: str = "--output") -> None:
    """Writes the sheet.

    Args:
        course: The course.
        language: Code of a released language.
        path: The file; a sheet that is there is replaced.
        option: The option of the command that names another place.

    Raises:
        AuthoringError: If there is a file that is no sheet, or the file can't be written.
    """
    printed.write(path, page(course, language), "sheet", option)


def page(course: Course, language: str) -> str:
    """The sheet as HTML; what is not translated yet is in English.

    Args:
        course: The course, whose `repository` the addresses follow.
        language: Code of a released language.

    Returns:
        The same text every time.

    Raises:
        AuthoringError: If segno, which draws the QR codes, is not installed.
    """

    def said(english: str, **values: object) -> str:
        return localization.in_language(english, values or None, language)

    def text(english: str, **values: object) -> str:
        return _MARKDOWN.renderInline(said(english, **values))

    def word(name: str, **values: object) -> str:
        return text(WORDS[name], **values)

    lesson = course.lessons[0]
    there = language if language in lesson.languages else ENGLISH
    home = f"https://github.com/{course.repository}"
    # The front page of the repository shows the English one.
    readme = "" if language == ENGLISH else f"/blob/{course.branch}/README.{language}.md"
    links = (
        (word("lessons"), home + readme),
        (
            word("first", title=said(lesson.title)),
            colab_address(course, path_of(lesson, there, "learner")),
        ),
        (word("web"), f"{web_edition(course.repository)}{language}/"),
    )
    example = "\n".join(_with_type(code, of_type) for code, of_type in EXAMPLE)
    return f"""\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{printed.mark("sheet")}
<link rel="icon" href="data:,">
<title>{html.escape(said(course.title))} · {html.escape(said(WORDS["sheet"]))}</title>
<style>
{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<main>
<header>
<h1>{text(course.title)}</h1>
<p>{word("sheet")}</p>
</header>
<nav>
{_lines(_link(name, address) for name, address in links)}
</nav>
<p>{word("open")} <code>{OPEN}</code></p>
<div class="columns">
<section>
<h2>{word("types")}</h2>
<table class="types">
{_lines(_row(code, text(meaning)) for code, meaning in TYPES)}
</table>
<h2>{word("operators")}</h2>
<table class="operators">
{_lines(_row(name, text(meaning)) for name, meaning in OPERATORS)}
</table>
<p class="room">{word("room")}</p>
</section>
<section>
<h2>{word("trouble")}</h2>
<dl>
{_lines(f"<dt>{text(case)}</dt>{chr(10)}<dd>{text(what)}</dd>" for case, what in TROUBLE)}
</dl>
<h2>{word("progress")}</h2>
<p>{word("in_a_terminal")}<br><code>{html.escape(IN_A_TERMINAL)}</code></p>
<p>{word("in_a_notebook")}<br><code>{html.escape(IN_A_NOTEBOOK)}</code></p>
<p>{word("send")}</p>
</section>
</div>
<h2>{word("example")}</h2>
<pre tabindex="0">{example}</pre>
<footer>{word("ask")} <a href="{home}/issues">{_shown(f"{home}/issues")}</a></footer>
</main>
</body>
</html>
"""


def _link(name: str, address: str) -> str:
    """A link with its QR code, for a telephone's camera or a click."""
    try:
        import segno
    except ImportError:
        raise AuthoringError(
            "segno, which draws the QR codes, is not installed. Run: pip install segno"
        ) from None
    # With "m", it can be read although dirt or a fold hides 15 % of it. Its style sizes it.
    drawn = segno.make(address, error="m", micro=False).svg_inline(border=4, omitsize=True)
    # Nobody types the address of a notebook on Colab.
    shown = "" if address.endswith(".ipynb") else f'<span class="address">{_shown(address)}</span>'
    return (
        f'<a href="{html.escape(address)}"><span class="code" aria-hidden="true">{drawn}</span>'
        f"<span>{name}<br>{shown}</span></a>"
    )


def _shown(address: str) -> str:
    """An address as it is read and typed, which may break after each of its parts."""
    return html.escape(address.removeprefix("https://")).replace("/", "/<wbr>")


def _row(code: str, meaning: str) -> str:
    return f'<tr><th scope="row"><code>{_breaking(code)}</code></th><td>{meaning}</td></tr>'


def _breaking(code: str) -> str:
    """Code that may break before a name of a structure."""
    return html.escape(code).replace(",y=", ",<wbr>y=").replace(",pixels", ",<wbr>pixels")


def _with_type(code: str, of_type: str) -> str:
    longest = max(len(line) for line, shown in EXAMPLE if shown)
    return html.escape(f"{code:{longest}}  # {of_type}" if of_type else code)


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(parts)
