"""Code of 2020: every line of the table fails as the table says, every line of today runs."""

import collections
import copy
import importlib.util
import inspect
import pathlib
import pickle
import re
import sys
import types
import warnings

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff
import tree
from IPython.core import ultratb
from IPython.lib import pretty

import fl_course
from fl_course import catalog
from fl_course.runtime import api_changes, newer_names, old_names

ROOT = pathlib.Path(__file__).parent.parent.parent
DOCUMENT = ROOT / "docs" / "api-changes.md"
SPEC = collections.OrderedDict(
    x=tf.TensorSpec([None, 4], tf.float32), y=tf.TensorSpec([None], tf.int32)
)
ABSENT = [change for change in api_changes.CHANGES if change.names]
# By the name of a newer version, that of this one.
HERE = {newer: ours for moved in newer_names.MOVED.values() for ours, newer in moved.items()}
HERE |= newer_names.HIDDEN


def make_keras_model():
    return tf.keras.Sequential(
        [tf.keras.Input((4,)), tf.keras.layers.Dense(3, kernel_initializer="zeros")]
    )


def make_loss():
    return tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def model_fn():
    return tff.learning.models.from_keras_model(
        make_keras_model(),
        input_spec=SPEC,
        loss=make_loss(),
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )


@pytest.fixture(scope="module")
def learner():
    """What a learner's notebook has defined before the line in question."""
    examples = collections.OrderedDict(
        x=np.ones((6, 4), np.float32), y=np.array([0, 1, 2, 0, 1, 2], np.int32)
    )
    cohort = [tf.data.Dataset.from_tensor_slices(examples).batch(2)] * 2
    process = tff.learning.algorithms.build_weighted_fed_avg(
        model_fn, tff.learning.optimizers.build_sgdm(0.1)
    )
    state = process.initialize()
    weights = process.get_model_weights(state)
    add = tff.tensorflow.computation(lambda a, b: a + b, (np.float32, np.float32))
    same = tff.tensorflow.computation(lambda a: a, np.float32)
    f = tff.tensorflow.computation(lambda: 0.5)

    @tff.federated_computation
    def initialize_fn():
        return tff.federated_eval(f, tff.SERVER)

    @tff.federated_computation(tff.FederatedType(np.float32, tff.SERVER))
    def next_fn(value):
        return value

    return {
        "tff": tff,
        "tf": tf,
        "np": np,
        "fl_course": fl_course,
        "model_fn": model_fn,
        "model": model_fn(),
        "make_keras_model": make_keras_model,
        "keras_model": make_keras_model(),
        "input_spec": SPEC,
        "loss": make_loss(),
        "metrics": None,
        "optimizer": tff.learning.optimizers.build_sgdm(0.1),
        "aggregator": tff.aggregators.MeanFactory(),
        "process": process,
        "evaluation": tff.learning.algorithms.build_fed_eval(model_fn),
        "state": state,
        "trainable": weights.trainable,
        "non_trainable": weights.non_trainable,
        "cohort": cohort,
        "client_datasets": cohort,
        "f": f,
        "zero": 0.0,
        "add": add,
        "merge": add,
        "report": same,
        "add_half": same,
        "initialize_fn": initialize_fn,
        "next_fn": next_fn,
    }


def run(code, learner):
    """Runs a line of the table in a learner's notebook; operators, inside a computation."""
    names = dict(learner)
    if code.startswith("@"):
        code = f"{code}\ndef pasted(x):\n    return x"
    if not re.match(r"tff\.(aggregators\.)?federated_", code):
        exec(code, names)
        return

    @tff.federated_computation(
        tff.FederatedType(np.float32, tff.CLIENTS), tff.FederatedType(np.float32, tff.SERVER)
    )
    def around(at_clients, at_server):
        return eval(code, {**names, "at_clients": at_clients, "at_server": at_server})

    assert around.type_signature.result is not None


def reads_well(text, change):
    """Holds a message to what every message has to say."""
    number = catalog.numbers()[change.lesson]
    assert f"Lesson {number} · {catalog.entries()[number - 1].title} teaches it." in text
    assert "docs/api-changes.md" in text
    assert "Today: " in text
    assert all(len(line) <= 180 for line in text.splitlines())


@pytest.mark.parametrize("change", api_changes.CHANGES, ids=lambda change: change.old)
def test_line_of_2020(change, learner):
    if change.told == "FutureWarning":
        with pytest.warns(FutureWarning) as told:
            run(change.old, learner)
        (warning,) = (one for one in told if one.category is FutureWarning)
        assert warning.filename == "<string>"  # the learner's line, not a file of ours
        text = str(warning.message)
    else:
        with pytest.raises(Exception) as raised:
            run(change.old, learner)
        assert type(raised.value).__name__ == change.told
        text = str(raised.value)
    reads_well(text, change)
    if change.names:
        assert text == old_names.message(text.splitlines()[0], change)
        assert text.split()[0] in change.names
        assert text.split()[0] in change.old


@pytest.mark.parametrize("change", api_changes.CHANGES, ids=lambda change: change.today)
def test_line_of_today(change, learner, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        run(change.today, learner)


def test_every_name_raises_and_stays_absent():
    told = old_names.messages()
    listed = [name for change in api_changes.CHANGES for name in change.names]
    listed += [*api_changes.MOVED, *(name for gone in api_changes.GONE for name in gone.names)]
    newer = [name for name in HERE if name.startswith("tff.")]
    newer += [name for new in newer_names.NEW for name in new.names]
    assert sorted(listed + newer) == sorted(told)  # none stands in the tables twice
    for name, text in told.items():
        module_name, _, last = name.rpartition(".")
        module = eval(module_name, {"tff": tff})
        assert isinstance(module, types.ModuleType | type), name
        with pytest.raises(AttributeError) as raised:
            getattr(module, last)
        assert str(raised.value) == text
        age = "a newer" if name in newer else "an older"
        assert text.startswith(f"{name} is a name of {age} TensorFlow Federated")
        assert not hasattr(module, last)
        assert getattr(module, last, None) is None
        assert last not in dir(module) or isinstance(module, type)


def test_every_name_of_today_exists():
    texts = [f"{change.today} {change.note}" for change in api_changes.CHANGES]
    texts += [*api_changes.MOVED.values(), *(gone.why for gone in api_changes.GONE)]
    names = {name for text in texts for name in re.findall(r"\btff?(?:\.[A-Za-z_]\w*)+", text)}
    assert len(names) > 60
    # What the table calls gone, and modules that exist only with jax, can't be looked up.
    for name in names - {"tff.utils", "tff.learning.framework"}:
        assert eval(name, {"tff": tff, "tf": tf}) is not None, name


def test_renamed_arguments_exist():
    builders = [
        value for name, value in vars(tff.learning.algorithms).items() if name.startswith("build_")
    ]
    known = {
        name
        for function in (*builders, tff.learning.models.from_keras_model)
        for name in inspect.signature(function).parameters
    }
    for old, (new, _) in api_changes.OLD_ARGUMENTS.items():
        assert new in known
        assert old not in known


@pytest.mark.parametrize("change", api_changes.CHANGES, ids=lambda change: change.old)
def test_lesson_teaches_what_the_table_says(change):
    assert change.word in (ROOT / "lessons" / f"{change.lesson}.py").read_text("utf-8")
    said = re.sub(r"\s+", " ", f"{change.today} {change.note}").replace("( ", "(")
    assert change.word in said


def test_a_lesson_that_is_left_out_is_not_named(monkeypatch):
    monkeypatch.setattr(catalog, "numbers", dict)
    text = old_names.message("This is old.", api_changes.CHANGES[0])
    assert "teaches it" not in text
    assert text.startswith("This is old.\nToday: ")


def load_tool():
    spec = importlib.util.spec_from_file_location("api_changes", ROOT / "tools" / "api_changes.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_document_holds_the_table():
    document = DOCUMENT.read_text("utf-8")
    assert load_tool().with_tables(document) == document, "run `python tools/api_changes.py`"
    for change in api_changes.CHANGES:
        assert change.old.splitlines()[-1].strip().rstrip(")") in document
    for name in old_names.messages():
        if name in api_changes.MOVED or any(name in gone.names for gone in api_changes.GONE):
            assert f"`{name}`" in document
    for name in (*newer_names.MOVED["0.88"], *newer_names.MOVED[newer_names.MAIN]):
        assert f"`{name}`" in document


@pytest.mark.parametrize("name", ["tff.tf_computation", "tff.tensorflow.to_type"])
def test_document_shows_the_real_message(name):
    with pytest.raises(AttributeError) as raised:
        eval(name)
    assert f">>> {name}\nAttributeError: {raised.value}\n```" in DOCUMENT.read_text("utf-8")


def code_of_document(name):
    (code,) = re.findall(
        rf"<!-- code: {name} -->\n```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL
    )
    return code


def test_training_loop_of_today_runs(learner, capsys):
    exec(code_of_document("today"), dict(learner))
    *rounds, evaluated = capsys.readouterr().out.splitlines()
    losses = [float(line.split()[1]) for line in rounds]
    assert len(losses) == 3
    assert losses == sorted(losses, reverse=True)
    assert "num_examples" in evaluated


def test_training_loop_of_2020_fails_at_its_first_old_name(learner):
    with pytest.raises(AttributeError, match=r"tff\.learning\.algorithms\.build_weighted_fed_avg"):
        exec(code_of_document("then"), dict(learner))


@pytest.mark.parametrize(
    ("statement", "today"),
    [
        ("from tensorflow_federated import tf_computation", "tff.tensorflow.computation"),
        ("from tensorflow_federated import learning, type_at_server", "tff.FederatedType"),
        (
            "from tensorflow_federated.python.learning import from_keras_model",
            "tff.learning.models.from_keras_model",
        ),
        ("import tensorflow_federated.utils", "tff.templates.IterativeProcess"),
    ],
)
def test_imports_say_the_same(statement, today):
    with pytest.raises(ImportError) as raised:
        exec(statement, {})
    assert today in str(raised.value)
    assert "docs/api-changes.md" in str(raised.value)


# Code for a newer TFF


def value_of(name):
    package, _, last = name.rpartition(".")
    if package.startswith("tensorflow_federated."):
        return getattr(importlib.import_module(package), last)
    return eval(name, {"tff": tff})


def has(name):
    try:
        return value_of(name) is not None
    except AttributeError:
        return False


def test_names_of_here_exist_and_newer_ones_do_not():
    for newer, ours in HERE.items():
        assert has(ours), ours
        assert newer.startswith("federated_language.") or not has(newer), newer
    for names, expected in ((newer_names.REMOVED, True), (newer_names.NEW, False)):
        for name in (name for gone in names for name in gone.names):
            assert has(name) is expected, name


@pytest.mark.parametrize(
    ("newer", "ours"), [pair for pair in HERE.items() if pair[0].startswith("tff.")]
)
def test_newer_names_are_told_the_name_of_here(newer, ours):
    package, _, name = newer.rpartition(".")
    with pytest.raises(AttributeError) as raised:
        value_of(newer)
    assert str(raised.value).splitlines()[1] == f"Here: {ours}"
    assert str(raised.value).startswith(f"{newer} is a name of a newer TensorFlow Federated than ")
    module = value_of(package).__name__
    with pytest.raises(ImportError) as imported:
        exec(f"from {module} import {name}", {})
    assert str(imported.value) == str(raised.value)


@pytest.mark.parametrize("new", newer_names.NEW, ids=lambda new: new.names[0])
def test_newer_names_without_a_counterpart_are_told_what_to_do(new):
    for name in new.names:
        with pytest.raises(AttributeError) as raised:
            value_of(name)
        assert str(raised.value).splitlines()[1] == new.why


@pytest.mark.parametrize(
    "statement",
    [
        "import federated_language",
        "import federated_language as fl",
        "import federated_language.framework",
        "from federated_language import CLIENTS, federated_computation",
        "from federated_language.framework import Executor",
    ],
)
def test_package_of_newer_versions_is_told_what_to_write(statement):
    with pytest.raises(ModuleNotFoundError) as raised:
        exec(statement, {})
    assert raised.value.name == "federated_language"
    text = str(raised.value)
    assert "write tff.federated_computation for federated_language.federated_computation" in text
    assert "docs/api-changes.md" in text


def test_package_of_newer_versions_is_imported_where_there_is_one(tmp_path, monkeypatch):
    (tmp_path / "federated_language.py").write_text("CLIENTS = 1")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert importlib.import_module("federated_language").CLIENTS == 1
    finally:
        sys.modules.pop("federated_language", None)


def test_fate_of_every_name_that_lessons_use_is_known():
    moved = {ours for names in newer_names.MOVED.values() for ours in names}
    removed = {name for gone in newer_names.REMOVED for name in gone.names}
    used = {
        name
        for lesson in (ROOT / "lessons").glob("*.py")
        for name in re.findall(r"\btff(?:\.\w+)+", lesson.read_text("utf-8"))
    }
    assert used
    unknown = {
        name
        for name in used - moved
        if not any(f"{name}.".startswith(f"{known}.") for known in (*newer_names.KEPT, *removed))
    }
    assert not unknown, "look them up in TFF's sources, and put them into newer_names.py"
    assert not (moved | removed).intersection(newer_names.KEPT)


def test_other_imports_fail_as_ever():
    with pytest.raises(
        ImportError, match=r"^cannot import name 'no_such_name' from 'tensorflow_fe"
    ):
        exec("from tensorflow_federated import no_such_name", {})
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'no_such_module'"):
        exec("import no_such_module", {})
    assert importlib.util.find_spec("no_such_module") is None


def test_other_names_fail_as_ever():
    with pytest.raises(AttributeError) as raised:
        tff.no_such_name  # noqa: B018
    assert str(raised.value) == "module 'tensorflow_federated' has no attribute 'no_such_name'"


def test_a_modules_own_getattr_is_asked_next():
    module = types.ModuleType("late")
    module.__getattr__ = {"known": 7}.__getitem__
    old_names._explain_absence(module, {"old": "gone"})
    assert module.known == 7
    with pytest.raises(AttributeError, match=r"^gone$"):
        module.old  # noqa: B018
    with pytest.raises(KeyError):
        module.unknown  # noqa: B018


def display_of(code, learner):
    """What a notebook shows of an error, without colours."""
    try:
        exec(compile(code, "<cell>", "exec"), dict(learner))
    except Exception:
        shown = ultratb.FormattedTB(mode="Context", theme_name="nocolor")
        kind, value, traceback = sys.exc_info()
        return shown.stb2text(shown.structured_traceback(kind, value, traceback.tb_next))
    raise AssertionError(f"{code} raised nothing")


@pytest.mark.parametrize(
    "change",
    [
        *ABSENT[:2],
        api_changes.KERAS_OPTIMIZER,
        api_changes.TENSORFLOW_SPEC,
        api_changes.CALL_EVALUATION,
        api_changes.STATE_MODEL,
        api_changes.METRICS,
    ],
    ids=lambda change: change.old,
)
def test_notebook_shows_one_short_error(change, learner):
    shown = display_of(change.old, learner)
    assert "site-packages" not in shown
    assert shown.count("runtime/old_names.py") <= 1
    assert shown.count("Traceback") == 1
    assert "During handling" not in shown
    assert f"\n{change.told}: " in shown
    assert "\\n" not in shown
    assert len(shown.splitlines()) < 25


# Optimizers


@pytest.mark.parametrize(
    ("given", "today"),
    [
        (lambda: tf.keras.optimizers.SGD(0.02), "build_sgdm(learning_rate=0.02)"),
        (lambda: tf.keras.optimizers.SGD(1.0, momentum=0.9), "(learning_rate=1, momentum=0.9)"),
        (lambda: tf.keras.optimizers.Adam(0.003), "build_adam(learning_rate=0.003)"),
        (tf.keras.optimizers.RMSprop, "build_rmsprop(learning_rate="),
        (lambda: tf.keras.optimizers.legacy.SGD(0.25), "build_sgdm(learning_rate=0.25)"),
        (
            lambda: tf.keras.optimizers.SGD(
                tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
            ),
            "build_sgdm(learning_rate=0.1)",
        ),
    ],
)
def test_keras_optimizers_are_translated(given, today):
    with pytest.raises(AttributeError) as raised:
        tff.learning.algorithms.build_weighted_fed_avg(model_fn, given)
    assert today in str(raised.value)
    assert "has no attribute 'initialize'" in str(raised.value)  # what TFF says
    reads_well(str(raised.value), api_changes.KERAS_OPTIMIZER)


def with_keras(builder, parameter, **kwargs):
    build = getattr(tff.learning.algorithms, builder)
    build(model_fn, **kwargs, **{parameter: tf.keras.optimizers.SGD(0.02)})


SGD = tff.learning.optimizers.build_sgdm(0.1)


@pytest.mark.parametrize(
    ("builder", "parameter", "others"),
    [
        ("build_weighted_fed_avg", "server_optimizer_fn", {"client_optimizer_fn": SGD}),
        ("build_unweighted_fed_avg", "client_optimizer_fn", {}),
        ("build_weighted_fed_prox", "client_optimizer_fn", {"proximal_strength": 1.0}),
        ("build_unweighted_fed_prox", "client_optimizer_fn", {"proximal_strength": 1.0}),
        ("build_weighted_mime_lite", "base_optimizer", {}),
        ("build_fed_sgd", "server_optimizer_fn", {}),
    ],
)
def test_all_builders_explain_keras_optimizers(builder, parameter, others):
    with pytest.raises((AttributeError, TypeError)) as raised:
        with_keras(builder, parameter, **others)
    assert f"Today: {parameter}=tff.learning.optimizers.build_sgdm(" in str(raised.value)


def test_schedules_of_keras_optimizers_are_explained():
    with pytest.raises((AttributeError, TypeError)) as raised:
        tff.learning.algorithms.build_weighted_fed_avg_with_optimizer_schedule(
            model_fn,
            client_learning_rate_fn=lambda round_num: 0.1,
            client_optimizer_fn=lambda rate: tf.keras.optimizers.SGD(rate),
        )
    assert "=lambda rate: tff.learning.optimizers.build_sgdm(learning_rate=" in str(raised.value)


def test_function_of_a_tff_optimizer_is_explained():
    with pytest.raises(AttributeError, match="takes the optimizer itself today"):
        tff.learning.algorithms.build_weighted_fed_avg(model_fn, lambda: SGD)


def test_other_errors_of_builders_stay_as_they_are():
    def broken_model_fn():
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        tff.learning.algorithms.build_weighted_fed_avg(broken_model_fn, SGD)
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'no_such'$"):
        tff.learning.algorithms.build_weighted_fed_avg(model_fn, SGD, no_such=1)


def test_argument_names_are_translated():
    with pytest.raises(TypeError, match=r"Today: .*from_keras_model\(\.\.\., input_spec=\.\.\.\)"):
        tff.learning.models.from_keras_model(make_keras_model(), dummy_batch=None)
    with pytest.raises(TypeError, match=r"Today: .*build_fed_eval\(.*loop_implementation=") as told:
        tff.learning.algorithms.build_fed_eval(model_fn, use_experimental_simulation_loop=True)
    assert "Lesson" not in str(told.value)  # no lesson teaches that one


def test_wrapped_functions_look_like_tffs():
    for name, wrapped in vars(tff.learning.algorithms).items():
        if name.startswith("build_"):
            original = getattr(sys.modules[wrapped.__module__], name)
            assert inspect.signature(wrapped) == inspect.signature(original)
            assert wrapped.__doc__ == original.__doc__


# Types


@pytest.mark.parametrize(
    ("make", "today"),
    [
        (lambda: tff.TensorType(tf.float32, [3]), "np.float32"),
        (lambda: tff.FederatedType(tf.int32, tff.CLIENTS, True), "np.int32"),
        (lambda: tff.StructType([("text", tf.string)]), "np.str_"),
        (lambda: tff.to_type((tf.bool, [2])), "np.bool_"),
        (lambda: tff.types.to_type(tf.float32), "np.float32"),
        (lambda: tff.federated_computation(tf.int32)(lambda x: x), "np.int32"),
        (lambda: tff.SequenceType(tf.TensorSpec([None])), "tff.types.tensorflow_to_type"),
        (lambda: tff.SequenceType(SPEC), "tff.types.tensorflow_to_type"),
    ],
)
def test_tensorflow_types_are_explained(make, today):
    with pytest.raises((NotImplementedError, TypeError), match=f"Today: .*{re.escape(today)}"):
        make()


def test_types_that_are_right_stay_as_they_are():
    assert tff.TensorType(np.float32, [2]) is tff.TensorType(np.float32, [2])
    assert tff.to_type is tff.types.to_type is sys.modules[tff.Type.__module__].to_type
    assert str(tff.to_type(collections.OrderedDict(a=np.int32))) == "<a=int32>"
    assert (
        str(tff.tensorflow.computation(lambda x: x, tf.int32).type_signature) == "(int32 -> int32)"
    )
    with pytest.raises(TypeError, match=r"^Unable to interpret an argument of type set "):
        tff.to_type(set())


# Results


def test_metrics_are_what_tff_gives(learner):
    result = learner["process"].next(learner["state"], learner["cohort"])
    assert type(result) is tff.learning.templates.LearningProcessOutput
    state, metrics = result
    assert state is result.state
    plain = collections.OrderedDict(metrics)
    assert isinstance(metrics, collections.OrderedDict)
    assert metrics == plain
    assert repr(metrics) == repr(plain)
    assert pretty.pretty(metrics) == pretty.pretty(plain)
    assert type(pickle.loads(pickle.dumps(metrics))) is collections.OrderedDict
    assert copy.deepcopy(metrics) == plain
    assert metrics.copy() == plain
    tree.assert_same_structure(metrics, plain)
    tf.nest.assert_same_structure(metrics, plain)
    assert tree.flatten(result) == tree.flatten(tuple(result))
    assert list(tf.nest.map_structure(str, metrics)) == list(plain)
    with pytest.raises(KeyError) as raised:
        metrics["no_such_key"]
    assert raised.value.args == ("no_such_key",)
    with pytest.raises(AttributeError, match=r"^'collections.OrderedDict' object has no attribute"):
        metrics.no_such_name  # noqa: B018
    assert metrics.get("train") is None
    assert "train" not in metrics


@pytest.mark.parametrize(
    ("look", "today"),
    [
        (lambda metrics: metrics["loss"], '["client_work"]["train"]["loss"]'),
        (lambda metrics: metrics.num_examples, '["client_work"]["train"]["num_examples"]'),
        (lambda metrics: metrics["broadcast"], '["distributor"]'),
        (lambda metrics: metrics["aggregation"], '["aggregator"]'),
        (lambda metrics: metrics._asdict(), '["client_work"]["train"].items()'),
    ],
)
def test_old_places_of_metrics(look, today, learner):
    metrics = learner["process"].next(learner["state"], learner["cohort"]).metrics
    with pytest.raises((AttributeError, KeyError)) as raised:
        look(metrics)
    assert f"Today: result.metrics{today}\n" in str(raised.value)


def test_recorded_results_keep_their_type():
    @tff.federated_computation(tff.FederatedType(np.float32, tff.SERVER))
    def next_fn(value):
        metrics = collections.OrderedDict(client_work=value)
        return tff.learning.templates.LearningProcessOutput(value, metrics)

    container = next_fn.type_signature.result["metrics"].python_container
    assert container is collections.OrderedDict
    assert type(next_fn(1.0).metrics) is not collections.OrderedDict  # computed: explained


def test_state_explains_its_old_parts_only(learner):
    state = learner["state"]
    with pytest.raises(AttributeError, match=r"Today: state\.finalizer"):
        state.optimizer_state  # noqa: B018
    with pytest.raises(AttributeError) as raised:
        state.no_such_name  # noqa: B018
    assert str(raised.value) == "'LearningAlgorithmState' object has no attribute 'no_such_name'"
    assert pickle.loads(pickle.dumps(state))._fields == state._fields
    assert not hasattr(learner["process"], "no_such_name")


def test_constants_are_placed_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        @tff.federated_computation
        def placed():
            return tff.federated_value(0.5, tff.SERVER)

    assert placed() == 0.5
    assert list(inspect.signature(tff.federated_value).parameters) == ["value", "placement"]


def test_schedules_of_keras_are_named():
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    build = tff.learning.optimizers.build_sgdm
    for call in (lambda: build(schedule), lambda: build(learning_rate=schedule)):
        with pytest.raises(TypeError, match="build_sgdm takes a number, and not a learning rate"):
            call()
    with pytest.raises(TypeError, match="'<' not supported"):
        build("0.1")
    assert build(0.1)


# Types that TFF has no place for: what the error says is done, and works


def ragged(*rows):
    return tf.ragged.constant(rows or [[1], [2, 3]])


WITHOUT_A_PLACE = {
    "rows": lambda: tf.data.Dataset.from_tensor_slices(ragged()),
    "batches": lambda: tf.data.Dataset.from_tensors(ragged()),
    "ragged_batch": lambda: tf.data.Dataset.range(3).map(tf.range).ragged_batch(3),
    "sparse": lambda: tf.data.Dataset.from_tensor_slices(tf.sparse.from_dense([[1], [2]])),
    "in_a_structure": lambda: tf.data.Dataset.from_tensors({"x": ragged(), "y": [1, 2]}),
}


@pytest.mark.parametrize("name", WITHOUT_A_PLACE)
def test_ragged_and_sparse_data_lead_to_arrays(name):
    dataset = WITHOUT_A_PLACE[name]()
    with pytest.raises(TypeError, match="made of plain arrays") as refusal:
        tff.SequenceType(tff.types.tensorflow_to_type(dataset.element_spec))
    advice = re.search(r"dataset\.map\(lambda x: (.*)\), elsewhere", str(refusal.value))[1]
    if name == "in_a_structure":
        dataset = dataset.map(lambda element: element["x"])
    dense = dataset.map(eval(f"lambda x: {advice}", {"tf": tf}))

    @tff.tensorflow.computation(tff.SequenceType(tff.types.tensorflow_to_type(dense.element_spec)))
    def total(elements):
        return elements.reduce(
            np.int64(0), lambda so_far, x: so_far + tf.cast(tf.reduce_sum(x), tf.int64)
        )

    assert total(dense) == {"ragged_batch": 1, "sparse": 3}.get(name, 6)


@pytest.mark.parametrize(
    "make",
    [
        ragged,
        lambda: tf.sparse.from_dense([[1], [2]]),
    ],
    ids=["ragged", "sparse"],
)
@pytest.mark.parametrize("alone", [True, False])
def test_ragged_and_sparse_results_lead_to_arrays(make, alone):
    with pytest.raises(TypeError, match="what a computation takes and gives") as refusal:
        tff.tensorflow.computation(lambda: make() if alone else (make(), tf.constant(1)))()
    advice = re.search(r"elsewhere by (.*)\.$", str(refusal.value))[1]
    plain = eval(f"lambda x: {advice}", {"tf": tf})
    assert tff.tensorflow.computation(lambda: plain(make()))().shape[0] == 2


def test_other_errors_of_results_stay_as_they_are():
    with pytest.raises(TypeError) as refusal:
        tff.tensorflow.computation(lambda: object())
    assert "plain arrays" not in str(refusal.value)


def test_bfloat16_leads_to_a_type_that_works():
    with pytest.raises(
        NotImplementedError, match=r"tf\.bfloat16 is no part of a TFF type"
    ) as refusal:
        tff.TensorType(tf.bfloat16, [3])
    today = re.search("Today: (.*)", str(refusal.value))[1]
    named = eval(today, {"tf": tf, "tff": tff})
    assert (
        tff.tensorflow.computation(lambda x: x + x, named)(tf.cast([1, 2, 3], tf.bfloat16))[2] == 6
    )


@pytest.mark.parametrize("dtype", [tf.qint8, tf.resource, tf.variant], ids=lambda d: d.name)
def test_dtypes_that_numpy_lacks_are_not_sent_to_numpy(dtype):
    with pytest.raises((TypeError, NotImplementedError), match="NumPy has nothing like it"):
        tff.TensorType(dtype, [3])
