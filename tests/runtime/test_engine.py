"""The engine in fresh processes: it starts, is quiet, and explains what keeps it from starting."""

import asyncio
import collections
import os
import random
import subprocess
import sys
import time

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

import fl_course
from fl_course import runtime
from fl_course.runtime import engine, hidden
from tests.runtime.meanwhile import PROMPT


def run(code, *, env=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(env or {})},
        cwd=cwd,
    )


def ends_with_setup_error(code, **options):
    """Runs code that must end with a SetupError; gives its message and the seconds it took."""
    start = time.monotonic()
    done = run(code, **options)
    seconds = time.monotonic() - start
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("fl_course.runtime.errors.SetupError: "), done.stderr
    return last.split(": ", 1)[1], seconds


def test_prints_one_line_and_no_noise():
    done = run(
        "import fl_course; fl_course.setup()\n"
        "import tensorflow as tf, tensorflow_federated as tff\n"
        "@tff.tensorflow.computation(tf.int32)\n"
        "def add_one(x): return x + 1\n"
        "print(add_one(1))"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    line, result = done.stdout.splitlines()
    assert line.startswith(f"Python {sys.version_info.major}.{sys.version_info.minor}.")
    assert "TensorFlow 2.20.0 · TFF 0.87.0 · data:" in line
    assert result == "2"


def test_setup_again_keeps_the_worker(capsys):
    before = runtime.worker_pid()
    fl_course.setup()
    assert runtime.worker_pid() == before
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_seeds_python_numpy_and_tensorflow():
    def draw():
        return random.random(), np.random.rand(), float(tf.random.uniform([]))

    fl_course.setup(seed=5)
    first = draw()
    fl_course.setup(seed=5)
    assert draw() == first
    fl_course.setup(seed=6)
    assert draw() != first


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "0", None, True])
def test_bad_seed(seed):
    with pytest.raises(ValueError, match=r"seed must be an integer from 0 to 2\*\*32 - 1"):
        fl_course.setup(seed=seed)


def test_tensorflow_imported_before_without_keras_is_fine():
    done = run("import tensorflow as tf, fl_course; fl_course.setup(); print(tf.keras.Model)")
    assert "tf_keras" in done.stdout


def test_keras_3_imported_before():
    message, _ = ends_with_setup_error(
        "import os; os.environ['TF_USE_LEGACY_KERAS'] = '0'\n"
        "import tensorflow as tf; tf.keras.Model\n"
        "import fl_course; fl_course.setup()"
    )
    assert "Keras 3" in message
    assert "Restart the kernel" in message


@pytest.mark.parametrize(
    "name", ["tensorflow.py", "tensorflow_federated.py", "tf_keras/__init__.py", "tree.py"]
)
def test_a_file_that_hides_a_package_is_named(name, tmp_path):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("x = 1\n")
    message, seconds = ends_with_setup_error(
        "import fl_course; fl_course.setup()", env={"PYTHONPATH": str(tmp_path)}
    )
    assert f"{tmp_path / name.removesuffix('/__init__.py')} hides the package" in message
    assert "Rename it. Restart the kernel" in message
    assert seconds < PROMPT


def test_what_hides_nothing_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "tensorflow").mkdir()  # where somebody keeps notes
    (tmp_path / "my_numpy.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    hidden.check_nothing_is_hidden()


@pytest.mark.parametrize(
    ("version", "need"),
    [
        ("0.1.0", "the course needs 0.87.0"),
        ("0.33.0", "the course needs 0.87.0"),
        ("0.90.0", "the course is written for 0.87.0"),
    ],
)
def test_wrong_tff_installed(version, need, tmp_path):
    info = tmp_path / f"tensorflow_federated-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: tensorflow-federated\nVersion: {version}\n"
    )
    message, seconds = ends_with_setup_error(
        "import fl_course; fl_course.setup()", env={"PYTHONPATH": str(tmp_path)}
    )
    assert f"TensorFlow Federated {version} is installed, and {need}" in message
    assert "fl-course setup" in message
    assert seconds < PROMPT


def test_tff_not_installed():
    message, seconds = ends_with_setup_error(
        "import importlib.metadata as m, fl_course\n"
        "real = m.version\n"
        "def version(name):\n"
        "    if 'federated' in name: raise m.PackageNotFoundError(name)\n"
        "    return real(name)\n"
        "m.version = version\n"
        "fl_course.setup()"
    )
    assert "not installed" in message
    assert "fl-course setup" in message
    assert seconds < PROMPT


@pytest.mark.parametrize(
    ("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "AMD64")]
)
def test_platform_that_cannot_run_the_worker(system, machine):
    message, seconds = ends_with_setup_error(
        "import platform, fl_course\n"
        f"platform.system = lambda: {system!r}\n"
        f"platform.machine = lambda: {machine!r}\n"
        "fl_course.setup()"
    )
    assert f"this is {system} on {machine}" in message
    assert "Colab" in message
    assert seconds < PROMPT


def test_jax_and_vizier_stand_ins_say_what_to_do():
    with pytest.raises(NotImplementedError, match="needs jax"):
        tff.jax.computation(np.int32)
    with pytest.raises(NotImplementedError, match="needs google-vizier"):
        tff.learning.programs.train_model_with_vizier()


def test_differential_privacy_runs_without_tensorflow_estimator():
    factory = tff.aggregators.DifferentiallyPrivateFactory.gaussian_fixed(
        noise_multiplier=0.0, clients_per_round=2, clip=10.0
    )
    process = factory.create(tff.TensorType(np.float32))
    state = process.initialize()
    assert float(process.next(state, [1.0, 3.0]).result) == pytest.approx(2.0)


class DoublesIfBright(tf.keras.layers.Layer):
    """A learner's layer with an `if` on a tensor, which AutoGraph must still rewrite."""

    def call(self, x):
        if tf.reduce_mean(x) > 0.5:
            return x * 2.0
        return x


def test_learners_code_still_goes_through_autograph():
    def model_fn():
        layers = [
            tf.keras.layers.InputLayer(input_shape=(1,)),
            DoublesIfBright(),
            tf.keras.layers.Dense(1, kernel_initializer="ones"),
        ]
        spec = collections.OrderedDict(
            x=tf.TensorSpec([None, 1], tf.float32), y=tf.TensorSpec([None, 1], tf.float32)
        )
        return tff.learning.models.from_keras_model(
            tf.keras.Sequential(layers), loss=tf.keras.losses.MeanSquaredError(), input_spec=spec
        )

    process = tff.learning.algorithms.build_weighted_fed_avg(
        model_fn, client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.0)
    )
    for bright, loss in ((1.0, 4.0), (0.25, 0.0625)):
        batch = {"x": [[bright]], "y": [[0.0]]}
        dataset = tf.data.Dataset.from_tensors(
            collections.OrderedDict((name, np.array(v, np.float32)) for name, v in batch.items())
        )
        metrics = process.next(process.initialize(), [dataset]).metrics["client_work"]["train"]
        assert float(metrics["loss"]) == pytest.approx(loss)


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ("서울", None),
        (np.str_("東京"), None),
        ("Köln".encode(), None),
        (["서울", "Köln"], [2]),
        (np.array(["서울", "Köln"]), [2]),
        (np.array(["서울", "Köln".encode()], object), [2]),
        (np.array([["서울"], ["b"]]), [2, 1]),
    ],
)
def test_text_in_any_language_goes_through(given, form):
    same = tff.tensorflow.computation(
        lambda text: tf.identity(text), tff.TensorType(np.str_, form or [])
    )
    np.testing.assert_array_equal(same(given), tf.constant(given).numpy())


def test_clients_may_have_text_in_any_language():
    @tff.federated_computation(tff.FederatedType(np.str_, tff.CLIENTS))
    def names(cities):
        return cities

    assert [city.decode() for city in names(["서울", "東京"])] == ["서울", "東京"]


def test_a_loop_that_is_not_pythons_is_left_alone():
    class Loop(asyncio.AbstractEventLoop):  # as uvloop's
        pass

    asyncio.set_event_loop(Loop())
    try:
        engine._let_notebooks_await()
    finally:
        asyncio.set_event_loop(None)


def test_what_a_computation_prints_is_seen_where_it_was_called(capsys):
    @tff.tensorflow.computation(np.int32)
    def look(x):
        tf.print("the client sees", x, "서울")
        tf.print("no line's end", end="")
        return collections.OrderedDict(more=x + 1, pair=(x, [x]))

    assert look(41) == collections.OrderedDict(more=42, pair=(41, [41]))
    assert capsys.readouterr().out == "the client sees 41 서울\nno line's end\n"
    look(1)
    assert capsys.readouterr().out.startswith("the client sees 1 ")


def test_what_clients_print_is_seen_as_well(capsys):
    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def total(numbers):
        def add(total, number):
            tf.print("adds", number)
            return total + number

        return numbers.reduce(0, add)

    @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
    def everyone(clients):
        return tff.federated_sum(tff.federated_map(total, clients))

    assert everyone([[1, 2], [3]]) == 6
    assert sorted(capsys.readouterr().out.splitlines()) == ["adds 1", "adds 2", "adds 3"]
    everyone([[], []])
    assert capsys.readouterr().out == ""


def test_what_was_printed_before_an_error_is_seen(capsys):
    @tff.tensorflow.computation(np.int32)
    def fails(x):
        tf.print("x is", x)
        return tf.constant([1, 2])[x + tf.cast(tf.size(tf.range(x)), tf.int32)]

    with pytest.raises(runtime.ComputationError):
        fails(41)
    assert capsys.readouterr().out == "x is 41\n"


def test_only_the_end_of_very_much_is_seen(capsys):
    @tff.tensorflow.computation(np.int32)
    def counts(n):
        return tf.data.Dataset.range(tf.cast(n, tf.int64)).reduce(
            n, lambda total, number: (tf.print("number", number), total)[1]
        )

    counts(5000)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "number 4999"
    assert 1000 < len(lines) < 2000


def test_a_file_that_the_worker_does_not_find_is_explained(monkeypatch, tmp_path):
    (tmp_path / "numbers.txt").write_text("1.5\n2.5\n")
    monkeypatch.chdir(tmp_path)

    @tff.tensorflow.computation(tff.SequenceType(np.float32))
    def total(numbers):
        return numbers.reduce(0.0, lambda a, b: a + b)

    def lines(name):
        return tf.data.TextLineDataset(name).map(tf.strings.to_number)

    with pytest.raises(runtime.ComputationError, match="in which the notebook was when it called"):
        total(lines("numbers.txt"))
    assert total(lines(os.path.abspath("numbers.txt"))) == 4.0


def test_a_function_of_the_notebooks_has_a_way_out():
    rows = np.ones([2, 3], np.float32)

    @tff.tensorflow.computation(tff.SequenceType(tff.TensorType(np.float32, [3])))
    def total(dataset):
        return dataset.reduce(tf.zeros([3]), lambda a, b: a + b)

    spec = tf.TensorSpec([3])
    generated = tf.data.Dataset.from_generator(lambda: iter(rows), output_signature=spec)
    by_numpy = tf.data.Dataset.from_tensor_slices(rows).map(
        lambda row: tf.ensure_shape(tf.numpy_function(lambda x: x, [row], tf.float32), [3])
    )
    for dataset in (generated, by_numpy):
        with pytest.raises(runtime.ComputationError, match=r"without Python.*from_tensor_slices"):
            total(dataset)


# Of the operations that TensorFlow 2.20 makes, the worker was asked for each: it lacks these, and
# those of XLA, of accelerators, of quantization, of remote calls and of TensorFlow's own tests.
UNKNOWN_TO_THE_WORKER = {
    "FFTND": lambda x: tf.abs(tf.signal.fftnd(tf.complex(x, x), [2], [0])),
    "IFFTND": lambda x: tf.abs(tf.signal.ifftnd(tf.complex(x, x), [2], [0])),
    "RFFTND": lambda x: tf.abs(tf.signal.rfftnd(x, [2], [0])),
    "IRFFTND": lambda x: tf.signal.irfftnd(tf.complex(x, x), [2], [0]),
    "DecodeWebP": lambda x: tf.io.decode_webp(tf.strings.as_string(x[0])),
}


@pytest.mark.parametrize("operation", UNKNOWN_TO_THE_WORKER)
def test_an_operation_that_the_worker_lacks_has_a_way_out(operation):
    make = UNKNOWN_TO_THE_WORKER[operation]
    compute = tff.tensorflow.computation(make, tff.TensorType(np.float32, [2]))
    way_out = f"(?s)'{operation}'.*Do this step in the notebook"
    with pytest.raises(runtime.ComputationError, match=way_out):
        compute([1.0, 2.0])

    dataset = tf.data.Dataset.from_tensors([1.0, 2.0]).map(make)

    @tff.tensorflow.computation(
        tff.SequenceType(tff.types.tensorflow_to_type(dataset.element_spec))
    )
    def count(elements):
        return elements.reduce(0, lambda so_far, _: so_far + 1)

    with pytest.raises(runtime.ComputationError, match=way_out):
        count(dataset)


def test_records_are_read_by_the_buffer_that_nobody_named(tmp_path):
    file = str(tmp_path / "numbers.tfrecord")
    with tf.io.TFRecordWriter(file) as writer:
        for number in range(3):
            writer.write(str(number))

    @tff.tensorflow.computation(tff.SequenceType(np.str_))
    def total(records):
        return records.reduce(0, lambda so_far, x: so_far + tf.strings.to_number(x, tf.int32))

    for dataset in (
        tf.data.TFRecordDataset(file),
        tf.data.TFRecordDataset([file], num_parallel_reads=2),
        tf.data.Dataset.from_tensors(file).interleave(tf.data.TFRecordDataset),
    ):
        assert total(dataset) == 3
    assert sum(1 for _ in tf.data.TFRecordDataset(file)) == 3
