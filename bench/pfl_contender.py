"""Rounds of Federated Averaging in Apple's pfl; run by `bench.rounds` in `.venv-pfl`.

Its own algorithm and its simulator, with one of two ways to train a client: `pfl_with_torch` is its
adapter for PyTorch, `pfl_with_numpy` the loop that `bench.rounds` measures by itself. A client's
dataset is made when its turn comes. Nothing is evaluated within the rounds. All is one process; pfl
spreads clients over several only through PyTorch's launcher, which is left out.
"""

import contextlib
import importlib
import itertools
import json
import sys
import time
from importlib.metadata import version
from typing import Any

from pfl.aggregate.simulate import SimulatedBackend
from pfl.aggregate.weighting import WeightByDatapoints
from pfl.algorithm.base import NNAlgorithmParams
from pfl.callback.base import TrainingProcessCallback
from pfl.data.federated_dataset import FederatedDataset
from pfl.data.sampling import get_user_sampler
from pfl.hyperparam import NNTrainHyperParams
from pfl.metrics import Metrics

from bench import numpy_step, outside


class Stopwatch(TrainingProcessCallback):
    """Notes when rounds end, in seconds of `time.time`; the first entry is the beginning."""

    def on_train_begin(self, *, model: Any) -> Metrics:
        """Begins the first round."""
        self.ends = [time.time()]
        return Metrics()

    def after_central_iteration(self, *args: Any, **kwargs: Any) -> tuple[bool, Metrics]:
        """Ends a round."""
        self.ends.append(time.time())
        return False, Metrics()


def main(step: str, path: str, num_clients: int, rounds: int, started: float) -> dict[str, Any]:
    """Runs the rounds and returns what `bench.contend.contend` returns."""
    way = importlib.import_module(f"bench.pfl_with_{step}")
    arrays = numpy_step.examples(path)
    stepped = 0

    def make_dataset(client: int) -> Any:
        nonlocal stepped
        writer = client % int(arrays["writers"])
        labels = arrays[f"labels_{writer}"]
        order = numpy_step.shuffled(len(labels), seed=client)
        stepped += len(order)
        return way.dataset(arrays[f"images_{writer}"], labels, order)

    algorithm, model = way.parts()
    stopwatch = Stopwatch()
    algorithm.run(
        NNAlgorithmParams(
            central_num_iterations=rounds,
            evaluation_frequency=rounds + 1,
            train_cohort_size=num_clients,
            val_cohort_size=0,
        ),
        SimulatedBackend(
            training_data=FederatedDataset(
                make_dataset, get_user_sampler("minimize_reuse", range(num_clients))
            ),
            val_data=None,
            postprocessors=[WeightByDatapoints()],
        ),
        model,
        NNTrainHyperParams(
            local_num_epochs=1,  # the order goes through all local epochs
            local_learning_rate=float(numpy_step.RATE),
            local_batch_size=numpy_step.BATCH_SIZE,
        ),
        callbacks=[stopwatch],
        send_metrics_to_platform=False,
    )
    ends = stopwatch.ends
    versions = {"pfl": version("pfl")}
    if step == "torch":
        versions["PyTorch"] = version("torch").split("+")[0]
    return outside.outcome(
        f"pfl_{step}",
        way.weights(model),
        path,
        num_clients,
        [end - begin for begin, end in itertools.pairwise(ends)],
        ends[1] - started,
        stepped // rounds,
        versions,
    )


if __name__ == "__main__":
    step, path, num_clients, rounds, started = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):  # the last line is for `bench.rounds`
        result = main(step, path, int(num_clients), int(rounds), float(started))
    print(json.dumps(result))
