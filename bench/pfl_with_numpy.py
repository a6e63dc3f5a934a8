"""The NumPy loop as pfl's client: what it takes longer than the loop by itself is pfl's own."""

from typing import Any

import numpy as np
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.data.dataset import Dataset
from pfl.internal.ops import numpy_ops
from pfl.internal.ops.selector import set_framework_module
from pfl.metrics import Metrics
from pfl.model.base import StatefulModel
from pfl.stats import MappedVectorStatistics

from bench import numpy_step

set_framework_module(numpy_ops)


class NumpyModel(StatefulModel):
    """Softmax regression whose weights are arrays that are replaced, never changed."""

    def __init__(self) -> None:
        self.weights = numpy_step.zeros()

    def get_parameters(self, placeholders: Any = None) -> MappedVectorStatistics:
        """The weights; there is nothing to gain from placeholders."""
        return _statistics(self.weights)

    def set_parameters(self, w: MappedVectorStatistics) -> None:
        """Takes the weights back."""
        self.weights = w["matrix"], w["bias"]

    def get_model_difference(
        self, other_parameters: MappedVectorStatistics, clone: bool = False
    ) -> MappedVectorStatistics:
        """The weights minus others."""
        matrix, bias = self.weights
        return _statistics((matrix - other_parameters["matrix"], bias - other_parameters["bias"]))

    def apply_model_update(
        self, statistics: MappedVectorStatistics
    ) -> tuple["NumpyModel", Metrics]:
        """Adds the mean difference, as a server's SGD with learning rate 1 does."""
        matrix, bias = self.weights
        self.weights = matrix + statistics["matrix"], bias + statistics["bias"]
        return self, Metrics()

    def evaluate(self, *args: Any, **kwargs: Any) -> Metrics:
        """Nothing is evaluated."""
        return Metrics()

    def save(self, dir_path: str) -> None:
        """Nothing is saved."""

    def load(self, dir_path: str) -> None:
        """Nothing is loaded."""


class NumpyFedAvg(FederatedAveraging):
    """pfl's Federated Averaging with another local training."""

    def train_one_user(
        self,
        initial_model_state: MappedVectorStatistics,
        model: NumpyModel,
        user_dataset: Dataset,
        central_context: Any,
    ) -> tuple[MappedVectorStatistics, Metrics]:
        """Goes through the client's examples in the order that comes with them."""
        images, labels = user_dataset.raw_data
        order = user_dataset.train_kwargs["order"]
        model.weights = numpy_step.client_update(model.weights, images, labels, order)
        return model.get_model_difference(initial_model_state), Metrics()


def parts() -> tuple[NumpyFedAvg, NumpyModel]:
    """The algorithm and the model."""
    return NumpyFedAvg(), NumpyModel()


def dataset(images: np.ndarray, labels: np.ndarray, order: np.ndarray) -> Dataset:
    """A client's examples, float32 [n, 784] and int32 [n], with the order of its steps."""
    return Dataset((images, labels), train_kwargs={"order": order})


def weights(model: NumpyModel) -> numpy_step.Weights:
    """The model's weights, float32 [784, 10] and [10]."""
    return model.weights


def _statistics(weights: numpy_step.Weights) -> MappedVectorStatistics:
    return MappedVectorStatistics({"matrix": weights[0], "bias": weights[1]})
