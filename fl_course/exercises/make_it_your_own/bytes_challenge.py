"""An accuracy to be reached with few bytes: an open challenge."""

import functools
import linecache
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises import feedback
from fl_course.exercises.errors import describe
from fl_course.exercises.exercise import Exercise, Mistake, Raised, run
from fl_course.exercises.judging import edits, forms, reference
from fl_course.localization import say
from fl_course.runtime.own_lines import own_lines

_BUDGET = 2_000_000
_CLIENTS, _MAX_EPOCHS = 12, 20
_BYTES = 2 * 4 * 7_850  # one client, one round, both ways
_NEW_DEALS = (4, 5)
_BASELINE = {"cohort_size": 4, "num_rounds": 7, "epochs": 5, "client_learning_rate": 0.02}
_OPTIONAL = ("edits", "server_optimizer")
_GAIN = 0.05  # what counts as a visible gain over the baseline
_GUESSED = 0.15  # ten digits: whoever guesses is right in about a tenth
_last: dict[str, Any] = {}  # numbers of the last entry that passed


def _judge(answer: Any) -> Any:
    found = _judge_settings(answer) or _judge_edits(answer.get("edits") or ())
    if found is not None:
        return found
    accuracy = run(_score, answer)
    if math.isnan(accuracy):
        return "diverges"
    baseline = _baseline_score()
    seen = {"seen": f"{100 * accuracy:.0f}", "baseline": f"{100 * baseline:.0f}"}
    if accuracy < _GUESSED:
        return Mistake("guesses", seen=seen["seen"])
    if accuracy < baseline - _GAIN:
        return Mistake("worse", **seen)
    if accuracy <= baseline:
        return Mistake("no_better", **seen)
    if accuracy < baseline + _GAIN:
        return Mistake("small_gain", **seen, points=f"{100 * _GAIN:.0f}")
    _last["entry"] = seen
    return None


def _judge_edits(functions: Sequence[Any]) -> Any:
    """What is wrong with the edits, seen before TFF has recorded them: then errors are clearer."""
    shapes = tuple(map(tuple, reference.SHAPES))
    parts = [edits.like_weights(seed, shapes) for seed in (1, 2, 3)]
    for number, function in enumerate(functions, start=1):
        try:
            result = run(function, *map(reference.tensors, parts))
            edits.arrays(result, parts[0])
        except edits.Odd:
            return Mistake("edit_form", number=number)
        except Raised as raised:
            if isinstance(raised.error, TypeError) and not any(own_lines(raised.error)):
                told = describe(raised.error)  # the call itself was refused
                return Mistake("edit_arguments", number=number, error=told, line=_line(function))
            raise
        if not edits.can_be_recorded(function, *parts):
            return Mistake("edit_not_recorded", number=number)
    return None


def _line(function: Any) -> str:
    """The learner's line in which a function begins, as code, or nothing."""
    code = getattr(getattr(function, "func", function), "__code__", None)
    line = linecache.getline(code.co_filename, code.co_firstlineno).strip() if code else ""
    return f"\n\n```python\n{line}\n```" if line else ""


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
    functions = answer.get("edits")
    if functions is not None and not (
        forms.is_sequence(functions) and all(map(callable, functions))
    ):
        return "edits_no_list"
    optimizer = answer.get("server_optimizer")
    if optimizer is None or _is_optimizer(optimizer):
        return None
    if forms.is_sequence(optimizer) and any(map(callable, optimizer)):
        return Mistake("plain_pair", type=type(optimizer).__name__)
    return Mistake("no_optimizer", type=type(optimizer).__name__)


def _is_optimizer(value: Any) -> bool:
    from fl_course import algorithms

    return isinstance(value, algorithms.ServerOptimizer)


def _score(settings: Mapping[str, Any]) -> float:
    """Accuracy on held-out images after the last round, the mean over the new deals.

    Not a number if the weights are none.
    """
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
        if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
            return math.nan
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
        "edit_arguments": "Edit number {number} cannot be called. {error}{line}\n\nAn edit takes "
        "three arguments: the gradients, the weights and the server's weights.",
        "edit_form": "What edit number {number} gives has not the form of the gradients: a tuple "
        "with a tensor for each of them, of the same shape.",
        "edit_not_recorded": "Edit number {number} works when TensorFlow runs it at once. TFF "
        "records it first, and while that happens tensors have no values yet. Look for NumPy "
        "functions, `.numpy()` or `float(...)`, and use TensorFlow's functions instead.",
        "no_optimizer": "`server_optimizer` is of type `{type}`. Wanted is an "
        "`algorithms.ServerOptimizer`, as `fed_avg_m(0.5)` and `fed_adam(0.03)` make.",
        "plain_pair": "`server_optimizer` is a plain {type} of functions. What is missing is the "
        "`algorithms.ServerOptimizer(init, next)` around the two.",
        "diverges": "Training diverges: the model's weights are no numbers any more (NaN or "
        "infinite). Its steps are too long. What makes them long: the client learning rate, an "
        "edit, the server optimizer?",
        "guesses": "On new deals of the images this reaches {seen} %, as guessing would, with ten "
        "digits. Either nothing was learnt, or steps were so long that all was lost again. Look "
        "at the client learning rate, the edits and the server optimizer.",
        "worse": "On new deals of the images this reaches {seen} %, and the baseline {baseline} %. "
        "Luck does not explain so much: a setting has made it worse. Change one at a time, and "
        "look at what `score` says.",
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
