"""The engine, started once for all tests of a process."""

import fl_course

fl_course.setup()

# Needs Chromium and Playwright: `make test-browser`.
collect_ignore = ["browser"]
