"""The glossary: `lessons/glossary.toml` as a page of `docs/` in each language.

The definitions are messages of a catalog, `glossary.po`; what a term is called is in the language's
`glossary.toml`, where the lints of translations look, too. What lessons have in bold is held to the
definitions: a term that is introduced has one, and the lesson that it names.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.languages import GLOSSARY, TRANSLATIONS, Language
from fl_course.authoring.lints import Glossary, Term
from fl_course.authoring.messages import Message
from fl_course.authoring.notebooks import WORDS, glossary_page, path_of
from fl_course.authoring.script import Cell

SOURCE = Path("lessons", "glossary.toml")
ABOUT = (
    "The terms of the field as this course has them, each with the lesson that introduces it. What "
    "a paper has named has the paper's authors and year; most of these papers are in the lesson's "
    "*Further reading*."
)
_EXAMPLE = (
    '[terms.cohort] with english = "cohort", lesson = "federated_data", definition = "The clients '
    'that …" and, if there are any, forms = ["other words for it"]'
)


@dataclass(frozen=True)
class Concept:
    """A term with its definition.

    Attributes:
        key: What its place on the page is called: the English in lower case, with hyphens.
        english: The English term.
        lesson: The slug of the lesson that introduces it.
        definition: One or two sentences.
        forms: Other words that lessons have for it.
    """

    key: str
    english: str
    lesson: str
    definition: str
    forms: tuple[str, ...] = ()

    def is_called(self, word: str) -> bool:
        """Whether a word, or several, are this term, in the plural as well."""
        names = "|".join(map(re.escape, (self.english, *self.forms)))
        return bool(re.fullmatch(rf"(?:{names})(?:s|es)?", word, re.IGNORECASE))


@dataclass(frozen=True)
class Concepts:
    """All that `lessons/glossary.toml` says.

    Attributes:
        concepts: The terms, in the order of the file.
        emphasis: By slug, what a lesson has in bold for stress alone.
    """

    concepts: tuple[Concept, ...] = ()
    emphasis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_concepts(root: Path, course: Course) -> Concepts:
    """Reads and checks `lessons/glossary.toml`.

    Raises:
        AuthoringError: If it is missing, is not TOML, or an entry is malformed; one line for each
            problem.
    """
    try:
        table = tomllib.loads((root / SOURCE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuthoringError(f"{SOURCE}: is missing. Write it, with {_EXAMPLE}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{SOURCE}: is not valid TOML: {error}. Correct it.") from None
    problems = [
        f"{SOURCE}: {key!r} is none of its tables. Put a term under [terms.…], and what is in bold "
        "and none under [emphasis]."
        for key in table
        if key not in ("terms", "emphasis")
    ]
    slugs = [lesson.slug for lesson in course.lessons]
    concepts: list[Concept] = []
    for key, fields in table.get("terms", {}).items():
        found = _problems(key, fields, slugs)
        problems += [f"{SOURCE}: [terms.{key}]: {problem}" for problem in found]
        if not found:
            concepts.append(_concept(key, fields))
    names = [name.lower() for concept in concepts for name in (concept.english, *concept.forms)]
    problems += [
        f"{SOURCE}: {name!r} stands for two terms. Let one of them have it."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    emphasis = table.get("emphasis", {})
    problems += [
        f"{SOURCE}: [emphasis]: {slug!r} is no lesson. Use one of: {', '.join(slugs)}."
        for slug in emphasis
        if slug not in slugs
    ]
    problems += [
        f'{SOURCE}: [emphasis]: {slug} is {words!r}. Write it like this: {slug} = ["mean image"].'
        for slug, words in emphasis.items()
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words)
    ]
    if problems:
        raise AuthoringError("\n".join(problems))
    return Concepts(tuple(concepts), {slug: tuple(words) for slug, words in emphasis.items()})


def _problems(key: str, fields: Any, slugs: Sequence[str]) -> list[str]:
    """What is wrong with an entry."""
    wanted = {"english", "lesson", "definition"}
    if (
        not isinstance(fields, dict)
        or not wanted <= set(fields) <= wanted | {"forms"}
        or not all(isinstance(fields[name], str) and fields[name].strip() for name in wanted)
        or not isinstance(fields.get("forms", []), list)
    ):
        return [f"has other fields than it should. Write it like this: {_EXAMPLE}."]
    problems = []
    if fields["lesson"] not in slugs:
        problems.append(
            f"{fields['lesson']!r} is no lesson. Use one of: {', '.join(slugs)}; if the lesson was "
            "left out, remove its terms."
        )
    if key != place_of(fields["english"]):
        problems.append(
            f"is called {fields['english']!r}. Name it [{place_of(fields['english'])}]."
        )
    if not re.search(r"[.!?]$", fields["definition"].strip()):
        problems.append("the definition is cut off. End it with a full stop.")
    return problems


def _concept(key: str, fields: Mapping[str, Any]) -> Concept:
    definition = " ".join(fields["definition"].split())
    forms = tuple(fields.get("forms", ()))
    return Concept(key, fields["english"], fields["lesson"], definition, forms)


def place_of(english: str) -> str:
    """What GitHub calls the place of a heading: `#client-drift`."""
    return re.sub(r"[^\w\s-]", "", english.lower()).replace(" ", "-")


def messages(concepts: Concepts, slugs: Sequence[str]) -> Iterator[Message]:
    """The messages of the glossary: what it is, and its definitions.

    Args:
        concepts: The terms.
        slugs: The lessons whose terms are wanted.
    """
    yield Message(GLOSSARY, ABOUT)
    for concept in concepts.concepts:
        if concept.lesson in slugs:
            yield Message(_context(concept), concept.definition)


def _context(concept: Concept) -> str:
    return f"{GLOSSARY}/{concept.key}"


# --- The page -------------------------------------------------------------------------------------


def page(
    concepts: Concepts,
    course: Course,
    language: Language,
    terms: Glossary,
    released: Sequence[Language],
) -> str:
    """The glossary in a language, in its order, as Markdown.

    A definition without translation is in English, and so is the name of a term that the language
    lacks.

    Args:
        concepts: The terms.
        course: The course.
        language: The language.
        terms: What the language calls them.
        released: The released languages, English first, to switch between.
    """
    known = {term.english: term for term in (*terms.terms, *terms.further)}
    lessons = {lesson.slug: lesson for lesson in course.lessons}
    entries = []
    for concept in concepts.concepts:
        term = known.get(concept.english, Term(concept.english, concept.english))
        group, order = _order(term.reading or term.term)
        entries.append((group, order, term.term, concept))
    parts = [f"# {language.word(WORDS['glossary'])}"]
    if len(released) > 1:
        parts.append(_switch(language, released))
    parts.append(language.text_of(GLOSSARY, ABOUT))
    last = None
    for group, _, name, concept in sorted(entries, key=lambda entry: (*entry[:3], entry[3].key)):
        if group != last:
            parts.append(f"## {group[1]}")
            last = group
        if language.code != ENGLISH:
            # A heading in another language has no place that one could know from here.
            parts.append(f'<a id="{concept.key}"></a>')
        beside = "" if name == concept.english else f" ({concept.english})"
        parts += [
            f"### {name}{beside}",
            language.text_of(GLOSSARY, concept.definition, _context(concept)),
            _link(course, lessons[concept.lesson], language),
        ]
    return "\n\n".join(parts) + "\n"


def _switch(language: Language, released: Sequence[Language]) -> str:
    return " · ".join(
        f"**{to.name}**"
        if to.code == language.code
        else f"[{to.name}]({glossary_page(to.code).name})"
        for to in released
    )


def _link(course: Course, lesson: Lesson, language: Language) -> str:
    there = language.code in lesson.languages
    path = path_of(lesson, language.code if there else ENGLISH, "learner")
    link = f"[{lesson.number} · {language.word(lesson.title)}](../{path.as_posix()})"
    return link if there else f"{link} ({language.word(WORDS['in_english'])})"


_INITIALS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"  # ㄲ stands with ㄱ, and so on
_ROWS = "あかさたなはまやらわ"


def _order(reading: str) -> tuple[tuple[int, str], str]:
    """Where a term stands: the heading that it is under, and its place there.

    Hangul comes by its first consonant and kana by its row, before Latin letters.
    """
    folded = "".join(map(_plain, reading.casefold()))
    first = folded[:1]
    if "가" <= first <= "힣":
        return (0, _INITIALS[(ord(first) - ord("가")) // 588]), folded
    if "ぁ" <= first <= "ん":
        return (0, max(row for row in _ROWS if row <= first or row == "あ")), folded
    return (1, first.upper()), folded


def _plain(letter: str) -> str:
    """A letter as dictionaries sort it: without accents; katakana as hiragana without voice."""
    if "ァ" <= letter <= "ヶ":
        letter = chr(ord(letter) - ord("ァ") + ord("ぁ"))
    if "ぁ" <= letter <= "ん":
        letter = unicodedata.normalize("NFD", letter)[0]
        return _LARGE.get(letter, letter)
    base = unicodedata.normalize("NFD", letter)[0]
    return "" if letter in "ー-" else base if base.isascii() else letter


_LARGE = dict(zip("ぁぃぅぇぉっゃゅょ", "あいうえおつやゆよ", strict=True))


# --- What may be wrong ----------------------------------------------------------------------------


def term_problems(
    concepts: Concepts, glossary: Glossary, language: str, slugs: Sequence[str]
) -> Iterator[str]:
    """What a language's `glossary.toml` lacks for its page.

    Args:
        concepts: The terms.
        glossary: The language's own.
        language: Its code.
        slugs: The lessons that are released in it.
    """
    path = TRANSLATIONS / language / "glossary.toml"
    known = {term.english: term for term in (*glossary.terms, *glossary.further)}
    for concept in concepts.concepts:
        if concept.lesson not in slugs:
            continue
        term = known.get(concept.english)
        if term is None:
            yield (
                f"{path}: the term {concept.english!r} of {SOURCE} is missing. Add below [terms], "
                f'or [further]: {concept.key} = {{ english = "{concept.english}", term = "…" }}'
            )
        elif re.match(r"[㐀-鿿]", term.reading or term.term) and language == "ja":
            yield (
                f"{path}: the term {term.term!r} begins with a Chinese character, which has no "
                'place in the order of kana. Add how it is read: reading = "…"'
            )


def bold_problems(concepts: Concepts, scripts: Mapping[Lesson, tuple[Cell, ...]]) -> Iterator[str]:
    """What lessons have in bold and the glossary lacks, or gives to another lesson.

    Args:
        concepts: The terms.
        scripts: The cells of the lessons, in the course's order.
    """
    introduced: set[str] = set()
    begun: set[str] = set()
    for lesson, cells in scripts.items():
        begun.add(lesson.slug)
        stressed = {word.lower() for word in concepts.emphasis.get(lesson.slug, ())}
        seen = set()
        for cell, bold in _bolds_of(cells):
            where = f"{lesson.script}: cell {cell.key}: **{bold.text}**"
            to_list = f"add it to the list {lesson.slug} of [emphasis]"
            seen.add(bold.text.lower())
            concept = next((x for x in concepts.concepts if x.is_called(bold.text)), None)
            if bold.text.lower() in stressed:
                # Once its lesson is past, it is known, and may be in bold anywhere.
                introduced |= {concept.key} if concept and concept.lesson in begun else set()
            elif concept is None and bold.is_a_term:
                yield (
                    f"{where} looks like a term that {SOURCE} does not define. Define it there, "
                    f"or, if it is in bold for stress, {to_list}."
                )
            elif concept and concept.key not in introduced:
                introduced.add(concept.key)
                if lesson.slug != concept.lesson:
                    yield (
                        f"{where} is in bold here for the first time, and {SOURCE} says that "
                        f"{concept.lesson} introduces it. Correct one of them, or {to_list}."
                    )
        for word in concepts.emphasis.get(lesson.slug, ()):
            if word.lower() not in seen:
                yield (
                    f"{SOURCE}: [emphasis]: {word!r} is not in bold in {lesson.slug}. Remove it "
                    "from the list."
                )


def _bolds_of(cells: Sequence[Cell]) -> Iterator[tuple[Cell, "Bold"]]:
    """What learners see in bold in a lesson's texts."""
    for cell in cells:
        if not cell.is_code and cell.kind != "instructor":
            yield from ((cell, bold) for bold in bolds(cell.source))


@dataclass(frozen=True)
class Bold:
    """Words in bold.

    Attributes:
        text: The words.
        before: What stands before them in their paragraph.
        after: What follows them there.
    """

    text: str
    before: str
    after: str

    @property
    def is_a_term(self) -> bool:
        """Whether they look like a term that is introduced.

        That is a noun phrase of up to three words: two or three of which the first is no function
        word, or a single one after an article, or before the name of a paper, as in "**Krum**
        (Blanchard and others)". A label such as "**Your task.**" ends with a sign, and an adjective
        that is stressed has its noun behind it.
        """
        words = self.text.split()
        if not 1 <= len(words) <= 3 or not all(map(_WORD.fullmatch, words)):
            return False
        if _NO_NOUN.fullmatch(words[0]):
            return False
        if len(words) > 1:
            return True
        introduced = re.search(r"\b(?:an?|the|called)\s*$", self.before, re.IGNORECASE)
        alone = re.match(r"\s*(?:$|[.,;:)]|(?:is|of|has|runs|says)\b)", self.after)
        return bool(introduced and alone) or bool(re.match(r"\s\([A-Z]", self.after))


_MARKDOWN = MarkdownIt("commonmark").enable("table")
_WORD = re.compile(r"[A-Za-z](?:[A-Za-z'’-]*[A-Za-z])?")
# With these no noun phrase begins: articles, pronouns, prepositions, numbers, verbs.
_NO_NOUN = re.compile(
    "a|all|an|any|as|at|before|after|by|each|every|for|from|half|if|in|into|is|it|its|many|minus|"
    "more|my|no|not|of|on|one|only|or|our|out|over|own|plus|takes?|ten|than|that|the|their|these|"
    "they|this|three|to|two|four|under|what|while|with|without|you|your",
    re.IGNORECASE,
)


def bolds(markdown: str) -> Iterator[Bold]:
    """What is in bold in a text, where it is nothing but words."""
    for token in _MARKDOWN.parse(markdown):
        children = token.children or []
        for start, child in enumerate(children):
            if child.type != "strong_open":
                continue
            end = next(n for n in range(start, len(children)) if _closes(children[n], child))
            inner = children[start + 1 : end]
            if all(x.type in ("text", "softbreak") for x in inner):
                text, before, after = map(_text, (inner, children[:start], children[end + 1 :]))
                yield Bold(text, before, after)


def _closes(token: Token, opening: Token) -> bool:
    return token.type == "strong_close" and token.level == opening.level


def _text(tokens: Sequence[Token]) -> str:
    """The words of a text; code and formulas count as one sign."""
    return "".join(" " if x.type == "softbreak" else x.content for x in tokens)
