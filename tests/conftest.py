"""The engine, started once for all tests of a process, and the limits of what may hang."""

import fl_course

fl_course.setup()

from tests.limits import LastLine  # noqa: E402

# Needs Chromium and Playwright: `make test-browser`.
collect_ignore = ["browser"]


def pytest_configure(config):
    config.pluginmanager.register(LastLine(config))
