"""Files of a learner's that Python finds before an installed package of the same name."""

import importlib.metadata
import importlib.util
from pathlib import Path

from fl_course.localization import say
from fl_course.runtime import places
from fl_course.runtime.errors import SetupError

# What the engine imports, by the name in an import, and the package that brings it.
_PACKAGES = {
    "absl": "absl-py",
    "attr": "attrs",
    "cloudpickle": "cloudpickle",
    "grpc": "grpcio",
    "matplotlib": "matplotlib",
    "nest_asyncio": "nest-asyncio",
    "numpy": "numpy",
    "pandas": "pandas",
    "portpicker": "portpicker",
    "psutil": "psutil",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "tensorflow": "tensorflow",
    "tensorflow_federated": "tensorflow-federated",
    "tensorflow_privacy": "tensorflow-privacy",
    "tf_keras": "tf-keras",
    "tqdm": "tqdm",
    "tree": "dm-tree",
}


def check_nothing_is_hidden() -> None:
    """Checks that no file beside the notebook, say `tensorflow.py`, stands in for a package.

    Raises:
        SetupError: If one does; it names the file.
    """
    for module, package in _PACKAGES.items():
        homes = [
            Path(str(distribution.locate_file(""))).resolve()
            for distribution in importlib.metadata.distributions(name=package)
        ]
        try:
            spec = importlib.util.find_spec(module)
        except ValueError:  # loaded by hand
            continue
        # A folder of that name without Python files gives way to the package.
        if not homes or spec is None or not spec.has_location or spec.origin is None:
            continue
        found = Path(spec.origin)
        if not any(found.resolve().is_relative_to(home) for home in homes):
            theirs = found.parent if found.name == "__init__.py" else found
            raise SetupError(
                say(
                    "{file} hides the package {package}: Python finds it first, because it has the"
                    " same name. Rename it. {restart}, then run this cell again.",
                    file=str(theirs),
                    package=package,
                    restart=places.restart(),
                )
            )
