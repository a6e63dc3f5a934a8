"""Executing a notebook in a kernel of its own."""

import contextlib
import io
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from fl_course.authoring import AuthoringError
from fl_course.authoring.kernels import OverFiles
from fl_course.authoring.notebooks import executed_cells, key_of
from fl_course.authoring.outputs import first_line
from fl_course.localization import RECORD

CELL_SECONDS = 300
_RECORDS = "records"


@dataclass(frozen=True)
class Failure:
    """A cell that failed.

    Attributes:
        key: The cell's key.
        error: Name of the error and the first line of its message.
    """

    key: str
    error: str


@dataclass(frozen=True)
class Execution:
    """What became of a notebook.

    Attributes:
        cells: Number of cells that were executed.
        seconds: Time from the start of the kernel to its end.
        failures: The cells that failed, in order.
        records: By cell id, what `fl_course.localization` recorded in the cell, in order.
    """

    cells: int
    seconds: float
    failures: tuple[Failure, ...]
    records: Mapping[str, list[tuple[Any, ...]]] = field(default_factory=dict)


class _ThisPython(KernelSpecManager):
    """Offers this very Python as a kernel, whatever kernels are installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[
                *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
                # It warns at every start that it listens on this machine's own network.
                "--log-level=ERROR",
            ],
            display_name="Python 3",
            language="python",
            name=kernel_name,
        )


class _KernelManager(OverFiles, AsyncKernelManager):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kernel_spec_manager=_ThisPython(), **kwargs)


def execute(
    notebook: NotebookNode,
    root: Path,
    *,
    cell_seconds: int = CELL_SECONDS,
    allow_errors: bool = False,
    on_cell: Callable[[str], None] | None = None,
) -> Execution:
    """Executes a notebook's cells in order and stores their outputs in it.

    The kernel works in an empty temporary directory, takes `fl_course` from `root`, shows no
    progress bars and reads no settings of the user's IPython. Cells that need the network (tag
    "nbval-skip") are left out.

    Args:
        notebook: The notebook; its cells' outputs are replaced.
        root: Folder of the repository.
        cell_seconds: Longest time for a cell, in seconds.
        allow_errors: Whether to go on after a cell that failed. A cell that takes too long or ends
            the kernel always ends the notebook.
        on_cell: Called with the key of each cell when it has ended.

    Returns:
        The number of cells, the time, and the failures; without `allow_errors` there are none.

    Raises:
        AuthoringError: If no kernel starts, or if a cell failed and `allow_errors` is false; it
            names lesson and cell key.
    """
    lesson = notebook.metadata.get("fl_course", {}).get("lesson", "(no lesson)")
    started = time.perf_counter()
    failures: list[Failure] = []
    records: dict[str, list[tuple[Any, ...]]] = {}
    done = 0
    with tempfile.TemporaryDirectory(prefix="fl-course-") as scratch:
        work = Path(scratch, "work")
        work.mkdir()
        client = NotebookClient(
            notebook,
            timeout=cell_seconds,
            kernel_manager_class=_KernelManager,
            allow_errors=True,  # Errors are read from the outputs.
            record_timing=False,
            store_widget_state=False,
            # The default of 4 s, without an error, would lose outputs on a busy machine.
            iopub_timeout=60,
            raise_on_iopub_timeout=True,
        )
        client.reset_execution_trackers()
        with _kernel(client, lesson, cwd=str(work), env=_environment(root, Path(scratch))):
            for cell in executed_cells(notebook):
                key = key_of(cell)
                try:
                    client.execute_cell(cell, notebook.cells.index(cell))
                    error = _error_of(cell)
                    stop = not allow_errors
                except CellTimeoutError:
                    error = f"took longer than {cell_seconds} s"
                    stop = True
                except DeadKernelError:
                    error = "ended the kernel"
                    stop = True
                done += 1
                records[cell.id] = _taken(Path(scratch, _RECORDS))
                if on_cell:
                    on_cell(key)
                if error:
                    failures.append(Failure(key, error))
                    if stop:
                        break
    if failures and not allow_errors:
        failure = failures[0]
        raise AuthoringError(
            f"lesson {lesson}, cell {failure.key}: {failure.error}. "
            "Correct the cell in the lesson's script."
        )
    return Execution(done, time.perf_counter() - started, tuple(failures), records)


def _taken(file: Path) -> list[tuple[Any, ...]]:
    """Takes the records out of the file that a cell left, if it left any."""
    if not file.exists():
        return []
    content = file.read_bytes()
    file.unlink()
    stream = io.BytesIO(content)
    records = []
    while stream.tell() < len(content):
        records.append(pickle.load(stream))
    return records


@contextlib.contextmanager
def _kernel(client: NotebookClient, lesson: str, **options: Any) -> Iterator[None]:
    """Starts the kernel, and ends it with the block."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(client.setup_kernel(**options))
        except RuntimeError as error:  # It ended, or gave no sign, before its first cell.
            raise AuthoringError(
                f"lesson {lesson}: no kernel starts: {first_line(str(error))}. "
                f"See what this says: {sys.executable} -m ipykernel_launcher"
            ) from None
        yield


def _error_of(cell: NotebookNode) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            return f"{output.ename}: {first_line(output.evalue)}"
    return ""


def _environment(root: Path, scratch: Path) -> dict[str, str]:
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "FL_COURSE_PROGRESS": "off",
        RECORD: str(scratch / _RECORDS),
        "IPYTHONDIR": str(scratch / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(paths),
        "TQDM_DISABLE": "1",
    }
