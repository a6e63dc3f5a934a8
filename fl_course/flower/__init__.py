"""Flower as it is run for real: a server and clients as processes, each with its own data."""

from fl_course.flower.environment import install, is_ready, is_there
from fl_course.flower.network import Network, Run, start
from fl_course.flower.processes import FlowerError

__all__ = ["FlowerError", "Network", "Run", "install", "is_ready", "is_there", "start"]
