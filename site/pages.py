"""The pages beside the lessons: the front page, the glossary, the documents, the functions."""

import ast
import re
import shutil
from pathlib import Path

import links
from edition import API, DOCS, GLOSSARY, ROOT, Edition

from fl_course.authoring.course import ENGLISH
from fl_course.authoring.notebooks import glossary_page

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
_TO_ONE = r"\[[^\]]+\]\([^)]+\)"
_SWITCH = re.compile(rf"(?:{_TO_ONE} · )*\*\*[^*\n]+\*\*(?: · {_TO_ONE})*\n")
_TITLE = re.compile(r"# (.+)\n")
_PLACE = re.compile(r'^<a id="([\w-]+)"></a>$', re.MULTILINE)


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
    head, rest = _without_switch(readme(edition))
    slugs = [lesson.slug for lesson in edition.lessons]
    sheet = f"[{edition.word('sheet')}]({links.OTHER}:{edition.code}/{links.SHEET})"
    text = f"{head}\n\n{links.in_site(edition, rest)}\n\n{sheet}\n\n"
    text += _toctree(edition.word("lessons"), slugs)
    text += _toctree(edition.word("glossary"), [GLOSSARY])
    text += _toctree(edition.word("docs"), [*links.documents(edition)])
    if edition.code == ENGLISH:
        functions = [f"{API}/{name}" for name in ("index", *MODULES)]
        text += _toctree(edition.word("api"), functions)
    (folder / "index.md").write_text(text, encoding="utf-8")
    (folder / DOCS).mkdir()
    for picture in (ROOT / DOCS).glob("*.png"):
        shutil.copy(picture, folder / DOCS)


def _toctree(caption: str, pages: list[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```", "\n"])


def _without_switch(text: str) -> tuple[str, str]:
    """The title of a page, and what follows the line that leads to its other languages."""
    head, _, rest = text.partition("\n\n")
    switch, _, after = rest.partition("\n\n")
    return head, after if _SWITCH.fullmatch(f"{switch}\n") else rest


def write_documents(edition: Edition, folder: Path) -> None:
    """Lays out the documents that are there in the language."""
    for name, path in links.documents(edition).items():
        text = "\n\n".join(_without_switch(path.read_text(encoding="utf-8")))
        (folder / f"{name}.md").write_text(links.in_site(edition, text, DOCS), encoding="utf-8")


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
    """Lays out the glossary in the language as `docs/` has it; each term's place has its name."""
    text = (ROOT / glossary_page(edition.code)).read_text(encoding="utf-8")
    text = "\n\n".join(_without_switch(text)).replace("](../", "](")
    text = links.in_site(edition, text)
    (folder / f"{GLOSSARY}.md").write_text(_PLACE.sub(r"(\1)=", text), encoding="utf-8")
