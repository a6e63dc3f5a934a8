"""Made-up words, as frequent as words are: the r-th most frequent in proportion to 1 / r."""

import itertools

import numpy as np

from fl_course.arguments import check_integer, check_seed

_SYLLABLES = ["".join(pair) for pair in itertools.product("bdfgklmnprstv", "aeiou")]
_MOST_WORDS = 20_000


def zipf_words(num_clients: int, *, num_words: int = 1000, seed: int = 0) -> list[str]:
    """Gives every client a word, by Zipf's law.

    Zipf, "Human Behavior and the Principle of Least Effort", 1949: in a long text the r-th most
    frequent word is about 1 / r times as frequent as the first.

    Args:
        num_clients: How many clients there are.
        num_words: How many words there are to draw from, each of two to four syllables.
        seed: Of the words and of who has which.

    Returns:
        A word for each client.

    Raises:
        ValueError: If a number is not a whole one in its range.
    """
    num_clients = check_integer("num_clients", num_clients, 1, 10**6)
    num_words = check_integer("num_words", num_words, 1, _MOST_WORDS)
    rng = np.random.default_rng(check_seed(seed))
    words: dict[str, None] = {}
    while len(words) < num_words:
        syllables = rng.choice(len(_SYLLABLES), size=rng.integers(2, 5))
        words["".join(_SYLLABLES[number] for number in syllables)] = None
    shares = 1 / np.arange(1, num_words + 1)
    ranks = rng.choice(num_words, size=num_clients, p=shares / shares.sum())
    listed = list(words)
    return [listed[rank] for rank in ranks]
