"""The round loop: run a federated learning process, show progress, keep metrics and checkpoints."""

import contextlib
import dataclasses
import itertools
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import (
    check_array,
    check_folder,
    check_function,
    check_integer,
    described,
    is_endless,
)
from fl_course.checkpoints import Checkpoints
from fl_course.localization import noted, say
from fl_course.models import KERAS_FN, predicts_classes

Step = TypeVar("Step")

_PROCESS = ("initialize", "next", "get_model_weights")


@dataclasses.dataclass
class History:
    """The metrics of a training run, in order of rounds.

    Attributes:
        rounds: Round numbers, from 1.
        train: Each client's training metrics of the round, averaged over its cohort, by name. They
            are measured while the clients train, each with its own changing model.
        evaluation: Metrics of the server's model after the round, by name; empty if there was
            no `evaluate`.
    """

    rounds: list[int] = dataclasses.field(default_factory=list)
    train: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    evaluation: dict[str, list[float]] = dataclasses.field(default_factory=dict)


def train(
    process: tff.learning.templates.LearningProcess,
    cohort_fn: Callable[[int], Sequence[tf.data.Dataset]],
    num_rounds: int,
    *,
    state: Any = None,
    evaluate: Callable[[Any], dict[str, float]] | None = None,
    log_dir: str | None = None,
    checkpoint_dir: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 1,
) -> tuple[Any, History]:
    """Runs rounds of a learning process; with `checkpoint_dir`, from the latest checkpoint on.

    A notebook or program that was stopped, even in the middle of a save, goes on when the same
    call is made again: with the rounds after the latest checkpoint, and with the same result to
    the last digit as if it had never stopped. That holds where `cohort_fn` depends on the round
    number alone, and nothing in the process is drawn at random without a seed.

    One folder is for one training. Another model, optimizer, learning rate or way to aggregate is
    noticed and refused; other data or cohorts can't be, so name another folder for them. Only the
    two latest checkpoints are kept. They are numbers and text, so a folder from somebody else
    does no harm: `fl_course.checkpoints` says what is in it.

    Args:
        process: Made by `tff.learning.algorithms` or `fl_course.algorithms`.
        cohort_fn: Gives the cohort's datasets for a round number, from 1.
        num_rounds: The number of rounds in all, 1 or more. If a checkpoint is of this round or a
            later one, no round is run, and its state and history are returned.
        state: The state to start from; by default a fresh one. If there is a checkpoint of a
            training that started from the same state, the checkpoint is what counts.
        evaluate: Called with the model's weights after each round; gives metrics by name, the same
            names each time.
        log_dir: A folder to write TensorBoard logs to, in `train` and `evaluation` below it. With
            `checkpoint_dir`, rounds appear there when they are saved, each of them once.
        checkpoint_dir: A folder of this computer for checkpoints; made if there is none. Without
            it, none are saved.
        checkpoint_every: After every how many rounds to save, 1 or more. The last is always saved.
            A save takes some milliseconds for the course's models.

    Returns:
        The state after the last round, and the history of metrics from round 1 on.

    Raises:
        TypeError: If an argument is of another type, `cohort_fn` gives no list of datasets, or
            `evaluate` or the process no numbers by name.
        ValueError: If `num_rounds` or `checkpoint_every` is no whole number or below 1, a cohort is
            empty, has no batch or a dataset without an end (of a filtered one, nobody can tell: it
            would be read for ever), `log_dir` is a file, `evaluate` gives other metrics than
            before, or `checkpoint_dir` is a file or has checkpoints of another
            process, of another starting `state`, of an earlier or a newer form, or with `evaluate`
            where this call has none or the reverse. What is in the folder stays as it is.
        fl_course.checkpoints.CheckpointError: If the folder can't be written to, or no checkpoint
            in it can be read. The error has the trained state and the history.
    """
    num_rounds = check_integer("num_rounds", num_rounds, 1)
    checkpoint_every = check_integer("checkpoint_every", checkpoint_every, 1)
    _check_process(process)
    check_function(
        "cohort_fn", cohort_fn, noted("of the round's number, giving a list of datasets")
    )
    if evaluate is not None:
        check_function(
            "evaluate", evaluate, noted("of the model's weights, giving metrics by name")
        )
    if state is not None:
        _check_state(process, state)
    if log_dir is not None:
        log_dir = check_folder("log_dir", log_dir)
    history = History()
    checkpoints = None
    if checkpoint_dir is not None:
        checkpoints = Checkpoints(
            checkpoint_dir, process, start=state, evaluated=evaluate is not None
        )
        if found := checkpoints.load():
            state, history = found[0], History(**found[1])
    done = len(history.rounds)
    if checkpoints and done < num_rounds:
        checkpoints.prepare()
    if state is None:
        state = process.initialize()
    logs = _Logs(log_dir, history) if log_dir else None
    progress = _bar()(
        range(done + 1, num_rounds + 1),
        desc=say("Rounds"),
        unit=say("round"),
        initial=done,
        total=max(done, num_rounds),
        # In a notebook, tqdm shows an empty bar although its own variable says not to.
        disable=bool(os.environ.get("TQDM_DISABLE")),
    )
    for round_num in progress:
        cohort = _datasets(process, cohort_fn(round_num), round_num)
        result = process.next(state, cohort)
        state = result.state
        measured = {"train": _train_metrics(result.metrics, cohort, round_num)}
        if evaluate is not None:
            metrics = evaluate(process.get_model_weights(state))
            measured["evaluation"] = _checked_metrics(metrics)
        _append(history, round_num, measured)
        due = round_num % checkpoint_every == 0 or round_num == num_rounds
        if checkpoints and due:
            checkpoints.save(round_num, state, history)
        # Logs never hold a round that a killed process would run again.
        if logs and (due or not checkpoints):
            logs.write(history)
        progress.set_postfix({name: f"{value:.3f}" for name, value in measured["train"].items()})
    if logs:
        logs.close()
    return state, history


def progress(steps: Iterable[Step]) -> Iterator[Step]:
    """Shows a progress bar while something is done for each of some steps.

    It shows how many are done, the time taken and the time to go; nothing where the environment
    variable `TQDM_DISABLE` is set.

    Args:
        steps: What is gone through, once and in its order.

    Yields:
        The steps.

    Raises:
        TypeError: If `steps` cannot be gone through.
    """
    if not isinstance(steps, Iterable) or isinstance(steps, str | bytes):
        raise TypeError(
            say(
                "`steps` is {value}; wanted is something to go through, as a list or `items()` of "
                "a dict.",
                value=described(steps),
            )
        )
    return iter(_bar()(steps, disable=bool(os.environ.get("TQDM_DISABLE"))))


def keras_evaluation(
    keras_fn: Callable[[], tf.keras.Model], inputs: Any, labels: Any
) -> Callable[[tff.learning.models.ModelWeights], dict[str, float]]:
    """Makes a function that measures a model's weights on examples in memory.

    Args:
        keras_fn: Makes the Keras model that the weights are for.
        inputs: Model inputs, float32, such as [n, 784].
        labels: [n]: int for a model that gives probabilities of classes, float for one that gives
            a number.

    Returns:
        A function from model weights to `loss` and `sparse_categorical_accuracy`, both floats; for
        a model that gives a number, to `loss`, the mean squared error, and
        `root_mean_squared_error`, in the unit of the labels.

    Raises:
        TypeError: If `keras_fn` is not a function, or `inputs` or `labels` not an array of numbers.
        ValueError: If there are not as many labels as inputs.
    """
    check_function("keras_fn", keras_fn, KERAS_FN)
    inputs, labels = check_array("inputs", inputs), check_array("labels", labels)
    if len(inputs) != len(labels):
        raise ValueError(
            say(
                "labels must be one for each of the {num_inputs} inputs, and there are "
                "{num_labels}.",
                num_inputs=len(inputs),
                num_labels=len(labels),
            )
        )
    model = keras_fn()
    if predicts_classes(model):
        model.compile(
            loss=tf.keras.losses.SparseCategoricalCrossentropy(),
            metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
        )
    else:
        model.compile(
            loss=tf.keras.losses.MeanSquaredError(),
            metrics=[tf.keras.metrics.RootMeanSquaredError()],
        )

    def evaluate(weights: tff.learning.models.ModelWeights) -> dict[str, float]:
        weights.assign_weights_to(model)
        # In one batch: `evaluate` builds a data pipeline each time, at ten times the cost.
        return model.test_on_batch(inputs, labels, return_dict=True)

    return evaluate


def _train_metrics(metrics: Any, cohort: list[Any], round_num: int) -> dict[str, float]:
    """The clients' metrics of a round, where `tff.learning` has them."""
    try:
        train = dict(metrics["client_work"]["train"])
    except (KeyError, TypeError, ValueError):
        raise TypeError(
            say(
                "process must train a model: its metrics have no ['client_work']['train']. To "
                "evaluate, call process.next yourself."
            )
        ) from None
    numbers = {}
    for name, value in train.items():
        if name in ("num_examples", "num_batches"):
            continue
        # A list of one number is none either: a larger cohort gives more.
        if np.ndim(value) or not np.issubdtype(np.asarray(value).dtype, np.number):
            raise TypeError(
                say(
                    "The metric {name} of the clients' training is no single number, and `train` "
                    "keeps single numbers. Leave it out of the model's metrics, or call "
                    "process.next yourself.",
                    name=repr(name),
                )
            )
        numbers[name] = float(value)
    # Of no example the loss is 0.0, the best there is.
    if numbers.get("loss") == 0.0 and not any(_has_a_batch(dataset) for dataset in cohort):
        raise ValueError(
            say(
                "No client of round {round_num} had a batch to train on. Are their datasets empty? "
                "Batches larger than a client's data, with drop_remainder, leave none.",
                round_num=round_num,
            )
        )
    return numbers


def _has_a_batch(dataset: Any) -> bool:
    return next(iter(dataset), None) is not None


def _check_process(process: Any) -> None:
    # What acts as one is as good: a process of one's own, or an exercise's that notes its calls.
    if not all(callable(getattr(process, name, None)) for name in _PROCESS):
        raise TypeError(
            say(
                "process must be a LearningProcess, such as algorithms.build_fed_avg() makes, and "
                "it is {process}.",
                process=described(process),
            )
        )


def _check_state(process: tff.learning.templates.LearningProcess, state: Any) -> None:
    try:
        # TFF itself knows best what it takes for a state; to ask it moves no data of clients.
        process.get_model_weights(state)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise TypeError(
            say(
                "state must be a state of this process, such as process.initialize() or train() "
                "gives, and it is {state}.",
                state=described(state),
            )
        ) from None


def _datasets(process: Any, cohort: Any, round_num: int) -> list[Any]:
    """Checks what `cohort_fn` gave for a round: datasets, or what else TFF takes for them."""
    kinds = tf.data.Dataset | list
    if not isinstance(process, tff.learning.templates.LearningProcess):
        kinds = object  # what stands for one may take anything for a client
    datasets = None
    # A dataset can be gone through too, and one that never ends gives no end of batches.
    if isinstance(cohort, Iterable) and not isinstance(cohort, tf.data.Dataset | str | Mapping):
        datasets = list(cohort)
        if not datasets:
            raise ValueError(
                say(
                    "cohort_fn gave no datasets for round {round_num}; give at least one.",
                    round_num=round_num,
                )
            )
    if datasets is None or not all(isinstance(x, kinds) for x in datasets):
        raise TypeError(
            say(
                "cohort_fn must give a list of datasets, such as make_federated_data() makes, and "
                "for round {round_num} it gave {cohort}.",
                round_num=round_num,
                cohort=described(cohort),
            )
        )
    for dataset in datasets:
        if isinstance(dataset, tf.data.Dataset) and is_endless(dataset):
            raise ValueError(
                say(
                    "cohort_fn gave a dataset for round {round_num} that repeats for ever; give "
                    "datasets that have an end.",
                    round_num=round_num,
                )
            )
    return datasets


def _checked_metrics(metrics: Any) -> dict[str, float]:
    """Checks what `evaluate` gave."""
    numbers = None
    if isinstance(metrics, Mapping) and all(isinstance(name, str) for name in metrics):
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            numbers = {name: float(value) for name, value in metrics.items()}
    if numbers is None:
        raise TypeError(
            say(
                "evaluate must give numbers by name, such as {example}, and it gave {metrics}.",
                example="{'loss': 0.5}",
                metrics=described(metrics),
            )
        )
    return numbers


def _append(history: History, round_num: int, measured: dict[str, dict[str, float]]) -> None:
    for part, metrics in measured.items():
        names = getattr(history, part).keys()
        if history.rounds and names != metrics.keys():
            raise ValueError(
                say(
                    "The {part} metrics of round {round_num} are {metrics}, and those of the rounds"
                    " before {names}. Give the same ones in each round.",
                    part=part,
                    round_num=round_num,
                    metrics=_listed(metrics),
                    names=_listed(names),
                )
            )
    history.rounds.append(round_num)
    for part, metrics in measured.items():
        for name, value in metrics.items():
            getattr(history, part).setdefault(name, []).append(float(value))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or say("none")


def _bar() -> Any:
    with warnings.catch_warnings():
        # Without ipywidgets, tqdm draws its bar as text and says so in red.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm


class _Logs:
    """TensorBoard logs in which each round is once, whatever earlier processes wrote."""

    def __init__(self, log_dir: str, history: History) -> None:
        folders = {part: f"{log_dir}/{part}" for part in ("train", "evaluation")}
        # TensorBoard shows all event files of a folder as one, and a round in two of them twice.
        # A process may have been killed between saving rounds and logging them.
        self._there = {
            part: _logged(folder) if history.rounds else set() for part, folder in folders.items()
        }
        self._writers = {
            part: tf.summary.create_file_writer(folder) for part, folder in folders.items()
        }
        self._written = 0
        self.write(history)

    def write(self, history: History) -> None:
        """Writes the rounds of the history that are not written yet."""
        for part, writer in self._writers.items():
            with writer.as_default():
                for name, values in getattr(history, part).items():
                    rounds_and_values = zip(history.rounds, values, strict=True)
                    for round_num, value in itertools.islice(
                        rounds_and_values, self._written, None
                    ):
                        if (name, round_num) not in self._there[part]:
                            tf.summary.scalar(name, value, step=round_num)
            writer.flush()
        self._written = len(history.rounds)

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


def _logged(folder: str) -> set[tuple[str, int]]:
    """The names and rounds in a folder's event files."""
    found = set()
    for name in tf.io.gfile.listdir(folder) if tf.io.gfile.isdir(folder) else ():
        if "tfevents" in name:
            # The end of a killed process's file may be missing.
            with contextlib.suppress(tf.errors.DataLossError):
                for record in tf.data.TFRecordDataset(f"{folder}/{name}"):
                    event = tf.compat.v1.Event.FromString(record.numpy())
                    found.update((value.tag, event.step) for value in event.summary.value)
    return found
