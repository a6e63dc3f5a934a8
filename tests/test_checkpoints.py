"""Training that is stopped, also while it saves, and goes on in another process."""

import asyncio
import collections
import dataclasses
import io
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff
import tree

from fl_course import data, models, training
from fl_course.checkpoints import CheckpointError, Checkpoints
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
    saved = point in ("after_renaming", "before_removing", "before_logging")
    assert ("round_4.npz" in left) == saved
    assert ("round_2.npz" in left) == (point != "before_logging")

    # Only the rounds that were not saved were run again, and nothing stays behind.
    assert asked == ([5] if saved else [4, 5])
    assert {path.name for path in (folder / "checkpoints").iterdir()} == {
        "training.json",
        "round_4.npz",
        "round_5.npz",
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
        seen.append(sorted(path.stem[-1] for path in tmp_path.glob("round_*")))
        return cohorts(round_num)

    training.train(process, cohort_of, 5, checkpoint_dir=tmp_path, checkpoint_every=2)
    assert seen == [[], [], ["2"], ["2"], ["2", "4"]]
    assert sorted(path.stem[-1] for path in tmp_path.glob("round_*")) == ["4", "5"]


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


class Program(tf.Module):
    """Writes a file when its state is loaded, as any SavedModel can."""

    def __init__(self, state, written):
        self.state = [tf.Variable(leaf) for leaf in tree.flatten(state)]
        self.written = str(written)

    @tf.function(input_signature=())
    def __call__(self):
        tf.io.write_file(self.written, "by a checkpoint")
        return self.state


@pytest.mark.parametrize("described", [True, False])
def test_checkpoints_that_are_programs_are_not_run(process, folder, tmp_path, described):
    # Of the form that earlier versions saved, or saved by hand.
    written = tmp_path / "written.txt"
    for path in folder.glob("round_*"):
        path.unlink()
    if not described:
        (folder / "training.json").unlink()
    program = Program(process.initialize(), written)
    tf.saved_model.save(program, str(folder / "program_state_2"), signatures={})
    before = contents(folder)
    with pytest.raises(ValueError, match=r"program_state_2.* earlier versions .* runs when"):
        training.train(process, never, 10, checkpoint_dir=folder)
    assert contents(folder) == before
    assert not written.exists()


def rewrite(path, changed):
    """Writes a checkpoint anew with some members changed; None takes one out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | changed
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in members.items():
            if value is not None:
                archive.writestr(zipfile.ZipInfo(name), value)


def saved_array(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


class Pickled:
    def __init__(self, written):
        self.written = written

    def __reduce__(self):
        return pathlib.Path.touch, (self.written,)


BIAS = "state/global_model_weights/trainable/1.npy"


@pytest.mark.parametrize(
    "changed",
    [
        {BIAS: saved_array(np.zeros(11, np.float32))},
        {BIAS: saved_array(np.zeros(10, np.float64))},
        {BIAS: saved_array(np.zeros(10, ">f4"))},
        {BIAS: saved_array(np.zeros(10, np.float32))[:-1]},
        {BIAS: saved_array(np.zeros(10, np.float32)) + b"0"},
        {BIAS: b"no array"},
        {BIAS: None},
        {"state/more.npy": saved_array(np.zeros(10, np.float32))},
        {"../../outside.npy": saved_array(np.zeros(10, np.float32))},
        {"history.json": None},
    ],
    ids=["shape", "dtype", "order", "short", "long", "text", "gone", "more", "outside", "history"],
)
def test_a_state_of_another_form_is_never_taken(process, cohorts, folder, tmp_path, changed):
    rewrite(folder / "round_3.npz", changed)
    with pytest.warns(UserWarning, match="round 3 in .* is damaged"):
        _, history = training.train(process, cohorts, 2, checkpoint_dir=folder)
    assert history.rounds == [1, 2]
    assert not list(tmp_path.rglob("outside*"))


def test_a_pickle_is_not_read(process, folder, tmp_path):
    written = tmp_path / "written.txt"
    evil = saved_array(np.array([Pickled(written)]), allow_pickle=True)
    rewrite(folder / "round_3.npz", {BIAS: evil})
    with pytest.warns(UserWarning, match="round 3 in .* is damaged"):
        training.train(process, never, 2, checkpoint_dir=folder)
    assert not written.exists()


def history_of_3(**fields):
    columns = {"loss": [1.0, 2.0, 3.0]}
    history = {"rounds": [1, 2, 3], "train": columns, "evaluation": {}} | fields
    return {name: value for name, value in history.items() if value is not None}


@pytest.mark.parametrize(
    "history",
    [
        history_of_3(rounds=None),
        history_of_3(train=None),
        history_of_3(evaluation=None),
        history_of_3(rounds=[1, 2]),
        history_of_3(rounds=[1, 2, 4]),
        history_of_3(rounds=3),
        history_of_3(train=[1, 2, 3]),
        history_of_3(train={"loss": 1.0}),
        history_of_3(train={"loss": [1.0, 2.0]}),
        history_of_3(train={"loss": [1.0, 2.0, "3"]}),
        [],
        "text",
        None,
    ],
    ids=str,
)
def test_a_history_of_another_form_is_damage(process, folder, history):
    rewrite(folder / "round_3.npz", {"history.json": json.dumps(history)})
    with pytest.warns(UserWarning, match=r"round 3 in .* is damaged \(its history|damaged \(.* in"):
        _, read = training.train(process, never, 2, checkpoint_dir=folder)
    assert read.rounds == [1, 2]


def test_a_newer_version_s_history_is_refused(process, folder):
    # Not taken for damage: the newer version can go on with it.
    history = json.dumps(history_of_3(seconds=[1, 2, 3]))
    rewrite(folder / "round_3.npz", {"history.json": history})
    before = contents(folder)
    for num_rounds in (2, 5):
        with pytest.raises(ValueError, match=r"newer version .*seconds in the history"):
            training.train(process, never, num_rounds, checkpoint_dir=folder)
    assert contents(folder) == before


def test_the_history_has_the_fields_that_checkpoints_know(process, folder):
    with zipfile.ZipFile(folder / "round_3.npz") as archive:
        saved = json.loads(archive.read("history.json"))
    assert list(saved) == [field.name for field in dataclasses.fields(training.History)]
    assert list(saved) == list(history_of_3())


DESCRIPTION = {"form": 2, "state": {}, "computation": "", "start": None, "evaluated": False}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps(DESCRIPTION | {"form": 3}), "newer version"),
        (json.dumps(DESCRIPTION | {"form": "2"}), "or it is damaged"),
        (json.dumps(DESCRIPTION | {"state": []}), "or it is damaged"),
        (json.dumps(DESCRIPTION | {"state": {"weights": 1}}), "or it is damaged"),
        (json.dumps(DESCRIPTION | {"computation": 1}), "or it is damaged"),
        (json.dumps(DESCRIPTION | {"start": 1}), "or it is damaged"),
        (json.dumps(DESCRIPTION | {"evaluated": 1}), "or it is damaged"),
        ("[]", "or it is damaged"),
        ("", "or it is damaged"),
        ("[" * 100_000, "or it is damaged"),
        ("\xff", "or it is damaged"),
    ],
    ids=lambda value: str(value)[:60],
)
@pytest.mark.parametrize("checkpoints", [True, False])
def test_a_description_that_is_not_ours(process, folder, text, message, checkpoints):
    (folder / "training.json").write_bytes(text.encode("latin-1"))
    if not checkpoints:
        for checkpoint in folder.glob("round_*"):
            checkpoint.unlink()
    before = contents(folder)
    with pytest.raises(ValueError, match=message):
        training.train(process, never, 5, checkpoint_dir=folder)
    assert contents(folder) == before


def test_a_description_that_is_lost(process, folder):
    (folder / "training.json").unlink()
    before = contents(folder)
    with pytest.raises(ValueError, match=r"has no training.json"):
        training.train(process, never, 5, checkpoint_dir=folder)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "name", ["round_3.npz", "round_4.npz_temp", "training.json", "training.json_temp"]
)
@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_what_is_no_file_of_ours_is_not_touched(process, folder, tmp_path, name, kind):
    outside = tmp_path / "mine.txt"
    outside.write_text("mine")
    (folder / name).unlink(missing_ok=True)
    if kind == "link":
        (folder / name).symlink_to(outside)
    elif kind == "folder":
        (folder / name).mkdir()
    else:
        os.mkfifo(folder / name)
    before = set(folder.iterdir())
    with pytest.raises(ValueError, match=f"{name} in .* is no ordinary file"):
        training.train(process, never, 5, checkpoint_dir=folder)
    assert set(folder.iterdir()) == before
    assert outside.read_text() == "mine"


def test_other_files_in_the_folder_stay(process, cohorts, folder):
    names = ["notes.txt", "round_1", "round_01.npz", "round_9.npz.bak", "my_round_1.npz_temp"]
    for name in names:
        (folder / name).write_text("mine")
    training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert all((folder / name).read_text() == "mine" for name in names)
    ours = {"training.json", "round_4.npz", "round_5.npz"}
    assert {path.name for path in folder.iterdir()} == {*names, *ours}


@pytest.mark.parametrize(
    "name",
    ["lr[0.1]", "back\\slash", "all*of?them", "{a,b}", "course [2026]/run", "rün 1", "~", "%s"],
)
def test_folders_of_any_name(process, cohorts, tmp_path, name):
    for num_rounds in (1, 2):
        _, history = training.train(process, cohorts, num_rounds, checkpoint_dir=tmp_path / name)
    assert history.rounds == [1, 2]


@pytest.mark.parametrize("name", ["gs://bucket/run", "hdfs://host/run"])
def test_a_folder_of_another_computer(process, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="must be a folder of this computer"):
        training.train(process, never, 1, checkpoint_dir=name)
    assert not list(tmp_path.iterdir())


def test_equal_trainings_give_equal_bytes_that_numpy_reads(process, cohorts, folder, tmp_path):
    state, _ = training.train(process, cohorts, 3, checkpoint_dir=tmp_path / "again")
    for name in ("round_2.npz", "round_3.npz", "training.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    bias = np.load(folder / "round_3.npz", allow_pickle=False)[BIAS.removesuffix(".npy")]
    assert (bias == state.global_model_weights.trainable[1]).all()


def test_a_state_whose_form_changed_is_not_saved_unreadable(process, cohorts, tmp_path):
    checkpoints = Checkpoints(tmp_path, process, start=None, evaluated=False)
    checkpoints.prepare()
    state, history = training.train(process, cohorts, 1)
    state = tree.map_structure(
        lambda leaf: np.zeros(11, leaf.dtype) if leaf.shape == (10,) else leaf, state
    )
    with pytest.raises(CheckpointError, match=r"trainable/1 is float32\[11\], and at the") as error:
        checkpoints.save(1, state, history)
    assert error.value.state is state
    assert {path.name for path in tmp_path.iterdir()} == {"training.json"}


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


def damage(path, how):
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "empty": b"",
            "cut": whole[:100],
            "nearly whole": whole[:-1],
            "a bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "zeros": bytes(len(whole)),
        }[how]
    )


@pytest.mark.parametrize("how", ["empty", "cut", "nearly whole", "a bit", "zeros"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    process, cohorts, folder, in_one_go, how
):
    damage(folder / "round_3.npz", how)
    damaged = (folder / "round_3.npz").read_bytes()
    (folder / "round_3_damaged.npz").write_text("mine")
    with pytest.warns(UserWarning, match="checkpoint of round 3 in .* is damaged .*after round 2"):
        state, history = training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert same(state, in_one_go[0])
    assert history == in_one_go[1]
    # Moved out of the way, and onto no other file.
    assert (folder / "round_3_damaged_2.npz").read_bytes() == damaged
    assert (folder / "round_3_damaged.npz").read_text() == "mine"


def test_all_checkpoints_are_damaged(process, folder):
    for path in folder.glob("round_*"):
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
    for no_name in ("", "run\0", 5, True, b"run"):
        kind = ValueError if isinstance(no_name, str) else TypeError
        with pytest.raises(kind, match=re.escape(f"name of a folder, and it is {no_name!r}")):
            training.train(process, never, 1, checkpoint_dir=no_name)
    assert path.read_text() == "mine"


def test_a_folder_that_cannot_be_made(process, tmp_path):
    path = "/proc/checkpoints"
    with pytest.raises(CheckpointError, match=f"can't be saved in '{path}'.*No round was run"):
        training.train(process, never, 1, checkpoint_dir=path)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"must be a folder, and '.*notes.txt' is a file"):
        training.train(process, never, 1, checkpoint_dir=tmp_path / "notes.txt" / "checkpoints")


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


def test_an_interrupt_while_saving_leaves_the_checkpoint_before(
    process, cohorts, folder, in_one_go, monkeypatch
):
    def interrupted(file):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert {path.name for path in folder.iterdir()} == {
        "training.json",
        "round_2.npz",
        "round_3.npz",
    }
    state, history = training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert same(state, in_one_go[0])
    assert history == in_one_go[1]


def test_a_process_killed_while_it_described_the_training(process, cohorts, tmp_path):
    (tmp_path / "training.json_temp").write_text('{"form"')
    training.train(process, cohorts, 1, checkpoint_dir=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"training.json", "round_1.npz"}


def test_old_checkpoints_that_cannot_be_removed_lose_nothing(
    process, cohorts, folder, in_one_go, monkeypatch
):
    def refuse(path):
        raise PermissionError(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "remove", refuse)
        state, _ = training.train(process, cohorts, 5, checkpoint_dir=folder)
    assert same(state, in_one_go[0])
    assert len(list(folder.glob("round_*"))) == 4


def test_two_trainings_in_one_folder(process, cohorts, tmp_path):
    def overtaken(round_num):
        if round_num == 2:
            training.train(process, cohorts, 2, checkpoint_dir=tmp_path)
        return cohorts(round_num)

    with pytest.raises(CheckpointError, match="another process is training in the same folder"):
        training.train(process, overtaken, 3, checkpoint_dir=tmp_path)
