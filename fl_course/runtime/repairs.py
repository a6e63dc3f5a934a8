"""Repairs of what does not work in TFF 0.87 with today's libraries, made after its import."""

import random
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
