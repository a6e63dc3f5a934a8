"""One contender of `bench.rounds`, run in a process of its own."""

import statistics
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench import numpy_step, outside
from bench.numpy_step import BATCH_SIZE, EPOCHS

CLIENT_RATES = {"softmax": float(numpy_step.RATE), "cnn": 0.05}
ROUNDS = {10: 11, 100: 6, 1000: 3}  # by the number of clients; the first round is told apart

Round = Callable[[Any], Any]


def contend(contender: str, model: str, num_clients: int, started: float) -> dict[str, Any]:
    """Runs one contender in this process.

    Args:
        contender: A key of `bench.report.CONTENDERS`.
        model: "softmax" or "cnn".
        num_clients: Clients in each round.
        started: When this process was started, in seconds of `time.time`.

    Returns:
        Milliseconds for each client in the first round and in the median of the later ones, seconds
        from the start to the end of the first round, examples given to a round, accuracy, 0 to 1,
        after the last one, and the peak memory of this process and of each child in bytes; of the
        NumPy loop also the mean scores, by which others with its order of examples are compared.
    """
    if contender == "plain_tff":
        _start_tff_alone()
    else:
        import fl_course

        fl_course.setup()
        if contender == "two_workers":
            fl_course.use_workers(2)
    from fl_course import data

    train, test = data.load("digits")
    writers = [train.client_ids[i % len(train.client_ids)] for i in range(num_clients)]
    if contender == "numpy":
        state, run, accuracy, examples = _numpy(train, test, writers)
    else:
        state, run, accuracy, examples = _tff(contender, model, train, test, writers)
    import psutil

    this = psutil.Process()
    seconds = []
    try:
        for _ in range(ROUNDS[num_clients]):
            before = time.perf_counter()
            state = run(state)
            seconds.append(time.perf_counter() - before)
            if len(seconds) == 1:
                to_first_result = time.time() - started
        return {
            "contender": contender,
            "model": model,
            "clients": num_clients,
            "first_ms": 1000 * seconds[0] / num_clients,
            "later_ms": 1000 * statistics.median(seconds[1:]) / num_clients,
            "seconds_to_first_result": to_first_result,
            "peak_bytes": outside.peak_bytes(this.pid),
            "children_peak_bytes": {
                f"{i} {child.name()}": outside.peak_bytes(child.pid)
                for i, child in enumerate(this.children(recursive=True))
            },
            "examples": examples,
            "accuracy": accuracy(state),
            **({"mean_scores": _mean_scores(state, test)} if contender == "numpy" else {}),
        }
    finally:
        for worker in this.children(recursive=True):
            worker.kill()  # TFF's own outlives its parent, and holds its output open


def _start_tff_alone() -> None:
    """TFF with its own worker, compiler and serialization; only its import is made to work."""
    from fl_course.runtime import imports

    imports.import_tensorflow()
    imports.import_tff()
    from fl_course.runtime.keras_modes import restore_keras_after_graphs

    restore_keras_after_graphs()
    import tensorflow_federated as tff

    tff.backends.native.set_sync_local_cpp_execution_context()


def _tff(
    contender: str, model: str, train: Any, test: Any, writers: Sequence[str]
) -> tuple[Any, Round, Callable[[Any], float], int]:
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import algorithms, data, models, preprocessing, training

    keras_fn = {"softmax": models.softmax_model, "cnn": models.cnn_model}[model]
    rate = CLIENT_RATES[model]

    def sgd(learning_rate: float) -> tff.learning.optimizers.Optimizer:
        return tff.learning.optimizers.build_sgdm(learning_rate=learning_rate)

    if contender == "plain_tff":

        def inputs(batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return {"x": tf.reshape(batch["pixels"], [-1, 784]), "y": batch["label"]}

        cohort = [
            train.create_tf_dataset_for_client(writer)
            .shuffle(1000, seed=i)
            .repeat(EPOCHS)
            .batch(BATCH_SIZE)
            .map(inputs)
            .prefetch(10)
            for i, writer in enumerate(writers)
        ]
        process = tff.learning.algorithms.build_weighted_fed_avg(
            models.variable_model_fn(keras_fn),
            client_optimizer_fn=sgd(rate),
            server_optimizer_fn=sgd(1.0),
        )
    else:
        cohort = [
            preprocessing.preprocess(
                train.create_tf_dataset_for_client(writer),
                epochs=EPOCHS,
                batch_size=BATCH_SIZE,
                seed=zlib.crc32(str(i).encode()),
            )
            for i, writer in enumerate(writers)
        ]
        functional = models.functional_model(keras_fn)
        if contender == "by_hand":
            process = algorithms.build_fed_avg(functional, client_learning_rate=rate)
        else:
            process = tff.learning.algorithms.build_weighted_fed_avg(
                functional, client_optimizer_fn=sgd(rate), server_optimizer_fn=sgd(1.0)
            )
    images, labels = data.pool(test)
    evaluate = training.keras_evaluation(keras_fn, images.reshape(len(images), 784), labels)

    def accuracy(state: Any) -> float:
        return float(evaluate(process.get_model_weights(state))["sparse_categorical_accuracy"])

    examples = sum(len(batch["y"]) for dataset in cohort for batch in dataset.as_numpy_iterator())
    return process.initialize(), lambda state: process.next(state, cohort).state, accuracy, examples


def _numpy(
    train: Any, test: Any, writers: Sequence[str]
) -> tuple[Any, Round, Callable[[Any], float], int]:
    by_writer = {writer: _arrays(train, [writer]) for writer in set(writers)}
    examples = sum(EPOCHS * len(by_writer[writer][1]) for writer in writers)

    def run(weights: numpy_step.Weights) -> numpy_step.Weights:
        total, sums = 0, [np.zeros_like(weight) for weight in weights]
        for i, writer in enumerate(writers):
            x, y = by_writer[writer]
            order = numpy_step.shuffled(len(y), seed=i)
            trained = numpy_step.client_update(weights, x, y, order)
            for so_far, weight in zip(sums, trained, strict=True):
                so_far += len(y) * weight
            total += len(y)
        return sums[0] / total, sums[1] / total

    def accuracy(weights: numpy_step.Weights) -> float:
        return numpy_step.accuracy(weights, *_arrays(test, None))

    return numpy_step.zeros(), run, accuracy, examples


def _mean_scores(weights: numpy_step.Weights, test: Any) -> list[float]:
    return numpy_step.mean_scores(weights, _arrays(test, None)[0])


def _arrays(client_data: Any, ids: Sequence[str] | None) -> tuple[np.ndarray, np.ndarray]:
    from fl_course import data

    images, labels = data.pool(client_data, ids)
    return images.reshape(len(images), 784), labels


def export(path: str) -> None:
    """Writes the writers' arrays to a file, for the contender that runs without TFF."""
    import fl_course

    fl_course.setup()
    from fl_course import data

    train, test = data.load("digits")
    arrays: dict[str, Any] = {"writers": len(train.client_ids)}
    for i, writer in enumerate(train.client_ids):
        arrays[f"images_{i}"], arrays[f"labels_{i}"] = _arrays(train, [writer])
    arrays["test_images"], arrays["test_labels"] = _arrays(test, None)
    np.savez(path, **arrays)
