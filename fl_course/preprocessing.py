"""From a client's examples to the batches that a model trains on."""

import collections
import functools
import math
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff
from numpy.typing import ArrayLike

from fl_course.arguments import (
    check_array,
    check_client_data,
    check_client_ids,
    check_integer,
    check_known,
    check_seed,
    described,
    is_endless,
)
from fl_course.localization import say
from fl_course.runtime import array_graphs, late_datasets
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
    """Turns a batch of examples into a batch of model inputs.

    Args:
        batch: `label`, [n], and one other part of any name, such as `pixels`, [n, height, width],
            or `features`, [n, size].

    Returns:
        `x`, that part as float32 [n, size], such as [n, height * width], and `y`, [n].
        `tff.learning` reads these two names; their order is part of the element's type, so it must
        be the same everywhere.
    """
    (part,) = (part for name, part in batch.items() if name != "label")
    if part.dtype != tf.float32:
        part = tf.cast(part, tf.float32)
    size = math.prod(part.shape[1:])
    return collections.OrderedDict(x=tf.reshape(part, [-1, size]), y=batch["label"])


def standardize(
    mean: ArrayLike, variance: ArrayLike
) -> Callable[[Mapping[str, tf.Tensor]], collections.OrderedDict[str, tf.Tensor]]:
    """Makes a function that standardizes an example: minus the mean, by the standard deviation.

    For `dataset.map`, before `preprocess`. Give every client the same two arrays: with its own, two
    clients' equal numbers would stand for different things.

    Args:
        mean: Of each number of an example, in all shapes that fit an example's.
        variance: Of each number, 0 or more, of the shape of `mean`. What has a variance of 0 is the
            same everywhere: it becomes 0.

    Returns:
        A function from an element, a dict of `label` and other parts, to an ordered dict of the
        same parts in the same order. All but `label` are standardized, float32; what is missing
        (NaN) stays so.

    Raises:
        TypeError: If an argument is not an array of numbers.
        ValueError: If a number is not finite, a variance below 0, or the shapes differ.
    """
    means, variances = _finite("mean", mean), _finite("variance", variance)
    if means.shape != variances.shape:
        raise ValueError(
            say(
                "mean and variance must have the same shape; the shapes are {mean} and {variance}.",
                mean=list(means.shape),
                variance=list(variances.shape),
            )
        )
    if (variances < 0).any():
        raise ValueError(
            say(
                "variance must be 0 or more, and it holds {least}.",
                least=f"{variances.min():.4g}",
            )
        )
    shift = means.astype(np.float32)
    scale = np.where(variances > 0, np.sqrt(variances), 1.0).astype(np.float32)

    def standardized(
        element: Mapping[str, tf.Tensor],
    ) -> collections.OrderedDict[str, tf.Tensor]:
        return collections.OrderedDict(
            (name, part if name == "label" else (tf.cast(part, tf.float32) - shift) / scale)
            for name, part in element.items()
        )

    return standardized


def _finite(name: str, value: ArrayLike) -> np.ndarray:
    numbers = check_array(name, value).astype(float)
    if not np.isfinite(numbers).all():
        raise ValueError(
            say("{name} must be finite, and it is {value}.", name=name, value=described(value))
        )
    return numbers


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
        dataset: Elements are dicts of `label`, a number [], and one other part of any name: numbers
            of a known shape, such as `pixels`, [height, width], or `features`, [size].
        epochs: How many times to go through the data (local epochs); 1 to 1,000,000.
        batch_size: Examples in a batch; 1 or more. The last batch of all may be smaller.
        shuffle_buffer: Examples among which the next one is drawn, 0 to 1,000,000; 1 or less keeps
            the order.
        seed: Of the shuffle, 0 to 2**32 - 1. Each epoch has an order of its own, the same in every
            run.

    Returns:
        A dataset of batches, ordered dicts of `x`, float32 [n, size], and `y`, [n]; `size` is how
        many numbers an example's other part holds.

    Raises:
        TypeError: If `dataset` is not a dataset.
        ValueError: If a number is not a whole one in its range, the examples are not numbers with
            a label, or they never end.
    """
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(
            say(
                "dataset must be a tf.data.Dataset, and it is {dataset}.",
                dataset=_described(dataset),
            )
        )
    epochs, batch_size, shuffle_buffer, seed = _numbers(epochs, batch_size, shuffle_buffer, seed)
    _check_elements(dataset.element_spec)
    arrays = late_datasets.arrays_of(dataset) if tf.executing_eagerly() else None
    # A round with it would never end, nor hear Ctrl-C.
    if arrays is None and is_endless(dataset):
        raise ValueError(
            say(
                "dataset must have an end, and it repeats for ever. Leave out its repeat(); epochs "
                "says how many times to go through the examples."
            )
        )
    # The two numbers that dataset.shuffle(..., seed=seed) makes of the global seed and this one.
    seeds = np.array(tf.compat.v1.random.get_seed(seed), np.int64)
    steps = epochs, batch_size, shuffle_buffer
    if arrays is not None:
        return array_graphs.late_batches(
            lambda: _batches(*steps)(dataset, seeds),
            _batch_spec(dataset.element_spec),
            -(-epochs * int(dataset.cardinality()) // batch_size),
            arrays=arrays,
            columns=_inputs,
            steps=_batches_of_inputs(*steps),
            seeds=seeds,
        )
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

    # Most clients' batches are never read in this process, and those of a few would count as too
    # many kinds for too few calls.
    batches._omit_frequent_tracing_warning = True
    return batches


@functools.lru_cache(maxsize=16)
def _batches_of_inputs(
    epochs: int, batch_size: int, shuffle_buffer: int
) -> Callable[[tf.data.Dataset, np.ndarray], tf.data.Dataset]:
    """The same steps for examples that are flat already: the same batches, with less to do.

    A worker prepares a function to map with for each client, and calls it for each batch.
    """

    def batches(dataset: tf.data.Dataset, seeds: np.ndarray) -> tf.data.Dataset:
        if shuffle_buffer > 1:
            dataset = _shuffled(dataset, shuffle_buffer, seeds)
        return dataset.repeat(epochs).batch(batch_size).with_options(_OPTIONS)

    return batches


def _inputs(examples: late_datasets.Arrays) -> collections.OrderedDict[str, np.ndarray]:
    """A client's examples, flat: what `flatten` makes of all of them together."""
    (part,) = (part for name, part in examples.items() if name != "label")
    flat = part.reshape(len(part), math.prod(part.shape[1:]))
    return collections.OrderedDict(x=flat.astype(np.float32, copy=False), y=examples["label"])


def _batch_spec(
    element_spec: dict[str, tf.TensorSpec],
) -> collections.OrderedDict[str, tf.TensorSpec]:
    (part,) = (spec for name, spec in element_spec.items() if name != "label")
    return collections.OrderedDict(
        x=tf.TensorSpec([None, math.prod(part.shape)], tf.float32),
        y=tf.TensorSpec([None], element_spec["label"].dtype),
    )


def _shuffled(
    dataset: tf.data.Dataset, buffer: int, seeds: tf.Tensor | np.ndarray
) -> tf.data.Dataset:
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


def _check_elements(element_spec: object) -> None:
    wanted = say("a dict of 'label' with shape [] and one other part, such as 'pixels'")
    if not isinstance(element_spec, dict) or "label" not in element_spec or len(element_spec) < 2:
        raise ValueError(
            say(
                "dataset must have elements that are {wanted}, and has {element_spec}.",
                wanted=wanted,
                element_spec=element_spec,
            )
        )
    names = [name for name in element_spec if name != "label"]
    if len(names) > 1:
        raise ValueError(
            say(
                "dataset must have elements that are {wanted}, and beside 'label' it has {names}. "
                "Make one part of them, or leave some out: {call}.",
                wanted=wanted,
                names=", ".join(map(repr, names)),
                call=_one_part(names),
            )
        )
    shapes = {
        name: spec.shape if isinstance(spec, tf.TensorSpec) else None
        for name, spec in sorted(element_spec.items())
    }
    known = all(shape is not None and shape.is_fully_defined() for shape in shapes.values())
    if not known or shapes["label"].rank != 0 or shapes[names[0]].rank == 0:
        raise ValueError(
            say(
                "dataset must have elements that are {wanted}; the shapes are {shapes}.",
                wanted=wanted,
                shapes={
                    name: str(shape) if shape is None or shape.rank is None else list(shape)
                    for name, shape in shapes.items()
                },
            )
        )
    for name, spec in sorted(element_spec.items()):
        if not (spec.dtype.is_floating or spec.dtype.is_integer or spec.dtype.is_bool):
            raise ValueError(
                say(
                    "dataset must have numbers in its elements, and {name} is of type {type}.",
                    name=repr(name),
                    type=spec.dtype.name,
                )
            )


def _one_part(names: Sequence[str]) -> str:
    """The call that puts parts of an example into one."""
    parts = ", ".join(f'e["{name}"]' for name in names)
    one = f"tf.concat([tf.reshape(tf.cast(p, tf.float32), [-1]) for p in ({parts})], 0)"
    return f'dataset.map(lambda e: {{"features": {one}, "label": e["label"]}})'
