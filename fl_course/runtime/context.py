"""TFF's default context, executing on a worker process of ours."""

import threading
from collections.abc import Callable
from typing import Any

import grpc
import tensorflow_federated as tff

from fl_course.runtime.worker import HOST, Worker, start_worker

_MAX_MESSAGE_BYTES = 2_000_000_000  # protobuf's own limit is 2 GiB
_CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    # The worker is on this machine, whatever proxy the environment names.
    ("grpc.enable_http_proxy", 0),
]
# A broken connection is seen a moment before the operating system reports the process as ended.
_DEATH_NOTICE_SECONDS = 2.0


# What gRPC says when the connection broke, not the computation.
_CODES_OF_CONNECTIONS = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


class ComputationError(grpc.RpcError, RuntimeError):
    """A computation failed in the worker; the message is TensorFlow's, without gRPC's around it."""

    def __init__(self, error: grpc.RpcError) -> None:
        lines = [line.strip() for line in error.details().splitlines()]
        # TensorFlow names nodes of a graph that no one has seen.
        told = [line for line in lines if line and not line.startswith("[[{{node")]
        super().__init__("\n".join(told))
        self._error = error

    def code(self) -> grpc.StatusCode:
        """The kind of failure."""
        return self._error.code()

    def details(self) -> str:
        """What the worker said, whole."""
        return self._error.details()


class _SupervisedStub(tff.framework.RemoteExecutorGrpcStub):
    """A connection to a worker that tells a dead worker from a failed computation."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(grpc.insecure_channel(f"{HOST}:{worker.port}", _CHANNEL_OPTIONS))
        self._worker = worker

    def _call(self, method: Callable[[Any], Any], request: object) -> Any:
        try:
            return method(request)
        except grpc.RpcError as error:
            broken = error.code() in _CODES_OF_CONNECTIONS
            if self._worker.has_ended(within=_DEATH_NOTICE_SECONDS if broken else 0.05):
                # From None: gRPC's error quotes the whole request, thousands of lines of it.
                raise self._worker.error("ended in the middle of a computation") from None
            if broken:
                raise
            raise ComputationError(error) from None

    def get_executor(self, request: object) -> Any:
        return self._call(super().get_executor, request)

    def create_value(self, request: object) -> Any:
        return self._call(super().create_value, request)

    def create_struct(self, request: object) -> Any:
        return self._call(super().create_struct, request)

    def create_call(self, request: object) -> Any:
        return self._call(super().create_call, request)

    def create_selection(self, request: object) -> Any:
        return self._call(super().create_selection, request)

    def compute(self, request: object) -> Any:
        return self._call(super().compute, request)

    # What a dead worker held is gone with it: disposing of it is no error.
    def dispose(self, request: object) -> Any:
        return super().dispose(request) if self._worker.is_alive() else None

    def dispose_executor(self, request: object) -> Any:
        return super().dispose_executor(request) if self._worker.is_alive() else None


class _SupervisedExecutorFactory(tff.framework.ExecutorFactory):
    """Makes executors on a worker process, and a new worker when the last one has ended."""

    def __init__(self, worker: Worker) -> None:
        self._lock = threading.Lock()
        self._adopt(worker)

    def _adopt(self, worker: Worker) -> None:
        self.worker = worker
        stub = None

        def make_executor(cardinalities: dict[Any, int]) -> tff.framework.RemoteExecutor:
            nonlocal stub
            if stub is None:
                worker.wait_until_listening()
                stub = _SupervisedStub(worker)
            cardinalities.setdefault(tff.CLIENTS, 0)
            executor = tff.framework.RemoteExecutor(stub)
            executor.set_cardinalities(cardinalities)
            return executor

        self._executors = tff.framework.ResourceManagingExecutorFactory(make_executor)

    def create_executor(self, cardinalities: dict[Any, int]) -> tff.framework.RemoteExecutor:
        with self._lock:
            if not self.worker.is_alive():
                self._adopt(start_worker())
            return self._executors.create_executor(cardinalities)

    def clean_up_executor(self, cardinalities: dict[Any, int]) -> None:
        with self._lock:
            self._executors.clean_up_executor(cardinalities)


def set_default_context(worker: Worker) -> _SupervisedExecutorFactory:
    """Makes TFF execute on `worker`, and on a fresh one whenever the last one has ended.

    Args:
        worker: A worker process that has been started.

    Returns:
        The factory behind the context; its attribute `worker` is the worker now in use.
    """
    factory = _SupervisedExecutorFactory(worker)
    tff.framework.set_default_context(
        tff.framework.SyncExecutionContext(
            factory,
            compiler_fn=tff.backends.native.desugar_and_transform_to_native,
            transform_args=tff.tensorflow.transform_args,
            transform_result=tff.tensorflow.transform_result,
        )
    )
    return factory
