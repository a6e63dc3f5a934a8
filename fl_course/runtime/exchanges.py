"""Spares exchanges between the notebook and its worker.

A small round is mostly exchanges, half a millisecond or more each. TFF sends a computation anew
each time it is called, each argument by itself, and asks for each value that is not needed any more
to be thrown away. Here a computation is sent once, the arguments go together, and so do the values
to throw away, once the result is there.
"""

import asyncio
import collections
import secrets
import weakref
from collections.abc import Mapping
from typing import Any

import tensorflow_federated as tff
from tensorflow_federated.proto.v0 import executor_pb2
from tensorflow_federated.python.common_libs import structure
from tensorflow_federated.python.core.environments.tensorflow_backend import (
    compiled_computation_transformations as transformations,
)
from tensorflow_federated.python.core.impl.compiler import building_blocks
from tensorflow_federated.python.core.impl.execution_contexts import async_execution_context
from tensorflow_federated.python.core.impl.executors import (
    executor_value_base,
    ingestable_base,
    remote_executor,
    value_serialization,
)
from tensorflow_federated.python.core.impl.types import type_serialization

_KEPT_COMPUTATIONS = 16  # at the worker, for each number of clients
_PROCESS = secrets.randbits(64)  # a worker may serve several

_ingest_in_parts = async_execution_context._ingest


class _KeptComputation(remote_executor.RemoteValue):
    """A computation at the worker, which stays there when Python collects this."""

    def __init__(self, value_ref: executor_pb2.ValueRef, type_spec: tff.Type) -> None:
        self._value_ref = value_ref
        self._type_signature = type_spec


class SparingExecutor(tff.framework.RemoteExecutor):
    """TFF's executor on a worker, with fewer exchanges.

    Args:
        stub: The connection to the worker.
        stream_structs: Whether the parts of a structure travel one by one.
    """

    def __init__(
        self, stub: tff.framework.RemoteExecutorStub, *, stream_structs: bool = False
    ) -> None:
        super().__init__(stub, stream_structs=stream_structs)
        self.takes_structures_whole = not stream_structs
        # By the computation's id, with the computation, so that no other one gets that id.
        self._kept: collections.OrderedDict[int, tuple[Any, _KeptComputation]] = (
            collections.OrderedDict()
        )
        # Without a lock: a finalizer may run in the middle of anything, in any thread.
        self._unused: collections.deque[executor_pb2.ValueRef] = collections.deque()

    def set_cardinalities(self, cardinalities: Mapping[Any, int]) -> None:
        """Says how many clients there are, which makes the executor at the worker."""
        super().set_cardinalities(cardinalities)
        # TFF forgets the executor that was not used for longest, and leaves it at the worker.
        request = executor_pb2.DisposeExecutorRequest(executor=self._executor_id)
        self._forgotten = weakref.finalize(self, self._stub.dispose_executor, request)
        self._forgotten.atexit = False

    async def create_value(self, value: Any, type_spec: tff.Type | None = None) -> Any:
        """Sends a value, a computation only if it is not there yet."""
        if not isinstance(value, tff.framework.ConcreteComputation):
            if type_spec is None or not self.takes_structures_whole:
                return await super().create_value(value, type_spec)
            request = executor_pb2.CreateValueRequest(executor=self._executor_id)
            write_value(request.value, value, type_spec)
            value_ref = self._stub.create_value(request).value_ref
            return remote_executor.RemoteValue(value_ref, type_spec, self)
        if id(value) not in self._kept:
            proto, type_spec = value_serialization.serialize_value(value, type_spec)
            request = executor_pb2.CreateValueRequest(executor=self._executor_id, value=proto)
            value_ref = self._stub.create_value(request).value_ref
            self._kept[id(value)] = value, _KeptComputation(value_ref, type_spec)
            if len(self._kept) > _KEPT_COMPUTATIONS:
                _, (_, oldest) = self._kept.popitem(last=False)
                self._dispose(oldest.reference, self._executor_id)
        self._kept.move_to_end(id(value))
        return self._kept[id(value)][1]

    def _dispose(
        self, value_ref: executor_pb2.ValueRef, value_executor_id: executor_pb2.ExecutorId
    ) -> None:
        if value_executor_id != self._executor_id:  # gone with that executor
            return
        self._unused.append(value_ref)
        if len(self._unused) > 1:  # the first one has seen to it
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # garbage collected in another thread
            self._throw_away_unused()
        else:
            # Later than what is next, which hands the result to the thread that waits for it.
            loop.call_later(0, self._throw_away_unused)

    def _throw_away_unused(self) -> None:
        value_refs = []
        while self._unused:
            value_refs.append(self._unused.popleft())
        if value_refs and self._executor_id is not None:
            self._stub.dispose(
                executor_pb2.DisposeRequest(executor=self._executor_id, value_ref=value_refs)
            )

    def _clear_executor(self) -> None:
        self._kept.clear()
        self._unused.clear()
        if self._executor_id is not None:
            self._forgotten.detach()
        super()._clear_executor()


class _OwnIDs(transformations.AddUniqueIDs):
    """TFF's ids of graphs, different in each process.

    A worker keeps graphs by these ids, with what their operations keep: a random generator goes on
    where it was. TFF makes an id by Python's `hash`, the same in two notebooks that have the same
    PYTHONHASHSEED.
    """

    def transform(
        self, comp: building_blocks.ComputationBuildingBlock
    ) -> tuple[building_blocks.ComputationBuildingBlock, bool]:
        comp, changed = super().transform(comp)
        if changed:
            comp.proto.tensorflow.cache_key.id ^= _PROCESS
        return comp, changed


def keep_notebooks_apart() -> None:
    """Has TFF give graphs ids of this process's own from here on."""
    transformations.AddUniqueIDs = _OwnIDs


def write_value(proto: executor_pb2.Value, value: Any, type_spec: tff.Type) -> None:
    """Writes a value as TFF does, with each part where it belongs.

    TFF writes a part by itself and copies it into what it is a part of, which is copied, too: a
    thousand clients' data are then in memory six times.

    Args:
        proto: Where to write it; empty.
        value: What to write.
        type_spec: Its type.

    Raises:
        TypeError: If it is not of this type.
    """
    if isinstance(type_spec, tff.StructType):
        parts = structure.from_container(value)
        if len(parts) == len(type_spec):
            proto.struct.SetInParent()
            for (name, part_type), part in zip(
                structure.to_elements(type_spec), parts, strict=True
            ):
                element = proto.struct.element.add()
                if name:
                    element.name = name
                write_value(element.value, part, part_type)
            return
    elif isinstance(type_spec, tff.FederatedType):
        members = [value] if type_spec.all_equal else value
        if isinstance(members, list):
            for member in members:
                write_value(proto.federated.value.add(), member, type_spec.member)
            proto.federated.type.CopyFrom(type_serialization.serialize_type(type_spec).federated)
            return
    # What is left has no parts, or TFF says what is wrong with it.
    proto.CopyFrom(value_serialization.serialize_value(value, type_spec)[0])


def send_arguments_together() -> None:
    """Has TFF send all arguments of a call in one exchange from here on, to our executors."""
    async_execution_context._ingest = _ingest


async def _ingest(executor: Any, value: Any, type_spec: tff.Type) -> Any:
    whole = isinstance(executor, SparingExecutor) and executor.takes_structures_whole
    if whole and isinstance(type_spec, tff.StructType) and _fits(value, type_spec):
        return await executor.create_value(value, type_spec)
    return await _ingest_in_parts(executor, value, type_spec)


def _fits(value: Any, type_spec: tff.Type) -> bool:
    """Whether a structure has the type's shape and names, and nothing that is elsewhere already."""
    if isinstance(value, (executor_value_base.ExecutorValue, ingestable_base.Ingestable)):
        return False
    if not isinstance(type_spec, tff.StructType):
        return True
    if not isinstance(value, structure.Struct) or len(value) != len(type_spec):
        return False
    wanted = structure.to_elements(type_spec)
    return all(
        name in (wanted_name, None) and _fits(part, part_type)
        for (name, part), (wanted_name, part_type) in zip(
            structure.to_elements(value), wanted, strict=True
        )
    )
