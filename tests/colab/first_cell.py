"""The first cell of a notebook in a replica of Google Colab, with Colab's own kernel.

Run by `make test-colab` with the replica's Python, in this order: the last tests need what the
first ones install. The engine must not be running in this process, so this is no part of a plain
pytest run.
"""

import contextlib
import importlib.metadata
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"
TRANSLATED = sorted(folder.name for folder in NOTEBOOKS.iterdir() if folder.name != "en")
(WHEEL,) = pathlib.Path(sys.prefix, "wheel").glob("*.whl")
ADDED = {
    "dp-accounting",
    "fl-course",
    "palmerpenguins",
    "tensorflow-federated",
    "tensorflow-model-optimization",
    "tensorflow-privacy",
}
# What ipykernel 6.17.1 needs, and packaging, which every Jupyter has.
KERNEL = (
    *("ipykernel", "ipython", "debugpy", "jupyter-client", "jupyter-core", "matplotlib-inline"),
    *("nest-asyncio", "packaging", "psutil", "pyzmq", "tornado", "traitlets", "pexpect"),
    *("ptyprocess", "decorator", "backcall", "pickleshare", "prompt-toolkit", "wcwidth"),
    *("pygments", "setuptools", "entrypoints", "python-dateutil", "six", "platformdirs"),
)
ROUND = """
import tensorflow as tf, tensorflow_federated as tff
from fl_course import data, models, preprocessing
train, test = data.load()
cohort = preprocessing.make_federated_data(train, train.client_ids[:10])
process = tff.learning.algorithms.build_weighted_fed_avg(
    models.functional_model(), client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02))
result = process.next(process.initialize(), cohort)
print(f"{result.metrics['client_work']['train']['loss']:.3f}")
"""
FIGURE = """
import warnings
warnings.filterwarnings("error", "Glyph .* missing from font")
from fl_course import plotting
plotting.label_counts({"writer_00": [5, 0, 3, 1, 1, 1, 1, 1, 1, 1]})
"""


def first_cell(language="en"):
    (notebook,) = (NOTEBOOKS / language).glob("??_centralized_training.ipynb")
    cells = json.loads(notebook.read_text())["cells"]
    return next("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def from_wheel(cell):
    """The first cell, with the built wheel in place of the address of the repository."""
    changed, count = re.subn(r"https://github\.com/\S+\.zip", WHEEL.as_uri(), cell)
    assert count == 1
    return changed


CELL = from_wheel(first_cell())


def packages(python=sys.executable):
    """What is installed, freshly asked: name -> version."""
    command = [python, "-m", "pip", "--disable-pip-version-check", "list", "--format=json"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {
        p["name"].lower().replace("_", "-"): p["version"]
        for p in json.loads(listed.splitlines()[0])
    }


def colabs_versions():
    """What Colab has, by its own list: name -> version."""
    month = pathlib.Path(sys.prefix).name.removeprefix(".venv-colab-")
    text = pathlib.Path(__file__).with_name(f"colab-{month}.txt").read_text()
    pairs = (line.split("==") for line in text.splitlines() if "==" in line)
    return {name.lower().replace("_", "-"): version for name, version in pairs}


@contextlib.contextmanager
def kernel(work, python=sys.executable, **env):
    """A fresh notebook kernel, as Colab starts it; gives a function that runs a cell."""
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(
        argv=[python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        display_name="Colab",
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "TQDM_DISABLE")}
    environment |= {"COLAB_RELEASE_TAG": "replica", "FL_COURSE_PROGRESS": "off", **env}
    manager.start_kernel(cwd=str(work), env=environment)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def run(code):
        """Runs a cell: what it printed, its error's traceback as shown, and the seconds."""
        printed, error = [], []

        def collect(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                printed.append(content["text"])
            elif message["msg_type"] == "error":
                error.append("\n".join([*content["traceback"], content["evalue"]]))

        started = time.monotonic()
        client.execute_interactive(code, output_hook=collect, timeout=300)
        return "".join(printed), "\n".join(error), time.monotonic() - started

    try:
        yield run
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_replica_has_colabs_kernel():
    assert importlib.metadata.version("ipykernel") == "6.17.1"
    assert importlib.metadata.version("ipython") == "7.34.0"
    assert not ADDED & set(packages())


def test_without_network_the_cell_says_what_to_check(tmp_path):
    """The cell as it is; GitHub is out of reach behind a proxy that isn't there."""
    with kernel(tmp_path, HTTPS_PROXY="http://127.0.0.1:9", PIP_RETRIES="0") as run:
        printed, error, seconds = run(first_cell())
    assert "The course could not be fetched" in error
    assert "Check the connection to the internet" in error
    assert "github.com" in printed
    assert seconds < 30


def test_keras_3_is_found_before_anything_is_installed(tmp_path):
    before = packages()
    with kernel(tmp_path) as run:
        assert run("import tensorflow as tf\ntf.keras.Sequential()")[1] == ""
        _, error, _ = run(CELL)
    assert "TensorFlow was imported with Keras 3 before the course was set up" in error
    assert "Choose Runtime > Restart session" in error
    assert set(packages()) - set(before) <= {"fl-course"}


def test_another_tff_is_found_before_anything_is_installed_and_replaced_after_a_restart(tmp_path):
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--ignore-requires-python",
    ]
    subprocess.run([*pip, "tensorflow-federated==0.33.0"], check=True)
    try:
        with kernel(tmp_path) as run:
            _, error, _ = run("import tensorflow_federated as tff")
            assert error, "0.33.0 can be imported here: choose another version for this test"
            # How far the failed import came depends on the Python.
            run("import sys, types")
            run("sys.modules['tensorflow_federated.python'] = types.ModuleType('python')")
            _, error, _ = run(CELL)
            assert "TensorFlow Federated was imported before fl_course.setup()" in error
            assert "Choose Runtime > Restart session" in error
            assert packages()["tensorflow-federated"] == "0.33.0"
        with kernel(tmp_path) as run:
            printed, error, _ = run(CELL)
            assert error == ""
            assert "TFF 0.87.0" in printed
    finally:
        names = sorted(ADDED)
        subprocess.run([sys.executable, "-m", "pip", "uninstall", "-q", "-y", *names], check=True)


def test_a_runtime_without_tensorflow_is_told_to_change_it(tmp_path):
    """As Colab's TPU runtimes: a kernel, and no TensorFlow."""
    python = str(tmp_path / "tpu" / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "tpu"], check=True)
    pins = [f"{name}=={importlib.metadata.version(name)}" for name in KERNEL]
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", *pins]
    subprocess.run(command, check=True)
    before = packages(python)
    with kernel(tmp_path, python) as run:
        _, error, _ = run(CELL)
    assert "This runtime has no TensorFlow" in error
    assert "Choose Runtime > Change runtime type > CPU" in error
    assert set(packages(python)) - set(before) == {"fl-course"}


def test_the_cell_installs_the_course_and_changes_nothing_of_colabs(tmp_path):
    before = packages()
    assert not ADDED & set(before)
    with kernel(tmp_path) as run:
        printed, error, first = run(CELL)
        assert error == ""
        assert "TFF 0.87.0" in printed.splitlines()[-1]
        printed, error, round_one = run(ROUND)
        assert error == ""
        assert 0 < float(printed) < 5
        _, error, second = run(CELL)
        assert error == ""
    print(
        f"\nFirst cell {first:.1f} s, to the end of the first round {first + round_one:.1f} s, "
        f"first cell again {second:.2f} s."
    )
    assert second < 2
    after = packages()
    assert set(after) - set(before) == ADDED
    # By the list: a cell that ran in an earlier test may have changed something already.
    colabs = colabs_versions()
    assert {name: after[name] for name in colabs} == colabs


def test_after_a_restart_nothing_is_fetched(tmp_path):
    with kernel(tmp_path, HTTPS_PROXY="http://127.0.0.1:9") as run:
        printed, error, _ = run(first_cell())
        assert (error, printed.count("\n")) == ("", 1)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_cell_of_another_language_adds_its_font_and_nothing_else(tmp_path, language):
    """The notebooks that are tested after this need the font; Latin letters need none."""
    locale = NOTEBOOKS.parent / "fl_course" / "locale" / f"{language}.json"
    files = json.loads(locale.read_text(encoding="utf-8"))["fonts"]
    fonts = {file.partition("/")[0] for file in files}  # the packages that bring them
    before = packages()
    with kernel(tmp_path) as run:
        printed, error, _ = run(first_cell(language))
        assert error == ""
        *fetching, ready = printed.splitlines()
        assert "TFF 0.87.0" in ready
        assert run(FIGURE)[1] == ""
    with kernel(tmp_path, HTTPS_PROXY="http://127.0.0.1:9") as run:
        printed, error, _ = run(first_cell(language))
        assert (error, printed) == ("", f"{ready}\n")
    after = packages()
    added = set(after) - set(before)
    assert len(added) == len(fetching) == len(fonts)
    assert all(font in line for font, line in zip(added, fetching, strict=True))
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("name", ["fl-course", "fl-course-tensorboard"])
def test_programs_of_the_wheel_are_there(name):
    assert pathlib.Path(sys.executable).with_name(name).exists()
