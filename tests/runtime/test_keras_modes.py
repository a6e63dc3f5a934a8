"""A Keras model of the learner's survives TFF's recording of models."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models


@pytest.mark.parametrize("wrap", [models.variable_model_fn, models.functional_model])
def test_keras_model_works_after_a_process_was_built(wrap):
    x, y = np.ones((4, 784), np.float32), np.array([0, 1, 2, 3])
    model = models.cnn_model()
    model.compile(optimizer="sgd", loss=tf.keras.losses.SparseCategoricalCrossentropy())
    before = model.evaluate(x, y, verbose=0)
    process = tff.learning.algorithms.build_weighted_fed_avg(
        wrap(models.softmax_model), client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.1)
    )
    assert model.evaluate(x, y, verbose=0) == before
    model.fit(x, y, verbose=0)
    process.initialize()
    assert model.predict(x, verbose=0).shape == (4, 10)


def test_graph_mode_still_works_inside_a_graph():
    with tf.Graph().as_default() as graph:
        model = models.softmax_model()
        output = model(tf.zeros([2, 784]))
        assert output.graph is graph
    assert tf.executing_eagerly()
    assert models.softmax_model()(np.zeros((2, 784), np.float32)).shape == (2, 10)
