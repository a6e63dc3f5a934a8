"""A cohort shared among workers."""

from collections import Counter
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, given, memory
from fl_course.localization import say


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, _case("ada", "bo", "cy"), _case("di", "ed", "flo")):
        return found
    for num_clients, num_workers in ((10, 3), (8, 4), (7, 4), (5, 5), (6, 1), (100, 7)):
        # In no order that sorting would leave as it is.
        clients = [f"client_{37 * i % num_clients:02}" for i in range(num_clients)]
        handed_in = list(clients)
        mistake = _judge_parts(run(answer, handed_in, num_workers), clients, num_workers)
        if mistake is not None:
            return mistake
        if not given.is_as_before(handed_in, clients):
            return Mistake("changed_given", name="`clients`")
    return None


def _case(*clients: str) -> memory.Case:
    return lambda function: run(function, list(clients), 2)


def _judge_parts(parts: Any, clients: list[str], num_workers: int) -> Found:
    if isinstance(parts, np.ndarray) or not forms.is_sequence(parts):
        return "arrays" if np.ndim(parts) == 2 else Mistake("not_lists", type=type(parts).__name__)
    if any(isinstance(part, np.ndarray) for part in parts):
        return "arrays"
    if not all(forms.is_sequence(part) for part in parts):
        odd = next(part for part in parts if not forms.is_sequence(part))
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
        stranger = next(client for client in counts if client not in set(clients))
        return Mistake("strangers", stranger=repr(stranger)[:40], **told)
    if max(told["sizes"]) - min(told["sizes"]) > 1:
        return Mistake("uneven", **told)
    if dealt == clients:
        return None
    if dealt == sorted(clients):
        return "sorted"
    return "in_turn" if parts == [clients[i::num_workers] for i in range(num_workers)] else "mixed"


def _reference() -> Any:
    def split_cohort(clients: Any, num_workers: int) -> list[Any]:
        ends = [len(clients) * i // num_workers for i in range(num_workers + 1)]
        return [clients[ends[i] : ends[i + 1]] for i in range(num_workers)]

    return split_cohort


EXERCISE = Exercise(
    id="split_cohort",
    expects="a function that takes a list of clients and a number of workers, and gives a list "
    "of that many lists: runs of neighbours, as equal in length as can be",
    judge=_judge,
    reference=_reference,
    hints=(
        "Where does part `i` begin, as a position in the list? Part 0 begins at 0, and the "
        "part after the last would begin at the length.",
        "The positions lie evenly: part `i` of `k` begins at `i / k` of the length. "
        "`len(clients) * i // k` rounds that down to a whole number.",
        "A part ends where the next one begins. With the positions in a list, a slice for each "
        "pair of neighbours is all there is.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | {
        "not_lists": "Your function gives a value of type `{type}`; wanted is a list of lists, "
        "one for each worker.",
        "arrays": "The parts are NumPy arrays; wanted are lists. A list may hold clients of any "
        "kind, datasets too, and NumPy makes other values of them. Slices of `clients` keep them.",
        "wrong_number": "{clients} clients for {workers} workers came back in {count} parts. "
        "Each worker gets one part. Did you cut pieces of a fixed length?",
        "twice": "{clients} clients for {workers} workers: somebody is in two parts. The "
        "sizes are {sizes}. Does one part begin where the last one ended?",
        "lost": "{clients} clients for {workers} workers: in no part are {missing} of them. The "
        "sizes are {sizes}. What becomes of the rest of the division?",
        "uneven": "{clients} clients for {workers} workers came back with sizes {sizes}. The "
        "round lasts as long as the largest part, so no two should differ by more than one.",
        "strangers": "{clients} clients for {workers} workers: `{stranger}` is in a part, and was "
        "not in the list.",
        "sorted": "The parts are as equal as can be, and the clients are sorted in them. Wanted is "
        "the order in which they were given.",
        "in_turn": "The parts are as equal as can be, dealt out in turn like cards. Wanted are "
        "neighbours, so that the parts one after the other give the cohort again.",
        "mixed": "Everybody is in one part, and the parts are equal. But one after the other "
        "they do not give the cohort in its order.",
    },
    right="The partition depends on the list and the number of workers alone, so the same "
    "round has the same parts on every day.",
)
