"""Links as they stand in the repository, made to lead where the site has the same thing."""

import posixpath
import re
from pathlib import Path

from edition import API, DOCS, GLOSSARY, ROOT, Edition

from fl_course.authoring.course import ENGLISH
from fl_course.authoring.home import web_edition
from fl_course.authoring.notebooks import glossary_page

_IMAGE = re.compile(r"!\[([^\]]*)\](?:\(([^)\s]*)\)|\[([^\]]*)\])")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_REFERENCE = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
# What is shown as it stands, links and all.
_CODE = re.compile(
    r"(^ *(`{3,}).*?^ *\2 *$|(?<!`)(`+)(?!`).+?(?<!`)\3(?!`))", re.MULTILINE | re.DOTALL
)
_NOTEBOOK = re.compile(r"(?:\.\./|notebooks/)?(?:([\w-]+)/)?\d\d_(\w+)\.ipynb")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:")
# Of links to another language's part, see `myst_url_schemes` in conf.py.
OTHER = "other"
# A page that is no part of Sphinx's: each language has one, made to be printed.
SHEET = "sheet.html"


def without_remote_images(markdown: str) -> str:
    """A text with the words of images that are on other hosts, which are badges, in their place."""
    addresses = dict(_REFERENCE.findall(markdown))

    def words(match: re.Match[str]) -> str:
        address = match[2] or addresses.get(match[3] or "", "")
        return match[1] if address.startswith("http") else match[0]

    return _IMAGE.sub(words, markdown)


def in_site(edition: Edition, markdown: str, folder: str = "") -> str:
    """A text of the repository with the site's links.

    Args:
        edition: The language's part in which the text is to stand.
        markdown: The text.
        folder: The folder of the repository that its links are relative to; "" is the root. A
            notebook's links lead to the notebooks beside it.
    """

    def leads(match: re.Match[str]) -> str:
        return f"]({_target(edition, match[1], folder)})"

    def refers(match: re.Match[str]) -> str:
        return f"[{match[1]}]: {_target(edition, match[2], folder)}"

    text = without_remote_images(markdown)
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_REFERENCE.sub(refers, _LINK.sub(leads, text[at : code.start()])), code[0]]
        at = code.end()
    return "".join([*parts, _REFERENCE.sub(refers, _LINK.sub(leads, text[at:]))])


def _target(edition: Edition, target: str, folder: str) -> str:
    ours = edition.on_github(DOCS).replace("/tree/", "/blob/") + "/"
    beside = folder  # what the target is relative to
    if target.startswith(ours) and target.partition("#")[0].endswith(".md"):
        target, beside = f"{DOCS}/{target.removeprefix(ours)}", ""
    home = web_edition(edition.course.repository)
    if target.startswith(home):
        return f"{OTHER}:{'../' if folder else ''}{target.removeprefix(home)}"
    if _ELSEWHERE.match(target) or target.startswith("#"):
        return target
    path, mark, place = target.partition("#")
    if match := _NOTEBOOK.fullmatch(path):
        language, slug = match[1] or edition.code, match[2]
        if language == edition.code:
            return f"{'../' if folder else ''}{slug}.ipynb{mark}{place}"
        return f"{OTHER}:{language}/{slug}.html{mark}{place}"
    path = posixpath.normpath(posixpath.join(beside, path))
    if path.startswith("README"):
        return "../index.md" if folder else "index.md"
    if code := _glossaries(edition).get(path):
        if code == edition.code:
            return posixpath.relpath(f"{GLOSSARY}.md", folder or ".") + mark + place
        up = "../" if folder else ""
        return f"{OTHER}:{up}{code}/{GLOSSARY}.html{mark}{place}"
    if path.startswith(f"{DOCS}/") and path.endswith(".md"):
        name, code = _document(edition, path)
        if edition.code != code:
            up = "../" if folder else ""
            return f"{OTHER}:{up}{code}/{name}.html{mark}{place}"
        return posixpath.relpath(f"{name}.md", folder or ".") + mark + place
    if path.endswith(".png"):
        return target
    if not (ROOT / path).exists():
        raise ValueError(f"a page links to {target}, which is not in the repository")
    return edition.on_github(path)


def _glossaries(edition: Edition) -> dict[str, str]:
    """Where the repository has the glossary in each language."""
    return {
        glossary_page(language.code).as_posix(): language.code for language in edition.languages
    }


def documents(edition: Edition) -> dict[str, Path]:
    """The documents that are there in the language, by name, each with its file.

    All of `docs/` but the glossaries, which are no documents.
    """
    found = {}
    for path in sorted((ROOT / DOCS).glob("*.md")):
        name, code = _document(edition, f"{DOCS}/{path.name}")
        if code == edition.code and f"{DOCS}/{path.name}" not in _glossaries(edition):
            found[name] = path
    return found


def _document(edition: Edition, path: str) -> tuple[str, str]:
    """The name of a document, without endings, and its language."""
    name = path.removesuffix(".md")
    for language in edition.languages:
        if language.code != ENGLISH and name.endswith(f".{language.code}"):
            return name.removesuffix(f".{language.code}"), language.code
    return name, ENGLISH


def pages_of(edition: Edition) -> list[str]:
    """The names of a part's pages, as Sphinx has them."""
    pages = ["index", "search", GLOSSARY, *(lesson.slug for lesson in edition.lessons)]
    pages += documents(edition)
    if edition.code == ENGLISH:
        pages += [f"{API}/index", "genindex"]
    return pages
