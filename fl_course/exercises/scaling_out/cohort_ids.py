"""A cohort that is drawn the same in every run."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import forms, given, twins

_COHORT_SIZE = 5
_ROUNDS = 1_000
_FIRST = range(1, 9)
_NEIGHBOURS = 10  # in so many rounds, one after another, no cohort comes twice


def _judge(answer: Any, client_ids: Sequence[str] = ()) -> Found:
    kept = list(client_ids)
    # Made before the first call: it has seen none of the rounds that the answer will have seen.
    begun_later = twins.twin(answer)
    cohorts: list[list[str]] = []
    for round_num in range(1, _ROUNDS + 1):
        cohort = _cohort(run(answer, round_num))
        if problem := _cohort_problem(cohort, kept, round_num):
            return problem
        cohorts.append(cohort)
        # Before the many rounds: what is used up in them has another cause, which is told here.
        if round_num == _FIRST[-1] and (problem := _memory_problem(answer, begun_later, cohorts)):
            return problem
    if problem := _variety_problem(cohorts, kept):
        return problem
    if not given.is_as_before(client_ids, kept):
        client_ids[:] = kept
        return Mistake("changed_given", name="`clients.client_ids`")
    return None


def _cohort_problem(cohort: Any, client_ids: list[str], round_num: int) -> Found:
    if isinstance(cohort, Mistake):
        return cohort
    if len(cohort) != _COHORT_SIZE:
        return Mistake("wrong_size", seen=len(cohort), wanted=_COHORT_SIZE, round=round_num)
    known = set(client_ids)
    for client in cohort:
        if not isinstance(client, str) or client not in known:
            return Mistake("unknown", client=repr(client)[:40])
    if len(set(cohort)) < len(cohort):
        return Mistake("twice", round=round_num)
    return None


def _memory_problem(
    answer: Callable[[int], Any], begun_later: Callable[[int], Any], cohorts: list[list[str]]
) -> Found:
    """Whether the last round first, as after a resume, gives other cohorts."""
    backwards = cohorts[::-1]
    if [_cohort(run(answer, round_num)) for round_num in _FIRST[::-1]] != backwards:
        return "depends_on_calls"
    try:
        later = [_cohort(run(begun_later, round_num)) for round_num in _FIRST[::-1]]
    except Raised:
        return "other_process"
    return None if later == backwards else "other_process"


def _variety_problem(cohorts: list[list[str]], client_ids: list[str]) -> Found:
    sets = [frozenset(cohort) for cohort in cohorts]
    if len(set(sets[: len(_FIRST)])) == 1:
        return "always_the_same"
    for number, one in enumerate(sets):
        for other in range(number + 1, min(number + _NEIGHBOURS, _ROUNDS)):
            if one == sets[other]:
                return Mistake("same_cohort", first=number + 1, second=other + 1)
    # Of 1,000 clients, draws at random leave out a few even in 1,000 rounds.
    seen, count = len(frozenset().union(*sets)), len(client_ids)
    if seen < 0.9 * count * (1 - (1 - _COHORT_SIZE / count) ** _ROUNDS):
        return Mistake("few_clients", seen=seen, count=count, rounds=_ROUNDS)
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
    mistakes=given.OF_GIVEN
    | {
        "not_a_list": "Your function gives a value of type `{type}`; wanted is a list of ids.",
        "wrong_size": "The cohort of round {round} has {seen} clients, and {wanted} are wanted.",
        "unknown": "`{client}` is not one of `clients.client_ids`.",
        "twice": "In the cohort of round {round} a client is there twice. It would train twice and "
        "count twice. Draw without replacement.",
        "depends_on_calls": "Asked again for the same rounds, your function gives other "
        "cohorts. Somewhere it keeps what went before, such as a generator that goes on or a list "
        "that it shortens, or it draws without a seed. After a resume the rounds would meet other "
        "clients.",
        "other_process": "In this notebook your function gives the same cohorts again, but begun "
        "anew, with a later round first, it gives others. Two causes are usual: draws that are "
        "remembered, so that they depend on which round was asked first, and what differs from one "
        "Python process to the next, the `hash` of a text or the order of a set.",
        "always_the_same": "Every round has the same cohort. Everybody else's data would never "
        "be used.",
        "same_cohort": "Rounds {first} and {second} have the same cohort. Each round should draw "
        "for itself.",
        "few_clients": "In {rounds} rounds only {seen} of the {count} clients take part. Every "
        "client should have its chance.",
    },
    right="Round 4 has its cohort, whether rounds 1 to 3 ran a minute ago or last week.",
)
