"""Rounds of Federated Averaging compiled by JAX; run by `bench.rounds` in `.venv-jax`.

What one core does with a compiler and no framework: a round is one computation, which goes through
the clients in blocks; the clients of a block take each step together. Other forms were tried at 100
clients: one client after another takes 1.3 to 1.5 times as long, and a matrix of [784, 10] instead
of [10, 784] 1.7 times.
"""

import json
import os
import sys
import time
from typing import Any

# Before JAX is imported: one core, and no look for other devices.
os.environ |= {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bench import numpy_step, outside
from bench.numpy_step import BATCH_SIZE, EPOCHS, RATE

BLOCK = 50  # clients that take a step together

Weights = tuple[jax.Array, jax.Array]


def main(path: str, num_clients: int, rounds: int, started: float) -> dict[str, Any]:
    """Runs the rounds and returns what `bench.contend.contend` returns.

    The time to compile is `compile_seconds`, and part of `seconds_to_first_result` alone.
    """
    arrays = numpy_step.examples(path)
    writers = range(int(arrays["writers"]))
    writer_sizes = np.array([len(arrays[f"labels_{i}"]) for i in writers])
    writer_starts = np.cumsum(writer_sizes) - writer_sizes
    of_client = np.arange(num_clients) % len(writers)
    sizes, starts = writer_sizes[of_client], writer_starts[of_client]
    images = jnp.concatenate([arrays[f"images_{i}"] for i in writers])
    labels = jnp.concatenate([arrays[f"labels_{i}"] for i in writers])

    def batches() -> np.ndarray:
        """The examples of each step, int32 [clients, steps, 20]; -1 where a batch is smaller."""
        steps = -(-EPOCHS * int(sizes.max()) // BATCH_SIZE)
        chosen = np.full([num_clients, steps * BATCH_SIZE], -1, np.int32)
        for i, (size, start) in enumerate(zip(sizes, starts, strict=True)):
            chosen[i, : EPOCHS * size] = start + numpy_step.shuffled(size, seed=i)
        return chosen.reshape(num_clients, steps, BATCH_SIZE)

    matrix, bias = numpy_step.zeros()
    weights = jnp.asarray(matrix.T), jnp.asarray(bias)
    shares = jnp.asarray(sizes / sizes.sum(), jnp.float32)
    begin = time.perf_counter()
    run = jax.jit(_round).lower(weights, images, labels, batches(), shares).compile()
    compile_seconds = time.perf_counter() - begin

    seconds: list[float] = []
    first_result = 0.0
    for _ in range(rounds):
        begin = time.perf_counter()
        chosen = batches()
        weights = jax.block_until_ready(run(weights, images, labels, chosen, shares))
        seconds.append(time.perf_counter() - begin)
        first_result = first_result or time.time()
    return outside.outcome(
        "jax",
        (np.asarray(weights[0]).T, np.asarray(weights[1])),
        path,
        num_clients,
        seconds,
        first_result - started,
        int((chosen >= 0).sum()),
        {"JAX": jax.__version__},
    ) | {"compile_seconds": compile_seconds}


def _round(
    weights: Weights, images: jax.Array, labels: jax.Array, chosen: jax.Array, shares: jax.Array
) -> Weights:
    def step(weights: Weights, batch: jax.Array) -> tuple[Weights, None]:
        matrix, bias = weights
        is_example = batch >= 0
        x, y = images[batch], labels[batch]
        slopes = jax.nn.softmax(x @ matrix.T + bias) - jax.nn.one_hot(y, len(bias))
        # A client with fewer batches than others ends with empty ones: they change nothing.
        slopes *= is_example[:, None] / jnp.maximum(is_example.sum(), 1)
        return (matrix - RATE * (slopes.T @ x), bias - RATE * slopes.sum(axis=0)), None

    trained = lax.map(lambda batches: lax.scan(step, weights, batches)[0], chosen, batch_size=BLOCK)
    return jax.tree.map(lambda parts: jnp.tensordot(shares, parts, axes=1), trained)


if __name__ == "__main__":
    path, num_clients, rounds, started = sys.argv[1:]
    print(json.dumps(main(path, int(num_clients), int(rounds), float(started))))
