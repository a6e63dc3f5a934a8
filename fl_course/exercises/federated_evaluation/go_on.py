"""Going on with training after a stop."""

from typing import Any, NamedTuple

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import made_up
from fl_course.localization import say


class _Output(NamedTuple):
    state: Any
    metrics: Any


class _RecordingProcess:
    """Looks like a learning process; its state is the list of the rounds that led to it."""

    def __init__(self) -> None:
        self.rounds: list[Any] = []
        self.taken: list[Any] = []

    def initialize(self) -> tuple[Any, ...]:
        return ("fresh",)

    def next(self, state: Any, client_data: Any) -> _Output:
        seen = tuple(client_data)
        self.rounds.append(seen)
        self.taken.append(state)
        train = {"loss": 1.0, made_up.ACCURACY: 0.5, "num_examples": 1, "num_batches": 1}
        return _Output((*state, seen), {"client_work": {"train": train}})

    def get_model_weights(self, state: Any) -> str:
        return "weights"


def _judge(answer: Any) -> str | Mistake | Any | None:
    for first, last in ((6, 10), (3, 3), (1, 4)):
        process = _RecordingProcess()
        state = run(answer, process, ("saved",), _cohort_of, first, last)
        if any(isinstance(taken, _Output) for taken in process.taken):
            return "output_carried"
        if mistake := _wrong_rounds(state, process.rounds, first, last):
            return mistake
    return None


def _cohort_of(round_num: int) -> list[int]:
    return [int(round_num)]


def _wrong_rounds(state: Any, rounds: list[Any], first: int, last: int) -> Any:
    wanted = list(range(first, last + 1))
    if isinstance(state, _Output):
        return "whole_output"
    if state == "weights":
        return "weights"
    if not isinstance(state, tuple) or not state or not all(len(seen) == 1 for seen in rounds):
        return OTHER
    if not rounds:
        return "no_round"
    if state[0] == "fresh":
        return "started_over"
    numbers = [seen[0] for seen in rounds]
    if len(state) == 2 < len(rounds) + 1 and numbers == wanted:
        return "state_not_carried"
    if len(numbers) > 1 and len(set(numbers)) == 1:
        return Mistake("same_cohort", round=numbers[0])
    if numbers == [first] != wanted:
        return Mistake("stopped_early", first=first, last=last)
    if numbers != wanted:
        told = {"seen": _told(numbers), "first": first, "last": last}
        if numbers[0] in (0, 1) and first > 1:
            return Mistake("counted_from_one", **told)
        return Mistake("other_rounds", **told)
    return None if list(state) == ["saved", *rounds] else OTHER


def _told(numbers: list[int]) -> str:
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
    mistakes={
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
        "no_round": "Your function ran no round of the process that it was given. Call "
        "`process.next` for each round number.",
    },
    right="A state and a round number are all that this training needs to go on.",
)
