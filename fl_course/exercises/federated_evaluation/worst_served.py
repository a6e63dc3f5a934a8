"""The client whom a model serves worst."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import forms, made_up, memory, reference, shown
from fl_course.localization import say

# The first client, the last, the first in the alphabet, the one with most mistakes and the second
# worst: none of them is right for both models, and no two are alike.
_PEOPLE = {
    "south": [3, 1, 1, 5],
    "east": [3, 3, 3, 5, 5, 5, 1],
    "north": [3] * 6 + [1] * 4 + [5] * 10,
    "west": [3, 3, 1, 5, 5, 5],
}


# All of whose examples `_favouring(3)` recognises.
_RECOGNISED = {"up": [3, 3], "down": [3, 3, 3]}


def _judge(answer: Any, accuracy: Any = None) -> str | Mistake | Any | None:
    if remembered := memory.problem(
        answer,
        _case(3, {"oak": [3, 1], "elm": [3, 3, 3, 1]}),
        _case(1, {"fir": [3, 1, 1], "yew": [1, 1, 1, 1, 3]}),
    ):
        return remembered
    found = []
    for label in (3, 1):
        result = _asked(answer, made_up.favouring(label), _client_data(_PEOPLE))
        if isinstance(result, Mistake):
            return result
        if mistake := _wrong_kind_of_pair(result):
            return mistake
        found.append((str(result[0]), float(result[1])))
    shares = {
        k: {name: made_up.share(k, labels) for name, labels in _PEOPLE.items()} for k in (3, 1)
    }
    if found[0][0] not in _PEOPLE:
        return Mistake("captured_data", name=found[0][0])
    if found[0] == found[1]:
        return "captured_weights"
    if mistake := _wrong_client(found, list(shares.values())):
        return mistake
    # A case in which a search that starts at too low a number finds nobody.
    result = _asked(answer, made_up.favouring(3), _client_data(_RECOGNISED))
    if isinstance(result, Mistake):
        return result
    if not isinstance(result, (tuple, list)) or len(result) != 2 or not forms.is_number(result[1]):
        return OTHER
    if result[0] is None or not made_up.close(float(result[1]), 1):
        return "starts_too_low"
    return _mistake_with_many(answer) if str(result[0]) in _RECOGNISED else OTHER


def _case(label: int, people: Mapping[str, list[int]]) -> memory.Case:
    return lambda function: run(function, made_up.favouring(label), _client_data(people))


def _mistake_with_many(answer: Any) -> Any:
    """On clients with several batches each, the worst of whom is the last, then the first.

    Whether a model is sure of itself goes by the ink, so that the highest loss is another's.
    """
    people, inks = _many()
    # A client takes a while, so the second model is tried on every second one.
    for label, labels in ((3, people), (1, dict(list(people.items())[::2]))):
        result = _asked(answer, made_up.favouring(label, by_ink=True), _client_data(labels, inks))
        if isinstance(result, Mistake):
            return result
        if mistake := _wrong_kind_of_pair(result):
            return mistake
        name, value = str(result[0]), float(result[1])
        shares = {client: made_up.share(label, its) for client, its in labels.items()}
        worst = min(shares, key=shares.get)
        if name == worst and made_up.close(value, shares[worst]):
            continue
        losses = {client: _loss(label, its, inks[client]) for client, its in labels.items()}
        if name == max(losses, key=losses.get) and made_up.close(value, shares[name]):
            return "by_loss"
        case = say("{count} clients with up to {most} images", count=len(labels), most=_MOST)
        return _shown(case, (name, value), (worst, shares[worst]))
    return None


_MOST = 45


def _many() -> tuple[dict[str, list[int]], dict[str, list[float]]]:
    """Labels and inks of five clients.

    With a model that answers 3, the last has the lowest accuracy, and with one that answers 1, the
    first; with both, the third has the highest loss, as the models are very sure of its images.
    """
    labels, inks = {}, {}
    for number in range(1, 6):
        size = _MOST if number in (1, 5) else 20 + number
        threes = 10 if number == 5 else size // 2 if number % 2 else size // 3
        ones = 9 if number == 1 else size // 2 if number == 5 else size // 3 + 1
        name = f"house {number}"
        labels[name] = [3] * threes + [1] * ones + [5] * (size - threes - ones)
        inks[name] = [1.0 if number == 3 else 0.1] * size
    return labels, inks


def _loss(label: int, labels: list[int], inks: list[float]) -> float:
    """The mean cross-entropy of `made_up.favouring(label, by_ink=True)` on a client."""
    sums = np.zeros((len(labels), reference.LABELS))
    sums[:, label] = made_up.SURENESS * np.array(inks)
    return reference.cross_entropy(sums, np.array(labels))


def _shown(case: str, found: tuple[str, float], wanted: tuple[str, float]) -> Mistake:
    got, right = shown.in_digits(found[1], wanted[1])
    return shown.wrong_value(case, f"`{found[0]}`, {got}", f"`{wanted[0]}`, {right}")


def _client_data(
    people: Mapping[str, list[int]], inks: Mapping[str, list[float]] | None = None
) -> Any:
    """Made-up clients with these labels, and with white images or of these brightnesses."""
    import tensorflow_federated as tff

    def pixels(name: str, count: int) -> np.ndarray:
        ink = np.float32(inks[name] if inks else [1.0] * count)
        return made_up.white(count) * ink[:, None, None]

    return tff.simulation.datasets.TestClientData(
        {
            name: {"label": np.array(labels, np.int32), "pixels": pixels(name, len(labels))}
            for name, labels in people.items()
        }
    )


def _asked(answer: Any, model_weights: Any, client_data: Any) -> Any:
    """What a learner's function says of made-up clients, or the mistake that an error told."""
    try:
        return run(answer, model_weights, client_data)
    except Exception as error:
        key = error.__cause__.args[0] if isinstance(error.__cause__, KeyError) else None
        if isinstance(key, str) and key in client_data.client_ids:
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
        if not made_up.close(value, share[name]) and any(
            made_up.close(value, other) for other in others
        ):
            return "two_clients"
    if names == [next(iter(_PEOPLE))] * 2:
        return "stopped_early"
    if names == [next(reversed(_PEOPLE))] * 2:
        return "the_last"
    if names == [max(share, key=share.get) for share in shares]:
        return "best_served"
    if names == ["north", "north"]:
        return "most_mistakes"
    wanted = [min(share.items(), key=lambda item: item[1]) for share in shares]
    case = say("clients with 4, 7, 20 and 6 images")
    if names != [name for name, _ in wanted]:
        pairs = zip(found, wanted, strict=True)
        return next(_shown(case, *pair) for pair in pairs if pair[0][0] != pair[1][0])
    values = [value for _, value in found]
    if np.allclose(values, [share for _, share in wanted], atol=made_up.TOLERANCE):
        return None
    if np.allclose(
        values, [made_up.share(k, *_PEOPLE.values()) for k in (3, 1)], atol=made_up.TOLERANCE
    ):
        return "accuracy_of_all"
    if np.allclose(values, [1 - share for _, share in wanted], atol=made_up.TOLERANCE):
        return "misread"
    if max(values) > 1:
        return Mistake("not_a_share", value=f"{max(values):.2f}")
    return next(
        _shown(case, *pair)
        for pair in zip(found, wanted, strict=True)
        if not made_up.close(pair[0][1], pair[1][1])
    )


def _wrong_kind_of_pair(result: Any) -> str | Any | None:
    if isinstance(result, (str, bytes)):
        return "only_id"
    if isinstance(result, Mapping):
        return "all_clients"
    if forms.is_number(result):
        return "only_accuracy"
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return OTHER
    name, value = result
    if isinstance(value, str) and forms.is_number(name):
        return "swapped"
    if name is None:
        return "starts_too_low"
    if forms.is_number(name) and np.asarray(name).dtype.kind in "iu" and forms.is_number(value):
        return "position"
    if not isinstance(name, str) or not forms.is_number(value):
        return OTHER
    return None


def _reference(accuracy: Any = None) -> Any:
    def worst_served(model_weights: Any, client_data: Any) -> tuple[str, float]:
        from fl_course import preprocessing

        found = {}
        for client_id in client_data.client_ids:
            dataset = preprocessing.preprocess(client_data.create_tf_dataset_for_client(client_id))
            if accuracy is None:
                measured = made_up.evaluate(made_up.built_evaluation(), model_weights, [dataset])
                found[client_id] = float(measured[made_up.ACCURACY])
            else:
                found[client_id] = accuracy(model_weights, [dataset])
        worst = min(found, key=found.get)
        return worst, found[worst]

    return worst_served


EXERCISE = Exercise(
    id="worst_served",
    expects="a function that takes model weights and client data, and gives the id of the "
    "client with the lowest accuracy and that accuracy, between 0 and 1",
    judge=_judge,
    reference=_reference,
    hints=(
        "One accuracy for each client first, then the lowest of them.",
        "Loop over `client_data.client_ids` and collect `accuracy(model_weights, "
        "[dataset])` in a dictionary, by client id.",
        "`min(found, key=found.get)` gives the key of a dictionary's smallest value.",
    ),
    mistakes=memory.OF_MEMORY
    | {
        "best_served": "This is the client with the highest accuracy. Look for the lowest.",
        "most_mistakes": "This client has the most misread images, because it has the most "
        "images. Compare shares, which are accuracies, and not counts.",
        "captured_weights": "Two different models gave the same answer. Does your function "
        "use its argument `model_weights`?",
        "captured_data": "Asked about clients of the check's own, your function answered "
        "`{name}`. Does it use its argument `client_data`, or other data from outside?",
        "captured_dictionary": "`{name}` is a client of the check's own data, and what your "
        "function asks for its examples does not know it: `test`, or a dictionary such as "
        "`held_out`? Take them from the argument `client_data`.",
        "captured_ids": "Your function asked for `{name}`, which is not a client of the "
        "check's own data. The ids are in `client_data.client_ids`.",
        "first_in_alphabet": "This is the first id in the alphabet, whatever the model. `min` "
        "of a dictionary compares its keys; compare the accuracies.",
        "position": "The first thing is a number, a position. Return the id at that position.",
        "stopped_early": "Your function stopped before it had asked all clients: it answers "
        "with the first of them. How far is `return` indented?",
        "the_last": "This is the last of the clients, whatever the model. Does your function "
        "compare them, or does each turn of a loop replace the one before?",
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
        "by_loss": "This is the client with the highest loss. Asked for is the one with the lowest "
        "accuracy, and that can be another: where a model is sure and wrong, the loss is high.",
        "misread": "The client is the right one, but the number is the share of its images that "
        "are misread. Wanted is its accuracy.",
        "wrong_value": "For {case} your function gives {got}, and wanted is {wanted}: the lowest "
        "accuracy of all clients, each measured on all of its examples.",
        "not_a_share": "The client is the right one, but the number with it is {value}. "
        "Wanted is its accuracy as a share between 0 and 1, neither percent nor a loss.",
    },
    right="In a simulation you can ask client by client. A real server mostly must not.",
)
