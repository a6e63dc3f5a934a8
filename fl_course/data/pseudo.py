"""More clients than there are writers, for rounds of any size."""

import functools
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import MOST_CLIENTS, check_client_data, check_integer, check_seed
from fl_course.data.clients import examples
from fl_course.localization import say
from fl_course.runtime.late_datasets import Arrays, late_slices

ClientData = tff.simulation.datasets.ClientData

_SHIFT = 1  # pixels, in each direction: the digit stays the same, and inside the image
_PAPER = 1.0
_KEPT = 64  # writers whose examples stay in memory; to get them takes longer than to move them
_KNOWN = 1024  # clients: as long as one is known, what was sent of it is kept, some 70 kB


class _PseudoClients(ClientData):
    """Clients whose examples are made when they are asked for."""

    def __init__(self, base: ClientData, origins: dict[str, tuple[str, int]], seed: int) -> None:
        self._base = base
        self._examples = functools.lru_cache(maxsize=_KEPT)(lambda writer: examples(base, writer))
        self._origins = origins
        self._places = {writer: place for place, writer in enumerate(base.client_ids)}
        self._seed = seed
        self._arrays = functools.lru_cache(maxsize=_KNOWN)(self._arrays_of)

    @property
    def client_ids(self) -> list[str]:
        return sorted(self._origins)

    @property
    def element_type_structure(self) -> OrderedDict[str, tf.TensorSpec]:
        return self._base.element_type_structure

    @property
    def serializable_dataset_fn(self) -> Callable[[str], tf.data.Dataset]:
        raise NotImplementedError(
            say(
                "Pseudo-clients are made in this process, not within a computation: get a "
                "client's examples by create_tf_dataset_for_client."
            )
        )

    def create_tf_dataset_for_client(self, client_id: str) -> tf.data.Dataset:
        if client_id not in self._origins:
            ids = self.client_ids
            raise ValueError(
                say(
                    "{client_id} is not a client; there are {num_ids}, from {first} to {last}.",
                    client_id=repr(client_id),
                    num_ids=len(ids),
                    first=repr(ids[0]),
                    last=repr(ids[-1]),
                )
            )
        written = self._examples(self._origins[client_id][0])
        arrays = self._arrays(client_id)
        if not tf.executing_eagerly():  # it is a part of the graph being recorded
            return tf.data.Dataset.from_tensor_slices(arrays())
        element_spec = OrderedDict(
            (name, tf.TensorSpec(written[name].shape[1:], written[name].dtype))
            for name in ("label", "pixels")
        )
        return late_slices(arrays, element_spec, len(written["label"]))

    def _arrays_of(self, client_id: str) -> Callable[[], Arrays]:
        writer, number = self._origins[client_id]
        seeds = [self._seed, self._places[writer], number]
        return functools.partial(_moved_examples, self._examples, writer, seeds)


def _moved_examples(examples_of: Callable[[str], Arrays], writer: str, seeds: list[int]) -> Arrays:
    written = examples_of(writer)
    moved = _shifted(written["pixels"], np.random.default_rng(seeds))
    return OrderedDict(label=written["label"], pixels=moved)


def _shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moves each image by up to a pixel, on paper."""
    padding = ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT))
    padded = np.pad(images, padding, constant_values=_PAPER)
    windows = np.lib.stride_tricks.sliding_window_view(padded, images.shape[1:], axis=(1, 2))
    down, right = rng.integers(0, 2 * _SHIFT + 1, (2, len(images)))
    return windows[np.arange(len(images)), down, right]


def pseudo_clients(client_data: ClientData, num_clients: int, *, seed: int = 0) -> ClientData:
    """Makes as many clients as one asks for out of the clients there are.

    Each has the examples of one client of `client_data`, with every image moved by up to one pixel
    in each direction, at random. The idea is that of TFF's `TransformingClientData`; here whole
    clients are moved at once, and only when they are asked for. Many such clients make a round
    large, not the data rich: they differ no more than the clients they come from.

    Args:
        client_data: Elements have `label`, int32 [], and `pixels`, float32 [height, width] from 0.0
            (ink) to 1.0 (paper). What is read of a client is kept: it must stay the same.
        num_clients: How many to make; 1 to 1,000,000. The clients of `client_data` take turns.
        seed: 0 to 2**32 - 1; the same arguments always give the same clients.

    Returns:
        Client data whose ids are those of `client_data` with a number behind, such as
        "writer_03-007". Elements are as in `client_data`.

    Raises:
        TypeError: If `client_data` is not client data.
        ValueError: If a number is not a whole one in its range, or elements are no images.
    """
    client_data = check_client_data(client_data)
    _check_images(client_data)
    num_clients = check_integer("num_clients", num_clients, 1, MOST_CLIENTS)
    seed = check_seed(seed)
    writers = client_data.client_ids
    most = (num_clients - 1) // len(writers)
    origins = {}
    for i in range(num_clients):
        writer, number = writers[i % len(writers)], i // len(writers)
        origins[f"{writer}-{number:0{len(str(most))}d}"] = (writer, number)
    return _PseudoClients(client_data, origins, seed)


def _check_images(client_data: ClientData) -> None:
    spec = client_data.element_type_structure
    images = isinstance(spec, dict) and set(spec) == {"label", "pixels"}
    if not images or spec["pixels"].shape.rank != 2:
        raise ValueError(
            say(
                "client_data must have elements that are dicts of 'pixels' with shape [height, "
                "width] and 'label' with shape []: images are what is moved. They are {spec}.",
                spec=spec,
            )
        )
