"""What a figure shows, for who cannot see it: what is highest, what rises, what is mixed up.

No measured value is said, and nothing that would be said otherwise if the values differed a little:
the last digits differ from one processor to another. What is not clear goes unsaid.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from fl_course.localization import Said, noted, say, strung, word
from fl_course.plotting.style import listed

# A lead or a change that a look at the figure finds, and that no other processor takes away: so
# much of the range of all values, and of the largest.
_OF_RANGE, _OF_LARGEST = 0.2, 0.05
_MOST_NAMED = 6
_FEWEST_VALUES = 4  # of a curve that goes somewhere
_HIGHEST = {
    "": noted("highest: {name}"),
    "mean": noted("highest on average: {name}"),
    "end": noted("highest at the end: {name}"),
}
_LOWEST = {
    "": noted("lowest: {name}"),
    "mean": noted("lowest on average: {name}"),
    "end": noted("lowest at the end: {name}"),
}


def extremes(
    values: Mapping[str, float], of: Literal["", "mean", "end"] = "", least: float = 0.0
) -> list[Said]:
    """Says which of several values is highest and which is lowest, where that is clear.

    Args:
      values: The values by name.
      of: Whether they are what curves end with, or the means of rows.
      least: The smallest lead that is clear; by itself found from the values.
    """
    if len(values) < 2:
        return []
    order = sorted(values, key=lambda name: values[name])
    least = max(least, _clear(np.array(list(values.values()))))
    found = []
    if values[order[-1]] - values[order[-2]] > least:
        found.append(say(_HIGHEST[of], name=word(order[-1])))
    if values[order[1]] - values[order[0]] > least and order[1] != order[-1]:
        found.append(say(_LOWEST[of], name=word(order[0])))
    return found


def courses(runs: Mapping[str, Sequence[float]]) -> list[Said]:
    """Says which of several curves end higher or lower than they began, and which end at the top.

    Which ends at the top is said of curves that end at the same step.

    Args:
      runs: The values in order, by run.
    """
    long = {
        run: np.asarray(line, float) for run, line in runs.items() if len(line) >= _FEWEST_VALUES
    }
    if not long:
        return []
    least = _clear(np.concatenate(list(long.values())))
    changes = {run: line[-1] - line[0] for run, line in long.items()}
    rising = [run for run, change in changes.items() if change > least]
    falling = [run for run, change in changes.items() if change < -least]
    found = []
    for chosen, alone, every, some in (
        (
            rising,
            noted("ends higher than it began"),
            noted("each ends higher than it began"),
            noted("end higher: {runs}"),
        ),
        (
            falling,
            noted("ends lower than it began"),
            noted("each ends lower than it began"),
            noted("end lower: {runs}"),
        ),
    ):
        if len(chosen) == len(runs):
            found.append(say(every) if len(runs) > 1 else say(alone))
        elif chosen and len(chosen) <= _MOST_NAMED:
            found.append(say(some, runs=listed(chosen, "")))
    if len({len(line) for line in runs.values()}) == 1:
        found += extremes({run: line[-1] for run, line in long.items()}, "end", least)
    return found


def _clear(values: np.ndarray) -> float:
    return max(_OF_RANGE * np.ptp(values), _OF_LARGEST * np.abs(values).max())


def confusions(wrong: np.ndarray, names: Sequence[str]) -> list[Said]:
    """Says which label is most often taken for which, where that is clear.

    Args:
      wrong: Counts of wrong answers, [labels, labels]: rows by label, columns by answer.
      names: Names of the labels.
    """
    second, most = np.sort(wrong, axis=None)[-2:]
    if most <= second + 2:
        return []
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return [
        say(
            "most often mixed up: {label} taken for {other}",
            label=word(names[row]),
            other=word(names[column]),
        )
    ]


def slopes(lines: Mapping[str, tuple[np.ndarray, np.ndarray]], of_all: str) -> list[Said]:
    """Says which of several clouds of points rise and which fall, and what all of them do together.

    Args:
      lines: For each group, what lies to the right and what lies up.
      of_all: What all groups together are called.
    """
    all_x, all_y = (np.concatenate(part) for part in zip(*lines.values(), strict=True))
    rising, falling = [], []
    for name, (x, y) in {**lines, of_all: (all_x, all_y)}.items():
        together = np.mean((x - x.mean()) * (y - y.mean()))
        if abs(together) > 0.1 * x.std() * y.std():  # a correlation that is seen
            (rising if together > 0 else falling).append(name)
    return [
        say(message, names=strung(", ", map(word, names)))
        for names, message in (
            (rising, noted("rising: {names}")),
            (falling, noted("falling: {names}")),
        )
        if 0 < len(names) <= _MOST_NAMED
    ]


def labels_held(counts: np.ndarray) -> list[Said]:
    """Says how many of the labels each client has.

    Args:
      counts: Counts of examples, [clients, labels].
    """
    held = np.count_nonzero(counts, axis=1)
    if len(held) < 2:
        return []
    least, most, of = int(held.min()), int(held.max()), counts.shape[1]
    if least == most:
        return [say("each has {count} of {of} labels", count=most, of=of)]
    return [say("each has {least} to {most} of {of} labels", least=least, most=most, of=of)]


def turns_taken(plan: np.ndarray) -> list[Said]:
    """Says how often clients take part.

    Args:
      plan: Whether a client takes part in a round, [rounds, clients].
    """
    turns = np.count_nonzero(plan, axis=0)
    least, most, of = int(turns.min()), int(turns.max()), len(plan)
    if least == most:
        return [say("every client takes part in {count} of {of} rounds", count=most, of=of)]
    message = noted("a client takes part in {least} to {most} of {of} rounds")
    return [say(message, least=least, most=most, of=of)]


def with_findings(what: Said, found: Mapping[str, Sequence[Said]]) -> Said:
    """What is drawn, and what can be seen in each panel of it.

    Args:
      what: What is drawn.
      found: What can be seen, by the panel's name.
    """
    parts = [what]
    for panel, sentences in found.items():
        if sentences:
            seen = strung("; ", sentences)
            parts.append(say("{panel}: {seen}", panel=word(panel), seen=seen) if panel else seen)
    return strung("; ", parts) if len(parts) > 1 else what
