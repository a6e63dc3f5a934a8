"""Trainings that are stopped at every point where it matters, in a process of their own.

`python -m tests.stopped_training FOLDER` leaves below the folder, for each point, what a process
that is killed there leaves on the disk: a copy of it is made at that moment. At the last point the
process is killed indeed.
"""

import contextlib
import functools
import os
import pathlib
import resource
import shutil
import signal
import sys
import zipfile
from unittest import mock

ROUNDS = 5
STOPPED_IN = 4  # The round that is run or saved when the process ends.

# Where a process ends -> what it trains with there, so that each server optimizer is stopped.
POINTS = {
    "between_rounds": "adam_by_hand",
    "before_renaming": "momentum",
    "after_renaming": "momentum_by_hand",
    "before_removing": "adam",
    "before_logging": "adam_by_hand",
    "while_writing": "adam",
}


def build_process(name):
    import tensorflow_federated as tff

    from fl_course import algorithms, models

    model = models.functional_model()
    if name.endswith("_by_hand"):
        server_optimizer = {
            "adam_by_hand": algorithms.server_adam(0.05),
            "momentum_by_hand": algorithms.server_momentum(momentum=0.9),
        }[name]
        return algorithms.build_fed_avg(
            model, client_learning_rate=0.02, server_optimizer=server_optimizer
        )
    server_optimizer = {
        "adam": tff.learning.optimizers.build_adam(0.05),
        "momentum": tff.learning.optimizers.build_sgdm(1.0, momentum=0.9),
    }[name]
    return tff.learning.algorithms.build_weighted_fed_avg(
        model,
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        server_optimizer_fn=server_optimizer,
    )


def train(process, *, before_round=lambda round_num: None, **arguments):
    """The training that is stopped: another cohort and another shuffle in each round."""
    from fl_course import data, preprocessing, training

    examples, _ = data.load()

    def cohort_of(round_num):
        before_round(round_num)
        client_ids = data.sample_clients(examples.client_ids, 2, seed=0, round_num=round_num)
        return preprocessing.make_federated_data(
            examples, client_ids, epochs=1, batch_size=20, seed=round_num
        )

    return training.train(process, cohort_of, ROUNDS, evaluate=evaluation(), **arguments)


@functools.cache
def evaluation():
    from fl_course import data, models, training

    images, labels = data.pool(data.load()[1])
    return training.keras_evaluation(models.softmax_model, images.reshape(-1, 784), labels)


def stop_at(point, end):
    """Has `end` called at a point of a training.

    Returns:
        What has to be replaced meanwhile, and what to call before each round.
    """
    import tensorflow as tf

    open_archive, rename, remove = zipfile.ZipFile, os.replace, os.remove
    scalar = tf.summary.scalar

    def write_half(file, mode="r"):
        if mode == "w" and f"round_{STOPPED_IN}.npz" in file.name:
            end()
        return open_archive(file, mode)

    def rename_or_end(source, target):
        ours = f"round_{STOPPED_IN}.npz" in str(target)
        if ours and point == "before_renaming":
            end()
        rename(source, target)
        if ours and point == "after_renaming":
            end()

    def remove_or_end(path):
        if str(path).endswith(f"round_{STOPPED_IN - 2}.npz"):
            end()
        remove(path)

    def log_or_end(name, value, step):
        if step == STOPPED_IN:
            end()
        return scalar(name, value, step=step)

    replaced = {
        "while_writing": (zipfile, "ZipFile", write_half),
        "before_renaming": (os, "replace", rename_or_end),
        "after_renaming": (os, "replace", rename_or_end),
        "before_removing": (os, "remove", remove_or_end),
        "before_logging": (tf.summary, "scalar", log_or_end),
    }
    if point in replaced:
        return mock.patch.object(*replaced[point]), lambda round_num: None
    return contextlib.nullcontext(), lambda round_num: end() if round_num == STOPPED_IN else None


def end_in_the_middle_of_a_file():
    """Has Linux end this process when it writes beyond a limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def main(folder):
    # Python ignores this signal; as a program of another language, the default would end it.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import fl_course

    fl_course.setup()
    processes = {name: build_process(name) for name in set(POINTS.values())}
    for point, name in POINTS.items():
        killed = point == "while_writing"
        goes_on = folder / point if killed else folder / f"{point}_and_goes_on"

        def keep_what_is_there(goes_on=goes_on, kept=folder / point):
            if not kept.exists():
                shutil.copytree(goes_on, kept)

        replaced, before_round = stop_at(
            point, end_in_the_middle_of_a_file if killed else keep_what_is_there
        )
        with replaced:
            train(processes[name], before_round=before_round, **folders(goes_on))
    sys.exit("was not killed")


def folders(folder):
    """Where a training that is stopped keeps its checkpoints and logs."""
    return {"checkpoint_dir": folder / "checkpoints", "log_dir": str(folder / "logs")}


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
