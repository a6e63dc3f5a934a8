"""Client data in memory: one array for each part of an example, the clients one after another."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import described
from fl_course.data.schema import Schema
from fl_course.localization import Said, say

ClientData = tff.simulation.datasets.ClientData


class InMemory(ClientData):
    """Clients that are slices of common arrays, with datasets that are made once for each client.

    Rounds ask for the same datasets again and again. TFF's `TestClientData` copies every client
    on its own, and puts a branch for each into a graph; here a graph gets the arrays and takes its
    slice.

    Attributes:
        schema: What is known about the parts of an example; None if nothing is.
    """

    def __init__(
        self,
        client_ids: Sequence[str],
        bounds: np.ndarray,
        arrays: Mapping[str, np.ndarray],
        schema: Schema | None = None,
    ) -> None:
        """Takes the arrays as they are: nobody may change them afterwards.

        Args:
            client_ids: One or more, all different.
            bounds: int64 [number of clients + 1]; client i has the examples from bounds[i] to
                before bounds[i + 1].
            arrays: Part of an example to its values, [number of examples, ...].
            schema: See above.
        """
        self.schema = schema
        self._ids = list(client_ids)
        self._place = {client_id: i for i, client_id in enumerate(self._ids)}
        self._bounds = np.asarray(bounds, np.int64)
        self._arrays = OrderedDict((name, arrays[name].view()) for name in sorted(arrays))
        for array in self._arrays.values():
            array.flags.writeable = False
        self._made: dict[str, tf.data.Dataset] = {}

    @property
    def client_ids(self) -> list[str]:
        """The clients, in a fixed order."""
        return list(self._ids)

    @property
    def element_type_structure(self) -> OrderedDict[str, tf.TensorSpec]:
        """What an element of a client's dataset is."""
        return OrderedDict(
            (name, tf.TensorSpec(array.shape[1:], tf.as_dtype(array.dtype)))
            for name, array in self._arrays.items()
        )

    def examples(self, client_id: str) -> OrderedDict[str, np.ndarray]:
        """The examples of one client, as views that can't be written to.

        Args:
            client_id: One of `client_ids`.

        Returns:
            Part of an example to its values, [number of the client's examples, ...].

        Raises:
            ValueError: If there is no such client.
        """
        if client_id not in self._place:
            raise ValueError(_no_client(client_id, self._ids))
        place = self._place[client_id]
        part = slice(self._bounds[place], self._bounds[place + 1])
        return OrderedDict((name, array[part]) for name, array in self._arrays.items())

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        """The dataset of a client, the same object each time outside of a graph."""
        if not tf.executing_eagerly():  # it is a part of the graph being recorded, and of no other
            return tf.data.Dataset.from_tensor_slices(self.examples(client_id))
        if client_id not in self._made:
            examples = self.examples(client_id)
            self._made[client_id] = tf.data.Dataset.from_tensor_slices(examples)
        return self._made[client_id]

    @property
    def serializable_dataset_fn(self) -> Callable[[tf.Tensor], tf.data.Dataset]:
        """A function from a client's id to its dataset, for use in a graph."""
        return self._dataset_in_graph

    def _dataset_in_graph(self, client_id: tf.Tensor) -> tf.data.Dataset:
        """The dataset of a client whose id is known only when the graph is run."""
        is_it = tf.equal(tf.constant(self._ids), client_id)
        known = tf.debugging.Assert(tf.reduce_any(is_it), ["This is not a client:", client_id])
        # In a graph nothing waits for an assertion by itself.
        with tf.control_dependencies([] if known is None else [known]):
            place = tf.argmax(tf.cast(is_it, tf.int32))
        bounds = tf.constant(self._bounds)
        start, stop = bounds[place], bounds[place + 1]
        return tf.data.Dataset.from_tensor_slices(
            OrderedDict(
                (name, tf.constant(array)[start:stop]) for name, array in self._arrays.items()
            )
        )


class Chosen(ClientData):
    """Some of the clients of other client data."""

    def __init__(self, base: ClientData, client_ids: Sequence[str]) -> None:
        """Takes ids that are those of clients of `base`."""
        self.base = base
        self.schema: Schema | None = getattr(base, "schema", None)
        self._ids = list(client_ids)
        self._known = set(self._ids)

    @property
    def client_ids(self) -> list[str]:
        """The clients, in a fixed order."""
        return list(self._ids)

    @property
    def element_type_structure(self) -> object:
        """What an element of a client's dataset is."""
        return self.base.element_type_structure

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        """The dataset of a client, as `base` makes it."""
        if client_id not in self._known:
            raise ValueError(_no_client(client_id, self._ids))
        return self.base.create_tf_dataset_for_client(client_id)

    @property
    def serializable_dataset_fn(self) -> Callable[[tf.Tensor], tf.data.Dataset]:
        """A function from a client's id to its dataset, for use in a graph."""
        return self.base.serializable_dataset_fn


def _no_client(client_id: str, ids: Sequence[str]) -> Said:
    return say(
        "{client_id} is not a client; there are {num_ids}, from {first} to {last}.",
        client_id=described(client_id),
        num_ids=len(ids),
        first=described(ids[0]),
        last=described(ids[-1]),
    )


def client_data(
    examples_by_client: Mapping[str, Mapping[str, np.ndarray]], schema: Schema | None = None
) -> InMemory:
    """Makes client data out of arrays in memory.

    Args:
        examples_by_client: Client id to the parts of its examples, each [n, ...]: `label` and
            others, the same for all clients.
        schema: What is known about them.

    Returns:
        Client data whose clients are in the order of the mapping, and whose elements have their
        parts in the order of their names.
    """
    clients = list(examples_by_client.values())
    sizes = [len(examples["label"]) for examples in clients]
    arrays = {
        name: np.concatenate([np.asarray(examples[name]) for examples in clients])
        for name in clients[0]
    }
    return InMemory(list(examples_by_client), np.cumsum([0, *sizes]), arrays, schema)
