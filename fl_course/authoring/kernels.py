"""Kernels that are reached through files, so that no two of them can want the same port.

Jupyter chooses a kernel's TCP ports before the kernel opens them. Where kernels start side by side,
another one may take a port in between; the kernel then ends, and who started it waits for a minute.
"""

import tempfile
from typing import Any

from jupyter_client.connect import ConnectionFileMixin

_LONGEST = 60  # A socket's path has up to 107 bytes on Linux; our part of it takes 40.


class OverFiles(ConnectionFileMixin):
    """Makes a kernel manager use sockets in a folder of its own; stands before the manager's class.

    The folder can be entered by this user only, and goes with the manager.
    """

    def __init__(self, **kwargs: Any) -> None:
        fits = len(tempfile.gettempdir().encode()) <= _LONGEST
        self._folder = tempfile.TemporaryDirectory(prefix="kernel-", dir=None if fits else "/tmp")
        kwargs |= {"transport": "ipc", "connection_file": f"{self._folder.name}/kernel.json"}
        super().__init__(**kwargs)
