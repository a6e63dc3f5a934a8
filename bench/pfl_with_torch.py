"""pfl's own adapter for PyTorch, as in its tutorials.

PyTorch has one thread: for steps as small as these, two are slower. To let its optimizer fuse the
step, or go through the parameters in a loop, changes nothing that could be measured.
"""

import os
from typing import Any

os.environ |= {"PFL_PYTORCH_DEVICE": "cpu"}

import numpy as np
import torch
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.data.pytorch import PyTorchTensorDataset
from pfl.model.pytorch import PyTorchModel

from bench import numpy_step

torch.set_num_threads(1)


class Softmax(torch.nn.Linear):
    """Softmax regression with the two methods that pfl asks for."""

    def __init__(self) -> None:
        super().__init__(784, 10)
        for parameter in self.parameters():
            torch.nn.init.zeros_(parameter)

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The mean loss of a batch: x is float32 [n, 784], y int64 [n]."""
        return torch.nn.functional.cross_entropy(self(x), y)

    def metrics(self, x: torch.Tensor, y: torch.Tensor) -> dict[str, Any]:
        """None; nothing is evaluated."""
        return {}


def parts() -> tuple[FederatedAveraging, PyTorchModel]:
    """The algorithm and the model."""
    module = Softmax()
    server_optimizer = torch.optim.SGD(module.parameters(), lr=1.0)
    return FederatedAveraging(), PyTorchModel(module, torch.optim.SGD, server_optimizer)


def dataset(images: np.ndarray, labels: np.ndarray, order: np.ndarray) -> PyTorchTensorDataset:
    """A client's examples in the order of its steps: one epoch of pfl is all local epochs."""
    x, y = torch.from_numpy(images), torch.from_numpy(labels)
    chosen = torch.from_numpy(order)
    return PyTorchTensorDataset((x[chosen], y[chosen].long()))


def weights(model: PyTorchModel) -> numpy_step.Weights:
    """The model's weights, float32 [784, 10] and [10]."""
    module = model.pytorch_model
    return module.weight.detach().numpy().T, module.bias.detach().numpy()
