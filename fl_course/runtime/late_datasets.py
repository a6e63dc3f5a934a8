"""Datasets that TensorFlow makes only when this process reads them.

Most datasets of a round are only sent to the worker. To make one takes TensorFlow milliseconds, and
what is sent can be written down without it.
"""

import functools
from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from tensorflow.python.data.ops import from_tensor_slices_op
from tensorflow.python.eager import context

Arrays = Mapping[str, np.ndarray]

# Where TensorFlow has moved it, datasets are made and sent as by TFF, which takes longer.
_Slices = getattr(from_tensor_slices_op, "_TensorSliceDataset", ())
_NUMBERS = (
    *(tf.float16, tf.float32, tf.float64),
    *(tf.uint8, tf.uint16, tf.int8, tf.int16, tf.int32, tf.int64),
)


class LateDataset(tf.data.Dataset):
    """A dataset that is made at its first use in this process; it does not change after that.

    Args:
        make: Makes it.
        element_spec: What its elements are.
        size: How many there are.
        arrays: Makes the arrays whose slices are its elements, each time the same ones; by default
            it has none that are known.
        serialize: Gives the graph that the worker gets, or nothing where it has to be made from the
            dataset, as always by default.
    """

    def __init__(
        self,
        make: Callable[[], tf.data.Dataset],
        element_spec: object,
        size: int,
        *,
        arrays: Callable[[], Arrays] | None = None,
        serialize: Callable[[], bytes | None] = lambda: None,
    ) -> None:
        self._make = make
        self._element_spec = element_spec
        self._size = size
        self.arrays = arrays
        self.serialize = serialize
        super().__init__(None)

    @property
    def element_spec(self) -> object:
        """What the elements are."""
        return self._element_spec

    def cardinality(self) -> tf.Tensor:
        """How many elements there are, int64 []."""
        return tf.constant(self._size, tf.int64)

    @property
    def _variant_tensor(self) -> tf.Tensor:
        return self._made()._variant_tensor

    def _made(self) -> tf.data.Dataset:
        if "_dataset" not in vars(self):
            # Its first use may be in a graph, and the next one in another.
            with tf.init_scope(), context.eager_mode():
                dataset = self._make()
            # Of two threads at a time, both get the first one's: each has a state of its shuffle.
            vars(self).setdefault("_dataset", dataset)
        return vars(self)["_dataset"]

    def _inputs(self) -> list[tf.data.Dataset]:
        return []

    def __repr__(self) -> str:
        return repr(self._made())


def late_slices(arrays: Callable[[], Arrays], element_spec: object, size: int) -> tf.data.Dataset:
    """`tf.data.Dataset.from_tensor_slices`, of arrays that are made when they are needed.

    Args:
        arrays: Makes them, each time the same ones, in the order of `element_spec`.
        element_spec: An ordered dict of the elements' parts.
        size: How many slices they have.
    """
    return LateDataset(
        lambda: tf.data.Dataset.from_tensor_slices(arrays()), element_spec, size, arrays=arrays
    )


def arrays_of(dataset: tf.data.Dataset) -> Callable[[], Arrays] | None:
    """What makes the arrays whose slices are a dataset's elements.

    Args:
        dataset: Its elements are dicts of tensors.

    Returns:
        A function that gives the same arrays at each call, and is itself the same one for the same
        arrays as long as they are used; none where the arrays are not known.
    """
    spec = dataset.element_spec
    if not isinstance(spec, dict) or not all(
        isinstance(part, tf.TensorSpec) and part.dtype in _NUMBERS for part in spec.values()
    ):
        return None
    if isinstance(dataset, LateDataset):
        return dataset.arrays
    if not isinstance(dataset, _Slices):
        return None
    if "_fl_course_arrays" not in vars(dataset):
        tensors = dataset._tensors
        if not all(hasattr(tensor, "numpy") for tensor in tensors):  # a part of a graph
            return None
        arrays = functools.partial(_as_arrays, tuple(sorted(spec)), tensors)
        vars(dataset).setdefault("_fl_course_arrays", arrays)
    return dataset._fl_course_arrays


def _as_arrays(names: tuple[str, ...], tensors: list[tf.Tensor]) -> Arrays:
    return {name: tensor.numpy() for name, tensor in zip(names, tensors, strict=True)}
