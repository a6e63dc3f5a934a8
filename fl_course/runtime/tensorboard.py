"""TensorBoard that ends with the notebook that opened it: the program `fl-course-tensorboard`."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Runs TensorBoard with this program's arguments until the process that started it ends."""
    parent = os.getppid()
    # Terminated, not killed: TensorBoard removes its traces then.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    from tensorboard.main import run_main

    sys.exit(run_main())
