"""What is wrong with a translation that can be seen without reading it.

A lint takes a message and its translation and yields a sentence for each fault. Those of every
language come first; those of one language know its grammar only as far as a rule can.
"""

import functools
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from fl_course.authoring import AuthoringError
from fl_course.authoring.catalogs import Catalog, Entry
from fl_course.authoring.course import numbered_lesson
from fl_course.authoring.languages import GLOSSARY, OWN
from fl_course.authoring.messages import blocks
from fl_course.authoring.pages import PAGES
from fl_course.catalog import REFERENCE

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]*)\)")
_ADDRESS = re.compile(r"https?://[^\s)>]+")
_PLACEHOLDER = re.compile(r"(?<!\{)\{[a-z_][\w.]*(?:![rs])?(?::[^{}]*)?\}(?!\})")
_TAG = re.compile(r"</?[a-z][^<>]*>")
# A name or a title in quotation marks, a command.
_NAMED = re.compile(r"'[\w.\[\]]+'|\"[^\"]+\"|fl-course \w+")
_TABLES = ("terms", "further", "keep", "sounds")  # of a glossary
_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)


@dataclass(frozen=True)
class Term:
    """A term of the field in a language.

    Attributes:
        english: The English term.
        term: What it is called.
        avoid: What it is not called, as regular expressions.
        first: Whether a lesson gives the English word in parentheses at the term's first use.
        reading: How it is read, in kana, which is where the glossary has it in Japanese.
    """

    english: str
    term: str
    avoid: tuple[str, ...] = ()
    first: bool = False
    reading: str = ""


@dataclass(frozen=True)
class Glossary:
    """The terms of a language.

    Attributes:
        terms: The terms that translations are held to.
        names: Names that stay in Latin letters.
        sounds: For words in Latin letters, by themselves in lower case, whether they are spoken
            with a consonant at the end: what the Korean particle lint can't see.
        further: Terms that have a place in the glossary alone: names of algorithms and programs,
            and words that texts use in other senses, too.
    """

    terms: tuple[Term, ...] = ()
    names: tuple[str, ...] = ()
    sounds: Mapping[str, bool] = None
    further: tuple[Term, ...] = ()


def read_glossary(root: Path, language: str) -> Glossary:
    """Reads `translations/<language>/glossary.toml`; one that is missing is empty.

    Raises:
        AuthoringError: If it is not TOML or a term is malformed.
    """
    path = Path("translations", language, "glossary.toml")
    try:
        table = tomllib.loads((root / path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Glossary((), (), {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{path}: is not valid TOML: {error}. Correct it.") from None
    for key in table:
        if key not in _TABLES:
            raise AuthoringError(
                f"{path}: {key!r} stands in none of its tables ({', '.join(_TABLES)}), so that "
                "nothing would see to it. Move its line below [terms]."
            )
    terms, further = (
        tuple(_term(path, key, fields) for key, fields in table.get(name, {}).items())
        for name in ("terms", "further")
    )
    names = tuple(table.get("keep", {}).get("names", ()))
    sounds = {word.lower(): bool(closed) for word, closed in table.get("sounds", {}).items()}
    return Glossary(terms, names, sounds, further)


def _term(path: Path, key: str, fields: Any) -> Term:
    try:
        term = Term(**{**fields, "avoid": tuple(fields.get("avoid", ()))})
        for word in term.avoid:
            re.compile(word)
    except (TypeError, re.error) as error:
        raise AuthoringError(
            f"{path}: term {key!r} can't be used: {error}. Write it like this: "
            '{ english = "client", term = "클라이언트", avoid = ["고객"], first = true }'
        ) from None
    return term


Lint = Callable[[str, str, Glossary], Iterator[str]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a translation.

    Attributes:
        text: File, line, cell, what is wrong and what to do.
        breaks: Whether a notebook with it would be broken, so that it is not built.
    """

    text: str
    breaks: bool


def lint(catalog: Catalog, glossary: Glossary, unseen: Collection[str] = ()) -> list[Fault]:
    """Faults of a catalog's translations.

    Args:
        catalog: As it stands in its file.
        glossary: The terms of its language.
        unseen: Contexts of cells that a learner does not see, where no term is used for the first
            time.
    """
    found = []
    foreign = letters_of_another_language(catalog.language)
    lints = (*COMMON, foreign, *BY_LANGUAGE.get(catalog.language, ()))
    for entry in catalog.entries:
        if not entry.current:
            continue
        for check in lints:
            found += [
                Fault(_told(catalog, entry, fault), check in _BREAKING)
                for fault in check(entry.message.text, entry.translation, glossary)
            ]
    return found + [
        Fault(_told(catalog, entry, fault), breaks=False)
        for entry, fault in first_uses(catalog, glossary, unseen)
    ]


def _told(catalog: Catalog, entry: Entry, fault: str) -> str:
    return f"{catalog.path}:{entry.line}: {entry.message.context}: {fault}"


# --- Every language -------------------------------------------------------------------------------


def lost_parts(english: str, translation: str, _: Glossary) -> Iterator[str]:
    """Code, formulas, links, addresses, placeholders and tags have to be those of the English."""
    for what, pattern in (
        ("code", _CODE),
        ("formula", _FORMULA),
        ("link", _LINK),
        ("address", _ADDRESS),
        ("placeholder", _PLACEHOLDER),
        ("tag", _TAG),
    ):
        wanted, found = _found(pattern, english), _found(pattern, translation)
        for part in _without(wanted, found):
            yield f"{what} {part} of the English is missing. Put it in, as it is."
        for part in _without(found, wanted):
            yield f"{what} {part} is not in the English. Remove it, or correct it."
    # A language may name a lesson twice where English says "there".
    wanted, found = (set(_found(REFERENCE, text)) for text in (english, translation))
    for part in sorted(wanted - found):
        yield f"lesson {part} of the English is missing. Put it in, as it is."
    for part in sorted(found - wanted):
        yield f"lesson {part} is not in the English. Remove it, or correct it."
    if numbered := numbered_lesson(translation):
        yield f"{numbered!r} names a lesson by its number. Put in what the English has for it."


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    if pattern is not _CODE:
        text = _CODE.sub(" ", text) if pattern is not _PLACEHOLDER else text
    if pattern is _TAG:
        text = _FORMULA.sub(" ", text)
    return [match[0] for match in pattern.finditer(text)]


def _without(some: Sequence[str], others: Sequence[str]) -> list[str]:
    left = list(others)
    missing = []
    for one in some:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return missing


def other_numbers(english: str, translation: str, _: Glossary) -> Iterator[str]:
    """Numbers in digits are those of the English, and those that it has in words."""
    wanted, found = (_numbers(text) for text in (english, translation))
    words = {value for word, value in _SPELLED.items() if re.search(rf"\b{word}", english, re.I)}
    words |= {f"{_TENS[ten]}{_UNITS[unit]}" for ten, unit in _COMPOUND.findall(english.lower())}
    words |= {f"{_UNITS[unit]}00" for unit in _HUNDREDS.findall(english.lower())}
    for millions in re.findall(r"\b(\d+) million", english):  # 1600만, 1600万
        wanted.remove(millions)
        words |= {f"{millions}00", millions}
    for number in _without(wanted, found):
        yield f"the number {number} of the English is missing. Write it in digits, as there."
    for number in _without(found, wanted):
        if len(number) > 1 and number not in words and number not in wanted:
            yield f"the number {number} is not in the English. Correct it."


# A number in words -> the digits that another language may write for it.
_SPELLED = {
    "half": "0.5",
    "half a minute": "30",  # seconds
    "half an hour": "30",  # minutes
    "ten": "10",
    "a tenth": "10",
    "eleven": "11",
    "twel": "12",
    "dozen": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
    "twent": "20",
    "thirt": "30",
    "fort": "40",
    "fift": "50",
    "hundred": "100",
    "a million": "100",  # 100만, 100万
    "two million": "200",
    "thousand": "1,000",
}
_UNITS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        "123456789",
        strict=True,
    )
)
_TENS = dict(
    zip(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        "23456789",
        strict=True,
    )
)
_COMPOUND = re.compile(rf"\b({'|'.join(_TENS)})-({'|'.join(_UNITS)})\b")
_HUNDREDS = re.compile(rf"\b({'|'.join(_UNITS)}) hundred\b")


def _numbers(text: str) -> list[str]:
    plain = _FORMULA.sub(" ", _CODE.sub(" ", _LINK.sub(" ", text)))
    return [
        match[0].rstrip(",")
        for match in re.finditer(r"(?<![A-Za-z\d.,_])\d[\d,]*(?:\.\d+)?", plain)
    ]


def other_structure(english: str, translation: str, _: Glossary) -> Iterator[str]:
    """The translation has to be the same Markdown block, with its fences closed."""
    if len(_FENCE.findall(translation)) != len(_FENCE.findall(english)):
        yield "a code fence (```) is cut off. Give it the beginning and the end of the English."
    elif blocks(translation) != blocks(english):
        yield (
            "another Markdown structure than the English: a list, a quote, a heading or a table's "
            "cell too many or too few. Begin and end the text as the English does."
        )
    elif english.startswith("|") and _columns(english) != _columns(translation):
        yield "a table's row with another number of cells. Give it those of the English."


def _columns(row: str) -> int:
    plain = _CODE.sub(lambda match: match[0].replace("|", " "), row)
    return len(re.findall(r"(?<!\\)\|", plain))


def dead_emphasis(english: str, translation: str, _: Glossary) -> Iterator[str]:
    """Emphasis that CommonMark does not render: its signs are left in the text."""
    plain = re.sub(
        r"<[^>]*>", "", _CODE.sub("\N{ZERO WIDTH SPACE}", _FORMULA.sub("x", translation))
    )
    html = _rendered(translation)
    if html.count("**") > _rendered(english).count("**"):
        yield (
            "** is shown instead of bold. A closing ** after punctuation needs a space or "
            "punctuation after it: write **word**(english) rather than **word(english)**."
        )
    elif re.search(r"(?<![\w*])\*[^\s*]|[^\s*]\*(?![\w*])", html):
        yield "* is shown instead of italics. Give it a space or punctuation outside."
    if re.search(r"__[^\s_][^_]*__", plain):
        yield "__ does not become bold between letters. Write **."


@functools.cache  # the English is asked for once a language
def _rendered(text: str) -> str:
    """What a reader sees of a text, without code and formulas."""
    html = re.sub(r"<code>.*?</code>|<[^>]+>", " ", _MARKDOWN.renderInline(text))
    return _FORMULA.sub(" ", html)


def left_in_english(english: str, translation: str, glossary: Glossary) -> Iterator[str]:
    """Sentences that were left in English."""
    cited = re.search(r'"[^"]{15,}"', english)  # names and a title, perhaps nothing else
    three_words = re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", _prose(english))
    if translation == english and three_words and not cited:
        yield "is the English itself. Translate it, or leave msgstr empty."
        return
    names = {word.lower() for name in glossary.names for word in name.split()}
    for emphasised in re.findall(r"\*[^*\n]+\*", english):  # a word of the output, quoted
        translation = translation.replace(emphasised, " ")
    plain = " ".join(_prose(english).split())
    run: list[str] = []
    for word in [*re.findall(r"[A-Za-z][A-Za-z'’-]*|[^\sA-Za-z]", _prose(translation)), "."]:
        if word[0].isascii() and word[0].isalpha():
            run.append(word)
            continue
        words = [w for w in run if w.lower() not in names and w.islower()]
        # In a language with the same letters, English is what the English has in the same order.
        fours = (" ".join(run[i : i + 4]) for i in range(len(run) - 3))
        if len(words) >= 4 and any(four in plain for four in fours):
            yield f"English left in it: {' '.join(run)!r}. Translate it."
        run = []


def _prose(text: str) -> str:
    """A text without code, formulas, addresses, placeholders and what stands in parentheses."""
    for pattern in (_CODE, _FORMULA, _LINK, _ADDRESS, REFERENCE, _PLACEHOLDER, _TAG, _NAMED):
        text = pattern.sub(" ", text)
    return re.sub(r"\([^()]*\)", " ", text)


def wrong_terms(english: str, translation: str, glossary: Glossary) -> Iterator[str]:
    """Terms have to be those of the glossary."""
    prose = _prose(translation)
    for term in glossary.terms:
        for word in term.avoid:
            if match := _compiled(word).search(prose):
                yield f"{match[0]!r} for {term.english!r}. The glossary has {term.term!r}."
        if term.english == term.term or term.english not in prose or not term.english.isascii():
            continue
        pattern = rf"(?<![\w.-]){re.escape(term.english)}s?(?![\w\[-])(?!\.\w)"
        match = re.search(pattern, prose, re.ASCII)
        # At the beginning of both it is the name of an argument, as in "seed must be 0 or more".
        if match and not (match.start() == 0 and english.startswith(match[0])):
            yield f"{term.english!r} in English. The glossary has {term.term!r}."


# A glossary has more patterns than `re` remembers.
_compiled = functools.cache(re.compile)

# Which language a letter gives away. Chinese characters belong to several.
_LETTERS = {"HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja"}


def letters_of_another_language(language: str) -> Lint:
    """A lint for words of another language than this one."""

    def letters_of_another(english: str, translation: str, _: Glossary) -> Iterator[str]:
        others = {script for script, code in _LETTERS.items() if code != language}
        # Unicode names a letter by its script first.
        found = [
            word
            for word in re.findall(r"\w+", translation)
            if word not in english
            and others & {unicodedata.name(letter, "").split(" ")[0] for letter in word}
        ]
        if found:
            yield f"{', '.join(found)}: letters of another language. Translate, or correct it."

    return letters_of_another


def struck_through(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """Two tildes in a text strike through what stands between them, in JupyterLab and on Colab."""
    if _FORMULA.sub("", _CODE.sub("", translation)).count("~") > 1:
        yield "two '~' strike through what stands between them. Write – or a word."


def first_uses(
    catalog: Catalog, glossary: Glossary, unseen: Collection[str]
) -> Iterator[tuple[Entry, str]]:
    """A lesson's first use of a term gives the English word in parentheses."""
    if catalog.path.stem in (OWN, GLOSSARY, *(page.name for page in PAGES)):
        return
    entries = [
        (entry, entry.message.text.lower(), _CODE.sub(" ", entry.current))
        for entry in catalog.entries
        if entry.message.context not in unseen
    ]
    for term in glossary.terms:
        if not term.first:
            continue
        longer = [
            re.compile(_inflected(other.term), re.IGNORECASE)
            for other in glossary.terms
            if term.term in other.term and other.term != term.term
        ]
        english = re.compile(rf"\b{re.escape(term.english)}", re.IGNORECASE)
        used = re.compile(_inflected(term.term), re.IGNORECASE)
        explained = rf"{_inflected(term.term)}\**」?\s?\([^()]*{re.escape(term.english)}"
        shown = re.compile(explained, re.IGNORECASE)
        for entry, original, text in entries:
            in_english = term.english.lower() in original and english.search(entry.message.text)
            if not entry.current and in_english:
                break  # The first use may come to stand here.
            for pattern in longer:
                text = pattern.sub(" ", text)
            if not used.search(text):
                continue
            if shown.search(text):
                break
            if in_english:
                yield (
                    entry,
                    f"the lesson's first {term.term!r} lacks its English word. Write "
                    f"{term.term}({term.english}).",
                )
                break


# The end of a word that its plural, in Spanish or Portuguese, changes.
_PLURALS = {"ón": "ones", "ão": "ões", "al": "ais", "el": "eis", "m": "ns"}


def _inflected(term: str) -> str:
    """A pattern for a term; for one in Latin letters, as a whole word and in the plural, too."""
    if not re.search(r"[A-Za-z]", term):
        return re.escape(term)
    words = []
    for word in term.split():
        end = next((end for end in _PLURALS if word.endswith(end)), "")
        changed = f"(?:{end}|{_PLURALS[end]})" if end else ""
        words.append(re.escape(word.removesuffix(end)) + changed + "(?:e?s)?")
    return r"(?<![A-Za-zÀ-ÿ])" + r"\s".join(words) + r"(?![A-Za-zÀ-ÿ])"


COMMON: tuple[Lint, ...] = (
    lost_parts,
    other_numbers,
    other_structure,
    dead_emphasis,
    left_in_english,
    wrong_terms,
    struck_through,
)
_BREAKING = (lost_parts, other_structure)


# --- Korean ---------------------------------------------------------------------------------------

# After a consonant, after a vowel.
_PARTICLES = (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"))
_AFTER = re.compile(
    r"(?P<word>`[^`]+`|[A-Za-z][A-Za-z0-9_+-]*|\d[\d,]*(?:\.\d+)?(?:%)?)\**"
    r"(?P<particle>은|는|이|가|을|를|과|와|으로|로)(?=[\s.,!?)”’\]]|$)"
)
_DIGITS_CLOSED = {"0": True, "1": True, "2": False, "3": True, "4": False}
_DIGITS_CLOSED |= {"5": False, "6": True, "7": True, "8": True, "9": False}
# ㄹ, after which it is 로 and not 으로.
_DIGITS_IN_L = "178"
_LETTERS_CLOSED = {"l": True, "m": True, "n": True, "r": True}


def wrong_particles(_: str, translation: str, glossary: Glossary) -> Iterator[str]:
    """Particles after Latin words and numbers follow their last sound, where it is certain."""
    for match in _AFTER.finditer(translation):
        closed, in_l = last_sound(match["word"], glossary.sounds)
        if closed is None:
            continue
        after_consonant, after_vowel = next(
            pair for pair in _PARTICLES if match["particle"] in pair
        )
        right = after_consonant if closed else after_vowel
        if right == "으로" and in_l:
            right = "로"
        if right != match["particle"]:
            yield f"{match[0]!r}: after {match['word']} it is {right!r}."


def last_sound(word: str, sounds: Mapping[str, bool] | None = None) -> tuple[bool | None, bool]:
    """Whether a word ends in a consonant when a Korean reads it, and whether that is ㄹ.

    Args:
        word: In Latin letters or digits; it may stand in backquotes.
        sounds: Words whose sound the spelling does not tell.

    Returns:
        The first is None where the spelling leaves it open.
    """
    plain = word.strip("`$")
    if plain.endswith(")"):  # a call, which people read in more than one way
        return None, False
    plain = plain.rstrip("[]{}\"'.,:*")
    if plain.endswith("%"):
        return False, False  # 퍼센트
    last = re.search(r"[A-Za-z]+$|\d[\d,.]*$", plain)
    if not last:
        return None, False
    end = last[0]
    if end[0].isdigit():
        return _number_sound(end.rstrip(".,"))
    known = (sounds or {}).get(end.lower())
    if known is not None:
        return known, known and end.lower().endswith(("l", "le"))
    if len(end) == 1 or (end.isupper() and len(end) <= 4):  # read letter by letter
        letter = end[-1].lower()
        return _LETTERS_CLOSED.get(letter, False), letter in "lr"
    return _word_sound(end.lower())


def _number_sound(number: str) -> tuple[bool, bool]:
    whole = number.replace(",", "")
    if "." in whole or not whole.endswith("0") or set(whole) == {"0"}:
        return _DIGITS_CLOSED[whole[-1]], whole[-1] in _DIGITS_IN_L
    # 십, 백, 천, 만, 억 end in consonants, none of them ㄹ.
    return True, False


def _word_sound(word: str) -> tuple[bool | None, bool]:
    if re.search(r"(l|le|el|al)$", word):
        return True, True
    if re.search(r"(ng|[mn]|[aeiouy]ne|[aeiouy]me)$", word):
        return True, False
    if re.search(
        r"([aiouyrsxzfvw]|sh|ch|th|[csgzvr]e|[aeiou]d|ts|dd|st|nt|ct|rt|ee|te|de|ue|ay)$", word
    ):
        return False, False
    return None, False


_NOT_POLITE = re.compile(
    # 해요체, but for -세요 (instructions) and -ㄹ까요 (questions to a class)
    r"(?:(?<!세)(?<!까)요|죠)[.!?…](?=[\s*”)]|$)"
    # 해라체: -다 that is neither -니다 nor -ㅂ시다
    r"|(?<!니)(?<!시)다[.!](?=[\s*”)]|$)"
)
_LEAD_IN = re.compile(r"\A\*\*[^*]+\*\*")  # such as "What people get wrong.", which is a heading


def mixed_politeness(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """Korean sentences end in 합니다체; -세요 and -ㄹ까요 are for instructions and questions."""
    plain = _LEAD_IN.sub("", _FORMULA.sub("x", _CODE.sub("x", translation)))
    plain = re.sub(r"“[^”]*”", "x", plain)  # what somebody else says
    for match in _NOT_POLITE.finditer(plain):
        start = max(plain.rfind(". ", 0, match.start()) + 2, match.start() - 12, 0)
        yield f"{plain[start : match.end()]!r} is not 합니다체. End the sentence in -니다."


_UNDECIDED = re.compile(
    r"(?P<before>\S?)(?P<form>은\(는\)|는\(은\)|이\(가\)|가\(이\)|을\(를\)|를\(을\)|과\(와\)|와\(과\)|\(으\)로)"
)


def undecided_particles(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """A particle for both cases is for what a placeholder stands for; a known word has its own."""
    for match in _UNDECIDED.finditer(translation):
        if match["before"] not in ("}", "`", "'", '"', "”"):
            yield f"{match[0]!r}: the word is known. Write the particle that follows its sound."


# --- Japanese -------------------------------------------------------------------------------------

_NOT_DESU_MASU = re.compile(r"[うくすつぬむるぐぶただい]。$")
_POLITE = re.compile(
    r"(?:です|でした|ます|ました|ません|ませんでした|でしょう|ましょう|ください)(?:か|ね|よ)?(?:。|$)"
)


def mixed_style(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """Japanese sentences end in です・ます."""
    plain = _LEAD_IN.sub("", _FORMULA.sub("x", _CODE.sub("x", translation)))
    for sentence in re.findall(r"[^。]*。", re.sub(r"「[^」]*」|\([^()]*\)", "x", plain)):
        if _NOT_DESU_MASU.search(sentence) and not _POLITE.search(sentence.strip()):
            yield f"{sentence[-16:].strip()!r} is not です・ます. End the sentence so."


_GOAL_SAYS = re.compile(r"[をと]言う$")
_STOP_WITHIN = re.compile(r"「[^「」。]*。」")


def spoken_goals(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """A goal is to explain something, 説明する or 述べる, not to say it."""
    if _GOAL_SAYS.search(translation):
        yield f"{translation[-8:]!r} is a calque of 'say'. Write 説明する, 述べる or 挙げる."


def stops_within_quotes(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """The full stop of a sentence in quotation marks stands behind them."""
    for match in _STOP_WITHIN.finditer(translation):
        yield f"{match[0][-12:]!r} has its full stop within. Write 」。"


# --- Chinese --------------------------------------------------------------------------------------

_HAN = "一-鿿"
_BRACKETED = re.compile(r"\[[^\]]*\]|\([^()]*\)")  # shapes and tuples keep Python's comma
_HALF_WIDTH = re.compile(rf"[{_HAN}”）]([,;:!?.])(?=[{_HAN}“（]|\s|$)")
_NARROW = re.compile(rf"[{_HAN}][A-Za-z0-9]|[A-Za-z0-9%][{_HAN}]")
_TORN = re.compile(
    rf"[{_HAN}] +[，。；：？！、）”]|[，。；：？！、（“] +[{_HAN}“]|[{_HAN}] +[{_HAN}]"
)
_OTHER_MARKS = re.compile(rf'"[{_HAN}，。？！]+[^"]*"|[‘’「」『』]')
_WIDE_LATIN = re.compile(r"\d %|％|[０-９Ａ-Ｚａ-ｚ]")


def _chinese(translation: str) -> str:
    """A text without formulas and addresses, and with a letter for each piece of code."""
    plain = _FORMULA.sub("x", _CODE.sub("C", translation))
    return _ADDRESS.sub("", re.sub(r"\]\([^)]*\)", "]", plain))


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(match.start() - 6, 0) : match.end() + 6]


def half_width_marks(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """After a Chinese character, punctuation is full-width."""
    plain = _BRACKETED.sub("", _chinese(translation))
    for match in _HALF_WIDTH.finditer(plain):
        yield f"{_around(plain, match)!r}: {match[1]} is half-width. Write ，；：！？ or 。"


def spaces_in_chinese(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """A space stands between Chinese and Latin letters or digits, and nowhere within Chinese."""
    plain = _chinese(translation)
    for match in _NARROW.finditer(plain):
        yield f"{_around(plain, match)!r}: put a space between Chinese and other letters."
    if " -> " not in plain:
        for match in _TORN.finditer(plain):
            yield f"{_around(plain, match)!r}: take out the space."


def marks_of_other_scripts(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """Quotation marks are “ ”; percentages are as in 94%, and digits and Latin half-width."""
    plain = _chinese(translation)
    for match in _OTHER_MARKS.finditer(plain):
        yield f"{_around(plain, match)!r}: write “ and ” around Chinese."
    for match in _WIDE_LATIN.finditer(plain):
        yield f"{_around(plain, match)!r}: write letters, digits and % half-width, as in 94%."


# --- Spanish and Portuguese -----------------------------------------------------------------------

_SPANISH_CLOSED = re.compile(r"(?<![\[,])[?!](?=[\s”»)*_.,:;\]]|$)")
_STOP_QUOTED = re.compile(r"(?<![.…])[.,]”")
_NO_SPACE, _SPACE = re.compile(r"\d%"), re.compile(r"\d %")


def unopened_questions(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """Questions and exclamations are opened, too: ¿…? and ¡…!"""
    plain = _FORMULA.sub("x", _CODE.sub("C", translation))
    for closing, opening in ("?¿", "!¡"):
        closed = sum(match[0] == closing for match in _SPANISH_CLOSED.finditer(plain))
        if closed != plain.count(opening):
            yield f"{closed} {closing!r} and {plain.count(opening)} {opening!r}. Open each."


def stops_in_quotation(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """A full stop or a comma stands behind a quotation."""
    plain = _FORMULA.sub("x", _CODE.sub("C", translation))
    for match in _STOP_QUOTED.finditer(plain):
        yield f"{_around(plain, match)!r}: write ”{match[0][0]}."


def spanish_percent(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """A space stands before the percent sign, as the Academy has it."""
    plain = _CODE.sub("C", translation)
    for match in _NO_SPACE.finditer(plain):
        yield f"{_around(plain, match)!r}: put a space before the percent sign, as in 94 %."


def brazilian_percent(_: str, translation: str, __: Glossary) -> Iterator[str]:
    """No space stands before the percent sign, as newspapers and publishers in Brazil have it."""
    plain = _CODE.sub("C", translation)
    for match in _SPACE.finditer(plain):
        yield f"{_around(plain, match)!r}: write the percent sign without a space, as in 94%."


BY_LANGUAGE: Mapping[str, tuple[Lint, ...]] = {
    "ko": (wrong_particles, undecided_particles, mixed_politeness),
    "ja": (mixed_style, spoken_goals, stops_within_quotes),
    "zh-CN": (half_width_marks, spaces_in_chinese, marks_of_other_scripts),
    "es": (unopened_questions, stops_in_quotation, spanish_percent),
    "pt-BR": (stops_in_quotation, brazilian_percent),
}
