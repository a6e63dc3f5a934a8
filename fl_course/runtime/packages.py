"""Which packages the engine stands on, and how to add those that are missing.

Nothing here imports TensorFlow: versions come from the installed packages' metadata.
"""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from fl_course.localization import say, tell
from fl_course.runtime import imports, interpreter, places
from fl_course.runtime.errors import SetupError

# Installed without their declared dependencies: the pins in TFF's own metadata (jaxlib 0.4.14,
# Python below 3.12) can no longer be met, and tensorflow-privacy's conflict with TensorFlow 2.20.
TFF = "tensorflow-federated==0.87.0"
WITHOUT_DEPENDENCIES = (TFF, "tensorflow-privacy==0.9.0")
# Not worth installing alone: without its own dependencies it doesn't even import.
_FOUNDATION = "tensorflow"
# Keras 2 is made for one TensorFlow each.
_SAME_VERSION_AS_TENSORFLOW = "tf-keras"
_NO_NETWORK = ("NewConnectionError", "Temporary failure in name resolution", "ConnectTimeoutError")
_NO_SPACE = "No space left on device"


def _is_met(requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    version = _version(requirement.name)
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _is_for(requirement: Requirement, language: str) -> bool:
    """Whether a dependency is everybody's, or of the extra with the language's name."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": language})


def _is_installed(name: str) -> bool:
    if canonicalize_name(name) == _FOUNDATION:
        # Also published under other names, such as tensorflow-cpu.
        return importlib.util.find_spec(_FOUNDATION) is not None
    return _version(name) is not None


def _wanted(requirement: Requirement) -> str:
    tensorflow = _version(_FOUNDATION)
    if canonicalize_name(requirement.name) == _SAME_VERSION_AS_TENSORFLOW and tensorflow:
        return f"{requirement.name}=={'.'.join(tensorflow.split('.')[:2])}.*"
    return f"{requirement.name}{requirement.specifier}"  # pip would read an extra's marker


def missing(language: str = "en") -> list[str]:
    """Lists what has to be installed before the engine can start, and for figures in a language.

    A dependency of fl-course that is installed in another version than ours counts as present: a
    hosted notebook such as Colab chooses its own versions, and changing one under a running
    notebook breaks it. The two packages of `WITHOUT_DEPENDENCIES` must match exactly.

    Args:
        language: The language whose fonts are needed; the extra of its name brings them.

    Returns:
        Requirement strings, in the order in which to install them. Empty if nothing is missing.
    """
    own = [Requirement(text) for text in importlib.metadata.requires("fl-course") or []]
    exact = [Requirement(text) for text in WITHOUT_DEPENDENCIES]
    return [_wanted(r) for r in own if _is_for(r, language) and not _is_installed(r.name)] + [
        str(r) for r in exact if not _is_met(r)
    ]


def check_loaded() -> None:
    """Checks that what this process has imported of TFF so far is the version of the course.

    Raises:
        SetupError: If it isn't: only a fresh process can import another one.
    """
    loaded = sys.modules.get("tensorflow_federated")
    if loaded is None and not any(name.startswith("tensorflow_federated.") for name in sys.modules):
        return
    expected = next(iter(Requirement(TFF).specifier)).version
    version = getattr(loaded, "__version__", None)
    # An import that failed halfway leaves parts of the package behind, but not the package.
    if version is None:
        raise SetupError(
            say(
                "TensorFlow Federated was imported before fl_course.setup() could make it work "
                "here. {restart}, then run the first cell of the notebook before any other.",
                restart=places.restart(),
            )
        )
    if version != expected:
        raise SetupError(
            say(
                "TensorFlow Federated {version} is already imported in this process, and the "
                "course needs {expected}. {restart}, then run this cell before any other.",
                version=version,
                expected=expected,
                restart=places.restart(),
            )
        )


def check_tff() -> None:
    """Checks that the TFF that would be imported is the one the course is written for.

    Raises:
        SetupError: If TFF is missing or another version is installed or already imported.
    """
    check_loaded()
    wanted = Requirement(TFF)
    expected = next(iter(wanted.specifier)).version
    installed = _version(wanted.name)
    remedy = say(
        "Run `fl-course setup` in a terminal, or call fl_course.setup(install=True): it adds"
    )
    if installed is None:
        raise SetupError(
            say(
                "TensorFlow Federated is not installed. {remedy} what is missing and changes "
                "nothing else.",
                remedy=remedy,
            )
        )
    if Version(installed) > Version(expected):
        raise SetupError(
            say(
                "TensorFlow Federated {installed} is installed, and the course is written for "
                "{expected}: later versions moved or removed names that the lessons use. {remedy} "
                "{expected} in its place. If you need {installed} for other work, give the course "
                "an environment of its own.",
                installed=installed,
                expected=expected,
                remedy=remedy,
            )
        )
    if installed != expected:
        raise SetupError(
            say(
                "TensorFlow Federated {installed} is installed, and the course needs "
                "{expected}: pip picks an old version by itself on newer Pythons. {remedy} the "
                "right one.",
                installed=installed,
                expected=expected,
                remedy=remedy,
            )
        )


def install_missing(language: str = "en") -> list[str]:
    """Installs what `missing()` lists with pip, without touching any package that is there.

    What would make the installation useless is found out first.

    Args:
        language: See `missing`.

    Returns:
        The requirement strings that were installed.

    Raises:
        SetupError: If the platform can't run TFF, another TFF or Keras 3 is already imported,
            TensorFlow itself is missing, pip is not available, or pip fails.
    """
    places.check_platform()
    check_loaded()
    wanted = missing(language)
    if not wanted:
        return []
    if "tensorflow" in sys.modules:
        imports.import_tensorflow()  # fails if it came with Keras 3
    if not _is_installed(_FOUNDATION):
        raise SetupError(places.without_tensorflow())
    command = [interpreter.python(), "-m", "pip", "install", "--quiet", "--no-deps", "--retries=1"]
    # TFF declares Python < 3.12, though nothing in it needs that.
    command += ["--ignore-requires-python", "--disable-pip-version-check", *wanted]
    tell(say("Fetching {packages} …", packages=", ".join(wanted)))
    sys.stdout.flush()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(_why_pip_failed(wanted, done.stderr or done.stdout))
    importlib.invalidate_caches()
    return wanted


def _why_pip_failed(wanted: list[str], output: str) -> str:
    what = say("pip could not install {wanted}", wanted=", ".join(wanted))
    if _NO_SPACE in output:
        return say(
            "{what}: the disk is full. TensorFlow Federated takes 0.4 GB. Delete what you "
            "don't need, then run this cell again.",
            what=what,
        )
    if any(sign in output for sign in _NO_NETWORK):
        return say(
            "{what}: it reaches no package index. {network}", what=what, network=places.network()
        )
    lines = output.strip().splitlines()
    # An error that pip didn't expect stands at the end of its traceback.
    reasons = [line for line in lines if re.match("ERROR: (?!Exception)", line)] or lines[-3:]
    return say(
        "{what}. It said:\n  {reasons}\nCorrect that, then run this cell (in a terminal: "
        "`fl-course setup`) again.",
        what=what,
        reasons="\n  ".join(reasons),
    )
