"""An accuracy to be reached with few bytes: an open challenge."""

import functools
import math
import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_course.exercises import feedback
from fl_course.exercises.exercise import Exercise, Mistake, run
from fl_course.exercises.judging import forms
from fl_course.localization import say

_BUDGET = 2_000_000


_CLIENTS, _MAX_EPOCHS = 12, 20


_BYTES = 2 * 4 * 7_850  # one client, one round, both ways


_NEW_DEALS = (4, 5)


_BASELINE = {"cohort_size": 4, "num_rounds": 7, "epochs": 5, "client_learning_rate": 0.02}


_OPTIONAL = ("edits", "server_optimizer")


_GAIN = 0.05  # what counts as a visible gain over the baseline


_last: dict[str, Any] = {}  # numbers of the last entry that passed


def _judge(answer: Any) -> Any:
    found = _judge_settings(answer)
    if found is not None:
        return found
    accuracy, baseline = run(_score, answer), _baseline_score()
    seen = {"seen": f"{100 * accuracy:.0f}", "baseline": f"{100 * baseline:.0f}"}
    if accuracy <= baseline:
        return Mistake("no_better", **seen)
    if accuracy < baseline + _GAIN:
        return Mistake("small_gain", **seen, points=f"{100 * _GAIN:.0f}")
    _last["entry"] = seen
    return None


def _with_numbers(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Says what an entry that passed has reached."""
    feedback.show(
        say(
            "On the two new deals: your entry **{seen} %**, the baseline {baseline} %.",
            seen=_last["entry"]["seen"],
            baseline=_last["entry"]["baseline"],
        )
    )
    return entry


def _judge_settings(answer: Any) -> Any:
    """What is wrong with an entry before it has run."""
    if not isinstance(answer, Mapping):
        return Mistake("not_settings", type=type(answer).__name__)
    for name in _BASELINE:
        if name not in answer:
            return Mistake("missing", name=name)
    for name in answer:
        if name not in (*_BASELINE, *_OPTIONAL):
            return Mistake("unknown", name=name)
    for name, most in (("cohort_size", _CLIENTS), ("num_rounds", None), ("epochs", _MAX_EPOCHS)):
        value = answer[name]
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
            return Mistake("not_whole", name=name)
        if most is not None and value > most:
            return Mistake("too_many", name=name, seen=int(value), most=most)
    rate = answer["client_learning_rate"]
    if isinstance(rate, bool) or not isinstance(rate, numbers.Real) or not 0 < rate < math.inf:
        return "bad_rate"
    sent = _BYTES * int(answer["cohort_size"]) * int(answer["num_rounds"])
    if sent > _BUDGET:
        return Mistake("over_budget", sent=f"{sent:,}", budget=f"{_BUDGET:,}")
    if all(answer[name] == value for name, value in _BASELINE.items()) and not any(
        answer.get(name) for name in _OPTIONAL
    ):
        return "the_baseline"
    edits = answer.get("edits")
    if edits is not None and not (forms.is_sequence(edits) and all(map(callable, edits))):
        return "edits_no_list"
    optimizer = answer.get("server_optimizer")
    if optimizer is not None and not _is_optimizer(optimizer):
        return "no_optimizer"
    return None


def _is_optimizer(value: Any) -> bool:
    from fl_course import algorithms

    return isinstance(value, algorithms.ServerOptimizer)


def _score(settings: Mapping[str, Any]) -> float:
    """Accuracy on held-out images after the last round, the mean over the new deals."""
    from fl_course import algorithms, data, preprocessing

    train, test = data.load("digits")
    images, labels = data.pool(test)
    process = algorithms.build_fed_avg(
        _model(),
        client_learning_rate=float(settings["client_learning_rate"]),
        edits=settings.get("edits") or (),
        server_optimizer=settings.get("server_optimizer"),
    )
    shares = []
    for deal in _NEW_DEALS:
        clients = data.label_skew(train, _CLIENTS, alpha=0.05, seed=deal)
        datasets = preprocessing.make_federated_data(
            clients, clients.client_ids, epochs=int(settings["epochs"]), batch_size=20, seed=deal
        )
        dataset_of = dict(zip(clients.client_ids, datasets, strict=True))
        state = process.initialize()
        for round_num in range(1, int(settings["num_rounds"]) + 1):
            cohort = data.sample_clients(
                clients.client_ids, int(settings["cohort_size"]), seed=deal, round_num=round_num
            )
            state = process.next(state, [dataset_of[client_id] for client_id in cohort]).state
        kernel, bias = process.get_model_weights(state).trainable
        answers = np.argmax((1.0 - images.reshape(-1, 784)) @ kernel + bias, axis=1)
        shares.append(np.mean(answers == labels))
    return float(np.mean(shares))


@functools.cache
def _baseline_score() -> float:
    return _score(_BASELINE)


def _model() -> Any:
    """Softmax regression on ink, as in the lesson."""
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import models

    def loss(logits: Any, labels: Any, sample_weight: Any = None) -> Any:
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        )

    @tf.function
    def predict(weights: Any, x: Any, training: bool) -> Any:
        kernel, bias = weights[0]
        return (1.0 - x) @ kernel + bias

    zeros = (np.zeros([784, 10], np.float32), np.zeros(10, np.float32))
    return tff.learning.models.FunctionalModel(
        initial_weights=(zeros, ()),
        predict_on_batch_fn=predict,
        loss_fn=loss,
        input_spec=models.input_spec(),
    )


def _reference() -> Any:
    from fl_course import algorithms

    return {
        "cohort_size": 3,
        "num_rounds": 10,
        "epochs": 10,
        "client_learning_rate": 0.1,
        "server_optimizer": algorithms.server_momentum(momentum=0.5),
    }


EXERCISE = Exercise(
    id="bytes_challenge",
    expects="a dictionary of settings whose accuracy, on new deals, is at least 5 points above "
    "the baseline's and whose bytes are within the budget",
    judge=_judge,
    reference=_reference,
    hints=(
        "31 times a client may take part. The baseline uses 28 of these, and it trains with a "
        "client learning rate that the search above found too low.",
        "Local epochs cost no bytes. Raise them, and change one other thing at a time; `score` "
        "takes a few seconds.",
        "Larger cohorts with many local epochs and few rounds are one way, small cohorts with "
        "momentum at the server another. Both gain twenty points or so.",
    ),
    mistakes={
        "not_settings": "What you gave is of type `{type}`; wanted is a dictionary like "
        "`baseline`.",
        "missing": "The setting `{name}` is missing.",
        "unknown": "There is no setting `{name}`; see the names in `baseline`, and `edits` and "
        "`server_optimizer`.",
        "not_whole": "`{name}` must be a whole number of 1 or more.",
        "too_many": "`{name}` is {seen}, and at most {most} are allowed.",
        "bad_rate": "`client_learning_rate` must be a number above 0.",
        "over_budget": "This plan sends {sent} bytes, and the budget is {budget}.",
        "the_baseline": "These are the baseline's own settings. Change at least one.",
        "edits_no_list": "`edits` must be a list of functions, such as `[clip]`, even if there "
        "is only one.",
        "no_optimizer": "`server_optimizer` must be a pair of functions, such as "
        "`fed_avg_m(0.5)` or `fed_adam(0.03)`.",
        "small_gain": "On new deals this reaches {seen} %, and the baseline {baseline} %. That "
        "is ahead, by less than {points} points, which other deals can undo. There is more "
        "to get: which setting was too low in the searches above?",
        "no_better": "On new deals of the images this reaches {seen} %, and the baseline "
        "{baseline} %. If it was ahead on the deals you looked at, that was luck; look for a "
        "larger difference.",
    },
    right="The gain holds on deals that you had not seen.",
    trains=True,
    adapt=_with_numbers,
)
