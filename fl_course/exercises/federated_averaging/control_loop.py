"""The loop over rounds, with what it notes."""

import collections
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import reference
from fl_course.localization import say


class _State:
    """A state of `_Rehearsal`."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds


class _Rehearsal:
    """Behaves like a learning process, trains nothing, and notes how it is used."""

    def __init__(self) -> None:
        self.initial: list[_State] = []
        self.taken: list[Any] = []
        self.cohorts: list[Any] = []
        self.made: list[_State] = []

    @staticmethod
    def accuracy(rounds: int) -> float:
        return rounds / (rounds + 4)

    @staticmethod
    def loss(rounds: int) -> float:
        return 3 - rounds / 8

    def initialize(self) -> _State:
        self.initial.append(_State(0))
        return self.initial[-1]

    def next(self, state: Any, cohort: Any) -> Any:
        import tensorflow_federated as tff

        self.taken.append(state)
        self.cohorts.append(cohort)
        rounds = state.rounds + 1 if isinstance(state, _State) else 1
        self.made.append(_State(rounds))
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
        )
        return tff.learning.templates.LearningProcessOutput(self.made[-1], metrics)

    def get_model_weights(self, state: Any) -> Any:
        import tensorflow_federated as tff

        return tff.learning.models.ModelWeights([np.zeros((784, 10)), np.zeros(10)], [])


def _judge(answer: Any) -> Any:
    # Real datasets, in case the function hands them to the notebook's process.
    cohort = [reference.dataset(batches) for batches in reference.two_clients()]
    for num_rounds in (4, 2):
        process = _Rehearsal()
        result = run(answer, process, cohort, num_rounds)
        found = _judge_calls(process, cohort, num_rounds)
        if found is None:
            found = _judge_returned(result, process, num_rounds)
        if found is not None:
            return found
    return None


def _judge_calls(process: _Rehearsal, cohort: list[Any], num_rounds: int) -> Any:
    if not process.taken:
        return "other_process"
    if any(isinstance(state, _result_type()) for state in process.taken[1:]):
        return "result_carried"
    if any(not isinstance(state, _State) for state in process.taken):
        return "no_initialize"
    for given in process.cohorts:
        if len(given) != len(cohort) or any(a is not b for a, b in zip(given, cohort, strict=True)):
            return "other_cohort"
    if len(process.taken) != num_rounds:
        return Mistake("wrong_rounds", wanted=num_rounds, seen=len(process.taken))
    if any(state.rounds != number for number, state in enumerate(process.taken)):
        fresh = all(any(state is one for one in process.initial) for state in process.taken)
        if fresh and len({id(state) for state in process.taken}) > 1:
            return "initialized_again"
        return "not_carried"
    return None


def _result_type() -> type:
    import tensorflow_federated as tff

    return tff.learning.templates.LearningProcessOutput


def _judge_returned(result: Any, process: _Rehearsal, num_rounds: int) -> Any:
    if isinstance(result, _result_type()):
        return Mistake("not_two", what=say("what `next` returned"))
    if isinstance(result, _State):
        return Mistake("not_two", what=say("a state alone"))
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return Mistake("not_two", what=say("something else"))
    state, reported = result
    if isinstance(reported, _State):
        return "swapped"
    if isinstance(state, _result_type()):
        return "result_not_state"
    if not isinstance(state, _State):
        return OTHER
    if state.rounds != num_rounds:
        return Mistake("old_state", rounds=state.rounds)
    if isinstance(reported, dict):
        curves = any(np.ndim(value) for value in reported.values())
        return "whole_metrics" if curves else "only_last"
    if isinstance(reported, (int, float, np.number)) or len(reported) == 1 != num_rounds:
        return "only_last"
    if any(isinstance(value, dict) for value in reported):
        return "whole_metrics"
    rounds = range(1, num_rounds + 1)
    accuracies = [process.accuracy(number) for number in rounds]
    if _close(reported, accuracies):
        return None
    if _close(reported, [process.loss(number) for number in rounds]):
        return "loss"
    if _close(reported, [100 * accuracy for accuracy in accuracies]):
        return "percent"
    if len(reported) > num_rounds and _close(reported[-num_rounds:], accuracies):
        return "older_rounds"
    return OTHER


def _close(values: Any, expected: list[float]) -> bool:
    values = np.asarray(values, float)
    return values.shape == (len(expected),) and np.allclose(values, expected, atol=1e-5)


def _run_rounds(process: Any, cohort: Any, num_rounds: int) -> tuple[Any, list[float]]:
    state = process.initialize()
    reported = []
    for _ in range(num_rounds):
        result = process.next(state, cohort)
        state = result.state
        train_metrics = result.metrics["client_work"]["train"]
        reported.append(float(train_metrics["sparse_categorical_accuracy"]))
    return state, reported


def _reference() -> Any:
    return _run_rounds


EXERCISE = Exercise(
    id="control_loop",
    expects="a function of a process, a cohort and a number of rounds that returns the state "
    "after the last round and a list with each round's reported accuracy",
    judge=_judge,
    reference=_reference,
    hints=(
        "Before the loop: a fresh state from `process.initialize()` and an empty list. After "
        "the loop: `return` both.",
        "In the loop, the cell that ran one round shows the call of `next` and where the "
        "clients' training metrics are. Give the name `state` to `result.state`, so that the "
        "next round starts where this one ended.",
        "The loop's body has three lines: run a round; take the new state; append "
        '`result.metrics["client_work"]["train"]["sparse_categorical_accuracy"]`.',
    ),
    mistakes={
        "other_process": "Your function never ran a round of the process that it was given. "
        "Does it use `averaging_process` of the notebook instead of its argument `process`?",
        "no_initialize": "The first round took a state that the given process had not made. "
        "Begin inside the function, with what `process.initialize()` returns.",
        "result_carried": "The first round is right. The second got all that `next` returns, "
        "state and metrics, and not the state alone: take `.state` from it.",
        "other_cohort": "`next` got another cohort than the one handed to your function. Does "
        "it use its argument `cohort`, and all of it?",
        "wrong_rounds": "For `num_rounds={wanted}` your function ran this number of rounds: "
        "{seen}. Look at the argument of `range`, and at how far `return` is indented.",
        "initialized_again": "Every round began with a fresh state, because `initialize` is "
        "called inside the loop: training starts again each time.",
        "not_carried": "A round did not take the state that the round before it returned. "
        "`next` changes nothing in place: after it, what must the name `state` stand for?",
        "not_two": "Your function returned {what}. Two things are wanted: the state, then the "
        "list of accuracies.",
        "swapped": "The two results come in the wrong order: the state first, then the list.",
        "result_not_state": "The first thing returned is the whole result of `next`, state and "
        "metrics together. Return only its state.",
        "old_state": "The state that your function returns has this number of rounds behind "
        "it: {rounds}. Return the one that the last round made.",
        "only_last": "Of all rounds, only one accuracy came back. Collect them in a list that "
        "is made before the loop, not anew in each round.",
        "whole_metrics": "The list holds each round's metrics as a whole. Only the number "
        "under `sparse_categorical_accuracy` is wanted.",
        "loss": "The list holds the losses. Wanted is the number under "
        "`sparse_categorical_accuracy`.",
        "percent": "The accuracies are in percent; give them as reported, between 0 and 1.",
        "older_rounds": "The list holds more than the rounds of this call: what an earlier "
        "call put in is still there. Make the list, empty, inside the function.",
    },
    right="Each round started from the state that the one before it returned: that is all the "
    "memory that training has.",
)
