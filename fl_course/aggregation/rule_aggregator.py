"""A rule over all clients' updates as an aggregator of TFF."""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.aggregation.robust import Rule
from fl_course.arguments import check_function
from fl_course.localization import noted


def rule_aggregator(rule: Rule) -> tff.aggregators.UnweightedAggregationFactory:
    """Makes an aggregator of a rule, for `tff.learning.algorithms.build_unweighted_fed_avg`.

    A sum needs one place for all clients, a rule such as the median needs every update by itself:
    what `tff.federated_aggregate` accumulates here has a row for each client, and grows with the
    cohort. Where sums are secure, that is what the server cannot have.

    Args:
        rule: A function of a float32 tensor [clients, d] to one [d], such as `coordinate_median()`,
            in TensorFlow.

    Returns:
        A factory for values of float32 tensors, in any structure. Which clients' row stands where
        is not determined.

    Raises:
        TypeError: If `rule` cannot be called.
    """
    return _RuleFactory(
        check_function("rule", rule, noted("of the updates [clients, d], giving one update [d]"))
    )


class _RuleFactory(tff.aggregators.UnweightedAggregationFactory):
    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def create(self, value_type: tff.Type) -> tff.templates.AggregationProcess:
        specs = tff.types.structure_from_tensor_type_tree(
            lambda leaf: tf.TensorSpec(leaf.shape, leaf.dtype), value_type
        )
        shapes = [spec.shape.as_list() for spec in tf.nest.flatten(specs)]
        sizes = [int(np.prod(shape)) for shape in shapes]
        width = sum(sizes)
        rows_type = tff.TensorType(np.float32, [None, width])

        @tff.tensorflow.computation
        def no_rows():
            return tf.zeros([0, width])

        @tff.tensorflow.computation(rows_type, value_type)
        def add_row(rows, value):
            row = tf.concat([tf.reshape(part, [-1]) for part in tf.nest.flatten(value)], axis=0)
            return tf.concat([rows, row[tf.newaxis]], axis=0)

        @tff.tensorflow.computation(rows_type, rows_type)
        def merge(rows, others):
            return tf.concat([rows, others], axis=0)

        @tff.tensorflow.computation(rows_type)
        def report(rows):
            parts = tf.split(self._rule(rows), sizes)
            parts = [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]
            return tf.nest.pack_sequence_as(specs, parts)

        @tff.federated_computation
        def initialize():
            return tff.federated_value((), tff.SERVER)

        @tff.federated_computation(
            tff.FederatedType((), tff.SERVER), tff.FederatedType(value_type, tff.CLIENTS)
        )
        def next_fn(state, value):
            result = tff.federated_aggregate(value, no_rows(), add_row, merge, report)
            return tff.templates.MeasuredProcessOutput(
                state, result, tff.federated_value((), tff.SERVER)
            )

        return tff.templates.AggregationProcess(initialize, next_fn)
