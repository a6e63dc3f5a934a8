"""Where the time of a round goes: in this process, in exchanges with the worker, in the worker.

    python -m bench.where_time_goes              # a few minutes; its result is beside rounds.md
    python -m bench.where_time_goes --clients 10

Each round gets a cohort that is made anew, as in the lessons. What a client computes is softmax
regression, 5 local epochs in batches of 20. Processor time is that of all threads, so that it can
exceed the time that passed.
"""

import argparse
import collections
import itertools
import os
import pathlib
import statistics
import time
from typing import Any

import fl_course

RESULTS = pathlib.Path(__file__).parent / "results" / "where_time_goes.md"
ROUNDS = {1: 30, 10: 20, 100: 6, 1000: 3}  # by the number of clients; one more goes first
EXCHANGES = (
    *("get_executor", "create_value", "create_struct", "create_call", "create_selection"),
    *("compute", "dispose", "dispose_executor"),
)


def watch_exchanges() -> collections.Counter:
    """Has every exchange with a worker counted from here on.

    Returns:
        What is counted: by "exchanges" their number, by "bytes sent" theirs, and by the name of an
        exchange its milliseconds.
    """
    from fl_course.runtime import context

    seen: collections.Counter = collections.Counter()

    def watched(name: str, method: Any) -> Any:
        def exchange(stub: Any, request: Any) -> Any:
            before = time.perf_counter()
            answer = method(stub, request)
            seen[name] += 1000 * (time.perf_counter() - before)
            seen["exchanges"] += 1
            seen["bytes sent"] += request.ByteSize()
            return answer

        return exchange

    for name in EXCHANGES:
        method = getattr(context._SupervisedStub, name)
        setattr(context._SupervisedStub, name, watched(name, method))
    return seen


def measure(num_clients: int, seen: collections.Counter) -> dict[str, float]:
    """Runs rounds, and gives the median of each part, in milliseconds a round.

    Args:
        num_clients: A key of `ROUNDS`.
        seen: What `watch_exchanges` gave.
    """
    import tensorflow_federated as tff

    from fl_course import data, models, preprocessing
    from fl_course.runtime import client_data

    train, _ = data.load("digits")
    if num_clients > len(train.client_ids):
        train = data.pseudo_clients(train, num_clients)
    process = tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
    )
    state = process.initialize()
    rounds = []
    for round_num in range(ROUNDS[num_clients] + 1):
        times = [time.perf_counter()]
        cohort = preprocessing.make_federated_data(
            train, train.client_ids[:num_clients], epochs=5, batch_size=20, seed=round_num
        )
        times.append(time.perf_counter())
        for dataset in cohort:  # TFF does it while it sends them; what is done once is kept
            client_data.serialize(dataset)
        times.append(time.perf_counter())
        seen.clear()
        ours, workers = time.process_time(), _worker_seconds()
        state = process.next(state, cohort).state
        times.append(time.perf_counter())
        ours, workers = time.process_time() - ours, _worker_seconds() - workers
        made, serialized, passed = (
            1000 * (end - start) for start, end in itertools.pairwise(times)
        )
        rounds.append(
            {
                "making the datasets": made,
                "serializing them": serialized,
                "the round": passed,
                "of it: sending values": seen["create_value"] + seen["create_struct"],
                "of it: waiting for the call": seen["create_call"],
                "of it: getting the result": seen["compute"],
                "of it: in this process": passed - sum(seen[name] for name in EXCHANGES),
                "processor, this process": 1000 * ours,
                "processor, worker": 1000 * workers,
                "exchanges": seen["exchanges"],
                "kB sent": seen["bytes sent"] / 1000,
            }
        )
    return {name: statistics.median(r[name] for r in rounds[1:]) for name in rounds[0]}


def _worker_seconds() -> float:
    from fl_course import runtime

    text = pathlib.Path(f"/proc/{runtime.worker_pid()}/stat").read_text()
    user, system = text.rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def report(measured: dict[int, dict[str, float]]) -> str:
    """Writes what was measured as Markdown: a row for each part, a column for each size."""
    sizes = list(measured)
    lines = [
        "# Where the time of a round goes",
        "",
        "Milliseconds a round, medians; written by `python -m bench.where_time_goes`.",
        "",
        f"| clients in a round | {' | '.join(f'{size:,}' for size in sizes)} |",
        f"|---|{'---|' * len(sizes)}",
    ]
    for name in measured[sizes[0]]:
        values = (measured[size][name] for size in sizes)
        lines.append(f"| {name} | {' | '.join(f'{value:,.1f}' for value in values)} |")
    return "\n".join(lines) + "\n"


def notes(text: str) -> str:
    """What was written by hand below the table of an earlier run."""
    _, heading, rest = text.partition("\n## ")
    return heading + rest


def main() -> None:
    """Measures and prints; with all sizes, writes the results too."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--clients", nargs="+", type=int, choices=ROUNDS, default=list(ROUNDS))
    sizes = parser.parse_args().clients
    fl_course.setup()
    seen = watch_exchanges()
    text = report({size: measure(size, seen) for size in sizes})
    print(text)
    if sizes == list(ROUNDS):
        RESULTS.write_text(text + notes(RESULTS.read_text()))


if __name__ == "__main__":
    main()
