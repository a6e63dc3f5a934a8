"""What a contender in an environment of its own tells `bench.rounds`; it needs NumPy alone."""

import os
import pathlib
import statistics
from collections.abc import Sequence
from typing import Any

from bench import numpy_step


def outcome(
    contender: str,
    weights: numpy_step.Weights,
    path: str,
    num_clients: int,
    seconds: Sequence[float],
    seconds_to_first_result: float,
    examples: int,
    versions: dict[str, str],
) -> dict[str, Any]:
    """What `bench.contend.contend` returns, of a contender without processes of its own.

    Args:
        contender: A key of `bench.report.CONTENDERS`.
        weights: Those after the last round: float32 [784, 10] and [10].
        path: The file of examples.
        num_clients: Clients in each round.
        seconds: How long each round took.
        seconds_to_first_result: From the process's start to the end of the first round.
        examples: Examples that were stepped through in a round.
        versions: Of what the contender is made of, by name.
    """
    arrays = numpy_step.examples(path)
    return {
        "contender": contender,
        "model": "softmax",
        "clients": num_clients,
        "first_ms": 1000 * seconds[0] / num_clients,
        "later_ms": 1000 * statistics.median(seconds[1:]) / num_clients,
        "seconds_to_first_result": seconds_to_first_result,
        "peak_bytes": peak_bytes(os.getpid()),
        "children_peak_bytes": {},
        "examples": examples,
        "accuracy": numpy_step.accuracy(weights, arrays["test_images"], arrays["test_labels"]),
        "mean_scores": numpy_step.mean_scores(weights, arrays["test_images"]),
        "versions": versions,
    }


def peak_bytes(pid: int) -> int:
    """A process's peak memory; 0 if it has ended meanwhile."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return 1024 * int(peaks[0]) if peaks else 0
