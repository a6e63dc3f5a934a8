"""Rounds of Federated Averaging in Flower's simulation; run by `bench.rounds` in `.venv-flower`.

Two ways to write the client. "keras" is that of Flower's quickstart for TensorFlow: each message
makes a Keras model, sets its weights and fits it; nearly all of its time is Keras's `fit`, and to
keep the model from message to message was tried and saves a sixth of it. "numpy" is the loop that
`bench.rounds` measures by itself, so that what it takes longer is Flower's own. Either way a
client's examples are in the actor and need not be sent; an actor has one core and stays; nothing is
evaluated within the rounds, and nothing is reported to anyone.
"""

import json
import os
import statistics
import sys
import time
from typing import Any

# Before Flower and Ray are imported: neither is to tell anyone that it runs.
os.environ |= {
    "FLWR_TELEMETRY_ENABLED": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # on Linux too: Ray's ports on loopback alone
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    # Ray asks the network which cloud it runs in, usage statistics or not. No proxy listens here.
    "http_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
}

import flwr
import numpy as np
import psutil
import ray
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

from bench import numpy_step, outside


class TimedFedAvg(FedAvg):
    """Federated Averaging that notes how long its rounds take, and when the first one ends."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seconds: list[float] = []
        self.first_result = 0.0
        self.examples: list[int] = []

    def summary(self) -> None:
        """Nothing is told."""

    def configure_train(self, *args: Any, **kwargs: Any) -> Any:
        """Begins a round."""
        self.begin = time.perf_counter()
        return super().configure_train(*args, **kwargs)

    def aggregate_train(self, server_round: int, replies: Any) -> Any:
        """Ends a round."""
        replies = list(replies)
        result = super().aggregate_train(server_round, replies)
        self.seconds.append(time.perf_counter() - self.begin)
        self.first_result = self.first_result or time.time()
        self.examples.append(
            sum(int(r.content["metrics"]["trained-examples"]) for r in replies if r.has_content())
        )
        return result


def main(step: str, path: str, num_clients: int, rounds: int, started: float) -> dict[str, Any]:
    """Runs the rounds and returns what `bench.contend.contend` returns."""
    client_update = {"numpy": numpy_step.shuffled_client_update, "keras": _fit_keras}[step]
    client_app = ClientApp()
    server_app = ServerApp()
    result: dict[str, Any] = {}

    @client_app.train()
    def train(message: Message, context: Context) -> Message:
        number = int(context.node_config["partition-id"])
        arrays = numpy_step.examples(path)
        writer = number % int(arrays["writers"])
        images, labels = arrays[f"images_{writer}"], arrays[f"labels_{writer}"]
        matrix, bias = message.content["arrays"].to_numpy_ndarrays()
        trained, count = client_update((matrix, bias), images, labels, number)
        counts = {"num-examples": len(labels), "trained-examples": count}
        content = RecordDict({"arrays": ArrayRecord(trained), "metrics": MetricRecord(counts)})
        return Message(content=content, reply_to=message)

    @server_app.main()
    def serve(grid: Grid, context: Context) -> None:
        strategy = TimedFedAvg(
            fraction_train=1.0,
            fraction_evaluate=0.0,
            # A fraction alone is one of the clients that have connected when the round begins.
            min_train_nodes=num_clients,
            min_available_nodes=num_clients,
        )
        done = strategy.start(
            grid=grid, initial_arrays=ArrayRecord(list(numpy_step.zeros())), num_rounds=rounds
        )
        this = psutil.Process()
        arrays = numpy_step.examples(path)
        weights = done.arrays.to_numpy_ndarrays()
        result.update(
            contender=f"flower_{step}",
            model="softmax",
            clients=num_clients,
            first_ms=1000 * strategy.seconds[0] / num_clients,
            later_ms=1000 * statistics.median(strategy.seconds[1:]) / num_clients,
            seconds_to_first_result=strategy.first_result - started,
            peak_bytes=outside.peak_bytes(this.pid),
            children_peak_bytes={
                f"{i} {child.name()}": outside.peak_bytes(child.pid)
                for i, child in enumerate(this.children(recursive=True))
            },
            examples=min(strategy.examples),  # a round with fewer clients must not pass
            accuracy=numpy_step.accuracy(weights, arrays["test_images"], arrays["test_labels"]),
            **(
                {"mean_scores": numpy_step.mean_scores(weights, arrays["test_images"])}
                if step == "numpy"
                else {}
            ),
            versions={"Flower": flwr.__version__, "Ray": ray.__version__},
        )

    flwr.simulation.run_simulation(
        server_app,
        client_app,
        num_supernodes=num_clients,
        backend_config={
            "client_resources": {"num_cpus": 1, "num_gpus": 0.0},
            "init_args": {"logging_level": "error", "log_to_driver": False},
        },
    )
    return result


def _fit_keras(
    weights: numpy_step.Weights, images: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[list[np.ndarray], int]:
    import keras

    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input([784]), keras.layers.Dense(10, activation="softmax")])
    model.compile(
        optimizer=keras.optimizers.SGD(float(numpy_step.RATE)),
        loss="sparse_categorical_crossentropy",
    )
    model.set_weights(list(weights))
    history = model.fit(
        images,
        labels,
        epochs=numpy_step.EPOCHS,
        batch_size=numpy_step.BATCH_SIZE,
        verbose=0,
    )
    return model.get_weights(), len(history.epoch) * len(labels)


if __name__ == "__main__":
    step, path, num_clients, rounds, started = sys.argv[1:]
    print(json.dumps(main(step, path, int(num_clients), int(rounds), float(started))))
