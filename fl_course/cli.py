"""The command line of the course: `fl-course`.

Every command imports what it needs only when it runs, so that `fl-course --help` is quick.
"""

import datetime
import os
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fl_course import __version__
from fl_course.runtime import cores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fl_course.authoring.course import Course, Lesson
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


@main.command()
@click.option("--quiet", is_flag=True, help="Say nothing if it is there already.")
def flower(quiet: bool) -> None:
    """Install Flower into an environment of its own, for the lesson that uses it."""
    from fl_course.flower import environment
    from fl_course.runtime import SetupError

    if quiet and environment.is_ready():
        return
    try:
        click.echo(environment.make_environment())
    except SetupError as error:
        raise click.ClickException(str(error)) from None


@main.command("open", context_settings={"ignore_unknown_options": True})
@_LANGUAGE
@_ROOT
@click.option(
    "--notes",
    is_flag=True,
    help="With the instructor's notes, folded, and without answers: for the projector.",
)
@click.argument("jupyter_args", nargs=-1, type=click.UNPROCESSED)
def open_(language: str, root: Path | None, notes: bool, jupyter_args: tuple[str, ...]) -> None:
    """Start JupyterLab on your own copy of the notebooks, in the folder my_notebooks.

    What you write stays there when the course is updated. Anything else on the line goes to
    JupyterLab, such as --no-browser or --port 9000.
    """
    import importlib.util
    import tempfile

    from fl_course.authoring import projected
    from fl_course.authoring.learner_copy import FOLDER, JUPYTER, bring_up_to_date

    course = _root(root)
    notebooks = course / "notebooks"
    there = [path.name for path in notebooks.iterdir()] if notebooks.is_dir() else []
    if language not in there:
        raise click.ClickException(
            f"there is no folder {notebooks / language}. Give a language that exists, or run: "
            "fl-course build"
        )
    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException("JupyterLab is not installed. Run: pip install jupyterlab")
    copy = course / FOLDER / projected.FOLDER if notes else course / FOLDER
    try:
        if notes:
            with tempfile.TemporaryDirectory() as made:
                try:
                    projected.write(course, Path(made))
                except FileNotFoundError as error:
                    raise click.ClickException(
                        f"there is no {error.filename}, which has the notes. Run: fl-course build"
                    ) from None
                newer = bring_up_to_date(Path(made), copy)
        else:
            newer = bring_up_to_date(notebooks, copy)
    except OSError as error:
        raise click.ClickException(
            f"{copy} can't be written to: {error.strerror}. It holds your copy of the notebooks; "
            "make room for it, or run the command in a clone that is yours."
        ) from None
    for path in newer:
        click.echo(f"{path.name} has your changes and stays; the course's newer one is beside it.")
    sys.stdout.flush()
    # The languages are side by side, so that a notebook's links to them lead somewhere.
    options = [f"--LabApp.default_url=/lab/tree/{language}"]
    # Replaces this process, so that Ctrl-C and the exit code are JupyterLab's own.
    command = [sys.executable, "-m", "jupyterlab", str(copy), *options, *jupyter_args]
    configured = [str(JUPYTER), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    # The lessons say `!fl-course status`, and nobody has activated the environment.
    programs = [sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)]
    os.execve(
        sys.executable,
        command,
        {
            **os.environ,
            "JUPYTER_CONFIG_PATH": os.pathsep.join(configured),
            "PATH": os.pathsep.join(programs),
        },
    )


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
    chosen = _released(course, chosen, language, asked_for=bool(lessons))
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
@click.option("--repository", help="Where a fork lives, as owner/name: named everywhere first.")
@click.option(
    "--release",
    metavar="TAG",
    help="Only write the notebooks of a release, such as v1.0.0, from those that are built.",
)
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Of a release: the wheel that its notebooks fetch.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Of a release: the new folder for its notebooks.",
)
@_ROOT
def build(
    check: bool,
    force: bool,
    lessons: tuple[str, ...],
    repository: str | None,
    release: str | None,
    wheel: Path | None,
    output: Path | None,
    root: Path | None,
) -> None:
    """Build the notebooks from the lesson scripts."""
    from fl_course.authoring import AuthoringError
    from fl_course.authoring.build import build as build_course
    from fl_course.authoring.home import move

    if check and force:
        raise click.UsageError("--check executes nothing. Leave out --check or --force.")
    if check and repository:
        raise click.UsageError("--check writes nothing. Leave out --check or --repository.")
    if (release, wheel, output) != (None, None, None):
        if release is None or wheel is None or output is None:
            raise click.UsageError("A release needs all of --release, --wheel and --output.")
        if check or force or lessons or repository:
            raise click.UsageError(
                "A release is made of what is built. Build first, then give --release, --wheel and "
                "--output alone."
            )
        _write_release(_root(root), release, wheel, output)
        return
    started = time.perf_counter()

    def progress(lesson: str, key: str) -> None:
        click.echo(f"{time.perf_counter() - started:6.1f} s  {lesson}  {key}", err=True)

    try:
        folder = _root(root)
        for path in move(folder, repository) if repository else ():
            click.echo(f"{path} names {repository}")
        report = build_course(folder, lessons, check=check, force=force, on_cell=progress)
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


def _write_release(root: Path, tag: str, wheel: Path, output: Path) -> None:
    from fl_course.authoring import AuthoringError
    from fl_course.authoring.release import write_release

    try:
        written = write_release(root, tag, wheel, output)
    except AuthoringError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{_count(len(written), 'file')} of {tag} written to {output}.")


@main.command()
@click.argument("lessons", nargs=-1)
@_LANGUAGE
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the decks.  [default: dist/slides/LANGUAGE in the course]",
)
@_ROOT
def slides(lessons: tuple[str, ...], language: str, output: Path | None, root: Path | None) -> None:
    """Make a reveal.js deck of each lesson, from the solved notebooks; nothing is executed.

    LESSONS are numbers, ranges or slugs, such as 1, 2-3 or federated_data; none means all. Open a
    deck in a browser; its key S opens the speaker's view, with the instructor's notes.
    """
    from fl_course.authoring import AuthoringError
    from fl_course.authoring.course import read_course
    from fl_course.authoring.slides.build import write_decks

    folder = _root(root)
    into = output or folder / "dist" / "slides" / language
    try:
        course = read_course(folder)
        chosen = _released(course, course.select(lessons), language, asked_for=bool(lessons))
        written = write_decks(folder, course, chosen, language, into)
    except AuthoringError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{into} can't be written to: {error.strerror}.") from None
    for path in written:
        click.echo(path)


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
@click.option("--code", is_flag=True, help="Print one short line to paste into a chat instead.")
@click.option("--name", help="Your name, to stand before that line.")
def status(code: bool, name: str | None) -> None:
    """Show which exercises are solved, lesson by lesson, and how many questions.

    With --code, one line says so, and how often each was tried; `fl-course room` reads it.
    """
    from fl_course import catalog
    from fl_course.exercises import progress, progress_code

    if name is not None and not code:
        raise click.UsageError("--name is for the line of --code. Give both, or neither.")
    if code:
        try:
            line = progress_code(name)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--name") from None
        if progress.path() is None:
            click.echo(f"Progress is not kept: {progress.VARIABLE} is off.", err=True)
        click.echo(line)
        return
    kept = progress.kept()
    total = solved = asked = right = 0
    for number, entry in enumerate(catalog.entries(), start=1):
        found = [name for name in entry.solutions if name in kept.solved]
        total += len(entry.solutions)
        solved += len(found)
        click.echo(f"{number} · {entry.title}: {len(found)} of {len(entry.solutions)}")
        for name in entry.solutions:
            click.echo(f"  [{'x' if name in kept.solved else ' '}] {name}")
        if entry.questions:
            known = len(kept.answered.intersection(entry.questions))
            asked += len(entry.questions)
            right += known
            click.echo(f"  questions to check yourself: {known} of {len(entry.questions)}")
    click.echo(f"{solved} of {_count(total, 'exercise')} solved.")
    if asked:
        click.echo(f"{right} of {_count(asked, 'question')} answered.")
    file = progress.path()
    if file is None:
        click.echo(f"Progress is not kept: {progress.VARIABLE} is off.")
    elif progress.is_kept():
        click.echo(f"Kept in {file}; delete it to begin anew.")


@main.command()
@click.option(
    "--csv",
    "file",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help="Write this file, from lines on the standard input; - writes to the standard output.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8780,
    show_default=True,
    help="TCP port of the page; another one if it is taken.",
)
@click.option(
    "--example",
    "is_example",
    is_flag=True,
    help="Show a made-up room of a dozen participants, to try the page before the day.",
)
@_LANGUAGE
def room(file: Path | None, port: int, is_example: bool, language: str) -> None:
    """Show who has solved what, from the lines of `fl-course status --code`.

    A page on this computer, for nobody else, takes the lines as they are copied from a chat. With
    --csv FILE they are read from the standard input instead, and a table is written.
    """
    from fl_course.room import serving

    if file is not None and is_example:
        raise click.UsageError("--example shows a page, --csv writes a table. Give one of them.")
    _speak(language)
    if file is not None:
        _write_room(file)
        return
    try:
        serving.serve(port, tell=click.echo, is_example=is_example)
    except OSError as error:
        raise click.ClickException(f"no port of this computer can be had: {error}") from None


def _write_room(file: Path) -> None:
    from fl_course.room import lines, people, sheet

    if sys.stdin.isatty():
        click.echo("Paste the lines, then press Ctrl-D on a line of its own.", err=True)
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    reading = lines.read(text)
    for trouble in reading.troubles:
        click.echo(str(trouble), err=True)
    if others := reading.about_others():
        click.echo(others, err=True)
    if not reading.lines:
        raise click.ClickException("there is no line of progress to read.")
    everybody = people.Room()
    everybody.add(reading.lines)
    persons = everybody.people()
    for note in people.notes(persons):
        click.echo(note, err=True)
    if str(file) == "-":
        sys.stdout.buffer.write(sheet.make(persons))
        return
    try:
        sheet.write(file, persons)
    except sheet.NotOursError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}.") from None
    click.echo(f"{_count(len(persons), 'participant')} written to {file}.")


@main.command()
@click.option("--name", required=True, help="Whose certificate it is.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("certificate.html"),
    show_default=True,
    help="File to write.",
)
@click.option(
    "--lessons",
    "wanted",
    default="",
    help="Such as 1-4 or 1,3. [default: those in which you have solved something]",
)
@_LANGUAGE
def certificate(name: str, output: Path, wanted: str, language: str) -> None:
    """Make a page to print with what you have solved."""
    from fl_course import certificate as page
    from fl_course.exercises import progress

    _speak(language)
    try:
        lessons = {one.slug for one in _installed().select(_named(wanted))} if wanted else None
        page.write(output, page.make(name, progress.done(), page.today(), lessons))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{output} can't be written: {error.strerror}.") from None
    click.echo(f"{output}: open it in a browser and print it, on one page of A4.")


def _installed() -> "Course":
    """The course as far as an installed one knows itself: without `lessons/` beside it."""
    from fl_course import catalog
    from fl_course.authoring.course import Course, Lesson

    lessons = tuple(
        Lesson(number, entry.slug, entry.title, 0, tuple(entry.solutions))
        for number, entry in enumerate(catalog.entries(), start=1)
    )
    return Course(catalog.title(), "", "", (), lessons)


def _named(lessons: str) -> list[str]:
    return [word.strip() for word in lessons.split(",") if word.strip()]


def _speak(language: str) -> None:
    from fl_course import localization

    try:
        localization.use(language)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--language") from None


@main.command()
@click.option("--start", default="09:30", show_default=True, help="Time of day, as HH:MM.")
@click.option("--end", help="When all is over, as HH:MM. What does not fit is left out.")
@click.option("--hours", type=float, help="The same, counted from the start.")
@click.option("--lessons", "wanted", default="", help="Such as 1-4 or 1,3. [default: all]")
@click.option(
    "--welcome",
    "welcome_minutes",
    default=0,
    show_default=True,
    help="Minutes for greeting people and getting their machines to run.",
)
@click.option("--break-minutes", default=15, show_default=True)
@click.option("--lunch", default="12:30", show_default=True, help="Time of day, as HH:MM.")
@click.option("--lunch-minutes", default=60, show_default=True)
@click.option("--cut", is_flag=True, help="Make the cuts by which one lesson more fits.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for what the day needs: the plan as a page with your notes and the solutions, "
    "the slides without what is cut, and the sheet for participants.",
)
@_LANGUAGE
@_ROOT
def schedule(
    start: str,
    end: str | None,
    hours: float | None,
    wanted: str,
    welcome_minutes: int,
    break_minutes: int,
    lunch: str,
    lunch_minutes: int,
    cut: bool,
    into: Path | None,
    language: str,
    root: Path | None,
) -> None:
    """Print a day's timetable with breaks, from the minutes in the lessons."""
    from fl_course.authoring import schedule_text
    from fl_course.authoring.course import read_course
    from fl_course.authoring.schedule import plan

    folder = _root(root)
    begin = _time_of_day("--start", start)
    until = _end_of_day(begin, end, hours)
    if cut and until is None:
        raise click.UsageError("--cut makes room before an end. Give --end or --hours, too.")
    options = {
        "welcome_minutes": welcome_minutes,
        "break_minutes": break_minutes,
        "lunch": _time_of_day("--lunch", lunch),
        "lunch_minutes": lunch_minutes,
    }
    try:
        course = read_course(folder)
        _check_language(course, language)
        parts = [
            (lesson, schedule_text.read_sections(folder, course, lesson, language))
            for lesson in course.select(_named(wanted))
        ]
        lines = schedule_text.lines(course, parts, begin, until, language, with_cuts=cut, **options)
        for line in lines:
            click.echo(line)
        if into is not None:
            from fl_course.authoring import day

            of_day = plan(parts, begin, until, with_cuts=cut, **options)
            written = day.write(folder, course, of_day, language, into, "--into")
            click.echo("")
            for path in written:
                click.echo(path)
    except ValueError as error:  # AuthoringError is one
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{into} can't be written to: {error.strerror}.") from None


@main.command()
@_LANGUAGE
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: dist/sheet.LANGUAGE.html in the course]",
)
@_ROOT
def sheet(language: str, output: Path | None, root: Path | None) -> None:
    """Write the sheet for participants, to be printed on one page from a browser.

    It has links with QR codes, what a type says, the operators, and what to do when. It needs no
    network and no other file.
    """
    from fl_course.authoring import AuthoringError
    from fl_course.authoring.course import read_course
    from fl_course.authoring.sheet import write

    folder = _root(root)
    try:
        course = read_course(folder)
        _check_language(course, language)
        path = output or folder / "dist" / f"sheet.{language}.html"
        write(course, language, path)
    except AuthoringError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{path}: open it in a browser, and print it.")


def _released(
    course: "Course", chosen: "tuple[Lesson, ...]", language: str, *, asked_for: bool
) -> "tuple[Lesson, ...]":
    """The lessons that are released in a language; an error if one was asked for that isn't."""
    _check_language(course, language)
    absent = [lesson.slug for lesson in chosen if language not in lesson.languages]
    if absent and (asked_for or len(absent) == len(chosen)):
        raise click.ClickException(
            f"not released in {language!r}: {', '.join(absent)}. Leave out --language to take the "
            "English."
        )
    if absent:
        click.echo(f"Not released in {language!r}, so left out: {', '.join(absent)}.")
    return tuple(lesson for lesson in chosen if language in lesson.languages)


def _end_of_day(start: datetime.time, end: str | None, hours: float | None) -> datetime.time | None:
    if end is not None and hours is not None:
        raise click.UsageError("Give --end or --hours, and not both.")
    if end is not None:
        until = _time_of_day("--end", end)
        if until <= start:
            raise click.BadParameter(
                f"{end} is not after the start, {start:%H:%M}.", param_hint="--end"
            )
        return until
    if hours is None:
        return None
    day = datetime.datetime.combine(datetime.date(2000, 1, 1), start)
    left = (datetime.datetime.combine(day.date(), datetime.time.max) - day).total_seconds()
    if not 0 < hours * 3600 <= left:
        raise click.BadParameter(
            f"{hours:g} is not a number of hours that are left of the day after {start:%H:%M}.",
            param_hint="--hours",
        )
    return (day + datetime.timedelta(hours=hours)).time()


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


def _check_language(course: "Course", language: str) -> None:
    if language not in course.languages:
        raise click.ClickException(
            f"language {language!r} is not released. Use one of: {', '.join(course.languages)}."
        )


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
