"""Answers to `go_on`, as learners write them."""

from fl_course import training
from tests.exercises.cases import Case
from tests.exercises.federated_averaging.at_hand import weighted


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


def with_the_notebooks_process(process, state, cohort_of, first_round, last_round):
    notebooks = weighted()
    for round_num in range(first_round, last_round + 1):
        state = notebooks.next(state, cohort_of(round_num)).state
    return state


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


def go_on_by_keywords(process, state, cohort_of, first_round, last_round):
    for number in range(first_round, last_round + 1):
        state, _ = process.next(state=state, client_data=cohort_of(round_num=number))
    return state


def go_on_with_cohorts_first(process, state, cohort_of, first_round, last_round):
    cohorts = [cohort_of(number) for number in range(first_round, last_round + 1)]
    for cohort in cohorts:
        state = process.next(state, tuple(cohort)).state
    return state


def with_a_history(process, state, cohort_of, first_round, last_round):
    history = []
    for number in range(first_round, last_round + 1):
        state, metrics = process.next(state, cohort_of(number))
        history.append(metrics)
    return state, history


def with_the_weights_only(process, state, cohort_of, first_round, last_round):
    state = process.set_model_weights(process.initialize(), process.get_model_weights(state))
    return go_on_with_while(process, state, cohort_of, first_round, last_round)


def with_the_weights_at_the_end(process, state, cohort_of, first_round, last_round):
    state = go_on_with_while(process, state, cohort_of, first_round, last_round)
    return process.set_model_weights(process.initialize(), process.get_model_weights(state))


def with_a_part_of_each_cohort(process, state, cohort_of, first_round, last_round):
    return go_on_with_while(process, state, lambda n: cohort_of(n)[:2], first_round, last_round)


def with_one_too_many(process, state, cohort_of, first_round, last_round):
    return go_on_with_while(process, state, cohort_of, first_round, last_round + 1)


def with_ten_at_most(process, state, cohort_of, first_round, last_round):
    last_round = min(last_round, first_round + 9)
    return go_on_with_while(process, state, cohort_of, first_round, last_round)


def backwards(process, state, cohort_of, first_round, last_round):
    for number in range(last_round, first_round - 1, -1):
        state = process.next(state, cohort_of(number)).state
    return state


def without_the_last_state(process, state, cohort_of, first_round, last_round):
    for number in range(first_round, last_round + 1):
        before, state = state, process.next(state, cohort_of(number)).state
    return before


def gives_the_number(process, state, cohort_of, first_round, last_round):
    go_on_with_while(process, state, cohort_of, first_round, last_round)
    return last_round


def remembering():
    remembered = []

    def go_on(process, state, cohort_of, first_round, last_round):
        remembered.append(state)
        return go_on_with_while(process, remembered[0], cohort_of, first_round, last_round)

    return go_on


def counting_on():
    done = []

    def go_on(process, state, cohort_of, first_round, last_round):
        for number in range(done[-1] + 1 if done else first_round, last_round + 1):
            state = process.next(state, cohort_of(number)).state
            done.append(number)
        return state

    return go_on


def from_before_the_last(process, state, cohort_of, first_round, last_round):
    states = [state]
    for number in range(first_round, last_round + 1):
        before = states[-2] if number == last_round and len(states) > 1 else states[-1]
        states.append(process.next(before, cohort_of(number)).state)
    return states[-1]


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
        "by keywords": lambda: go_on_by_keywords,
        "cohorts first": lambda: go_on_with_cohorts_first,
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
        "two_things": lambda: with_a_history,
        "weights_only": lambda: with_the_weights_only,
        "weights_only: at the end": lambda: with_the_weights_at_the_end,
        "not_a_state": lambda: gives_the_number,
        "other_cohort": lambda: with_a_part_of_each_cohort,
        "other_rounds: one too many": lambda: with_one_too_many,
        "other_rounds: ten at most": lambda: with_ten_at_most,
        "other_rounds: backwards": lambda: backwards,
        "old_state": lambda: without_the_last_state,
        "other_state": lambda: from_before_the_last,
        "remembers": remembering,
        "remembers: the last round": counting_on,
        "no_round": lambda: does_nothing,
        "no_round: with the notebook's process": lambda: with_the_notebooks_process,
    },
    raises={"calls the process": lambda: calls_the_process},
    endless={"the same round for ever": lambda: never_ends},
)
