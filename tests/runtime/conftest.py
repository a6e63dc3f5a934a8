"""Fixtures for computations that something happens to."""

import pytest

from fl_course.runtime import watchdog
from tests.runtime.meanwhile import hears_ctrl_c

__all__ = ["hears_ctrl_c", "impatient_watchdog"]


@pytest.fixture
def impatient_watchdog(monkeypatch):
    """A quarter of the time until a worker that doesn't answer is ended."""
    for name in ("_INTERVAL", "_ANSWER_WITHIN"):
        monkeypatch.setattr(watchdog, name, getattr(watchdog, name) / 4)
