"""The room's page: forms, who is stuck, and for each lesson a chart and a table.

It is one HTML document that loads nothing and runs nothing. A state has a sign, a word for those
who hear the page, and a colour.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape

from fl_course import catalog, localization
from fl_course.authoring.sheet_content import IN_A_NOTEBOOK, IN_A_TERMINAL
from fl_course.exercises.codes import MOST_TRIES, State
from fl_course.localization import say, word
from fl_course.room.lines import Reading
from fl_course.room.people import STUCK, Person, notes, solved_by, stuck_at

_SHOWN_TROUBLES = 200
_NOTHING = Reading([], [], 0)

STYLE = """
:root { color-scheme: light dark; --line: #767676; --solved: #1b6b32; --stuck: #9a3f00;
  --soft: #f1f1f1; --page: #fff; --text: #1a1a1a; --on: #fff; --link: #0b4fa3; }
@media (prefers-color-scheme: dark) {
  :root { --line: #8c8c8c; --solved: #7fd49a; --stuck: #ffb27a; --soft: #2a2a2a; --page: #161616;
    --text: #eee; --on: #111; --link: #9cc4ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 80rem; background: var(--page);
  color: var(--text); font: 1rem/1.5 system-ui, "Noto Sans", "Noto Sans CJK KR", sans-serif; }
a { color: var(--link); }
textarea { width: 100%; height: 8rem; font: 0.9rem/1.4 ui-monospace, monospace; }
textarea, button { color: inherit; background: var(--soft); border: 1px solid var(--line);
  border-radius: 0.3rem; }
button { padding: 0.5rem 1rem; font: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.actions { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin: 0.5rem 0; }
li, p { overflow-wrap: anywhere; }
.example { border: 1px dashed var(--line); padding: 0.2rem 1rem; }
.troubles { border-left: 0.4rem solid var(--stuck); padding: 0.2rem 1rem; background: var(--soft);
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left;
  vertical-align: top; font-weight: normal; }
thead th { vertical-align: bottom; }
th.who { position: sticky; left: 0; background: var(--page); min-width: 8rem; max-width: 14rem; }
th.who bdi { display: block; max-width: 13rem; overflow-wrap: break-word; }
td.state { text-align: center; white-space: nowrap; }
td.solved, .key .solved { background: var(--solved); color: var(--on); }
td.stuck, .key .stuck { outline: 3px double var(--stuck); outline-offset: -4px; color: var(--stuck);
  font-weight: 700; }
td.tried, .key .tried { background: var(--soft); }
.key span { display: inline-block; padding: 0 0.5rem; margin-right: 0.3rem; min-width: 2.5rem;
  text-align: center; border: 1px solid var(--line); }
.key li { display: inline-block; margin-right: 1rem; }
.key, .bars { list-style: none; padding: 0; }
.bars li { display: grid; grid-template-columns: minmax(9rem, 16rem) minmax(4rem, 1fr) auto;
  gap: 0.2rem 0.8rem; align-items: center; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .bars li { grid-template-columns: 1fr; margin-bottom: 0.5rem; } }
.bars svg { width: 100%; height: 1rem; border: 1px solid var(--line); display: block; }
.bars .all { fill: var(--solved); }
.hatch { stroke: var(--stuck); stroke-width: 3; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What a Content-Security-Policy names the page's own style by."""


def make(people: Sequence[Person], reading: Reading = _NOTHING, *, is_example: bool = False) -> str:
    """The page.

    Args:
        people: The participants, in the order of the rows.
        reading: What was found in what was pasted last.
        is_example: Whether the participants are made up, which the page then says.
    """
    begun = {exercise for person in people for exercise in person.states}
    lessons = list(enumerate(catalog.entries(), start=1))
    shown = [(number, entry) for number, entry in lessons if begun.intersection(entry.solutions)]
    parts = [_example() if is_example else "", _forms(len(people)), _troubles(reading)]
    if people:
        parts += [_notes(people), _stuck(people), _key()]
        parts += [_lesson(number, entry, people) for number, entry in shown]
        parts.append(_not_begun([one for one in lessons if one not in shown]))
    title = _text(say("The room"))
    return f"""<!DOCTYPE html>
<html lang="{escape(localization.current())}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<svg class="hidden" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6"
 patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs></svg>
<main>
<h1>{title}</h1>
{"".join(parts)}</main>
</body>
</html>
"""


def _text(text: str) -> str:
    return escape(text)


def _example() -> str:
    told = say(
        "This is an example: the participants are made up, and nothing is kept. A line that you "
        "paste joins them. “{button}” ends the example.",
        button=say("Forget everybody"),
    )
    return f'<p class="example"><strong>{_text(told)}</strong></p>\n'


def _forms(number: int) -> str:
    heading = _text(say("Lines from the chat"))
    hint = _with_code(
        say(
            "Everybody runs {terminal} in a terminal, or {cell} in a notebook, on Colab too, and "
            "posts the line. Paste all of them at once, with names before them or above them. Who "
            "posts again replaces the former line.",
            terminal=f"`{IN_A_TERMINAL}`",
            cell=f"`{IN_A_NOTEBOOK}`",
        )
    )
    private = _text(
        say(
            "This page is on this computer only and is forgotten when the program ends; the CSV "
            "file stays."
        )
    )
    told = _text(
        say("One participant.") if number == 1 else say("{number} participants.", number=number)
    )
    more = ""
    if number:
        more = f"""<div class="actions"><strong>{told}</strong>
<a href="room.csv" download="room.csv">{_text(say("Download as CSV"))}</a>
<form method="post" action="clear"><button>{_text(say("Forget everybody"))}</button></form></div>
"""
    return f"""<form method="post" action="lines">
<p><label for="lines"><strong>{heading}</strong></label></p>
<p id="hint">{hint}</p>
<textarea id="lines" name="lines" aria-describedby="hint" spellcheck="false" autocomplete="off"
 autocapitalize="off"></textarea>
<div class="actions"><button>{_text(say("Read the lines"))}</button></div>
</form>
{more}<p>{private}</p>
"""


def _troubles(reading: Reading) -> str:
    others = reading.about_others()
    told = f'<p role="status">{_text(others)}</p>\n' if others else ""
    troubles = reading.troubles
    if not troubles:
        return told
    items = "".join(f"<li>{_text(str(trouble))}</li>" for trouble in troubles[:_SHOWN_TROUBLES])
    left = len(troubles) - _SHOWN_TROUBLES
    if left > 0:
        items += f"<li>{_text(say('and {number} more of that kind.', number=left))}</li>"
    heading = _text(say("Could not be read"))
    section = (
        f'<section class="troubles" role="status"><h2>{heading}</h2><ul>{items}</ul></section>'
    )
    return f"{section}\n{told}"


def _notes(people: Sequence[Person]) -> str:
    items = "".join(f"<li>{_text(note)}</li>" for note in notes(people))
    return f"<ul>{items}</ul>\n" if items else ""


def _stuck(people: Sequence[Person]) -> str:
    items = []
    for number, entry in enumerate(catalog.entries(), start=1):
        for exercise in entry.solutions:
            names = [
                f"<bdi>{_text(person.name)}</bdi> ({_tries(person.states[exercise].tries)})"
                for person in stuck_at(people, exercise)
            ]
            if names:
                items.append(f"<li>{number} · <code>{exercise}</code>: {', '.join(names)}</li>")
    heading = _text(say("Who is stuck"))
    told = _text(
        say("Tried {number} times or more and not solved; how often is in brackets.", number=STUCK)
        if items
        else say("Nobody has tried an exercise {number} times in vain.", number=STUCK)
    )
    return f"<h2>{heading}</h2>\n<p>{told}</p>\n<ul>{''.join(items)}</ul>\n"


def _key() -> str:
    meanings = [
        ("solved", "✓ 2", say("solved, at the second try")),
        ("tried", "· 1", say("tried once, not solved")),
        ("stuck", "! 3", say("tried {number} times or more, not solved", number=STUCK)),
        ("none", "\N{NO-BREAK SPACE}", say("not tried")),
    ]
    items = [
        f'<li><span class="{kind}" aria-hidden="true">{sign}</span>{_text(meaning)}</li>'
        for kind, sign, meaning in meanings
    ]
    bars = _text(
        say("In a bar, what is filled has solved the exercise, and what is hatched is stuck.")
    )
    heading = _text(say("Lesson by lesson"))
    return f'<h2>{heading}</h2>\n<ul class="key">{"".join(items)}</ul>\n<p>{bars}</p>\n'


def _lesson(number: int, entry: catalog.Entry, people: Sequence[Person]) -> str:
    title = _text(f"{number} · {word(entry.title)}")
    solved = solved_by(people)
    bars = "".join(
        _bar(exercise, solved[exercise], len(stuck_at(people, exercise)), len(people))
        for exercise in entry.solutions
    )
    heads = "".join(f'<th scope="col">{_breakable(one)}</th>' for one in entry.solutions)
    rows = "".join(
        f'<tr><th scope="row" class="who"><bdi>{_text(person.name)}</bdi></th>'
        + "".join(_cell(person.states.get(one), person.is_stuck(one)) for one in entry.solutions)
        + "</tr>\n"
        for person in people
    )
    who = _text(say("Participant"))
    return f"""<section>
<h3 id="lesson-{number}">{title}</h3>
<ul class="bars">{bars}</ul>
<div class="scroll" tabindex="0" role="region" aria-labelledby="lesson-{number}"><table>
<thead><tr><th scope="col" class="who">{who}</th>{heads}</tr></thead>
<tbody>
{rows}</tbody></table></div>
</section>
"""


def _bar(exercise: str, solved: int, stuck: int, total: int) -> str:
    told = say("{solved} of {total} solved", solved=solved, total=total)
    if stuck:
        told = say("{told}, {stuck} stuck", told=told, stuck=stuck)
    done, waiting = 100 * solved / total, 100 * stuck / total
    return (
        f"<li><code>{_breakable(exercise)}</code>"
        f'<svg aria-hidden="true"><rect class="all" width="{done:.1f}%" height="100%"/>'
        f'<rect x="{done:.1f}%" width="{waiting:.1f}%" height="100%" fill="url(#hatch)"/></svg>'
        f"<span>{_text(told)}</span></li>"
    )


def _cell(state: State | None, is_stuck: bool) -> str:
    if state is None:
        return f'<td class="state"><span class="hidden">{_text(say("not tried"))}</span></td>'
    kind = "solved" if state.solved else "stuck" if is_stuck else "tried"
    sign = {"solved": "✓", "stuck": "!", "tried": "·"}[kind]
    tries = _tries(state.tries) if state.tries else ""
    meaning = say("solved") if state.solved else say("not solved")
    if state.tries == 1:
        meaning = say("{state}, tried once", state=meaning)
    elif state.tries:
        meaning = say("{state}, tried {tries} times", state=meaning, tries=tries)
    return (
        f'<td class="state {kind}"><span aria-hidden="true">{sign} {tries}</span>'
        f'<span class="hidden">{_text(meaning)}</span></td>'
    )


def _tries(number: int) -> str:
    return f"{number}+" if number == MOST_TRIES else str(number)


def _not_begun(lessons: Sequence[tuple[int, catalog.Entry]]) -> str:
    titles = [f"{number} · {word(entry.title)}" for number, entry in lessons if entry.solutions]
    if not titles:
        return ""
    told = _text(say("Nobody has begun: {lessons}.", lessons="; ".join(titles)))
    return f"<p>{told}</p>\n"


def _with_code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", _text(text))


def _breakable(exercise: str) -> str:
    return _text(exercise).replace("_", "_<wbr>")
