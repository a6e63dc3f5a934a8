"""Starting the engine: packages, imports, worker process, seeds."""

import os
import pathlib
import platform
import subprocess
import sys
import sysconfig

import nest_asyncio

from fl_course.runtime import imports, packages
from fl_course.runtime.errors import SetupError
from fl_course.runtime.worker import start_worker

_CHECK = """
from fl_course import runtime
try:
    print(runtime.start(0))
except RuntimeError as error:
    raise SystemExit(str(error))
"""

_factory = None


def start(seed: int) -> str:
    """Makes TensorFlow and TFF ready for use in this process. Doing it again only seeds again.

    Args:
        seed: Seeds Python's, NumPy's and TensorFlow's generators; 0 to 2**32 - 1, as NumPy allows.

    Returns:
        The versions in use, as one line.

    Raises:
        SetupError: If something has to be installed or changed first.
        WorkerError: If TFF's worker process can't run here.
        ValueError: If `seed` is not an integer in that range.
    """
    global _factory
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be an integer from 0 to 2**32 - 1, and it is {seed!r}.")
    if _factory is None:
        packages.check_tff()
        worker = start_worker()
        try:
            # First: on a processor without AVX, TensorFlow's import ends this process without a
            # word, and the worker ends with a reason.
            worker.wait_until_listening()
            with imports.without_garbage_collection():
                imports.import_tensorflow()
                imports.import_tff()
                from fl_course.runtime import context
                from fl_course.runtime.keras_modes import restore_keras_after_graphs

                restore_keras_after_graphs()
                context.supervise()
        except BaseException:
            worker.stop()
            raise
        _factory = context.set_default_context(worker)
        _let_tensorboard_end_with_us()
        # TFF's own loop runs in another thread; learners' asyncio code in a notebook needs this.
        nest_asyncio.apply()

    import tensorflow as tf
    import tensorflow_federated as tff

    tf.keras.utils.set_random_seed(seed)
    return (
        f"Python {platform.python_version()} · TensorFlow {tf.__version__} · TFF {tff.__version__}"
    )


def _let_tensorboard_end_with_us() -> None:
    """Has the magic %tensorboard start this Python's TensorBoard, and not leave it behind.

    A notebook's kernel may run without its environment's programs on the PATH, and each run of a
    lesson opens a TensorBoard of its own.
    """
    program = pathlib.Path(sysconfig.get_path("scripts"), "fl-course-tensorboard")
    if program.exists():
        os.environ.setdefault("TENSORBOARD_BINARY", str(program))


def worker_pid() -> int:
    """The process id of the worker in use, after `start`."""
    if _factory is None:
        raise SetupError("The engine is not running. Call fl_course.setup() first.")
    return _factory.worker.pid


def end_worker() -> None:
    """Ends the worker in use, whatever it is doing. The next computation starts a fresh one."""
    if _factory is not None:
        _factory.end_worker("its computation took too long, or was interrupted")


def install_and_check() -> str:
    """Installs what is missing, then starts the engine in a fresh process to see that it runs.

    Returns:
        The versions in use, as a line of text.

    Raises:
        SetupError: If something can't be installed, or the engine can't start.
    """
    packages.install_missing()
    check = subprocess.run(
        [sys.executable, "-c", _CHECK], capture_output=True, text=True, check=False
    )
    if check.returncode != 0:
        raise SetupError(check.stderr.strip() or f"The engine ended with code {check.returncode}.")
    return check.stdout.strip()
