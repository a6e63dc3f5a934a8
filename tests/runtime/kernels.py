"""Real notebook kernels, with this Python."""

import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from fl_course.authoring.kernels import OverFiles

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


class _Manager(OverFiles, KernelManager):
    pass


def start_kernel(work):
    """Starts a kernel that works in a folder; gives its manager and a client of it."""
    manager = _Manager()
    manager._kernel_spec = KernelSpec(argv=COMMAND, language="python", display_name="test")
    manager.start_kernel(cwd=str(work))
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return manager, client


def execute(client, code, on_output=lambda: None):
    """Runs a cell; gives what it printed, everything it wrote to stderr, and its errors' names.

    `on_output` is called whenever it prints.
    """
    texts = {"stdout": "", "stderr": ""}
    errors = []

    def collect(message):
        if message["msg_type"] == "stream":
            texts[message["content"]["name"]] += message["content"]["text"]
            on_output()
        elif message["msg_type"] == "error":
            errors.append(message["content"]["ename"])

    client.execute_interactive(code, output_hook=collect, timeout=120)
    return texts["stdout"], texts["stderr"], errors
