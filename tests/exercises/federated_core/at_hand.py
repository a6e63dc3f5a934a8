"""What the answers to several exercises have at hand."""

import collections

import numpy as np


def example():
    import tensorflow_federated as tff

    return collections.OrderedDict(label=np.int32, pixels=tff.TensorType(np.float32, [28, 28]))


def at_clients(member, **options):
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.CLIENTS, **options)


def at_server(member):
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.SERVER)


def sequence(element):
    import tensorflow_federated as tff

    return tff.SequenceType(element)


def from_the_data():
    import tensorflow_federated as tff

    from fl_course import data

    train, _ = data.load("digits")
    element = train.create_tf_dataset_for_client("writer_00").element_spec
    return at_clients(sequence(tff.types.tensorflow_to_type(element)))


def with_element(element):
    return at_clients(sequence(element))


def federated(*types):
    import tensorflow_federated as tff

    return tff.federated_computation(*types)


def in_tensorflow(*types):
    import tensorflow_federated as tff

    return tff.tensorflow.computation(*types)


def plain_function(*values):
    return values[0]


def without_types():
    import tensorflow_federated as tff

    @tff.federated_computation
    def average(temperatures, counts):
        return tff.federated_mean(temperatures, counts)

    return average


def called():
    return one_argument()([19.0, 20.5, 23.5])


def with_arguments(*kinds):
    def make():
        import tensorflow_federated as tff

        clients = next(k for k, kind in enumerate(kinds) if kind is at_clients)
        types = [kind(np.float32) for kind in kinds]
        return federated(*types)(lambda a, b: tff.federated_mean((a, b)[clients]))

    return make


def one_argument():
    import tensorflow_federated as tff

    return federated(at_clients(np.float32))(lambda temperatures: tff.federated_mean(temperatures))
