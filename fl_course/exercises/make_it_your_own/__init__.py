"""Edits of a client's and the server's step, bytes, an open challenge."""

from . import bytes_challenge, bytes_sent, clip_by_norm, pull_back, server_memory

EXERCISES = tuple(
    module.EXERCISE
    for module in (clip_by_norm, server_memory, pull_back, bytes_sent, bytes_challenge)
)
