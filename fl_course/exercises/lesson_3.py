"""Lesson 3's exercises: what TFF wants of a model, an averaging process, its loop, its logs."""

import collections
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run, run_for_effect
from fl_course.localization import joined, say

# --- model_fn ----------------------------------------------------------------------------------


def _judge_model_fn(answer: Any) -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import models

    for kind, name in (
        (tff.learning.models.VariableModel, say("a TFF model")),
        (tff.learning.models.FunctionalModel, say("a functional model")),
        (tf.keras.Model, say("a Keras model")),
    ):
        if isinstance(answer, kind):
            return Mistake("called", kind=name)

    model, another = run(answer), run(answer)
    if isinstance(model, tf.keras.Model):
        return "keras_model"
    if isinstance(model, tff.learning.models.FunctionalModel):
        return "functional_model"
    if not isinstance(model, tff.learning.models.VariableModel):
        return OTHER
    if _shares(model.trainable_variables, another.trainable_variables):
        return "captured_model"
    if _shares(model.local_variables, another.local_variables):
        return "captured_metric"

    if [list(v.shape) for v in model.trainable_variables] != [[784, 10], [10]]:
        return Mistake("other_model", count=_count(model.trainable_variables))
    if any(np.any(v.numpy()) for v in model.trainable_variables):
        return "not_zero"
    seen, wanted = (_type_of(spec) for spec in (model.input_spec, models.input_spec()))
    if seen != wanted:
        return Mistake("input_spec", seen=seen, wanted=wanted)
    return _judge_forward_pass(model)


def _judge_forward_pass(model: Any) -> Any:
    """Loss and accuracy on a batch, with weights for which no two losses agree by chance."""
    import tensorflow as tf

    rng = np.random.default_rng(3)
    inputs = rng.random((12, 784), dtype=np.float32)
    labels = np.arange(12, dtype=np.int32) % 10
    kernel = rng.normal(0, 0.1, (784, 10)).astype(np.float32)
    for variable, value in zip(model.trainable_variables, (kernel, np.zeros(10)), strict=True):
        variable.assign(value)

    def measure(x: Any, y: Any) -> Any:
        output = model.forward_pass(collections.OrderedDict(x=x, y=y))
        return output.loss, model.report_local_unfinalized_metrics()

    try:
        # Recorded as TFF records it: in eager mode Keras would forgive a loss on logits. (And a
        # recording that is made by hand is not counted as one more for which TensorFlow warns.)
        recording = tf.function(measure).get_concrete_function(
            *(tf.TensorSpec.from_tensor(tf.constant(array)) for array in (inputs, labels))
        )
        loss, metrics = recording(tf.constant(inputs), tf.constant(labels))
    except Exception:
        return "parts_do_not_fit"

    probabilities = _softmax(inputs @ kernel)
    wanted = _cross_entropy(probabilities, labels)
    loss = float(loss)
    if abs(loss - _cross_entropy(_softmax(probabilities), labels)) < 1e-3:
        return "from_logits"
    if abs(loss - wanted) > 1e-3:
        return Mistake("wrong_loss", seen=f"{loss:.1f}", wanted=f"{wanted:.1f}")
    name = "sparse_categorical_accuracy"
    if name not in metrics:
        return Mistake("no_accuracy", names=", ".join(f"`{known}`" for known in metrics))
    total, count = (float(value) for value in metrics[name])
    if abs(total / count - np.mean(probabilities.argmax(axis=1) == labels)) > 1e-6:
        return OTHER
    return None


def _shares(some: Any, others: Any) -> bool:
    return bool({id(variable) for variable in some} & {id(variable) for variable in others})


def _count(arrays: Any) -> str:
    return f"{sum(int(np.prod(array.shape)) for array in arrays):,}"


def _type_of(input_spec: Any) -> str:
    import tensorflow_federated as tff

    return tff.types.tensorflow_to_type(input_spec).compact_representation()


def _softmax(sums: np.ndarray) -> np.ndarray:
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return float(-np.log(probabilities[np.arange(len(labels)), labels]).mean())


def _model_fn_reference() -> Any:
    from fl_course import models

    return models.variable_model_fn()


# --- averaging_process -------------------------------------------------------------------------

_CLIENT_RATE, _SERVER_RATE = 0.02, 1.0

_Batch = tuple[np.ndarray, np.ndarray]
_Weights = list[np.ndarray]


def _judge_averaging_process(answer: Any) -> Any:
    import tensorflow_federated as tff

    if isinstance(answer, tff.learning.templates.LearningAlgorithmState):
        return "a_state"
    if not isinstance(answer, tff.learning.templates.LearningProcess):
        return "not_called" if callable(answer) else OTHER

    state = answer.initialize()
    before = [np.asarray(array) for array in answer.get_model_weights(state).trainable]
    if [array.shape for array in before] != [(784, 10), (10,)]:
        return Mistake("other_model", count=_count(before))
    if any(np.any(array) for array in before):
        return OTHER
    clients = _two_clients()
    after = []
    next_state = state
    for _ in range(2):  # Momentum of the server shows in the second round.
        next_state = answer.next(next_state, [_as_dataset(batches) for batches in clients]).state
        after.append(answer.get_model_weights(next_state).trainable)

    def acts_like(client_rate: float, server_rate: float, **kind: bool) -> bool:
        weights = before
        for measured in after:
            weights = _round(weights, clients, client_rate, server_rate, **kind)
            for array, expected in zip(measured, weights, strict=True):
                if np.abs(array - expected).max() > 1e-3 * np.abs(expected).max():
                    return False
        return True

    if acts_like(_CLIENT_RATE, _SERVER_RATE):
        return None
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


def _two_clients() -> list[list[_Batch]]:
    """Two clients that a wrong process treats otherwise: more steps, and more examples, for one."""
    rng = np.random.default_rng(3)
    clients = []
    for sizes in ((3, 3), (2,)):
        batches = []
        for size in sizes:
            inputs = np.zeros((size, 784), np.float32)
            # Few pixels keep the steps small enough for float32, even with a rate of 1.
            inputs[:, ::64] = rng.random((size, 13), dtype=np.float32)
            batches.append((inputs, rng.integers(0, 10, size).astype(np.int32)))
        clients.append(batches)
    return clients


def _as_dataset(batches: list[_Batch]) -> Any:
    import tensorflow as tf

    inputs, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    examples = collections.OrderedDict(x=inputs, y=labels)
    return tf.data.Dataset.from_tensor_slices(examples).batch(len(batches[0][1]))


def _round(
    weights: _Weights,
    clients: list[list[_Batch]],
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


def _gradient(weights: _Weights, batch: _Batch) -> _Weights:
    """Of the mean cross-entropy of a batch, for softmax regression."""
    inputs, labels = batch
    error = _softmax(inputs @ weights[0] + weights[1])
    error[np.arange(len(labels)), labels] -= 1
    return [inputs.T @ error / len(labels), error.mean(axis=0)]


def _averaging_process_reference() -> Any:
    import tensorflow_federated as tff

    from fl_course import models

    return tff.learning.algorithms.build_weighted_fed_avg(
        models.variable_model_fn(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=_CLIENT_RATE),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=_SERVER_RATE),
    )


# --- control_loop ------------------------------------------------------------------------------


class _State:
    """A state of `_Rehearsal`."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds


class _Rehearsal:
    """Behaves like a learning process, trains nothing, and notes how it is used."""

    def __init__(self) -> None:
        self.initial: list[_State] = []
        self.taken: list[Any] = []
        self.cohorts: list[Any] = []
        self.made: list[_State] = []

    @staticmethod
    def accuracy(rounds: int) -> float:
        return rounds / (rounds + 4)

    @staticmethod
    def loss(rounds: int) -> float:
        return 3 - rounds / 8

    def initialize(self) -> _State:
        self.initial.append(_State(0))
        return self.initial[-1]

    def next(self, state: Any, cohort: Any) -> Any:
        import tensorflow_federated as tff

        self.taken.append(state)
        self.cohorts.append(cohort)
        rounds = state.rounds + 1 if isinstance(state, _State) else 1
        self.made.append(_State(rounds))
        metrics = collections.OrderedDict(
            distributor=(),
            client_work=collections.OrderedDict(
                train=collections.OrderedDict(
                    sparse_categorical_accuracy=np.float32(self.accuracy(rounds)),
                    loss=np.float32(self.loss(rounds)),
                    num_examples=8 * rounds,
                    num_batches=3 * rounds,
                )
            ),
        )
        return tff.learning.templates.LearningProcessOutput(self.made[-1], metrics)

    def get_model_weights(self, state: Any) -> Any:
        import tensorflow_federated as tff

        return tff.learning.models.ModelWeights([np.zeros((784, 10)), np.zeros(10)], [])


def _judge_control_loop(answer: Any) -> Any:
    # Real datasets, in case the function hands them to the notebook's process.
    cohort = [_as_dataset(batches) for batches in _two_clients()]
    for num_rounds in (4, 2):
        process = _Rehearsal()
        result = run(answer, process, cohort, num_rounds)
        found = _judge_calls(process, cohort, num_rounds)
        if found is None:
            found = _judge_returned(result, process, num_rounds)
        if found is not None:
            return found
    return None


def _judge_calls(process: _Rehearsal, cohort: list[Any], num_rounds: int) -> Any:
    if not process.taken:
        return "other_process"
    if any(isinstance(state, _result_type()) for state in process.taken[1:]):
        return "result_carried"
    if any(not isinstance(state, _State) for state in process.taken):
        return "no_initialize"
    for given in process.cohorts:
        if len(given) != len(cohort) or any(a is not b for a, b in zip(given, cohort, strict=True)):
            return "other_cohort"
    if len(process.taken) != num_rounds:
        return Mistake("wrong_rounds", wanted=num_rounds, seen=len(process.taken))
    if any(state.rounds != number for number, state in enumerate(process.taken)):
        fresh = all(any(state is one for one in process.initial) for state in process.taken)
        if fresh and len({id(state) for state in process.taken}) > 1:
            return "initialized_again"
        return "not_carried"
    return None


def _result_type() -> type:
    import tensorflow_federated as tff

    return tff.learning.templates.LearningProcessOutput


def _judge_returned(result: Any, process: _Rehearsal, num_rounds: int) -> Any:
    if isinstance(result, _result_type()):
        return Mistake("not_two", what=say("what `next` returned"))
    if isinstance(result, _State):
        return Mistake("not_two", what=say("a state alone"))
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        return Mistake("not_two", what=say("something else"))
    state, reported = result
    if isinstance(reported, _State):
        return "swapped"
    if isinstance(state, _result_type()):
        return "result_not_state"
    if not isinstance(state, _State):
        return OTHER
    if state.rounds != num_rounds:
        return Mistake("old_state", rounds=state.rounds)
    if isinstance(reported, dict):
        curves = any(np.ndim(value) for value in reported.values())
        return "whole_metrics" if curves else "only_last"
    if isinstance(reported, (int, float, np.number)) or len(reported) == 1 != num_rounds:
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
    if len(reported) > num_rounds and _close(reported[-num_rounds:], accuracies):
        return "older_rounds"
    return OTHER


def _close(values: Any, expected: list[float]) -> bool:
    values = np.asarray(values, float)
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


def _control_loop_reference() -> Any:
    return _run_rounds


# --- summary_writer ----------------------------------------------------------------------------

_PARTS = ("train", "evaluation")

# A curve as it was read from disk: pairs of step and value, in the order of writing.
_Curve = list[tuple[int, float]]


def _judge_summary_writer(answer: Any) -> Any:
    import tensorflow as tf

    from fl_course.training import History

    history = History(
        rounds=[1, 2, 3, 4],
        train={"loss": [2.5, 2.0, 1.5, 1.25], "accuracy": [0.125, 0.25, 0.375, 0.5]},
        evaluation={"loss": [2.25, 1.75, 1.0, 0.75], "accuracy": [0.1875, 0.4375, 0.625, 0.75]},
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            run_for_effect(answer, folder, history)
        except Exception as error:
            key = error.__cause__.args[0] if isinstance(error.__cause__, KeyError) else None
            if isinstance(key, str) and key not in history.train:
                return Mistake("names_written_down", name=key)
            raise
        logs = _read_logs(folder)
        if logs is None:
            return "no_files"
        if not logs:
            tf.summary.flush()
            return "not_flushed" if _read_logs(folder) else "empty_files"
    return _judge_folders(logs, history) or next(
        filter(None, (_judge_part(part, logs, history) for part in _PARTS)), None
    )


def _read_logs(folder: str) -> dict[str, dict[str, _Curve]] | None:
    """Curves by folder below the given one and by name; None if there is no event file at all."""
    import tensorflow as tf

    files = sorted(Path(folder).rglob("events.out.tfevents*"))
    logs: dict[str, dict[str, _Curve]] = {}
    for file in files:
        name = file.parent.relative_to(folder).as_posix()
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                number = (
                    float(tf.make_ndarray(value.tensor))
                    if value.HasField("tensor")
                    else value.simple_value
                )
                curves = logs.setdefault(name, {})
                curves.setdefault(value.tag, []).append((event.step, number))
    return logs if files else None


def _judge_folders(logs: dict[str, dict[str, _Curve]], history: Any) -> Any:
    if set(_PARTS) <= set(logs):
        return None
    if len(logs) == 1:
        ((folder, curves),) = logs.items()
        written = {number for curve in curves.values() for _, number in curve}
        shown = say("`log_dir` itself")
        if folder != ".":
            shown = say("the folder `{folder}`", folder=folder)
        for part, other in (_PARTS, _PARTS[::-1]):
            if not written & set(getattr(history, part)["loss"]):
                return Mistake("part_missing", missing=part, present=other, folder=shown)
        both = {number for part in _PARTS for number in getattr(history, part)["loss"]}
        if len([curve for curve in curves.values() if {n for _, n in curve} <= both]) > 1:
            return Mistake("folders_in_names", seen=min(curves), folder=shown)
        return Mistake("mixed", folder=shown)
    names = [say("`log_dir` itself") if name == "." else f"`{name}`" for name in sorted(logs)]
    return Mistake("folder_names", seen=joined(names))


def _judge_part(part: str, logs: dict[str, dict[str, _Curve]], history: Any) -> Any:
    curves, wanted = logs[part], getattr(history, part)
    other = getattr(history, _PARTS[1 - _PARTS.index(part)])
    if missing := [name for name in wanted if name not in curves]:
        values = [[number for _, number in curve] for curve in curves.values()]
        if all(wanted[name] in values for name in missing):
            return Mistake("curve_names", folder=part, seen=_quoted(curves), wanted=_quoted(wanted))
        return Mistake("metric_missing", folder=part, missing=_quoted(missing))
    for name, values in wanted.items():
        steps = [step for step, _ in curves[name]]
        numbers = [number for _, number in curves[name]]
        if numbers == other[name]:
            return "swapped_parts"
        if len(steps) == 1:
            return "one_point"
        if len(set(steps)) == 1:
            return Mistake("same_step", step=steps[0])
        if numbers == values and steps == [number - 1 for number in history.rounds]:
            return "from_zero"
        if sorted(curves[name]) != list(zip(history.rounds, values, strict=True)):
            return OTHER
    return None


def _quoted(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _write_logs(log_dir: str, history: Any) -> None:
    import tensorflow as tf

    for part, curves in (("train", history.train), ("evaluation", history.evaluation)):
        writer = tf.summary.create_file_writer(f"{log_dir}/{part}")
        with writer.as_default():
            for name, values in curves.items():
                for round_num, value in zip(history.rounds, values, strict=True):
                    tf.summary.scalar(name, value, step=round_num)
        writer.close()


def _summary_writer_reference() -> Any:
    return _write_logs


EXERCISES = (
    Exercise(
        id="model_fn",
        expects="a function without arguments that returns a new "
        "`tff.learning.models.VariableModel` around the softmax model at each call",
        judge=_judge_model_fn,
        reference=_model_fn_reference,
        hints=(
            "The function of the failing cell is nearly what is wanted. What in it exists only "
            "once, however often the function is called?",
            "Make the Keras model in the first line of the body, with `models.softmax_model()`, "
            "and use that name in `from_keras_model`.",
            "The second line of the body returns the call of the failing cell: same loss, same "
            "`input_spec`, same list of metrics, and the new model as the first argument.",
        ),
        mistakes={
            "called": "This is {kind} and not a function. TFF calls the function itself, whenever "
            "it makes a recording: hand over the name without parentheses.",
            "keras_model": "The function returns a Keras model. TFF wants it together with loss, "
            "input spec and metrics: what does `from_keras_model` return?",
            "functional_model": "This is the functional model of the next section. Wanted here is "
            "what `from_keras_model` returns.",
            "captured_model": "Two calls return models with the same variables, so the Keras model "
            "was made outside and captured. A recording could not have variables of its own. Where "
            "in your code is the Keras model made?",
            "captured_metric": "The Keras model is new at each call, but two calls share the "
            "variables in which a metric counts. Is the metric object made inside the function?",
            "other_model": "The trainable parameters should be a matrix [784, 10] and a vector "
            "[10], 7,850 numbers; your model has {count} in other shapes. Which function of "
            "`models` makes the softmax model?",
            "not_zero": "The shapes are right, but the weights do not start at zero, so your "
            "numbers would not be those of the text. `models.softmax_model()` starts at zero.",
            "input_spec": "The input spec says that a batch is `{seen}`, and the cohort's batches "
            "are `{wanted}`, where `?` stands for any size. Which name holds the `element_spec` of "
            "a client's dataset?",
            "parts_do_not_fit": "The parts do not work together on a batch of integer labels from "
            "0 to 9. Are loss and metric the ones that Keras calls *sparse*?",
            "from_logits": "The loss takes the model's outputs for logits and applies a softmax to "
            "them again. This model's outputs are probabilities: check the loss' arguments.",
            "wrong_loss": "On a batch of ours the loss is {seen}, and mean cross-entropy is "
            "{wanted}. Which loss did the failing cell take?",
            "no_accuracy": "The clients would report {names}. The cells below read "
            "`sparse_categorical_accuracy`: look at the argument `metrics`.",
        },
        right="Each call makes a Keras model, and variables, of its own: TFF can record it as "
        "often as it needs to.",
    ),
    Exercise(
        id="averaging_process",
        expects="a `tff.learning.templates.LearningProcess` that does weighted Federated "
        "Averaging of the softmax model, with plain gradient descent at clients and server",
        judge=_judge_averaging_process,
        reference=_averaging_process_reference,
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
            "not_plain": "The model moves, but in a way that plain gradient descent would not move "
            "it with any learning rates. Does one of the optimizers have momentum, or is it "
            "another one than `build_sgdm` makes?",
        },
        right="In two rounds with two small clients it moved the weights exactly as the formula "
        "says, with the clients' updates weighted by their number of examples.",
        trains=True,
    ),
    Exercise(
        id="control_loop",
        expects="a function of a process, a cohort and a number of rounds that returns the state "
        "after the last round and a list with each round's reported accuracy",
        judge=_judge_control_loop,
        reference=_control_loop_reference,
        hints=(
            "Before the loop: a fresh state from `process.initialize()` and an empty list. After "
            "the loop: `return` both.",
            "In the loop, the cell that ran one round shows the call of `next` and where the "
            "clients' training metrics are. Give the name `state` to `result.state`, so that the "
            "next round starts where this one ended.",
            "The loop's body has three lines: run a round; take the new state; append "
            '`result.metrics["client_work"]["train"]["sparse_categorical_accuracy"]`.',
        ),
        mistakes={
            "other_process": "Your function never ran a round of the process that it was given. "
            "Does it use `averaging_process` of the notebook instead of its argument `process`?",
            "no_initialize": "The first round took a state that the given process had not made. "
            "Begin inside the function, with what `process.initialize()` returns.",
            "result_carried": "The first round is right. The second got all that `next` returns, "
            "state and metrics, and not the state alone: take `.state` from it.",
            "other_cohort": "`next` got another cohort than the one handed to your function. Does "
            "it use its argument `cohort`, and all of it?",
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
    ),
    Exercise(
        id="summary_writer",
        expects="a function of a folder and a history that writes the history's curves to event "
        "files in the folders `train` and `evaluation` below it",
        judge=_judge_summary_writer,
        reference=_summary_writer_reference,
        hints=(
            "Start with the training curves only. One writer for `train` below `log_dir`; in its "
            "`with` block a loop over the names and lists of `history.train`.",
            "Inside that loop, a second one goes over the rounds and the values of one list at "
            "once: `zip(history.rounds, values)`. Each pair is one call of `tf.summary.scalar`.",
            "Then the same for `history.evaluation`, with a second writer for the folder "
            "`evaluation`. Close both writers.",
        ),
        mistakes={
            "no_files": "No event file appeared in the folder that your function was given. Is the "
            "writer made with a path below its argument `log_dir`?",
            "empty_files": "There are event files, but no point in them. `tf.summary.scalar` does "
            "nothing, without a word, unless a writer is the default: put it inside the `with` "
            "block of a writer.",
            "not_flushed": "The points are still in the writer's memory and not on disk: there "
            "they appeared only after we flushed the writer. Close it, or use a `with` block.",
            "mixed": "Training and evaluation are both in {folder}: points of two curves under one "
            "name, which TensorBoard draws as one zigzag. Give each a writer, and a folder, of its "
            "own.",
            "names_written_down": "Your function asks for `{name}`, which this history does not "
            "have. The check uses a history of its own, whose metrics have other names. Loop over "
            "the names, do not write them down.",
            "folders_in_names": "All is in {folder}, under names that tell the parts apart, such "
            "as `{seen}`. That works, but then the two curves get separate panels; put each part "
            "in a folder of its own, under the same names.",
            "part_missing": "There is one folder with curves, {folder}, and they are those of "
            "`history.{present}`. Where do those of `history.{missing}` go?",
            "folder_names": "The curves are in: {seen}. They should be in `train` and "
            "`evaluation`, directly below `log_dir`.",
            "curve_names": "In `{folder}` the curves are called {seen}. Only curves of the same "
            "name share a panel: use the history's names, {wanted}.",
            "metric_missing": "In `{folder}` this is missing: {missing}. The check uses a history "
            "of its own, with other metrics. Loop over the names, do not write them down.",
            "swapped_parts": "The folder `train` holds the numbers of the evaluation, or the other "
            "way round. Which writer is the default when you write which dictionary?",
            "one_point": "A curve has a single point, and the history has one for each round. "
            "Which of your loops goes over the rounds?",
            "same_step": "All points of a curve are at step {step}, one above the other. The step "
            "is the number of the round.",
            "from_zero": "The steps are one too low: they begin with 0. The history's first round "
            "is round 1; see `history.rounds`, or tell `enumerate` where to start.",
        },
        right="We read the event files back: each curve is in its folder, with one point at each "
        "round.",
    ),
)
