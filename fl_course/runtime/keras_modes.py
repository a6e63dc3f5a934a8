"""Keeps Keras models usable after TFF has recorded a model.

TFF makes Keras models inside a plain `tf.Graph`. Keras 2 then rewires its classes, for the whole
process, to those of TensorFlow 1, and rewires them back only when the next model is made outside.
In between, `evaluate` and `fit` of every model that exists fail with "Your Layer or Model is in an
invalid state". Here the classes are put back as soon as TFF leaves its graph.
"""

import contextlib
import functools
from collections.abc import Iterator


def restore_keras_after_graphs() -> None:
    """Makes leaving a `tf.Graph` put back the Keras classes that were rewired inside it."""
    import tensorflow as tf
    from tf_keras.src.utils import version_utils

    rewired: list[tuple[type, type, type]] = []
    swap_class = version_utils.swap_class
    as_default = tf.Graph.as_default

    @functools.wraps(swap_class)
    def swap_and_note(cls: type, v2_cls: type, v1_cls: type, use_v2: bool) -> type:
        if not use_v2:
            rewired.append((cls, v2_cls, v1_cls))
        return swap_class(cls, v2_cls, v1_cls, use_v2)

    @functools.wraps(as_default)
    @contextlib.contextmanager
    def as_default_and_restore(self: tf.Graph) -> Iterator[tf.Graph]:
        try:
            with as_default(self) as graph:
                yield graph
        finally:
            if rewired and tf.executing_eagerly():
                for cls, v2_cls, v1_cls in rewired:
                    swap_class(cls, v2_cls, v1_cls, True)
                rewired.clear()

    version_utils.swap_class = swap_and_note
    tf.Graph.as_default = as_default_and_restore
