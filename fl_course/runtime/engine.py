"""Starting the engine: packages, imports, worker process, seeds."""

import contextlib
import functools
import os
import pathlib
import platform
import subprocess
import sysconfig
import threading
from collections.abc import Callable, Sequence

import nest_asyncio

from fl_course.arguments import check_integer, check_seed
from fl_course.localization import say
from fl_course.runtime import cores, forks, hidden, imports, interpreter, interrupts, packages
from fl_course.runtime.errors import SetupError
from fl_course.runtime.worker import Worker, start_worker

_CHECK = """
from fl_course import runtime
try:
    print(runtime.start(0))
except RuntimeError as error:
    raise SystemExit(str(error))
"""

_MOST_WORKERS = 1000  # a process and a few hundred megabytes each

_factories: list = []  # what makes executors, one for each worker in use
_stop_cluster: Callable[[], None] | None = None
_changing = threading.Lock()  # of what is in use: two threads may ask at the same time


def start(seed: int) -> str:
    """Makes TensorFlow and TFF ready for use in this process, from whichever of its threads.

    Doing it again only seeds again.

    Args:
        seed: Seeds Python's, NumPy's and TensorFlow's generators; 0 to 2**32 - 1, as NumPy allows.

    Returns:
        The versions in use, as one line.

    Raises:
        SetupError: If something has to be installed or changed first.
        WorkerError: If TFF's worker process can't run here.
        ValueError: If `seed` is not an integer in that range.
    """
    seed = check_seed(seed)
    forks.refuse_in_a_fork()
    with _changing:
        if not _factories:
            _start()
    interrupts.protect_from_ctrl_c()  # here: the first call may have come from another thread

    import tensorflow as tf
    import tensorflow_federated as tff

    tf.keras.utils.set_random_seed(seed)
    return (
        f"Python {platform.python_version()} · TensorFlow {tf.__version__} · TFF {tff.__version__}"
    )


def _start() -> None:
    hidden.check_nothing_is_hidden()
    packages.check_tff()
    worker = start_worker()
    try:
        import numpy  # noqa: F401  # TensorFlow needs it; while the worker starts, it is free

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
    _factories.append(context.SupervisedExecutorFactory(worker=worker))
    context.set_default_context(_factories[0])
    forks.watch_for_forks()
    _let_tensorboard_end_with_us()
    _let_notebooks_await()


def _let_notebooks_await() -> None:
    # TFF's own loop runs in another thread; learners' asyncio code in a notebook needs this. Loops
    # that are not Python's, as web servers have them, can't be nested and need not be.
    with contextlib.suppress(ValueError):
        nest_asyncio.apply()


def _let_tensorboard_end_with_us() -> None:
    """Has the magic %tensorboard start this Python's TensorBoard, and not leave it behind.

    A notebook's kernel may run without its environment's programs on the PATH, and each run of a
    lesson opens a TensorBoard of its own.
    """
    program = pathlib.Path(sysconfig.get_path("scripts"), "fl-course-tensorboard")
    if program.exists():
        os.environ.setdefault("TENSORBOARD_BINARY", str(program))


def use_workers(workers: int | Sequence[str], concurrency: int | None) -> str:
    """Has TFF execute on other workers from here on; those in use so far are ended or left.

    Args:
        workers: How many to start on this machine, or the addresses of running ones.
        concurrency: Clients at a time in each worker started here; by default the cores divided
            by the workers, at least 1.

    Returns:
        What is in use now, as one line.

    Raises:
        SetupError: Before `start`.
        ValueError: If an argument is not as above.
        WorkerError: If a worker can't be started or reached. Those in use so far stay so.
    """
    if not _factories:
        raise SetupError(say("The engine is not running. Call fl_course.setup() first."))
    forks.refuse_in_a_fork()
    workers = _checked_workers(workers)
    if concurrency is not None:
        concurrency = check_integer("concurrency", concurrency, 1)
        if not isinstance(workers, int):
            raise ValueError(
                say(
                    "concurrency is for workers that are started here. Give it where these ones are"
                    " started: fl-course worker --concurrency."
                )
            )
    if isinstance(workers, int):
        concurrency = concurrency or max(1, cores.usable() // workers)
    with _changing:
        count = _use(workers, concurrency)
    if not isinstance(workers, int):
        if count == 1:
            return say("1 worker at the given address")
        return say("{count} workers at the given addresses", count=count)
    clients = say("one client")
    if concurrency != 1:
        clients = say("{concurrency} clients", concurrency=concurrency)
    if count == 1:
        return say("1 worker on this machine, {clients} at a time", clients=clients)
    return say(
        "{count} workers on this machine, {clients} at a time each", count=count, clients=clients
    )


def _use(workers: int | list[str], concurrency: int | None) -> int:
    """Puts other workers in the place of those in use; tells how many there are."""
    import tensorflow_federated as tff

    from fl_course.runtime import cluster, context

    if workers == 1:
        factory = context.SupervisedExecutorFactory(
            functools.partial(start_worker, concurrency=concurrency)
        )
        factory.start()
        _replace_workers([factory], stop=None)
        context.set_default_context(factory)
    else:
        several = cluster.connect(workers, concurrency)
        _replace_workers([member.executors for member in several.members], stop=several.stop)
        tff.framework.set_default_context(several)
    return len(_factories)


def _replace_workers(factories: list, stop: Callable[[], None] | None) -> None:
    global _stop_cluster
    if _stop_cluster is not None:
        _stop_cluster()
    else:
        for factory in _factories:  # another thread may be at a computation
            factory.end_worker(say("fl_course.use_workers() put others in its place"))
            factory.stop()
    _factories[:] = factories
    _stop_cluster = stop


def _checked_workers(workers: object) -> int | list[str]:
    from fl_course.runtime.remote import parse_address

    if isinstance(workers, str):
        raise ValueError(
            say(
                "workers must be a number or a list of addresses, and it is the text {workers}."
                " For one address, write [{workers}].",
                workers=repr(workers),
            )
        )
    if not isinstance(workers, list | tuple):
        return check_integer("workers", workers, 1, _MOST_WORKERS)
    if not workers:
        raise ValueError(say("workers is an empty list. Give the address of one worker at least."))
    seen = set()
    for address in workers:
        place = parse_address(address)
        if place in seen:
            raise ValueError(
                say(
                    "workers holds {address} twice. Give each worker once; for more of them on one "
                    "machine, start each at a port of its own.",
                    address=repr(address),
                )
            )
        seen.add(place)
    return list(workers)


def worker_pids() -> list[int]:
    """The process ids of the workers in use on this machine, in order.

    Raises:
        SetupError: Before `start`.
    """
    if not _factories:
        raise SetupError(say("The engine is not running. Call fl_course.setup() first."))
    return [factory.worker.pid for factory in _factories if isinstance(factory.worker, Worker)]


def worker_pid() -> int:
    """The process id of the first worker in use on this machine, after `start`."""
    return worker_pids()[0]


def end_worker() -> None:
    """Ends the workers in use, whatever they are doing. The next computation has fresh ones."""
    if forks.is_fork():  # they are the parent's
        return
    for factory in _factories:
        factory.end_worker(say("its computation took too long, or was interrupted"))


def install_and_check() -> str:
    """Installs what is missing, then starts the engine in a fresh process to see that it runs.

    Returns:
        The versions in use, as a line of text.

    Raises:
        SetupError: If something can't be installed, or the engine can't start.
    """
    packages.install_missing()
    check = subprocess.run(
        [interpreter.python(), "-c", _CHECK], capture_output=True, text=True, check=False
    )
    if check.returncode != 0:
        raise SetupError(
            check.stderr.strip()
            or say("The engine ended with code {returncode}.", returncode=check.returncode)
        )
    return check.stdout.strip()
