"""Where sentences end, in English, Korean and Japanese, in Markdown."""

import re
from collections.abc import Iterable

import wcwidth

# What a full stop in it does not end: code, formulae, targets of links, what stands in brackets.
_WHOLE = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$|\]\([^)\s]*\)|\([^()]*\)|（[^（）]*）", re.S
)
_END = re.compile(
    r"(?<!\b[A-Z])(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bet al)"
    r"[.?!][\"'”’」』*_]*\s+(?![a-z])|[。？！][\"”’」』*_]*\s*"
)
_QUESTION = re.compile(r"[?？][\"'”’」』*_)]*$|か[」』*_]*。?[」』*_]*$")
_QUOTE = re.compile(r'"([^"]+)"|“([^”]+)”|「([^」]+)」')
# "Two warnings.", in English, by whose words it is chosen what is shown.
_COUNTS = re.compile(r"^(?:Two|Three) (?:more )?(?:warnings|cautions|remarks|facts|differences)\b")
# What a learner is asked to do before the next cell, in English, too.
_PREDICTS = re.compile(
    r"\b[Bb]efore you (?:run|go on|read on)\b|\bGuess\b|\b[Ww]rite down\b|\bPredict\b"
)
_APART = re.compile(r"[(（].*[)）][.。]?", re.S)


def split(text: str) -> list[str]:
    """The sentences of a paragraph, each on one line."""
    text = " ".join(text.split())
    masked = _WHOLE.sub(_mask, text)
    found, start = [], 0
    for end in _END.finditer(masked):
        found.append(text[start : end.end()].strip())
        start = end.end()
    return [sentence for sentence in [*found, text[start:].strip()] if sentence]


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one text; in Japanese and Chinese no space stands between them."""
    return re.sub(r"(?<=[。？！」』）]) ", "", " ".join(sentences))


def _mask(whole: re.Match[str]) -> str:
    """Letters, up to a full stop where a sentence stands in the brackets."""
    ends = re.search(r"([.?!])\)$|([。？！])）$", whole[0])
    return "X" * (len(whole[0]) - 1) + ((ends[1] or ends[2]) if ends else "X")


def is_question(sentence: str) -> bool:
    """Whether a sentence ends with a question mark, or as a Japanese question does."""
    return bool(_QUESTION.search(sentence))


def is_counted(sentence: str) -> bool:
    """Whether it says how many warnings, remarks or facts the sentences after it hold."""
    return bool(_COUNTS.search(sentence))


def columns(text: str) -> int:
    """How wide a text is as it is shown, in columns of a Latin letter; Hangul takes two."""
    shown = re.sub(r"\]\([^)\s]*\)|[`*$\[]|\\", "", text)
    return wcwidth.wcswidth(shown.replace("\n", " "))


def is_aside(sentence: str) -> bool:
    """Whether it stands in brackets from its first letter to its last."""
    return bool(_APART.fullmatch(sentence))


def without_asides(sentences: list[str]) -> list[str]:
    """Those that do not stand in brackets from their first letter to their last."""
    return [sentence for sentence in sentences if not is_aside(sentence)]


def asked_first(told: list[str], *, leads: bool) -> range:
    """The places of what a paragraph asks before the next cell is run; empty if it asks nothing.

    Args:
        told: Its sentences, in English.
        leads: Whether it is the last one before the cell: then questions at its end count, which
            do not say what they are.
    """
    predicts = [at for at, sentence in enumerate(told) if _PREDICTS.search(sentence)]
    if not predicts and not (leads and told and is_question(told[-1])):
        return range(0)
    first = predicts[0] if predicts else len(told) - 1
    # "Is it the same? The next cell compares. Write down what you expect."
    if first > 1 and not is_question(told[first]) and is_question(told[first - 2]):
        first -= 2
    while first and is_question(told[first - 1]):
        first -= 1
    last = max(at for at in range(first, len(told)) if at in predicts or is_question(told[at]))
    return range(first, last + 1)


def question_of(paragraph: str) -> str:
    """What to ask of a note "Ask the room": its first questions, without answers.

    Where the question is quoted, it is the quotation; where there is none, the first sentence.
    """
    told = without_asides(split(paragraph))
    quoted = [quote for match in _QUOTE.findall(paragraph) for quote in match if quote]
    if quoted and is_question(quoted[0]):
        return quoted[0]
    asked = next((at for at, sentence in enumerate(told) if is_question(sentence)), 0)
    last = asked
    while last + 1 < len(told) and is_question(told[last + 1]):
        last += 1
    return joined(told[: last + 1])
