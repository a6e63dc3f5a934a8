"""Repairs of what does not work in TFF 0.87 with today's libraries, made after its import."""

import collections
import copy
import functools
import itertools
import random
from collections.abc import Mapping
from typing import Any


def repair_copies_of_data_sources() -> None:
    """Lets `tff.learning.programs.train_model` take data from a `tff.program.DatasetDataSource`.

    The program deep-copies the source's iterator in every round, a `tf.data.Dataset` belongs to a
    graph, and TensorFlow's graphs can't be copied. Datasets never change: copies of the iterator
    may share them.
    """
    from tensorflow_federated.python.program import dataset_data_source

    iterator = dataset_data_source.DatasetDataSourceIterator

    def deepcopy(self: Any, memo: dict[int, Any]) -> Any:
        return iterator(list(self._datasets), self._federated_type)

    iterator.__deepcopy__ = deepcopy


def repair_seeds_of_emnist_models() -> None:
    """Lets `tff.simulation.baselines.emnist` make its models.

    Without a seed, their initializer draws one with `random.randint(1, 1e9)`, and Python 3.12 and
    later take no float there.
    """
    from tensorflow_federated.python.simulation.baselines.emnist import emnist_models

    initializer = emnist_models._DeterministicInitializer
    initialize = initializer.__init__

    def initialize_with_seed(
        self: Any, initializer_type: Any, base_seed: int | None = None
    ) -> None:
        if base_seed is None:
            base_seed = random.randint(1, 10**9)
        initialize(self, initializer_type, base_seed)

    initializer.__init__ = initialize_with_seed


def repair_saved_functional_models() -> None:
    """Lets `tff.learning.models` save a functional model of named inputs, and train it once loaded.

    To save it, TFF unpacks what its datasets hold into x and y, and gets their names from a
    mapping. A loaded model lacks the functions of its metrics, which are not saved: it has none.
    """
    from tensorflow_federated.python.learning import models
    from tensorflow_federated.python.learning.models import functional, serialization

    save = serialization.save_functional_model

    @functools.wraps(save)
    def save_with_names(functional_model: Any, path: str) -> None:
        spec = functional_model.input_spec
        if isinstance(spec, Mapping):
            # Unpacks into its parts, and TFF keeps its names: what is loaded has a mapping again.
            functional_model = copy.copy(functional_model)
            functional_model._input_spec = collections.namedtuple("InputSpec", spec)(**spec)
        save(functional_model, path)

    serialization.save_functional_model = save_with_names
    models.save_functional_model = save_with_names

    loaded = serialization._LoadedFunctionalModel
    loaded._initialize_metrics_state = staticmethod(functional.empty_metrics_state)
    loaded._update_metrics_state = staticmethod(functional.noop_update_metrics)
    loaded._finalize_metrics = staticmethod(functional.noop_finalize_metrics)


def repair_prints() -> None:
    """Has `tf.print` print in a computation: nothing there depends on it, so it was left out.

    In a `tf.function`, TensorFlow sees to that itself; TFF records a computation as a plain graph.
    """
    import tensorflow as tf
    import tree
    from tensorflow_federated.python.core.impl.utils import tensorflow_utils

    capture = tensorflow_utils.capture_result_from_graph

    @functools.wraps(capture)
    def capture_after_prints(result: Any, graph: tf.Graph) -> Any:
        prints = [op for op in graph.get_operations() if op.type == "PrintV2"]
        for one, next_one in itertools.pairwise(prints):
            next_one._add_control_input(one)  # in the order in which they are written
        if prints:
            with graph.as_default(), graph.control_dependencies(prints):
                result = tree.map_structure(
                    lambda part: tf.identity(part) if isinstance(part, tf.Tensor) else part, result
                )
        return capture(result, graph)

    tensorflow_utils.capture_result_from_graph = capture_after_prints


def repair_buffers_of_records() -> None:
    """Lets a worker read `tf.data.TFRecordDataset`: it takes no -1 for "as large as is good".

    TensorFlow 2.20 writes that into the graph where no buffer is named; the worker's is older.
    """
    from tensorflow.python.data.ops import readers

    if getattr(readers, "_DEFAULT_TF_RECORD_BUFFER_SIZE_BYTES", 0) < 0:
        readers._DEFAULT_TF_RECORD_BUFFER_SIZE_BYTES = readers._DEFAULT_READER_BUFFER_SIZE_BYTES


def repair_text_beyond_ascii() -> None:
    """Lets a computation take text in any language: TFF encodes it as ASCII, its results as UTF-8.

    `tf.constant` and `tf.data` take UTF-8, so the same text went through as a client's dataset.
    """
    import numpy as np
    from tensorflow_federated.python.core.impl.compiler import array

    to_proto = array.to_proto

    @functools.wraps(to_proto)
    def to_proto_in_utf8(value: Any, *, dtype_hint: Any = None) -> Any:
        if dtype_hint in (None, np.str_):
            value = _in_utf8(value)
        return to_proto(value, dtype_hint=dtype_hint)

    array.to_proto = to_proto_in_utf8


def _in_utf8(value: Any) -> Any:
    import numpy as np

    if isinstance(value, str):
        return value.encode()
    if isinstance(value, np.ndarray) and value.dtype.kind in "UO" and value.size:
        encoded = np.empty(value.size, np.object_)
        encoded[:] = [x.encode() if isinstance(x, str) else x for x in value.flat]
        return encoded.reshape(value.shape)
    return value
