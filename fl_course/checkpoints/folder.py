"""A folder of checkpoints: what is in it, what is written to it, what is refused."""

import contextlib
import dataclasses
import hashlib
import itertools
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
import tensorflow_federated as tff
import tree

from fl_course.arguments import check_folder
from fl_course.checkpoints import files
from fl_course.checkpoints.fingerprint import fingerprint
from fl_course.localization import say
from fl_course.runtime.errors import EngineError

_DESCRIPTION = "training.json"
# The earlier form, TFF's SavedModels, had no number.
_FORM = 2
_CHECKPOINT = re.compile(r"round_([1-9][0-9]*)\.npz")
_HALF_WRITTEN = re.compile(rf"({_CHECKPOINT.pattern}|{re.escape(_DESCRIPTION)})_temp")
_SAVED_MODEL = re.compile(r"program_state_[0-9]+")
# The latest, and the one before in case a disk loses part of the latest.
_KEPT = 2


class CheckpointError(EngineError):
    """Checkpoints can't be written to a folder, or none in it can be read.

    Attributes:
        state: The server's state that could not be saved; None if no round had been run.
        history: The `fl_course.training.History` up to that state; None if there is no state.
    """

    def __init__(self, message: str, state: Any = None, history: Any = None) -> None:
        super().__init__(message)
        self.state = state
        self.history = history


class Checkpoints:
    """The checkpoints of one training in one folder."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        process: tff.learning.templates.LearningProcess,
        *,
        start: Any,
        evaluated: bool,
    ) -> None:
        """Describes the training; makes the folder if there is none.

        Args:
            folder: Where the checkpoints are.
            process: The process that is trained.
            start: The state that the caller wants to start from, or None for a fresh one.
            evaluated: Whether the server's model is evaluated after each round.

        Raises:
            TypeError: If `folder` is neither a text nor a path.
            ValueError: If `folder` is a file or no name of a folder of this computer, or a part of
                the process's state is not made of numbers.
            CheckpointError: If the folder can't be made.
        """
        self._folder = check_folder("checkpoint_dir", folder)
        if re.match(r"[\w.+-]+://", self._folder):
            raise ValueError(
                say(
                    "checkpoint_dir must be a folder of this computer, and it is {folder}. Name "
                    "one; copy it to another place afterwards.",
                    folder=repr(self._folder),
                )
            )
        self._like = process.initialize()
        try:
            parts = files.parts_of(self._like)
        except ValueError as error:
            raise ValueError(
                say(
                    "checkpoint_dir can't be used with this process: {reason}. Leave it out.",
                    reason=str(error),
                )
            ) from None
        with self._writing():
            os.makedirs(self._folder, exist_ok=True)
        self._description = {
            "form": _FORM,
            "state": {name: _describe(leaf) for name, leaf in parts.items()},
            "computation": fingerprint(process.next),
            "start": None if start is None else _digest(start),
            "evaluated": evaluated,
        }
        self._found: dict[str, Any] | None = None
        self._damaged: list[int] = []
        self._last_round = 0

    def load(self) -> tuple[Any, dict[str, Any]] | None:
        """Reads the latest checkpoint that is whole. Nothing in the folder is changed.

        Returns:
            The server's state and the fields of the history, or None if there is no checkpoint.

        Raises:
            ValueError: If the folder's checkpoints are of another training, of the earlier form or
                of a newer version's, or something else has the name of a file of ours.
            CheckpointError: If there are checkpoints, and none can be read.
        """
        try:
            return self._load()
        except files.NewerError as error:
            raise ValueError(
                say(
                    "The checkpoints in {folder} are of a newer version of the course ({reason}). "
                    "Bring the course up to date, or name another checkpoint_dir. Nothing was "
                    "changed.",
                    folder=repr(self._folder),
                    reason=str(error),
                )
            ) from None

    def _load(self) -> tuple[Any, dict[str, Any]] | None:
        try:
            rounds = self._rounds()
            found = self._read_description(rounds)
        except OSError as error:
            raise self._unreadable(_reason(error)) from error
        if not rounds:
            return None
        self._found = found
        self._check_same_training(found)
        for round_num in reversed(rounds):
            try:
                path = self._path(_name_of(round_num))
                state, fields = files.read(path, round_num, like=self._like)
            except files.NewerError:
                raise
            # A damaged file raises anything, from BadZipFile to SyntaxError.
            except Exception as error:
                reason = _reason(error)
                self._damaged.append(round_num)
                continue
            if self._damaged:
                warnings.warn(
                    say(
                        "The checkpoint of round {damaged} in {folder} is damaged ({reason}), so "
                        "training goes on after round {version}.",
                        damaged=self._damaged[0],
                        folder=repr(self._folder),
                        reason=reason,
                        version=round_num,
                    ),
                    stacklevel=4,
                )
            self._last_round = round_num
            return state, fields
        raise self._unreadable(reason)

    def prepare(self) -> None:
        """Makes the folder ready for more checkpoints, after `load`.

        Raises:
            ValueError: If the rounds so far were evaluated and the next ones won't be, or the
                other way round.
            CheckpointError: If the folder can't be written to.
        """
        if self._found and self._found["evaluated"] != self._description["evaluated"]:
            raise ValueError(
                say(
                    "The rounds in {folder} were trained {how}, and the history has to be of one "
                    "kind. Call `train` as before, or name another checkpoint_dir.",
                    folder=repr(self._folder),
                    how=say("with `evaluate`")
                    if self._found["evaluated"]
                    else say("without `evaluate`"),
                )
            )
        with self._writing():
            for name in self._files(_HALF_WRITTEN):
                os.remove(self._path(name))
            for round_num in self._damaged:
                self._move_away(round_num)
            if not self._found:
                text = json.dumps(self._description, indent=1)
                self._write(_DESCRIPTION, lambda file: file.write(text.encode()))

    def save(self, round_num: int, state: Any, history: Any) -> None:
        """Saves a checkpoint, then removes the ones that are no longer needed.

        Args:
            round_num: The number of rounds that led to `state`.
            state: The server's state.
            history: A `fl_course.training.History`.

        Raises:
            CheckpointError: If the folder can't be written to; it holds `state` and `history`.
        """
        name = _name_of(round_num)
        try:
            if os.path.lexists(self._path(name)):
                raise FileExistsError
            fields = dataclasses.asdict(history)
            self._write(name, lambda file: files.write(file, state, fields, like=self._like))
        except Exception as error:
            again = (
                say("goes on after round {last_round}", last_round=self._last_round)
                if self._last_round
                else say("begins anew")
            )
            raise CheckpointError(
                say(
                    "The state after round {round_num} was not saved in {folder}: {error}. It is "
                    "not lost: this error has it as `state`, and the metrics as `history`; in a "
                    "notebook, `import sys` and take `sys.last_value.state`. When the folder can be"
                    " written to, `train` called as before {again}.",
                    round_num=round_num,
                    folder=repr(self._folder),
                    error=_reason(error),
                    again=again,
                ),
                state,
                history,
            ) from error
        self._last_round = round_num
        # The checkpoint is saved; what can't be removed now, the next save tries to remove.
        with contextlib.suppress(OSError, ValueError):
            for old in [number for number in self._rounds() if number <= round_num][:-_KEPT]:
                os.remove(self._path(_name_of(old)))

    def _read_description(self, rounds: list[int]) -> dict[str, Any]:
        """What `training.json` says; empty if there is none, nor anything that needs it."""
        there = bool(self._files(re.compile(re.escape(_DESCRIPTION))))
        saved_models = [
            entry for entry in os.listdir(self._folder) if _SAVED_MODEL.fullmatch(entry)
        ]
        if saved_models and not rounds:
            raise ValueError(
                say(
                    "{folder} holds states that TFF's FileProgramStateManager saved "
                    "({name}), as earlier versions of this course did. Such a state is a program, "
                    "which runs when it is loaded, so it is not loaded here. Name another "
                    "checkpoint_dir to begin again. To start from a state that you saved "
                    "yourself, load it with tff.program.FileProgramStateManager and give it as "
                    "`state`. Nothing was changed.",
                    folder=repr(self._folder),
                    name=max(saved_models),
                )
            )
        if not there and not rounds:
            return {}
        try:
            with open(self._path(_DESCRIPTION), encoding="utf-8") as file:
                found = json.load(file)
        except (FileNotFoundError, ValueError, RecursionError):
            found = None
        form = found.get("form") if isinstance(found, dict) else None
        if isinstance(form, int) and form > _FORM:
            raise files.NewerError(say("{name} has form {form}", name=_DESCRIPTION, form=form))
        if not _is_description(found):
            raise ValueError(
                say(
                    "{folder} has no {description} of a training, or it is damaged, so nobody can "
                    "say what its checkpoints are of. Name another checkpoint_dir. Nothing was "
                    "changed.",
                    folder=repr(self._folder),
                    description=_DESCRIPTION,
                )
            )
        return found

    def _check_same_training(self, found: dict[str, Any]) -> None:
        then, now = found["state"], self._description["state"]
        differences = [
            say(
                "{name} is {then} in the folder and {now} here",
                name=name,
                then=then.get(name, say("not there")),
                now=now.get(name, say("not there")),
            )
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name)
        ]
        if len(differences) > 3:
            differences[3:] = [say("and {count} more", count=len(differences) - 3)]
        if not differences and found["computation"] != self._description["computation"]:
            differences = [
                say(
                    "the state has the same form, but the process computes something else with it, "
                    "as after a change of the learning rate, the loss, the aggregation or "
                    "TensorFlow's version"
                )
            ]
        if differences:
            raise ValueError(
                say(
                    "The checkpoints in {folder} are of another process or model: {differences}. "
                    "Name another checkpoint_dir, or build the process as it was. Nothing was "
                    "changed.",
                    folder=repr(self._folder),
                    differences="; ".join(differences),
                )
            )
        if self._description["start"] not in (None, found["start"]):
            raise ValueError(
                say(
                    "The training in {folder} did not start from the given `state`. Leave `state` "
                    "out to go on with that training, or name another checkpoint_dir to start from "
                    "`state`. Nothing was changed.",
                    folder=repr(self._folder),
                )
            )

    def _rounds(self) -> list[int]:
        return sorted(int(_CHECKPOINT.fullmatch(name)[1]) for name in self._files(_CHECKPOINT))

    def _files(self, pattern: re.Pattern[str]) -> list[str]:
        """The files with such names; a link or a folder with one is not ours, and is refused."""
        names = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if pattern.fullmatch(entry.name):
                    if not entry.is_file(follow_symlinks=False):
                        raise ValueError(
                            say(
                                "{name} in {folder} is no ordinary file, and so none of `train`. "
                                "Move it away, or name another checkpoint_dir. Nothing was "
                                "changed.",
                                name=entry.name,
                                folder=repr(self._folder),
                            )
                        )
                    names.append(entry.name)
        return names

    def _move_away(self, round_num: int) -> None:
        for number in itertools.count(1):
            name = f"round_{round_num}_damaged{f'_{number}' if number > 1 else ''}.npz"
            if not os.path.lexists(self._path(name)):
                os.rename(self._path(_name_of(round_num)), self._path(name))
                return

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def _write(self, name: str, write: Callable[[BinaryIO], Any]) -> None:
        """Writes a file that is whole or not there, whenever the process ends."""
        path = self._path(name)
        # Made by us or not at all: no other file is overwritten, and no link followed.
        file = open(f"{path}_temp", "xb")  # noqa: SIM115
        try:
            with file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(f"{path}_temp", path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.remove(f"{path}_temp")
            raise
        # The new name itself; some file systems can't.
        with contextlib.suppress(OSError):
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _unreadable(self, reason: str) -> CheckpointError:
        return CheckpointError(
            say(
                "No checkpoint in {folder} can be read: {reason}. Nothing there was changed. "
                "Name another folder to begin again.",
                folder=repr(self._folder),
                reason=reason,
            )
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CheckpointError(
                say(
                    "Checkpoints can't be saved in {folder}: {error}. Name another checkpoint_dir, "
                    "or make that folder writable. No round was run.",
                    folder=repr(self._folder),
                    error=_reason(error),
                )
            ) from error


def _name_of(round_num: int) -> str:
    return f"round_{round_num}.npz"


def _reason(error: Exception) -> str:
    if isinstance(error, FileExistsError):
        return say("it is there already, so another process is training in the same folder")
    # Without the number and the path that Python puts around.
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    lines = text.strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _describe(leaf: Any) -> str:
    """The dtype and shape of a part of a state; of a setting its value, too."""
    array = np.asarray(leaf)
    # Server optimizers keep their learning rates in the state.
    setting = array.ndim == 0 and array.dtype.kind == "f"
    return f"{files.form_of(leaf)} {array!s}" if setting else files.form_of(leaf)


def _is_description(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and found.get("form") == _FORM
        and isinstance(found.get("state"), dict)
        and all(isinstance(text, str) for text in found["state"].values())
        and isinstance(found.get("computation"), str)
        and isinstance(found.get("start"), str | None)
        and isinstance(found.get("evaluated"), bool)
    )


def _digest(state: Any) -> str:
    digest = hashlib.sha256()
    for leaf in tree.flatten(state):
        digest.update(np.asarray(leaf).tobytes())
    return digest.hexdigest()
