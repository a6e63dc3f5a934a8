"""Pages to print: each a file of HTML that needs no other, and takes no other file's place."""

from pathlib import Path

from fl_course.authoring import AuthoringError
from fl_course.authoring.files import write_atomically


def mark(kind: str) -> str:
    """The line of a page's head by which it is known again: a "sheet", a "plan"."""
    return f'<meta name="generator" content="fl-course {kind}">'


def write(path: Path, page: str, kind: str, option: str) -> None:
    """Writes a page; one of its kind that is there is replaced.

    Args:
        path: The file.
        page: Its HTML, with the line that `mark` gives.
        kind: What it is, as for `mark`.
        option: The option of the command that names another place.

    Raises:
        AuthoringError: If there is a file of another kind, or the file can't be written.
    """
    try:
        if path.exists() and mark(kind) not in path.read_text(encoding="utf-8", errors="replace"):
            raise AuthoringError(f"{path} is there and is no {kind}. Give another {option}.")
        write_atomically(path, page.encode())
    except OSError as error:
        raise AuthoringError(f"{path} can't be written: {error.strerror}.") from None
