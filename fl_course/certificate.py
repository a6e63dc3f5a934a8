"""A page to print with what somebody has solved of the course; `fl-course certificate`.

It is one HTML file for one A4 page, with the system's own fonts, that loads nothing.
"""

import datetime
import os
import unicodedata
from collections.abc import Set
from html import escape
from pathlib import Path

from fl_course import catalog, localization
from fl_course.arguments import check_text, described
from fl_course.authoring.files import is_anothers, write_atomically
from fl_course.localization import one_line, say, word

LONGEST_NAME = 200
_EPOCH = "SOURCE_DATE_EPOCH"
_OURS = b"<!DOCTYPE html>\n<!-- fl-course certificate -->\n"
_HIDDEN = ("Cc", "Cs")  # signs that no page can hold
_WIDE = "WF"  # of East Asian letters, which take two columns
# Columns of a name, wide letters counted twice -> size of its letters in points.
_SIZES = ((24, 34), (48, 24), (110, 16), (2 * LONGEST_NAME, 11))

_STYLE = """
@page { size: A4; margin: 0; }
* { box-sizing: border-box; }
html { background: #ddd; }
body { margin: 1rem auto; width: 210mm; max-width: 100%; min-height: 296mm; padding: 16mm 18mm;
  background: #fff; color: #1a1a1a; display: flex; flex-direction: column;
  font: 11pt/1.35 "Noto Sans", "Noto Sans CJK KR", "Noto Sans CJK JP", "Apple SD Gothic Neo",
  "Malgun Gothic", "Hiragino Sans", "Yu Gothic", system-ui, sans-serif; }
header { border-bottom: 2pt solid #1b4f8f; padding-bottom: 5mm; }
h1 { font-size: 15pt; font-weight: 600; color: #1b4f8f; margin: 0; }
.name { font-weight: 600; line-height: 1.2; overflow-wrap: anywhere; margin: 9mm 0 3mm; }
.sum { margin: 0 0 5mm; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; font-weight: normal; padding: 1mm 2mm 1mm 0;
  border-bottom: 0.5pt solid #aaa; line-height: 1.2; }
thead th { font-size: 9pt; color: #444; }
tbody th { width: 38%; }
td.count { width: 14%; white-space: nowrap; }
td.ids { font-size: 8pt; color: #333; font-family: ui-monospace, monospace; }
footer { margin-top: auto; padding-top: 5mm; font-size: 9pt; color: #333; }
@media print {
  html { background: none; }
  body { margin: 0; width: 210mm; }
}
@media screen and (max-width: 210mm) { body { margin: 0; padding: 1rem; min-height: 0; }
  tbody th { width: auto; } }
"""


class NothingSolvedError(ValueError):
    """There is nothing to certify yet."""


class NotOursError(ValueError):
    """Something else lies where the page is to be written."""


def make(name: str, solved: Set[str], day: datetime.date, lessons: Set[str] | None = None) -> str:
    """The page, in the language that is spoken.

    Args:
        name: Whose it is, with at most 200 characters.
        solved: Ids of the exercises that are solved; of those the course does not have, nothing is
            said.
        day: The date on it.
        lessons: Slugs of the lessons that it is about; by default those in which something is
            solved.

    Raises:
        TypeError: If `name` is no text.
        ValueError: If it has no letter or digit, or is too long.
        NothingSolvedError: If no exercise of these lessons is solved.
    """
    shown = _check_name(name)
    shares = [
        (number, entry, [one for one in entry.solutions if one in solved])
        for number, entry in enumerate(catalog.entries(), start=1)
        if entry.solutions and (lessons is None or entry.slug in lessons)
    ]
    if lessons is None:
        shares = [share for share in shares if share[2]]
    total = sum(len(entry.solutions) for _, entry, _ in shares)
    done = sum(len(its) for _, _, its in shares)
    if not done:
        raise NothingSolvedError(
            say(
                "no exercise is noted as solved here yet, so there is nothing to put on the page. "
                "Solve one, on this machine, and come back: `fl-course status` shows them."
            )
            if lessons is None
            else say(
                "no exercise of these lessons is noted as solved here yet. Solve one, on this "
                "machine, and come back, or choose other lessons: `fl-course status` shows what is "
                "solved."
            )
        )
    rows = "\n".join(
        f'<tr><th scope="row">{number} · {escape(word(entry.title))}</th>'
        f'<td class="count">{_share(len(its), len(entry.solutions))}</td>'
        f'<td class="ids">{", ".join(_breakable(one) for one in its)}</td></tr>'
        for number, entry, its in shares
    )
    title = escape(word(catalog.title()))
    summary = (
        say("has solved all {total} exercises of the lessons listed here.", total=total)
        if done == total
        else say(
            "has solved {done} of the {total} exercises of the lessons listed here.",
            done=done,
            total=total,
        )
    )
    heads = "".join(
        f'<th scope="col">{escape(head)}</th>'
        for head in (say("Lesson"), say("Solved"), say("Exercises"))
    )
    is_not = say(
        "This page says what the course's notebooks have noted on one machine. It is no exam and "
        "no proof of identity: hints and solutions were at hand, nobody has watched, and the name "
        "is the one that was given."
    )
    return f"""{_OURS.decode()}<html lang="{escape(localization.current())}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(shown)} · {title}</title>
<style>{_STYLE}</style>
</head>
<body>
<header><h1>{title}</h1></header>
<main>
<p class="name" style="font-size: {_size(shown)}pt"><bdi>{escape(shown)}</bdi></p>
<p class="sum">{escape(summary)}</p>
<table>
<thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>
<footer><p>{escape(say("Date: {day}", day=day.isoformat()))}</p><p>{escape(is_not)}</p></footer>
</body>
</html>
"""


def today() -> datetime.date:
    """The date to print: of this machine's clock, or of `SOURCE_DATE_EPOCH` if that is set.

    Raises:
        ValueError: If `SOURCE_DATE_EPOCH` is no number of seconds.
    """
    setting = os.environ.get(_EPOCH)
    if not setting:
        return datetime.date.today()
    try:
        return datetime.datetime.fromtimestamp(int(setting), datetime.UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            say(
                "{variable} must be a number of seconds since 1970, and it is {value}.",
                variable=_EPOCH,
                value=described(setting),
            )
        ) from None


def write(path: Path, page: str) -> None:
    """Writes the page, in the place of an earlier one or of none.

    Raises:
        NotOursError: If something else lies there.
        OSError: If it can't be written.
    """
    if is_anothers(path, _OURS):
        raise NotOursError(
            say(
                "{path} is there, and no certificate of the course; it stays as it is. Give "
                "another name.",
                path=path,
            )
        )
    write_atomically(path, page.encode())


def _check_name(name: str) -> str:
    given = check_text("name", name)
    visible = (" " if unicodedata.category(one) in _HIDDEN else one for one in given)
    shown = one_line("".join(visible))
    if len(shown) > LONGEST_NAME or not any(one.isalnum() for one in shown):
        raise ValueError(
            say(
                "name must have a letter or a digit and at most {longest} characters, and it is "
                "{name}.",
                longest=LONGEST_NAME,
                name=described(given),
            )
        )
    return shown


def _size(name: str) -> int:
    columns = sum(1 + (unicodedata.east_asian_width(one) in _WIDE) for one in name)
    return next((size for most, size in _SIZES if columns <= most), _SIZES[-1][1])


def _share(done: int, total: int) -> str:
    return escape(say("{done} of {total}", done=done, total=total))


def _breakable(exercise: str) -> str:
    return escape(exercise).replace("_", "_<wbr>")
