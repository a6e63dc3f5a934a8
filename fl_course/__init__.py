"""Helpers for a course on federated learning with TensorFlow Federated.

Importing this package is cheap. `setup` starts the engine, and `use_workers` spreads the clients
over several workers; the modules are imported by name:
`fl_course.data`, `preprocessing`, `models`, `algorithms`, `aggregation`, `analytics`, `privacy`,
`training`, `checkpoints`, `flower` and `plotting`.
"""

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from fl_course.localization import say, tell

__version__ = "0.1.0"

_NEED_THE_ENGINE = (
    *("aggregation", "algorithms", "analytics", "checkpoints", "data", "models"),
    *("preprocessing", "privacy", "training"),
)
_MODULES = (*_NEED_THE_ENGINE, "exercises", "flower", "plotting")


def setup(
    language: str = "en",
    *,
    seed: int = 0,
    install: bool = False,
    keep_progress: str | None = None,
) -> None:
    """Makes `import tensorflow` and `import tensorflow_federated` work in this notebook.

    Call it once, in the notebook's first cell and before TensorFlow is imported; calling it again
    does no harm and seeds the random generators again. It prints one line with what is in use.

    Args:
        language: What the course speaks from here on, in feedback, hints, errors and figures: "en",
            or another language that it is translated into, such as "ko".
        seed: Seeds Python's, NumPy's and TensorFlow's random generators.
        install: Whether to install what the course needs and isn't there, as on Colab. What is
            there keeps its version.
        keep_progress: "drive" keeps what you solve in your Google Drive, on Colab, which asks you
            for access to it; elsewhere, or without access, a line says that it stays on this
            machine. By default nothing is asked.

    Raises:
        fl_course.runtime.SetupError: If something has to be installed or changed first.
        fl_course.runtime.WorkerError: If TFF's worker process can't run on this machine.
        TypeError: If `install` is neither True nor False, or `keep_progress` is no text.
        ValueError: If the course has no such language, `seed` is not an integer from 0 to
            2**32 - 1, or `keep_progress` is another text than "drive".
    """
    from fl_course import arguments, localization, runtime

    localization.use(language)
    # Before anything is installed.
    seed = arguments.check_seed(seed)
    install = arguments.check_flag("install", install)
    if keep_progress is not None:
        arguments.check_choice("keep_progress", keep_progress, ("drive",))
    if install:
        runtime.install_missing(language)
    versions = runtime.start(seed)
    runtime.shorten_tracebacks()
    tell(say("{versions} · data: handwritten digits by 14 writers, no download", versions=versions))
    if keep_progress is not None:
        from fl_course.exercises import drive

        tell(drive.keep_progress())


def use_workers(workers: int | Sequence[str] = 1, *, concurrency: int | None = None) -> None:
    """Spreads the clients of every round from here on over several workers.

    Each worker trains and aggregates a part of the round's clients, and the partial aggregates are
    merged, always in the same order: results differ from those of one worker by rounding, and not
    from run to run. A worker of this machine that is lost is replaced, and its part is computed
    again; so is the part of a lost worker elsewhere, by those that are left. Prints one line with
    what is in use.

    Args:
        workers: How many workers to start on this machine; or the addresses of running ones, each
            "host:port", as `fl-course worker` starts them. 1 is how `setup` begins.
        concurrency: How many clients each worker that is started here computes at a time; by
            default the cores divided by the workers, at least 1.

    Raises:
        fl_course.runtime.SetupError: Before `setup`.
        fl_course.runtime.WorkerError: If a worker can't be started or reached; known within ten
            seconds. What was in use stays so.
        ValueError: If an argument is not as above.
    """
    from fl_course import runtime

    tell(runtime.use_workers(workers, concurrency))


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        if name in _NEED_THE_ENGINE and "tensorflow_federated" not in sys.modules:
            from fl_course.runtime import SetupError

            raise SetupError(
                say(
                    "fl_course.{name} needs TensorFlow Federated, which is not running yet. Run the"
                    " cell with fl_course.setup() first, the first one of the notebook.",
                    name=name,
                )
            )
        return importlib.import_module(f"fl_course.{name}")
    raise AttributeError(f"module 'fl_course' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
