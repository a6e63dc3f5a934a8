"""Spreads the clients of a round over several workers, through TFF's own distributed runtime.

TFF's MergeableCompExecutionContext splits a computation at its aggregation: each worker aggregates
a part of the clients, the partial aggregates are merged, and the rest is computed from the merged
one. Here its parts are given workers that may be lost, and its results an order that does not
depend on which worker is done first.
"""

import asyncio
import contextvars
import functools
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import tensorflow_federated as tff
from tensorflow_federated.python.common_libs import async_utils
from tensorflow_federated.python.core.impl.context_stack import context_base
from tensorflow_federated.python.core.impl.execution_contexts import (
    mergeable_comp_execution_context as mergeable,
)
from tensorflow_federated.python.core.impl.types import type_analysis

from fl_course.localization import say, tell
from fl_course.runtime.client_loops import compile_native
from fl_course.runtime.context import (
    NO_CLIENTS,
    SupervisedExecutorFactory,
    infer_cardinalities,
    is_abandoned,
    make_interruptible,
)
from fl_course.runtime.errors import RestartedError, WorkerError
from fl_course.runtime.remote import RemoteWorker
from fl_course.runtime.worker import start_worker

_TRIES = 3  # of a part of a round, before the error that ended its workers is told
_AVOID = 10.0  # seconds without asking a remote worker again that was lost


class Member:
    """One worker of a cluster, and its successors.

    Args:
        executors: Makes executors on the worker.
        is_local: Whether a fresh worker can be started here when this one is lost.
        compile_comp: Compiles a computation for the worker.
    """

    def __init__(
        self,
        executors: SupervisedExecutorFactory,
        *,
        is_local: bool,
        compile_comp: Callable[[Any], Any],
    ) -> None:
        self.executors = executors
        self.is_local = is_local
        # TFF's calls to a worker block their event loop: each worker gets a loop of its own.
        self._runner = async_utils.AsyncThreadRunner()
        self._context = tff.framework.AsyncExecutionContext(
            executors,
            compiler_fn=compile_comp,
            transform_args=tff.tensorflow.transform_args,
            transform_result=tff.tensorflow.transform_result,
            cardinality_inference_fn=infer_cardinalities,
        )
        self._one_at_a_time = threading.Lock()
        self._avoid_until = 0.0

    def is_to_be_tried(self) -> bool:
        """Whether the worker is there, or may be there again."""
        return time.monotonic() >= self._avoid_until

    def invoke(self, comp: Any, arg: Any) -> Any:
        """Computes on this worker.

        Raises:
            WorkerError: If the worker was lost.
        """
        with self._one_at_a_time:
            try:
                try:
                    return self._compute(comp, arg)
                except RestartedError:  # a new one is there: it is sent everything
                    return self._compute(comp, arg)
            except WorkerError:
                if not self.is_local and not is_abandoned():
                    self._avoid_until = time.monotonic() + _AVOID
                raise

    def _compute(self, comp: Any, arg: Any) -> Any:
        return self._runner.run_coro_and_return_result(self._context.invoke(comp, arg))


class _Seat(context_base.AsyncContext):
    """A part of the clients, as a context of TFF's: computed by one worker or, if lost, another."""

    def __init__(self, cluster: "Cluster", index: int) -> None:
        # The runtime behind the cluster has to end with it.
        self._cluster = weakref.proxy(cluster)
        self._index = index

    async def invoke(self, comp: Any, arg: Any) -> Any:
        if comp in _without_clients:
            arg = _with_one_client(arg, comp.type_signature.parameter)
        run = functools.partial(self._cluster.run, self._index, comp, arg)
        in_context = functools.partial(contextvars.copy_context().run, run)
        return await asyncio.get_running_loop().run_in_executor(self._cluster.threads, in_context)


class Cluster(context_base.SyncContext):
    """Executes computations on several workers.

    Args:
        factories: One for each worker.
        are_local: Whether the workers are processes of ours.
    """

    def __init__(self, factories: Sequence[SupervisedExecutorFactory], *, are_local: bool) -> None:
        self.members = [
            Member(factory, is_local=are_local, compile_comp=_compile_once) for factory in factories
        ]
        self.threads = ThreadPoolExecutor(len(self.members), thread_name_prefix="fl-course-share")
        self._lost = 0
        seats = [_Seat(self, index) for index in range(len(self.members))]
        self._spread = tff.framework.MergeableCompExecutionContext(
            seats,
            transform_args=tff.tensorflow.transform_args,
            transform_result=tff.tensorflow.transform_result,
        )

    def invoke(self, comp: Any, arg: Any = None) -> Any:
        """Computes, with the clients in as many parts as there are workers.

        Raises:
            ValueError: If there are fewer clients than workers.
            WorkerError: If no worker is left.
        """
        self._lost = 0
        form = self._form(comp, arg)
        result = self.run(0, comp, arg) if form is None else self._spread.invoke(form, arg)
        if self._lost:
            times = say("once") if self._lost == 1 else say("{lost} times", lost=self._lost)
            tell(
                say(
                    "A worker was lost {times}; its part of the clients was computed again.",
                    times=times,
                )
            )
        return result

    def _form(self, comp: Any, arg: Any) -> mergeable.MergeableCompForm | None:
        """The computation in parts, or None where there are no clients to be spread."""
        parameter = comp.type_signature.parameter
        if arg is None or not type_analysis.contains(parameter, _is_clients_own):
            return None
        num_clients = infer_cardinalities(arg, parameter)[tff.CLIENTS]
        if num_clients == 0:
            raise ValueError(say(NO_CLIENTS))
        if num_clients < len(self.members):
            clients = (
                say("1 client") if num_clients == 1 else say("{count} clients", count=num_clients)
            )
            raise ValueError(
                say(
                    "{clients} can't be spread over {num_members} workers, of which each needs one "
                    "at least. Give more clients, or call fl_course.use_workers() with fewer "
                    "workers.",
                    clients=clients,
                    num_members=len(self.members),
                )
            )
        return _mergeable_form(comp)

    def run(self, index: int, comp: Any, arg: Any) -> Any:
        """Computes one part, on the worker whose turn it is or on one that is left.

        Args:
            index: Which part.
            comp: What to compute.
            arg: Its argument.

        Raises:
            WorkerError: If there is no worker for it.
        """
        error: WorkerError | None = None
        for member in self._in_turn(index):
            try:
                return member.invoke(comp, arg)
            except WorkerError as lost:
                error = lost
                self._lost += 1
        raise error or WorkerError(
            say(
                "None of the workers can be reached any more. See to it that they run, then run"
                " this cell again in a few seconds; or go on with workers on this machine: "
                "fl_course.use_workers(1)."
            )
        )

    def _in_turn(self, index: int) -> list[Member]:
        own = self.members[index]
        if own.is_local:  # a fresh one takes its place at once
            return [own] * _TRIES
        in_turn = self.members[index:] + self.members[:index]
        return [member for member in in_turn if member.is_to_be_tried()]

    def stop(self) -> None:
        """Ends the workers that are ours, and leaves the others."""
        for member in self.members:
            member.executors.stop()
        self.threads.shutdown(wait=False)


make_interruptible(Cluster)


def _is_clients_own(type_spec: tff.Type) -> bool:
    return (
        isinstance(type_spec, tff.FederatedType)
        and type_spec.placement is tff.CLIENTS
        and not type_spec.all_equal
    )


# What follows the merging and needs no client's data, though it takes them: a result at the server
# can't depend on them but by the aggregate.
_without_clients: weakref.WeakSet[Any] = weakref.WeakSet()


@functools.lru_cache(maxsize=128)
def _mergeable_form(comp: Any) -> mergeable.MergeableCompForm | None:
    try:
        form = tff.backends.native.compile_to_mergeable_comp_form(comp)
    except ValueError:
        # It aggregates what depends on another aggregate, so that it has no single place at which
        # it could be split.
        return None
    if not type_analysis.contains(form.after_merge.type_signature.result, _is_clients_own):
        _without_clients.add(form.after_merge)
    return form


def _with_one_client(arg: Any, type_spec: tff.Type) -> Any:
    """The same argument with the values of one client, to be sent in less time."""
    num_clients = infer_cardinalities(arg, type_spec)[tff.CLIENTS]
    return mergeable._split_value_into_subrounds(arg, type_spec, num_clients)[0]


_compile_lock = threading.Lock()


def _compile_once(comp: Any) -> Any:
    """Compiles for all workers, which ask for it at the same time."""
    with _compile_lock:
        return _compiled(comp)


_compiled = functools.lru_cache(maxsize=128)(compile_native)


async def _run_in_order(
    task_fn: Callable[[Any, Any], Awaitable[Any]],
    arg_list: Sequence[Any],
    execution_contexts: Sequence[Any],
    initial_result: Any,
    postprocessing_hook: Callable[[Any, Any, Any], Awaitable[Any]],
) -> tuple[Any, Any]:
    """TFF's `_run_in_async_context_pool`, with the results taken in the order of the arguments.

    TFF takes them as they come: floating-point sums then differ from run to run, and results that
    stay at the clients come back in the wrong order.
    """
    free: asyncio.Queue[Any] = asyncio.Queue()
    for context in execution_contexts:
        free.put_nowait(context)

    async def run(arg: Any) -> Any:
        context = await free.get()
        try:
            return await task_fn(arg, context)
        finally:
            free.put_nowait(context)

    parts = await asyncio.gather(*map(run, arg_list), return_exceptions=True)
    for part in parts:
        if isinstance(part, BaseException):
            raise part
    result = initial_result
    for part in parts:
        result = await postprocessing_hook(result, part, execution_contexts[0])
    return result, execution_contexts[0]


mergeable._run_in_async_context_pool = _run_in_order


def connect(workers: int | Sequence[str], concurrency: int | None) -> Cluster:
    """Starts workers here, or connects to running ones.

    Args:
        workers: How many to start, 2 or more; or the addresses of running ones.
        concurrency: How many clients each started worker computes at a time; by default the cores
            divided by the workers, at least 1.

    Returns:
        The workers, each of which has been seen to work.

    Raises:
        WorkerError: If one can't be started or reached; all that can't are named.
    """
    if isinstance(workers, int):
        start = functools.partial(start_worker, concurrency=concurrency)
        starts = [start] * workers
    else:
        starts = [functools.partial(RemoteWorker, address) for address in workers]
    factories = [SupervisedExecutorFactory(start) for start in starts]
    with ThreadPoolExecutor(len(factories)) as threads:
        # To start, or to look for a worker, takes a while; they need not wait for each other.
        ready = [threads.submit(factory.start) for factory in factories]
    errors = [str(done.exception()) for done in ready if done.exception() is not None]
    if errors:
        for factory in factories:
            factory.stop()
        raise WorkerError("\n".join(errors))
    return Cluster(factories, are_local=isinstance(workers, int))
