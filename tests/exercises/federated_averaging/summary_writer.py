"""Answers to `summary_writer`, as learners write them."""

import functools
import tempfile

import numpy as np
import tensorflow as tf

from fl_course import training
from tests.exercises.cases import Case
from tests.exercises.federated_averaging.at_hand import ACCURACY


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
                for place, value in enumerate(values):
                    tf.summary.scalar(name, tf.constant(value), history.rounds[place])


def by_positions(log_dir, history):
    for part in ("evaluation", "train"):
        with tf.summary.create_file_writer(f"{log_dir}/{part}").as_default():
            for name, values in getattr(history, part).items():
                for step, value in enumerate(values, start=1):
                    tf.summary.scalar(name, value, step)


def by_names_of(part):
    """Writes both parts under the names of one of them."""
    return lambda: (
        lambda log_dir, history: write(log_dir, history, names=list(getattr(history, part)))
    )


def by_names_of_train_as_far_as_there(log_dir, history):
    for part in ("train", "evaluation"):
        with tf.summary.create_file_writer(f"{log_dir}/{part}").as_default():
            for name in history.train:
                for place, value in enumerate(getattr(history, part).get(name, [])):
                    tf.summary.scalar(name, value, history.rounds[place])


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
    value_of=lambda value: value,
    names=None,
):
    """The right function, with one part changed by each of the wrong answers."""
    for folder, part in zip(folders, parts, strict=True):
        with tf.summary.create_file_writer(f"{log_dir}/{folder}").as_default():
            curves = getattr(history, part)
            for name in names or curves:
                for round_num, value in zip(history.rounds, curves[name], strict=True):
                    tf.summary.scalar(name_of(name), value_of(value), step=step(round_num))


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


def part_of(history, rounds):
    """A history with fewer rounds."""
    return type(history)(
        history.rounds[rounds],
        {name: values[rounds] for name, values in history.train.items()},
        {name: values[rounds] for name, values in history.evaluation.items()},
    )


def four_rounds(log_dir, history):
    write(log_dir, part_of(history, slice(4)))


def without_the_last(log_dir, history):
    write(log_dir, part_of(history, slice(-1)))


def first_metric(log_dir, history):
    write(log_dir, history, names=list(history.train)[:1])


def with_the_loss_twice(log_dir, history):
    write(log_dir, history)
    write(log_dir, history, name_of=lambda name: f"copy of {name}")


def using_up_the_history(log_dir, history):
    write(log_dir, history)
    history.train.clear()


def making_arrays_of_it(log_dir, history):
    history.rounds = np.array(history.rounds)
    history.train = {name: np.array(values) for name, values in history.train.items()}
    write(log_dir, history)


def with_the_notebooks_history(log_dir, history):
    curves = {ACCURACY: [0.7, 0.8], "loss": [0.9, 0.6]}
    write(log_dir, training.History(rounds=[1, 2], train=curves, evaluation=curves))


def writes_without_end(log_dir, history):
    while True:
        write(log_dir, history)


def with_the_first_history():
    kept = []

    def write_logs(log_dir, history):
        kept.append(history)
        write(log_dir, kept[0])

    return write_logs


def with_steps_going_on():
    steps = [0]

    def write_logs(log_dir, history):
        write(log_dir, history, step=lambda round_num: steps[0] + round_num)
        steps[0] += len(history.rounds)

    return write_logs


CASE = Case(
    right={
        "one writer each, round by round": lambda: one_writer_each,
        "never closed": lambda: never_closed,
        "flushed by hand": lambda: flushed_by_hand,
    },
    wrong={
        "remembers": with_the_first_history,
        "remembers: steps": with_steps_going_on,
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
        "wrong_value": written(step=lambda round_num: 2 * round_num),
        "wrong_value: rounded": written(value_of=lambda value: round(value, 2)),
        "wrong_value: in percent": written(value_of=lambda value: 100 * value),
        "wrong_value: four at most": lambda: four_rounds,
        "wrong_value: the last left out": lambda: without_the_last,
        "more_curves": lambda: with_the_loss_twice,
        "history_changed": lambda: using_up_the_history,
        "history_changed: to arrays": lambda: making_arrays_of_it,
        "other_history": lambda: with_the_notebooks_history,
        "folder_names: one more": written(
            folders=("train", "evaluation", "all"), parts=("train", "evaluation", "train")
        ),
        "metric_missing: the first alone": lambda: first_metric,
        "metric_missing: of the evaluation alone": lambda: by_names_of_train_as_far_as_there,
        "same_names": by_names_of("train"),
        "same_names: the evaluation's": by_names_of("evaluation"),
        "positions": lambda: by_positions,
        "from_zero": written(step=lambda round_num: round_num - 1),
    },
    raises={"without a step": lambda: without_a_step},
    endless={"writes without end": lambda: writes_without_end},
)
