import collections

import numpy as np

from fl_course import analytics


def test_the_rth_word_is_about_one_rth_as_frequent_as_the_first():
    words = analytics.zipf_words(200_000, num_words=500)
    counts = [count for _, count in collections.Counter(words).most_common(8)]
    np.testing.assert_allclose(np.arange(1, 9) * counts / counts[0], 1, atol=0.1)


def test_words_are_the_same_for_a_seed():
    assert analytics.zipf_words(50, seed=4) == analytics.zipf_words(50, seed=4)
    assert analytics.zipf_words(50, seed=4) != analytics.zipf_words(50, seed=5)
    assert len(set(analytics.zipf_words(1000, num_words=3))) == 3
