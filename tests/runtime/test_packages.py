"""What is missing, and how it is added."""

import importlib.metadata
import importlib.util
import os
import platform
import subprocess
import sys
import types
import zipfile

import pytest

from fl_course.runtime import SetupError, install_and_check, packages
from tests.runtime.meanwhile import PROMPT, within
from tests.runtime.test_worker import own_mounts, own_network


def pretend(monkeypatch, versions):
    """Makes some packages look as if they were not installed (None) or had another version."""
    real = importlib.metadata.version

    def version(name):
        if name in versions:
            if versions[name] is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return versions[name]
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_nothing_is_missing_here():
    assert packages.missing() == []
    assert packages.install_missing() == []


def test_missing_packages_are_listed_with_tff_exact(monkeypatch):
    absent = ("dp-accounting", "tensorflow-federated", "tensorflow-privacy")
    pretend(monkeypatch, dict.fromkeys(absent))
    names = packages.missing()
    assert names[0].startswith("dp-accounting")
    assert names[1:] == ["tensorflow-federated==0.87.0", "tensorflow-privacy==0.9.0"]


def test_the_data_of_the_lesson_on_tables_are_a_package(monkeypatch):
    """As on Colab, which has all the rest."""
    if "palmerpenguins" not in str(importlib.metadata.requires("fl-course")):
        pytest.skip("the course was installed before it needed the package")
    pretend(monkeypatch, {"palmerpenguins": None})
    assert packages.missing() == ["palmerpenguins>=0.1.4"]


def test_old_tff_is_replaced_and_another_numpy_is_left_alone(monkeypatch):
    pretend(monkeypatch, {"tensorflow-federated": "0.33.0", "numpy": "2.0.2"})
    assert packages.missing() == ["tensorflow-federated==0.87.0"]


NEWER = ["0.87.1", "0.88.0", "0.88.0.dev20240926", "0.89.0", "0.90.0", "1.0"]


@pytest.mark.parametrize("version", NEWER)
def test_newer_tff_is_named_with_what_to_do(monkeypatch, version):
    pretend(monkeypatch, {"tensorflow-federated": version})
    with pytest.raises(SetupError) as caught:
        packages.check_tff()
    message = str(caught.value)
    assert message.startswith(f"TensorFlow Federated {version} is installed, and the course is ")
    assert "written for 0.87.0" in message
    assert "`fl-course setup`" in message
    assert "it adds 0.87.0 in its place" in message
    assert "an environment of its own" in message
    assert packages.missing() == ["tensorflow-federated==0.87.0"]


@pytest.fixture
def without_tensorflow(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorflow" else find_spec(name)
    )
    pretend(monkeypatch, {"tensorflow": None})


def test_tensorflow_missing_says_to_install_the_course_first(without_tensorflow):
    with pytest.raises(SetupError, match=r"TensorFlow is not installed.*`make course`"):
        packages.install_missing()


@pytest.mark.parametrize(
    ("variable", "click"),
    [
        ("COLAB_RELEASE_TAG", "Runtime > Change runtime type > CPU"),
        ("KAGGLE_KERNEL_RUN_TYPE", "Settings > Accelerator > None"),
    ],
)
def test_runtime_without_tensorflow_says_what_to_click(
    without_tensorflow, monkeypatch, variable, click
):
    monkeypatch.setenv(variable, "1")
    with pytest.raises(SetupError, match=f"TPU.*Choose {click}"):
        packages.install_missing()


def test_tensorflow_under_another_name_counts(monkeypatch):
    """tensorflow-cpu is the same package to whoever imports it."""
    pretend(monkeypatch, {"tensorflow": None, "tensorflow-cpu": "2.20.0"})
    assert packages.missing() == []


def test_keras_2_is_that_of_the_tensorflow_that_is_there(monkeypatch):
    pretend(monkeypatch, {"tensorflow": "2.19.1", "tf-keras": None})
    assert packages.missing() == ["tf-keras==2.19.*"]


@pytest.mark.parametrize(
    ("system", "machine", "door"),
    [
        ("Darwin", "arm64", "Codespaces"),
        ("Darwin", "x86_64", "dev container"),
        ("Linux", "aarch64", "Codespaces"),
        ("Windows", "AMD64", "WSL 2"),
        ("Windows", "ARM64", "Codespaces"),
    ],
)
def test_other_platforms_are_told_which_door_to_take(monkeypatch, system, machine, door):
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    pretend(monkeypatch, {"tensorflow-federated": None})
    with pytest.raises(SetupError, match=f"{system} on {machine}.*Google Colab.*{door}"):
        packages.install_missing()


@pytest.mark.parametrize(
    ("variable", "click"),
    [
        ("COLAB_RELEASE_TAG", "Choose Runtime > Restart session"),
        ("KAGGLE_KERNEL_RUN_TYPE", "Choose Run > Restart"),
        ("UNSET", "Restart the kernel (Kernel > Restart Kernel)"),
    ],
)
def test_another_tff_that_is_loaded_is_found_before_anything_is_installed(
    monkeypatch, variable, click
):
    monkeypatch.setenv(variable, "1")
    pretend(monkeypatch, {"tensorflow-federated": None})
    monkeypatch.setitem(
        sys.modules, "tensorflow_federated", types.SimpleNamespace(__version__="0.33.0")
    )
    with pytest.raises(SetupError, match=r"0\.33\.0 is already imported") as caught:
        packages.install_missing()
    assert click in str(caught.value)


def test_an_import_of_another_tff_that_failed_halfway_is_found(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "tensorflow_federated"]:
        monkeypatch.delitem(sys.modules, name)
    packages.check_loaded()
    monkeypatch.setitem(sys.modules, "tensorflow_federated.python", types.ModuleType("python"))
    with pytest.raises(SetupError, match=r"imported before .* then run the first cell of the "):
        packages.check_loaded()


def test_pip_that_finds_nothing_is_quoted(monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    pretend(monkeypatch, {"tensorflow-federated": "0.1.0"})
    monkeypatch.setattr(packages, "WITHOUT_DEPENDENCIES", ("no-such-package-of-fl-course==1.0",))
    with pytest.raises(SetupError) as caught:
        packages.install_missing()
    message = str(caught.value)
    assert "pip could not install no-such-package-of-fl-course==1.0. It said:" in message
    assert "No matching distribution found" in message
    assert "run this cell (in a terminal: `fl-course setup`) again" in message


def run_isolated(code, *before):
    """Runs code that installs a package that isn't there, with a command before it."""
    missing = (
        "from fl_course.runtime import SetupError, packages\n"
        "packages.missing = lambda *_: ['no-such-package-of-fl-course==1.0']\n"
        "try:\n    packages.install_missing()\n"
        "except SetupError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [*before, sys.executable, "-c", code + missing],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@own_network
@pytest.mark.parametrize(
    ("setting", "click"),
    [
        ("COLAB_RELEASE_TAG", "wait a minute"),
        ("KAGGLE_KERNEL_RUN_TYPE", "Settings > Internet"),
        ("UNSET", "Connect this computer to the internet"),
    ],
)
def test_no_network_says_how_to_get_one(setting, click):
    with within(2 * PROMPT):
        message = run_isolated(
            f"import os\nos.environ[{setting!r}] = '1'\n", "unshare", "--map-root-user", "--net"
        )
    assert "it reaches no package index" in message
    assert click in message


def test_install_and_check_reports_the_versions_in_use():
    assert "TensorFlow 2.20.0 · TFF 0.87.0" in install_and_check()


@own_mounts
def test_a_full_disk_is_named(tmp_path):
    """A package of 30 MB for a disk of 20."""
    wheel = tmp_path / "fl_course_large-1.0-py3-none-any.whl"
    info = "fl_course_large-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fl_course_large.bin", bytes(30 * 2**20))
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: fl-course-large\nVersion: 1.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{info}/RECORD", "")
    disk = tmp_path / "disk"
    disk.mkdir()
    code = (
        "from fl_course.runtime import SetupError, packages\n"
        f"packages.missing = lambda *_: ['fl-course-large @ {wheel.as_uri()}']\n"
        "try:\n    packages.install_missing()\n"
        "except SetupError as error:\n    print(error)\n"
    )
    (tmp_path / "code.py").write_text(code)
    commands = (
        f"mount -t tmpfs -o size=20m none {disk}",
        f"{sys.executable} -m venv --without-pip {disk}/venv",
        f"{disk}/venv/bin/python {tmp_path}/code.py",
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-ec", "\n".join(commands)],
        capture_output=True,
        text=True,
        check=False,
        # The new environment borrows this one's packages, pip among them.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert "the disk is full" in done.stdout, done.stderr
    assert "Delete what you don't need" in done.stdout


def test_a_language_brings_its_fonts(monkeypatch):
    pretend(
        monkeypatch,
        {"koreanize-matplotlib": None, "matplotlib-fontja": None, "zhplot": None},
    )
    assert packages.missing() == []
    assert packages.missing("ko") == ["koreanize-matplotlib>=0.1.1"]
    assert packages.missing("ja") == ["matplotlib-fontja>=1.1"]
    assert packages.missing("zh-CN") == ["zhplot>=1.0"]
