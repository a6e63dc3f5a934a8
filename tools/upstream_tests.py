"""Runs TFF's own tests on the course's engine and compares with the deviations known.

    python tools/upstream_tests.py CHECKOUT [PATTERN ...]

CHECKOUT is TFF's source tree, at the tag of the version installed; a PATTERN picks the test files
whose path contains it. Every file runs in a fresh process, in which the engine is started first and
`tensorflow_federated` is the installed wheel; only modules that the wheel lacks (tests' helpers)
come from the tree. `upstream_deviations.toml` says what is known to fail, and why; anything else
that fails, twice in a row, is a surprise, and so is a deviation that no longer occurs. Exit code 1
says there was one.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import faulthandler
import fnmatch
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pathlib
import runpy
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import types
import unittest
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence

import fl_course

_DEVIATIONS = pathlib.Path(__file__).with_name("upstream_deviations.toml")
_INSIDE = "--inside"  # how this script starts itself for one test file

# What Python 3.12 removed from unittest, and what it is called today. One has no successor.
_OLD_METHODS = {
    "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assertAlmostEquals": "assertAlmostEqual",
    "assertRaisesRegexp": "assertRaisesRegex",
    "assertRegexpMatches": "assertRegex",
    "assert_": "assertTrue",
}

# Upstream's tests choose between two backends with the same functions: one linked into Python,
# which no wheel has, and the one with a worker process. They get the second.
_BACKENDS = "tensorflow_federated.python.core.backends"
_SAME_AS = {
    f"{_BACKENDS}.{name}.cpp_execution_contexts": f"{_BACKENDS}.{name}.execution_contexts"
    for name in ("native", "test")
}


def _assert_dict_contains_subset(
    case: unittest.TestCase, subset: dict[object, object], whole: dict[object, object]
) -> None:
    for key, value in subset.items():
        case.assertIn(key, whole)
        case.assertEqual(value, whole[key])


class _TestTree(importlib.abc.MetaPathFinder):
    """Finds what only TFF's source tree has: tests' helpers, and its examples."""

    def __init__(self, root: pathlib.Path) -> None:
        self._root = root

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.startswith("tensorflow_federated."):
            folder = self._root.joinpath(*name.split("."))
        elif name.startswith("examples"):  # published without the dot: `examplesprogram`
            folder = self._root.joinpath("examples", *name.removeprefix("examples").split("."))
        else:
            return None
        if folder.with_suffix(".py").is_file():
            return importlib.util.spec_from_file_location(name, folder.with_suffix(".py"))
        if folder.is_dir():
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(folder)]
            return spec
        return None


def _run_inside(root: pathlib.Path, test_file: pathlib.Path, report: pathlib.Path) -> None:
    faulthandler.enable()
    for old, new in _OLD_METHODS.items():
        if not hasattr(unittest.TestCase, old):
            setattr(unittest.TestCase, old, getattr(unittest.TestCase, new))
    if not hasattr(unittest.TestCase, "assertDictContainsSubset"):
        unittest.TestCase.assertDictContainsSubset = _assert_dict_contains_subset
    fl_course.setup()
    for alias, module in _SAME_AS.items():
        sys.modules[alias] = importlib.import_module(module)
    sys.meta_path.append(_TestTree(root))  # last: only for what the wheel lacks
    goldens = sorted(test_file.with_name(f"{test_file.stem}_goldens").glob("*.expected"))
    sys.argv = [
        str(test_file),
        f"--xml_output_file={report}",
        *(f"--golden={path}" for path in goldens),
    ]
    runpy.run_path(str(test_file), run_name="__main__")


@dataclasses.dataclass
class _Outcome:
    """What became of one test file."""

    name: str
    seconds: float
    passed: set[str] = dataclasses.field(default_factory=set)
    skipped: set[str] = dataclasses.field(default_factory=set)
    failed: dict[str, str] = dataclasses.field(default_factory=dict)  # test -> last line of error
    repeated: bool = False


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("?")]  # difflib's marks
    return lines[-1][:300] if lines else "no output"


def _read_report(report: pathlib.Path, outcome: _Outcome) -> None:
    for case in ET.parse(report).iter("testcase"):
        # "__main__.Case" and "test" -> "file::Case.test"
        case_name = case.get("classname", "").removeprefix("__main__.")
        test = f"{outcome.name}::{case_name}.{case.get('name')}"
        problems = [node for kind in ("failure", "error") for node in case.findall(kind)]
        if problems:
            outcome.failed[test] = _last_line(problems[0].text or problems[0].get("message", ""))
        elif case.get("status") == "notrun" or case.get("result") == "suppressed":
            outcome.skipped.add(test)
        else:
            outcome.passed.add(test)


def _run_file(
    root: pathlib.Path, test_file: pathlib.Path, folder: pathlib.Path, time_limit: float
) -> _Outcome:
    name = test_file.relative_to(root).as_posix()
    log = folder / (name.replace("/", "+") + ".log")
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    started = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, __file__, _INSIDE, str(root), str(test_file), str(report)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(time_limit)
        timed_out = process.poll() is None
        if timed_out:
            process.send_signal(signal.SIGABRT)  # the log shows where it was
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and whatever the tests left running
        process.wait()
    outcome = _Outcome(name, time.monotonic() - started)
    if report.is_file() and report.stat().st_size:
        _read_report(report, outcome)
    if timed_out:
        outcome.failed[name] = f"did not end within {time_limit:.0f} seconds"
    elif process.returncode != 0 and not outcome.failed:
        outcome.failed[name] = _last_line(log.read_text(errors="replace"))
    return outcome


def _surprises(outcome: _Outcome, deviations: dict[str, str]) -> Iterator[str]:
    known = [key for key in deviations if key.split("::")[0] == outcome.name]
    for test, error in outcome.failed.items():
        if not any(fnmatch.fnmatchcase(test, key) for key in known):
            yield f"{test}\n    failed: {error}"
    for key in known:
        if not fnmatch.filter(outcome.failed, key):
            yield f"{key}\n    is listed as a deviation and did not fail: delete it there"


def _run_up_to_twice(
    root: pathlib.Path,
    test_file: pathlib.Path,
    folder: pathlib.Path,
    time_limit: float,
    deviations: dict[str, str],
) -> _Outcome:
    """Runs a file again after a surprise: a few of TFF's tests fail by chance, 1 time in 256."""
    outcome = _run_file(root, test_file, folder, time_limit)
    if any(_surprises(outcome, deviations)):
        outcome = _run_file(root, test_file, folder, time_limit)
        outcome.repeated = True
    return outcome


def main() -> int:
    """Runs the test files asked for, prints the table and the surprises."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("patterns", nargs="*", metavar="pattern")
    parser.add_argument("--jobs", type=int, default=2, help="test files at a time (2)")
    parser.add_argument("--seconds", type=float, default=300, help="limit for each file (300)")
    parser.add_argument("--deviations", type=pathlib.Path, default=_DEVIATIONS)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the logs and reports")
    arguments = parser.parse_args()
    root = arguments.checkout.resolve()
    files = sorted(
        path
        for part in ("tensorflow_federated/python", "examples")
        for path in (root / part).rglob("*_test.py")
        if not arguments.patterns
        or any(pattern in path.relative_to(root).as_posix() for pattern in arguments.patterns)
    )
    if not files:
        parser.error(f"no test file of {root} has a path that contains {arguments.patterns}")
    deviations = tomllib.loads(arguments.deviations.read_text())

    # In a shell's background, SIGINT is ignored, by the workers too that TFF ends by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    surprises, total = [], [0, 0, 0, 0]
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            runs = [
                pool.submit(_run_up_to_twice, root, path, folder, arguments.seconds, deviations)
                for path in files
            ]
            print(f"{'run':>6}{'passed':>8}{'failed':>8}{'skipped':>9}{'s':>6}  file")
            for run in concurrent.futures.as_completed(runs):
                outcome = run.result()
                row = [len(outcome.passed), len(outcome.failed), len(outcome.skipped)]
                row.insert(0, sum(row))
                total = [a + b for a, b in zip(total, row, strict=True)]
                run_, passed, failed, skipped = row
                print(
                    f"{run_:>6}{passed:>8}{failed:>8}{skipped:>9}{outcome.seconds:>6.0f}  "
                    f"{outcome.name}{' (second run)' if outcome.repeated else ''}",
                    flush=True,
                )
                surprises.extend(_surprises(outcome, deviations))
    run_, passed, failed, skipped = total
    print(f"{run_:>6}{passed:>8}{failed:>8}{skipped:>9}{'':>6}  {len(files)} files")
    if surprises:
        print(f"\n{len(surprises)} surprises:\n" + "\n".join(surprises))
    return 1 if surprises else 0


if __name__ == "__main__":
    if sys.argv[1:2] == [_INSIDE]:
        _run_inside(*map(pathlib.Path, sys.argv[2:5]))
    else:
        sys.exit(main())
