"""The round loop: run a federated learning process, show progress, keep the metrics."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
import tensorflow_federated as tff
from tqdm.auto import tqdm


@dataclasses.dataclass
class History:
    """The metrics of a training run, in order of rounds.

    Attributes:
        rounds: Round numbers, from 1.
        train: Each client's training metrics of the round, averaged over its cohort, by name. They
            are measured while the clients train, each with its own changing model.
        evaluation: Metrics of the server's model after the round, by name; empty if there was
            no `evaluate`.
    """

    rounds: list[int] = dataclasses.field(default_factory=list)
    train: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    evaluation: dict[str, list[float]] = dataclasses.field(default_factory=dict)


def train(
    process: tff.learning.templates.LearningProcess,
    cohort_fn: Callable[[int], Sequence[tf.data.Dataset]],
    num_rounds: int,
    *,
    state: Any = None,
    evaluate: Callable[[Any], dict[str, float]] | None = None,
    log_dir: str | None = None,
) -> tuple[Any, History]:
    """Runs rounds of a learning process.

    Args:
        process: Made by `tff.learning.algorithms`.
        cohort_fn: Gives the cohort's datasets for a round number, from 1.
        num_rounds: How many rounds to run; 1 or more.
        state: The state to start from; by default a fresh one.
        evaluate: Called with the model's weights after each round; gives metrics by name.
        log_dir: A folder to write TensorBoard logs to, in `train` and `evaluation` below it.

    Returns:
        The state after the last round, and the history of metrics.

    Raises:
        ValueError: If `num_rounds` is below 1 or a cohort is empty.
    """
    if num_rounds < 1:
        raise ValueError(f"num_rounds must be 1 or more, and it is {num_rounds!r}.")
    if state is None:
        state = process.initialize()
    history = History()
    writers = {
        part: tf.summary.create_file_writer(f"{log_dir}/{part}")
        for part in (("train", "evaluation") if log_dir else ())
    }
    progress = tqdm(
        range(1, num_rounds + 1),
        desc="Rounds",
        unit="round",
        # In a notebook, tqdm shows an empty bar although its own variable says not to.
        disable=bool(os.environ.get("TQDM_DISABLE")),
    )
    for round_num in progress:
        cohort = list(cohort_fn(round_num))
        if not cohort:
            raise ValueError(
                f"cohort_fn gave no datasets for round {round_num}; give at least one."
            )
        result = process.next(state, cohort)
        state = result.state
        measured = {"train": _numbers(result.metrics["client_work"]["train"])}
        if evaluate is not None:
            measured["evaluation"] = evaluate(process.get_model_weights(state))
        history.rounds.append(round_num)
        for part, metrics in measured.items():
            for name, value in metrics.items():
                getattr(history, part).setdefault(name, []).append(float(value))
            if part in writers:
                with writers[part].as_default():
                    for name, value in metrics.items():
                        tf.summary.scalar(name, value, step=round_num)
        progress.set_postfix({name: f"{value:.3f}" for name, value in measured["train"].items()})
    for writer in writers.values():
        writer.close()
    return state, history


def keras_evaluation(
    keras_fn: Callable[[], tf.keras.Model], images: Any, labels: Any
) -> Callable[[tff.learning.models.ModelWeights], dict[str, float]]:
    """Makes a function that measures a model's weights on examples in memory.

    Args:
        keras_fn: Makes the Keras model that the weights are for.
        images: Model inputs, float32 [n, 784].
        labels: int [n].

    Returns:
        A function from model weights to `loss` and `sparse_categorical_accuracy`, both floats.
    """
    model = keras_fn()
    model.compile(
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )

    def evaluate(weights: tff.learning.models.ModelWeights) -> dict[str, float]:
        weights.assign_weights_to(model)
        # In one batch: `evaluate` builds a data pipeline each time, at ten times the cost.
        return model.test_on_batch(images, labels, return_dict=True)

    return evaluate


def _numbers(metrics: dict[str, Any]) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in metrics.items()
        if name not in ("num_examples", "num_batches")
    }
