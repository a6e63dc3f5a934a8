"""Answers to lesson 3's exercises."""

import collections
import functools
import tempfile

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models, training
from tests.exercises.cases import Case

INPUT_SPEC = collections.OrderedDict(
    x=tf.TensorSpec([None, 784], tf.float32), y=tf.TensorSpec([None], tf.int32)
)

# --- model_fn


def wrapped(keras_model, **changed):
    parts = {
        "loss": tf.keras.losses.SparseCategoricalCrossentropy(),
        "input_spec": INPUT_SPEC,
        "metrics": [tf.keras.metrics.SparseCategoricalAccuracy()],
    }
    return tff.learning.models.from_keras_model(keras_model, **{**parts, **changed})


def as_in_the_failing_cell():
    keras_model = models.softmax_model()
    return wrapped(keras_model)


def own_layers_and_logits():
    keras_model = tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(784,)),
            tf.keras.layers.Dense(10, kernel_initializer="zeros"),
        ]
    )
    return wrapped(
        keras_model,
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy],
    )


def spec_as_a_tff_type():
    spec = tff.types.tensorflow_to_type(INPUT_SPEC)
    return wrapped(models.softmax_model(), input_spec=spec)


def around_a_captured_model():
    existing_model = models.softmax_model()
    return lambda: wrapped(existing_model)


def with_a_captured_metric():
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    return lambda: wrapped(models.softmax_model(), metrics=[accuracy])


def random_start():
    keras_model = tf.keras.Sequential(
        [tf.keras.layers.InputLayer(input_shape=(784,)), tf.keras.layers.Dense(10, "softmax")]
    )
    return wrapped(keras_model)


def another_loss():
    loss = tf.keras.losses.SparseCategoricalCrossentropy(reduction=tf.keras.losses.Reduction.SUM)
    return wrapped(models.softmax_model(), loss=loss)


def with_dense_labels():
    return wrapped(models.softmax_model(), loss=tf.keras.losses.CategoricalCrossentropy())


def with_logits():
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return wrapped(models.softmax_model(), loss=loss)


def with_a_fixed_batch():
    spec = collections.OrderedDict(
        x=tf.TensorSpec([20, 784], tf.float32), y=tf.TensorSpec([20], tf.int32)
    )
    return wrapped(models.softmax_model(), input_spec=spec)


def with_a_typing_error():
    return wrapped(models.softmaxmodel())


def compiled():
    keras_model = models.softmax_model()
    keras_model.compile()
    return wrapped(keras_model)


def never_returns(*args):
    while True:
        pass


MODEL_FN = Case(
    right={
        "as in the failing cell": lambda: as_in_the_failing_cell,
        "own layers, logits, metric's class": lambda: own_layers_and_logits,
        "spec as a TFF type": lambda: spec_as_a_tff_type,
        "a lambda": lambda: lambda: wrapped(models.softmax_model()),
        "partial": lambda: functools.partial(lambda make: wrapped(make()), models.softmax_model),
    },
    wrong={
        "called": as_in_the_failing_cell,
        "keras_model": lambda: models.softmax_model,
        "functional_model": lambda: models.functional_model,
        "captured_model": around_a_captured_model,
        "captured_metric": with_a_captured_metric,
        "other_model": lambda: lambda: wrapped(models.cnn_model()),
        "not_zero": lambda: random_start,
        "input_spec": lambda: with_a_fixed_batch,
        "parts_do_not_fit": lambda: with_dense_labels,
        "from_logits": lambda: with_logits,
        "wrong_loss": lambda: another_loss,
        "no_accuracy": lambda: lambda: wrapped(models.softmax_model(), metrics=None),
    },
    other={
        "a pair": lambda: lambda: (models.softmax_model(), INPUT_SPEC),
        "an accuracy of another kind": lambda: (
            lambda: wrapped(
                models.softmax_model(),
                metrics=[
                    tf.keras.metrics.SparseTopKCategoricalAccuracy(
                        5, name="sparse_categorical_accuracy"
                    )
                ],
            )
        ),
    },
    raises={"a typing error": lambda: with_a_typing_error, "compiled": lambda: compiled},
    endless={"loop": lambda: never_returns},
)

# --- averaging_process


def sgd(rate, momentum=None):
    return tff.learning.optimizers.build_sgdm(learning_rate=rate, momentum=momentum)


def weighted(client=0.02, server=1.0, model=None, **more):
    return tff.learning.algorithms.build_weighted_fed_avg(
        model or models.functional_model(),
        client_optimizer_fn=sgd(client),
        server_optimizer_fn=sgd(server),
        **more,
    )


def server_left_out():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.variable_model_fn(), client_optimizer_fn=sgd(0.02)
    )


def no_momentum_said_aloud():
    return tff.learning.algorithms.build_weighted_fed_avg(
        as_in_the_failing_cell, sgd(0.02, 0.0), sgd(1.0, 0.0)
    )


def unweighted():
    return tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(), sgd(0.02), sgd(1.0)
    )


def unweighted_by_argument():
    return weighted(client_weighting=tff.learning.ClientWeighting.UNIFORM)


def server_momentum():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(), sgd(0.02), sgd(1.0, 0.9)
    )


def client_momentum():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(), sgd(0.02, 0.9), sgd(1.0)
    )


def fed_sgd():
    return tff.learning.algorithms.build_fed_sgd(models.functional_model(), sgd(1.0))


def adam():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(), sgd(0.02), tff.learning.optimizers.build_adam(1.0)
    )


AVERAGING_PROCESS = Case(
    right={
        "functional model": weighted,
        "server's optimizer left out": server_left_out,
        "momentum of zero": no_momentum_said_aloud,
    },
    wrong={
        "not_called": lambda: tff.learning.algorithms.build_weighted_fed_avg,
        "a_state": lambda: weighted().initialize(),
        "other_model": lambda: weighted(model=models.functional_model(models.cnn_model)),
        "swapped_rates": lambda: weighted(1.0, 0.02),
        "client_rate": lambda: weighted(client=0.2),
        "server_rate": lambda: weighted(server=0.02),
        "unweighted": unweighted,
        "fed_sgd": fed_sgd,
        "not_plain": server_momentum,
    },
    other={
        "an evaluation": lambda: tff.learning.algorithms.build_fed_eval(models.variable_model_fn()),
        "a random start": lambda: weighted(model=random_start),
    },
)

# --- control_loop

ACCURACY = "sparse_categorical_accuracy"


def training_metrics(result):
    return result.metrics["client_work"]["train"]


def with_a_while(process, cohort, num_rounds):
    state, reported = process.initialize(), ()
    while len(reported) < num_rounds:
        state, metrics = process.next(state, list(cohort))
        reported += (metrics["client_work"]["train"][ACCURACY],)
    return [state, np.array(reported)]


def recursive(process, cohort, num_rounds):
    if num_rounds == 0:
        return process.initialize(), []
    state, reported = recursive(process, cohort, num_rounds - 1)
    result = process.next(state, cohort)
    return result.state, [*reported, tf.constant(training_metrics(result)[ACCURACY])]


def with_the_course(process, cohort, num_rounds):
    state, history = training.train(process, lambda round_num: cohort, num_rounds)
    return state, history.train[ACCURACY]


def loop(
    process,
    cohort,
    num_rounds,
    *,
    note=lambda result: training_metrics(result)[ACCURACY],
    give=lambda state, noted, result: (state, noted),
    carry=lambda before, result: result.state,
    rounds=lambda number: number,
    start=None,
):
    """The right loop, with one part changed by each of the wrong answers."""
    state = process.initialize() if start is None else start
    noted = []
    for _ in range(rounds(num_rounds)):
        result = process.next(state, cohort)
        state = carry(state, result)
        noted.append(note(result))
    return give(state, noted, result)


def changed(**parts):
    return lambda: functools.partial(loop, **parts)


@functools.cache
def notebooks_process():
    return weighted()


def with_the_notebooks_process(process, cohort, num_rounds):
    return loop(notebooks_process(), cohort, num_rounds)


def with_another_cohort(process, cohort, num_rounds):
    return loop(process, cohort[:1], num_rounds)


def starting_again(process, cohort, num_rounds):
    reported = []
    for _ in range(num_rounds):
        state = process.initialize()
        result = process.next(state, cohort)
        state = result.state
        reported.append(training_metrics(result)[ACCURACY])
    return state, reported


def a_list_anew(process, cohort, num_rounds):
    state = process.initialize()
    for _ in range(num_rounds):
        reported = []
        result = process.next(state, cohort)
        state = result.state
        reported.append(training_metrics(result)[ACCURACY])
    return state, reported


def with_a_list_outside():
    reported = []

    def run_rounds(process, cohort, num_rounds):
        state, noted = loop(process, cohort, num_rounds)
        reported.extend(noted)
        return state, reported

    return run_rounds


def without_return(process, cohort, num_rounds):
    loop(process, cohort, num_rounds)


def wrong_key(process, cohort, num_rounds):
    return loop(process, cohort, num_rounds, note=lambda result: result.metrics["train"])


def rounds_without_end(process, cohort, num_rounds):
    state = process.initialize()
    while True:
        state = process.next(state, cohort).state


CONTROL_LOOP = Case(
    right={
        "while, tuple, NumPy": lambda: with_a_while,
        "recursive, tensors": lambda: recursive,
        "the course's own": lambda: with_the_course,
        "for": changed(),
    },
    wrong={
        "other_process": lambda: with_the_notebooks_process,
        "no_initialize": changed(start=object()),
        "result_carried": changed(carry=lambda before, result: result),
        "other_cohort": lambda: with_another_cohort,
        "wrong_rounds": changed(rounds=lambda number: number - 1),
        "initialized_again": lambda: starting_again,
        "not_carried": changed(carry=lambda before, result: before),
        "not_two": changed(give=lambda state, noted, result: state),
        "swapped": changed(give=lambda state, noted, result: (noted, state)),
        "result_not_state": changed(give=lambda state, noted, result: (result, noted)),
        "old_state": lambda: last_state_lost,
        "only_last": lambda: a_list_anew,
        "whole_metrics": changed(note=training_metrics),
        "loss": changed(note=lambda result: training_metrics(result)["loss"]),
        "percent": changed(note=lambda result: 100 * training_metrics(result)[ACCURACY]),
        "older_rounds": with_a_list_outside,
    },
    other={
        "no list": changed(give=lambda state, noted, result: (state, object())),
    },
    raises={"wrong key": lambda: wrong_key},
    endless={"rounds without end": lambda: rounds_without_end},
)


def last_state_lost(process, cohort, num_rounds):
    state = process.initialize()
    reported = []
    for _ in range(num_rounds):
        before, result = state, process.next(state, cohort)
        state = result.state
        reported.append(training_metrics(result)[ACCURACY])
    return before, reported


# --- summary_writer


def one_writer_each(log_dir, history):
    train_writer = tf.summary.create_file_writer(f"{log_dir}/train")
    evaluation_writer = tf.summary.create_file_writer(f"{log_dir}/evaluation")
    for number, round_num in enumerate(history.rounds):
        with train_writer.as_default():
            for name in history.train:
                tf.summary.scalar(name, history.train[name][number], step=round_num)
        with evaluation_writer.as_default():
            for name in history.evaluation:
                tf.summary.scalar(name, history.evaluation[name][number], step=round_num)
    train_writer.close()
    evaluation_writer.close()


def never_closed(log_dir, history):
    for part in ("evaluation", "train"):
        with tf.summary.create_file_writer(f"{log_dir}/{part}").as_default():
            for name, values in getattr(history, part).items():
                for step, value in enumerate(values, start=1):
                    tf.summary.scalar(name, tf.constant(value), step)


def flushed_by_hand(log_dir, history):
    for part in ("train", "evaluation"):
        writer = tf.summary.create_file_writer(f"{log_dir}/{part}")
        writer.set_as_default()
        for name, values in getattr(history, part).items():
            for round_num, value in zip(history.rounds, values, strict=True):
                tf.summary.scalar(name, value, step=round_num)
        writer.flush()


def write(
    log_dir,
    history,
    *,
    folders=("train", "evaluation"),
    parts=("train", "evaluation"),
    step=lambda round_num: round_num,
    name_of=lambda name: name,
    names=None,
):
    """The right function, with one part changed by each of the wrong answers."""
    for folder, part in zip(folders, parts, strict=True):
        with tf.summary.create_file_writer(f"{log_dir}/{folder}").as_default():
            curves = getattr(history, part)
            for name in names or curves:
                for round_num, value in zip(history.rounds, curves[name], strict=True):
                    tf.summary.scalar(name_of(name), value, step=step(round_num))


def written(**parts):
    return lambda: functools.partial(write, **parts)


def into_a_folder_of_its_own(log_dir, history):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, history)


def outside_the_with_block(log_dir, history):
    tf.summary.create_noop_writer().set_as_default()
    for part in ("train", "evaluation"):
        writer = tf.summary.create_file_writer(f"{log_dir}/{part}")
        for name, values in getattr(history, part).items():
            for round_num, value in zip(history.rounds, values, strict=True):
                tf.summary.scalar(name, value, step=round_num)
        writer.close()


def left_in_memory(log_dir, history):
    writer = tf.summary.create_file_writer(f"{log_dir}/train")
    writer.set_as_default()
    for name, values in history.train.items():
        for round_num, value in zip(history.rounds, values, strict=True):
            tf.summary.scalar(name, value, step=round_num)


def last_round_only(log_dir, history):
    for part in ("train", "evaluation"):
        with tf.summary.create_file_writer(f"{log_dir}/{part}").as_default():
            for name, values in getattr(history, part).items():
                tf.summary.scalar(name, values[-1], step=history.rounds[-1])


def with_names_written_down(log_dir, history):
    for part in ("train", "evaluation"):
        with tf.summary.create_file_writer(f"{log_dir}/{part}").as_default():
            for step, value in enumerate(getattr(history, part)[ACCURACY], start=1):
                tf.summary.scalar(ACCURACY, value, step)


def with_folders_in_the_names(log_dir, history):
    with tf.summary.create_file_writer(log_dir).as_default():
        for part in ("train", "evaluation"):
            for name, values in getattr(history, part).items():
                for round_num, value in zip(history.rounds, values, strict=True):
                    tf.summary.scalar(f"{part}/{name}", value, step=round_num)


def without_a_step(log_dir, history):
    with tf.summary.create_file_writer(log_dir).as_default():
        tf.summary.scalar("loss", history.train["loss"][0])


def writes_without_end(log_dir, history):
    while True:
        write(log_dir, history)


SUMMARY_WRITER = Case(
    right={
        "one writer each, round by round": lambda: one_writer_each,
        "never closed": lambda: never_closed,
        "flushed by hand": lambda: flushed_by_hand,
    },
    wrong={
        "no_files": lambda: into_a_folder_of_its_own,
        "empty_files": lambda: outside_the_with_block,
        "not_flushed": lambda: left_in_memory,
        "mixed": written(folders=("", "")),
        "names_written_down": lambda: with_names_written_down,
        "folders_in_names": lambda: with_folders_in_the_names,
        "part_missing": written(folders=("train",), parts=("train",)),
        "folder_names": written(folders=("training", "test")),
        "curve_names": written(name_of=lambda name: f"my_{name}"),
        "metric_missing": written(names=["loss"]),
        "swapped_parts": written(parts=("evaluation", "train")),
        "one_point": lambda: last_round_only,
        "same_step": written(step=lambda round_num: 0),
        "from_zero": written(step=lambda round_num: round_num - 1),
    },
    other={"every second step": written(step=lambda round_num: 2 * round_num)},
    raises={"without a step": lambda: without_a_step},
    endless={"writes without end": lambda: writes_without_end},
)

CASES = {
    "model_fn": MODEL_FN,
    "averaging_process": AVERAGING_PROCESS,
    "control_loop": CONTROL_LOOP,
    "summary_writer": SUMMARY_WRITER,
}
