"""Fixtures for a page that something happens to."""

from tests.runtime.meanwhile import hears_ctrl_c

__all__ = ["hears_ctrl_c"]
