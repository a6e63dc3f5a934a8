"""How long a large CSV takes to become client data, and how much memory.

    python -m bench.own_table             # a minute; its result is beside rounds.md
    python -m bench.own_table --rows 1000

The file is made first, in a folder that is removed. It has a column of ids, 17 of numbers, one of
three texts and a label of ten classes. It is read in a process of its own: memory is the peak of
that process above what it had when everything was imported, TensorFlow among it.
"""

import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

RESULTS = pathlib.Path(__file__).parent / "results" / "own_table.md"
ROWS = 1_000_000
CLIENTS = 1000
_NUMBERS = 17
_READ = 100  # clients whose first reading is timed


def write_table(file: pathlib.Path, rows: int) -> None:
    """Writes a CSV of 20 columns, the same each time.

    Args:
        file: Where to.
        rows: How many; the clients are drawn from 1,000.
    """
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i:02d}": np.round(rng.normal(size=rows), 4) for i in range(_NUMBERS)})
    frame.insert(0, "client", np.char.mod("client_%04d", rng.integers(0, CLIENTS, rows)))
    frame["colour"] = rng.choice(["blue", "green", "red"], rows)
    frame["label"] = rng.integers(0, 10, rows)
    frame.to_csv(file, index=False)


def measure(file: pathlib.Path) -> dict[str, float]:
    """Makes client data of a file in this process, and reads clients.

    Args:
        file: What `write_table` wrote.

    Returns:
        By name what was measured.
    """
    from fl_course import data

    # What TensorFlow does once, the first dataset of all pays for.
    small = data.from_arrays(["a"], label=[0], x=[1.0])
    list(small.create_tf_dataset_for_client("a").batch(1))
    before, start, ours = _peak(), time.perf_counter(), time.process_time()
    clients = data.from_table(file, client="client", label="label")
    seconds, ours = time.perf_counter() - start, time.process_time() - ours
    memory = _peak() - before
    times = []
    for client_id in clients.client_ids[:_READ]:
        start = time.perf_counter()
        for _ in clients.create_tf_dataset_for_client(client_id).batch(100_000):
            pass
        times.append(1000 * (time.perf_counter() - start))
    return {
        "seconds until there is client data": seconds,
        "seconds of processor for it": ours,
        "MB of memory above the imports, at the peak": memory,
        "milliseconds to read a client, median": statistics.median(times),
        "milliseconds to read a client, at most": max(times),
    }


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 10**6


def report(measured: dict[str, float], rows: int, file_bytes: int) -> str:
    """Writes what was measured as Markdown."""
    lines = [
        "# A large table becomes client data",
        "",
        f"A CSV of {rows:,} rows, 20 columns and {CLIENTS:,} clients, {file_bytes / 10**6:,.0f} "
        "MB; written by `python -m bench.own_table`.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value:,.1f} |" for name, value in measured.items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measures and prints; with all rows, writes the results too."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--read", type=pathlib.Path, help="only measure, with this file")
    arguments = parser.parse_args()
    if arguments.read:
        import fl_course

        fl_course.setup()
        print(json.dumps(measure(arguments.read)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "table.csv"
        write_table(file, arguments.rows)
        command = [sys.executable, "-m", "bench.own_table", "--read", str(file)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        measured = json.loads(done.stdout.splitlines()[-1])
        text = report(measured, arguments.rows, file.stat().st_size)
    print(text)
    if arguments.rows == ROWS:
        RESULTS.write_text(text)


if __name__ == "__main__":
    main()
