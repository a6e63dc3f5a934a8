"""The parts of Federated Averaging, as functions and as computations."""

from . import client_update, client_update_fn, next_fn, server_init, server_update, server_update_fn

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        client_update,
        server_update,
        server_init,
        client_update_fn,
        server_update_fn,
        next_fn,
    )
)
