"""JupyterLab as a learner starts it, on a copy of the notebooks and with a home of its own."""

import contextlib
import dataclasses
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import portpicker
import psutil

from fl_course.authoring.learner_copy import JUPYTER
from tests.browser.chromium import HOST

ROOT = Path(__file__).parents[2]
_START_SECONDS = 120.0
_END_SECONDS = 10.0
_WORKER = "worker_binary"


@dataclasses.dataclass(frozen=True)
class JupyterLab:
    """A running JupyterLab.

    Attributes:
        address: Where a browser finds it.
        token: The word it wants to hear first.
        notebooks: The folder it shows, a copy of the learner's notebooks.
        home: The folder that holds everything else it writes.
        pid: The server's process id, once it is started.
    """

    address: str
    token: str
    notebooks: Path
    home: Path
    pid: int = 0

    def processes(self) -> list[psutil.Process]:
        """What runs in this JupyterLab's environment: itself, its kernels, and all they started."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("JUPYTER_CONFIG_DIR") == str(self.home / "config"):
                    found.append(process)
        return found

    def started_by_kernels(self) -> list[psutil.Process]:
        """The kernels and what they have started: workers, TensorBoard."""
        return [process for process in self.processes() if process.pid != self.pid]

    def workers(self) -> list[psutil.Process]:
        """TFF's worker processes of its kernels."""
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                if process.name() == _WORKER and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found


@contextlib.contextmanager
def running(home: Path) -> Iterator[JupyterLab]:
    """Starts JupyterLab and ends it afterwards, with everything it has started.

    Args:
        home: An empty folder for all files.

    Yields:
        JupyterLab, ready to be opened.
    """
    port = portpicker.pick_unused_port()
    lab = JupyterLab(f"http://{HOST}:{port}", secrets.token_hex(), home / "notebooks", home)
    shutil.copytree(ROOT / "notebooks" / "en", lab.notebooks)
    (home / "tmp").mkdir()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ip={HOST}"]
    command += [f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={lab.notebooks}", f"--IdentityProvider.token={lab.token}"]
    log = home / "jupyterlab.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            cwd=lab.notebooks,
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(server, port, log)
        yield dataclasses.replace(lab, pid=server.pid)
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(_END_SECONDS)
        left = lab.processes()
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=10)


def _environment(home: Path) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        # What this test run, or a JupyterLab around it, has set is not the learner's.
        if not name.startswith(("JUPYTER", "FL_COURSE_", "PYTEST_", "TQDM_", "TF_"))
    }
    # Nothing listens there: what a lesson would fetch from elsewhere fails at once, as on a machine
    # without a network, and no test depends on one.
    nowhere = f"http://{HOST}:9"
    return environment | {
        "FL_COURSE_PROGRESS": str(home / "progress.json"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_CONFIG_PATH": str(JUPYTER),  # as `fl-course open` has it
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "KERAS_HOME": str(home / "keras"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(home / "tmp"),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "no_proxy": f"{HOST},localhost",
    }


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"JupyterLab did not start. It said:\n{log.read_text()}")
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, port), timeout=1).close()
            return
        time.sleep(0.1)
