"""Training that is stopped, also while it saves, and goes on in another process."""

import asyncio
import collections
import pathlib
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff
import tree

from fl_course import data, models, training
from fl_course.checkpoints import CheckpointError
from fl_course.preprocessing import make_federated_data
from tests import stopped_training

OPTIMIZERS = tff.learning.optimizers


def same(ours, theirs):
    """Whether two states are equal in structure, types and every bit."""
    tree.assert_same_structure(ours, theirs, check_types=True)
    return all(
        type(one) is type(other)
        and np.asarray(one).dtype == np.asarray(other).dtype
        and np.asarray(one).tobytes() == np.asarray(other).tobytes()
        for one, other in zip(tree.flatten(ours), tree.flatten(theirs), strict=True)
    )


def logged(folder):
    """Every record of the event files of a folder: (name, round) -> values."""
    values = collections.defaultdict(list)
    for path in sorted(folder.glob("*tfevents*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                values[value.tag, event.step].append(float(tf.make_ndarray(value.tensor)))
    return values


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """What was left of trainings that were stopped in another process, in a folder by point."""
    folder = tmp_path_factory.mktemp("stopped")
    done = subprocess.run(
        [sys.executable, "-m", "tests.stopped_training", folder],
        cwd=pathlib.Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGXFSZ, done.stderr
    return folder


@pytest.fixture(scope="module")
def processes():
    names = set(stopped_training.POINTS.values())
    return {name: stopped_training.build_process(name) for name in names}


@pytest.fixture(scope="module")
def never_stopped(processes):
    return {name: stopped_training.train(process) for name, process in processes.items()}


@pytest.mark.timeout(600)  # the first waits for all trainings
@pytest.mark.parametrize("point", stopped_training.POINTS)
def test_stopped_anywhere_it_ends_as_if_never_stopped(stopped, processes, never_stopped, point):
    folder = stopped / point
    left = {path.name for path in (folder / "checkpoints").iterdir()}
    asked = []
    state, history = stopped_training.train(
        processes[stopped_training.POINTS[point]],
        before_round=asked.append,
        **stopped_training.folders(folder),
    )
    wanted_state, wanted_history = never_stopped[stopped_training.POINTS[point]]
    assert same(state, wanted_state)
    assert history == wanted_history

    # The point was where it was meant to be.
    half_written = {name for name in left if "_temp" in name}
    assert len(half_written) == (point in ("while_writing", "before_renaming"))
    saved = point in ("after_renaming", "while_removing", "before_logging")
    assert ("program_state_4" in left) == saved
    assert ("program_state_2" in left) == (point != "before_logging")

    # Only the rounds that were not saved were run again, and nothing stays behind.
    assert asked == ([5] if saved else [4, 5])
    assert {path.name for path in (folder / "checkpoints").iterdir()} == {
        "training.json",
        "program_state_4",
        "program_state_5",
    }

    # Each round is in the logs once.
    for part in ("train", "evaluation"):
        assert logged(folder / "logs" / part) == {
            (name, round_num): [np.float32(value)]
            for name, values in getattr(wanted_history, part).items()
            for round_num, value in enumerate(values, 1)
        }


def build(client_rate=0.02, server=None, model=None, **options):
    return tff.learning.algorithms.build_weighted_fed_avg(
        model or models.functional_model(),
        client_optimizer_fn=OPTIMIZERS.build_sgdm(client_rate),
        server_optimizer_fn=server or OPTIMIZERS.build_adam(0.05),
        **options,
    )


@pytest.fixture(scope="module")
def process():
    return build()


@pytest.fixture(scope="module")
def cohorts():
    train, _ = data.load()
    made = [make_federated_data(train, [f"writer_0{i}"], seed=i) for i in range(6)]
    return lambda round_num: made[round_num]


@pytest.fixture(scope="module")
def in_one_go(process, cohorts):
    return training.train(process, cohorts, 5)


@pytest.fixture(scope="module")
def three_rounds(process, cohorts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three")
    training.train(process, cohorts, 3, checkpoint_dir=folder)
    return folder


@pytest.fixture
def folder(three_rounds, tmp_path):
    """A folder with the checkpoints of rounds 2 and 3 of `process` trained with `cohorts`."""
    return pathlib.Path(shutil.copytree(three_rounds, tmp_path / "checkpoints"))


def never(round_num):
    raise AssertionError("no round was to be run")


def test_more_rounds_than_before(process, cohorts, folder, in_one_go):
    state, history = training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert same(state, in_one_go[0])
    assert history == in_one_go[1]


@pytest.mark.parametrize("num_rounds", [2, 3])
def test_no_round_is_run_when_enough_are_saved(process, cohorts, folder, num_rounds):
    before = contents(folder)
    state, history = training.train(process, never, num_rounds, checkpoint_dir=str(folder))
    wanted_state, wanted_history = training.train(process, cohorts, 3)
    assert same(state, wanted_state)
    assert history == wanted_history
    assert contents(folder) == before


def test_saves_every_second_round_and_the_last(process, cohorts, tmp_path):
    seen = []

    def cohort_of(round_num):
        seen.append(sorted(path.name[-1] for path in tmp_path.glob("program_state_*")))
        return cohorts(round_num)

    training.train(process, cohort_of, 5, checkpoint_dir=tmp_path, checkpoint_every=2)
    assert seen == [[], [], ["2"], ["2"], ["2", "4"]]
    assert sorted(path.name[-1] for path in tmp_path.glob("program_state_*")) == ["4", "5"]


def test_an_error_between_checkpoints_leaves_no_round_in_the_logs_twice(process, cohorts, tmp_path):
    folders = {"checkpoint_dir": tmp_path / "checkpoints", "log_dir": str(tmp_path / "logs")}

    def fails_in_round_4(round_num):
        return [] if round_num == 4 else cohorts(round_num)

    with pytest.raises(ValueError, match="no datasets for round 4"):
        training.train(process, fails_in_round_4, 5, checkpoint_every=2, **folders)
    training.train(process, cohorts, 5, checkpoint_every=2, **folders)
    counts = {key: len(values) for key, values in logged(tmp_path / "logs" / "train").items()}
    assert counts == {
        (name, i): 1 for name in ("loss", "sparse_categorical_accuracy") for i in range(1, 6)
    }


def test_logs_asked_for_later_have_all_rounds(process, cohorts, folder, tmp_path):
    training.train(process, cohorts, 4, checkpoint_dir=folder, log_dir=str(tmp_path / "logs"))
    assert {step for _, step in logged(tmp_path / "logs" / "train")} == {1, 2, 3, 4}


def test_works_where_a_loop_runs(process, cohorts, folder, in_one_go):
    async def notebook():
        return training.train(process, cohorts, 5, checkpoint_dir=folder)

    state, _ = asyncio.run(notebook())
    assert same(state, in_one_go[0])


def test_nothing_is_printed(process, cohorts, folder, capfd):
    training.train(process, cohorts, 4, checkpoint_dir=folder)
    assert capfd.readouterr() == ("", "")


def test_an_aggregator_with_a_state(cohorts, tmp_path):
    def robust():
        return build(model_aggregator=tff.learning.robust_aggregator())

    first = robust()
    training.train(first, cohorts, 1, checkpoint_dir=tmp_path)
    state, _ = training.train(robust(), cohorts, 2, checkpoint_dir=tmp_path)
    assert same(state, training.train(first, cohorts, 2)[0])


def test_values_that_are_no_numbers_come_back(process, cohorts, tmp_path):
    def diverged(weights):
        return {"loss": float("nan"), "third": 1 / 3, "worst": float("inf")}

    for num_rounds in (1, 2):
        _, history = training.train(
            process, cohorts, num_rounds, evaluate=diverged, checkpoint_dir=tmp_path
        )
    assert np.isnan(history.evaluation["loss"]).all()
    assert history.evaluation["third"] == [1 / 3, 1 / 3]
    assert history.evaluation["worst"] == [float("inf")] * 2


def keras_cnn(images=(784,)):
    layers = tf.keras.layers
    return tff.learning.models.functional_model_from_keras(
        tf.keras.Sequential(
            [layers.InputLayer(images), layers.Dense(8), layers.Dense(10, activation="softmax")]
        ),
        tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=models.input_spec(),
    )


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (
            lambda: build(server=OPTIMIZERS.build_sgdm(1.0)),
            "accumulator/0 is float32[784, 10] in the folder and not there here; ",
        ),
        (
            lambda: build(server=OPTIMIZERS.build_adam(0.01)),
            "finalizer/learning_rate is float32[] 0.05 in the folder and float32[] 0.01 here.",
        ),
        (lambda: build(client_rate=0.1), "computes something else with it"),
        (
            lambda: build(model=keras_cnn()),
            "accumulator/0 is float32[784, 10] in the folder and float32[784, 8] here; ",
        ),
    ],
    ids=["server_optimizer", "server_rate", "client_rate", "model"],
)
def test_a_folder_of_another_process(folder, other, difference):
    before = contents(folder)
    process = other()
    for num_rounds in (3, 5):  # as many as are saved, and more
        with pytest.raises(ValueError, match="are of another process or model") as error:
            training.train(process, never, num_rounds, checkpoint_dir=folder)
        assert difference in str(error.value)
        assert repr(str(folder)) in str(error.value)
        assert contents(folder) == before


def test_a_random_model_built_again_is_the_same_process(cohorts, tmp_path):
    # Keras draws new weights and seeds; neither makes it another process.
    training.train(build(model=keras_cnn()), cohorts, 1, checkpoint_dir=tmp_path)
    _, history = training.train(build(model=keras_cnn()), cohorts, 2, checkpoint_dir=tmp_path)
    assert history.rounds == [1, 2]


def test_a_folder_of_states_saved_by_hand(process, tmp_path):
    manager = tff.program.FileProgramStateManager(tmp_path)
    asyncio.run(manager.save(process.initialize(), 5))
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="did not save"):
        training.train(process, never, 10, checkpoint_dir=tmp_path)
    assert contents(tmp_path) == before


def test_a_starting_state_and_a_checkpoint(process, cohorts, folder, tmp_path):
    state, _ = training.train(process, cohorts, 1)
    before = contents(folder)
    with pytest.raises(ValueError, match="did not start from the given `state`"):
        training.train(process, never, 5, state=state, checkpoint_dir=folder)
    assert contents(folder) == before

    # The same call again goes on, and so does one without the state.
    again = {"state": state, "checkpoint_dir": tmp_path / "again"}
    training.train(process, cohorts, 1, **again)
    _, history = training.train(process, cohorts, 2, **again)
    assert history == training.train(process, cohorts, 2, state=state)[1]
    assert training.train(process, never, 2, checkpoint_dir=tmp_path / "again")[1] == history


def test_evaluated_before_and_not_now(process, cohorts, folder):
    before = contents(folder)
    with pytest.raises(ValueError, match="were trained without `evaluate`"):
        training.train(process, never, 5, evaluate=lambda w: {}, checkpoint_dir=folder)
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
@pytest.mark.parametrize("left", [0, 100, None])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    process, cohorts, folder, in_one_go, name, left
):
    damaged = folder / "program_state_3" / name
    if left is None:
        damaged.unlink()
    else:
        damaged.write_bytes(damaged.read_bytes()[:left])
    with pytest.warns(UserWarning, match="checkpoint of round 3 in .* is damaged .*after round 2"):
        state, history = training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert same(state, in_one_go[0])
    assert history == in_one_go[1]
    assert (folder / "program_state_3_damaged").is_dir()


def test_all_checkpoints_are_damaged(process, folder):
    for path in folder.glob("program_state_*/saved_model.pb"):
        path.write_bytes(b"")
    before = contents(folder)
    with pytest.raises(CheckpointError, match=r"No checkpoint in .* can be read") as error:
        training.train(process, never, 5, checkpoint_dir=folder)
    assert error.value.state is None
    assert contents(folder) == before


def test_a_file_instead_of_a_folder(process, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(ValueError, match=r"must be a folder, and .*notes.txt' is a file"):
        training.train(process, never, 1, checkpoint_dir=path)
    for no_name in ("", 5, True):
        with pytest.raises(ValueError, match=f"name of a folder, and it is {no_name!r}"):
            training.train(process, never, 1, checkpoint_dir=no_name)
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_made(process, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for path in ("/proc/checkpoints", f"{tmp_path}/notes.txt/checkpoints"):
        with pytest.raises(CheckpointError, match=f"can't be saved in '{path}'.*No round was run"):
            training.train(process, never, 1, checkpoint_dir=path)


def test_a_disk_that_is_full_loses_nothing(process, cohorts, folder, in_one_go):
    # A limit on the size of files stands in for the disk: the write itself fails, half done.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full_in_round_5(round_num):
        if round_num == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
        return cohorts(round_num)

    try:
        with pytest.raises(CheckpointError, match="after round 5 was not saved in") as error:
            training.train(process, full_in_round_5, 5, checkpoint_dir=folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert repr(str(folder)) in str(error.value)
    assert "File too large. It is not lost" in str(error.value)
    assert "goes on after round 4" in str(error.value)
    assert same(error.value.state, in_one_go[0])
    assert error.value.history == in_one_go[1]
    assert not list(folder.glob("*_temp*"))

    state, history = training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert same(state, in_one_go[0])
    assert history == in_one_go[1]


def test_two_trainings_in_one_folder(process, cohorts, tmp_path):
    def overtaken(round_num):
        if round_num == 2:
            training.train(process, cohorts, 2, checkpoint_dir=tmp_path)
        return cohorts(round_num)

    with pytest.raises(CheckpointError, match="another process is training in the same folder"):
        training.train(process, overtaken, 3, checkpoint_dir=tmp_path)
