"""Counts an answer that raises before its check as a try: who is stuck there is seen in a room.

IPython tells, after each cell, what it was and whether it raised.
"""

import ast
import re
import sys
from collections.abc import Iterable
from typing import Any

from fl_course.exercises import progress

_CHECK = re.compile(r"\.(?P<id>[a-z][a-z0-9_]*)\.check\(")

_known: set[str] = set()
_reached: set[str] = set()  # by the cell that runs


def watch(exercises: Iterable[str]) -> None:
    """Counts tries of these exercises from here on, if this is IPython."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    if (shell := get_ipython()) is not None:
        _known.update(exercises)
        shell.events.register("post_run_cell", _after)  # once, however often it is asked to


def reached(exercise: str) -> None:
    """Says that a check was reached, which counts for itself."""
    _reached.add(exercise)


def _after(result: Any) -> None:
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, Exception):
        source = result.info.raw_cell
        ids = (match["id"] for match in _CHECK.finditer(source))
        missed = [name for name in ids if name in _known and name not in _reached]
        if missed and not _has_blank(source):
            progress.record(missed[0], solved=False)
    _reached.clear()


def _has_blank(source: str) -> bool:
    """Whether a cell has a blank as the stub leaves it: `x = ...`, or `...` on a line."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return False
    return any(
        isinstance(node, ast.Assign | ast.Expr)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
        for node in nodes
    )
