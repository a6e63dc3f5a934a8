"""The engine: makes TensorFlow Federated run on today's Pythons, and fail loudly if it can't.

Each name is imported when it is asked for: what installs the engine's packages must not need them.
"""

import importlib
import os

# Read when grpc is imported. Its way through a fork does not work while a thread waits for an
# answer, and says so in red at every `!ls` of a notebook.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

_MODULES = {
    "ComputationError": "context",
    "SetupError": "errors",
    "WorkerError": "errors",
    "end_worker": "engine",
    "install_and_check": "engine",
    "install_missing": "packages",
    "serve": "serving",
    "shorten_tracebacks": "tracebacks",
    "start": "engine",
    "use_workers": "engine",
    "worker_pid": "engine",
    "worker_pids": "engine",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
