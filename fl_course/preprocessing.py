"""From a client's examples to the batches that a model trains on."""

import collections
import functools
import zlib
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import (
    check_client_data,
    check_client_ids,
    check_integer,
    check_known,
    check_seed,
    is_endless,
)
from fl_course.localization import say
from fl_course.runtime import client_data as sending

ClientData = tff.simulation.datasets.ClientData

# More than any writer of ours or of EMNIST has, so that a shuffle mixes all of a client's examples.
SHUFFLE_BUFFER = 1000

# The buffer's places are reserved whether there are examples for them or not, 24 bytes each:
# gigabytes of them end the process without a word.
_LARGEST_BUFFER = 10**6
_MOST_EPOCHS = 10**6  # tf.data takes an overflowing number of elements for none at all

# tf.data tunes a pipeline while it runs; for a client's few batches that costs more than it gains.
_OPTIONS = tf.data.Options()
_OPTIONS.autotune.enabled = False
_OPTIONS.experimental_optimization.apply_default_optimizations = False


def flatten(
    batch: collections.OrderedDict[str, tf.Tensor],
) -> collections.OrderedDict[str, tf.Tensor]:
    """Turns a batch of images into a batch of model inputs.

    Args:
        batch: `pixels`, [n, height, width], and `label`, [n].

    Returns:
        `x`, [n, height * width], and `y`, [n]. `tff.learning` reads these two names; their order is
        part of the element's type, so it must be the same everywhere.
    """
    pixels = batch["pixels"]
    size = pixels.shape[1] * pixels.shape[2]
    return collections.OrderedDict(x=tf.reshape(pixels, [-1, size]), y=batch["label"])


def preprocess(
    dataset: tf.data.Dataset,
    *,
    epochs: int = 1,
    batch_size: int = 20,
    shuffle_buffer: int = SHUFFLE_BUFFER,
    seed: int = 0,
) -> tf.data.Dataset:
    """Makes batches out of one client's examples.

    Args:
        dataset: Elements are dicts of `pixels`, [height, width], and `label`, [].
        epochs: How many times to go through the data (local epochs); 1 to 1,000,000.
        batch_size: Examples in a batch; 1 or more. The last batch of all may be smaller.
        shuffle_buffer: Examples among which the next one is drawn, 0 to 1,000,000; 1 or less keeps
            the order.
        seed: Of the shuffle, 0 to 2**32 - 1. Each epoch has an order of its own, the same in every
            run.

    Returns:
        A dataset of batches, ordered dicts of `x`, [n, height * width], and `y`, [n].

    Raises:
        TypeError: If `dataset` is not a dataset.
        ValueError: If a number is not a whole one in its range, the examples are not images with a
            label, or they never end.
    """
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(
            say(
                "dataset must be a tf.data.Dataset, and it is {dataset}.",
                dataset=_described(dataset),
            )
        )
    epochs, batch_size, shuffle_buffer, seed = _numbers(epochs, batch_size, shuffle_buffer, seed)
    _check_images(dataset.element_spec)
    # A round with it would never end, nor hear Ctrl-C.
    if is_endless(dataset):
        raise ValueError(
            say(
                "dataset must have an end, and it repeats for ever. Leave out its repeat(); epochs "
                "says how many times to go through the examples."
            )
        )
    # The two numbers that dataset.shuffle(..., seed=seed) makes of the global seed and this one.
    seeds = np.array(tf.compat.v1.random.get_seed(seed), np.int64)
    steps = epochs, batch_size, shuffle_buffer
    batches = _batches(*steps)(dataset, seeds)
    if shuffle_buffer > 1:
        sending.note_recipe(batches, dataset, steps, seeds)
    return batches


@functools.lru_cache(maxsize=16)
def _batches(
    epochs: int, batch_size: int, shuffle_buffer: int
) -> tf.types.experimental.PolymorphicFunction:
    """The steps from a client's examples to its batches, recorded once for all clients."""

    @tf.function
    def batches(dataset: tf.data.Dataset, seeds: tf.Tensor) -> tf.data.Dataset:
        if shuffle_buffer > 1:
            dataset = _shuffled(dataset, shuffle_buffer, seeds)
        # Repeat after the shuffle: one epoch ends before the next begins, each in its own order.
        return dataset.repeat(epochs).batch(batch_size).map(flatten).with_options(_OPTIONS)

    return batches


def _shuffled(dataset: tf.data.Dataset, buffer: int, seeds: tf.Tensor) -> tf.data.Dataset:
    """`dataset.shuffle`, whose seed would be recorded: here it is an argument, [2]."""
    specs = tf.nest.flatten(dataset.element_spec)
    shuffled = tf.raw_ops.ShuffleDatasetV3(
        input_dataset=tf.data.experimental.to_variant(dataset),
        buffer_size=buffer,
        seed=seeds[0],
        seed2=seeds[1],
        seed_generator=tf.raw_ops.DummySeedGenerator(),
        output_types=[spec.dtype for spec in specs],
        output_shapes=[spec.shape for spec in specs],
        reshuffle_each_iteration=True,
    )
    return tf.data.experimental.from_variant(shuffled, dataset.element_spec)


def make_federated_data(
    client_data: ClientData,
    client_ids: Sequence[str],
    *,
    epochs: int = 1,
    batch_size: int = 20,
    shuffle_buffer: int = SHUFFLE_BUFFER,
    seed: int = 0,
) -> list[tf.data.Dataset]:
    """Makes the datasets of one round's cohort: a list with one dataset for each client.

    Args:
        client_data: Where the clients' examples come from.
        client_ids: The clients of the round.
        epochs: See `preprocess`, as for the other arguments.
        batch_size: Examples in a batch.
        shuffle_buffer: Examples among which the next one is drawn.
        seed: Of the shuffles, 0 to 2**32 - 1. Each client gets an order of its own from it; give
            another seed in another round to give every client another order.

    Returns:
        One preprocessed dataset for each id, in the same order.

    Raises:
        TypeError: If `client_data` is not client data, or `client_ids` not a list of texts.
        ValueError: If `client_ids` is empty, holds an unknown id, or a number is out of its range.
    """
    client_data = check_client_data(client_data)
    client_ids = check_client_ids(client_ids)
    if not client_ids:
        raise ValueError(say("client_ids is empty; a round needs at least one client."))
    check_known(client_ids, client_data)
    epochs, batch_size, shuffle_buffer, seed = _numbers(epochs, batch_size, shuffle_buffer, seed)
    return [
        preprocess(
            client_data.create_tf_dataset_for_client(client_id),
            epochs=epochs,
            batch_size=batch_size,
            shuffle_buffer=shuffle_buffer,
            # With one seed for all, clients whose labels come in the same order, as those of our
            # writers do, would meet the labels in the same order and drift together.
            seed=zlib.crc32(f"{seed} {client_id}".encode()),
        )
        for client_id in client_ids
    ]


def _numbers(
    epochs: int, batch_size: int, shuffle_buffer: int, seed: int
) -> tuple[int, int, int, int]:
    return (
        check_integer("epochs", epochs, 1, _MOST_EPOCHS),
        check_integer("batch_size", batch_size, 1),
        check_integer("shuffle_buffer", shuffle_buffer, 0, _LARGEST_BUFFER),
        check_seed(seed),
    )


def _described(value: object) -> str:
    if isinstance(value, str):  # probably a client's id
        get = f"client_data.create_tf_dataset_for_client({value!r})"
        return say("the text {value}; {get} gives the dataset", value=repr(value), get=get)
    return say("of type {type}", type=type(value).__name__)


def _check_images(element_spec: object) -> None:
    wanted = say("a dict of 'pixels' with shape [height, width] and 'label' with shape []")
    if not isinstance(element_spec, dict) or set(element_spec) != {"pixels", "label"}:
        raise ValueError(
            say(
                "dataset must have elements that are {wanted}, and has {element_spec}.",
                wanted=wanted,
                element_spec=element_spec,
            )
        )
    if element_spec["pixels"].shape.rank != 2 or element_spec["label"].shape.rank != 0:
        shapes = {name: list(spec.shape) for name, spec in sorted(element_spec.items())}
        raise ValueError(
            say(
                "dataset must have elements that are {wanted}; the shapes are {shapes}.",
                wanted=wanted,
                shapes=shapes,
            )
        )
