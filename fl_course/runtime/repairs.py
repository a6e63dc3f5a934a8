"""Repairs of what does not work in TFF 0.87 with today's TensorFlow, made after its import."""

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
