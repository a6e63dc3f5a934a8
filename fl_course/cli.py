"""The command line of the course: `fl-course`.

Every command imports what it needs only when it runs, so that `fl-course --help` is quick.
"""

import datetime
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fl_course import __version__
from fl_course.runtime import cores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fl_course.authoring.languages import Count

_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the course. [default: found from the current folder upwards]",
)
_LANGUAGE = click.option("--language", default="en", show_default=True, help="Language to use.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """A Jupyter course on federated learning with TensorFlow Federated."""


@main.command()
def setup() -> None:
    """Install what is missing and check that TensorFlow Federated works here."""
    from fl_course.runtime import SetupError, install_and_check

    try:
        click.echo(install_and_check())
    except SetupError as error:
        raise click.ClickException(str(error)) from None


@main.command("open", context_settings={"ignore_unknown_options": True})
@_LANGUAGE
@_ROOT
@click.argument("jupyter_args", nargs=-1, type=click.UNPROCESSED)
def open_(language: str, root: Path | None, jupyter_args: tuple[str, ...]) -> None:
    """Start JupyterLab on the learner's notebooks.

    Anything else on the line goes to JupyterLab, such as --no-browser or --port 9000.
    """
    import importlib.util

    folder = _root(root) / "notebooks" / language
    if not folder.is_dir():
        raise click.ClickException(
            f"there is no folder {folder}. Give a language that exists, or run: fl-course build"
        )
    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException("JupyterLab is not installed. Run: pip install jupyterlab")
    sys.stdout.flush()
    # Replaces this process, so that Ctrl-C and the exit code are JupyterLab's own.
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(folder), *jupyter_args])


@main.command()
@click.argument("lessons", nargs=-1)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=min(2, cores.usable()),
    help="Lessons to run at the same time; each keeps about one core busy.  [default: 2]",
)
@_LANGUAGE
@_ROOT
def run(lessons: tuple[str, ...], jobs: int, language: str, root: Path | None) -> None:
    """Execute the solved lessons afresh and print a table of results.

    LESSONS are numbers, ranges or slugs, such as 1, 2-3 or federated_data; none means all. The
    notebooks' files stay as they are.
    """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    import nbformat
    from tqdm import tqdm

    from fl_course.authoring import AuthoringError
    from fl_course.authoring.course import read_course
    from fl_course.authoring.execute import execute
    from fl_course.authoring.notebooks import executed_cells, path_of
    from fl_course.authoring.outputs import last_printed_line

    folder = _root(root)
    try:
        course = read_course(folder)
        chosen = course.select(lessons)
    except AuthoringError as error:
        raise click.ClickException(str(error)) from None
    if language not in course.languages:
        raise click.ClickException(
            f"language {language!r} is not released. Use one of: {', '.join(course.languages)}."
        )
    absent = [lesson.slug for lesson in chosen if language not in lesson.languages]
    if absent and (lessons or len(absent) == len(chosen)):
        raise click.ClickException(
            f"not released in {language!r}: {', '.join(absent)}. Leave out --language to run the "
            "English."
        )
    if absent:
        click.echo(f"Not released in {language!r}, so left out: {', '.join(absent)}.")
    chosen = tuple(lesson for lesson in chosen if language in lesson.languages)
    notebooks = {}
    for lesson in chosen:
        path = folder / path_of(lesson, language, "solved")
        if not path.is_file():
            raise click.ClickException(f"{path} is missing. Run: fl-course build")
        try:
            notebooks[lesson] = nbformat.read(path, as_version=4)
        except Exception:  # nbformat raises a different one for each way to be broken.
            raise click.ClickException(f"{path} is not a notebook. Run: fl-course build") from None

    rows: list[tuple[str, str, str, str]] = []
    failures: list[str] = []
    total = sum(len(executed_cells(notebook)) for notebook in notebooks.values())
    cells = 0
    with (
        tqdm(total=total, unit="cell", file=sys.stderr, dynamic_ncols=True) as bar,
        ThreadPoolExecutor(max_workers=jobs) as pool,
    ):
        # The last lessons train most: begun at the end, they would leave the other cores idle.
        executions = {
            lesson: pool.submit(
                execute, notebook, folder, allow_errors=True, on_cell=lambda _: bar.update()
            )
            for lesson, notebook in reversed(notebooks.items())
        }
        try:
            for execution in as_completed(executions.values()):
                execution.result()
        except AuthoringError as error:
            pool.shutdown(cancel_futures=True)
            raise click.ClickException(str(error)) from None
        for lesson, notebook in notebooks.items():
            done = executions[lesson].result()
            cells += done.cells
            name = f"{lesson.number} · {lesson.title}"
            failures += [
                f"lesson {lesson.number} ({lesson.slug}), cell {failure.key}: {failure.error}"
                for failure in done.failures
            ]
            skipped = len(executed_cells(notebook)) - done.cells
            if skipped:
                failures[-1] += f"; {_count(skipped, 'cell')} after it did not run"
            results = [
                last_printed_line(cell)
                for cell in executed_cells(notebook)
                if cell.metadata.get("fl_course", {}).get("result")
            ]
            result = f"{len(done.failures)} failed" if done.failures else "".join(results)
            rows.append((name, str(done.cells), f"{done.seconds:.1f}", result))
    _print_table(("lesson", "cells", "seconds", "key result"), rows)
    for failure in failures:
        click.echo(f"Failed: {failure}")
    click.echo(
        f"{_count(len(rows), 'lesson')} ran, {_count(cells, 'cell')}, {len(failures)} failed."
    )
    if failures:
        sys.exit(1)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a committed file is not right.")
@click.option("--force", is_flag=True, help="Execute unchanged lessons too.")
@click.option("--lesson", "lessons", multiple=True, help="Only this lesson; may be repeated.")
@_ROOT
def build(check: bool, force: bool, lessons: tuple[str, ...], root: Path | None) -> None:
    """Build the notebooks from the lesson scripts."""
    from fl_course.authoring import AuthoringError
    from fl_course.authoring.build import build as build_course

    if check and force:
        raise click.UsageError("--check executes nothing. Leave out --check or --force.")
    started = time.perf_counter()

    def progress(lesson: str, key: str) -> None:
        click.echo(f"{time.perf_counter() - started:6.1f} s  {lesson}  {key}", err=True)

    try:
        report = build_course(_root(root), lessons, check=check, force=force, on_cell=progress)
    except AuthoringError as error:
        raise click.ClickException(str(error)) from None
    if report.translated:
        click.echo(_translations_table(report.translated))
    for path in report.written:
        executed = ", executed" if path in report.executed else ""
        click.echo(f"wrote {path}{executed}")
    for path in report.removed:
        click.echo(f"removed {path}")
    for problem in report.problems:
        click.echo(problem, err=True)
    if report.problems:
        raise click.ClickException(
            f"{_count(len(report.problems), 'problem')}; see the lines before this one."
        )
    click.echo(
        f"{_count(len(report.written), 'file')} written, {len(report.unchanged)} unchanged, "
        f"{_count(len(report.executed), 'notebook')} executed."
    )


@main.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    required=True,
    help="TCP port at which to serve, such as 8000.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Who may reach it: 127.0.0.1, this computer only; 0.0.0.0, every other one, unencrypted "
    "and without a password; or one address of this computer.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    help="Clients computed at a time.  [default: the number of cores]",
)
def worker(port: int, host: str, concurrency: int | None) -> None:
    """Run a TFF worker for notebooks to connect to, until Ctrl-C.

    In the notebook: fl_course.use_workers(["127.0.0.1:8000"]). For workers on other computers see
    docs/scaling.md: whoever reaches a worker can run anything on it, so tunnel to it.
    """
    from fl_course.runtime import SetupError, WorkerError, serve

    try:
        serve(port, host, concurrency, tell=click.echo)
    except (SetupError, WorkerError) as error:
        raise click.ClickException(str(error)) from None


@main.command()
def status() -> None:
    """Show which exercises are solved, lesson by lesson."""
    from fl_course import catalog
    from fl_course.exercises import progress

    done = progress.done()
    total = solved = 0
    for number, entry in enumerate(catalog.entries(), start=1):
        found = [name for name in entry.solutions if name in done]
        total += len(entry.solutions)
        solved += len(found)
        click.echo(f"{number} · {entry.title}: {len(found)} of {len(entry.solutions)}")
        for name in entry.solutions:
            click.echo(f"  [{'x' if name in done else ' '}] {name}")
    click.echo(f"{solved} of {_count(total, 'exercise')} solved.")
    file = progress.path()
    if file is None:
        click.echo(f"Progress is not kept: {progress.VARIABLE} is off.")
    elif progress.is_kept():
        click.echo(f"Kept in {file}; delete it to begin anew.")


@main.command()
@click.option("--start", default="09:30", show_default=True, help="Time of day, as HH:MM.")
@click.option("--lessons", "wanted", default="", help="Such as 1-4 or 1,3. [default: all]")
@click.option("--break-minutes", default=15, show_default=True)
@click.option("--lunch", default="12:30", show_default=True, help="Time of day, as HH:MM.")
@click.option("--lunch-minutes", default=60, show_default=True)
@_ROOT
def schedule(
    start: str, wanted: str, break_minutes: int, lunch: str, lunch_minutes: int, root: Path | None
) -> None:
    """Print a day's timetable with breaks, from the minutes in the lessons."""
    from fl_course.authoring.course import read_course
    from fl_course.authoring.schedule import sections, timetable
    from fl_course.authoring.script import read_script

    folder = _root(root)
    try:
        course = read_course(folder)
        chosen = course.select([word.strip() for word in wanted.split(",") if word.strip()])
        slots = timetable(
            [(lesson, sections(lesson, read_script(folder, course, lesson))) for lesson in chosen],
            _time_of_day("--start", start),
            break_minutes=break_minutes,
            lunch=_time_of_day("--lunch", lunch),
            lunch_minutes=lunch_minutes,
        )
    except ValueError as error:  # AuthoringError is one
        raise click.ClickException(str(error)) from None
    titles = {lesson.number: lesson.title for lesson in chosen}
    before = None
    for slot in slots:
        if slot.lesson not in (None, before):
            click.echo(f"\n{slot.lesson} · {titles[slot.lesson]}")
            before = slot.lesson
        times = f"{slot.start:%H:%M}-{slot.end:%H:%M}"
        mark = "  " if slot.lesson else "* "
        click.echo(f"{mark}{times}  {slot.minutes:3} min  {slot.title}")
    taught = sum(slot.minutes for slot in slots if slot.lesson)
    click.echo(f"\nEnd at {slots[-1].end:%H:%M}: {taught} minutes of lessons.")


def _translations_table(translated: "Mapping[str, Mapping[str, Count]]") -> str:
    """How far each catalog of each language is: its messages if it is complete."""
    names = list(dict.fromkeys(name for counts in translated.values() for name in counts))
    rows = [["messages", *translated]]
    for name in names:
        rows.append([name, *(_told(counts.get(name)) for counts in translated.values())])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _told(count: "Count | None") -> str:
    if count is None:
        return "-"
    parts = [f"{count.translated} translated"]
    parts += [f"{count.fuzzy} fuzzy"] if count.fuzzy else []
    parts += [f"{count.missing} missing"] if count.missing else []
    return ", ".join(parts)


def _time_of_day(option: str, text: str) -> datetime.time:
    try:
        return datetime.datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a time of day such as 09:30.", param_hint=option
        ) from None


def _root(root: Path | None) -> Path:
    from fl_course.authoring import AuthoringError
    from fl_course.authoring.course import find_root

    try:
        return root.resolve() if root else find_root(Path.cwd())
    except AuthoringError as error:
        raise click.ClickException(str(error)) from None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _print_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, tuple("-" * width for width in widths), *rows):
        # Numbers, the columns in the middle, to the right.
        first, *numbers, last = row
        middle = [text.rjust(width) for text, width in zip(numbers, widths[1:-1], strict=True)]
        click.echo("  ".join([first.ljust(widths[0]), *middle, last]).rstrip())


if __name__ == "__main__":
    main()
