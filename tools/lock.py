"""Writes requirements.lock and environment.yml from pyproject.toml; needs uv and the package index.

Writes the lock of Flower's environment too, which has nothing to do with pyproject.toml.

Run it with `make lock` after a change of the dependencies, and commit all three files.
"""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
ENVIRONMENT = ROOT / "environment.yml"
FLOWER_LOCK = ROOT / "fl_course" / "flower" / "requirements.lock"

_FLOWER = ("flwr==1.42.0", "numpy>=2.0")
# Flower declares them and does not import them as the course runs it: uv installs what an app
# depends on, the others make a server faster or start it again when its code changes.
_NOT_FOR_FLOWER = ("uv", "uvloop", "watchfiles")

# Their own requirements can't be met, so pip must not see them in a list that it resolves:
# `fl-course setup` adds them afterwards.
_WITHOUT_DEPENDENCIES = {"tensorflow-federated", "tensorflow-privacy"}
_PYTHON = "3.13"  # conda's; the lock is for all three


def compile_lock() -> None:
    """Resolves pyproject.toml's dependencies to exact versions with hashes."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--no-emit-index-url", "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--all-extras", "--group", "tff", "--group", "dev", "pyproject.toml"]
    command += ["--output-file", LOCK.name]
    subprocess.run(command, cwd=ROOT, check=True)


def compile_flower_lock() -> None:
    """Resolves what Flower needs to exact versions with hashes."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--no-emit-index-url", "--generate-hashes", "--no-header", "--no-annotate", "-"]
    done = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, input="\n".join(_FLOWER)
    )
    blocks = re.split(r"^(?=\S)", done.stdout, flags=re.MULTILINE)
    kept = [block for block in blocks if block.split("==")[0] not in _NOT_FOR_FLOWER]
    FLOWER_LOCK.write_text("".join(kept))


def environment(lock: str) -> str:
    """Makes the text of conda's environment.yml from the text of the lock.

    Args:
        lock: The content of requirements.lock.

    Returns:
        The same versions, without hashes, for pip inside conda.
    """
    pins = re.findall(r"^(\S+==\S+) ; (.*?) *\\?$", lock, flags=re.MULTILINE)
    lines = [
        "# Written by tools/lock.py; the versions are those of requirements.lock.",
        "# After `conda env create -f environment.yml` and `conda activate fl-course`, run",
        "# `fl-course setup` once: it adds the two packages that must come without dependencies.",
        "name: fl-course",
        "channels: [conda-forge]",
        "dependencies:",
        f"  - python={_PYTHON}",
        "  - pip",
        "  - make",
        "  - pip:",
        "      - -e .",
    ]
    for pin, marker in pins:
        if pin.split("==")[0] in _WITHOUT_DEPENDENCIES or not _applies(marker):
            continue
        lines.append(f"      - {pin}")
    return "\n".join(lines) + "\n"


def _applies(marker: str) -> bool:
    from packaging.markers import Marker

    version = f"{_PYTHON}.0"
    return Marker(marker).evaluate({"python_version": _PYTHON, "python_full_version": version})


if __name__ == "__main__":
    compile_lock()
    compile_flower_lock()
    ENVIRONMENT.write_text(environment(LOCK.read_text()))
