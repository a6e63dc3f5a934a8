"""Answers to `control_loop`, as learners write them."""

import functools

import numpy as np
import tensorflow as tf

from fl_course import training
from tests.exercises.cases import Case
from tests.exercises.federated_averaging.at_hand import ACCURACY, weighted


def training_metrics(result):
    return result.metrics["client_work"]["train"]


def with_a_while(process, cohort, num_rounds):
    state, reported = process.initialize(), ()
    while len(reported) < num_rounds:
        state, metrics = process.next(state, list(cohort))
        reported += (metrics["client_work"]["train"][ACCURACY],)
    return [state, np.array(reported)]


def recursive(process, cohort, num_rounds):
    if num_rounds == 0:
        return process.initialize(), []
    state, reported = recursive(process, cohort, num_rounds - 1)
    result = process.next(state, cohort)
    return result.state, [*reported, tf.constant(training_metrics(result)[ACCURACY])]


def with_the_course(process, cohort, num_rounds):
    state, history = training.train(process, lambda round_num: cohort, num_rounds)
    return state, history.train[ACCURACY]


def loop(
    process,
    cohort,
    num_rounds,
    *,
    note=lambda result: training_metrics(result)[ACCURACY],
    give=lambda state, noted, result: (state, noted),
    carry=lambda before, result: result.state,
    rounds=lambda number: number,
    start=None,
):
    """The right loop, with one part changed by each of the wrong answers."""
    state = process.initialize() if start is None else start
    noted = []
    for _ in range(rounds(num_rounds)):
        result = process.next(state, cohort)
        state = carry(state, result)
        noted.append(note(result))
    return give(state, noted, result)


def changed(**parts):
    return lambda: functools.partial(loop, **parts)


@functools.cache
def notebooks_process():
    return weighted()


def with_the_notebooks_process(process, cohort, num_rounds):
    return loop(notebooks_process(), cohort, num_rounds)


def with_another_cohort(process, cohort, num_rounds):
    return loop(process, cohort[:1], num_rounds)


def starting_again(process, cohort, num_rounds):
    reported = []
    for _ in range(num_rounds):
        state = process.initialize()
        result = process.next(state, cohort)
        state = result.state
        reported.append(training_metrics(result)[ACCURACY])
    return state, reported


def a_list_anew(process, cohort, num_rounds):
    state = process.initialize()
    for _ in range(num_rounds):
        reported = []
        result = process.next(state, cohort)
        state = result.state
        reported.append(training_metrics(result)[ACCURACY])
    return state, reported


def with_a_list_outside():
    reported = []

    def run_rounds(process, cohort, num_rounds):
        state, noted = loop(process, cohort, num_rounds)
        reported.extend(noted)
        return state, reported

    return run_rounds


def accuracy_of(result):
    return training_metrics(result)[ACCURACY]


def by_keywords(process, cohort, num_rounds):
    state, reported = process.initialize(), []
    for _ in range(num_rounds):
        result = process.next(state=state, client_data=cohort)
        state = result.state
        reported.append(accuracy_of(result))
    return state, reported


def looking_around(process, cohort, num_rounds):
    state, reported = process.initialize(), []
    for _ in range(num_rounds):
        state, metrics = process.next(state, client_data=cohort)
        reported.append(float(metrics["client_work"]["train"][ACCURACY]))
        shape = state.global_model_weights.trainable[0].shape
        assert process.get_model_weights(state).trainable[0].shape == shape == (784, 10)
        assert process.get_hparams(state)["finalizer"]["learning_rate"] == 1.0
        assert metrics["finalizer"]["update_non_finite"] == 0
    return state, reported


def using_up_the_cohort(process, cohort, num_rounds):
    state, reported = loop(process, cohort, num_rounds)
    cohort.pop()
    return state, reported


def with_the_weights_only(process, cohort, num_rounds):
    return loop(
        process,
        cohort,
        num_rounds,
        carry=lambda before, result: process.set_model_weights(
            process.initialize(), process.get_model_weights(result.state)
        ),
    )


def with_ten_clients(process, cohort, num_rounds):
    return loop(process, cohort[:10], num_rounds)


def with_the_cohort_turned(process, cohort, num_rounds):
    return loop(process, cohort[::-1], num_rounds)


def turning_the_cohort(process, cohort, num_rounds):
    cohort.reverse()
    return loop(process, cohort, num_rounds)


def on_with_the_notebooks_process(process, cohort, num_rounds):
    state = process.initialize()
    for _ in range(num_rounds):
        result = notebooks_process().next(state, cohort)
    return result.state, []


def wrong_key(process, cohort, num_rounds):
    return loop(process, cohort, num_rounds, note=lambda result: result.metrics["train"])


def rounds_without_end(process, cohort, num_rounds):
    state = process.initialize()
    while True:
        state = process.next(state, cohort).state


def last_state_lost(process, cohort, num_rounds):
    state = process.initialize()
    reported = []
    for _ in range(num_rounds):
        before, result = state, process.next(state, cohort)
        state = result.state
        reported.append(training_metrics(result)[ACCURACY])
    return before, reported


def from_the_last_state():
    kept = []

    def run_rounds(process, cohort, num_rounds):
        state, noted = loop(process, cohort, num_rounds, start=kept.pop() if kept else None)
        kept.append(state)
        return state, noted

    return run_rounds


def with_the_first_cohort():
    kept = []

    def run_rounds(process, cohort, num_rounds):
        kept.append(cohort)
        return loop(process, kept[0], num_rounds)

    return run_rounds


CASE = Case(
    right={
        "while, tuple, NumPy": lambda: with_a_while,
        "recursive, tensors": lambda: recursive,
        "the course's own": lambda: with_the_course,
        "for": changed(),
        "by keywords": lambda: by_keywords,
        "looks at all there is": lambda: looking_around,
    },
    wrong={
        "remembers": from_the_last_state,
        "remembers: the first cohort": with_the_first_cohort,
        "other_process": lambda: with_the_notebooks_process,
        "no_initialize": changed(start=object()),
        "result_carried": changed(carry=lambda before, result: result),
        "other_cohort": lambda: with_another_cohort,
        "cohort_changed": lambda: using_up_the_cohort,
        "weights_carried": lambda: with_the_weights_only,
        "not_a_state": changed(give=lambda state, noted, result: (len(noted), noted)),
        "not_a_list": changed(give=lambda state, noted, result: (state, object())),
        "not_a_list: texts": changed(note=lambda result: "good"),
        "wrong_value": changed(note=lambda result: round(float(accuracy_of(result)), 2)),
        "wrong_value: misread": changed(note=lambda result: 1 - accuracy_of(result)),
        "wrong_value: backwards": changed(give=lambda state, noted, result: (state, noted[::-1])),
        "wrong_value: one before the first": changed(
            give=lambda state, noted, result: (state, [0.0, *noted])
        ),
        "wrong_value: one short": changed(give=lambda state, noted, result: (state, noted[:-1])),
        "wrong_value: counts": changed(
            note=lambda result: training_metrics(result)["num_examples"]
        ),
        "other_cohort: ten at most": lambda: with_ten_clients,
        "other_order": lambda: with_the_cohort_turned,
        "cohort_changed: before the rounds": lambda: turning_the_cohort,
        "other_process: begun with the given one": lambda: on_with_the_notebooks_process,
        "not_a_list: a dict of them": changed(
            give=lambda state, noted, result: (state, dict(enumerate(noted)))
        ),
        "only_last: metrics of the last round": changed(
            give=lambda state, noted, result: (state, dict(training_metrics(result)))
        ),
        "not_two: three": changed(give=lambda state, noted, result: (state, noted, result)),
        "wrong_rounds: one more": changed(rounds=lambda number: number + 1),
        "wrong_rounds: always four": changed(rounds=lambda number: 4),
        "wrong_rounds": changed(rounds=lambda number: number - 1),
        "initialized_again": lambda: starting_again,
        "not_carried": changed(carry=lambda before, result: before),
        "not_two": changed(give=lambda state, noted, result: state),
        "swapped": changed(give=lambda state, noted, result: (noted, state)),
        "result_not_state": changed(give=lambda state, noted, result: (result, noted)),
        "old_state": lambda: last_state_lost,
        "only_last": lambda: a_list_anew,
        "whole_metrics": changed(note=training_metrics),
        "loss": changed(note=lambda result: training_metrics(result)["loss"]),
        "percent": changed(note=lambda result: 100 * training_metrics(result)[ACCURACY]),
        "older_rounds": with_a_list_outside,
    },
    raises={"wrong key": lambda: wrong_key},
    endless={"rounds without end": lambda: rounds_without_end},
)
