"""Answers to `krum_choice`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def right(updates, num_attackers):
    distances = ((updates[:, np.newaxis] - updates) ** 2).sum(axis=-1)
    nearest = np.sort(distances, axis=1)[:, 1 : len(updates) - num_attackers - 1]
    return np.argmin(nearest.sum(axis=1))


def in_python(updates, num_attackers):
    scores = []
    for i, update in enumerate(updates):
        distances = [
            sum((a - b) ** 2 for a, b in zip(update, other, strict=True))
            for j, other in enumerate(updates)
            if j != i
        ]
        scores.append(sum(sorted(distances)[: len(updates) - num_attackers - 2]))
    return scores.index(min(scores))


def with_tensorflow(updates, num_attackers):
    import tensorflow as tf

    updates = tf.constant(updates)
    distances = tf.reduce_sum((updates[:, tf.newaxis] - updates) ** 2, axis=-1)
    kept = tf.sort(distances, axis=1)[:, : len(updates) - num_attackers - 1]
    return tf.argmin(tf.reduce_sum(kept, axis=1))


def in_an_array(updates, num_attackers):
    return np.array([right(updates, num_attackers)])


def table(updates, squared=True):
    norms = np.linalg.norm(updates[:, np.newaxis] - updates, axis=-1)
    return np.sort(norms**2 if squared else norms, axis=1)


def kept(number, choose=np.argmin, **form):
    def krum_choice(updates, f):
        n = len(updates)
        scores = table(updates, **form)[:, : max(number(n, f), 1)].sum(axis=1)
        return choose(scores)

    return lambda: krum_choice


def in_place(updates, num_attackers):
    place = right(updates, num_attackers)
    updates -= updates[place]
    return place


def last(scores):
    return len(scores) - 1 - np.argmin(scores[::-1])


def mean_distance(updates, f):
    return np.argmin(np.linalg.norm(updates - np.mean(updates, axis=0), axis=1))


def median_distance(updates, f):
    return np.argmin(np.linalg.norm(updates - np.median(updates, axis=0), axis=1))


def absolute(updates, f):
    differences = np.abs(updates[:, np.newaxis] - updates).sum(axis=-1)
    nearest = np.sort(differences, axis=1)[:, : len(updates) - f - 1]
    return np.argmin(nearest.sum(axis=1))


def without_equal(updates, f):
    scores = []
    for row in updates:
        distances = ((updates - row) ** 2).sum(axis=1)
        scores.append(np.sort(distances[distances > 0])[: len(updates) - f - 2].sum())
    return np.argmin(scores)


def of_distinct(updates, f):
    scores = []
    for row in updates:
        distances = np.unique(((updates - row) ** 2).sum(axis=1))
        scores.append(distances[1 : len(updates) - f - 1].sum())
    return np.argmin(scores)


def remembering():
    scores = []

    def krum_choice(updates, f):
        scores.extend(table(updates)[:, : len(updates) - f - 1].sum(axis=1))
        return np.argmin(scores[-len(updates) :]) + 2 * (len(scores) > len(updates))

    return krum_choice


def with_gram(updates, num_attackers):
    norms = (updates**2).sum(axis=1)
    distances = norms[:, np.newaxis] + norms - 2 * updates @ updates.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.sort(distances, axis=1)[:, : len(updates) - num_attackers - 2]
    return int(nearest.sum(axis=1).argmin())


def lowest_score(updates, f):
    return table(updates)[:, : len(updates) - f - 1].sum(axis=1).min() + 0.5


def rounded(updates, f):
    scores = table(updates)[:, : len(updates) - f - 1].sum(axis=1)
    return np.argmin(np.round(scores, 3))


def in_float16(updates, f):
    with np.errstate(all="ignore"):
        return right(updates.astype(np.float16), f)


def in_float32(updates, f):
    return right(updates.astype(np.float32), f)


def with_columns(updates, f):
    return np.argmin(table(updates)[:, 1 : updates.shape[1] - f - 1].sum(axis=1))


def keeping(under):
    kept = {}

    def krum_choice(updates, f):
        key = under(updates, f)
        if key not in kept:
            kept[key] = right(updates, f)
        return kept[key]

    return lambda: krum_choice


CASE = Case(
    right={
        "table of differences": lambda: right,
        "in Python": lambda: in_python,
        "with TensorFlow": lambda: with_tensorflow,
        "in an array of one": lambda: in_an_array,
        "by inner products": lambda: with_gram,
        "in float32": lambda: in_float32,
    },
    wrong={
        "changed_given": lambda: in_place,
        "not_a_place": lambda: lambda updates, f: {"place": right(updates, f)},
        "the_update": lambda: lambda updates, f: updates[right(updates, f)],
        "the_score": lambda: lowest_score,
        "all_of_them": lambda: lambda updates, f: table(updates)[:, : len(updates) - f - 1].sum(1),
        "all_of_them: places": lambda: lambda updates, f: np.argsort(table(updates).sum(axis=1)),
        "from_one": lambda: lambda updates, f: right(updates, f) + 1,
        "itself_counted": kept(lambda n, f: n - f - 2),
        "other_number": kept(lambda n, f: n - f),
        "other_number: without n - f": kept(lambda n, f: n - 1),
        "few_digits": lambda: rounded,
        "few_digits: float16": lambda: in_float16,
        "columns_counted": lambda: with_columns,
        "remembers: by the shape": keeping(lambda updates, f: (updates.shape, f)),
        "remembers: by the updates": keeping(lambda updates, f: updates.tobytes()),
        "all_others": kept(lambda n, f: n),
        "all_others: nearest to the mean": lambda: mean_distance,
        "one_other": kept(lambda n, f: 2),
        "not_squared": kept(lambda n, f: n - f - 1, squared=False),
        "absolute": lambda: absolute,
        "equal_left_out": lambda: without_equal,
        "equal_left_out: as distinct": lambda: of_distinct,
        "remembers": remembering,
        "furthest": kept(lambda n, f: n - f - 1, choose=np.argmax),
        "furthest: of all": kept(lambda n, f: n, choose=np.argmax),
        "last_of_equal": kept(lambda n, f: n - f - 1, choose=last),
        "nearest_to_median": lambda: median_distance,
        "wrong_value": lambda: lambda updates, f: 0,
        "wrong_value: the shortest": lambda: (
            lambda updates, f: np.argmin(np.linalg.norm(updates, axis=1))
        ),
    },
    raises={"misspelt": lambda: lambda updates, f: np.argmin(score)},  # noqa: F821
)
