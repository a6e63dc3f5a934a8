"""Federated Averaging written by hand, its variants, and a federated GAN.

Edits of the client's or the server's step; clients that remember something (SCAFFOLD, private
layers); rounds in which a client with a higher loss counts for more.
"""

from fl_course.algorithms.client_state import ProcessWithClientState
from fl_course.algorithms.fed_avg import (
    ClientResult,
    ServerState,
    build_fed_avg,
    client_update,
    server_update,
)
from fl_course.algorithms.federated_gan import (
    Gan,
    GanState,
    build_federated_gan,
    client_discriminator,
    dense_gan,
    discriminator_loss,
    generator_loss,
    make_noise,
    server_generator,
)
from fl_course.algorithms.gradient_edits import GradientEdit, clip_gradients, proximal_term
from fl_course.algorithms.private_layers import build_private_layers, local_steps
from fl_course.algorithms.q_fed_avg import build_q_fed_avg, q_terms
from fl_course.algorithms.scaffold import (
    ScaffoldState,
    ScaffoldUpdate,
    build_scaffold,
    corrected_gradients,
    new_client_control,
    scaffold_client_update,
)
from fl_course.algorithms.server_optimizers import (
    ServerOptimizer,
    server_adam,
    server_momentum,
    server_sgd,
)

__all__ = [
    "ClientResult",
    "Gan",
    "GanState",
    "GradientEdit",
    "ProcessWithClientState",
    "ScaffoldState",
    "ScaffoldUpdate",
    "ServerOptimizer",
    "ServerState",
    "build_fed_avg",
    "build_federated_gan",
    "build_private_layers",
    "build_q_fed_avg",
    "build_scaffold",
    "client_discriminator",
    "client_update",
    "clip_gradients",
    "corrected_gradients",
    "dense_gan",
    "discriminator_loss",
    "generator_loss",
    "local_steps",
    "make_noise",
    "new_client_control",
    "proximal_term",
    "q_terms",
    "scaffold_client_update",
    "server_adam",
    "server_generator",
    "server_momentum",
    "server_sgd",
    "server_update",
]
