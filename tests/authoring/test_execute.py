"""Executions in a real kernel; the slow tests of the builder."""

import gc
import pathlib
import stat
import sys
import tempfile

import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_code_cell, new_notebook

from fl_course.authoring import AuthoringError
from fl_course.authoring.execute import execute
from fl_course.authoring.kernels import OverFiles


def notebook_of(**sources):
    cells = [
        new_code_cell(source, id=key, metadata={"fl_course": {"key": key}})
        for key, source in sources.items()
    ]
    return new_notebook(cells=cells, metadata={"fl_course": {"lesson": "adding"}})


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_a_kernel_of_this_python_in_an_empty_folder(course_dir, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    notebook = notebook_of(
        python="import sys\nprint(sys.executable)",
        files="import os\nprint(os.listdir())",
        environment='print(os.environ["TQDM_DISABLE"], os.environ["PYTHONHASHSEED"])',
        backend='print(os.environ["MPLBACKEND"])',
        package="import fl_course\nfl_course.setup()",
        optional="raise SystemError",
    )
    notebook.cells[-1].metadata["tags"] = ["optional", "nbval-skip"]
    seen = []
    done = execute(notebook, course_dir.root, on_cell=seen.append)
    assert [printed(cell).strip() for cell in notebook.cells] == [
        *(sys.executable, "[]", "1 0", "module://matplotlib_inline.backend_inline", "ready", "")
    ]
    assert done.cells == 5
    assert done.failures == ()
    assert seen == ["python", "files", "environment", "backend", "package"]


def test_failed_cells_are_counted_and_the_rest_goes_on(course_dir):
    notebook = notebook_of(one="1 / 0", two='raise ValueError("first\\nsecond")', three="print(3)")
    done = execute(notebook, course_dir.root, allow_errors=True)
    assert [(failure.key, failure.error) for failure in done.failures] == [
        ("one", "ZeroDivisionError: division by zero"),
        ("two", "ValueError: first"),
    ]
    assert done.cells == 3
    assert printed(notebook.cells[2]) == "3\n"


def test_a_failed_cell_is_named(course_dir):
    notebook = notebook_of(fine="x = 1", bad="1 / 0", never="print(3)")
    with pytest.raises(AuthoringError, match=r"lesson adding, cell bad: ZeroDivisionError: div"):
        execute(notebook, course_dir.root)
    assert printed(notebook.cells[2]) == ""


def test_a_cell_that_hangs_is_named(course_dir):
    notebook = notebook_of(hang="import time\ntime.sleep(600)", never="print(3)")
    with pytest.raises(AuthoringError, match=r"lesson adding, cell hang: took longer than 1 s"):
        execute(notebook, course_dir.root, cell_seconds=1)


def test_a_kernel_that_dies_ends_the_notebook(course_dir):
    notebook = notebook_of(die="import os\nos._exit(3)", never="print(3)")
    done = execute(notebook, course_dir.root, allow_errors=True)
    assert [(failure.key, failure.error) for failure in done.failures] == [
        ("die", "ended the kernel")
    ]
    assert done.cells == 1


def test_a_kernel_that_does_not_start_is_reported(course_dir):
    course_dir.write("ipykernel_launcher.py", "raise SystemExit(1)")
    with pytest.raises(AuthoringError, match=r"lesson adding: no kernel starts: .*ipykernel_laun"):
        execute(notebook_of(fine="x = 1"), course_dir.root)


@pytest.mark.parametrize("folder", ["short", "a" * 100])
def test_a_kernel_is_reached_over_no_port(course_dir, monkeypatch, tmp_path, folder):
    """Kernels that are started side by side could take each other's ports."""
    (tmp_path / folder).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / folder))  # A socket's path is short.
    notebook = notebook_of(
        reached="from ipykernel.connect import get_connection_info\n"
        "print(get_connection_info(unpack=True)['transport'])"
    )
    execute(notebook, course_dir.root)
    assert printed(notebook.cells[0]) == "ipc\n"


def test_a_kernels_sockets_are_its_users_alone_and_go_with_it():
    class Manager(OverFiles, KernelManager):
        pass

    manager = Manager()
    folder = pathlib.Path(manager.connection_file).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    del manager
    gc.collect()
    assert not folder.exists()
