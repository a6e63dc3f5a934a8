"""What a federation tells of given weights."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Mistake, run
from fl_course.exercises.judging import forms, made_up, memory, rehearsal, shown
from fl_course.localization import say


def _judge(answer: Any, evaluation: Any = None) -> str | Mistake | Any | None:
    uncalled = memory.uncalled_twin(answer)
    found = _judge_results(answer)
    if found == "running_total":  # which says what is kept
        return found
    return (
        memory.problem(answer, _case(2, [2, 4, 2]), _case(6, [6, 6, 4, 6]), uncalled=uncalled)
        or found
    )


def _case(label: int, labels: list[int]) -> memory.Case:
    def results(function: Any) -> Any:
        found = run(function, made_up.favouring(label), [made_up.batches(labels)])
        if _wrong_kind_of_metrics(found):
            return None
        return {name: float(found[name]) for name in (made_up.ACCURACY, "loss")}

    return results


def _judge_results(answer: Any) -> str | Mistake | Any | None:
    # No client has a 0, which is what untrained weights answer.
    first, second = [[3, 3, 5], [3, 1, 1, 1, 3]], [[1, 1, 4, 3], [1, 6]]
    probes = [(3, first), (1, first), (1, second)]
    found = []
    for label, clients in probes:
        datasets = [made_up.batches(labels) for labels in clients]
        given = list(datasets)
        result = run(answer, made_up.favouring(label), given)
        if not rehearsal.same(given, datasets):
            return "datasets_changed"
        if mistake := _wrong_kind_of_metrics(result):
            return mistake
        found.append((float(result[made_up.ACCURACY]), float(result["loss"])))
    wanted = [(made_up.share(label, *clients), _loss(label, *clients)) for label, clients in probes]
    if np.allclose(found, wanted, rtol=0, atol=made_up.TOLERANCE):
        return _mistake_with_many(answer)
    shares = [share for share, _ in found]
    if np.allclose(shares, 0, atol=made_up.TOLERANCE):
        return "weights_not_set"
    if found[0] == found[1]:
        return "captured_weights"
    if found[1] == found[2]:
        return "captured_datasets"
    if made_up.close(shares[0], np.mean([made_up.share(3, labels) for labels in first])):
        return "mean_over_clients"
    # Right answers of 8 and 8 examples, added up.
    if made_up.close(shares[0], wanted[0][0]) and made_up.close(
        shares[1], (wanted[0][0] + wanted[1][0]) / 2
    ):
        return "running_total"
    case = say("two clients with 3 and 5 images")
    return next(
        shown.wrong_value(case, got, right)
        for got, right in zip(found, wanted, strict=True)
        if not np.allclose(got, right, rtol=0, atol=made_up.TOLERANCE)
    )


def _mistake_with_many(answer: Any) -> Any:
    """On more clients than a cohort has, of all sizes, and then on two of them."""
    weights, sizes = made_up.some_model(), (3, 17, 1, 9, 4, 2, 26, 5, 8, 1, 6, 7)
    clients = made_up.some_clients(sizes)
    cases = {
        say("{count} clients with 1 to {most} images", count=len(sizes), most=max(sizes)): clients,
        say("the first two of them"): clients[:2],
    }
    for case, probe in cases.items():
        result = run(answer, weights, made_up.datasets(probe))
        if mistake := _wrong_kind_of_metrics(result):
            return mistake
        found = [float(result[name]) for name in (made_up.ACCURACY, "loss")]
        wanted = list(made_up.measured(weights, probe).values())
        if not np.allclose(found, wanted, rtol=0, atol=made_up.TOLERANCE):
            return shown.wrong_value(case, found, wanted)
    return None


def _wrong_kind_of_metrics(result: Any) -> str | Any | None:
    if hasattr(result, "metrics") and hasattr(result, "state"):
        return "whole_output"
    if forms.is_number(result):
        return "one_number"
    if not isinstance(result, Mapping):
        return Mistake("no_mapping", type=type(result).__name__)
    if any(name in result for name in ("client_work", "eval", "current_round_metrics")):
        return "whole_metrics"
    for name in (made_up.ACCURACY, "loss"):
        if name not in result:
            return Mistake("missing", name=name)
        if not forms.is_number(result[name]):
            return Mistake("not_a_number", name=name, type=type(result[name]).__name__)
    return None


def _loss(label: int, *clients: list[int]) -> float:
    """The cross-entropy of `_favouring(label)`, over the examples of all clients."""
    right = made_up.share(label, *clients)
    return float(np.log(np.e + 9) - right)


def _reference(evaluation: Any = None) -> Any:
    built = evaluation or made_up.built_evaluation()
    return functools.partial(made_up.evaluate, built)


EXERCISE = Exercise(
    id="evaluate_weights",
    expects="a function that takes model weights and a list of datasets, and gives the "
    "mapping `current_round_metrics` with `loss` and `sparse_categorical_accuracy`",
    judge=_judge,
    reference=_reference,
    hints=(
        "Three steps: a fresh state, a state with the weights in it, one call of `next`.",
        "`evaluation.set_model_weights(state, model_weights)` does not change `state`. It "
        "gives a new one, and that one goes to `evaluation.next` together with the datasets.",
        'From the output of `next`, take `metrics`, then `"client_work"`, `"eval"` and '
        '`"current_round_metrics"`.',
    ),
    mistakes=memory.OF_MEMORY
    | {
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
        "datasets_changed": "Your function changes the list `datasets` that it was given: after "
        "the call, other datasets are in it, or in another order. The caller still needs it.",
        "no_mapping": "What your function gives is of type `{type}`. Wanted is a mapping from the "
        "names of metrics to numbers: the `current_round_metrics`.",
        "missing": "In the mapping that your function gives, `{name}` is missing. Wanted are the "
        "`current_round_metrics` as they are.",
        "not_a_number": "What stands under `{name}` is of type `{type}`, and no number.",
        "wrong_value": "For {case}, the accuracy and the loss are {wanted}, and your function "
        "gives {got}. They are of all images of all the clients, each image counted once.",
        "one_number": "This is a single number. Wanted is the mapping of this round's "
        "metrics, with the loss and the accuracy in it.",
    },
    right="The server now has an accuracy over clients whose images it never saw.",
)
