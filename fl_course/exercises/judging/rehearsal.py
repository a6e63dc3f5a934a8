"""A stand-in for a learning process: trains nothing, and notes how it is used."""

import collections
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Raised, run
from fl_course.exercises.judging.reference import SHAPES

ACCURACY = "sparse_categorical_accuracy"


class State:
    """A state, with the parts of a real one.

    Attributes:
        trained: The number of rounds behind the model's weights.
        remembered: The number of rounds behind what the server's optimizer remembers.
        begun: The state with which the training began.
        global_model_weights: Weights, all with the value `trained`.
    """

    def __init__(self, trained: int = 0, remembered: int = 0, begun: "State | None" = None) -> None:
        self.trained = trained
        self.remembered = remembered
        self.begun = begun or self
        self.global_model_weights = _weights(trained)
        self.distributor = self.client_work = ()
        self.aggregator = collections.OrderedDict(value_sum_process=(), weight_sum_process=())
        self.finalizer = collections.OrderedDict(
            learning_rate=np.float32(1.0), accumulator=_weights(remembered).trainable
        )


class Rehearsal:
    """Has the surface of `tff.learning.templates.LearningProcess`, under the same names.

    Attributes:
        initial: States that `initialize` made.
        taken: What `next` took for a state, call by call.
        cohorts: What it took for client data.
        made: The states that it made.
        reset: States that `set_model_weights` made.
    """

    def __init__(self) -> None:
        self.initial: list[State] = []
        self.taken: list[Any] = []
        self.cohorts: list[list[Any]] = []
        self.made: list[State] = []
        self.reset: list[State] = []

    @staticmethod
    def accuracy(trained: int) -> float:
        """What the clients report in a round."""
        return trained / (trained + 4)

    @staticmethod
    def loss(trained: int) -> float:
        """The loss that they report."""
        return 3 - trained / 8

    def initialize(self) -> State:
        """Makes a state of no rounds."""
        self.initial.append(State())
        return self.initial[-1]

    def next(self, state: Any, client_data: Any) -> Any:
        """Notes a round, and gives the next state and metrics."""
        import tensorflow_federated as tff

        self.taken.append(state)
        self.cohorts.append(list(client_data))
        before = state if isinstance(state, State) else State()
        rounds = before.trained + 1
        self.made.append(State(rounds, before.remembered + 1, before.begun))
        metrics = collections.OrderedDict(
            distributor=(),
            client_work=collections.OrderedDict(
                train=collections.OrderedDict(
                    sparse_categorical_accuracy=np.float32(self.accuracy(rounds)),
                    loss=np.float32(self.loss(rounds)),
                    num_examples=8 * rounds,
                    num_batches=3 * rounds,
                )
            ),
            aggregator=collections.OrderedDict(mean_value=(), mean_weight=()),
            finalizer=collections.OrderedDict(update_non_finite=0),
        )
        return tff.learning.templates.LearningProcessOutput(self.made[-1], metrics)

    def get_model_weights(self, state: Any) -> Any:
        """The weights in a state."""
        return state.global_model_weights

    def set_model_weights(self, state: Any, model_weights: Any) -> State:
        """A state with these weights; what the optimizer remembers stays."""
        trained = int(np.ravel(model_weights.trainable[0])[0])
        self.reset.append(State(trained, state.remembered, state.begun))
        return self.reset[-1]

    def get_hparams(self, state: Any) -> Any:
        """The learning rate of the server."""
        return collections.OrderedDict(
            client_work=collections.OrderedDict(),
            finalizer=collections.OrderedDict(learning_rate=np.float32(1.0)),
        )

    def set_hparams(self, state: Any, hparams: Any) -> Any:
        """The state as it is."""
        return state


def cohort(seed: int, clients: int = 12) -> list[Any]:
    """Datasets of a cohort, more than the ten of the lessons; no two cohorts share one."""
    import tensorflow as tf

    from fl_course.exercises.judging import reference

    batches = reference.dataset(reference.some_batches(seed, 3))
    return [batches.with_options(tf.data.Options()) for _ in range(clients)]


def same(ones: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two cohorts have the same datasets in the same order."""
    pairs = itertools.zip_longest(ones, others)
    return all(one is other for one, other in pairs)


def same_but_for_order(ones: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether two cohorts have the same datasets."""
    return sorted(map(id, ones)) == sorted(map(id, others))


def ran(answer: Any, *args: Any) -> Any:
    """Runs an answer; where it hands a stand-in's state to a real process, that says so.

    Raises:
        OtherProcess: Then: what TFF says of it names a type that no learner has seen.
    """
    try:
        return run(answer, *args)
    except Raised as raised:
        if State.__module__ in str(raised.error):
            raise OtherProcess from None
        raise


class OtherProcess(Exception):
    """A state of the stand-in's went to a process that is not the stand-in."""


def is_output(value: Any) -> bool:
    """Whether it is all that `next` gives."""
    import tensorflow_federated as tff

    return isinstance(value, tff.learning.templates.LearningProcessOutput)


def _weights(value: int) -> Any:
    import tensorflow_federated as tff

    arrays = tuple(np.full(shape, value, np.float32) for shape in SHAPES)
    return tff.learning.models.ModelWeights(trainable=arrays, non_trainable=())
