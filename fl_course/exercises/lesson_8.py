"""Lesson 8's exercises: spreading a cohort, merging partial sums, repeatable cohorts, drop-out."""

import math
import numbers
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.localization import say

# --- split_cohort ---------------------------------------------------------------------------------


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _judge_split_cohort(answer: Any) -> Any:
    for num_clients, num_workers in ((10, 3), (8, 4), (7, 4), (5, 5), (6, 1), (100, 7)):
        clients = [f"client_{i:02}" for i in range(num_clients)]
        mistake = _judge_parts(run(answer, list(clients), num_workers), clients, num_workers)
        if mistake is not None:
            return mistake
    return None


def _judge_parts(parts: Any, clients: list[str], num_workers: int) -> Any:
    parts = parts.tolist() if isinstance(parts, np.ndarray) else parts
    if not _is_list(parts):
        return Mistake("not_lists", type=type(parts).__name__)
    parts = [part.tolist() if isinstance(part, np.ndarray) else part for part in parts]
    if not all(_is_list(part) for part in parts):
        odd = next(part for part in parts if not _is_list(part))
        return Mistake("not_lists", type=say("list of {type}", type=type(odd).__name__))
    told = {"clients": len(clients), "workers": num_workers, "sizes": [len(p) for p in parts]}
    if len(parts) != num_workers:
        return Mistake("wrong_number", count=len(parts), **told)
    dealt = [client for part in parts for client in part]
    counts = Counter(dealt)
    if any(counts[client] > 1 for client in clients):
        return Mistake("twice", **told)
    missing = len([client for client in clients if client not in counts])
    if missing:
        return Mistake("lost", missing=missing, **told)
    if set(counts) != set(clients):
        return OTHER
    if max(told["sizes"]) - min(told["sizes"]) > 1:
        return Mistake("uneven", **told)
    if dealt == clients:
        return None
    return "in_turn" if parts == [clients[i::num_workers] for i in range(num_workers)] else "mixed"


def _split_cohort_reference() -> Any:
    def split_cohort(clients: Any, num_workers: int) -> list[Any]:
        ends = [len(clients) * i // num_workers for i in range(num_workers + 1)]
        return [clients[ends[i] : ends[i + 1]] for i in range(num_workers)]

    return split_cohort


# --- merge_parts ----------------------------------------------------------------------------------


def _judge_merge_parts(answer: Any) -> Any:
    rng = np.random.default_rng(8)
    found = []
    for examples in ([70.0, 30.0, 50.0], [20.0, 20.0], [5.0], [90.0, 10.0, 40.0, 60.0]):
        means = [rng.standard_normal((3, 2)) for _ in examples]
        sums = [count * mean for count, mean in zip(examples, means, strict=True)]
        merged = run(answer, [part.copy() for part in sums], list(examples))
        merged = getattr(merged, "numpy", lambda same=merged: same)()
        if not isinstance(merged, np.ndarray) or merged.dtype == object:
            return Mistake("not_an_array", type=type(merged).__name__)
        if merged.shape != (3, 2):
            return Mistake("wrong_shape", seen=list(merged.shape))
        found.append(_judge_merged(merged, sums, means, examples))
    # With one part, or equal ones, a wrong formula may give what the right one gives.
    return next((mistake for mistake in found if mistake not in (None, OTHER)), None) or (
        OTHER if OTHER in found else None
    )


def _judge_merged(
    merged: np.ndarray, sums: list[np.ndarray], means: list[np.ndarray], examples: list[float]
) -> Any:
    total = sum(examples)
    for expected, mistake in (
        (sum(sums) / total, None),
        (sum(means) / len(means), "mean_of_means"),
        (sum(sums), "not_divided"),
        (sum(sums) / len(sums), "by_parts"),
        (sum(c * s for c, s in zip(examples, sums, strict=True)) / total, "weighted_again"),
        (sums[0] / examples[0], "first_part"),
        (sums[-1] / total, "last_part"),
    ):
        if np.allclose(merged, expected, rtol=1e-5, atol=1e-6):
            return mistake
    return OTHER


def _merge_parts_reference() -> Any:
    def merge_parts(sums: Any, examples: Any) -> Any:
        return sum(sums) / sum(examples)

    return merge_parts


# --- cohort_ids -----------------------------------------------------------------------------------

_COHORT_SIZE = 5


def _judge_cohort_ids(answer: Any, client_ids: Sequence[str] = ()) -> Any:
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
    if not _is_list(cohort):
        return Mistake("not_a_list", type=type(cohort).__name__)
    return [str(client) if isinstance(client, str) else client for client in cohort]


def _cohort_ids_reference(client_ids: Sequence[str] = ()) -> Any:
    def cohort_ids(round_num: int) -> list[str]:
        rng = np.random.default_rng([8, round_num])
        chosen = rng.choice(len(client_ids), _COHORT_SIZE, replace=False)
        return [client_ids[i] for i in chosen]

    return cohort_ids


# --- clients_to_invite ----------------------------------------------------------------------------


def _judge_clients_to_invite(answer: Any) -> Any:
    found = []
    for goal, dropout in ((100, 0.1), (1000, 0.06), (50, 0.5), (10, 0.0), (300, 0.08)):
        seen = run(answer, goal, dropout)
        seen = seen.item() if hasattr(seen, "item") and np.ndim(seen) == 0 else seen
        if isinstance(seen, bool) or not isinstance(seen, numbers.Real):
            return Mistake("not_a_number", type=type(seen).__name__)
        found.append(_judge_invited(float(seen), goal, dropout))
    return next((mistake for mistake in found if mistake is not None), None)


def _judge_invited(seen: float, goal: int, dropout: float) -> Any:
    exact = goal / (1 - dropout)
    for expected, mistake in (
        (math.ceil(exact - 1e-9), None),
        (math.floor(exact) + 1, "one_too_many"),
        (exact, "not_whole"),
        (math.floor(exact), "rounded_down"),
        (goal * (1 + dropout), "share_added"),
        (math.ceil(goal * (1 + dropout) - 1e-9), "share_added"),
        (goal * (1 - dropout), "what_is_left"),
        (goal * dropout, "what_is_lost"),
    ):
        if math.isclose(seen, expected, rel_tol=1e-9, abs_tol=1e-9):
            return mistake
    return OTHER


def _clients_to_invite_reference() -> Any:
    def clients_to_invite(goal: int, dropout: float) -> int:
        # Without the small number, a quotient that is whole could come out a bit above.
        return math.ceil(goal / (1 - dropout) - 1e-9)

    return clients_to_invite


EXERCISES = (
    Exercise(
        id="split_cohort",
        expects="a function that takes a list of clients and a number of workers, and gives a list "
        "of that many lists: runs of neighbours, as equal in length as can be",
        judge=_judge_split_cohort,
        reference=_split_cohort_reference,
        hints=(
            "Where does part `i` begin, as a position in the list? Part 0 begins at 0, and the "
            "part after the last would begin at the length.",
            "The positions lie evenly: part `i` of `k` begins at `i / k` of the length. "
            "`len(clients) * i // k` rounds that down to a whole number.",
            "A part ends where the next one begins. With the positions in a list, a slice for each "
            "pair of neighbours is all there is.",
        ),
        mistakes={
            "not_lists": "Your function gives a value of type `{type}`; wanted is a list of lists, "
            "one for each worker.",
            "wrong_number": "{clients} clients for {workers} workers came back in {count} parts. "
            "Each worker gets one part. Did you cut pieces of a fixed length?",
            "twice": "{clients} clients for {workers} workers: somebody is in two parts. The "
            "sizes are {sizes}. Does one part begin where the last one ended?",
            "lost": "{clients} clients for {workers} workers: {missing} are in no part. The sizes "
            "are {sizes}. What becomes of the rest of the division?",
            "uneven": "{clients} clients for {workers} workers came back with sizes {sizes}. The "
            "round lasts as long as the largest part, so no two should differ by more than one.",
            "in_turn": "The parts are as equal as can be, dealt out in turn like cards. Wanted are "
            "neighbours, so that the parts one after the other give the cohort again.",
            "mixed": "Everybody is in one part, and the parts are equal. But one after the other "
            "they do not give the cohort in its order.",
        },
        right="The partition depends on the list and the number of workers alone, so the same "
        "round has the same parts on every day.",
    ),
    Exercise(
        id="merge_parts",
        expects="a function that takes the list of the workers' sums and the list of their numbers "
        "of examples, and gives one array: the mean over all examples",
        judge=_judge_merge_parts,
        reference=_merge_parts_reference,
        hints=(
            "Each part is a sum already: of its clients' updates, each times the client's number "
            "of examples. What is the sum over all clients?",
            "The weighted mean is one sum divided by another: of updates times examples, and of "
            "examples. Both are sums over the workers' parts.",
            "`sum(...)` adds up a list of arrays as well as a list of numbers. Divide once, at the "
            "end.",
        ),
        mistakes={
            "not_an_array": "Your function gives a value of type `{type}`; wanted is one array, "
            "with the shape of the sums.",
            "wrong_shape": "The result has shape {seen}, and each of the sums has shape [3, 2]. "
            "Adding up over the workers must keep the shape.",
            "mean_of_means": "You take each worker's mean, and then the mean of these. A worker "
            "whose clients have few examples then counts as much as one whose clients have many.",
            "not_divided": "This is the sum over all examples. The mean is one division away.",
            "by_parts": "You divide by the number of parts. The sums hold each update as many "
            "times as its client has examples, so that is what to divide by.",
            "weighted_again": "The sums are weighted by examples already. Your function does so "
            "a second time.",
            "first_part": "Only the first worker's part is in the result.",
            "last_part": "Only the last worker's sum is in the result, though it is divided by all "
            "examples. Is something overwritten in a loop that should be added up?",
        },
        right="Sums can be merged in any number of steps, means can't: that is why workers send "
        "sums.",
    ),
    Exercise(
        id="cohort_ids",
        expects="a function that takes a round's number and gives a list of 5 different client "
        "ids, always the same for the same round",
        judge=_judge_cohort_ids,
        reference=_cohort_ids_reference,
        hints=(
            "What a resumed training does not have is everything that happened before. So the "
            "draw may use the round's number and constants, and nothing else.",
            "A fresh random generator for each call, seeded with the round's number, draws the "
            "same for the same round. `np.random.default_rng([8, round_num])` is one.",
            "`data.sample_clients(clients.client_ids, 5, seed=..., round_num=...)` does both: "
            "lesson 3 used it.",
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
    ),
    Exercise(
        id="clients_to_invite",
        expects="a function that takes the number of clients a round needs and the share that "
        "drops out, and gives how many to invite, a whole number",
        judge=_judge_clients_to_invite,
        reference=_clients_to_invite_reference,
        hints=(
            "Turn it round: if you invite `n` clients, how many of them finish?",
            "`n * (1 - dropout)` finish, on average, and that has to be `goal`. Solve for `n`.",
            "The quotient is seldom whole, and one client too few is too few: `math.ceil` rounds "
            "up.",
        ),
        mistakes={
            "not_a_number": "Your function gives a value of type `{type}`; wanted is a whole "
            "number.",
            "one_too_many": "Where the quotient is whole already, as for 50 clients and half of "
            "all dropping out, your function invites one more than it has to.",
            "not_whole": "The quotient is right, and it is not whole. Nobody can invite a part of "
            "a client: round it, in the direction in which the goal is still met.",
            "rounded_down": "Rounded down, on average the goal is just missed.",
            "share_added": "You add the share to the goal: of 110 invited with a tenth dropping "
            "out, 99 are left. The share is one of those invited, not of the goal.",
            "what_is_left": "This is how many are left if as many as the goal are invited. Wanted "
            "is how many to invite, so that as many as the goal are left.",
            "what_is_lost": "This is how many drop out if as many as the goal are invited. Wanted "
            "is how many to invite.",
        },
        right="On average. To be nearly sure of the goal, a server invites more than that.",
    ),
)
