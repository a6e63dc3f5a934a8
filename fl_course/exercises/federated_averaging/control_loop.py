"""The loop over rounds, with what it notes."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Mistake
from fl_course.exercises.judging import forms, memory, rehearsal, shown
from fl_course.localization import say


def _judge(answer: Any) -> Any:
    uncalled = memory.uncalled_twin(answer)
    found = _judge_rounds(answer)
    if found in ("other_process", "older_rounds"):  # which say what is wrong more exactly
        return found
    return memory.problem(answer, _case(3, 2), _case(3, 4), uncalled=uncalled) or found


def _case(num_rounds: int, clients: int) -> memory.Case:
    cohort = rehearsal.cohort(num_rounds, clients)

    def results(function: Any) -> Any:
        process = rehearsal.Rehearsal()
        returned = rehearsal.ran(function, process, list(cohort), num_rounds)
        sizes = [len(given) for given in process.cohorts]
        return sizes, [state.trained for state in process.taken], returned

    return results


def _judge_rounds(answer: Any) -> Any:
    # Real datasets, in case the function hands them to the notebook's process.
    for number, (num_rounds, clients) in enumerate(((4, 2), (2, 12), (12, 3))):
        process = rehearsal.Rehearsal()
        cohort = rehearsal.cohort(num_rounds, clients)
        given = list(cohort)
        try:
            result = rehearsal.ran(answer, process, given, num_rounds)
        except rehearsal.OtherProcess:
            return "other_process"
        # First of all: a cohort that was put in another order before a round is another one there.
        found = None if rehearsal.same(given, cohort) else "cohort_changed"
        if found is None:
            found = _judge_calls(process, cohort, num_rounds)
        if found is None:
            found = _judge_returned(result, process, num_rounds, called_before=number > 0)
        if found is not None:
            return found
    return None


def _judge_calls(process: rehearsal.Rehearsal, cohort: list[Any], num_rounds: int) -> Any:
    if not process.taken:
        return "other_process"
    if any(rehearsal.is_output(state) for state in process.taken[1:]):
        return "result_carried"
    if any(not isinstance(state, rehearsal.State) for state in process.taken):
        return "no_initialize"
    if any(not rehearsal.same(given, cohort) for given in process.cohorts):
        reordered = all(rehearsal.same_but_for_order(given, cohort) for given in process.cohorts)
        return "other_order" if reordered else "other_cohort"
    if len(process.taken) != num_rounds:
        return Mistake("wrong_rounds", wanted=num_rounds, seen=len(process.taken))
    if process.reset:
        return "weights_carried"
    chain = [process.taken[0], *process.made[:-1]]
    if any(one is not other for one, other in zip(process.taken, chain, strict=True)):
        fresh = all(any(state is one for one in process.initial) for state in process.taken)
        if fresh and len({id(state) for state in process.taken}) > 1:
            return "initialized_again"
        return "not_carried"
    return None


def _judge_returned(
    result: Any, process: rehearsal.Rehearsal, num_rounds: int, *, called_before: bool
) -> Any:
    if rehearsal.is_output(result):
        return Mistake("not_two", what=say("what `next` returned"))
    if isinstance(result, rehearsal.State):
        return Mistake("not_two", what=say("a state alone"))
    if not isinstance(result, (tuple, list)):
        return Mistake("not_two", what=forms.told(result))
    if len(result) != 2:
        return Mistake("not_two", what=say("{count} things", count=len(result)))
    state, reported = result
    if isinstance(reported, rehearsal.State):
        return "swapped"
    if rehearsal.is_output(state):
        return "result_not_state"
    if not isinstance(state, rehearsal.State):
        return Mistake("not_a_state", type=type(state).__name__)
    if state is not process.made[-1]:
        return Mistake("old_state", rounds=state.trained)
    if isinstance(reported, dict) and rehearsal.ACCURACY in reported:
        curves = any(np.ndim(value) for value in reported.values())
        return "whole_metrics" if curves else "only_last"
    if forms.is_number(reported):
        return "only_last"
    if isinstance(reported, dict) or not hasattr(reported, "__len__"):
        return Mistake("not_a_list", type=type(reported).__name__)
    if len(reported) == 1 != num_rounds:
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
    if called_before and len(reported) > num_rounds and _close(reported[-num_rounds:], accuracies):
        return "older_rounds"
    if any(not forms.is_number(value) for value in reported):
        return Mistake("not_a_list", type=type(reported).__name__)
    case = say("{number} rounds", number=num_rounds)
    return shown.wrong_value(case, [float(value) for value in reported], accuracies)


def _close(values: Any, expected: list[float]) -> bool:
    try:
        values = np.asarray(values, float)
    except (TypeError, ValueError):
        return False
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
    mistakes=memory.OF_MEMORY
    | {
        "other_process": "Your function never ran a round of the process that it was given. "
        "Does it use `averaging_process` of the notebook instead of its argument `process`?",
        "no_initialize": "The first round took a state that the given process had not made. "
        "Begin inside the function, with what `process.initialize()` returns.",
        "result_carried": "The first round is right. The second got all that `next` returns, "
        "state and metrics, and not the state alone: take `.state` from it.",
        "other_cohort": "`next` got another cohort than the one handed to your function. Does "
        "it use its argument `cohort`, and all of it?",
        "other_order": "`next` got all the datasets of `cohort`, in another order. Hand them on as "
        "they are: no round's result may depend on who sorted them.",
        "cohort_changed": "Your function changes the list `cohort` that it was given: after the "
        "call, other datasets are in it, or in another order. The caller still needs it as it was.",
        "weights_carried": "Your function made a state by `set_model_weights`. The weights are "
        "only a part of a state; hand each round the whole state that the one before it returned.",
        "not_a_state": "The first thing returned is of type `{type}`, not a state. Return "
        "`result.state` of the last round as it is.",
        "not_a_list": "The second thing returned is of type `{type}` and no list of numbers. "
        "Wanted is a list with one accuracy for each round.",
        "wrong_value": "The rounds were run rightly. For {case} the stand-in reported the "
        "accuracies {wanted}, and your function returned {got}.",
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
