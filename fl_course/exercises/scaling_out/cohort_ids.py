"""A cohort that is drawn the same in every run."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Mistake, run
from fl_course.exercises.judging import forms

_COHORT_SIZE = 5


def _judge(answer: Any, client_ids: Sequence[str] = ()) -> Any:
    first = [_cohort(run(answer, round_num)) for round_num in range(1, 9)]
    for cohort in first:
        if isinstance(cohort, Mistake):
            return cohort
        if len(cohort) != _COHORT_SIZE:
            return Mistake("wrong_size", seen=len(cohort), wanted=_COHORT_SIZE)
        unknown = [client for client in cohort if client not in set(client_ids)]
        if unknown:
            return Mistake("unknown", client=repr(unknown[0])[:40])
        if len(set(cohort)) < len(cohort):
            return "twice"
    # As after a resume: a later round first, without those before it.
    if [_cohort(run(answer, round_num)) for round_num in range(8, 0, -1)] != first[::-1]:
        return "depends_on_calls"
    if len({tuple(sorted(cohort)) for cohort in first}) == 1:
        return "always_the_same"
    if len({client for cohort in first for client in cohort}) <= 2 * _COHORT_SIZE:
        return "few_clients"
    return None


def _cohort(cohort: Any) -> Any:
    cohort = cohort.tolist() if isinstance(cohort, np.ndarray) else cohort
    if not forms.is_sequence(cohort):
        return Mistake("not_a_list", type=type(cohort).__name__)
    return [str(client) if isinstance(client, str) else client for client in cohort]


def _reference(client_ids: Sequence[str] = ()) -> Any:
    def cohort_ids(round_num: int) -> list[str]:
        rng = np.random.default_rng([8, round_num])
        chosen = rng.choice(len(client_ids), _COHORT_SIZE, replace=False)
        return [client_ids[i] for i in chosen]

    return cohort_ids


EXERCISE = Exercise(
    id="cohort_ids",
    expects="a function that takes a round's number and gives a list of 5 different client "
    "ids, always the same for the same round",
    judge=_judge,
    reference=_reference,
    hints=(
        "What a resumed training does not have is everything that happened before. So the "
        "draw may use the round's number and constants, and nothing else.",
        "A fresh random generator for each call, seeded with the round's number, draws the "
        "same for the same round. `np.random.default_rng([8, round_num])` is one.",
        "`data.sample_clients(clients.client_ids, 5, seed=..., round_num=...)` does both: "
        "lesson {{federated_averaging}} used it.",
    ),
    mistakes={
        "not_a_list": "Your function gives a value of type `{type}`; wanted is a list of ids.",
        "wrong_size": "A cohort has {seen} clients, and {wanted} are wanted.",
        "unknown": "{client} is not one of `clients.client_ids`.",
        "twice": "A client is twice in the same cohort. It would train twice and count twice. "
        "Draw without replacement.",
        "depends_on_calls": "Asked again for the same rounds, your function gives other "
        "cohorts. Somewhere it keeps what went before: a generator that goes on, or a list "
        "that it shortens. After a resume that would be gone.",
        "always_the_same": "Every round has the same cohort. Everybody else's data would never "
        "be used.",
        "few_clients": "In 8 rounds hardly more than one cohort's clients take part. Every "
        "client should have its chance.",
    },
    right="Round 4 has its cohort, whether rounds 1 to 3 ran a minute ago or last week.",
)
