"""Which packages the engine stands on, and how to add those that are missing.

Nothing here imports TensorFlow: versions come from the installed packages' metadata.
"""

import importlib.metadata
import subprocess
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from fl_course.runtime.errors import SetupError

# Installed without their declared dependencies: the pins in TFF's own metadata (jaxlib 0.4.14,
# Python below 3.12) can no longer be met, and tensorflow-privacy's conflict with TensorFlow 2.20.
TFF = "tensorflow-federated==0.87.0"
WITHOUT_DEPENDENCIES = (TFF, "tensorflow-privacy==0.9.0")
# Not worth installing alone: without its own dependencies it doesn't even import.
_FOUNDATION = "tensorflow"


def _is_met(requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def missing() -> list[str]:
    """Lists what has to be installed before the engine can start.

    A dependency of fl-course that is installed in another version than ours counts as present: a
    hosted notebook such as Colab chooses its own versions, and changing one under a running
    notebook breaks it. The two packages of `WITHOUT_DEPENDENCIES` must match exactly.

    Returns:
        Requirement strings, in the order in which to install them. Empty if nothing is missing.
    """
    own = [Requirement(text) for text in importlib.metadata.requires("fl-course") or []]
    exact = [Requirement(text) for text in WITHOUT_DEPENDENCIES]
    return [str(r) for r in own if r.marker is None and not _is_installed(r.name)] + [
        str(r) for r in exact if not _is_met(r)
    ]


def check_tff() -> None:
    """Checks that the TFF that would be imported is the one the course is written for.

    Raises:
        SetupError: If TFF is missing or another version is installed or already imported.
    """
    wanted = Requirement(TFF)
    expected = next(iter(wanted.specifier)).version
    loaded = getattr(sys.modules.get("tensorflow_federated"), "__version__", expected)
    if loaded != expected:
        raise SetupError(
            f"TensorFlow Federated {loaded} is already imported in this process, and the course "
            f"needs {expected}. Run `fl-course setup` in a terminal (in a notebook: "
            "`!fl-course setup`), restart the kernel, and run the first cell again."
        )
    try:
        installed = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        raise SetupError(
            "TensorFlow Federated is not installed. Run `fl-course setup` in a terminal (in a "
            "notebook: `!fl-course setup`): it adds what is missing and changes nothing else."
        ) from None
    if installed != expected:
        raise SetupError(
            f"TensorFlow Federated {installed} is installed, and the course needs {expected}. "
            "pip picks an old version by itself on newer Pythons. Run `fl-course setup` in a "
            "terminal (in a notebook: `!fl-course setup`), then run this cell again."
        )


def install_missing() -> list[str]:
    """Installs what `missing()` lists with pip, without touching any package that is there.

    Returns:
        The requirement strings that were installed.

    Raises:
        SetupError: If TensorFlow itself is missing, pip is not available, or pip fails.
    """
    wanted = missing()
    if not wanted:
        return []
    if any(canonicalize_name(Requirement(text).name) == _FOUNDATION for text in wanted):
        raise SetupError(
            "TensorFlow is not installed in this Python environment. Install the course with its "
            "dependencies first (`pip install fl-course`, or `make course` in a clone), then run "
            "`fl-course setup` again."
        )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    # TFF declares Python < 3.12, though nothing in it needs that.
    command += ["--ignore-requires-python", "--disable-pip-version-check", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        output = (done.stderr or done.stdout).strip().splitlines()
        reasons = [line for line in output if line.startswith("ERROR")] or output[-3:]
        raise SetupError(
            "pip could not install " + ", ".join(wanted) + ". It said:\n  "
            "" + "\n  ".join(reasons) + "\n"
            "Check the network connection and run `fl-course setup` again."
        )
    importlib.invalidate_caches()
    return wanted
