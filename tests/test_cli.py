import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest
import tqdm
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from fl_course import catalog
from fl_course.cli import main
from fl_course.exercises import progress

GLOSSARY = """\
[terms.sum]
english = "sum"
lesson = "adding"
definition = "What comes out of adding."
"""
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
        "lessons/glossary.toml": GLOSSARY,
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
        "not released in 'ko': printing. Leave out --language to take the English.\n"
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
    assert "Error: 4 problems" in done.stderr
    done = call("build", "--root", str(course_dir), "--lesson", "printing")
    assert done.exit_code == 0, done.output
    assert "wrote solutions/en/02_printing.ipynb, executed" in done.stdout
    assert done.stdout.endswith("5 files written, 0 unchanged, 2 notebooks executed.\n")
    assert "solutions/printing  a\n" in done.stderr
    solved = json.loads((course_dir / "solutions/en/02_printing.ipynb").read_text())
    assert solved["cells"][2]["outputs"][0]["text"] == ["hello\n"]
    done = call("build", "--check", "--lesson", "2")
    assert (done.exit_code, done.stdout) == (
        0,
        "0 files written, 5 unchanged, 0 notebooks executed.\n",
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


def test_open_becomes_jupyterlab_on_the_learners_copy(course_dir, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "execve", lambda *arguments: calls.append(arguments))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    for language in ("en", "ko"):
        notebook = course_dir / "notebooks" / language / "01_adding.ipynb"
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.write_text(language)
    assert call("open", "--language", "ko", "--no-browser", "--port", "9000").exit_code == 0
    ((program, command, environment),) = calls
    assert program == command[0] == sys.executable
    ours, mine = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert json.loads(Path(ours, "labconfig/default_setting_overrides.json").read_bytes())
    assert mine == "/mine"
    # `!fl-course status` in a notebook finds the command, and everything else as before.
    programs, before = environment["PATH"].split(os.pathsep, 1)
    assert Path(programs, "fl-course").is_file()
    assert before == os.environ["PATH"]
    assert command[1:4] == ["-m", "jupyterlab", str(course_dir / "my_notebooks")]
    assert "--LabApp.default_url=/lab/tree/ko" in command
    assert command[-3:] == ["--no-browser", "--port", "9000"]
    for language in ("en", "ko"):
        assert (course_dir / "my_notebooks" / language / "01_adding.ipynb").read_text() == language


def test_open_with_notes_makes_a_copy_of_its_own(course_dir, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "execve", lambda *arguments: calls.append(arguments))
    note = new_markdown_cell("**For the instructor · 1 minute**\n\nWait.", id="adding-note")
    note.metadata["fl_course"] = {"kind": "instructor", "key": "note"}
    blank, answer = (new_code_cell(source, id="adding-ex") for source in ("x = ...", "x = 1"))
    for cell in (blank, answer):
        cell.metadata["fl_course"] = {"kind": "exercise", "key": "ex"}
    for folder, cells in (("notebooks", [blank]), ("solutions", [note, answer])):
        path = course_dir / folder / "en/01_adding.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(writes(new_notebook(cells=cells)))
    assert call("open", "--notes", "--port", "9000").exit_code == 0
    copy = course_dir / "my_notebooks/with_notes"
    assert calls[0][1][3] == str(copy)
    made = (copy / "en/01_adding.ipynb").read_text()
    assert "For the instructor" in made
    assert "x = ..." in made
    assert "x = 1" not in made
    solved = course_dir / "solutions/en/01_adding.ipynb"
    solved.unlink()
    done = call("open", "--notes")
    assert (done.exit_code, len(calls)) == (1, 1)
    assert (
        done.output == f"Error: there is no {solved}, which has the notes. Run: fl-course build\n"
    )


def test_open_says_which_notebooks_have_a_newer_one_beside_them(course_dir, monkeypatch):
    monkeypatch.setattr(os, "execve", lambda *arguments: None)
    notebook = course_dir / "notebooks/en/01_adding.ipynb"
    call("open")
    (course_dir / "my_notebooks/en/01_adding.ipynb").write_text("mine")
    notebook.write_text("newer")
    assert call("open").output == (
        "01_adding.ipynb has your changes and stays; the course's newer one is beside it.\n"
    )
    assert (course_dir / "my_notebooks/en/01_adding.ipynb").read_text() == "mine"


@pytest.mark.parametrize("language", ["xx", "../..", ".", "", "en/.."])
def test_open_refuses_a_language_that_is_not_there(course_dir, language):
    done = call("open", "--language", language)
    assert done.exit_code == 1
    assert "there is no folder" in done.output


def test_open_says_where_the_copy_cannot_be_written(course_dir):
    (course_dir / "my_notebooks").write_text("a file")
    done = call("open")
    assert done.exit_code == 1
    assert "my_notebooks can't be written to" in done.output


def test_status_shows_each_lessons_exercises(tmp_path, monkeypatch):
    file = tmp_path / "progress.json"
    monkeypatch.setenv("FL_COURSE_PROGRESS", str(file))
    first = list(catalog.entries()[0].solutions)
    total = sum(len(entry.solutions) for entry in catalog.entries())
    result = call("status")
    assert result.output.startswith(
        f"1 · {catalog.entries()[0].title}: 0 of {len(first)}\n  [ ] {first[0]}\n"
    )
    assert f"\n0 of {total} exercises solved.\n" in result.output
    assert "Kept in" not in result.output
    progress.record(first[0])
    result = call("status")
    assert f": 1 of {len(first)}\n  [x] {first[0]}\n  [ ] {first[1]}\n" in result.output
    assert f"\n1 of {total} exercises solved.\n" in result.output
    assert result.output.endswith(f"Kept in {file}; delete it to begin anew.\n")
    monkeypatch.setenv("FL_COURSE_PROGRESS", "off")
    assert call("status").output.endswith("Progress is not kept: FL_COURSE_PROGRESS is off.\n")


def test_status_counts_questions_apart_from_exercises(tmp_path, monkeypatch):
    monkeypatch.setenv("FL_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    lessons = [
        catalog.Entry("adding", "Adding", {"add_two": "..."}, ["which_sum", "which_order"]),
        catalog.Entry("printing", "Printing", {"print_it": "..."}),
    ]
    monkeypatch.setattr(catalog, "entries", lambda: lessons)
    progress.record_answer("which_order")
    assert call("status").output.startswith(
        "1 · Adding: 0 of 1\n  [ ] add_two\n  questions to check yourself: 1 of 2\n"
        "2 · Printing: 0 of 1\n  [ ] print_it\n"
        "0 of 2 exercises solved.\n1 of 2 questions answered.\n"
    )


def test_status_gives_a_line_for_the_room(tmp_path, monkeypatch):
    monkeypatch.setenv("FL_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    progress.record(next(iter(catalog.entries()[0].solutions)))
    result = call("status", "--code")
    assert re.fullmatch(r"flc1-[0-9A-Za-z]+-\n", result.output)
    assert call("status", "--code", "--name", "김민지").output == f"김민지: {result.output}"
    for wrong, why in (
        (("--name", "Anna"), "--name is for the line of --code"),
        (("--code", "--name", " "), "name must have a letter or a digit"),
    ):
        result = call("status", *wrong)
        assert result.exit_code == 2
        assert why in result.output
    (tmp_path / "progress.json").write_text("{")
    for options in ((), ("--code",)):
        with pytest.warns(UserWarning, match="it is damaged") as warned:
            assert call("status", *options).exit_code == 0
        assert len(warned) == 1
    monkeypatch.setenv("FL_COURSE_PROGRESS", "off")
    result = call("status", "--code")
    assert "Progress is not kept" in result.stderr
    assert result.stdout.startswith("flc1-")


def room(pasted, *options):
    return CliRunner().invoke(main, ["room", *options], input=pasted)


def test_room_writes_a_table_of_the_lines_it_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("FL_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    first = next(iter(catalog.entries()[0].solutions))
    progress.record(first, solved=False)
    progress.record(first)
    line = call("status", "--code", "--name", "Anna").output
    file = tmp_path / "room.csv"
    result = room(f"Carl: flc1-abc-\n{line}Bob: hello\n".encode(), "--csv", str(file))
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines() == [
        "Line 1 (Carl): its checksum does not fit: a part was changed or is missing. Ask for it "
        "again.",
        "One line of the text holds no line of progress.",
    ]
    assert result.stdout == f"1 participant written to {file}.\n"
    written = file.read_text("utf-8-sig").splitlines()
    assert written[0].startswith(f"fl-course participant,{first},")
    assert written[1].startswith("Anna,solved 2,,")
    result = room(line.encode(), "--csv", "-")
    assert result.stdout_bytes == file.read_bytes()


def test_room_says_what_it_cannot_write(tmp_path, monkeypatch):
    monkeypatch.setenv("FL_COURSE_PROGRESS", "off")
    line = call("status", "--code").stdout
    mine = tmp_path / "mine.csv"
    mine.write_text("my thesis")
    for pasted, file, why in (
        (b"", "room.csv", "there is no line of progress to read"),
        (b"\xff\xfe hello", "room.csv", "there is no line of progress to read"),
        (line.encode(), "mine.csv", "mine.csv is there, and no table of the room"),
        (line.encode(), "mine.csv/room.csv", "can't be written"),
    ):
        result = room(pasted, "--csv", str(tmp_path / file))
        assert result.exit_code == 1
        assert why in result.output
    assert os.listdir(tmp_path) == ["mine.csv"]
    assert mine.read_text() == "my thesis"
    assert "nonsense" in room(b"", "--language", "nonsense").output
    result = room(line.encode(), "--example", "--csv", str(tmp_path / "room.csv"))
    assert result.exit_code == 2
    assert "Give one of them." in result.output


def test_certificate_writes_a_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FL_COURSE_PROGRESS", "progress.json")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    result = call("certificate", "--name", "Anna")
    assert result.exit_code == 1
    assert "Error: no exercise is noted as solved here yet" in result.output
    progress.record(next(iter(catalog.entries()[0].solutions)))
    result = call("certificate", "--name", "김민지", "--language", "ko")
    assert result.output.startswith("certificate.html: open it in a browser")
    page = pathlib.Path("certificate.html").read_text()
    assert "김민지" in page and "1970-01-01" in page and 'lang="ko"' in page
    assert call("certificate", "--name", "Anna").exit_code == 0  # in the place of the earlier one
    assert "김민지" not in pathlib.Path("certificate.html").read_text()
    assert call("certificate", "--name", "Anna", "--lessons", "1-2, 4").exit_code == 0
    assert pathlib.Path("certificate.html").read_text().count('<th scope="row">') == 3
    for options, why in (
        (("--name", ""), "name must have a letter or a digit"),
        (("--output", "progress.json"), "progress.json is there, and no certificate"),
        (("--output", "progress.json/a.html"), "can't be written"),
        (("--language", "nonsense"), "nonsense"),
        (("--lessons", "99"), "lesson '99' is not in the course"),
        (("--lessons", "2-3"), "no exercise of these lessons is noted"),
    ):
        result = call("certificate", "--name", "Anna", *options)
        assert result.exit_code != 0
        assert why in result.output
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert "SOURCE_DATE_EPOCH must be a number" in call("certificate", "--name", "Anna").output


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


def test_schedule_leaves_out_what_does_not_fit_and_says_what_to_cut(course_dir):
    order = course_dir / "lessons/course.toml"
    order.write_text(order.read_text().replace("minutes = 5", "minutes = 50"))
    for lesson in ("adding", "printing"):
        with (course_dir / f"lessons/{lesson}.py").open("a") as script:
            script.write(
                '# %% [markdown] key="b"\n# ## Sums\n'
                '# %% [markdown] key="n" kind="instructor" minutes=40\n'
                "# **When time is short.** Say it in lesson {{printing}}.\n"
                '# %% [markdown] key="c"\n# ## Differences\n'
                '# %% [markdown] key="m" kind="instructor" minutes=10 saves=4\n'
                "# **When time is short.** Show them.\n"
            )
    for until in (("--hours", "1"), ("--end", "10:30")):
        result = call("schedule", *until)
        assert result.exit_code == 0, result.output
        assert (
            "End at 10:20: 50 minutes of lessons.\nLeft out: 2.\n"
            "Lesson 2 · Printing would need 50 minutes, 65 with breaks; 10 are left.\n"
        ) in result.output
        assert result.output.endswith(
            "\nIf you are late, cut here:\n  1 · Sums (of 40 min): Say it in lesson 2.\n"
            "  1 · Differences (saves 4 of 10 min): Show them.\n"
        )
        assert "--cut" not in result.output  # all cuts save too little
    result = call("schedule", "--end", "11:20")
    assert "Of its sections, these fit: Sums (40 min).\n" in result.output
    assert "\n2 · " not in call("schedule", "--end", "11:17").output
    assert "\n2 · Printing\n" in call("schedule", "--end", "11:17", "--cut").output
    result = call("schedule", "--hours", "1", "--welcome", "30")
    assert result.exit_code == 1
    assert "lesson 1 alone goes on until 10:50" in result.output
    assert "Left out" not in call("schedule", "--hours", "4").output
    for wrong, says in {
        ("--hours", "0"): "not a number of hours",
        ("--hours", "nan"): "not a number of hours",
        ("--hours", "15"): "not a number of hours",
        ("--end", "09:30"): "not after the start",
        ("--end", "10:30", "--hours", "1"): "and not both",
        ("--end", "10:00"): "lesson 1 alone goes on until 10:20",
        ("--cut",): "Give --end or --hours, too",
    }.items():
        result = call("schedule", *wrong)
        assert result.exit_code != 0
        assert says in result.output
