"""Flower's words, a client in NumPy, the mean of replies, a tolerance, foreign files."""

from . import flowers_word, foreign_files, mean_of_replies, tolerance, train_client

EXERCISES = tuple(
    module.EXERCISE
    for module in (flowers_word, train_client, mean_of_replies, tolerance, foreign_files)
)
