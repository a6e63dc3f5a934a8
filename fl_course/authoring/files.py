"""Files that are written whole or not at all, and in the place of no other's."""

import contextlib
import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that it is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def is_anothers(path: Path, beginning: bytes) -> bool:
    """Whether something lies in a place that is no file of ours.

    A link is another's wherever it leads, and so is a pipe, which would never end.

    Args:
        path: The place.
        beginning: What each file of ours begins with.

    Raises:
        OSError: If the file can't be read.
    """
    if not os.path.lexists(path):
        return False
    is_file = path.is_file() and not path.is_symlink()
    return not is_file or not path.read_bytes().startswith(beginning)
