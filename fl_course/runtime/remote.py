"""A TFF worker that was started elsewhere: by `fl-course worker`, on this or another machine."""

import contextlib
import functools
import re
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime

import grpc
import tensorflow as tf
import tensorflow_federated as tff
from tensorflow_federated.proto.v0 import executor_pb2, executor_pb2_grpc
from tensorflow_federated.python.core.impl.executors import value_serialization

from fl_course.localization import noted, say
from fl_course.runtime.errors import WorkerError
from fl_course.runtime.worker import CHANNEL_OPTIONS

# Together below the ten seconds within which a wrong address is to be told.
_FIND_WITHIN = 4.0  # seconds, to look a name up and to connect
_ANSWER_WITHIN = 4.0  # seconds, for all four questions; they take milliseconds
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")
_CHECK_ADDRESS = noted(
    "Check the address, and that a worker runs there (`fl-course worker --port {port}`) and may be "
    "reached from here; docs/scaling.md shows how."
)


def parse_address(address: object) -> tuple[str, int]:
    """Takes an address apart.

    Args:
        address: "host:port"; a numeric address of IPv6 stands in brackets.

    Returns:
        The host, without brackets, and the port.

    Raises:
        ValueError: If it is anything else.
    """
    match = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    if match is None or not 0 < int(match["port"]) < 2**16:
        raise ValueError(
            say(
                "A worker's address must be written as 'host:port', such as '10.0.0.5:8000', "
                "and one is {address}.",
                address=repr(address),
            )
        )
    return match["host"].strip("[]"), int(match["port"])


class RemoteWorker:
    """A connection to a worker that is not our child: it can be left, and not ended.

    Args:
        address: "host:port".

    Raises:
        ValueError: If that is not an address.
    """

    def __init__(self, address: str) -> None:
        self._host, self._port = parse_address(address)
        self._address = address
        self._ip: str | None = None
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []
        self._left_because: tuple[str, str] | None = None

    @property
    def target(self) -> str:
        """Where the worker serves gRPC, as a target of gRPC's; known when it has been found."""
        return (
            f"ipv6:[{self._ip}]:{self._port}"
            if ":" in self._ip
            else f"ipv4:{self._ip}:{self._port}"
        )

    def does_something(self) -> Callable[[], bool]:
        """What a remote worker does besides answering can't be seen: nothing."""
        return lambda: False

    def is_alive(self) -> bool:
        """Whether the connection is in use."""
        return self._left_because is None

    def has_ended(self, within: float) -> bool:
        """Whether the connection has been given up; nothing is known by waiting."""
        return not self.is_alive()

    def on_end(self, close: Callable[[], None]) -> None:
        """Takes what ends the calls that wait for the worker, for when it is given up."""
        with self._lock:
            self._closers.append(close)

    def new_words(self) -> str:
        """What computations printed is shown where the worker runs, and not here."""
        return ""

    def end_because(self, cause: str, remedy: str | None = None) -> None:
        """Gives the worker up; calls that wait for it are told why. Does nothing a second time."""
        with self._lock:
            if self._left_because is not None:
                return
            self._left_because = (cause, remedy or say(_CHECK_ADDRESS, port=self._port))
            closers, self._closers = self._closers, []
        for close in closers:
            close()

    def stop(self) -> None:
        """Gives the worker up, at the end."""
        self.end_because(say("the connection to it was closed"))

    def error(self, what: str) -> WorkerError:
        """Makes the error for a worker that was given up."""
        cause, remedy = self._left_because or (say("the connection to it broke"), "")
        return WorkerError(
            say(
                "The worker at {address} {what}: {cause}. {remedy}",
                address=self._address,
                what=what,
                cause=cause,
                remedy=remedy,
            ).strip()
        )

    def wait_until_listening(self) -> None:
        """Finds the worker and has it compute something.

        Raises:
            WorkerError: If nothing can be reached at the address, or what is there is not a worker
                of the TFF that is in use here. Known within 8 seconds.
        """
        try:
            self._ip = self._find()
            self._have_it_compute()
        except _NoWorkerError as error:
            self.end_because(error.cause, error.remedy)
            raise self.error(say("can't be used")) from None

    def _find(self) -> str:
        """Looks the host up and connects to the port once; what was connected to is kept."""
        try:
            return _in_time(functools.partial(_connect, self._host, self._port))
        except NotInTime:
            raise _NoWorkerError(
                say("nothing has answered there so far; a firewall may be in between")
            ) from None
        except socket.gaierror as error:
            raise _NoWorkerError(
                say("no computer of that name is known ({strerror})", strerror=error.strerror)
            ) from None
        except OSError as error:
            raise _NoWorkerError(
                say("nothing can be reached there ({strerror})", strerror=error.strerror)
            ) from None

    def _have_it_compute(self) -> None:
        deadline = time.monotonic() + _ANSWER_WITHIN
        with grpc.insecure_channel(self.target, CHANNEL_OPTIONS) as channel:
            stub = executor_pb2_grpc.ExecutorGroupStub(channel)
            try:
                answer = _compute_in(stub, lambda: max(0.1, deadline - time.monotonic()))
            except grpc.RpcError as error:
                answer = error
        if answer == _ANSWER:
            return
        code = answer.code() if isinstance(answer, grpc.RpcError) else None
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            raise _NoWorkerError(say("something is there that gives no answer"))
        if code is grpc.StatusCode.UNAVAILABLE:
            raise _NoWorkerError(say("something is there that is no TFF worker: it speaks no gRPC"))
        said = f" ({answer.details()})" if isinstance(answer, grpc.RpcError) else ""
        raise _NoWorkerError(
            say(
                "what is there is not a worker of TFF {version}, most likely one of another "
                "version{said}",
                version=tff.__version__,
                said=said,
            ),
            say(_SAME_VERSION, version=tff.__version__, port=self._port),
        )


class _NoWorkerError(Exception):
    """There is no worker to be used; tells the cause and, where it is known, the way out."""

    def __init__(self, cause: str, remedy: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


_ANSWER = 42
_SAME_VERSION = noted(
    "Have the same version of the course and of TFF ({version}) there, and start the worker with "
    "`fl-course worker --port {port}`."
)


@functools.cache
def _question() -> executor_pb2.CreateValueRequest:
    from fl_course.runtime.client_loops import compile_native

    comp = compile_native(tff.tensorflow.computation(lambda: tf.constant(6) * 7))
    proto = comp.to_building_block().proto
    return executor_pb2.CreateValueRequest(value=executor_pb2.Value(computation=proto))


def _compute_in(
    stub: executor_pb2_grpc.ExecutorGroupStub, seconds_left: Callable[[], float]
) -> int | None:
    """Has a worker compute 6 times 7: what a version does differently shows in this."""
    cardinalities = value_serialization.serialize_cardinalities({tff.CLIENTS: 1})
    get_executor = executor_pb2.GetExecutorRequest(cardinalities=cardinalities)
    executor = stub.GetExecutor(get_executor, timeout=seconds_left()).executor
    question = executor_pb2.CreateValueRequest(executor=executor)
    question.MergeFrom(_question())
    asked = stub.CreateValue(question, timeout=seconds_left())
    call = executor_pb2.CreateCallRequest(executor=executor, function_ref=asked.value_ref)
    called = stub.CreateCall(call, timeout=seconds_left())
    compute = executor_pb2.ComputeRequest(executor=executor, value_ref=called.value_ref)
    value = stub.Compute(compute, timeout=seconds_left()).value
    with contextlib.suppress(grpc.RpcError):
        stub.DisposeExecutor(
            executor_pb2.DisposeExecutorRequest(executor=executor), timeout=seconds_left()
        )
    numbers = value.array.int32_list.value
    return numbers[0] if len(numbers) == 1 else None


def _connect(host: str, port: int) -> str:
    with socket.create_connection((host, port), timeout=_FIND_WITHIN) as connection:
        return connection.getpeername()[0]


def _in_time(find: Callable[[], str]) -> str:
    """Runs what may take longer than anyone wants to wait, and can't be interrupted."""
    future: Future[str] = Future()

    def run() -> None:
        try:
            future.set_result(find())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="fl-course-find-worker", daemon=True).start()
    return future.result(_FIND_WITHIN)
