"""Which part of Flower does what TFF's words say."""

from collections.abc import Mapping
from typing import Any

from fl_course.exercises.exercise import Exercise, Found, Mistake
from fl_course.localization import noted, say

_FILE = "a file on the SuperNode's computer"
# What the lesson calls it -> the word, and a question that leads to it.
_PAIRS = {
    "client_update: what a client does with the weights it gets": (
        "ClientApp",
        noted("Which part is your code, and runs at a client?"),
    ),
    "server_update: what the server does with the clients' results": (
        "strategy",
        noted("Which part says what becomes of the replies?"),
    ),
    "a client's dataset, handed to process.next": (
        _FILE,
        noted("Who has the data, when nobody hands them over?"),
    ),
    "the loop over rounds, with process.next": (
        "ServerApp",
        noted("Which part is your code, and runs as long as one training?"),
    ),
    "a value at CLIENTS that goes to the server: the weights": (
        "ArrayRecord of a reply",
        noted("In which record of a message do arrays travel?"),
    ),
    "a value at CLIENTS that goes to the server: the number of examples": (
        "MetricRecord of a reply",
        noted("In which record of a message do numbers travel?"),
    ),
}
_WORDS = {word for word, _ in _PAIRS.values()} | {"SuperLink"}
_SWAPPED = {
    "strategy_and_app": {"strategy": "ServerApp", "ServerApp": "strategy"},
    "records_swapped": {
        "ArrayRecord of a reply": "MetricRecord of a reply",
        "MetricRecord of a reply": "ArrayRecord of a reply",
    },
}


def _right() -> dict[str, str]:
    return {key: word for key, (word, _) in _PAIRS.items()}


def _judge(answer: Any) -> Found:
    if not isinstance(answer, Mapping):
        return Mistake("not_a_dictionary", type=type(answer).__name__)
    given = {_stripped(key): _stripped(value) for key, value in answer.items() if value is not ...}
    if given and set(given) <= _WORDS:
        return "reversed"
    if unknown := [key for key in given if key not in _PAIRS]:
        return Mistake("unknown_key", key=str(unknown[0])[:80])
    if missing := [key for key in _PAIRS if key not in given]:
        return Mistake("missing", count=len(missing), key=missing[0])
    for key, value in given.items():
        if value not in _WORDS:
            return Mistake("unknown_word", key=key, value=str(value)[:80])
    right = _right()
    if given == right:
        return None
    for name, swap in _SWAPPED.items():
        if given == {key: swap.get(word, word) for key, word in right.items()}:
            return name
    if key := next((key for key, value in given.items() if value == "SuperLink"), ""):
        return Mistake("superlink", key=key)
    if len(set(given.values())) < len(given):
        values = list(given.values())
        twice = next(value for value in values if values.count(value) > 1)
        return Mistake("twice", value=twice)
    key = next(key for key in _PAIRS if given[key] != right[key])
    return Mistake("wrong_pair", key=key, value=given[key], question=say(_PAIRS[key][1]))


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    try:
        hash(value)
    except TypeError:
        return str(value)
    return value


EXERCISE = Exercise(
    id="flowers_word",
    expects="a dictionary from each of TFF's six words, as `tff_words` has them, to one of "
    "Flower's, as `flower_words` has them",
    judge=_judge,
    reference=_right,
    hints=(
        "Begin with what is surest: which of Flower's parts runs at a client and is your code? "
        "Which records does a reply have?",
        "The server's side has three words. One passes messages on and knows nothing of your "
        "model; one runs as long as a training; one is used by that and says what becomes of the "
        "replies.",
    ),
    mistakes={
        "not_a_dictionary": "The answer is of type `{type}`; wanted is a dictionary.",
        "reversed": "The dictionary leads from Flower's words to TFF's. The task wants it the "
        "other way round: TFF's are the keys.",
        "unknown_key": "The key `{key}` is none of `tff_words`. Take them out of the list, as "
        "`tff_words[0]`, so that no letter differs.",
        "missing": "{count} of the six words have no entry, such as `{key}`.",
        "unknown_word": "For `{key}` there stands `{value}`, which is none of `flower_words`.",
        "strategy_and_app": "`strategy` and `ServerApp` have each other's place. Both are at the "
        "server: which one runs the rounds, and which one is asked in each round what to do with "
        "the replies?",
        "records_swapped": "The two records have each other's place. One holds arrays, the other "
        "one single numbers: weights are which of the two?",
        "superlink": "`{key}`: the SuperLink passes messages on, whatever is in them. Nothing of "
        "an algorithm is in it, so none of TFF's six words is its counterpart.",
        "twice": "`{value}` stands at two of TFF's words. Each of Flower's is used once at most.",
        "wrong_pair": "`{key}`: {question} `{value}` is something else.",
    },
    right="What is left over is the SuperLink: in this course TFF's worker and its engine carry "
    "the messages, and no line of an algorithm names them.",
)
