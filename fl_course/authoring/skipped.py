"""What a cut skips must not be missed: names that a skipped cell defines and a later one uses.

What a cell changes in an object, such as a key that it adds to a dict, is not seen.
"""

import ast
import dis
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import TYPE_CHECKING

from IPython.core.inputtransformer2 import TransformerManager

if TYPE_CHECKING:
    from fl_course.authoring.script import Cell


def missed(cells: Iterable["Cell"]) -> Iterator[tuple[int, str]]:
    """What is wrong with the cells that a lesson's notes skip, with the line of the note."""
    cells = tuple(cells)
    notes = [cell for cell in cells if cell.skips]
    if not notes:
        return
    code = {cell.key: names(cell.variants.solved) for cell in cells if cell.is_code}
    for note in notes:
        for key in note.skips:
            if key not in code:
                yield (
                    note.line,
                    f"cell {note.key}: skips names {key!r}, which is no code cell of this lesson. "
                    "Give keys of code cells, with spaces between them.",
                )
        made_by: dict[str, str] = {}
        for key, (defined, needed) in code.items():
            for name in sorted(needed if key not in note.skips else ()):
                if made_by.get(name) in note.skips:
                    yield (
                        note.line,
                        f"cell {note.key}: the cut skips {made_by[name]}, and {key} needs its "
                        f"{name!r}. Say that the cell has to be run all the same, and take it out "
                        "of skips.",
                    )
            made_by.update(dict.fromkeys(defined, key))


def names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell's code defines, and those that it needs from cells before it."""
    code = compile(
        TransformerManager().transform_cell(source),
        "cell",
        "exec",
        ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
    )
    defined: set[str] = set()
    needed: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            defined.add(step.argval)
        elif step.opname == "LOAD_NAME" and step.argval not in defined:
            needed.add(step.argval)
    # A function looks its names up when it is called, after all of the cell's own are there.
    return defined, needed | (set(_inside(code)) - defined)


def _inside(code: CodeType) -> Iterator[str]:
    """The global names in the functions and classes of a cell."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for step in dis.get_instructions(inner):
                if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                    yield step.argval
            yield from _inside(inner)
