"""The functions' examples: `examples/<module>.txt`, as Python's prompt shows them.

A line `# name` heads the example of a function. `tests/test_examples.py` runs them.
"""

import functools
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"


@functools.cache
def read(module: str) -> dict[str, list[str]]:
    """The examples of a module, by the function's name; none if it has no file.

    Args:
        module: Its name within fl_course, such as "data".
    """
    path = FOLDER / f"{module}.txt"
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        if line.startswith("# "):
            lines = found[line[2:]] = []
        else:
            lines.append(line)
    return found
