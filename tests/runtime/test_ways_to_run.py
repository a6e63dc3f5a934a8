"""A round runs wherever Python code is run: by a script, nbconvert, papermill, under pytest-xdist.

`make test-papermill` brings papermill; without it, its test is skipped. Web servers' threads and
asyncio are in test_threads.py, Jupyter's kernel in test_kernel.py.
"""

import json
import subprocess
import sys
import textwrap

import nbformat
import pytest

A_ROUND = """
import fl_course

fl_course.setup()
from fl_course import algorithms, data, models, preprocessing, training

train, _ = data.load()
cohort = preprocessing.make_federated_data(train, train.client_ids[:2])
process = algorithms.build_fed_avg(models.functional_model(), client_learning_rate=0.02)
_, history = training.train(process, lambda round_num: cohort, 1)
print("rounds:", history.rounds)
"""


def run(*arguments, folder):
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def notebook(tmp_path):
    cell = nbformat.v4.new_code_cell(A_ROUND)
    file = tmp_path / "round.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file)
    return file


def printed(notebook):
    """What a notebook's cells printed, and nothing else may be there."""
    outputs = [output for cell in notebook["cells"] for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "display_data"}
    assert not [output for output in outputs if output.get("name") == "stderr"], outputs
    return "".join("".join(output.get("text", "")) for output in outputs)


def test_a_script(tmp_path):
    (tmp_path / "script.py").write_text(A_ROUND)
    done = run("script.py", folder=tmp_path)
    assert done.stdout.splitlines()[-1] == "rounds: [1]"
    assert "Error" not in done.stderr


def test_nbconvert(notebook, tmp_path):
    convert = ("-m", "nbconvert", "--to", "notebook", "--execute", "--stdout", notebook)
    done = run(*convert, folder=tmp_path)
    assert "rounds: [1]" in printed(json.loads(done.stdout))


def test_papermill(notebook, tmp_path):
    pytest.importorskip("papermill")
    run("-m", "papermill", notebook, "run.ipynb", "--kernel", "python3", folder=tmp_path)
    assert "rounds: [1]" in printed(json.loads((tmp_path / "run.ipynb").read_text("utf-8")))


def test_pytest_xdist(tmp_path):
    body = textwrap.indent(f"{A_ROUND}\nassert history.rounds == [1]\n", "    ")
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(f"def test_a_round():\n{body}")
    # Its own settings, not this suite's.
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:nbval\n")
    done = run("-m", "pytest", "-n", "2", "--dist", "loadfile", tmp_path, folder=tmp_path)
    assert "2 passed" in done.stdout
