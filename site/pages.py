"""The pages beside the lessons: the front page, the glossary, the documents, the functions."""

import ast
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import links
from edition import API, DOCS, GLOSSARY, ROOT, Edition

import lessons
from fl_course.authoring.course import ENGLISH
from fl_course.authoring.languages import TRANSLATIONS
from fl_course.authoring.notebooks import key_of

# In the order in which the lessons come to them.
MODULES = (
    "fl_course",
    "fl_course.data",
    "fl_course.preprocessing",
    "fl_course.models",
    "fl_course.training",
    "fl_course.algorithms",
    "fl_course.privacy",
    "fl_course.aggregation",
    "fl_course.analytics",
    "fl_course.flower",
    "fl_course.checkpoints",
    "fl_course.plotting",
    "fl_course.exercises",
)
_SWITCH = re.compile(r"^.*\*\*[^*\n]+\*\*.*\n", re.MULTILINE)
_TITLE = re.compile(r"# (.+)\n")


def readme(edition: Edition) -> str:
    """The README in the language, as it stands in the repository."""
    name = "README.md" if edition.code == ENGLISH else f"README.{edition.code}.md"
    return (ROOT / name).read_text(encoding="utf-8")


def title(edition: Edition) -> str:
    """What the course is called in the language."""
    match = _TITLE.match(readme(edition))
    if match is None:
        raise ValueError(f"the README in {edition.language.name} does not begin with a title")
    return match[1]


def write_front(edition: Edition, folder: Path) -> None:
    """Lays out the README as the front page, and the table of contents."""
    head, _, rest = readme(edition).partition("\n\n")
    switch, _, rest = rest.partition("\n\n")
    if not _SWITCH.fullmatch(f"{switch}\n"):
        rest = f"{switch}\n\n{rest}"
    slugs = [lesson.slug for lesson in edition.lessons]
    sheet = f"[{edition.word('sheet')}]({links.OTHER}:{edition.code}/{links.SHEET})"
    text = f"{head}\n\n{links.in_site(edition, rest)}\n\n{sheet}\n\n"
    text += _toctree(edition.word("lessons"), slugs)
    text += _toctree(edition.word("glossary"), [GLOSSARY])
    if edition.code == ENGLISH:
        documents = sorted(path.stem for path in (ROOT / DOCS).glob("*.md"))
        text += _toctree(edition.word("docs"), [f"{DOCS}/{name}" for name in documents])
        functions = [f"{API}/{name}" for name in ("index", *MODULES)]
        text += _toctree(edition.word("api"), functions)
    (folder / "index.md").write_text(text, encoding="utf-8")
    (folder / DOCS).mkdir()
    for picture in (ROOT / DOCS).glob("*.png"):
        shutil.copy(picture, folder / DOCS)


def _toctree(caption: str, pages: list[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```", "\n"])


def write_documents(edition: Edition, folder: Path) -> None:
    """Lays out the documents, which are in English."""
    for path in (ROOT / DOCS).glob("*.md"):
        text = links.in_site(edition, path.read_text(encoding="utf-8"), DOCS)
        (folder / DOCS / path.name).write_text(text, encoding="utf-8")


def write_functions(folder: Path) -> None:
    """Lays out a page for each public module; what is on it comes from the docstrings."""
    (folder / API).mkdir()
    contents = "\n".join(f"- [{module}]({module}.md)" for module in MODULES)
    (folder / API / "index.md").write_text(
        "# Functions\n\nWhat the lessons call, module by module, from the docstrings. The examples "
        "begin where a lesson does: `fl_course.setup()` has been called, and the modules that they "
        "name are imported, `numpy` as `np`, `pandas` as `pd`, `tensorflow` as `tf` and "
        "`tensorflow_federated` as `tff`. A test runs them.\n\n"
        f"{contents}\n"
    )
    for module in MODULES:
        (folder / API / f"{module}.md").write_text(
            f"# {module}\n\n```{{eval-rst}}\n.. autoapimodule:: {module}\n   :members:\n"
            + "".join(f"\n.. autoapifunction:: {name}\n" for name in _read_late(module))
            + "```\n"
        )


def _read_late(module: str) -> list[str]:
    """The functions that a module imports when they are asked for, where they are made."""
    path = ROOT.joinpath(*module.split("."), "__init__.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else ():
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_WITH_PANDAS":
            where = ast.literal_eval(node.value)
            return [f"{module}.{where[name]}.{name}" for name in sorted(where)]
    return []


def write_glossary(edition: Edition, folder: Path) -> None:
    """Lays out the terms in every language, with the place where each one comes up first."""
    tables = {
        language.code: _terms(language.code)
        for language in edition.languages
        if language.code != ENGLISH
    }
    own = tables.get(edition.code) or next(iter(tables.values()))
    others = [x for x in edition.languages if x.code != edition.code]
    head = [edition.word("term"), *(x.name for x in others), edition.word("first")]
    rows = []
    places = _cells(edition)
    for name, entry in own.items():
        shown = {ENGLISH: entry["english"]}
        shown |= {code: table[name]["term"] for code, table in tables.items() if name in table}
        term = shown[edition.code]
        cells = [term, *(shown.get(x.code, "") for x in others), _first(term, places)]
        rows.append((str(term).lower(), cells))
    lines = [head, ["---"] * len(head), *(cells for _, cells in sorted(rows))]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    text = f"# {edition.word('glossary')}\n\n{edition.word('glossary_about')}\n\n{table}\n"
    (folder / f"{GLOSSARY}.md").write_text(text, encoding="utf-8")


def _terms(code: str) -> Mapping[str, dict[str, str]]:
    path = ROOT / TRANSLATIONS / code / "glossary.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["terms"]


def _cells(edition: Edition) -> list[tuple[str, str]]:
    """The learner's texts in the course's order, each with a link to it."""
    found = []
    for lesson in edition.lessons:
        for cell in lessons.read(edition, lesson, "learner").cells:
            if cell.cell_type == "markdown" and not key_of(cell).startswith("_"):
                place = lessons.anchor(lesson, cell)
                link = f"[{lesson.number} · {edition.title(lesson)}]({lesson.slug}.ipynb#{place})"
                found.append((cell.source, link))
    return found


def _first(term: str, places: list[tuple[str, str]]) -> str:
    ascii_word = r"\b{}(?:s|es)?\b" if term.isascii() else "{}"
    pattern = re.compile(ascii_word.format(re.escape(term)), re.IGNORECASE)
    return next((link for source, link in places if pattern.search(source)), "")
