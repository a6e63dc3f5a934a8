"""The engine: makes TensorFlow Federated run on today's Pythons, and fail loudly if it can't."""

from fl_course.runtime.engine import end_worker, install_and_check, start, worker_pid
from fl_course.runtime.errors import SetupError, WorkerError

__all__ = ["SetupError", "WorkerError", "end_worker", "install_and_check", "start", "worker_pid"]
