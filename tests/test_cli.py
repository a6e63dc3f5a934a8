import functools
import json
import os
import subprocess
import sys
import types

import pytest
import tqdm
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook, writes

from fl_course import catalog
from fl_course.cli import main
from fl_course.exercises import progress

TOML = """\
title = "A course"
repository = "owner/name"
branch = "main"
languages = ["en"]
"""


def cell(key, source, **metadata):
    return new_code_cell(source, id=key, metadata={"fl_course": {"key": key, **metadata}})


@pytest.fixture
def course_dir(tmp_path, monkeypatch):
    """A course of two lessons, with solved notebooks and a stand-in for fl_course."""
    toml = TOML
    for slug in ("adding", "printing"):
        toml += f'[[lesson]]\nslug = "{slug}"\ntitle = "{slug.title()}"\n'
        toml += "minutes = 5\nexercises = []\n"
    files = {
        "lessons/course.toml": toml,
        "lessons/adding.py": '# %% key="a"\nprint(1 + 1)\n',
        "lessons/printing.py": '# %% key="a"\nprint("hello")\n',
        "fl_course/__init__.py": "def setup(**_):\n    pass\n",
        "notebooks/en/01_adding.ipynb": "{}",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def solve(course_dir, name, *cells):
    path = course_dir / "solutions" / "en" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(writes(new_notebook(cells=list(cells))))
    return path


def call(*arguments):
    return CliRunner().invoke(main, arguments)


def test_help_names_the_commands_and_imports_nothing_heavy():
    program = (
        "import sys\nfrom fl_course.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'tensorflow', 'nbformat', 'jupytext', 'numpy', 'tqdm'} & set(sys.modules)\n"
        "print('heavy', sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "heavy []" in done.stdout
    for command in ("build", "open", "run", "setup"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("command", ["build", "run", "open"])
def test_outside_the_course_the_error_says_what_to_do(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    done = call(command)
    assert done.exit_code == 1
    assert done.output.startswith("Error: no lessons/course.toml in")
    assert "give its folder with --root" in done.output


@pytest.mark.parametrize("works", [True, False])
def test_setup_shows_an_error_without_a_traceback(monkeypatch, works):
    class SetupError(RuntimeError):
        pass

    def install_and_check():
        if not works:
            raise SetupError("no worker for this platform. Use Colab.")
        return "ready"

    runtime = types.SimpleNamespace(SetupError=SetupError, install_and_check=install_and_check)
    monkeypatch.setitem(sys.modules, "fl_course.runtime", runtime)
    done = call("setup")
    if works:
        assert (done.exit_code, done.output) == (0, "ready\n")
    else:
        assert done.exit_code == 1
        assert done.output == "Error: no worker for this platform. Use Colab.\n"


def test_run_prints_a_table_and_changes_no_file(course_dir, monkeypatch):
    # conftest.py turns bars off, by a variable that tqdm reads at its import.
    monkeypatch.setattr("tqdm.tqdm", functools.partial(tqdm.tqdm, disable=False))
    path = solve(
        course_dir,
        "01_adding",
        cell("a", "x = 1 + 1\nprint('x')\nprint('sum', x)", result=True),
        cell("b", "print('more')"),
    )
    solve(course_dir, "02_printing", cell("a", "print('hello')"))
    before = path.read_bytes()
    done = call("run")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["lesson", "cells", "seconds", "key", "result"]
    assert lines[2].split()[:4] == ["1", "·", "Adding", "2"]
    assert lines[2].endswith("  sum 2")
    assert lines[3].split()[:4] == ["2", "·", "Printing", "1"]
    assert lines[-1] == "2 lessons ran, 3 cells, 0 failed."
    assert "3/3" in done.stderr
    assert path.read_bytes() == before


def test_run_begins_with_the_last_lesson(course_dir):
    for name in ("01_adding", "02_printing"):
        note = f"open({str(course_dir / 'order')!r}, 'a').write({name!r} + ' ')"
        solve(course_dir, name, cell("a", f"print({note})"))
    done = call("run", "--jobs", "1")
    assert done.exit_code == 0, done.output
    assert (course_dir / "order").read_text().split() == ["02_printing", "01_adding"]
    names = [line.split()[2] for line in done.stdout.splitlines()[2:4]]
    assert names == ["Adding", "Printing"]


def test_run_takes_the_lessons_that_are_released_in_the_language(course_dir):
    toml = course_dir / "lessons" / "course.toml"
    text = toml.read_text().replace('languages = ["en"]', 'languages = ["en", "ko"]', 1)
    toml.write_text(text.replace('slug = "printing"', 'slug = "printing"\nlanguages = ["en"]'))
    done = call("run", "--language", "ko")
    assert "Not released in 'ko', so left out: printing.\n" in done.output
    assert done.output.endswith("solutions/ko/01_adding.ipynb is missing. Run: fl-course build\n")
    done = call("run", "printing", "--language", "ko")
    assert done.output.endswith(
        "not released in 'ko': printing. Leave out --language to run the English.\n"
    )
    done = call("run", "--language", "xx")
    assert "language 'xx' is not released. Use one of: en, ko." in done.output
    assert done.exit_code == 1


def test_run_names_failed_cells(course_dir):
    solve(course_dir, "01_adding", cell("bad", "1 / 0"), cell("b", "print('x')", result=True))
    solve(course_dir, "02_printing", cell("end", "import os\nos._exit(1)"), cell("b", "x = 1"))
    done = call("run", "1-2")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[2].endswith("  1 failed")
    assert lines[-3:] == [
        "Failed: lesson 1 (adding), cell bad: ZeroDivisionError: division by zero",
        "Failed: lesson 2 (printing), cell end: ended the kernel; 1 cell after it did not run",
        "2 lessons ran, 3 cells, 2 failed.",
    ]


def test_run_refuses_what_it_cannot_run(course_dir):
    done = call("run", "3")
    assert done.exit_code == 1
    assert "lesson '3' is not in the course" in done.output
    done = call("run", "adding")
    assert done.exit_code == 1
    assert done.output.endswith("01_adding.ipynb is missing. Run: fl-course build\n")
    solve(course_dir, "01_adding").write_text("{")
    done = call("run", "adding")
    assert done.exit_code == 1
    assert done.output.endswith("01_adding.ipynb is not a notebook. Run: fl-course build\n")


def test_build_and_check(course_dir):
    done = call("build", "--check", "--lesson", "1")
    assert done.exit_code == 1
    assert "Error: 3 problems" in done.stderr
    done = call("build", "--root", str(course_dir), "--lesson", "printing")
    assert done.exit_code == 0, done.output
    assert "wrote solutions/en/02_printing.ipynb, executed" in done.stdout
    assert done.stdout.endswith("4 files written, 0 unchanged, 2 notebooks executed.\n")
    assert "solutions/printing  a\n" in done.stderr
    solved = json.loads((course_dir / "solutions/en/02_printing.ipynb").read_text())
    assert solved["cells"][2]["outputs"][0]["text"] == ["hello\n"]
    done = call("build", "--check", "--lesson", "2")
    assert (done.exit_code, done.stdout) == (
        0,
        "0 files written, 4 unchanged, 0 notebooks executed.\n",
    )


def test_build_tells_how_far_each_language_is(course_dir):
    folder = course_dir / "translations" / "ko"
    folder.mkdir(parents=True)
    (folder / "language.toml").write_text('name = "한국어"\n')
    (course_dir / "lessons/adding.py").write_text('# %% [markdown] key="a"\n# A text.\n')
    done = call("build", "--lesson", "1")
    assert done.exit_code == 0, done.output
    table = done.stdout.splitlines()[:4]
    assert table[0].split() == ["messages", "ko"]
    assert table[1].split(maxsplit=1) == ["adding", "0 translated, 1 missing"]
    catalog = folder / "adding.po"
    catalog.write_text(catalog.read_text().replace('msgstr ""\n\n', 'msgstr "글."\n\n'))
    (course_dir / "lessons/adding.py").write_text('# %% [markdown] key="a"\n# A long text.\n')
    done = call("build", "--lesson", "1")
    assert "adding     0 translated, 1 fuzzy" in done.stdout


def test_build_reports_problems_and_fails(course_dir):
    (course_dir / "lessons/adding.py").write_text('# %% key="a"\nprint(\n')
    done = call("build", "--lesson", "1")
    assert done.exit_code == 1
    assert "lessons/adding.py:2: cell a: not valid Python" in done.stderr
    assert "Error: 1 problem; see" in done.stderr


def test_build_refuses_check_with_force(course_dir):
    done = call("build", "--check", "--force")
    assert done.exit_code == 2
    assert "--check executes nothing" in done.output


def test_open_becomes_jupyterlab(course_dir, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "execv", lambda *arguments: calls.append(arguments))
    assert call("open", "--no-browser", "--port", "9000").exit_code == 0
    folder = str(course_dir / "notebooks" / "en")
    command = [sys.executable, "-m", "jupyterlab", folder, "--no-browser", "--port", "9000"]
    assert calls == [(sys.executable, command)]


def test_open_refuses_a_language_that_is_not_there(course_dir):
    done = call("open", "--language", "xx")
    assert done.exit_code == 1
    assert "there is no folder" in done.output


def test_status_shows_each_lessons_exercises(tmp_path, monkeypatch):
    file = tmp_path / "progress.json"
    monkeypatch.setenv("FL_COURSE_PROGRESS", str(file))
    first = list(catalog.entries()[0].solutions)
    total = sum(len(entry.solutions) for entry in catalog.entries())
    result = call("status")
    assert result.output.startswith(
        f"1 · {catalog.entries()[0].title}: 0 of {len(first)}\n  [ ] {first[0]}\n"
    )
    assert result.output.endswith(f"\n0 of {total} exercises solved.\n")
    progress.record(first[0])
    result = call("status")
    assert f": 1 of {len(first)}\n  [x] {first[0]}\n  [ ] {first[1]}\n" in result.output
    assert f"1 of {total} exercises solved.\nKept in {file}; delete it" in result.output
    monkeypatch.setenv("FL_COURSE_PROGRESS", "off")
    assert call("status").output.endswith("Progress is not kept: FL_COURSE_PROGRESS is off.\n")


def test_schedule_prints_a_timetable(course_dir):
    note = '# %% [markdown] key="b"\n# ## Sums\n# %% [markdown] key="n" kind="instructor" minutes='
    with (course_dir / "lessons/adding.py").open("a") as script:
        script.write(note + "5\n# Wait.\n")
    result = call("schedule", "--start", "12:10", "--lessons", "1")
    assert result.exit_code == 0
    assert result.output == (
        "\n1 · Adding\n  12:10-12:15    5 min  Sums\n\nEnd at 12:15: 5 minutes of lessons.\n"
    )
    for wrong in (("--start", "9.30"), ("--lunch", "noon"), ("--lessons", "7")):
        result = call("schedule", "--lessons", "1", *wrong)
        assert result.exit_code != 0
        assert wrong[1] in result.output
    result = call("schedule")
    assert result.exit_code == 1
    assert "lessons/printing.py: there is no instructor's cell" in result.output
