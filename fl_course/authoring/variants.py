"""What a learner and what an instructor sees of one exercise cell.

    # blank: x_train = ...
    x_train = train_images.reshape(len(train_images), 784)
    # end blank

The learner gets what follows `# blank:` (several such lines in a row give several lines), indented
as the marker is; the instructor gets the lines between the markers.
"""

import re
from dataclasses import dataclass

_START = re.compile(r"(?P<indent>\s*)# blank:(?: (?P<replacement>.*))?")
_END = re.compile(r"\s*# end blank\s*")
_NEARLY = re.compile(r"\s*#\s*(blank\s*:|end[\s_-]*blank\b).*", re.IGNORECASE)


class BlankError(ValueError):
    """A blank is malformed.

    Attributes:
        line: Index of the line within the cell's source, from 0.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Variants:
    """Both forms of a cell, without markers.

    Attributes:
        learner: Source with the blanks to fill in.
        solved: Source with the solutions.
        blanks: Number of blanks.
    """

    learner: str
    solved: str
    blanks: int


def split(source: str) -> Variants:
    """Derives the learner's and the solved source of a cell.

    Args:
        source: The cell as written, with markers.

    Raises:
        BlankError: If a marker is misspelled, a blank is nested, not closed, never opened or empty,
            or its replacement is the solution itself.
    """
    learner: list[str] = []
    solved: list[str] = []
    # Of the blank that is open: line it starts at, replacement lines, solution lines.
    start, replacement, solution = -1, [], []
    blanks = 0
    for number, line in enumerate(source.split("\n")):
        if match := _START.fullmatch(line):
            if start >= 0 and solution:
                raise BlankError(
                    number,
                    "a blank starts inside another one. Close the first with `# end blank`.",
                )
            start = number if start < 0 else start
            words = (match["replacement"] or "").rstrip()
            replacement.append(match["indent"] + words if words else "")
        elif _END.fullmatch(line):
            if start < 0:
                raise BlankError(
                    number, "`# end blank` without a `# blank:` before it. Add one, or remove it."
                )
            if not any(text.strip() for text in solution):
                raise BlankError(
                    start, "the blank has no solution. Write it before its `# end blank`."
                )
            if replacement == solution:
                raise BlankError(
                    start, "the replacement is the solution itself. Leave something to fill in."
                )
            learner += replacement
            solved += solution
            blanks += 1
            start, replacement, solution = -1, [], []
        elif _NEARLY.fullmatch(line):
            raise BlankError(
                number,
                f"{line.strip()!r} is not a marker. Write `# blank: <code>` or `# end blank`.",
            )
        elif start >= 0:
            solution.append(line)
        else:
            learner.append(line)
            solved.append(line)
    if start >= 0:
        raise BlankError(start, "the blank is not closed. Add `# end blank` after its solution.")
    return Variants("\n".join(learner), "\n".join(solved), blanks)
