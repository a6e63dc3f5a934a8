"""How long a round of Federated Averaging takes, and in how much memory, against other ways.

Run it from the repository's root on an idle machine: `make bench`; 8 minutes on two cores. Every
contender runs in a process of its own, one after the other. All train the same model on the same
writers' images, repeated to 10, 100 and 1,000 clients (5 local epochs, batches of 20). They have to
be given the same number of examples a round, and to reach the same accuracy on held-out images:
speed is not bought with less work. Those that go through the examples in the same order have to end
with the same weights. For a part of it, without results written; a contender that is named also
runs at the sizes that take long:

    python -m bench.rounds --models softmax --sizes 10 100 --contenders tff_learning numpy
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from bench.contend import ROUNDS, contend, export
from bench.report import CONTENDERS, check_equal_work, draw, report

ROOT = pathlib.Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
SIZES = {"softmax": (10, 100, 1000), "cnn": (10, 100)}
# Those in an environment of their own: `.venv-flower` and so on. `make bench` makes them, and
# writes `ready` into each at last.
OUTSIDE = {
    "flower_keras": "Flower",
    "flower_numpy": "Flower",
    "pfl_torch": "pfl",
    "pfl_numpy": "pfl",
    "jax": "JAX",
}
# What a contender is left out of: nothing, but for these.
ONLY_SOFTMAX = {"two_workers", "numpy", *OUTSIDE}
# Clients, unless named: the rest would take longer than everything else.
AT_MOST = {
    "softmax": {"flower_keras": 10, "pfl_torch": 100, "plain_tff": 100, "by_hand": 100},
    "cnn": {"plain_tff": 10, "by_hand": 10},
}
ON_ONE_CORE = {"flower_numpy", "pfl_torch", "pfl_numpy", "numpy", "jax"}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


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


def _processor() -> str:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


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
                at_most = AT_MOST[model].get(contender, num_clients)
                if num_clients > at_most and not options.contenders:
                    continue
                if contender in OUTSIDE:
                    if not (environment(contender) / "ready").exists():
                        name = OUTSIDE[contender]
                        print(f"{contender}: not measured, {name} is not installed", flush=True)
                        continue
                    command = _outside(contender, examples, num_clients)
                else:
                    command = [sys.executable, "-m", "bench.rounds", "--contend", contender, model]
                    command += [str(num_clients)]
                command += [str(time.time())]
                done = _run(command, one_thread=contender in ON_ONE_CORE)
                result = json.loads(done.splitlines()[-1])
                print(
                    f"{model:8} {num_clients:5} clients  {contender:13} {result['later_ms']:7.1f} "
                    f"ms per client, accuracy {result['accuracy']:.3f}",
                    flush=True,
                )
                yield result


def environment(contender: str) -> pathlib.Path:
    """The folder of a contender's own environment, which need not exist."""
    return ROOT / f".venv-{OUTSIDE[contender].lower()}"


def _outside(contender: str, examples: str, num_clients: int) -> list[str]:
    """The command that measures a contender in its environment, but for the time it starts."""
    name, _, step = contender.partition("_")
    command = [f"{environment(contender)}/bin/python", "-m", f"bench.{name}_contender"]
    return [
        *command,
        *([step] if step else []),
        examples,
        str(num_clients),
        str(ROUNDS[num_clients]),
    ]


def _run(command: list[str], *, one_thread: bool = False) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(ONE_THREAD if one_thread else {})}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=1800
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[1:])} failed:\n{done.stderr[-3000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
