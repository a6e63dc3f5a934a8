"""Going on with training after a stop."""

from typing import Any

from fl_course.exercises.exercise import Exercise, Mistake
from fl_course.exercises.judging import memory, rehearsal
from fl_course.localization import say

_SAVED = 40  # rounds behind the state that is given


def _judge(answer: Any) -> Any:
    uncalled = memory.uncalled_twin(answer)
    found = _judge_rounds(answer)
    return memory.problem(answer, _case(_SAVED, 6, 8), _case(30, 4, 6), uncalled=uncalled) or found


def _case(trained: int, first: int, last: int) -> memory.Case:
    def results(function: Any) -> Any:
        process = rehearsal.Rehearsal()
        numbers: list[int] = []

        def cohort_of(round_num: int) -> list[Any]:
            numbers.append(int(round_num))
            return rehearsal.cohort(int(round_num), 3)

        saved = rehearsal.State(trained, trained)
        result = rehearsal.ran(function, process, saved, cohort_of, first, last)
        return [state.trained for state in process.taken], numbers, [result.trained]

    return results


def _judge_rounds(answer: Any) -> Any:
    cohorts = {number: rehearsal.cohort(number, 3) for number in range(16)}

    def cohort_of(round_num: int) -> list[Any]:
        return list(cohorts[int(round_num)])

    for first, last in ((6, 10), (3, 3), (1, 4), (2, 14)):
        process = rehearsal.Rehearsal()
        saved = rehearsal.State(_SAVED, _SAVED)
        try:
            result = rehearsal.ran(answer, process, saved, cohort_of, first, last)
        except rehearsal.OtherProcess:
            return "no_round"
        if any(rehearsal.is_output(taken) for taken in process.taken):
            return "output_carried"
        numbers = [_number(given, cohorts) for given in process.cohorts]
        mistake = _mistake_of_rounds(numbers, first, last) or _mistake_of_state(
            result, saved, process
        )
        if mistake:
            return mistake
    return None


def _number(given: list[Any], cohorts: dict[int, list[Any]]) -> int | None:
    """The round whose cohort was given to `next`."""
    return next((n for n, cohort in cohorts.items() if rehearsal.same(given, cohort)), None)


def _mistake_of_rounds(numbers: list[int | None], first: int, last: int) -> Any:
    wanted = list(range(first, last + 1))
    if not numbers:
        return "no_round"
    if numbers == wanted:
        return None
    if None in numbers:
        return "other_cohort"
    if len(numbers) > 1 and len(set(numbers)) == 1:
        return Mistake("same_cohort", round=numbers[0])
    if numbers == [first]:
        return Mistake("stopped_early", first=first, last=last)
    told = {"seen": _told(numbers), "first": first, "last": last}
    if numbers[0] in (0, 1) and first > 1:
        return Mistake("counted_from_one", **told)
    return Mistake("other_rounds", **told)


def _mistake_of_state(result: Any, saved: rehearsal.State, process: rehearsal.Rehearsal) -> Any:
    taken, made = process.taken, process.made
    if rehearsal.is_output(result):
        return "whole_output"
    if isinstance(result, (tuple, list)) and any(isinstance(x, rehearsal.State) for x in result):
        return "two_things"
    if hasattr(result, "trainable"):
        return "weights"
    if not isinstance(result, rehearsal.State):
        return Mistake("not_a_state", type=type(result).__name__)
    if process.reset and result.trained != result.remembered:
        return "weights_only"
    if any(state in process.initial for state in taken):
        return "started_over"
    if taken[0] is not saved and taken[0] not in process.reset:
        return "other_state"
    if len(taken) > 1 and all(state is taken[0] for state in taken):
        return "state_not_carried"
    chain = [*taken[1:], result]
    if not process.reset and any(one is not state for one, state in zip(made, chain, strict=True)):
        return "old_state" if result is not made[-1] else "other_state"
    return None


def _told(numbers: list[int | None]) -> str:
    text = ", ".join(map(str, numbers[:12]))
    return text if len(numbers) <= 12 else say("{text} and more", text=text)


def _reference() -> Any:
    def go_on(process: Any, state: Any, cohort_of: Any, first_round: int, last_round: int) -> Any:
        for round_num in range(first_round, last_round + 1):
            state = process.next(state, cohort_of(round_num)).state
        return state

    return go_on


EXERCISE = Exercise(
    id="go_on",
    expects="a function that runs the rounds `first_round` to `last_round`, both included, "
    "from the given state, and gives the state after them",
    judge=_judge,
    reference=_reference,
    hints=(
        "It is the control loop of lesson {{federated_averaging}}, with another beginning and "
        "other round numbers.",
        "`range(a, b)` ends before `b`. Which two numbers make it run over all rounds wanted?",
        "In each round: `process.next(state, cohort_of(round_num))` gives an output, and "
        "its `state` is the state for the next round.",
    ),
    mistakes=memory.OF_MEMORY
    | {
        "started_over": "Your function begins with a new state from `initialize`, so what "
        "was learned before the stop is gone. Begin with the argument `state`.",
        "counted_from_one": "Asked for rounds {first} to {last}, your function ran: {seen}. "
        "It begins where the whole training began, so cohorts come twice and others never.",
        "other_rounds": "Asked for rounds {first} to {last}, your function ran: {seen}. "
        "Both ends belong to it.",
        "same_cohort": "Every round got the cohort of round {round}. Ask `cohort_of` for "
        "the cohort of each round.",
        "state_not_carried": "The rounds are right, but each began from the same state, so "
        "only the last one counts. Hand each round the state that the one before it gave.",
        "stopped_early": "Asked for rounds {first} to {last}, your function ran round {first} "
        "and stopped. How far is `return` indented?",
        "output_carried": "The second round got all that `next` gives, state and metrics. Hand "
        "it only the `state`.",
        "whole_output": "This is all that `next` gives, state and metrics. Return the state.",
        "weights": "These are the model's weights. Return the whole state: the server's "
        "optimizer may remember more than the weights.",
        "two_things": "Your function gives more than the state. Wanted is the state after the last "
        "round alone, so that it can be saved and handed on.",
        "weights_only": "The weights went on, and what the server's optimizer remembers did not: a "
        "state made by `set_model_weights` from another state has that one's momentum. Hand over "
        "the whole state that `next` gave.",
        "not_a_state": "What your function returned is of type `{type}`, and no state. Return the "
        "`state` of what `next` gave last.",
        "other_cohort": "`next` got other datasets than `cohort_of(round_num)` gives. Hand them "
        "over as they are: all of them, in their order.",
        "other_state": "A round got a state which is neither the given one nor what the round "
        "before it gave.",
        "old_state": "The rounds are right, but the state that your function returned is not the "
        "one that the last round gave.",
        "no_round": "Your function ran no round of the process that it was given. Call "
        "`process.next` for each round number.",
    },
    right="A state and a round number are all that this training needs to go on.",
)
