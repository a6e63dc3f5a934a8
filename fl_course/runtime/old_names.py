"""Makes code of 2020 fail with today's name and the lesson that teaches it.

Code for a TFF newer than the course's fails in the same way, with the name of here.

Nothing that works is changed: names that are gone stay gone for `hasattr` and `dir`, and what is
wrapped here only adds a message when TFF refuses anyway. Each piece is left out without a word if a
TFF has it elsewhere: better errors are no reason to fail.
"""

import collections
import contextlib
import functools
import importlib.machinery
import inspect
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from fl_course import catalog
from fl_course.localization import noted, say
from fl_course.runtime import api_changes, newer_names
from fl_course.runtime.api_changes import Change

_DOCS = "docs/api-changes.md"
_PUBLIC = "tensorflow_federated"

# What a round's metrics were called at the top level, and where they are today.
_METRICS = {
    "train": '["client_work"]["train"]',
    "eval": '["client_work"]["eval"]',
    "broadcast": '["distributor"]',
    "aggregation": '["aggregator"]',
}
_STATE = {
    "model": api_changes.STATE_MODEL.today,
    "optimizer_state": "state.finalizer",
    "delta_aggregate_state": "state.aggregator",
    "model_broadcast_state": "state.distributor",
}
_OPTIMIZERS = ("adafactor", "adagrad", "adam", "adamw", "rmsprop")


def explain_old_names() -> None:
    """Arranges the errors of `docs/api-changes.md`; TFF must have been imported, call it once."""
    tff = sys.modules[_PUBLIC]
    absent = _absent_names(tff)
    for owner, name, text in _absent_members(tff):
        setattr(owner, name, _GoneMember(text))
    for module, messages in absent:
        _explain_absence(module, messages)
    refused = {module.__name__: texts for module, texts in absent}
    sys.meta_path.append(_OldImports({"": {newer_names.LANGUAGE: _about_language()}, **refused}))
    for explain in (
        _explain_builders,
        _explain_types,
        _explain_results,
        _explain_processes,
        _explain_values,
    ):
        with contextlib.suppress(AttributeError):
            explain(tff)


def message(what: str, change: Change, *, today: str = "") -> str:
    """Says what was written, what to write today, and where the course teaches it.

    Args:
        what: What was written, and what is wrong with it: one sentence.
        change: The change that it is an example of.
        today: What to write, where that can be said more exactly than `change.today`.
    """
    if today:
        return _text(what, today, change.lesson)
    return _text(what, change.today, change.lesson, change.note)


def messages() -> dict[str, str]:
    """Gives the message for each name that exists no more."""
    sentence = noted(
        "{name} is a name of an older TensorFlow Federated, which today's has no more."
    )
    texts = {
        name: message(say(sentence, name=name), change)
        for change in api_changes.CHANGES
        for name in change.names
    }
    for old, new in api_changes.MOVED.items():
        texts[old] = _text(say(sentence, name=old), new)
    for gone in api_changes.GONE:
        for name in gone.names:
            texts[name] = _text(say(sentence, name=name), note=gone.why)
    return {**_newer_messages(), **texts}


def _newer_messages() -> dict[str, str]:
    sentence = noted(
        "{name} is a name of a newer TensorFlow Federated than {version}, which this course runs."
    )

    def what(name: str) -> str:
        return say(sentence, name=name, version=_version())

    here = {newer: ours for moved in newer_names.MOVED.values() for ours, newer in moved.items()}
    texts = {
        newer: _text(what(newer), ours, label=noted("Here: {today}"))
        for newer, ours in {**here, **newer_names.HIDDEN}.items()
        if newer.startswith("tff.")
    }
    for new in newer_names.NEW:
        for name in new.names:
            texts[name] = _text(what(name), note=new.why)
    return texts


def _about_language() -> str:
    return _text(
        say(
            "federated_language is a package of newer versions of TensorFlow Federated; in "
            "{version}, which this course runs, its names are in tff: leave the import out, and "
            "write {ours} for {newer}.",
            version=_version(),
            ours="tff.federated_computation",
            newer="federated_language.federated_computation",
        )
    )


def _version() -> str:
    return str(sys.modules[_PUBLIC].__version__)


def _text(
    what: str,
    today: str = "",
    lesson: str | None = None,
    note: str = "",
    label: str = noted("Today: {today}"),
) -> str:
    lines = [what]
    if today:
        lines.append(say(label, today=today.replace("\n", "\n       ")))
    if note:
        lines.append(say(note))
    docs = say("All such changes: {docs} in the course's repository.", docs=_DOCS)
    if lesson in catalog.numbers():  # one that is left out teaches nothing
        number = catalog.numbers()[lesson]
        title = say(catalog.entries()[number - 1].title)
        taught = say("Lesson {lesson} · {title} teaches it.", lesson=number, title=title)
        docs = f"{taught} {docs}"
    lines.append(docs)
    return "\n".join(lines)


def _absent_names(tff: ModuleType) -> list[tuple[ModuleType, dict[str, str]]]:
    found: dict[str, tuple[ModuleType, dict[str, str]]] = {}
    for dotted, text in messages().items():
        path = dotted.split(".")
        module: Any = tff
        for part in path[1:-1]:
            module = getattr(module, part, None)
        if isinstance(module, ModuleType) and path[-1] not in vars(module):
            found.setdefault(module.__name__, (module, {}))[1][path[-1]] = text
    return list(found.values())


def _absent_members(tff: ModuleType) -> list[tuple[type, str, str]]:
    found = []
    for dotted, text in messages().items():
        *path, name = dotted.split(".")[1:]
        owner: Any = tff
        for part in path:
            owner = getattr(owner, part, None)
        if isinstance(owner, type) and not hasattr(owner, name):
            found.append((owner, name, text))
    return found


class _GoneMember:
    """In a class, the place of a name that is gone: whoever asks is told, and `hasattr` says no."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __get__(self, instance: object, owner: type) -> Any:
        raise AttributeError(self._text)


def _explain_absence(module: ModuleType, texts: dict[str, str]) -> None:
    earlier = vars(module).get("__getattr__")

    def absent(name: str) -> Any:
        if name in texts:
            raise AttributeError(texts[name])
        if earlier is not None:
            return earlier(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    module.__getattr__ = absent  # type: ignore[method-assign]


class _OldImports:
    """The last of Python's finders: refuses `from tensorflow_federated import tf_computation`.

    For a name that a package lacks, Python looks for a submodule, and hides any AttributeError.
    Packages of their own, `import federated_language`, stand under the empty name.
    """

    def __init__(self, texts: dict[str, dict[str, str]]) -> None:
        self._texts = texts

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, last = name.rpartition(".")
        if last in self._texts.get(package, ()):
            # From the other class, `from package import name` takes that there is no submodule.
            kind = ImportError if package else ModuleNotFoundError
            raise kind(self._texts[package][last], name=name)
        return None


# Process builders: Keras optimizers, and arguments that have other names today


def _explain_builders(tff: ModuleType) -> None:
    algorithms = tff.learning.algorithms
    for name, value in list(vars(algorithms).items()):
        if name.startswith("build_"):
            setattr(algorithms, name, _explaining(value, f"tff.learning.algorithms.{name}"))
    models = tff.learning.models
    models.from_keras_model = _explaining(
        models.from_keras_model, "tff.learning.models.from_keras_model"
    )
    optimizers = tff.learning.optimizers
    for name, value in list(vars(optimizers).items()):
        if name.startswith("build_"):
            setattr(
                optimizers, name, _explaining_schedules(value, f"tff.learning.optimizers.{name}")
            )


def _explaining_schedules(build: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(build)
    def explained(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        try:
            return build(*args, **kwargs)
        except (TypeError, ValueError):
            given = [type(value).__mro__ for value in (*args, *kwargs.values())]
            if not any("LearningRateSchedule" in cls.__name__ for mro in given for cls in mro):
                raise
        raise TypeError(
            say(
                "{name} takes a number, and not a learning rate schedule of Keras. Give the first "
                "rate, and put {instead} around it: the second gives the rate of each step.",
                name=name,
                instead="tff.learning.optimizers.schedule_learning_rate(optimizer, rate_of_step)",
            )
        )

    return explained


def _explaining(build: Callable[..., Any], name: str) -> Callable[..., Any]:
    @functools.wraps(build)
    def explained(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # notebooks leave such frames out of an error's way
        try:
            return build(*args, **kwargs)
        except (AttributeError, TypeError) as error:
            kind = AttributeError if isinstance(error, AttributeError) else TypeError
            text = _about_argument_names(name, error)
            text = text or _about_optimizers(build, args, kwargs, error)
            if text is None:
                raise
        raise kind(text)

    return explained


def _about_argument_names(name: str, error: Exception) -> str | None:
    unknown = re.search(r"got an unexpected keyword argument '(\w+)'", str(error))
    if unknown is None or unknown[1] not in api_changes.OLD_ARGUMENTS:
        return None
    new, lesson = api_changes.OLD_ARGUMENTS[unknown[1]]
    what = say("{name} has no argument {unknown} any more.", name=name, unknown=unknown[1])
    return _text(what, f"{name}(..., {new}=...)", lesson)


def _about_optimizers(
    build: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception
) -> str | None:
    try:
        arguments = inspect.signature(build).bind(*args, **kwargs).arguments
    except TypeError:  # the call does not fit, which is what the error says
        return None
    for name, value in arguments.items():
        if "optimizer" not in name or value is None:
            continue
        optimizer = _called(value)
        if hasattr(optimizer, "apply_gradients"):
            class_name = getattr(optimizer, "__name__", type(optimizer).__name__)
            what = say(
                "{name} is Keras' {class_name}, and TFF takes optimizers of its own.",
                name=name,
                class_name=class_name,
            )
            line = f"{name}={'lambda rate: ' if _takes_rate(value) else ''}{_tff_line(optimizer)}"
        elif _is_tff_optimizer(optimizer) and optimizer is not value and not _takes_rate(value):
            what = say("{name} is a function; TFF takes the optimizer itself today.", name=name)
            line = f"{name}=tff.learning.optimizers.build_sgdm(learning_rate=0.1)"
        else:
            continue
        original = str(error).strip().splitlines()[-1].strip()
        what = say("{what}\n(In TFF's words: {original})", what=what, original=original)
        return message(what, api_changes.KERAS_OPTIMIZER, today=line)
    return None


def _is_tff_optimizer(value: object) -> bool:
    return isinstance(value, sys.modules[_PUBLIC].learning.optimizers.Optimizer)


def _takes_rate(value: object) -> bool:
    """Says whether it is a function of a learning rate, as schedules ask for."""
    return inspect.isfunction(value) and bool(inspect.signature(value).parameters)


def _called(value: object) -> object:
    """Gives what a function makes, as the optimizers of 2020 came in functions; else the value."""
    if isinstance(value, type) or not callable(value):
        return value
    with contextlib.suppress(Exception):  # a learner's function: it may do anything
        return value(1.0) if _takes_rate(value) else value()
    return value


def _tff_line(optimizer: Any) -> str:
    config: dict[str, Any] = {}
    if not isinstance(optimizer, type):
        with contextlib.suppress(Exception):  # a learner's own class may lack it
            config = optimizer.get_config()
    name = (optimizer if isinstance(optimizer, type) else type(optimizer)).__name__.lower()
    builder = f"build_{name}" if name in _OPTIMIZERS else "build_sgdm"
    rate = config.get("learning_rate")
    # A schedule is a dictionary here.
    given = f"{float(rate):g}" if rate is not None and not isinstance(rate, dict) else "0.1"
    arguments = f"learning_rate={given}"
    if builder == "build_sgdm" and config.get("momentum"):
        arguments += f", momentum={config['momentum']:g}"
    return f"tff.learning.optimizers.{builder}({arguments})"


# Types: TensorFlow's dtypes and specs where NumPy's types are expected


def _explain_types(tff: ModuleType) -> None:
    types = sys.modules[tff.TensorType.__module__]

    def explain(make: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(make)
        def explained(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            try:
                return make(*args, **kwargs)
            except (NotImplementedError, TypeError) as error:
                kind = NotImplementedError if isinstance(error, NotImplementedError) else TypeError
                text = _about_types((*args, *kwargs.values()))
                if text is None:
                    raise
            raise kind(text)

        return explained

    metaclass = type(tff.TensorType)
    metaclass.__call__ = explain(metaclass.__call__)  # type: ignore[method-assign]
    tff.to_type = tff.types.to_type = types.to_type = explain(types.to_type)
    if hasattr(tff.federated_computation, "_to_type_fn"):  # it keeps the function it began with
        tff.federated_computation._to_type_fn = types.to_type

    from tensorflow_federated.python.core.impl.types import type_conversions

    pack = type_conversions.type_to_py_container

    @functools.wraps(pack)
    def pack_or_explain(value: Any, type_spec: Any) -> Any:
        __tracebackhide__ = True
        try:
            return pack(value, type_spec)
        except TypeError:
            text = _about_result(getattr(type_spec, "python_container", None))
            if text is None:
                raise
        raise TypeError(text)

    type_conversions.type_to_py_container = pack_or_explain


def _about_types(arguments: object) -> str | None:
    tf = sys.modules["tensorflow"]
    for leaf in _leaves(arguments):
        if isinstance(leaf, tf.DType):
            return _about_dtype(leaf)
        if isinstance(leaf, tf.TypeSpec):
            return _about_spec(leaf)
    return None


def _about_dtype(dtype: Any) -> str:
    tf, np = sys.modules["tensorflow"], sys.modules["numpy"]
    numpy_name = {"string": "str_", "bool": "bool_"}.get(dtype.name, dtype.name)
    what = say("tf.{name} is no part of a TFF type any more.", name=dtype.name)
    if hasattr(np, numpy_name):
        today = say(
            "np.{numpy_name}, as in {today}",
            numpy_name=numpy_name,
            today=api_changes.TENSORFLOW_DTYPE.today,
        )
    elif dtype == tf.bfloat16:  # NumPy knows it by an extension that comes with TensorFlow
        today = "tff.TensorType(tf.bfloat16.as_numpy_dtype, [3])"
    else:
        return say(
            "tf.{name} is no part of a TFF type, and NumPy has nothing like it. Convert it in the "
            "dataset, for example by {write}.",
            name=dtype.name,
            write="dataset.map(lambda x: tf.cast(x, tf.int32))",
        )
    return message(what, api_changes.TENSORFLOW_DTYPE, today=today)


def _about_spec(spec: Any) -> str:
    tf = sys.modules["tensorflow"]
    kind = type(spec).__name__
    if isinstance(spec, tf.TensorSpec | tf.data.DatasetSpec):
        what = say("A {type} is no part of a TFF type any more.", type=kind)
        return message(what, api_changes.TENSORFLOW_SPEC)
    if isinstance(spec, tf.RaggedTensorSpec) and not spec.ragged_rank:
        return _no_array(kind, "tf.identity(x)")  # rows of a ragged tensor: already arrays
    return _about_result(spec.value_type, kind) or _no_array(kind)


def _about_result(container: type | None, kind: str = "") -> str | None:
    tf = sys.modules["tensorflow"]
    plain = {
        tf.RaggedTensor: "x.to_tensor()",
        tf.SparseTensor: "tf.sparse.to_dense(x)",
    }.get(container)
    return plain and _no_array(kind or container.__name__, plain)


def _no_array(kind: str, plain: str = "") -> str:
    what = say(
        "A {type} is no part of a TFF type: what a computation takes and gives, and each example "
        "of a client, is made of plain arrays.",
        type=kind,
    )
    if not plain:
        return say("{what} Take the tensors that it holds.", what=what)
    return say(
        "{what} Make one of it first: in a dataset by {write}, elsewhere by {plain}.",
        what=what,
        write=f"dataset.map(lambda x: {plain})",
        plain=plain,
    )


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


# Results of a round: the places of metrics, and the parts of the state


class _Metrics(collections.OrderedDict):
    """A round's metrics, as TFF gives them; says where those are that one looked for in 2020."""

    def __missing__(self, key: object) -> Any:
        if (place := self._place(key)) is not None:
            what = say(
                "metrics[{key}] stands elsewhere in today's TensorFlow Federated.", key=repr(key)
            )
            raise _OldKey(message(what, api_changes.METRICS, today=f"result.metrics{place}"))
        raise KeyError(key)

    def __getattr__(self, name: str) -> Any:
        place = '["client_work"]["train"]' if name == "_asdict" else self._place(name)
        if place is not None:
            what = say("metrics.{name} was written for an older TensorFlow Federated.", name=name)
            today = f"result.metrics{place}{'.items()' if name == '_asdict' else ''}"
            raise AttributeError(message(what, api_changes.METRICS_FIELDS, today=today))
        raise AttributeError(f"'collections.OrderedDict' object has no attribute {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return collections.OrderedDict, (list(self.items()),)

    def _place(self, name: object) -> str | None:
        if name in _METRICS:
            return _METRICS[str(name)]
        work = self.get("client_work")
        train = work.get("train") if isinstance(work, dict) else None
        if isinstance(train, dict) and name in train:
            return f'["client_work"]["train"]["{name}"]'
        return None


# It prints as what it is in all but this. (Its module must stay true: IPython takes a class named
# collections.OrderedDict for that one, and then prints the real one differently.)
_Metrics.__name__ = _Metrics.__qualname__ = "OrderedDict"


class _OldKey(KeyError):
    def __str__(self) -> str:
        return str(self.args[0])  # KeyError's own shows the line breaks as \n


_OldKey.__name__ = _OldKey.__qualname__ = "KeyError"
_OldKey.__module__ = "builtins"


def _explain_results(tff: ModuleType) -> None:
    output = tff.learning.templates.LearningProcessOutput
    make = output.__new__

    @functools.wraps(make)
    def explained(_cls: type, state: Any, metrics: Any) -> Any:
        # Values that have been computed only: while TFF records a computation, the class of a
        # container is a part of its type.
        if (
            type(metrics) is collections.OrderedDict
            and "client_work" in metrics
            and not any(isinstance(leaf, tff.TypedObject) for leaf in _leaves(metrics))
        ):
            metrics = _Metrics(metrics)
        return make(_cls, state, metrics)

    output.__new__ = staticmethod(explained)

    def absent(self: object, name: str) -> Any:
        if name in _STATE:
            what = say(
                "state.{name} was a part of an older TensorFlow Federated's state.", name=name
            )
            raise AttributeError(message(what, api_changes.STATE_MODEL, today=_STATE[name]))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    tff.learning.templates.LearningAlgorithmState.__getattr__ = absent


# Processes that used to be functions


def _explain_processes(tff: ModuleType) -> None:
    process = tff.learning.templates.LearningProcess

    def called(self: object, *args: object, **kwargs: object) -> Any:
        what = say("'LearningProcess' object is not callable; evaluations were, in 2020.")
        raise TypeError(message(what, api_changes.CALL_EVALUATION))

    def absent(self: object, name: str) -> Any:
        text = say(
            "{type} object has no attribute {name}", type=repr(type(self).__name__), name=repr(name)
        )
        if name == "type_signature":
            text = message(say("{text}: its parts have.", text=text), api_changes.EVALUATION_TYPE)
        raise AttributeError(text)

    process.__call__ = called
    process.__getattr__ = absent


# Values


def _explain_values(tff: ModuleType) -> None:
    place = tff.federated_value

    @functools.wraps(place)
    def explained(value: Any, placement: Any) -> Any:
        result = place(value, placement)
        if isinstance(value, tff.Value):
            what = say("tff.federated_value of something that is computed is the way of 2020.")
            warnings.warn(message(what, api_changes.COMPUTED_VALUE), FutureWarning, stacklevel=2)
        return result

    tff.federated_value = explained
