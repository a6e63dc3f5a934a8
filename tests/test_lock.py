"""The files that say what to install agree with each other."""

import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import lock  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()


def test_environment_is_the_lock():
    assert (ROOT / "environment.yml").read_text() == lock.environment(LOCK), "run `make lock`"


def test_lock_meets_every_requirement_of_the_project():
    from packaging.requirements import Requirement

    pins = dict(re.findall(r"^([^\s=]+)==(\S+)", LOCK, flags=re.MULTILINE))
    groups = PROJECT["dependency-groups"]
    for text in [*PROJECT["project"]["dependencies"], *groups["tff"], *groups["dev"]]:
        requirement = Requirement(text)
        assert requirement.name in pins, f"{text} is not in requirements.lock: run `make lock`"
        assert requirement.specifier.contains(pins[requirement.name]), f"{text}: run `make lock`"


def test_every_package_of_the_lock_has_a_hash_and_no_address():
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    assert all("--hash=sha256:" in block for block in blocks if block.strip())
    assert "://" not in LOCK


def test_engine_and_project_name_the_same_tff():
    from fl_course.runtime import packages

    assert PROJECT["dependency-groups"]["tff"] == list(packages.WITHOUT_DEPENDENCIES)
