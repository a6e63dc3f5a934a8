"""Builds the web edition: `make site`.

Nothing is executed: the pages, and the slides beside them, are made of the notebooks in
`solutions/` and `notebooks/`, the README, `docs/` and the docstrings. Each language is a Sphinx
project of its own, with a search of its own; they are built side by side.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

SITE = Path(__file__).parent
ROOT = SITE.parent
# The package is read from the clone, without what it needs to run.
sys.path.insert(0, str(ROOT))

import edition  # noqa: E402
import links  # noqa: E402
import pages  # noqa: E402

import lessons  # noqa: E402
from fl_course.authoring import sheet  # noqa: E402
from fl_course.authoring.slides.build import write_decks  # noqa: E402
from fl_course.authoring.slides.pages import ASSETS  # noqa: E402


def main() -> int:
    """Lays out the sources, builds every language, and adds the page that leads to them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--into", type=Path, default=ROOT / "dist" / "site", help="the folder")
    parser.add_argument("--sources", type=Path, default=ROOT / ".build" / "site")
    parser.add_argument("--languages", nargs="*", help="build these alone")
    options = parser.parse_args()
    editions = edition.editions()
    known = {part.code: links.pages_of(part) for part in editions}
    wanted = [x for x in editions if not options.languages or x.code in options.languages]
    for folder in (options.into, options.sources):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    for part in wanted:
        _lay_out(part, known, options.sources / part.code)
    # As forks they know the lessons' scripts, which were read for the pages.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork")) as pool:
        of_all = [pool.submit(_build, part, options.sources, options.into) for part in wanted]
        problems = [found for done in of_all if (found := done.result())]
    if problems:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    for part in wanted:
        sheet.write(part.course, part.code, options.into / part.code / links.SHEET)
    _write_entrance(editions, options.into)
    print(f"The site is in {os.path.relpath(options.into)}; open its index.html.")
    return 0


def _lay_out(part: edition.Edition, known: dict[str, list[str]], folder: Path) -> None:
    folder.mkdir(parents=True)
    for lesson in part.lessons:
        lessons.write(part, lesson, folder)
    pages.write_front(part, folder)
    pages.write_glossary(part, folder)
    pages.write_documents(part, folder)
    if part.code == edition.ENGLISH:
        pages.write_functions(folder)
    facts = edition.for_sphinx(part, known, pages.title(part))
    (folder / "edition.json").write_text(facts, encoding="utf-8")


def _build(part: edition.Edition, sources: Path, into: Path) -> str:
    """Builds a language's pages and slides; gives what Sphinx complained about, or nothing."""
    problem = _sphinx(part, sources / part.code, into / part.code)
    if not problem:
        decks = into / part.code / edition.DECKS
        write_decks(ROOT, part.course, part.lessons, part.code, decks, into / ASSETS)
    return problem


def _sphinx(part: edition.Edition, sources: Path, into: Path) -> str:
    """Builds a language; gives what Sphinx complained about, or nothing."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "--fail-on-warning"]
    # Beside its pages Sphinx leaves a folder with the figures once more.
    made = sources.with_name(f"{part.code}.made")
    command += ["-c", str(SITE), "-d", str(made / "doctrees"), str(sources), str(made / "html")]
    # Messages in English, whatever the language of the terminal is.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode == 0:
        _leave_out(made / "html")
        shutil.move(made / "html", into)
    said = f"{done.stdout}{done.stderr}".strip()
    return f"{part.language.name}:\n{said}" if done.returncode or said else ""


def _leave_out(into: Path) -> None:
    """Removes what Sphinx and the theme write and no page asks for: a third of all bytes."""
    for pattern in (".*", "objects.inv", "_sources", "_static/**/*.map", *_UNUSED):
        for path in into.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


# The theme's sentences are in the pages already; its icons come from fonts.
_UNUSED = ("_static/locales", "_static/scripts/fontawesome.js*")


def _write_entrance(editions: tuple[edition.Edition, ...], into: Path) -> None:
    """The page at the top, which leads on to the reader's language."""
    template = (SITE / "templates" / "entrance.html").read_text(encoding="utf-8")
    items = "\n".join(
        f'<li><a lang="{part.code}" hreflang="{part.code}" href="{part.code}/index.html">'
        f"{pages.title(part)} ({part.language.name})</a></li>"
        for part in editions
    )
    page = template.replace("<!-- languages -->", items)
    (into / "index.html").write_text(page, encoding="utf-8")
    # GitHub would leave out folders that begin with an underscore.
    (into / ".nojekyll").touch()


if __name__ == "__main__":
    sys.exit(main())
