"""A Chromium on this machine, for tests that look at pages."""

import os
import shutil

import pytest

BROWSER_VARIABLE = "FL_COURSE_CHROMIUM"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOST = "127.0.0.1"
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # needed as root, and all pages are ours
    # The badges in the notebooks are elsewhere; no test depends on a network.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
)


def find_browser() -> str:
    """The path of a Chromium on this machine."""
    named = os.environ.get(BROWSER_VARIABLE)
    for name in (named,) if named else BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.fail(
        f"{BROWSER_VARIABLE}={named} is not a program that can be run."
        if named
        else f"None of these browsers is on the PATH: {', '.join(BROWSERS)}. Install Chromium (on "
        f"Debian: apt-get install chromium), or name a browser's path in {BROWSER_VARIABLE}.",
        pytrace=False,
    )
