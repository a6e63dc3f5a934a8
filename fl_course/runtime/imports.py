"""Makes TensorFlow and TFF importable together on Pythons and TensorFlows newer than TFF knows.

TFF 0.87.0 was released for TensorFlow 2.14 and Python 3.11. It runs with TensorFlow 2.20 on Python
3.11 to 3.13 if three things are arranged before its first import: Keras 2, TensorFlow Privacy's
query classes without its estimators, and stand-ins for the two modules that need jax and vizier.
"""

import contextlib
import ctypes
import gc
import importlib
import importlib.metadata
import importlib.util
import os
import pathlib
import sys
import tempfile
import types
from collections.abc import Iterator
from typing import NoReturn

from packaging.version import Version

from fl_course.localization import noted, say
from fl_course.runtime import old_names, places, repairs
from fl_course.runtime.errors import SetupError

# Where TensorFlow Privacy 0.9.0 defines each name that TFF reads from the package itself.
_QUERIES = {
    "DPQuery": "dp_query",
    "SumAggregationDPQuery": "dp_query",
    "NormalizedQuery": "normalized_query",
    "GaussianSumQuery": "gaussian_query",
    "NoPrivacySumQuery": "no_privacy_query",
    "QuantileEstimatorQuery": "quantile_estimator_query",
    "NoPrivacyQuantileEstimatorQuery": "quantile_estimator_query",
    "QuantileAdaptiveClipSumQuery": "quantile_adaptive_clip_sum_query",
    "QAdaClipTreeResSumQuery": "quantile_adaptive_clip_tree_query",
    "TreeCumulativeSumQuery": "tree_aggregation_query",
    "TreeResidualSumQuery": "tree_aggregation_query",
    "TreeRangeSumQuery": "tree_range_query",
    "RestartQuery": "restart_query",
    "DiscreteGaussianSumQuery": "discrete_gaussian_query",
    "DistributedDiscreteGaussianSumQuery": "distributed_discrete_gaussian_query",
    "DistributedSkellamSumQuery": "distributed_skellam_query",
}
_QUERY_MODULES = ("restart_query", "tree_aggregation")
_QUERY_PACKAGE = "tensorflow_privacy.privacy.dp_query"

_STAND_INS = {
    "tensorflow_federated.python.core.environments.jax_frontend.jax_computation": (
        "jax_computation",
        noted(
            "tff.jax.computation needs jax, which this course's TensorFlow Federated runs without. "
            "Write the computation in TensorFlow, with tff.tensorflow.computation."
        ),
    ),
    "tensorflow_federated.python.learning.programs.vizier_program_logic": (
        "train_model_with_vizier",
        noted(
            "tff.learning.programs.train_model_with_vizier needs google-vizier, which this "
            "course's TensorFlow Federated runs without. Use tff.learning.programs.train_model "
            "instead."
        ),
    ),
}

# Packages whose own __init__ imports far more than TFF needs of them (all of Keras 3, pyplot,
# scipy.signal), with the modules in which their names are looked for first.
_DEFERRED_PACKAGES = {
    "tensorflow_model_optimization": (),
    "dp_accounting": ("dp_event",),
}

# What Keras 2 imports for one use of each that few programs make, a fifth of TensorFlow's import:
# its modules, the names in them, and the packages.
_SELDOM_USED_BY_KERAS = (
    ("tf_keras.src.engine.data_adapter", "pd", "pandas"),
    ("tf_keras.src.preprocessing.image", "linalg", "scipy.linalg"),
    ("tf_keras.src.preprocessing.image", "ndimage", "scipy.ndimage"),
)
# These only ask whether what they are given is a sparse matrix.
_ASK_WHETHER_SPARSE = (
    "tf_keras.src.engine.training_arrays_v1",
    "tf_keras.src.engine.training_v1",
    "tensorflow.python.keras.engine.training_arrays_v1",
    "tensorflow.python.keras.engine.training_v1",
)

# AutoGraph rewrites every Python function that TensorFlow traces so that `if` and `for` may depend
# on tensors. In these modules none does (their conditions are about Python values), and rewriting
# them takes much of the time of building a learning process. What a learner writes, and what these
# modules call, is rewritten as before.
_PLAIN_MODULES = (
    "attr",
    "fl_course.models",
    "tensorflow_federated.python.common_libs",
    "tensorflow_federated.python.learning.metrics.counters",
    "tensorflow_federated.python.learning.metrics.keras_finalizer",
    "tensorflow_federated.python.learning.models.keras_utils",
    "tensorflow_federated.python.learning.optimizers.optimizer",
    "tensorflow_federated.python.learning.optimizers.sgdm",
    "tensorflow_federated.python.learning.tensor_utils",
)

# absl::SetMinLogLevel(absl::LogSeverityAtLeast), as the C++ compiler names it in the absl releases
# that TensorFlow 2.19 and 2.20 contain.
_SET_MIN_LOG_LEVEL = tuple(
    f"_ZN4absl12lts_{release}14SetMinLogLevelENS0_18LogSeverityAtLeastE"
    for release in ("20230802", "20240722", "20250127")
)
_FATAL = 3

_MAX_NESTING = 2**16 - 1  # what protobuf's other implementation allows when its limit is lifted


def import_tensorflow() -> None:
    """Imports TensorFlow with Keras 2 as `tf.keras`, without a word on stderr.

    Raises:
        SetupError: If TensorFlow was imported before with Keras 3, or can't be imported.
    """
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    _avoid_native_wrappers()
    with _silent_stderr(), _without_what_keras_seldom_uses():
        try:
            import tensorflow as tf

            keras_origin = tf.keras.Model.__module__
        except ImportError as error:
            raise SetupError(
                say(
                    "TensorFlow with Keras 2 can't be imported ({error}). Run `fl-course setup` in "
                    "a terminal (in a notebook: `!fl-course setup`). {restart}, then run the first "
                    "cell again.",
                    error=error,
                    restart=places.restart(),
                )
            ) from error
    if not keras_origin.startswith("tf_keras."):
        raise SetupError(
            say(
                "TensorFlow was imported with Keras 3 before the course was set up, and "
                "TensorFlow Federated needs Keras 2. {restart}, then run the cell with "
                "fl_course.setup() before any other.",
                restart=places.restart(),
            )
        )
    _mute_native_logs(pathlib.Path(tf.__file__).parent)
    _leave_gpu_memory_to_others()


def _leave_gpu_memory_to_others() -> None:
    """Has TensorFlow take as much of a GPU's memory as it needs, where there is a GPU.

    Its default is nearly all, at the first operation of this process; TFF's worker uses none.
    """
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        # Not where the notebook was first: it has used the GPU already, or has divided its memory.
        with contextlib.suppress(RuntimeError, ValueError):
            tf.config.experimental.set_memory_growth(gpu, True)


class _WhenUsed:
    """Stands for a module that is imported when a name of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        # Keras asks whether something is a DataFrame; who has one has imported pandas.
        if self._name == "pandas" and self._name not in sys.modules:
            return _OfNoObject
        return getattr(importlib.import_module(self._name), attribute)


class _OfNoObject:
    """A class without objects."""


@contextlib.contextmanager
def _without_what_keras_seldom_uses() -> Iterator[None]:
    """Keeps Keras, while it is imported, from importing packages that it can be given later."""
    hidden = [entry for entry in _SELDOM_USED_BY_KERAS if entry[2] not in sys.modules]
    hides_sparse = "scipy.sparse" not in sys.modules
    if hides_sparse:
        sys.modules["scipy.sparse"] = None  # type: ignore[assignment]  # as below
    for _, _, package in hidden:
        sys.modules[package] = None  # type: ignore[assignment]  # has an import of it fail
    try:
        yield
    finally:
        for module, name, package in hidden:
            del sys.modules[package]
            is_there = importlib.util.find_spec(package.partition(".")[0]) is not None
            if is_there and module in sys.modules:
                setattr(sys.modules[module], name, _WhenUsed(package))
        if hides_sparse:
            del sys.modules["scipy.sparse"]
            for module in _ASK_WHETHER_SPARSE:
                if module in sys.modules:
                    sys.modules[module].issparse = _is_sparse


def _is_sparse(value: object) -> bool:
    """`scipy.sparse.issparse`; who has a sparse matrix has imported the package."""
    return "scipy.sparse" in sys.modules and sys.modules["scipy.sparse"].issparse(value)


def _avoid_native_wrappers() -> None:
    """Keeps TensorFlow before 2.20 from failing wherever a model or a state is saved.

    It wraps dictionaries by wrapt's native code, which checks of protocols can't look into
    (tensorflow/tensorflow#62217); into wrapt's Python code, they can. Colab's past runtimes have
    such versions.
    """
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        if Version(importlib.metadata.version("tensorflow")) < Version("2.20"):
            os.environ.setdefault("WRAPT_DISABLE_EXTENSIONS", "true")


def import_tff() -> None:
    """Imports TFF; TensorFlow must have been imported with `import_tensorflow`."""
    if "tensorflow_federated" in sys.modules:
        return
    for package, quick_modules in _DEFERRED_PACKAGES.items():
        _defer_package(package, quick_modules)
    _offer_privacy_queries()
    _spare_autograph()
    _lift_nesting_limit()
    for module, (name, message) in _STAND_INS.items():
        _install_stand_in(module, name, message)
    with _silent_stderr():
        try:
            importlib.import_module("tensorflow_federated")
        except ImportError as error:
            raise SetupError(
                say(
                    "TensorFlow Federated can't be imported ({error}). Run `fl-course setup` in a "
                    "terminal (in a notebook: `!fl-course setup`). {restart}, then run the first "
                    "cell again.",
                    error=error,
                    restart=places.restart(),
                )
            ) from error
    old_names.explain_old_names()
    repairs.repair_copies_of_data_sources()
    repairs.repair_seeds_of_emnist_models()
    repairs.repair_text_beyond_ascii()
    repairs.repair_prints()
    repairs.repair_buffers_of_records()
    repairs.repair_saved_functional_models()


def _offer_privacy_queries() -> None:
    # TensorFlow Privacy's own switch: without it, its import needs tf.estimator, which is gone.
    sys.skip_tf_privacy_import = True  # type: ignore[attr-defined]
    try:
        import tensorflow_privacy
    except ImportError as error:
        raise SetupError(
            say(
                "TensorFlow Privacy can't be imported ({error}). Run `fl-course setup`.",
                error=error,
            )
        ) from error

    # Loaded at first use: a few of the queries import TensorFlow Probability, which takes seconds.
    def load(name: str) -> object:
        if name in _QUERIES:
            module = importlib.import_module(f"{_QUERY_PACKAGE}.{_QUERIES[name]}")
            value = getattr(module, name)
        elif name in _QUERY_MODULES:
            value = importlib.import_module(f"{_QUERY_PACKAGE}.{name}")
        else:
            raise AttributeError(f"module 'tensorflow_privacy' has no attribute {name!r}")
        setattr(tensorflow_privacy, name, value)
        return value

    tensorflow_privacy.__getattr__ = load


def _defer_package(name: str, quick_modules: tuple[str, ...]) -> None:
    """Registers a package whose __init__ runs only when a name is asked for that needs it."""
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise SetupError(
            say("The package {name} is not installed. Run `fl-course setup`.", name=name)
        )
    loader = spec.loader
    package = importlib.util.module_from_spec(spec)

    def load(attribute: str) -> object:
        # Tools that look a module over ask for such names; they are no reason to load it.
        if attribute.startswith("__") and attribute not in ("__all__", "__version__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        for quick_module in quick_modules:
            values = vars(importlib.import_module(f"{name}.{quick_module}"))
            if attribute in values:
                return values[attribute]
        if "__getattr__" in vars(package):
            del package.__getattr__
            loader.exec_module(package)
        return getattr(package, attribute)

    package.__getattr__ = load  # type: ignore[method-assign]
    sys.modules[name] = package


def _spare_autograph() -> None:
    # Not a public interface: where it has moved, building a process takes longer, and no more.
    with contextlib.suppress(ImportError, AttributeError):
        from tensorflow.python.autograph.core import config, config_lib

        rules = tuple(config_lib.DoNotConvert(module) for module in _PLAIN_MODULES)
        config.CONVERSION_RULES = rules + config.CONVERSION_RULES


def _lift_nesting_limit() -> None:
    """Lets protobuf parse computations that nest deeper than the 100 levels it allows by default.

    Distributed differential privacy, above all, is composed of so many aggregators that it does.
    """
    from google.protobuf.internal import api_implementation, decoder

    if api_implementation.Type() == "upb":
        from google._upb import _message

        _message.SetAllowOversizeProtos(True)
    elif hasattr(decoder, "SetRecursionLimit"):  # older ones have no limit in Python
        decoder.SetRecursionLimit(_MAX_NESTING)


def _install_stand_in(module_name: str, function_name: str, message: str) -> None:
    def unavailable(*args: object, **kwargs: object) -> NoReturn:
        raise NotImplementedError(message)

    unavailable.__name__ = function_name
    module = types.ModuleType(module_name)
    setattr(module, function_name, unavailable)
    sys.modules[module_name] = module


def _mute_native_logs(tensorflow_folder: pathlib.Path) -> None:
    # TFF optimizes graphs in this process, and TensorFlow then logs lines that TF_CPP_MIN_LOG_LEVEL
    # does not stop. Best effort: a TensorFlow built with another absl only keeps its noise.
    library = tensorflow_folder / "libtensorflow_cc.so.2"
    with contextlib.suppress(OSError):
        tensorflow = ctypes.CDLL(str(library), mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
        for symbol in _SET_MIN_LOG_LEVEL:
            set_min_log_level = getattr(tensorflow, symbol, None)
            if set_min_log_level is not None:
                set_min_log_level.argtypes = [ctypes.c_int]
                set_min_log_level.restype = None
                set_min_log_level(_FATAL)


@contextlib.contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Keeps the collector from walking, again and again, the many objects that imports make."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
    gc.freeze()  # what was imported stays: no later collection has to walk it


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keeps native code from writing to stderr, but shows what it wrote if the block fails."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        except BaseException:
            sink.seek(0)
            os.write(kept, sink.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
