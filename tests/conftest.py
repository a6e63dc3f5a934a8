"""The engine, started once for all tests of a process, and the limits of what may hang."""

import pytest
from hypothesis import HealthCheck, settings

import fl_course
from tests.limits import LastLine

# Hypothesis' own limits, tenths of a second, are met on a quiet machine only.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# Need Chromium and Playwright: `make test-browser`, `make test-site`.
collect_ignore = ["browser", "site"]


def pytest_configure(config):
    config.pluginmanager.register(LastLine(config))
    # pytest-xdist's own process only hands out what others run.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        fl_course.setup()


@pytest.fixture(autouse=True)
def seeds():
    """The global seed is a part of every shuffle, and which files share a process is chance."""
    yield
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
