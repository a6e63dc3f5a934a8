"""TFF's contexts, executing on worker processes of ours."""

import contextvars
import functools
import re
import threading
import weakref
from collections.abc import Callable
from typing import Any

import grpc
import tensorflow_federated as tff
from tensorflow_federated.python.common_libs import tracing
from tensorflow_federated.python.core.impl.executor_stacks import executor_factory
from tensorflow_federated.python.core.impl.executors import cardinalities_utils
from tensorflow_federated.python.core.impl.types import type_analysis

from fl_course.localization import noted, say, tell
from fl_course.runtime.client_data import send_compressed
from fl_course.runtime.client_loops import compile_native
from fl_course.runtime.compiled_once import compile_equal_things_once
from fl_course.runtime.context_stack import share_default_context
from fl_course.runtime.errors import EngineError, RestartedError
from fl_course.runtime.exchanges import (
    SparingExecutor,
    keep_notebooks_apart,
    send_arguments_together,
)
from fl_course.runtime.forks import is_fork, refuse_in_a_fork
from fl_course.runtime.remote import RemoteWorker
from fl_course.runtime.watchdog import Watchdog
from fl_course.runtime.worker import CHANNEL_OPTIONS, Worker, start_worker

# A broken connection is seen a moment before the operating system reports the process as ended.
_DEATH_NOTICE_SECONDS = 2.0
# What a worker says that goes on, where its words alone are no help.
_WAYS_OUT = (
    (
        r"OOM when allocating|Threadpool Exhausted",
        noted(
            "The worker has too little memory, or too few threads, for this. Use fewer clients a "
            "round, smaller batches or a smaller model."
        ),
    ),
    (
        r"support Op '(Eager)?PyFunc",
        noted(
            "The worker is a program without Python: it can't call a function of the notebook, as "
            "from_generator, tf.numpy_function and tf.py_function do. Make arrays of what the "
            "function gives, and a dataset by tf.data.Dataset.from_tensor_slices."
        ),
    ),
    (
        r"Op type not registered",
        noted(
            "The worker's TensorFlow is of 2023, older than the notebook's, and lacks this "
            "operation. Do this step in the notebook, before the clients' data become a dataset, "
            "or write it with other operations."
        ),
    ),
    (
        r"DebugNumericSummary|You must feed a value for placeholder",
        noted(
            "If tf.debugging.enable_check_numerics is on, switch it off: its checks run in this "
            "process only. In a computation, tf.debugging.check_numerics finds NaN."
        ),
    ),
    (
        r"No such file or directory",
        noted(
            "The worker looks for a relative name in the folder in which the notebook was when it "
            "called fl_course.setup(). Give the whole path: os.path.abspath(name)."
        ),
    ),
    (
        r"Cannot embed a federated value",
        noted(
            "Is there a secure sum in it? A worker has no secure aggregation; to try one, call "
            "tff.backends.test.set_sync_test_cpp_execution_context() first."
        ),
    ),
)
AnyWorker = Worker | RemoteWorker
NO_CLIENTS = noted(
    "There are no clients in this call: the list of the clients' values is empty. Give one dataset "
    "for each client of the round, and at least one."
)
_IN_THE_MIDDLE = noted("ended in the middle of a computation")
# What a worker says that has been started anew where another one was: the connection is made again
# without a word, and what was sent to the other one, its executors, is gone.
_RESTARTED = "No executor found for ID"


class ComputationError(EngineError, grpc.RpcError):
    """A computation failed in the worker; the message is TensorFlow's, without gRPC's around it."""

    def __init__(self, error: grpc.RpcError) -> None:
        lines = [line.strip() for line in error.details().splitlines()]
        # TensorFlow names nodes of a graph that no one has seen.
        told = [
            line for line in lines if line and not line.startswith(("[[{{node", "Hint: If you"))
        ]
        self.ways_out = [
            say(way_out) for sign, way_out in _WAYS_OUT if re.search(sign, error.details())
        ]
        super().__init__("\n".join([*told, *self.ways_out]))
        self._error = error

    def code(self) -> grpc.StatusCode:
        """The kind of failure."""
        return self._error.code()

    def details(self) -> str:
        """What the worker said, whole."""
        return self._error.details()


class _Invocation:
    """One call of a computation, which the stop button may end while a worker is at it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: list[AnyWorker] = []
        self._met: dict[AnyWorker, None] = {}  # in order
        self.is_abandoned = False

    def enter(self, worker: AnyWorker) -> None:
        """Notes that a worker is at this invocation, unless no one waits for it any more."""
        with self._lock:
            if self.is_abandoned:
                raise EngineError(say("The cell that called this computation was interrupted."))
            self._workers.append(worker)
            self._met[worker] = None

    def leave(self, worker: AnyWorker) -> None:
        """Notes that the worker has done its part."""
        with self._lock:
            self._workers.remove(worker)

    def abandon(self) -> None:
        """Ends the workers that are at it: they would go on, and the next call would wait."""
        with self._lock:
            self.is_abandoned = True
            for worker in self._workers:
                worker.end_because(say("the cell that waited for it was interrupted"))

    def pass_on_words(self) -> None:
        """Prints what its workers printed, in the cell that waited for it."""
        for worker in self._met:
            if words := worker.new_words():
                tell(words)


# TFF runs an invocation in a thread of its own, which inherits the caller's variables.
_invocation: contextvars.ContextVar[_Invocation] = contextvars.ContextVar("fl_course_invocation")
_turns: weakref.WeakKeyDictionary[Any, threading.Lock] = weakref.WeakKeyDictionary()


def is_abandoned() -> bool:
    """Whether no one waits any more for the invocation that this thread works at."""
    invocation = _invocation.get(None)
    return invocation is not None and invocation.is_abandoned


def make_interruptible(context_class: type) -> None:
    """Has an interrupted invocation end, and not go on where no one sees it.

    Those of several threads take turns: they would share executors that TFF throws away when one
    of them fails, and an interrupt of one would end the worker of all.
    """
    invoke = context_class.invoke

    @functools.wraps(invoke)
    def invoke_or_abandon(self: Any, comp: Any, arg: Any) -> Any:
        if _invocation.get(None) is not None:  # a part of another one, which sees to it
            return invoke(self, comp, arg)
        refuse_in_a_fork()
        with _turns.setdefault(self, threading.Lock()):
            return invoke_in_turn(self, comp, arg)

    def invoke_in_turn(self: Any, comp: Any, arg: Any) -> Any:
        invocation = _Invocation()
        token = _invocation.set(invocation)
        try:
            return invoke(self, comp, arg)
        except Exception:
            raise
        except BaseException as interrupt:  # KeyboardInterrupt, or an exercise's limit on time
            invocation.abandon()
            # Without the frames of the threads that wait: they are of no use to the learner.
            raise interrupt.with_traceback(None) from None
        finally:
            _invocation.reset(token)
            invocation.pass_on_words()

    context_class.invoke = invoke_or_abandon


class _SupervisedStub(tff.framework.RemoteExecutorGrpcStub):
    """A connection to a worker that tells a dead worker from a failed computation."""

    def __init__(self, worker: AnyWorker) -> None:
        channel = grpc.insecure_channel(worker.target, CHANNEL_OPTIONS)
        super().__init__(channel)
        self.close = channel.close
        worker.on_end(channel.close)
        self._worker = worker
        self._watchdog = Watchdog(
            worker.target,
            CHANNEL_OPTIONS,
            worker.does_something(),
            worker.is_alive,
            lambda: worker.end_because(say("it stopped answering, and was ended")),
        )

    def _call(self, method: Callable[[Any], Any], request: object) -> Any:
        invocation = _invocation.get(None) or _Invocation()
        invocation.enter(self._worker)
        try:
            if not self._worker.is_alive():
                raise self._worker.error(say(_IN_THE_MIDDLE))
            with self._watchdog.watch():
                return method(request)
        except grpc.RpcError as error:
            broken = error.code() is grpc.StatusCode.UNAVAILABLE
            if self._worker.has_ended(within=_DEATH_NOTICE_SECONDS if broken else 0.05):
                # From None: gRPC's error quotes the whole request, thousands of lines of it.
                raise self._worker.error(say(_IN_THE_MIDDLE)) from None
            restarted = _RESTARTED in error.details()
            if broken or restarted:  # TFF would try again, and again
                self._worker.end_because(
                    say("the connection to it broke ({details})", details=error.details())
                )
                lost = self._worker.error(say(_IN_THE_MIDDLE))
                raise (RestartedError(str(lost)) if restarted else lost) from None
            raise ComputationError(error) from None
        except ValueError:  # gRPC, of a connection that was closed a moment ago
            if self._worker.is_alive():
                raise
            raise self._worker.error(say(_IN_THE_MIDDLE)) from None
        except BaseException as error:
            if not isinstance(error, Exception):  # an interrupt, where no thread is in between
                self._worker.end_because(say("the cell that waited for it was interrupted"))
            raise
        finally:
            invocation.leave(self._worker)

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

    # What a dead worker held is gone with it: disposing of it is no error. Nor is a worker that
    # dies while it disposes: the next call says so.
    def dispose(self, request: object) -> Any:
        return self._dispose(super().dispose, request)

    def dispose_executor(self, request: object) -> Any:
        return self._dispose(super().dispose_executor, request)

    def _dispose(self, method: Callable[[Any], Any], request: object) -> Any:
        if not self._worker.is_alive():
            return None
        try:
            with self._watchdog.watch():
                return method(request)
        except grpc.RpcError:
            return None


class SupervisedExecutorFactory(tff.framework.ExecutorFactory):
    """Makes executors on a worker process, and a new worker when the last one has ended.

    Args:
        start: Starts a worker.
        worker: A worker that has been started already, to begin with.
        default_num_clients: The number of clients where a computation's arguments don't tell.
        stream_structs: Whether the parts of a structure travel one by one.
    """

    def __init__(
        self,
        start: Callable[[], AnyWorker] = start_worker,
        worker: AnyWorker | None = None,
        *,
        default_num_clients: int = 0,
        stream_structs: bool = False,
    ) -> None:
        self._start = start
        self._default_num_clients = default_num_clients
        self._stream_structs = stream_structs
        self._lock = threading.Lock()
        self._stub: _SupervisedStub | None = None
        self._workers: list[AnyWorker] = []  # the one in use, if any; the finalizer holds it too
        weakref.finalize(self, _stop_all, self._workers)
        self._executors: tff.framework.ResourceManagingExecutorFactory
        if worker is not None:
            self._adopt(worker)

    @property
    def worker(self) -> AnyWorker | None:
        """The worker in use, if one was started."""
        return self._workers[0] if self._workers else None

    def _adopt(self, worker: AnyWorker) -> None:
        if self._stub is not None:
            self._stub.close()  # it would try for ever to reach the last worker
        self._stub = None

        def make_executor(cardinalities: dict[Any, int]) -> tff.framework.RemoteExecutor:
            if self._stub is None:
                worker.wait_until_listening()
                self._stub = _SupervisedStub(worker)
            cardinalities.setdefault(tff.CLIENTS, self._default_num_clients)
            executor = SparingExecutor(self._stub, stream_structs=self._stream_structs)
            executor.set_cardinalities(cardinalities)
            return executor

        self._workers[:] = [worker]
        self._executors = tff.framework.ResourceManagingExecutorFactory(make_executor)

    def start(self) -> None:
        """Starts a worker, and waits until it is ready.

        Raises:
            WorkerError: If it doesn't get ready.
        """
        with self._lock:
            self._adopt(self._start())
            self._workers[0].wait_until_listening()

    def create_executor(self, cardinalities: dict[Any, int]) -> tff.framework.RemoteExecutor:
        """An executor for so many clients, on a worker that runs."""
        with self._lock:
            if self.worker is None or not self.worker.is_alive():
                self._adopt(self._start())
            return self._executors.create_executor(cardinalities)

    def clean_up_executor(self, cardinalities: dict[Any, int]) -> None:
        """Forgets the executor for so many clients, after an error."""
        with self._lock:
            if self._workers:
                self._executors.clean_up_executor(cardinalities)

    def end_worker(self, cause: str) -> None:
        """Ends the worker in use, whatever it is doing; the next computation starts a fresh one.

        Args:
            cause: What a call that waits for the worker is told.
        """
        if self.worker is not None:
            self.worker.end_because(cause)

    def stop(self) -> None:
        """Ends the worker in use, which is not needed any more."""
        _stop_all(self._workers)


def _stop_all(workers: list[AnyWorker]) -> None:
    if is_fork():  # the workers are the parent's, and so are the threads that close connections
        return
    for worker in workers:
        worker.stop()


def _local_cpp_executor_factory(
    *,
    default_num_clients: int = 0,
    max_concurrent_computation_calls: int = -1,
    stream_structs: bool = False,
) -> SupervisedExecutorFactory:
    """TFF's function of this name, with supervised workers."""
    concurrency = max(0, max_concurrent_computation_calls) or None
    return SupervisedExecutorFactory(
        functools.partial(start_worker, concurrency=concurrency),
        default_num_clients=default_num_clients,
        stream_structs=stream_structs,
    )


def supervise() -> None:
    """Puts our workers and our way to interrupt under every context that TFF makes from here on.

    The default context becomes one for all threads.
    """
    executor_factory.local_cpp_executor_factory = _local_cpp_executor_factory
    tff.framework.local_cpp_executor_factory = _local_cpp_executor_factory
    share_default_context()
    make_interruptible(tff.framework.SyncExecutionContext)
    make_interruptible(tff.framework.MergeableCompExecutionContext)
    send_compressed()
    send_arguments_together()
    keep_notebooks_apart()
    compile_equal_things_once()
    tracing.set_tracing_providers([])  # a hundred notes a round, for a log that is off


def set_default_context(factory: SupervisedExecutorFactory) -> None:
    """Makes TFF execute on one worker, and on a fresh one whenever the last one has ended.

    Args:
        factory: Makes the executors, and has the worker.
    """
    tff.framework.set_default_context(
        tff.framework.SyncExecutionContext(
            factory,
            compiler_fn=compile_native,
            transform_args=tff.tensorflow.transform_args,
            transform_result=tff.tensorflow.transform_result,
            cardinality_inference_fn=infer_cardinalities,
        )
    )


def infer_cardinalities(arg: Any, type_spec: tff.Type) -> dict[Any, int]:
    """How many clients a call has; where they have datasets, at least one.

    TFF computes with no clients as well: a mean of none is NaN, and a round of training with none
    leaves the model as it was, without a word.

    Args:
        arg: A computation's argument.
        type_spec: Its type.

    Returns:
        The number of clients, by `tff.CLIENTS`; empty where the type has no value of clients.

    Raises:
        ValueError: If the list of the clients' datasets is empty.
    """
    cardinalities = cardinalities_utils.infer_cardinalities(arg, type_spec)
    if cardinalities.get(tff.CLIENTS) == 0 and type_analysis.contains(type_spec, _is_a_dataset):
        raise ValueError(say(NO_CLIENTS))
    return cardinalities


def _is_a_dataset(type_spec: tff.Type) -> bool:
    return isinstance(type_spec, tff.SequenceType)
