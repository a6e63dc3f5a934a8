"""Lesson 4's exercises: federated evaluation, the person served worst, going on after a stop."""

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.localization import say

ACCURACY = "sparse_categorical_accuracy"
SIZE = 784  # inputs of the softmax model
TOLERANCE = 1e-4


# --- Made-up clients and models -------------------------------------------------------------------


def _favouring(label: int) -> Any:
    """Weights of a softmax model that gives every image the same label."""
    import tensorflow_federated as tff

    kernel, bias = np.zeros((SIZE, 10), np.float32), np.zeros(10, np.float32)
    bias[label] = 1.0
    return tff.learning.models.ModelWeights(trainable=(kernel, bias), non_trainable=())


def _batches(labels: list[int]) -> Any:
    """A client's dataset: white images with these labels, in batches of two."""
    import tensorflow as tf

    from fl_course import preprocessing

    examples = {"label": np.array(labels, np.int32), "pixels": _white(len(labels))}
    dataset = tf.data.Dataset.from_tensor_slices(examples)
    return preprocessing.preprocess(dataset, batch_size=2, shuffle_buffer=1)


def _white(count: int) -> np.ndarray:
    return np.ones((count, 28, 28), np.float32)


def _share(label: int, *clients: list[int]) -> float:
    """The accuracy of always answering with a label, over the examples of all clients."""
    return float(np.mean(np.concatenate(clients) == label))


def _close(value: float, wanted: float) -> bool:
    return abs(value - wanted) < TOLERANCE


def _is_number(value: Any) -> bool:
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "fiu"


@functools.cache
def _built_evaluation() -> Any:
    import tensorflow_federated as tff

    from fl_course import models

    return tff.learning.algorithms.build_fed_eval(models.functional_model())


# --- evaluation_process ---------------------------------------------------------------------------


def _judge_evaluation_process(answer: Any) -> str | Mistake | Any | None:
    import tensorflow_federated as tff

    if answer is tff.learning.algorithms.build_fed_eval:
        return "not_called"
    if isinstance(answer, tff.framework.ConcreteComputation):
        return "one_computation"
    if isinstance(answer, (tff.learning.models.FunctionalModel, tff.learning.models.VariableModel)):
        return "model_itself"
    if not isinstance(answer, tff.learning.templates.LearningProcess):
        return OTHER
    metrics = str(answer.next.type_signature.result.metrics)
    if "train=<" in metrics:
        return "training_process"
    if "eval=<" not in metrics:
        return OTHER
    state_type = answer.initialize.type_signature.result.member
    weights = state_type.global_model_weights
    wanted = _built_evaluation().initialize.type_signature.result.member.global_model_weights
    if str(weights) != str(wanted):
        return Mistake("other_model", weights=str(weights.trainable))
    if ACCURACY not in metrics:
        return "no_accuracy"
    clients = [[3, 3, 5], [3, 1, 1, 1, 3]]
    measured = _evaluate(answer, _favouring(3), [_batches(labels) for labels in clients])
    return None if _close(float(measured[ACCURACY]), _share(3, *clients)) else OTHER


def _evaluate(evaluation: Any, model_weights: Any, datasets: Any) -> Mapping[str, Any]:
    state = evaluation.set_model_weights(evaluation.initialize(), model_weights)
    metrics = evaluation.next(state, datasets).metrics["client_work"]["eval"]
    return metrics["current_round_metrics"]


# --- evaluate_weights -----------------------------------------------------------------------------


def _judge_evaluate(answer: Any, evaluation: Any = None) -> str | Mistake | Any | None:
    # No client has a 0, which is what untrained weights answer.
    first, second = [[3, 3, 5], [3, 1, 1, 1, 3]], [[1, 1, 4, 3], [1, 6]]
    probes = [(3, first), (1, first), (1, second)]
    found = []
    for label, clients in probes:
        result = run(answer, _favouring(label), [_batches(labels) for labels in clients])
        if mistake := _wrong_kind_of_metrics(result):
            return mistake
        found.append((float(result[ACCURACY]), float(result["loss"])))
    wanted = [(_share(label, *clients), _loss(label, *clients)) for label, clients in probes]
    if np.allclose(found, wanted, atol=TOLERANCE):
        return None
    shares = [share for share, _ in found]
    if np.allclose(shares, 0, atol=TOLERANCE):
        return "weights_not_set"
    if found[0] == found[1]:
        return "captured_weights"
    if found[1] == found[2]:
        return "captured_datasets"
    if _close(shares[0], np.mean([_share(3, labels) for labels in first])):
        return "mean_over_clients"
    # Right answers of 8 and 8 examples, added up.
    if _close(shares[0], wanted[0][0]) and _close(shares[1], (wanted[0][0] + wanted[1][0]) / 2):
        return "running_total"
    return OTHER


def _wrong_kind_of_metrics(result: Any) -> str | Any | None:
    if hasattr(result, "metrics") and hasattr(result, "state"):
        return "whole_output"
    if _is_number(result):
        return "one_number"
    if not isinstance(result, Mapping):
        return OTHER
    if any(name in result for name in ("client_work", "eval", "current_round_metrics")):
        return "whole_metrics"
    if not all(name in result and _is_number(result[name]) for name in (ACCURACY, "loss")):
        return OTHER
    return None


def _loss(label: int, *clients: list[int]) -> float:
    """The cross-entropy of `_favouring(label)`, over the examples of all clients."""
    right = _share(label, *clients)
    return float(np.log(np.e + 9) - right)


def _evaluate_reference(evaluation: Any = None) -> Any:
    built = evaluation or _built_evaluation()
    return functools.partial(_evaluate, built)


# --- worst_served ---------------------------------------------------------------------------------

# In an order in which the first client, the last, the first in the alphabet and the one with most
# mistakes are never all right, and no two of them alike.
_PEOPLE = {
    "south": [3, 1, 1, 5],
    "east": [3, 3, 3, 5, 5, 5, 1],
    "north": [3] * 6 + [1] * 4 + [5] * 10,
}
# All of whose examples `_favouring(3)` recognises.
_RECOGNISED = {"up": [3, 3], "down": [3, 3, 3]}


def _judge_worst_served(answer: Any, accuracy: Any = None) -> str | Mistake | Any | None:
    found = []
    for label in (3, 1):
        result = _asked(answer, label, _PEOPLE)
        if isinstance(result, Mistake):
            return result
        if mistake := _wrong_kind_of_pair(result):
            return mistake
        found.append((str(result[0]), float(result[1])))
    shares = {k: {name: _share(k, labels) for name, labels in _PEOPLE.items()} for k in (3, 1)}
    if found[0][0] not in _PEOPLE:
        return Mistake("captured_data", name=found[0][0])
    if found[0] == found[1]:
        return "captured_weights"
    if mistake := _wrong_client(found, list(shares.values())):
        return mistake
    # Last, a case in which a search that starts at too low a number finds nobody.
    result = _asked(answer, 3, _RECOGNISED)
    if isinstance(result, Mistake):
        return result
    if not isinstance(result, (tuple, list)) or len(result) != 2 or not _is_number(result[1]):
        return OTHER
    if result[0] is None or not _close(float(result[1]), 1):
        return "starts_too_low"
    return None if str(result[0]) in _RECOGNISED else OTHER


def _asked(answer: Any, label: int, people: Mapping[str, list[int]]) -> Any:
    """What a learner's function says of made-up clients, or the mistake that an error told."""
    import tensorflow_federated as tff

    client_data = tff.simulation.datasets.TestClientData(
        {
            name: {"label": np.array(labels, np.int32), "pixels": _white(len(labels))}
            for name, labels in people.items()
        }
    )
    try:
        return run(answer, _favouring(label), client_data)
    except Exception as error:
        key = error.__cause__.args[0] if isinstance(error.__cause__, KeyError) else None
        if isinstance(key, str) and key in people:
            return Mistake("captured_dictionary", name=key)
        if isinstance(key, str) and key.startswith("writer_"):
            return Mistake("captured_ids", name=key)
        raise


def _wrong_client(found: list[tuple[str, float]], shares: list[dict[str, float]]) -> Any:
    """What is wrong with two pairs of id and accuracy, given everybody's two accuracies."""
    names = [name for name, _ in found]
    if names == [min(_PEOPLE)] * 2:
        return "first_in_alphabet"
    for (name, value), share in zip(found, shares, strict=True):
        others = [other for client, other in share.items() if client != name]
        if not _close(value, share[name]) and any(_close(value, other) for other in others):
            return "two_clients"
    if names == [next(iter(_PEOPLE))] * 2:
        return "stopped_early"
    if names == [max(share, key=share.get) for share in shares]:
        return "best_served"
    if names == ["north", "north"]:
        return "most_mistakes"
    wanted = [min(share.items(), key=lambda item: item[1]) for share in shares]
    if names != [name for name, _ in wanted]:
        return OTHER
    values = [value for _, value in found]
    if np.allclose(values, [share for _, share in wanted], atol=TOLERANCE):
        return None
    if np.allclose(values, [_share(k, *_PEOPLE.values()) for k in (3, 1)], atol=TOLERANCE):
        return "accuracy_of_all"
    if max(values) > 1:
        return Mistake("not_a_share", value=f"{max(values):.2f}")
    return OTHER


def _wrong_kind_of_pair(result: Any) -> str | Any | None:
    if isinstance(result, (str, bytes)):
        return "only_id"
    if isinstance(result, Mapping):
        return "all_clients"
    if _is_number(result):
        return "only_accuracy"
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return OTHER
    name, value = result
    if isinstance(value, str) and _is_number(name):
        return "swapped"
    if name is None:
        return "starts_too_low"
    if _is_number(name) and np.asarray(name).dtype.kind in "iu" and _is_number(value):
        return "position"
    if not isinstance(name, str) or not _is_number(value):
        return OTHER
    return None


def _worst_served_reference(accuracy: Any = None) -> Any:
    def worst_served(model_weights: Any, client_data: Any) -> tuple[str, float]:
        from fl_course import preprocessing

        found = {}
        for client_id in client_data.client_ids:
            dataset = preprocessing.preprocess(client_data.create_tf_dataset_for_client(client_id))
            if accuracy is None:
                measured = _evaluate(_built_evaluation(), model_weights, [dataset])
                found[client_id] = float(measured[ACCURACY])
            else:
                found[client_id] = accuracy(model_weights, [dataset])
        worst = min(found, key=found.get)
        return worst, found[worst]

    return worst_served


# --- go_on ----------------------------------------------------------------------------------------


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
        train = {"loss": 1.0, ACCURACY: 0.5, "num_examples": 1, "num_batches": 1}
        return _Output((*state, seen), {"client_work": {"train": train}})

    def get_model_weights(self, state: Any) -> str:
        return "weights"


def _judge_go_on(answer: Any) -> str | Mistake | Any | None:
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


def _go_on_reference() -> Any:
    def go_on(process: Any, state: Any, cohort_of: Any, first_round: int, last_round: int) -> Any:
        for round_num in range(first_round, last_round + 1):
            state = process.next(state, cohort_of(round_num)).state
        return state

    return go_on


EXERCISES = (
    Exercise(
        id="evaluation_process",
        expects="a federated evaluation of `functional_model`, as `build_fed_eval` makes it",
        judge=_judge_evaluation_process,
        reference=_built_evaluation,
        hints=(
            "The function is named in the text above the cell. What does it need to know?",
            "Call `tff.learning.algorithms.build_fed_eval` with the model as its only argument.",
        ),
        mistakes={
            "not_called": "This is the function `build_fed_eval` itself. Call it with the "
            "model, and it gives the evaluation.",
            "one_computation": "This is a single computation, such as `initialize` or `next`. "
            "Keep the whole thing that `build_fed_eval` gives: the next cells need three of its "
            "parts.",
            "model_itself": "This is a model. `build_fed_eval` takes the model and gives the "
            "computations that send it out and add up the clients' counts.",
            "training_process": "This process trains: its `next` reports training metrics and "
            "would change the model. Use the builder for evaluation, which takes no optimizer.",
            "other_model": "This evaluates a model with the weights `{weights}`, which are not "
            "those of the softmax model. Build it from `functional_model`.",
            "no_accuracy": "This evaluation reports no `sparse_categorical_accuracy`. Metrics "
            "come with the model: build it from `functional_model`, which counts both loss and "
            "accuracy.",
        },
        right="`evaluation` looks like the averaging process, but its `next` only counts.",
    ),
    Exercise(
        id="evaluate_weights",
        expects="a function that takes model weights and a list of datasets, and gives the "
        "mapping `current_round_metrics` with `loss` and `sparse_categorical_accuracy`",
        judge=_judge_evaluate,
        reference=_evaluate_reference,
        hints=(
            "Three steps: a fresh state, a state with the weights in it, one call of `next`.",
            "`evaluation.set_model_weights(state, model_weights)` does not change `state`. It "
            "gives a new one, and that one goes to `evaluation.next` together with the datasets.",
            'From the output of `next`, take `metrics`, then `"client_work"`, `"eval"` and '
            '`"current_round_metrics"`.',
        ),
        mistakes={
            "weights_not_set": "Whatever the weights, your function gives the accuracy of an "
            "untrained model. Do they reach the state? `set_model_weights` gives a new state; the "
            "old one stays as it was, and `next` has to get the new one.",
            "captured_weights": "Two different models got the same result on the same clients. "
            "Does your function use its argument `model_weights`, or weights from outside?",
            "captured_datasets": "Different clients gave the same result. Does your function "
            "use its argument `datasets`, or datasets from outside?",
            "running_total": "The first call was right; in the second the sums of the first "
            "were still there. Begin each call with a fresh state from `initialize`, or take "
            "the metrics of the current round.",
            "mean_over_clients": "This is the mean of the clients' accuracies, each client "
            "counted once. Give all datasets to one call of `next`, and let the server add up "
            "the counts.",
            "whole_output": "This is all that `next` gives, state and metrics. Wanted is a part "
            "of its metrics, the `current_round_metrics`.",
            "whole_metrics": "These are more metrics than wanted. Go down to the mapping in "
            "which `sparse_categorical_accuracy` is a key: that of the current round.",
            "one_number": "This is a single number. Wanted is the mapping of this round's "
            "metrics, with the loss and the accuracy in it.",
        },
        right="The server now has an accuracy over clients whose images it never saw.",
    ),
    Exercise(
        id="worst_served",
        expects="a function that takes model weights and client data, and gives the id of the "
        "client with the lowest accuracy and that accuracy, between 0 and 1",
        judge=_judge_worst_served,
        reference=_worst_served_reference,
        hints=(
            "One accuracy for each client first, then the lowest of them.",
            "Loop over `client_data.client_ids` and collect `accuracy(model_weights, "
            "[dataset])` in a dictionary, by client id.",
            "`min(found, key=found.get)` gives the key of a dictionary's smallest value.",
        ),
        mistakes={
            "best_served": "This is the client with the highest accuracy. Look for the lowest.",
            "most_mistakes": "This client has the most misread images, because it has the most "
            "images. Compare shares, which are accuracies, and not counts.",
            "captured_weights": "Two different models gave the same answer. Does your function "
            "use its argument `model_weights`?",
            "captured_data": "Asked about clients of the check's own, your function answered "
            "`{name}`. Does it use its argument `client_data`, or other data from outside?",
            "captured_dictionary": "`{name}` is a client of the check's own data. Your function "
            "looks it up in a dictionary that does not have it: one from outside? Take its "
            "examples from the argument `client_data`.",
            "captured_ids": "Your function asked for `{name}`, which is not a client of the "
            "check's own data. The ids are in `client_data.client_ids`.",
            "first_in_alphabet": "This is the first id in the alphabet, whatever the model. `min` "
            "of a dictionary compares its keys; compare the accuracies.",
            "position": "The first thing is a number, a position. Return the id at that position.",
            "stopped_early": "Your function stopped before it had asked all clients: it answers "
            "with the first of them. How far is `return` indented?",
            "two_clients": "Id and accuracy do not belong to the same client.",
            "starts_too_low": "Your function finds nobody if all clients have a high accuracy, "
            "such as 1.0. With which number does the search begin?",
            "only_id": "Your function gives the id alone. Return two things: the id, then the "
            "accuracy.",
            "only_accuracy": "Your function gives a number alone. Return two things: the "
            "client's id, then its accuracy.",
            "swapped": "The id and the accuracy are in the wrong order. Return the id first.",
            "all_clients": "This is the accuracy of every client. Pick the lowest, and return "
            "its id and its accuracy.",
            "accuracy_of_all": "The client is the right one, but the number is the accuracy "
            "over all clients together. Return that of this client.",
            "not_a_share": "The client is the right one, but the number with it is {value}. "
            "Wanted is its accuracy as a share between 0 and 1, neither percent nor a loss.",
        },
        right="In a simulation you can ask client by client. A real server mostly must not.",
    ),
    Exercise(
        id="go_on",
        expects="a function that runs the rounds `first_round` to `last_round`, both included, "
        "from the given state, and gives the state after them",
        judge=_judge_go_on,
        reference=_go_on_reference,
        hints=(
            "It is the control loop of lesson 3, with another beginning and other round numbers.",
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
    ),
)
