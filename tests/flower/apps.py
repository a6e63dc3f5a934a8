"""A small Flower app, and files for its clients."""

import numpy as np

_PYPROJECT = """
[project]
name = "small"
version = "1.0.0"
description = "Adds one to the weights"
license = "Apache-2.0"
dependencies = ["flwr>=1.42"]

[tool.flwr.app]
publisher = "fl-course"

[tool.flwr.app.components]
serverapp = "server_app:app"
clientapp = "client_app:app"

[tool.flwr.app.config]
rounds = 1
results = ""
"""

_CLIENT = """
import time

import numpy as np
from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message, context):
    time.sleep(context.node_config.get("pause", 0))
    with np.load(context.node_config["data"]) as file:
        value = file["value"]
    (weights,) = message.content["arrays"].to_numpy_ndarrays()
    metrics = MetricRecord({"num-examples": 1})
    reply = {"arrays": ArrayRecord([weights + value]), "metrics": metrics}
    return Message(RecordDict(reply), reply_to=message)
"""

_SERVER = """
import pathlib

import numpy as np
from flwr.app import ArrayRecord
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


@app.main()
def main(grid, context):
    BODY
    strategy = FedAvg(fraction_evaluate=0.0, min_train_nodes=2, min_available_nodes=2)
    result = strategy.start(
        grid=grid,
        initial_arrays=ArrayRecord([np.zeros(3)]),
        num_rounds=context.run_config["rounds"],
    )
    (weights,) = result.arrays.to_numpy_ndarrays()
    np.save(pathlib.Path(context.run_config["results"]) / "weights.npy", weights)
"""


def write_app(folder, body="pass"):
    """An app whose weights grow by the mean of the clients' values in each round."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text(_PYPROJECT)
    (folder / "client_app.py").write_text(_CLIENT)
    (folder / "server_app.py").write_text(_SERVER.replace("BODY", body))
    return folder


def write_files(folder, **values):
    """A file for each client, with its value."""
    files = {name: folder / f"{name}.npz" for name in values}
    for name, value in values.items():
        np.savez(files[name], value=np.float64(value))
    return files
