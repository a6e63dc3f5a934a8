"""A training in a process of its own that ends at a chosen point, and another that goes on.

`python -m tests.stopped_training FOLDER POINT` is killed at the point; `... FOLDER` goes on with
every training below the folder, and writes next to each what came out.
"""

import functools
import os
import pathlib
import pickle
import resource
import signal
import sys

ROUNDS = 5
STOPPED_IN = 4  # The round that is run or saved when the process ends.

# Where a process ends -> what it trains with there, so that each server optimizer is stopped.
POINTS = {
    "between_rounds": "adam_by_hand",
    "while_writing": "adam",
    "before_renaming": "momentum",
    "after_renaming": "momentum_by_hand",
    "while_removing": "adam",
    "before_logging": "adam_by_hand",
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


def stop_at(point):
    """Has this process end at a point; gives what to call before each round."""
    import tensorflow as tf
    from tensorflow_federated.python.program import file_utils

    def end():
        os.kill(os.getpid(), signal.SIGKILL)

    save, rename, scalar = tf.saved_model.save, tf.io.gfile.rename, tf.summary.scalar

    def write_half(module, path, **options):
        if f"program_state_{STOPPED_IN}" in path:
            # The kernel ends the process when it writes beyond the limit, in the middle of a file.
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        return save(module, path, **options)

    def rename_or_end(source, target, overwrite=False):
        ours = f"program_state_{STOPPED_IN}" in str(target)
        if ours and point == "before_renaming":
            end()
        rename(source, target, overwrite)
        if ours:
            end()

    async def remove_half(path):
        os.remove(os.path.join(path, "saved_model.pb"))
        if str(path).endswith(f"program_state_{STOPPED_IN - 2}"):
            end()
        tf.io.gfile.rmtree(path)

    def log_or_end(name, value, step):
        if step == STOPPED_IN:
            end()
        return scalar(name, value, step=step)

    if point == "while_writing":
        tf.saved_model.save = write_half
    elif point in ("before_renaming", "after_renaming"):
        tf.io.gfile.rename = rename_or_end
    elif point == "while_removing":
        file_utils.rmtree = remove_half
    elif point == "before_logging":
        tf.summary.scalar = log_or_end
    return lambda round_num: end() if (point, round_num) == ("between_rounds", STOPPED_IN) else None


def main(folder, point=None):
    # Python ignores this signal; as a program of another language, the default would end it.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import fl_course

    fl_course.setup()
    if point:
        before_round = stop_at(point)
        process = build_process(POINTS[point])
        train(process, before_round=before_round, **_folders(folder / point))
        sys.exit("was not stopped")
    processes = {name: build_process(name) for name in set(POINTS.values())}
    for name in POINTS:
        asked = []
        process = processes[POINTS[name]]
        result = train(process, before_round=asked.append, **_folders(folder / name))
        (folder / name / "result.pickle").write_bytes(pickle.dumps((*result, asked)))


def _folders(folder):
    return {"checkpoint_dir": folder / "checkpoints", "log_dir": str(folder / "logs")}


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
