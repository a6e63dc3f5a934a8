"""What of a code cell is shown: short code without what only prints; the output instead of long."""

import ast

MOST_LINES = 14
MOST_LINES_ALONE = 19
MOST_COLUMNS = 100

_PRINTS = ("print", "display")


def essential(source: str) -> str:
    """The statements of a cell that do more than import and print; "" if these are too many.

    Args:
        source: A cell's Python, or IPython's own lines.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return short(source)
    lines = source.split("\n")
    kept: list[str] = []
    at = 0
    for statement in tree.body:
        if not _is_left_out(statement):
            # With the comments and the empty lines that stand above it.
            kept += lines[at : statement.end_lineno]
        elif kept:
            kept.append("")
        at = statement.end_lineno
    return short("\n".join(kept).strip("\n"))


def short(source: str, most: int = MOST_LINES) -> str:
    """The code itself if it has room on a slide, "" otherwise."""
    lines = _without_doubled_gaps(source).split("\n")
    fits = len(lines) <= most and max(map(len, lines)) <= MOST_COLUMNS
    return "\n".join(lines) if fits else ""


def _without_doubled_gaps(source: str) -> str:
    lines: list[str] = []
    for line in source.split("\n"):
        if line.strip() or (lines and lines[-1].strip()):
            lines.append(line)
    return "\n".join(lines).rstrip()


def _is_left_out(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if isinstance(statement, ast.For):
        return all(map(_is_left_out, statement.body))
    if isinstance(statement, ast.Assign):
        # `ex = exercises.lesson("...")` stands in every lesson.
        return ast.unparse(statement).startswith("ex = exercises.")
    called = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(called, ast.Call) and ast.unparse(called.func) in _PRINTS
