"""The Python program of this process's environment, for what runs in processes of its own."""

import pathlib
import re
import sys

from fl_course.localization import say
from fl_course.runtime.errors import SetupError

_PYTHON = re.compile(r"(python|pypy)[\d.]*[a-z]*")


def python() -> str:
    """Finds the program.

    `sys.executable` names another one, or none, where Python runs inside another program, such as
    a web server or Blender: started with our arguments, that would do anything.

    Raises:
        SetupError: If the environment has none.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    candidates = [sys.executable or ""]
    for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix):
        candidates += [f"{prefix}/bin/python{version}", f"{prefix}/bin/python3"]
    for candidate in candidates:
        if _PYTHON.fullmatch(pathlib.Path(candidate).name) and pathlib.Path(candidate).is_file():
            return candidate
    raise SetupError(
        say(
            "Python runs inside another program here ({program}), and its environment in {prefix} "
            "has no program of its own, which the engine needs. Run this in a notebook or by "
            "`python`.",
            program=repr(sys.executable),
            prefix=repr(sys.prefix),
        )
    )
