"""The process of Federated Averaging."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake
from fl_course.exercises.judging import forms, reference
from fl_course.localization import joined

_CLIENT_RATE, _SERVER_RATE = 0.02, 1.0
_ACCURACY = "sparse_categorical_accuracy"
_PLAIN_MEAN = "<value_sum_process=<>,weight_sum_process=<>>"  # the type of its state

_Weights = list[np.ndarray]


def _judge(answer: Any) -> Any:
    import tensorflow_federated as tff

    if isinstance(answer, tff.learning.templates.LearningAlgorithmState):
        return "a_state"
    if isinstance(answer, tff.Computation):
        return "one_computation"
    if not isinstance(answer, tff.learning.templates.LearningProcess):
        return "not_called" if callable(answer) else OTHER

    if "eval=<" in str(answer.next.type_signature.result.metrics):
        return "an_evaluation"
    state = answer.initialize()
    before = [np.asarray(array) for array in answer.get_model_weights(state).trainable]
    if [array.shape for array in before] != [(784, 10), (10,)]:
        return Mistake("other_model", count=forms.size(before))
    if any(np.any(array) for array in before):
        return "not_zero"
    clients = reference.two_clients()
    after = []
    next_state = state
    for _ in range(2):  # Momentum of the server shows in the second round.
        output = answer.next(next_state, [reference.dataset(batches) for batches in clients])
        next_state = output.state
        after.append(answer.get_model_weights(next_state).trainable)

    def acts_like(
        client_rate: float, server_rate: float, tolerance: float = 1e-3, **kind: bool
    ) -> bool:
        weights = before
        for measured in after:
            weights = _round(weights, clients, client_rate, server_rate, **kind)
            for array, expected in zip(measured, weights, strict=True):
                # Small enough to tell a proximal term of 0.001, and 20 times float32's rounding.
                if np.abs(array - expected).max() > tolerance * np.abs(expected).max():
                    return False
        return True

    if acts_like(_CLIENT_RATE, _SERVER_RATE, 5e-6):
        return _mistake_of_rest(answer, output.metrics["client_work"])
    if acts_like(_CLIENT_RATE, _SERVER_RATE):
        return "not_plain"
    try:
        # The clients' rate is in the state only if the model has variables; the server's always.
        server_rate = float(state.finalizer["learning_rate"])
    except (TypeError, KeyError):
        return OTHER
    if not server_rate:
        return Mistake("server_rate", seen=0)
    if acts_like(0, server_rate, one_step=True):
        return "fed_sgd"
    for weighted in (True, False):
        client_rate = _fitted_rate(before, after[0], clients, server_rate, weighted=weighted)
        if not acts_like(client_rate, server_rate, weighted=weighted):
            continue
        if not weighted:
            return "unweighted"
        if np.allclose((client_rate, server_rate), (_SERVER_RATE, _CLIENT_RATE), rtol=1e-2):
            return "swapped_rates"
        if not np.isclose(client_rate, _CLIENT_RATE, rtol=1e-2):
            return Mistake("client_rate", seen=f"{client_rate:.2g}")
        return Mistake("server_rate", seen=f"{server_rate:.2g}")
    return "not_plain"


def _mistake_of_rest(process: Any, metrics: Any) -> Any:
    """What is wrong with a process that moves the weights as it should."""
    reported = metrics.get("train", {})
    # A process of a functional model does not count examples.
    if "num_examples" not in reported:
        return "functional_process"
    if _ACCURACY not in reported:
        return Mistake("no_accuracy", names=joined([f"`{name}`" for name in reported]))
    aggregator = str(process.initialize.type_signature.result.member.aggregator)
    return None if aggregator == _PLAIN_MEAN else "other_aggregator"


def _fitted_rate(
    before: _Weights, after: _Weights, clients: Any, server_rate: float, *, weighted: bool
) -> float:
    """The client learning rate with which a round would move the weights as far as it did."""
    rate = _CLIENT_RATE
    moved = np.linalg.norm(after[0] - before[0])
    if not moved:
        return 0.0
    for _ in range(30):  # Nearly proportional, so this converges in a few steps.
        expected = _round(before, clients, rate, server_rate, weighted=weighted)
        rate *= float(moved / np.linalg.norm(expected[0] - before[0]))
    return rate


def _round(
    weights: _Weights,
    clients: list[list[reference.Batch]],
    client_rate: float,
    server_rate: float,
    *,
    weighted: bool = True,
    one_step: bool = False,
) -> _Weights:
    """A round of Federated Averaging, or of FedSGD with `one_step`, in NumPy."""
    if one_step:
        batches = [batch for client in clients for batch in client]
        examples = tuple(np.concatenate(parts) for parts in zip(*batches, strict=True))
        gradient = _gradient(weights, examples)
        return [w - server_rate * g for w, g in zip(weights, gradient, strict=True)]
    updates, sizes = [], []
    for batches in clients:
        local = weights
        for batch in batches:
            local = [
                w - client_rate * g for w, g in zip(local, _gradient(local, batch), strict=True)
            ]
        updates.append([end - start for end, start in zip(local, weights, strict=True)])
        sizes.append(sum(len(labels) for _, labels in batches) if weighted else 1)
    means = (np.average(parts, axis=0, weights=sizes) for parts in zip(*updates, strict=True))
    return [w + server_rate * mean for w, mean in zip(weights, means, strict=True)]


def _gradient(weights: _Weights, batch: reference.Batch) -> _Weights:
    """Of the mean cross-entropy of a batch, for softmax regression."""
    inputs, labels = batch
    error = reference.softmax(inputs @ weights[0] + weights[1])
    error[np.arange(len(labels)), labels] -= 1
    return [inputs.T @ error / len(labels), error.mean(axis=0)]


def _reference() -> Any:
    import tensorflow_federated as tff

    from fl_course import models

    return tff.learning.algorithms.build_weighted_fed_avg(
        models.variable_model_fn(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=_CLIENT_RATE),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=_SERVER_RATE),
    )


EXERCISE = Exercise(
    id="averaging_process",
    expects="a `tff.learning.templates.LearningProcess` that does weighted Federated "
    "Averaging of the softmax model, with plain gradient descent at clients and server",
    judge=_judge,
    reference=_reference,
    hints=(
        "The builder is `tff.learning.algorithms.build_weighted_fed_avg`. The cell that failed "
        "because of a captured model calls it already, with one optimizer of the two.",
        "Three arguments: your `model_fn`, without parentheses; `client_optimizer_fn`; and "
        "`server_optimizer_fn`. Both optimizers come from `build_sgdm`.",
        "The rate of 0.02 goes with the clients, who take many small steps; 1.0 goes with the "
        "server, which takes one step: the whole mean update.",
    ),
    mistakes={
        "not_called": "This is a function, and what is wanted is what the builder returns. "
        "Call the builder with the model function and two optimizers.",
        "a_state": "This is a state, which `initialize` returned. Keep the process itself: it "
        "holds `initialize` and `next`.",
        "one_computation": "This is a single computation, such as `initialize` or `next`. Keep the "
        "whole process that the builder returns; it holds both.",
        "an_evaluation": "This process evaluates: its `next` counts, and changes no weights. The "
        "builder of the task is `build_weighted_fed_avg`.",
        "functional_process": "Your process trains rightly, but it was built from a functional "
        "model: it does not report how many examples the clients had. Hand over your `model_fn`; "
        "the next cell does the same with the functional model.",
        "no_accuracy": "Your process trains rightly, but its clients report {names}. The cells "
        "below read `sparse_categorical_accuracy`, which comes with your `model_fn`.",
        "not_zero": "The model does not start at zero, as `models.softmax_model()` does in your "
        "`model_fn`, so your numbers would not be those of the text. Hand over your `model_fn`.",
        "other_aggregator": "With two small clients your process takes the weighted mean, but its "
        "aggregation keeps a state of its own, such as a bound that changes from round to round. "
        "Leave `model_aggregator` out.",
        "other_model": "The process trains a model of {count} parameters, and the softmax "
        "model has 7,850. Hand over your `model_fn`.",
        "swapped_rates": "The two learning rates are swapped: your clients take steps with "
        "1.0, and the server applies only 0.02 of their mean update.",
        "client_rate": "The clients' learning rate is {seen}; the standard experiment has "
        "0.02. Look at `client_optimizer_fn`.",
        "server_rate": "The server applies {seen} of the mean update; with 1.0 the new model "
        "would be the mean of the clients' models. Look at `server_optimizer_fn`.",
        "unweighted": "A client with three times as many examples counts no more than the "
        "other in your process. The formula above weights updates by $n_k$: which builder, or "
        "which `client_weighting`, did you take?",
        "fed_sgd": "Your clients compute one gradient at the model they were sent, and take no "
        "steps of their own: this is FedSGD. Federated Averaging has a client optimizer.",
        "not_plain": "The model moves, but not as the mean of the clients' plain gradient steps "
        "would move it, with any learning rates. Three things lead there: an optimizer with "
        "momentum or another one than `build_sgdm` makes, another builder, and a `model_fn` with "
        "another loss.",
    },
    right="In two rounds with two small clients it moved the weights exactly as the formula "
    "says, with the clients' updates weighted by their number of examples.",
    trains=True,
)
