"""Logs of rounds that TensorBoard can show."""

import copy
import tempfile
from pathlib import Path
from typing import Any

from fl_course.exercises.exercise import Exercise, Mistake, run_for_effect
from fl_course.exercises.judging import memory, shown
from fl_course.localization import joined, say

_PARTS = ("train", "evaluation")


# A curve as it was read from disk: pairs of step and value, in the order of writing.
_Curve = list[tuple[int, float]]


def _histories() -> list[Any]:
    """Two of different lengths, rounds and metrics; no number in them has a short decimal form."""
    from fl_course.training import History

    return [
        History(
            rounds=[1, 2, 3],  # few enough points for a writer to keep them in memory
            train={
                "loss": [2.515625, 2.0, 1.25],
                "accuracy": [0.125, 0.375, 0.515625],
                "examples": [250.0, 255.0, 249.0],
            },
            evaluation={
                "loss": [2.265625, 1.75, 0.75],
                "accuracy": [0.1875, 0.4375, 0.765625],
                "top_3": [0.28125, 0.53125, 0.828125],
            },
        ),
        History(
            rounds=list(range(5, 61, 5)),
            train={"error": [1.0 + number / 64 for number in range(12, 0, -1)]},
            evaluation={"error": [3.0 + number / 64 for number in range(12, 0, -1)]},
        ),
    ]


def _judge(answer: Any) -> Any:
    if found := memory.problem(answer, _case(0.5, 0.25), _case(0.75, 0.125)):
        return found
    for history in _histories():
        if found := _judge_written(answer, history):
            return found
    return None


def _case(*losses: float) -> memory.Case:
    def written(function: Any) -> Any:
        from fl_course.training import History

        curves = {"loss": list(losses)}
        history = History(rounds=[1, 2], train=curves, evaluation=copy.deepcopy(curves))
        with tempfile.TemporaryDirectory() as folder:
            run_for_effect(function, folder, history)
            logs = _read_logs(folder) or {}
        # Sorted, as curves are compared: of one step, what is written in which order is no matter.
        return {
            folder: {name: sorted(curve) for name, curve in sorted(curves.items())}
            for folder, curves in sorted(logs.items())
        }

    return written


def _judge_written(answer: Any, history: Any) -> Any:
    import tensorflow as tf

    given = copy.deepcopy(history)
    with tempfile.TemporaryDirectory() as folder:
        try:
            run_for_effect(answer, folder, given)
        except Exception as error:
            key = error.__cause__.args[0] if isinstance(error.__cause__, KeyError) else None
            known = {*history.train, *history.evaluation}
            if isinstance(key, str) and key in known:
                return Mistake("same_names", name=key)
            if isinstance(key, str):
                return Mistake("names_written_down", name=key)
            raise
        logs = _read_logs(folder)
        if logs is None:
            return "no_files"
        if not logs:
            tf.summary.flush()
            return "not_flushed" if _read_logs(folder) else "empty_files"
    found = (
        _judge_folders(logs, history)
        or _judge_source(logs, history)
        or next(filter(None, (_judge_part(part, logs, history) for part in _PARTS)), None)
    )
    # As text, for equality of arrays is none: a list may have been made one.
    return found or (None if repr(given) == repr(history) else "history_changed")


def _read_logs(folder: str) -> dict[str, dict[str, _Curve]] | None:
    """Curves by folder below the given one and by name; None if there is no event file at all."""
    import tensorflow as tf

    files = sorted(Path(folder).rglob("events.out.tfevents*"))
    logs: dict[str, dict[str, _Curve]] = {}
    for file in files:
        name = file.parent.relative_to(folder).as_posix()
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                number = (
                    float(tf.make_ndarray(value.tensor))
                    if value.HasField("tensor")
                    else value.simple_value
                )
                curves = logs.setdefault(name, {})
                curves.setdefault(value.tag, []).append((event.step, number))
    return logs if files else None


def _judge_folders(logs: dict[str, dict[str, _Curve]], history: Any) -> Any:
    if set(_PARTS) == set(logs):
        return None
    if len(logs) == 1:
        ((folder, curves),) = logs.items()
        written = {number for curve in curves.values() for _, number in curve}
        shown = say("`log_dir` itself")
        if folder != ".":
            shown = say("the folder `{folder}`", folder=folder)
        for part, other in (_PARTS, _PARTS[::-1]):
            if not written & set(getattr(history, part)["loss"]):
                return Mistake("part_missing", missing=part, present=other, folder=shown)
        both = {number for part in _PARTS for number in getattr(history, part)["loss"]}
        if len([curve for curve in curves.values() if {n for _, n in curve} <= both]) > 1:
            return Mistake("folders_in_names", seen=min(curves), folder=shown)
        return Mistake("mixed", folder=shown)
    names = [say("`log_dir` itself") if name == "." else f"`{name}`" for name in sorted(logs)]
    return Mistake("folder_names", seen=joined(names))


def _judge_source(logs: dict[str, dict[str, _Curve]], history: Any) -> Any:
    own = {n for part in _PARTS for values in getattr(history, part).values() for n in values}
    written = {n for curves in logs.values() for curve in curves.values() for _, n in curve}
    names = {name for curves in logs.values() for name in curves}
    if written & own or names <= {*history.train, *history.evaluation}:
        return None
    return Mistake("other_history", seen=_quoted(names))


def _judge_part(part: str, logs: dict[str, dict[str, _Curve]], history: Any) -> Any:
    curves, wanted = logs[part], getattr(history, part)
    other = getattr(history, _PARTS[1 - _PARTS.index(part)])
    shared = [name for name in wanted if name in curves and name in other]
    if shared and all([n for _, n in curves[name]] == other[name] for name in shared):
        return "swapped_parts"
    if missing := [name for name in wanted if name not in curves]:
        values = [[number for _, number in curve] for curve in curves.values()]
        if all(wanted[name] in values for name in missing):
            return Mistake("curve_names", folder=part, seen=_quoted(curves), wanted=_quoted(wanted))
        return Mistake("metric_missing", folder=part, missing=_quoted(missing))
    for name, values in wanted.items():
        steps = [step for step, _ in curves[name]]
        numbers = [number for _, number in curves[name]]
        if len(steps) == 1:
            return "one_point"
        if len(set(steps)) == 1:
            return Mistake("same_step", step=steps[0])
        if numbers == values and steps == [number - 1 for number in history.rounds]:
            return "from_zero"
        if numbers == values and steps == list(range(1, len(values) + 1)) != history.rounds:
            told = (
                joined([str(number) for number in some[:3]]) for some in (history.rounds, steps)
            )
            return Mistake("positions", rounds=next(told), seen=next(told))
        points = list(zip(history.rounds, values, strict=True))
        if sorted(curves[name]) != points:
            case = say("the curve `{name}` in the folder `{folder}`", name=name, folder=part)
            return shown.wrong_value(case, _points(sorted(curves[name])), _points(points))
    if more := set(curves) - set(wanted):
        return Mistake("more_curves", folder=part, seen=_quoted(more))
    return None


def _points(curve: _Curve) -> str:
    text = ", ".join(f"({step}, {round(number, 6):g})" for step, number in curve[:4])
    return text if len(curve) <= 4 else say("{text} and more", text=text)


def _quoted(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _write_logs(log_dir: str, history: Any) -> None:
    import tensorflow as tf

    for part, curves in (("train", history.train), ("evaluation", history.evaluation)):
        writer = tf.summary.create_file_writer(f"{log_dir}/{part}")
        with writer.as_default():
            for name, values in curves.items():
                for round_num, value in zip(history.rounds, values, strict=True):
                    tf.summary.scalar(name, value, step=round_num)
        writer.close()


def _reference() -> Any:
    return _write_logs


EXERCISE = Exercise(
    id="summary_writer",
    expects="a function of a folder and a history that writes the history's curves to event "
    "files in the folders `train` and `evaluation` below it",
    judge=_judge,
    reference=_reference,
    hints=(
        "Start with the training curves only. One writer for `train` below `log_dir`; in its "
        "`with` block a loop over the names and lists of `history.train`.",
        "Inside that loop, a second one goes over the rounds and the values of one list at "
        "once: `zip(history.rounds, values)`. Each pair is one call of `tf.summary.scalar`.",
        "Then the same for `history.evaluation`, with a second writer for the folder "
        "`evaluation`. Close both writers.",
    ),
    mistakes=memory.OF_MEMORY
    | {
        "no_files": "No event file appeared in the folder that your function was given. Is the "
        "writer made with a path below its argument `log_dir`?",
        "empty_files": "There are event files, but no point in them. `tf.summary.scalar` does "
        "nothing, without a word, unless a writer is the default: put it inside the `with` "
        "block of a writer.",
        "not_flushed": "The points are still in the writer's memory and not on disk: there "
        "they appeared only after we flushed the writer. Close it, or use a `with` block.",
        "mixed": "Training and evaluation are both in {folder}: points of two curves under one "
        "name, which TensorBoard draws as one zigzag. Give each a writer, and a folder, of its "
        "own.",
        "names_written_down": "Your function asks for `{name}`, which this history does not "
        "have. The check uses a history of its own, whose metrics have other names. Loop over "
        "the names, do not write them down.",
        "folders_in_names": "All is in {folder}, under names that tell the parts apart, such "
        "as `{seen}`. That works, but then the two curves get separate panels; put each part "
        "in a folder of its own, under the same names.",
        "part_missing": "There is one folder with curves, {folder}, and they are those of "
        "`history.{present}`. Where do those of `history.{missing}` go?",
        "other_history": "The files have curves, {seen}, but no number of the history that your "
        "function was given. Does it read its argument `history`, or a history of the notebook?",
        "history_changed": "The logs are right, but your function changes the `history` that it "
        "was given. The caller still needs it as it was.",
        "more_curves": "In `{folder}` there is more than the history has: {seen}. Write each list "
        "once, under its name.",
        "wrong_value": "The curves have the right names and places, but not all points. For {case} "
        "the pairs of step and value are {got}, and wanted are {wanted}.",
        "folder_names": "The curves are in: {seen}. They should be in `train` and "
        "`evaluation`, directly below `log_dir`.",
        "curve_names": "In `{folder}` the curves are called {seen}. Only curves of the same "
        "name share a panel: use the history's names, {wanted}.",
        "metric_missing": "In `{folder}` this is missing: {missing}. The check uses a history of "
        "its own, whose two dictionaries need not have the same names. Loop over the names of each "
        "one, and do not write them down.",
        "same_names": "One of the history's two dictionaries has a `{name}`, and your function "
        "asks the other one for it. They need not have the same names: loop over the names of "
        "each one.",
        "positions": "For a history that begins with the rounds {rounds}, the steps begin with "
        "{seen}. The step is the round, from `history.rounds`, and not the position in the list.",
        "swapped_parts": "The folder `train` holds the numbers of the evaluation, or the other "
        "way round. Which writer is the default when you write which dictionary?",
        "one_point": "A curve has a single point, and the history has one for each round. "
        "Which of your loops goes over the rounds?",
        "same_step": "All points of a curve are at step {step}, one above the other. The step "
        "is the number of the round.",
        "from_zero": "The steps are one too low: they begin with 0. The history's first round "
        "is round 1; see `history.rounds`.",
    },
    right="We read the event files back: each curve is in its folder, with one point at each "
    "round.",
)
