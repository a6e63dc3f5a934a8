"""The learner's own copy of the notebooks, which a pull of the course does not touch.

What a learner has changed stays as it is; what is as it was copied is kept up to date.
"""

import hashlib
import json
import os
from pathlib import Path

from fl_course.authoring.files import write_atomically

FOLDER = "my_notebooks"
"""The copy's folder, beside `notebooks/`, which git ignores."""

JUPYTER = Path(__file__).with_name("jupyter")
"""A folder of Jupyter's configuration: room for file names, and code that is never cut."""

_COPIED = ".copied.json"  # By path, the SHA-256 of what was copied there last.
_NEWER = "_newer"


def bring_up_to_date(notebooks: Path, copy: Path) -> list[Path]:
    """Copies the notebooks that are not there yet, or that the learner has left as they were.

    Where the learner has changed a notebook and the course has, too, the course's goes beside it,
    once, under a name that ends in `_newer`.

    Args:
        notebooks: The course's learner's notebooks, a folder a language.
        copy: The learner's folder; made if it is not there.

    Returns:
        The notebooks of the learner that have a newer one beside them since now.

    Raises:
        OSError: If the folder can't be written to.
    """
    copied = _read(copy / _COPIED)
    newer = []
    for original in sorted(notebooks.glob("*/*.ipynb")):
        name = original.relative_to(notebooks).as_posix()
        content = original.read_bytes()
        digest = _digest(content)
        mine = copy / name
        if not os.path.lexists(mine):
            write_atomically(mine, content)
        elif mine.is_symlink() or not mine.is_file() or digest == copied.get(name):
            continue  # Something of the learner's, or nothing new.
        elif _digest(mine.read_bytes()) in (copied.get(name), digest):
            write_atomically(mine, content)
        else:
            beside = mine.with_name(f"{mine.stem}{_NEWER}.ipynb")
            if not os.path.lexists(beside) or _digest_of(beside) == copied.get(_key(beside, copy)):
                write_atomically(beside, content)
                copied[_key(beside, copy)] = digest
                newer.append(mine)
        copied[name] = digest
        write_atomically(
            copy / _COPIED, (json.dumps(copied, indent=1, sort_keys=True) + "\n").encode()
        )
    return newer


def _key(path: Path, copy: Path) -> str:
    return path.relative_to(copy).as_posix()


def _read(file: Path) -> dict[str, str]:
    try:
        copied = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}  # Then what differs counts as the learner's.
    return copied if isinstance(copied, dict) else {}


def _digest_of(path: Path) -> str | None:
    return _digest(path.read_bytes()) if path.is_file() and not path.is_symlink() else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
