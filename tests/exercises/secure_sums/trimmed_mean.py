"""Answers to `trimmed_mean`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def right(updates, num_trimmed):
    ordered = np.sort(updates, axis=0)
    return ordered[num_trimmed : len(ordered) - num_trimmed].mean(axis=0)


def column_by_column(updates, num_trimmed):
    means = []
    for column in np.transpose(updates):
        kept = sorted(column)[num_trimmed : len(column) - num_trimmed]
        means.append(sum(kept) / len(kept))
    return means


def with_tensorflow(updates, num_trimmed):
    import tensorflow as tf

    ordered = tf.sort(tf.constant(updates, tf.float32), axis=0)
    return tf.reduce_mean(ordered[num_trimmed : len(updates) - num_trimmed], axis=0)


def with_scipy(updates, num_trimmed):
    from scipy import stats

    return stats.trim_mean(updates, num_trimmed / len(updates) + 1e-9, axis=0)


def without_extremes(updates, num_trimmed):
    kept = np.array(updates, float)
    for _ in range(num_trimmed):
        for extreme in (np.nanargmax, np.nanargmin):
            kept[extreme(kept, axis=0), np.arange(kept.shape[1])] = np.nan
    return np.nanmean(kept, axis=0)


def in_place(updates, num_trimmed):
    updates.sort(axis=0)
    return updates[num_trimmed : len(updates) - num_trimmed].mean(axis=0)


def between(start, end):
    def trimmed_mean(updates, t):
        ordered = np.sort(updates, axis=0)
        return ordered[start(t) : len(updates) - end(t)].mean(axis=0)

    return lambda: trimmed_mean


def by_norm(updates, t):
    order = np.argsort(np.linalg.norm(updates, axis=1))
    return updates[order[t : len(updates) - t]].mean(axis=0)


def longest(updates, t):
    order = np.argsort(np.linalg.norm(updates, axis=1))
    return updates[order[: len(updates) - t]].mean(axis=0)


def pulled_in(updates, t):
    ordered = np.sort(updates, axis=0)
    return np.clip(updates, ordered[t], ordered[len(updates) - t - 1]).mean(axis=0)


def along_rows(updates, t):
    return np.sort(updates)[t : len(updates) - t].mean(axis=0)


def by_share(updates, num_trimmed):
    from scipy import stats

    return stats.trim_mean(updates, num_trimmed / len(updates), axis=0)


def remembering():
    rows = []

    def trimmed_mean(updates, num_trimmed):
        rows.append(num_trimmed)
        return right(updates, rows[0] if 2 * rows[0] < len(updates) else num_trimmed)

    return trimmed_mean


def by_bounds(updates, t):
    ordered = np.sort(updates, axis=0)
    kept = (updates >= ordered[t]) & (updates <= ordered[len(updates) - 1 - t])
    return np.where(kept, updates, 0).sum(axis=0) / kept.sum(axis=0)


def by_percentiles(updates, t):
    share = 100 * t / (len(updates) - 1) if t else 0
    low, high = np.percentile(updates, [share, 100 - share], axis=0)
    kept = (updates > low - 1e-9) & (updates < high + 1e-9)
    return np.where(kept, updates, 0).sum(axis=0) / kept.sum(axis=0)


def without_extreme_values(updates, t):
    """Takes away whatever equals one of those that are left out."""
    means = []
    for column in updates.T:
        ordered = np.sort(column)
        gone = np.concatenate([ordered[:t], ordered[len(column) - t :]])
        left = column[~np.isin(column, gone)]
        means.append(left.mean() if len(left) else 0.0)
    return means


def in_order_of(key):
    def trimmed_mean(updates, t):
        order = np.argsort(key(updates), kind="stable")
        return updates[order][t : len(updates) - t].mean(axis=0)

    return lambda: trimmed_mean


def by_all_values(updates, t):
    """Bounds over all columns together."""
    ordered = np.sort(updates, axis=None)
    cut = t * updates.shape[1]
    low, high = ordered[cut], ordered[len(ordered) - 1 - cut]
    if updates.shape[1] == 1:
        return np.sort(updates, axis=0)[t : len(updates) - t].mean(axis=0)
    kept = (updates >= low) & (updates <= high)
    return np.where(kept, updates, 0).sum(axis=0) / np.maximum(kept.sum(axis=0), 1)


def keeping(under):
    kept = {}

    def trimmed_mean(updates, t):
        key = under(updates, t)
        if key not in kept:
            kept[key] = right(updates, t)
        return kept[key]

    return lambda: trimmed_mean


CASE = Case(
    right={
        "sorted": lambda: right,
        "column by column": lambda: column_by_column,
        "with TensorFlow": lambda: with_tensorflow,
        "with SciPy": lambda: with_scipy,
        "without the extremes": lambda: without_extremes,
    },
    wrong={
        "changed_given": lambda: in_place,
        "not_an_array": lambda: lambda updates, t: float(np.mean(right(updates, t))),
        "wrong_shape": lambda: lambda updates, t: np.sort(updates, 0)[t : len(updates) - t],
        "share": lambda: by_share,
        "remembers": remembering,
        "minus_zero": lambda: lambda updates, t: np.sort(updates, axis=0)[t:-t].mean(axis=0),
        "one_end": between(lambda t: 0, lambda t: t),
        "one_end: below": between(lambda t: t, lambda t: 0),
        "one_end: twice above": between(lambda t: 0, lambda t: 2 * t),
        "along_rows": lambda: along_rows,
        "not_sorted": lambda: lambda updates, t: updates[t : len(updates) - t].mean(axis=0),
        "whole_rows": lambda: by_norm,
        "whole_rows: the longest": lambda: longest,
        "one_order": in_order_of(lambda updates: updates[:, 0]),
        "one_order: of the means": in_order_of(lambda updates: updates.mean(axis=1)),
        "not_by_itself": lambda: by_all_values,
        "not_by_itself: by the medians": in_order_of(lambda updates: np.median(updates, axis=1)),
        "equal_kept": lambda: by_bounds,
        "equal_kept: percentiles": lambda: by_percentiles,
        "equal_dropped": lambda: without_extreme_values,
        "remembers: by the shape": keeping(lambda updates, t: (updates.shape, t)),
        "remembers: by the updates": keeping(lambda updates, t: updates.tobytes()),
        "divided_by_all": lambda: (
            lambda updates, t: (
                np.sort(updates, axis=0)[t : len(updates) - t].sum(axis=0) / len(updates)
            )
        ),
        "pulled_in": lambda: pulled_in,
        "sum": lambda: lambda updates, t: np.sort(updates, 0)[t : len(updates) - t].sum(axis=0),
        "mean": lambda: lambda updates, t: np.mean(updates, axis=0),
        "median": lambda: lambda updates, t: np.median(updates, axis=0),
        "wrong_value": lambda: lambda updates, t: np.abs(right(updates, t)),
        "wrong_value: of few clients only": lambda: (
            lambda updates, t: right(updates, t if len(updates) < 40 else t + 1)
        ),
        "wrong_value: to two digits": lambda: lambda updates, t: right(updates.round(2), t),
        "wrong_value: half as many": between(lambda t: t // 2, lambda t: t // 2),
    },
    raises={"misspelt": lambda: lambda updates, t: np.sorted(updates)},
)
