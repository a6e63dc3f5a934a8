"""How long a round of Federated Averaging takes, and in how much memory, against other ways.

Run it from the repository's root on an idle machine: `make bench`; ten minutes on two cores. Every
contender runs in a process of its own, one after the other. All train the same model on the same
writers' images, repeated to 10, 100 and 1,000 clients (5 local epochs, batches of 20), and have to
reach the same accuracy on held-out images: speed is not bought with less work.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

RESULTS = pathlib.Path(__file__).parent / "results"
EPOCHS, BATCH_SIZE = 5, 20
CLIENT_RATES = {"softmax": 0.02, "cnn": 0.05}
ROUNDS = {10: 11, 100: 6, 1000: 3}  # by the number of clients; the first round is told apart
SIZES = {"softmax": (10, 100, 1000), "cnn": (10, 100)}
LEAST_ACCURACY = 0.25  # chance is 0.1
TOLERANCE = 0.03  # of accuracy; the contenders shuffle in different orders
CONTENDERS = {
    "tff_learning": "the course: tff.learning",
    "by_hand": "the course: by hand in Federated Core",
    "plain_tff": "TFF alone, plain tf.data",
    "numpy": "NumPy loop on one core",
}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

Round = Callable[[Any], Any]


def contend(contender: str, model: str, num_clients: int, started: float) -> dict[str, Any]:
    """Runs one contender in this process.

    Args:
        contender: A key of `CONTENDERS`.
        model: "softmax" or "cnn".
        num_clients: Clients in each round.
        started: When this process was started, in seconds of `time.time`.

    Returns:
        Milliseconds for each client in the first round and in the median of the later ones, seconds
        from the start to the end of the first round, accuracy, 0 to 1, after the last one, and the
        peak memory of each process in bytes.
    """
    if contender == "plain_tff":
        _start_tff_alone()
    else:
        import fl_course

        fl_course.setup()
    from fl_course import data

    train, test = data.load("digits")
    writers = [train.client_ids[i % len(train.client_ids)] for i in range(num_clients)]
    if contender == "numpy":
        state, run, accuracy = _numpy(train, test, writers)
    else:
        state, run, accuracy = _tff(contender, model, train, test, writers)
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
            "peak_bytes": _peak_bytes(this.pid),
            "worker_peak_bytes": sum(_peak_bytes(w.pid) for w in this.children(recursive=True)),
            "accuracy": accuracy(state),
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
) -> tuple[Any, Round, Callable[[Any], float]]:
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

    return process.initialize(), lambda state: process.next(state, cohort).state, accuracy


def _numpy(
    train: Any, test: Any, writers: Sequence[str]
) -> tuple[Any, Round, Callable[[Any], float]]:
    from fl_course import data

    def arrays(client_data: Any, ids: Sequence[str] | None) -> tuple[np.ndarray, np.ndarray]:
        images, labels = data.pool(client_data, ids)
        return images.reshape(len(images), 784), labels

    by_writer = {writer: arrays(train, [writer]) for writer in set(writers)}
    images, labels = arrays(test, None)

    def run(weights: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        total, sums = 0, [np.zeros_like(weight) for weight in weights]
        for i, writer in enumerate(writers):
            x, y = by_writer[writer]
            for so_far, weight in zip(sums, client_update(weights, x, y, seed=i), strict=True):
                so_far += len(y) * weight
            total += len(y)
        return sums[0] / total, sums[1] / total

    def accuracy(weights: tuple[np.ndarray, np.ndarray]) -> float:
        return float(np.mean(np.argmax(images @ weights[0] + weights[1], axis=1) == labels))

    return (np.zeros([784, 10], np.float32), np.zeros(10, np.float32)), run, accuracy


def client_update(
    weights: tuple[np.ndarray, np.ndarray], images: np.ndarray, labels: np.ndarray, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Trains softmax regression on one client: the least that a round has to compute.

    Args:
        weights: Matrix, float32 [784, 10], and bias, float32 [10].
        images: float32 [n, 784].
        labels: int [n].
        seed: Of the order of the examples.

    Returns:
        The client's weights after 5 local epochs in batches of 20.
    """
    rng = np.random.default_rng(seed)
    order = np.concatenate([rng.permutation(len(labels)) for _ in range(EPOCHS)])
    matrix, bias = (weight.copy() for weight in weights)
    rate = np.float32(CLIENT_RATES["softmax"])
    for chosen in _batches(order):
        x, y = images[chosen], labels[chosen]
        scores = x @ matrix + bias
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        slopes = exponentials / exponentials.sum(axis=1, keepdims=True)
        slopes[np.arange(len(y)), y] -= 1
        slopes /= len(y)
        matrix -= rate * (x.T @ slopes)
        bias -= rate * slopes.sum(axis=0)
    return matrix, bias


def _batches(order: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(order), BATCH_SIZE):
        yield order[start : start + BATCH_SIZE]


def _peak_bytes(pid: int) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("This system does not tell a process's peak memory.")


def check_accuracies(results: Sequence[dict[str, Any]]) -> list[str]:
    """Compares what the contenders of one model and size have learned.

    Returns:
        A sentence for each case in which nothing was learned, and for each contender that differs
        from the first by more than `TOLERANCE`; none if all is well.
    """
    wrong = []
    for case in sorted({(result["model"], result["clients"]) for result in results}):
        of_case = [r for r in results if (r["model"], r["clients"]) == case]
        if not of_case[0]["accuracy"] >= LEAST_ACCURACY:
            wrong.append(f"{case[0]}, {case[1]} clients: nothing was learned.")
        for result in of_case[1:]:
            difference = abs(result["accuracy"] - of_case[0]["accuracy"])
            if not difference <= TOLERANCE:
                wrong.append(
                    f"{case[0]}, {case[1]} clients: {result['contender']} reached "
                    f"{result['accuracy']:.3f} and {of_case[0]['contender']} "
                    f"{of_case[0]['accuracy']:.3f}; they do not do the same work."
                )
    return wrong


def report(results: Sequence[dict[str, Any]]) -> str:
    """Writes the results as Markdown: machine, a table for each model, what was to reach."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [
        "# A round of Federated Averaging",
        "",
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, TensorFlow {version('tensorflow')}, "
        f"TFF {version('tensorflow-federated')}, NumPy {version('numpy')}. "
        "Written by `make bench`, all in one run.",
        "Milliseconds per client: the later rounds' median. Peak memory in MiB; that of the NumPy "
        "loop includes the course's engine, which it only loads its data with.",
    ]
    for model in dict.fromkeys(result["model"] for result in results):
        lines += [
            "",
            f"## {model}",
            "",
            "| clients | contender | ms per client | against the course | first round | "
            "s to first result | notebook | worker | accuracy |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for r in sorted((r for r in results if r["model"] == model), key=lambda r: r["clients"]):
            ours = _find(results, "tff_learning", model, r["clients"])
            ratio = f"{r['later_ms'] / ours['later_ms']:.2f}" if ours else ""
            lines.append(
                f"| {r['clients']} | {CONTENDERS[r['contender']]} | {r['later_ms']:.1f} | {ratio} "
                f"| {r['first_ms']:.1f} | {r['seconds_to_first_result']:.1f} "
                f"| {r['peak_bytes'] / 2**20:.0f} | {r['worker_peak_bytes'] / 2**20:.0f} "
                f"| {r['accuracy']:.3f} |"
            )
    lines += ["", "## What was to reach", "", "| | measured | reached |", "|---|---|---|"]
    lines += [
        f"| {text} | {value} | {'yes' if ok else 'no'} |" for text, value, ok in _claims(results)
    ]
    return "\n".join(lines) + "\n"


def _claims(results: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, bool]]:
    ours = {n: _find(results, "tff_learning", "softmax", n) for n in (10, 100, 1000)}
    plain = _find(results, "plain_tff", "softmax", 100)
    if ours[100]:
        ms = ours[100]["later_ms"]
        yield "100 clients: at most 8 ms per client", f"{ms:.1f} ms", ms <= 8
        if plain:
            ratio = plain["later_ms"] / ms
            yield "100 clients: 3 times as fast as TFF alone", f"{ratio:.1f} times", ratio >= 3
    if ours[1000]:
        peak = ours[1000]["worker_peak_bytes"]
        yield "1,000 clients: worker below 1 GB", f"{peak / 1e9:.2f} GB", peak < 1e9
        if ours[10]:
            ratio = ours[1000]["later_ms"] / ours[10]["later_ms"]
            yield "a client's cost, 1,000 against 10: at most 1.2", f"{ratio:.2f}", ratio <= 1.2


def _find(
    results: Sequence[dict[str, Any]], contender: str, model: str, num_clients: int
) -> dict[str, Any] | None:
    wanted = (contender, model, num_clients)
    found = (r for r in results if (r["contender"], r["model"], r["clients"]) == wanted)
    return next(found, None)


def _processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def draw(results: Sequence[dict[str, Any]], path: pathlib.Path) -> None:
    """Draws milliseconds per client against the number of clients, one line a contender."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    chosen = list(dict.fromkeys(result["model"] for result in results))
    figure, all_axes = plt.subplots(
        1, len(chosen), figsize=(5 * len(chosen), 4), squeeze=False, layout="constrained"
    )
    for axes, model in zip(all_axes[0], chosen, strict=True):
        for contender, name in CONTENDERS.items():
            points = [
                (r["clients"], r["later_ms"])
                for r in results
                if (r["contender"], r["model"]) == (contender, model)
            ]
            if points:
                axes.loglog(*zip(*sorted(points), strict=True), marker="o", label=name)
        axes.set(title=model, xlabel="clients in a round", ylabel="time per client (ms)")
        axes.grid(visible=True, which="both", alpha=0.3)
    all_axes[0][0].legend(fontsize="small")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Runs all contenders and writes `bench/results/rounds.md`, `.json` and `.png`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="ten clients only; writes no files")
    parser.add_argument("--contend", nargs=4, metavar=("CONTENDER", "MODEL", "CLIENTS", "STARTED"))
    options = parser.parse_args()
    if options.contend:
        contender, model, num_clients, started = options.contend
        print(json.dumps(contend(contender, model, int(num_clients), float(started))))
        return
    results = []
    for model, sizes in SIZES.items():
        for num_clients in sizes[:1] if options.quick else sizes:
            for contender in CONTENDERS:
                if contender == "numpy" and model != "softmax":
                    continue
                arguments = ["--contend", contender, model, str(num_clients), str(time.time())]
                done = subprocess.run(
                    [sys.executable, "-m", "bench.rounds", *arguments],
                    env={**os.environ, **(ONE_THREAD if contender == "numpy" else {})},
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=900,
                )
                if done.returncode != 0:
                    sys.exit(f"{contender} failed on {num_clients} clients:\n{done.stderr[-3000:]}")
                results.append(json.loads(done.stdout.splitlines()[-1]))
                r = results[-1]
                print(
                    f"{model:8} {num_clients:5} clients  {contender:13} {r['later_ms']:7.1f} ms "
                    f"per client, accuracy {r['accuracy']:.3f}",
                    flush=True,
                )
    if not options.quick:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "rounds.json").write_text(json.dumps(results, indent=1) + "\n")
        (RESULTS / "rounds.md").write_text(report(results))
        draw(results, RESULTS / "rounds.png")
    else:
        print(report(results))
    if wrong := check_accuracies(results):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
