"""What of a lesson is translated, and putting translations in its place.

A message is what a translator sees at a time: a paragraph, a heading, a list item's paragraph or a
table's row of a text cell, a comment of a code cell. It is named by lesson, cell and its English
text. Everything else stays as it is written: code, formulas that stand alone, addresses.
"""

import ast
import dataclasses
import functools
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import wcwidth
from markdown_it import MarkdownIt
from markdown_it.token import Token

from fl_course.authoring.course import Lesson
from fl_course.authoring.script import CODE_COLUMNS, Cell

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_PYTHON = ("python", "py", "python3")
_SHELL = ("sh", "bash", "shell")
_SHELL_COMMENT = re.compile(r"(?:^|(?<=\s))#[ \t]+(?P<text>[^\n]*\S)", re.MULTILINE)
_MAGIC_LINE = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_CLOSING = "、。，．」』）)]"  # never a line's first
# What a translator has nothing to say about.
_NOT_WORDS = re.compile(
    r"`+[^`]*`+|\$\$.*?\$\$|\$[^$]*\$|<[^<>]*>|\]\([^)]*\)|https?://\S+", re.DOTALL
)
_QUOTES = '"""'
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*?(?=\s*(?:\n\s*\n|\Z))")
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True)
class Span:
    """A message where it stands.

    Attributes:
        start: Index of its first character in the cell's source.
        end: Index after its last one.
        text: The message: what stands there, with the lines of a paragraph joined.
        indent: What begins each further line of a paragraph: its list's or quote's own signs.
        comment: Whether it is a comment of code.
    """

    start: int
    end: int
    text: str
    indent: str = ""
    comment: bool = False


@dataclass(frozen=True)
class Message:
    """A message of a lesson.

    Attributes:
        context: Lesson and key of the cell, as a catalog's `msgctxt` names it.
        text: The English text.
    """

    context: str
    text: str


def context_of(lesson: Lesson, cell: Cell) -> str:
    """How a catalog names the cell that a message belongs to."""
    return f"{lesson.slug}/{cell.key}"


def messages_of(lesson: Lesson, cells: tuple[Cell, ...]) -> Iterator[Message]:
    """All messages of a lesson in their order, each once in its cell."""
    for cell in cells:
        sources = [cell.source]
        if cell.is_code:
            sources = [cell.variants.learner, cell.variants.solved]
        texts = [span.text for source in sources for span in spans(source, code=cell.is_code)]
        for text in dict.fromkeys(texts):
            yield Message(context_of(lesson, cell), text)


def translate(source: str, translation_of: Callable[[str], str], *, code: bool) -> str:
    """A cell's source with its messages translated.

    Args:
        source: The cell's source, without markers of blanks.
        translation_of: Gives the translation of a message, or an empty text if there is none.
        code: Whether it is a code cell.
    """
    parts: list[str] = []
    at = 0
    for span in spans(source, code=code):
        translation = translation_of(span.text)
        if not translation:
            continue
        parts += [source[at : span.start], _as_written(span, translation)]
        at = span.end
    return "".join([*parts, source[at:]])


def _as_written(span: Span, translation: str) -> str:
    if not span.comment:
        return translation.replace("\n", f"\n{span.indent}")
    # A wide character takes two columns.
    room = CODE_COLUMNS - wcwidth.wcswidth(span.indent)
    if not span.indent.strip():
        room -= 2 * len(_QUOTES)  # It is a docstring.
    return f"\n{span.indent}".join(
        line for part in translation.split("\n") for line in _wrapped(part, room)
    )


def _wrapped(text: str, room: int) -> list[str]:
    """A text in lines, none of which is only the end of a sentence where words have no spaces."""
    for columns in range(room, max(room - 16, 1), -1):
        lines = wcwidth.wrap(text, columns)
        if all(wcwidth.wcswidth(line) > 8 and line[0] not in _CLOSING for line in lines[1:]):
            return lines
    return wcwidth.wrap(text, room)


@functools.cache  # a cell is asked for once a language, and its solution shares most of it
def spans(source: str, *, code: bool) -> tuple[Span, ...]:
    """The messages of a cell's source, in their order.

    Args:
        source: The source, without markers of blanks.
        code: Whether it is a code cell.
    """
    found = _code_spans(source) if code else _markdown_spans(source)
    return tuple(span for span in found if has_words(span.text))


def has_words(text: str) -> bool:
    """Whether there is anything to translate in a text: not only code, formulas and numbers."""
    return bool(_WORD.search(_NOT_WORDS.sub(" ", text)))


def is_table_row(text: str) -> bool:
    """Whether a message is a row of a table, as `spans` gives it."""
    return text.startswith("|") and text.endswith("|")


@functools.cache  # the English is asked for once a language
def blocks(markdown: str) -> tuple[str, ...]:
    """The structure of a text: the kinds of its blocks in order, without their content.

    Two texts of which one translates the other have the same.
    """
    return tuple(
        f"{token.type} {token.tag} {token.info}"
        for token in _MARKDOWN.parse(markdown)
        if token.type != "inline"
    )


def _markdown_spans(source: str) -> Iterator[Span]:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    tokens = _MARKDOWN.parse(source)
    in_row = False
    for token in tokens:
        if token.type == "tr_open":
            in_row = True
            line = lines[token.map[0]]
            prefix = _prefix(line, line.strip().lstrip("> \t"))
            yield _of_lines(lines, starts, token.map[0], len(prefix), [line[len(prefix) :]])
        elif token.type == "tr_close":
            in_row = False
        elif token.type == "inline" and not in_row and token.content:
            yield _inline_span(token, lines, starts)
        elif token.type == "fence":
            yield from _fence_spans(token, lines, starts)
        elif token.type == "html_block":
            yield from _html_spans(token, lines, starts)


def _prefix(line: str, content: str) -> str:
    return line[: line.index(content)] if content in line else ""


def _of_lines(
    lines: list[str], starts: list[int], first: int, column: int, contents: list[str]
) -> Span:
    """The span of consecutive lines, of which the first one's content begins at a column."""
    last = first + len(contents) - 1
    end = starts[last] + len(lines[last].rstrip())
    if len(contents) > 1:
        following = lines[first + 1]
        indent = following[: len(following) - len(following.lstrip("> \t"))]
    else:
        indent = re.sub(r"[^>\t]", " ", lines[first][:column])
    return Span(starts[first] + column, end, _joined(contents), indent)


def _joined(contents: list[str]) -> str:
    """The lines of a paragraph as one, but for line breaks that are meant."""
    text = ""
    for content in contents:
        if text.endswith("\\"):
            text += "\n"
        elif text.endswith("  "):
            text = text.rstrip(" ") + "\\\n"
        elif text:
            text = text.rstrip() + " "
        text += content.rstrip("\n").lstrip()
    return text.rstrip()


def _inline_span(token: Token, lines: list[str], starts: list[int]) -> Span:
    contents = token.content.split("\n")
    first = token.map[0]
    # In a list's first line, or after a heading's signs, the content is what the line ends with.
    line = lines[first].rstrip()
    column = line.rfind(contents[0].rstrip())
    span = _of_lines(lines, starts, first, column, contents)
    if len(contents) == 1:  # a heading may be closed by signs of its own
        return dataclasses.replace(span, end=span.start + len(contents[0].rstrip()))
    return span


def _fence_spans(token: Token, lines: list[str], starts: list[int]) -> Iterator[Span]:
    first = token.map[0] + 1
    inner = token.content.splitlines()
    language = token.info.strip().split(" ")[0]
    if not inner or language not in (*_PYTHON, *_SHELL):
        return
    comments = _code_spans if language in _PYTHON else _shell_spans
    removed = len(lines[first].rstrip("\n")) - len(inner[0])
    offsets = [0]
    for line in token.content.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    for span in comments(token.content):
        row = next(n for n, offset in enumerate(offsets[1:]) if offset > span.start)
        last = next(n for n, offset in enumerate(offsets[1:]) if offset >= span.end)
        start = starts[first + row] + removed + span.start - offsets[row]
        end = starts[first + last] + removed + span.end - offsets[last]
        indent = lines[first + row][:removed] + span.indent
        yield Span(start, end, span.text, indent, comment=True)


def _shell_spans(source: str) -> Iterator[Span]:
    for match in _SHELL_COMMENT.finditer(source):
        yield Span(*match.span("text"), match["text"], "# ", comment=True)


def _html_spans(token: Token, lines: list[str], starts: list[int]) -> Iterator[Span]:
    first, last = token.map
    block = "".join(lines[first:last]).rstrip()
    if has_words(re.sub(r"<!--.*?-->", "", block, flags=re.DOTALL)):
        yield Span(starts[first], starts[first] + len(block), block)


def _code_spans(source: str) -> Iterator[Span]:
    """Comments and docstrings, from top to bottom."""
    # IPython's own lines are not Python's.
    python = _MAGIC_LINE.sub(lambda match: "#".ljust(len(match[0])), source)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    comments, docstrings = [], []
    before = None
    for token in _tokens(python):
        if token.type == tokenize.COMMENT:
            comments.append(token)
        elif token.type == tokenize.STRING and before == tokenize.INDENT:
            docstrings.append(token)
        # What a comment between them is followed by.
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            before = token.type
    found = [*_comment_spans(comments, source, starts), *_docstring_spans(docstrings, starts)]
    yield from sorted(found, key=lambda span: span.start)


def _docstring_spans(
    docstrings: Iterable[tokenize.TokenInfo], starts: Sequence[int]
) -> Iterator[Span]:
    """Paragraphs of docstrings in three quotation marks."""
    for token in docstrings:
        if token.string.startswith(_QUOTES):
            start = starts[token.start[0] - 1] + token.start[1]
            end = len(token.string) - len(_QUOTES)
            for match in _PARAGRAPH.finditer(token.string, len(_QUOTES), end):
                text = " ".join(match[0].split())
                indent = " " * token.start[1]
                yield Span(start + match.start(), start + match.end(), text, indent, comment=True)


def _comment_spans(
    comments: Iterable[tokenize.TokenInfo], source: str, starts: Sequence[int]
) -> Iterator[Span]:
    """Comments: lines of nothing else that follow each other in one column are one."""
    run: list[tokenize.TokenInfo] = []
    for token in comments:
        if source[starts[token.start[0] - 1] :].lstrip().startswith(("%", "!")):
            continue
        follows = (
            run
            and not token.line[: token.start[1]].strip()
            and not run[-1].line[: run[-1].start[1]].strip()
            and run[-1].start == (token.start[0] - 1, token.start[1])
        )
        if run and not follows:
            yield _comment_span(run, starts)
            run = []
        run.append(token)
    if run:
        yield _comment_span(run, starts)


def _tokens(python: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(python).readline)
    except (tokenize.TokenError, SyntaxError):  # a fragment, of which what was read counts
        return


def _comment_span(run: list[tokenize.TokenInfo], starts: list[int]) -> Span:
    first, last = run[0], run[-1]
    signs = len(first.string) - len(first.string.lstrip("#! ")) if first.string != "#" else 1
    start = starts[first.start[0] - 1] + first.start[1] + signs
    end = starts[last.end[0] - 1] + last.end[1]
    text = " ".join(token.string.lstrip("# ").rstrip() for token in run)
    indent = " " * first.start[1] + "# "
    return Span(start, end, text, indent, comment=True)


def same_code(one: str, other: str) -> bool:
    """Whether two sources are the same program, whatever their comments and docstrings say."""
    return one == other or _program(one) == _program(other)


@functools.cache  # the English is asked for once a language
def _program(source: str) -> tuple[tuple[str, ...], str]:
    """What a source does: the lines that only a notebook understands, and its tree."""
    lines = tuple(_MAGIC_LINE.findall(source))
    return lines, ast.dump(_without_docstrings(parsed(source)))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            node.body[0].value = ast.Constant("")
    return tree


def parsed(source: str) -> ast.Module:
    """A code cell's tree, with `pass` for lines that only a notebook understands."""
    return ast.parse(_MAGIC_LINE.sub("pass", source))
