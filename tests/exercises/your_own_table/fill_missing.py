"""Answers to `fill_missing`, as learners write them."""

import numpy as np
import pandas as pd

from tests.exercises import keeping
from tests.exercises.cases import Case


def with_pandas(table, fallback):
    frame = pd.DataFrame(table)
    return frame.fillna(frame.mean()).fillna(pd.Series(fallback)).to_numpy()


def with_loops(table, fallback):
    filled = [list(row) for row in table]
    for column in range(len(fallback)):
        known = [row[column] for row in table if row[column] == row[column]]
        value = sum(known) / len(known) if known else fallback[column]
        for row in filled:
            if row[column] != row[column]:
                row[column] = value
    return filled


def masked(table, fallback):
    means = np.ma.masked_invalid(table).mean(axis=0).filled(np.nan)
    means = np.where(np.isnan(means), fallback, means)
    return np.where(np.isnan(table), means, table)


def in_place(table, fallback):
    filled = with_pandas(table, fallback)
    table[:] = filled
    return table


def fallback_in_place(table, fallback):
    fallback *= 1.5
    return with_pandas(table, fallback / 1.5)


def filled_with(values):
    return lambda: lambda table, fallback: np.where(np.isnan(table), values(table, fallback), table)


def known_means(table):
    return np.array([np.mean(c[~np.isnan(c)]) if (~np.isnan(c)).any() else 0 for c in table.T])


def medians(table, fallback):
    frame = pd.DataFrame(table)
    return frame.fillna(frame.median()).fillna(pd.Series(fallback)).to_numpy()


def forward(table, fallback):
    return pd.DataFrame(table).ffill().fillna(pd.Series(fallback)).to_numpy()


def all_replaced(table, fallback):
    means = pd.DataFrame(table).mean().fillna(pd.Series(fallback))
    return np.tile(means, (len(table), 1))


def halfway(table, fallback):
    means = pd.DataFrame(table).mean().fillna(pd.Series(fallback))
    return np.where(np.isnan(table), (means + fallback) / 2, table)


def where_the_mean_is_zero(table, fallback):
    means = known_means(table)
    return np.where(np.isnan(table), np.where(means == 0, fallback, means), table)


def remembering():
    kept = []

    def fill(table, fallback):
        kept.append(known_means(table))
        means = np.mean(kept, axis=0)
        return np.where(np.isnan(table), means, table)

    return fill


def two_values_at_least(table, fallback):
    enough = (~np.isnan(table)).sum(axis=0) > 1
    return np.where(np.isnan(table), np.where(enough, known_means(table), fallback), table)


def given_where_complete(table, fallback):
    return with_pandas(table, fallback) if np.isnan(table).any() else table


def by_rows(table, fallback):
    return with_pandas(table.T, np.full(len(table), np.nan)).T


def of_some_columns(columns):
    def fill(table, fallback):
        part = slice(*columns(table))
        filled = table.copy()
        filled[:, part] = with_pandas(table[:, part], fallback[part])
        return filled

    return lambda: fill


def last_means_rounded(table, fallback):
    own = pd.DataFrame(table).mean().fillna(pd.Series(fallback)).to_numpy()
    own[4:] = np.round(own[4:])
    return np.where(np.isnan(table), own, table)


def a_frame(table, fallback):
    frame = pd.DataFrame(table)
    return frame.fillna(frame.mean()).fillna(pd.Series(fallback))


def of_the_first_rows(table, fallback):
    means = pd.DataFrame(table[:60]).mean().fillna(pd.Series(fallback)).to_numpy()
    return np.where(np.isnan(table), means, table)


CASE = Case(
    right={
        "with pandas": lambda: with_pandas,
        "with loops": lambda: with_loops,
        "masked": lambda: masked,
        "a frame": lambda: a_frame,
    },
    wrong={
        "no_table": lambda: lambda table, fallback: "filled",
        "other_shape": lambda: lambda table, fallback: with_pandas(table, fallback).T,
        "rows_dropped": lambda: lambda table, fallback: table[~np.isnan(table).any(axis=1)],
        "rows_dropped: those without a value": lambda: (
            lambda table, fallback: with_pandas(table, fallback)[~np.isnan(table).all(axis=1)]
        ),
        "still_missing": lambda: lambda table, fallback: np.where(table == np.nan, 0, table),
        "zeros": lambda: lambda table, fallback: np.nan_to_num(table),
        "fallback_everywhere": filled_with(lambda table, fallback: fallback),
        "fallback_forgotten": filled_with(lambda table, fallback: known_means(table)),
        "mean_by_rows": filled_with(
            lambda table, fallback: np.where(
                np.isnan(table).all(0), fallback, np.nansum(table, 0) / len(table)
            )
        ),
        "one_mean": filled_with(lambda table, fallback: np.nanmean(table)),
        "medians": lambda: medians,
        "known_replaced": lambda: all_replaced,
        "changed_given": lambda: in_place,
        "changed_given: the fallback": lambda: fallback_in_place,
        "one_mean: of the row": lambda: by_rows,
        "few_digits": lambda: lambda *given: np.float32(with_pandas(*given)),
        "few_digits: cast back": lambda: lambda *given: 1.0 * with_pandas(*given).astype("f4"),
        "few_digits: rounded": lambda: lambda *given: np.round(with_pandas(*given), 3),
        "same_array": lambda: given_where_complete,
        "remembers: by the shapes": lambda: keeping.by_shapes(with_pandas),
        "remembers: without the table": lambda: keeping.without(with_pandas, 0),
        "remembers: without the fallback": lambda: keeping.without(with_pandas, 1),
        "remembers": remembering,
        "wrong_value": lambda: forward,
        "wrong_value: four columns": of_some_columns(lambda table: (4,)),
        "wrong_value: three columns": of_some_columns(lambda table: (min(3, table.shape[1]),)),
        "wrong_value: all but the last columns": of_some_columns(lambda table: (0, -1)),
        "wrong_value: means rounded": lambda: last_means_rounded,
        "wrong_value: of the first rows": lambda: of_the_first_rows,
        "wrong_value: two values at least": lambda: two_values_at_least,
        "wrong_value: halfway": lambda: halfway,
        "wrong_value: where the mean is zero": lambda: where_the_mean_is_zero,
    },
    raises={"too short": lambda: lambda table, fallback: table[100]},
)
