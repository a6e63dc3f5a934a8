"""Plants faults in copies of the repository, one at a time, and sees whether a check catches each.

    .venv/bin/python tools/plant_faults.py              # all of them, some twenty minutes
    .venv/bin/python tools/plant_faults.py NAME ...     # some of them
    .venv/bin/python tools/plant_faults.py --list

Each fault names the command that catches it and the part of that command which does, and only that
part is run. The part is seen to pass without the fault first. Exits 1 if a fault slips through.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parent.parent
SECONDS = 900  # for one check
TEST, CI, ALL = "make test", ".ci/run", "make test-all"


@dataclass(frozen=True)
class Fault:
    """A fault and what catches it.

    Attributes:
        name: What is wrong.
        plant: Plants it in a copy of the repository.
        command: The shortest command that catches it at every commit.
        check: Arguments of pytest for the part that does, or a shell command.
        says: What the check's output holds then, as a regular expression.
        settled: Whether the author built the notebooks after it, as far as that shows nothing.
        environment: Variables that the command sets.
        venv: The environment that the command uses.
    """

    name: str
    plant: Callable[[Path], None]
    command: str
    check: str
    says: str
    settled: bool = False
    environment: tuple[tuple[str, str], ...] = ()
    venv: str = ".venv"


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Plants by replacing a text once in a file."""

    def plant(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        if old not in text:
            raise SystemExit(f"{name} has no {old!r} any more. Let the fault be planted elsewhere.")
        (root / name).write_text(text.replace(old, new, 1), "utf-8")

    return plant


@contextlib.contextmanager
def notebook(root: Path, name: str) -> Iterator[Any]:
    """Gives a notebook to change."""
    content = nbformat.read(root / name, as_version=4)
    yield content
    (root / name).write_text(nbformat.writes(content) + "\n", "utf-8")


def wrong_number(name: str) -> Callable[[Path], None]:
    """Plants another digit in the first number that a notebook prints with two decimals."""

    def plant(root: Path) -> None:
        with notebook(root, name) as content:
            for output in outputs(content):
                if match := re.search(r"0\.(\d)\d\b", output.get("text", "")):
                    digit = str((int(match[1]) + 1) % 10)
                    at = match.start(1)
                    output.text = output.text[:at] + digit + output.text[at + 1 :]
                    return
        raise SystemExit(f"{name} prints no number with two decimals.")

    return plant


def outputs(content: Any) -> list[Any]:
    """All outputs of a notebook."""
    return [output for cell in content.cells for output in cell.get("outputs", ())]


def figures(content: Any) -> list[Any]:
    """All outputs of a notebook that are figures."""
    return [x for x in outputs(content) if "alt" in x.get("metadata", {}).get("image/png", {})]


def figure_of(name: str, other: str, at: int = 0) -> Callable[[Path], None]:
    """Plants another notebook's last figure in place of a notebook's first one."""

    def plant(root: Path) -> None:
        source = figures(nbformat.read(root / other, as_version=4))[at]
        with notebook(root, name) as content:
            figures(content)[0].data["image/png"] = source.data["image/png"]

    return plant


def changed_code(name: str) -> Callable[[Path], None]:
    """Plants another number in the code of a notebook."""

    def plant(root: Path) -> None:
        with notebook(root, name) as content:
            cells = [x for x in content.cells if x.cell_type == "code"]
            cell = next(x for x in cells if re.search(r"\b10\b", x.source))
            cell.source = re.sub(r"\b10\b", "11", cell.source, count=1)

    return plant


def not_translated(name: str) -> Callable[[Path], None]:
    """Plants a message without a translation."""

    def plant(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        entry = re.compile(r'(\nmsgctxt "[^"]+"\nmsgid "[^"]+"\nmsgstr )"[^"]+"')
        (root / name).write_text(entry.sub(r'\1""', text, count=1), "utf-8")

    return plant


def numbers_to_nine_digits(root: Path) -> None:
    """Plants an output that holds on one kind of processor only, as its author would see it."""
    path = "lessons/centralized_training.py"
    edit(
        path,
        '# %% key="curve"',
        '# %% key="digits"\n# The loss at the end of training.\nprint(history["loss"])\n\n'
        '# %% key="curve"',
    )(root)
    run(root, ".venv", "-m fl_course.cli build --lesson 1", {})


FIRST, THIRD, FIFTH, SEVENTH = (
    "01_centralized_training",
    "03_federated_averaging",
    "05_federated_core",
    "07_make_it_your_own",
)
NOTEBOOKS = "tests/lessons/test_lessons.py::test_notebooks_are_those_of_the_lesson_scripts"
EXERCISE = "make_it_your_own/pull_back.py"
ANSWERS = f"tests/exercises/{EXERCISE}"
SAME_CODE = "tests/lessons/test_lessons.py::test_every_language_has_the_same_code"

FAULTS = (
    # What was derived.
    Fault(
        "a wrong number in a Korean output",
        wrong_number(f"solutions/ko/{THIRD}.ipynb"),
        TEST,
        NOTEBOOKS,
        rf"solutions/ko/{THIRD}\.ipynb: differs from its script, first in cell",
    ),
    Fault(
        "a figure of another lesson in a Japanese notebook",
        figure_of(f"solutions/ja/{FIRST}.ipynb", f"solutions/ja/{THIRD}.ipynb"),
        TEST,
        NOTEBOOKS,
        rf"solutions/ja/{FIRST}\.ipynb: cell \w+: the figure is of something else",
    ),
    Fault(
        "an English figure in a Korean notebook",
        figure_of(f"solutions/ko/{FIRST}.ipynb", f"solutions/en/{FIRST}.ipynb"),
        TEST,
        NOTEBOOKS,
        rf"solutions/ko/{FIRST}\.ipynb: cell \w+: the figure is of something else",
    ),
    Fault(
        "a stale figure in an English notebook",
        figure_of(f"solutions/en/{FIRST}.ipynb", f"solutions/en/{THIRD}.ipynb"),
        TEST,
        NOTEBOOKS,
        rf"solutions/en/{FIRST}\.ipynb: its outputs are not those that were built",
    ),
    Fault(
        "a figure's word changed in the catalog, the figures not drawn again",
        edit("translations/ko/fl_course.po", 'msgstr "라운드"', 'msgstr "회차"'),
        TEST,
        NOTEBOOKS,
        r"solutions/ko/\w+\.ipynb: cell \w+: the figure is of something else",
    ),
    Fault(
        "a Japanese word in a Korean figure",
        edit("translations/ko/fl_course.po", 'msgstr "라운드"', 'msgstr "ラウンド"'),
        TEST,
        NOTEBOOKS,
        r"translations/ko/fl_course\.po:\d+: .*letters",
    ),
    Fault(
        "changed code in a Korean notebook",
        changed_code(f"solutions/ko/{THIRD}.ipynb"),
        TEST,
        SAME_CODE,
        "AssertionError",
    ),
    Fault(
        "a placeholder lost in a translation",
        edit("translations/ja/fl_course.po", "**次のレッスン:** [{number} ", "**次のレッスン:** ["),
        TEST,
        NOTEBOOKS,
        r"translations/ja/fl_course\.po:\d+: .*placeholder",
    ),
    Fault(
        "a translation that was not made",
        not_translated("translations/ja/federated_data.po"),
        TEST,
        NOTEBOOKS,
        r"translations/ja/federated_data\.po: 0 fuzzy and 1 missing",
    ),
    Fault(
        "what was recorded edited by hand",
        edit(f"solutions/en/{FIRST}.records.json", "**Right.**", "**Wrong.**"),
        TEST,
        NOTEBOOKS,
        rf"{FIRST}",
    ),
    Fault(
        "setup() fails in Japanese",
        edit(
            "fl_course/localization.py",
            "    _language = language\n\n\n@contextlib",
            '    _language = language\n    assert language != "ja"\n\n\n@contextlib',
        ),
        TEST,
        f"solutions/ja/{FIFTH}.ipynb",
        "AssertionError",
        settled=True,
    ),
    Fault(
        "a part of one lesson fails in Japanese",
        edit(
            "fl_course/algorithms/gradient_edits.py",
            "import tensorflow as tf\n",
            "import tensorflow as tf\n\nimport fl_course.localization\n\n"
            "if fl_course.localization.current() == 'ja':\n    raise RuntimeError\n",
        ),
        ALL,
        f"solutions/ja/{SEVENTH}.ipynb",
        "RuntimeError",
        settled=True,
    ),
    Fault(
        "a font without a language's letters",
        edit("fl_course/locale/ja.json", "matplotlib_fontja/", "no_such_package/"),
        TEST,
        "tests/plotting/test_languages.py",
        "Glyph|missing",
    ),
    # What is executed.
    Fault(
        "another number comes out of the package",
        edit("fl_course/preprocessing.py", ".batch(batch_size)", ".batch(batch_size + 1)"),
        TEST,
        f"solutions/en/{THIRD}.ipynb",
        "Notebook cell execution failed|mismatch",
        settled=True,
    ),
    Fault(
        "a progress bar, and its seconds, in an output",
        edit(
            "fl_course/training.py", 'disable=bool(os.environ.get("TQDM_DISABLE"))', "disable=False"
        ),
        TEST,
        f"solutions/en/{THIRD}.ipynb",
        "Unexpected output",
        settled=True,
    ),
    Fault(
        "code that Python 3.11 cannot read, in the first cell",
        edit(
            "fl_course/authoring/notebooks.py",
            "import fl_course\n\nfl_course.setup(",
            'import fl_course\n\nassert f"{{\'a\' + "b"}}"\nfl_course.setup(',
        ),
        CI,
        f"solutions/en/{FIRST}.ipynb",
        "SyntaxError",
        settled=True,
        venv=".venv-3.11",
    ),
    Fault(
        "the first cell replaces a package of Colab's",
        edit(
            "fl_course/runtime/packages.py",
            '"--no-deps"',
            '"numpy==2.1.0", "--no-deps"',
        ),
        CI,
        "sh tests/colab/replica.sh .venv-colab-2026-08 tests/colab/colab-2026-08.txt 3.13 && "
        ".venv-colab-2026-08/bin/python -m pytest -c tests/colab/pytest.ini "
        "--confcutdir=tests/colab tests/colab/first_cell.py",
        "numpy",
        venv=".venv-colab-2026-08",
    ),
    Fault(
        "an output to more digits than other processors give",
        numbers_to_nine_digits,
        ALL,
        f"solutions/en/{FIRST}.ipynb",
        "mismatch|execution failed",
        environment=(("ONEDNN_MAX_CPU_ISA", "SSE41"),),
    ),
    Fault(
        "a worker that outlives its notebook",
        edit("fl_course/runtime/worker.py", "prctl(PR_SET_PDEATHSIG, SIGKILL)", "prctl(38, 0)"),
        TEST,
        "tests/runtime/test_worker.py -k outlives",
        "FAILED",
    ),
    Fault(
        "kernels that take each other's ports",
        edit("fl_course/authoring/kernels.py", '"transport": "ipc"', '"transport": "tcp"'),
        TEST,
        "tests/authoring/test_execute.py -k reached_over_no_port",
        "FAILED",
    ),
    # Exercises.
    Fault(
        "a blank that passes",
        edit(
            "fl_course/exercises/exercise.py",
            "        if _is_blank(answer):\n            return self._not_attempted()",
            '        if _is_blank(answer):\n            return Verdict(Outcome.RIGHT, None, "")',
        ),
        TEST,
        f"{ANSWERS} -k blank_is_not_attempted",
        "FAILED",
    ),
    Fault(
        "a wrong answer is accepted",
        edit(
            f"fl_course/exercises/{EXERCISE}",
            "def _judge",
            "def _judge(*args, **kwargs):\n    return None\n\n\ndef _never",
        ),
        TEST,
        ANSWERS,
        "FAILED",
    ),
    Fault(
        "a right answer is refused",
        edit(
            f"fl_course/exercises/{EXERCISE}",
            "def _judge",
            "def _judge(*args, **kwargs):\n    return OTHER\n\n\ndef _never",
        ),
        TEST,
        ANSWERS,
        "FAILED",
    ),
    Fault(
        "a check that takes too long",
        edit(
            f"fl_course/exercises/{EXERCISE}",
            "def _judge",
            "def _judge(*args, **kwargs):\n    import time\n\n    time.sleep(2.5)\n"
            "    return _quick(*args, **kwargs)\n\n\ndef _quick",
        ),
        ALL,
        "VENV_PYTHON -m bench.exercise_checks make_it_your_own",
        "over their limit: pull_back",
    ),
    Fault(
        "a reference that the rest of the lesson cannot use",
        edit(
            "fl_course/exercises/centralized_training/reshape_and_scale.py",
            "def _reference",
            "def _reference(*args, **kwargs):\n    return _array(*args, **kwargs).tolist()\n\n\n"
            "def _array",
        ),
        ALL,
        f"tests/lessons/test_lessons.py -k 'untouched and {FIRST}' --everything",
        "FAILED",
        settled=True,
    ),
    # Texts and files.
    Fault(
        "a number in the text that no cell computes",
        edit(
            "lessons/federated_averaging.py",
            "\n# ## What you now know",
            "\n# It takes 987 s.\n#\n# ## What you now know",
        ),
        TEST,
        f"tests/lessons/test_lessons.py {NOTEBOOKS} -k 'number or scripts'",
        "numbers that no cell shows|differs from its script",
    ),
    Fault(
        "a dead link in the README",
        edit("README.md", "(docs/places.md)", "(docs/place.md)"),
        TEST,
        "tests/lessons/test_lessons.py -k readme",
        "FAILED",
    ),
    Fault(
        "the engine imports what stands above it",
        edit("fl_course/runtime/places.py", "\nimport", "\nimport fl_course.plotting\nimport"),
        TEST,
        "tests/test_import.py -k may",
        "FAILED",
    ),
    Fault(
        "a package that the lock lacks",
        edit("pyproject.toml", '  "attrs",', '  "attrs",\n  "flask",'),
        TEST,
        "tests/test_lock.py",
        "FAILED",
    ),
    Fault(
        "a test that never ends",
        edit(
            "tests/test_models.py",
            "\ndef test_",
            "\ndef test_that_waits():\n    import threading\n\n    threading.Event().wait()\n"
            "\n\ndef test_",
        ),
        TEST,
        "tests/test_models.py -k that_waits --timeout 20",
        "Timeout",
    ),
)


def run(root: Path, venv: str, check: str, extra: dict[str, str]) -> tuple[int, str]:
    """Runs a check in a copy; gives its exit code and what it printed."""
    python = ROOT / venv / "bin" / "python"
    environment = {**os.environ, "PYTHONPATH": str(root), **extra}
    if check.startswith("-m "):
        command = f"{python} {check}"
    elif check.startswith(("sh ", "VENV_PYTHON ")):
        command = check.replace("VENV_PYTHON", str(python))
        environment.pop("PYTHONPATH")
    else:
        command = f"{python} -m pytest -q -x -p no:cacheprovider {check}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def copied(to: Path) -> None:
    """Copies the files that git knows, as they are now."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)
    for venv in ROOT.glob(".venv*"):
        (to / venv.name).symlink_to(venv)


def settle(root: Path) -> None:
    """Builds notebooks as if they had been executed and everything had come out as before."""
    from fl_course.authoring import build
    from fl_course.authoring.notebooks import executed_cells
    from fl_course.authoring.outputs import normalize, outputs_digest

    def keep(fresh: Any, committed: Any, variant: str) -> str:
        if variant == "solved":
            before = {cell.id: cell.outputs for cell in executed_cells(committed)}
            for cell in executed_cells(fresh):
                cell.outputs = before[cell.id]
            normalize(fresh)
            fresh.metadata.fl_course.outputs = outputs_digest(fresh)
        return ""

    read = build.loads_records

    def read_anyway(content: bytes, english: Any) -> Any:
        kept = json.loads(content) | {"inputs": english.metadata.fl_course.inputs}
        return read(json.dumps(kept).encode(), english)

    build._staleness, build.loads_records = keep, read_anyway
    problems = build.build(root).problems
    if problems:
        raise SystemExit("\n".join(problems))


def main() -> None:
    """Plants the faults that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="parts of names of faults; none means all")
    parser.add_argument("--list", action="store_true", help="say what there is, and end")
    parser.add_argument("--settle", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.settle:
        return settle(given.settle)
    chosen = [x for x in FAULTS if not given.names or any(name in x.name for name in given.names)]
    if given.list:
        print("\n".join(f"{fault.command:14} {fault.name}" for fault in chosen))
        return None
    slipped = 0
    sound: dict[tuple[str, str, Any], bool] = {}
    for fault in chosen:
        with tempfile.TemporaryDirectory(prefix="fault-") as folder:
            root = Path(folder)
            copied(root)
            how = (fault.check, fault.venv, fault.environment)
            if not (ROOT / fault.venv / "bin" / "python").exists():
                print(f"left out: {fault.name}: there is no {fault.venv}", flush=True)
                continue
            if how not in sound:
                code, said = run(root, fault.venv, fault.check, dict(fault.environment))
                sound[how] = code in (0, 5)  # 5: the test that is planted isn't there yet.
            fault.plant(root)
            if fault.settled:
                code, said = run(root, ".venv", f"-m tools.plant_faults --settle {root}", {})
                if code:
                    raise SystemExit(f"{fault.name}: the notebooks can't be built:\n{said}")
            started = time.monotonic()
            code, said = run(root, fault.venv, fault.check, dict(fault.environment))
            seconds = time.monotonic() - started
        caught = code != 0 and re.search(fault.says, said) is not None
        word = "caught" if caught and sound[how] else "SLIPPED"
        slipped += word == "SLIPPED"
        print(f"{word:8} {fault.command:14} {seconds:5.0f} s  {fault.name}", flush=True)
        if word == "SLIPPED":
            why = "its check fails without it too" if not sound[how] else f"exit {code}"
            print(
                f"  {why}:\n" + "\n".join(f"  | {x}" for x in said.splitlines()[-25:]), flush=True
            )
    print(f"{len(chosen) - slipped} caught, {slipped} slipped through")
    return sys.exit(1 if slipped else 0)


if __name__ == "__main__":
    main()
