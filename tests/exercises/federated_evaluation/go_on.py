"""Answers to `go_on`, as learners write them."""

from fl_course import training
from tests.exercises.cases import Case


def go_on_with_while(process, state, cohort_of, first_round, last_round):
    round_num = first_round
    while round_num <= last_round:
        output = process.next(state, cohort_of(round_num))
        state = output.state
        round_num += 1
    return state


def go_on_with_helper(process, state, cohort_of, first_round, last_round):
    state, _ = training.train(
        process,
        lambda n: cohort_of(first_round + n - 1),
        last_round - first_round + 1,
        state=state,
    )
    return state


def go_on_by_itself(process, state, cohort_of, first_round, last_round):
    if first_round > last_round:
        return state
    state, _ = process.next(state, cohort_of(first_round))
    return go_on_by_itself(process, state, cohort_of, first_round + 1, last_round)


def from_a_fresh_state(process, state, cohort_of, first_round, last_round):
    return go_on_with_while(process, process.initialize(), cohort_of, first_round, last_round)


def from_round_one(process, state, cohort_of, first_round, last_round):
    for round_num in range(1, last_round - first_round + 2):
        state = process.next(state, cohort_of(round_num)).state
    return state


def without_the_last(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round):
        state = process.next(state, cohort_of(round_num)).state
    return state


def after_one_round(process, state, cohort_of, first_round, last_round):  # noqa: RET503
    for round_num in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(round_num)).state
        return state  # noqa: RET504


def with_the_whole_output(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(round_num))
    return state


def with_the_first_cohort(process, state, cohort_of, first_round, last_round):
    for _ in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(first_round)).state
    return state


def always_from_the_same_state(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        result = process.next(state, cohort_of(round_num))
    return result.state


def gives_the_last_output(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        result = process.next(state, cohort_of(round_num))
        state = result.state
    return result


def gives_the_weights(process, state, cohort_of, first_round, last_round):
    state = go_on_with_while(process, state, cohort_of, first_round, last_round)
    return process.get_model_weights(state)


def does_nothing(process, state, cohort_of, first_round, last_round):
    return state


def calls_the_process(process, state, cohort_of, first_round, last_round):
    for round_num in range(first_round, last_round + 1):
        state = process(state, cohort_of(round_num)).state
    return state


def never_ends(process, state, cohort_of, first_round, last_round):
    while first_round <= last_round:
        state = process.next(state, cohort_of(first_round)).state
    return state


CASE = Case(
    right={
        "with while": lambda: go_on_with_while,
        "with training.train": lambda: go_on_with_helper,
        "recursive": lambda: go_on_by_itself,
    },
    wrong={
        "started_over": lambda: from_a_fresh_state,
        "counted_from_one": lambda: from_round_one,
        "other_rounds": lambda: without_the_last,
        "same_cohort": lambda: with_the_first_cohort,
        "state_not_carried": lambda: always_from_the_same_state,
        "stopped_early": lambda: after_one_round,
        "output_carried": lambda: with_the_whole_output,
        "whole_output": lambda: gives_the_last_output,
        "weights": lambda: gives_the_weights,
        "no_round": lambda: does_nothing,
    },
    raises={"calls the process": lambda: calls_the_process},
    endless={"the same round for ever": lambda: never_ends},
)
