"""Where sentences end, in English, Korean and Japanese, in Markdown."""

import re

import wcwidth

# What a full stop in it does not end: code, formulae, targets of links, what stands in brackets.
_WHOLE = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$|\]\([^)\s]*\)|\([^()]*\)|（[^（）]*）", re.S
)
_END = re.compile(
    r"(?<!\b[A-Z])(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bet al)"
    r"[.?!][\"'”’」』*_]*\s+(?![a-z])|[。？！][\"”’」』*_]*\s*"
)
_QUESTION = re.compile(r"[?？][\"'”’」』*_)]*$|か。[」』*_]*$")
_QUOTE = re.compile(r'"([^"]+)"|“([^”]+)”|「([^」]+)」')
# "Two warnings." and what says so in the other languages.
_COUNTS = re.compile(
    r"^(?:Two|Three) (?:more )?(?:warnings|cautions|remarks|facts|differences)\b|[두세] 가지"
    r"|注意が(?:あと)?[2二]つ|[2二]つの(?:注意|事実)|(?:事実|違い)が[2二]つ"
)
_APART = re.compile(r"[(（].*[)）][.。]?", re.S)


def split(text: str) -> list[str]:
    """The sentences of a paragraph, each on one line."""
    text = " ".join(text.split())
    masked = _WHOLE.sub(lambda match: "X" * len(match[0]), text)
    found, start = [], 0
    for end in _END.finditer(masked):
        found.append(text[start : end.end()].strip())
        start = end.end()
    return [sentence for sentence in [*found, text[start:].strip()] if sentence]


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


def without_asides(sentences: list[str]) -> list[str]:
    """Those that do not stand in brackets from their first letter to their last."""
    return [sentence for sentence in sentences if not _APART.fullmatch(sentence)]


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
    return " ".join(told[: last + 1])
