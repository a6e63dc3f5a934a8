"""What ends a test, and a run, that would never end.

pytest-timeout limits a test by a signal, which Python looks at between two of its own steps: never
while TensorFlow or TFF hangs in C++, and in vain where a test catches everything. A while later the
process is ended, with the stacks of its threads, by a thread that needs no Python; pytest-xdist
then says which test it was. The same thread bounds the run: collecting, and pytest-xdist's waiting.
"""

import faulthandler
import os
import time

import pytest
from pytest_timeout import is_debugging

GRACE = 60.0  # seconds, in which a test whose limit is over cleans up


class LastLine:
    """Ends the process that neither its test's limit nor the run's has ended.

    Registered in `pytest_configure`, when standard error is still the user's.
    """

    def __init__(self, config, grace=GRACE):
        self._grace = grace
        run = config.getoption("session_timeout") or config.getini("session_timeout")
        self._run_ends = time.monotonic() + float(run)
        self._stderr = os.fdopen(os.dup(2), "w")
        self._ends = self._run_ends
        self._end_at(self._run_ends)

    def _end_at(self, moment):
        self._ends = moment
        if not is_debugging():
            seconds = max(0.1, moment - time.monotonic() + self._grace)
            faulthandler.dump_traceback_later(seconds, exit=True, file=self._stderr)

    @pytest.hookimpl(tryfirst=True)
    def pytest_timeout_set_timer(self, settings):
        self._end_at(time.monotonic() + settings.timeout)

    @pytest.hookimpl(trylast=True)
    def pytest_exception_interact(self):
        # pytest has called its own timer off, which is this one; what cleans up may hang too.
        self._end_at(self._ends)

    def pytest_runtest_logfinish(self):
        self._end_at(self._run_ends)
