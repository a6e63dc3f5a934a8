"""Federated Averaging written by hand, and its variants: edits of the client's or server's step."""

from fl_course.algorithms.fed_avg import (
    ClientResult,
    ServerState,
    build_fed_avg,
    client_update,
    server_update,
)
from fl_course.algorithms.gradient_edits import GradientEdit, clip_gradients, proximal_term
from fl_course.algorithms.server_optimizers import (
    ServerOptimizer,
    server_adam,
    server_momentum,
    server_sgd,
)

__all__ = [
    "ClientResult",
    "GradientEdit",
    "ServerOptimizer",
    "ServerState",
    "build_fed_avg",
    "client_update",
    "clip_gradients",
    "proximal_term",
    "server_adam",
    "server_momentum",
    "server_sgd",
    "server_update",
]
