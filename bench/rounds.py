"""How long a round of Federated Averaging takes, and in how much memory, against other ways.

Run it from the repository's root on an idle machine: `make bench`; 25 minutes on two cores. Every
contender runs in a process of its own, one after the other. All train the same model on the same
writers' images, repeated to 10, 100 and 1,000 clients (5 local epochs, batches of 20). They have to
be given the same number of examples a round, and to reach the same accuracy on held-out images:
speed is not bought with less work. For a part of it, without results written:

    python -m bench.rounds --models softmax --sizes 10 100 --contenders tff_learning numpy
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from bench import numpy_step
from bench.numpy_step import BATCH_SIZE, EPOCHS

ROOT = pathlib.Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
FLOWER = ROOT / ".venv-flower"  # made by `make bench`, which writes `ready` into it at last
CLIENT_RATES = {"softmax": float(numpy_step.RATE), "cnn": 0.05}
ROUNDS = {10: 11, 100: 6, 1000: 4}  # by the number of clients; the first round is told apart
SIZES = {"softmax": (10, 100, 1000), "cnn": (10, 100)}
LEAST_ACCURACY = 0.25  # chance is 0.1
TOLERANCE = 0.03  # of accuracy; the contenders shuffle in different orders
CONTENDERS = {
    "tff_learning": "the course: tff.learning",
    "by_hand": "the course: by hand in Federated Core",
    "two_workers": "the course: tff.learning on two workers",
    "plain_tff": "TFF alone, plain tf.data",
    "flower_keras": "Flower, Keras as in its quickstart",
    "flower_numpy": "Flower, the NumPy loop as client",
    "numpy": "NumPy loop on one core",
}
# What a contender is left out of: nothing, but for these.
ONLY_SOFTMAX = {"two_workers", "flower_keras", "flower_numpy", "numpy"}
AT_MOST = {"flower_keras": 100}  # clients; a thousand would take half an hour
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
        from the start to the end of the first round, examples given to a round, accuracy, 0 to 1,
        after the last one, and the peak memory of this process and of each child in bytes.
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
            "peak_bytes": _peak_bytes(this.pid),
            "children_peak_bytes": {
                f"{i} {child.name()}": _peak_bytes(child.pid)
                for i, child in enumerate(this.children(recursive=True))
            },
            "examples": examples,
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


def _peak_bytes(pid: int) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("This system does not tell a process's peak memory.")


def check_equal_work(results: Sequence[dict[str, Any]]) -> list[str]:
    """Compares what the contenders of one model and size were given, and what they have learned.

    Returns:
        A sentence for each case in which nothing was learned, for each contender whose rounds had
        another number of examples than the first one's, and for each whose accuracy differs by more
        than `TOLERANCE`; none if all is well.
    """
    wrong = []
    for case in sorted({(result["model"], result["clients"]) for result in results}):
        first, *others = [r for r in results if (r["model"], r["clients"]) == case]
        name = f"{case[0]}, {case[1]} clients"
        if not first["accuracy"] >= LEAST_ACCURACY:
            wrong.append(f"{name}: nothing was learned.")
        for other in others:
            if other["examples"] != first["examples"]:
                wrong.append(
                    f"{name}: {other['contender']} had {other['examples']:,} examples a round, and "
                    f"{first['contender']} {first['examples']:,}; that is not the same work."
                )
            if not abs(other["accuracy"] - first["accuracy"]) <= TOLERANCE:
                wrong.append(
                    f"{name}: {other['contender']} reached {other['accuracy']:.3f} and "
                    f"{first['contender']} {first['accuracy']:.3f}; they do not do the same work."
                )
    return wrong


def machine() -> dict[str, Any]:
    """What the results were measured on, without names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "versions": {
            "Python": platform.python_version(),
            "TensorFlow": version("tensorflow"),
            "TFF": version("tensorflow-federated"),
            "NumPy": version("numpy"),
        },
    }


def report(results: Sequence[dict[str, Any]], where: dict[str, Any]) -> str:
    """Writes the results as Markdown: machine, a table for each model, what was to reach.

    Args:
        results: What the contenders gave.
        where: What `machine` gave.
    """
    versions = {**where["versions"]}
    for result in results:
        versions |= result.get("versions", {})
    lines = [
        "# A round of Federated Averaging",
        "",
        f"{where['processor']}, {where['cores']} cores, {where['memory_bytes'] / 2**30:.0f} GiB, "
        f"{where['kernel']}; {', '.join(f'{name} {v}' for name, v in versions.items())}. "
        "Written by `make bench`, all in one run.",
        "Milliseconds per client: the later rounds' median. Peak memory in MiB, of the process "
        "that a notebook would be and of its children together. The NumPy loop has the course's "
        "engine in it, to load its data. TFF alone has the course's import, to start at all.",
    ]
    for model in dict.fromkeys(result["model"] for result in results):
        lines += [
            "",
            f"## {model}",
            "",
            "| clients | contender | ms per client | against the course | first round | "
            "s to first result | notebook | children | examples | accuracy |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        for r in sorted((r for r in results if r["model"] == model), key=lambda r: r["clients"]):
            ours = _find(results, "tff_learning", model, r["clients"])
            ratio = f"{r['later_ms'] / ours['later_ms']:.2f}" if ours else ""
            lines.append(
                f"| {r['clients']} | {CONTENDERS[r['contender']]} | {r['later_ms']:.1f} | {ratio} "
                f"| {r['first_ms']:.1f} | {r['seconds_to_first_result']:.1f} "
                f"| {r['peak_bytes'] / 2**20:.0f} | {_children(r) / 2**20:.0f} "
                f"| {r['examples']:,} | {r['accuracy']:.3f} |"
            )
    lines += ["", "## What was to reach", "", "| | measured | reached |", "|---|---|---|"]
    lines += [f"| {text} | {value} | {reached} |" for text, value, reached in _claims(results)]
    return "\n".join(lines) + "\n"


def _claims(results: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    def ms(contender: str, num_clients: int) -> float | None:
        found = _find(results, contender, "softmax", num_clients)
        return found and found["later_ms"]

    def ratio(one: float | None, other: float | None) -> float | None:
        return one / other if one and other else None

    ours = {num_clients: ms("tff_learning", num_clients) for num_clients in (10, 100, 1000)}
    thousand = _find(results, "tff_learning", "softmax", 1000)
    for text, value, shown, reached in (
        ("100 clients: at most 8 ms per client", ours[100], "{:.1f} ms", lambda v: v <= 8),
        (
            "100 clients: 3 times as fast as TFF alone",
            ratio(ms("plain_tff", 100), ours[100]),
            "{:.1f} times",
            lambda v: v >= 3,
        ),
        (
            "100 clients: 15 times as fast as Flower with Keras",
            ratio(ms("flower_keras", 100), ours[100]),
            "{:.1f} times",
            lambda v: v >= 15,
        ),
        (
            "100 clients: 15 times as fast as Flower with the NumPy loop",
            ratio(ms("flower_numpy", 100), ours[100]),
            "{:.1f} times",
            lambda v: v >= 15,
        ),
        (
            "1,000 clients: worker below 1 GB",
            thousand and _children(thousand) / 1e9,
            "{:.2f} GB",
            lambda v: v < 1,
        ),
        (
            "a client's cost, 1,000 against 10: at most 1.2",
            ratio(ours[1000], ours[10]),
            "{:.2f}",
            lambda v: v <= 1.2,
        ),
        *(
            (
                f"{num_clients:,} clients: two workers at least as fast as one",
                ratio(ours[num_clients], ms("two_workers", num_clients)),
                "{:.2f} times",
                lambda v: v >= 1,
            )
            for num_clients in (100, 1000)
        ),
    ):
        if value is None:
            yield text, "not measured", "not measured"
        else:
            yield text, shown.format(value), "yes" if reached(value) else "no"


def _find(
    results: Sequence[dict[str, Any]], contender: str, model: str, num_clients: int
) -> dict[str, Any] | None:
    wanted = (contender, model, num_clients)
    found = (r for r in results if (r["contender"], r["model"], r["clients"]) == wanted)
    return next(found, None)


def _children(result: dict[str, Any]) -> int:
    return sum(result["children_peak_bytes"].values())


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
    from matplotlib.ticker import NullFormatter

    chosen = list(dict.fromkeys(result["model"] for result in results))
    figure, all_axes = plt.subplots(
        1, len(chosen), figsize=(5 * len(chosen), 4.8), squeeze=False, layout="constrained"
    )
    handles = {}
    for axes, model in zip(all_axes[0], chosen, strict=True):
        for i, (contender, name) in enumerate(CONTENDERS.items()):
            points = [
                (r["clients"], r["later_ms"])
                for r in results
                if (r["contender"], r["model"]) == (contender, model)
            ]
            if points:
                look = {"color": f"C{i}", "marker": "osD^vPX"[i]}
                (handles[name],) = axes.loglog(*zip(*sorted(points), strict=True), **look)
        axes.set(title=model, xlabel="clients in a round", ylabel="time per client (ms)")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
        axes.set_ylim(0.5, 1000)
        axes.grid(visible=True, which="both", alpha=0.3)
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=2, fontsize="small"
    )
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main() -> None:
    """Runs contenders; with all of them, writes `bench/results/rounds.md`, `.json` and `.png`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, help="only these")
    parser.add_argument("--models", nargs="+", choices=SIZES, help="only these")
    parser.add_argument("--sizes", nargs="+", type=int, choices=ROUNDS, help="only so many clients")
    parser.add_argument("--contend", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--export", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contend:
        contender, model, num_clients, started = options.contend
        print(json.dumps(contend(contender, model, int(num_clients), float(started))))
        return
    if options.export:
        export(options.export)
        return
    with tempfile.TemporaryDirectory() as folder:
        examples = f"{folder}/digits.npz"
        _run([sys.executable, "-m", "bench.rounds", "--export", examples])
        results = list(_measure(options, examples))
    where = machine()
    if options.contenders or options.models or options.sizes:
        print(report(results, where))
    else:
        RESULTS.mkdir(exist_ok=True)
        saved = {"machine": where, "results": results}
        (RESULTS / "rounds.json").write_text(json.dumps(saved, indent=1) + "\n")
        (RESULTS / "rounds.md").write_text(report(results, where))
        draw(results, RESULTS / "rounds.png")
    if wrong := check_equal_work(results):
        sys.exit("\n".join(wrong))


def _measure(options: argparse.Namespace, examples: str) -> Iterator[dict[str, Any]]:
    for model in options.models or SIZES:
        for num_clients in options.sizes or SIZES[model]:
            for contender in options.contenders or CONTENDERS:
                if model != "softmax" and contender in ONLY_SOFTMAX:
                    continue
                if num_clients > AT_MOST.get(contender, num_clients):
                    continue
                command = [sys.executable, "-m", "bench.rounds", "--contend", contender, model]
                command += [str(num_clients), str(time.time())]
                if contender.startswith("flower"):
                    if not (FLOWER / "ready").exists():
                        print(f"{contender}: not measured, Flower is not installed", flush=True)
                        continue
                    step = contender.removeprefix("flower_")
                    command = [f"{FLOWER}/bin/python", "-m", "bench.flower_contender", step]
                    command += [examples, str(num_clients), str(ROUNDS[num_clients])]
                    command += [str(time.time())]
                result = json.loads(_run(command, numpy="numpy" in contender).splitlines()[-1])
                print(
                    f"{model:8} {num_clients:5} clients  {contender:13} {result['later_ms']:7.1f} "
                    f"ms per client, accuracy {result['accuracy']:.3f}",
                    flush=True,
                )
                yield result


def _run(command: list[str], *, numpy: bool = False) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(ONE_THREAD if numpy else {})}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=1800
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[1:])} failed:\n{done.stderr[-3000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
