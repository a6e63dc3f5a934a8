"""A histogram over clients, two networks' losses, a client's part, a round, a measurement."""

from . import (
    client_discriminator,
    client_histogram,
    discriminator_loss,
    gan_next,
    generator_loss,
    inverted_share,
)

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        *(client_histogram, discriminator_loss, generator_loss),
        *(client_discriminator, gan_next, inverted_share),
    )
)
