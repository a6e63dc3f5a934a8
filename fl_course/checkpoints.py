"""Checkpoints: a training kept in a folder, so that a new process goes on where one ended.

Each checkpoint is saved by TFF's own `tff.program.FileProgramStateManager`, the server's state
together with the history so far. The manager writes under a temporary name and renames the result
when it is complete. A process killed at any point so leaves the checkpoint before, and perhaps a
folder with a temporary name, which is removed when training goes on.

Next to the checkpoints lies `training.json`, which describes the training they are of. A folder of
another training is refused before anything is read from it or written to it.
"""

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import json
import os
import re
import warnings
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff
import tree
from google.protobuf import any_pb2
from google.protobuf.message import Message

from fl_course.localization import say
from fl_course.runtime.errors import EngineError

# The manager's own default, so that a folder in which somebody saved states by hand is noticed.
_PREFIX = "program_state_"
_DESCRIPTION = "training.json"
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
            ValueError: If `folder` is a file or no name of a folder.
            CheckpointError: If the folder can't be made.
        """
        if not isinstance(folder, str | os.PathLike) or not os.fspath(folder):
            raise ValueError(
                say(
                    "checkpoint_dir must be the name of a folder, and it is {folder}. Name one, or "
                    "leave it out.",
                    folder=repr(folder),
                )
            )
        self._folder = os.fspath(folder)
        if tf.io.gfile.exists(self._folder) and not tf.io.gfile.isdir(self._folder):
            raise ValueError(
                say(
                    "checkpoint_dir must be a folder, and {folder} is a file. Name another.",
                    folder=repr(self._folder),
                )
            )
        with self._writing():
            self._manager = tff.program.FileProgramStateManager(
                self._folder, _PREFIX, keep_total=_KEPT, keep_first=False
            )
        self._structure = process.initialize()
        self._description = {
            "state": _describe(self._structure),
            "computation": _fingerprint(process.next),
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
            ValueError: If the folder's checkpoints are of another training.
            CheckpointError: If there are checkpoints, and none can be read.
        """
        versions = _wait_for(self._manager.get_versions())
        if not versions:
            return None
        self._found = self._read_description()
        self._check_same_training(self._found)
        for version in reversed(versions):
            try:
                with _without_log_lines():
                    state, history = _wait_for(self._manager.load(version, (self._structure, "")))
                fields = json.loads(history)
            # A damaged SavedModel raises anything, from OSError to IndexError.
            except Exception as error:
                reason = _first_line(error)
                self._damaged.append(version)
                continue
            if self._damaged:
                warnings.warn(
                    say(
                        "The checkpoint of round {damaged} in {folder} is damaged ({reason}), so "
                        "training goes on after round {version}.",
                        damaged=self._damaged[0],
                        folder=repr(self._folder),
                        reason=reason,
                        version=version,
                    ),
                    stacklevel=3,
                )
            self._last_round = version
            return state, fields
        raise CheckpointError(
            say(
                "No checkpoint in {folder} can be read: {reason}. Nothing there was changed. "
                "Name another folder to begin again.",
                folder=repr(self._folder),
                reason=reason,
            )
        )

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
            self._remove_half_written()
            for version in self._damaged:
                path = os.path.join(self._folder, f"{_PREFIX}{version}")
                if tf.io.gfile.exists(f"{path}_damaged"):
                    tf.io.gfile.rmtree(f"{path}_damaged")
                tf.io.gfile.rename(path, f"{path}_damaged")
            if not self._found:
                path = os.path.join(self._folder, _DESCRIPTION)
                with tf.io.gfile.GFile(f"{path}_temp", "w") as file:
                    file.write(json.dumps(self._description, indent=1))
                tf.io.gfile.rename(f"{path}_temp", path, overwrite=True)

    def save(self, round_num: int, state: Any, history: Any) -> None:
        """Saves a checkpoint, then removes the ones that are no longer needed.

        Args:
            round_num: The number of rounds that led to `state`.
            state: The server's state.
            history: A `fl_course.training.History`.

        Raises:
            CheckpointError: If the folder can't be written to; it holds `state` and `history`.
        """
        # As text: numbers keep all their digits, and the saved structure is always the same.
        text = json.dumps(dataclasses.asdict(history))
        try:
            with _without_log_lines():
                _wait_for(self._manager.save((state, text), round_num))
        except Exception as error:
            # What was written of it may fill the disk; the next call tries again if this fails.
            with contextlib.suppress(Exception):
                self._remove_half_written()
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
                    error=_first_line(error),
                    again=again,
                ),
                state,
                history,
            ) from error
        self._last_round = round_num

    def _read_description(self) -> dict[str, Any]:
        path = os.path.join(self._folder, _DESCRIPTION)
        try:
            with tf.io.gfile.GFile(path) as file:
                return json.loads(file.read())
        except (tf.errors.NotFoundError, ValueError):
            raise ValueError(
                say(
                    "{folder} holds states that `fl_course.training.train` did not save, or its "
                    "{description} is lost. Name another checkpoint_dir; to start from such a "
                    "state, load it with tff.program.FileProgramStateManager and give it as "
                    "`state`.",
                    folder=repr(self._folder),
                    description=_DESCRIPTION,
                )
            ) from None

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
                    "as after a change of the learning rate, the loss or TensorFlow's version"
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

    def _remove_half_written(self) -> None:
        for name in tf.io.gfile.listdir(self._folder):
            if re.fullmatch(rf"{_PREFIX}\d+_temp\d+/?", name):
                tf.io.gfile.rmtree(os.path.join(self._folder, name))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (OSError, tf.errors.OpError) as error:
            raise CheckpointError(
                say(
                    "Checkpoints can't be saved in {folder}: {error}. Name another checkpoint_dir, "
                    "or make that folder writable. No round was run.",
                    folder=repr(self._folder),
                    error=_first_line(error),
                )
            ) from error


def _wait_for(coroutine: Coroutine[Any, Any, Any]) -> Any:
    # In a thread of its own, because the caller's thread has a running loop in a notebook. An
    # interrupt then waits for the end of a save.
    def run() -> Any:
        with asyncio.Runner() as runner:
            return runner.run(coroutine)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@contextlib.contextmanager
def _without_log_lines() -> Iterator[None]:
    # TensorFlow notes the path of each file it writes, on stderr.
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)


def _first_line(error: Exception) -> str:
    if isinstance(error, tff.program.ProgramStateExistsError):
        return say("it is there already, so another process is training in the same folder")
    # TensorFlow puts the operation's name before and behind.
    lines = re.sub(r"\{\{.*?\}\} ?| \[Op:\w+\]", "", str(error)).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _describe(state: Any) -> dict[str, str]:
    """The dtype and shape of each part of a state, by its place; of a setting its value, too."""
    described = {}
    for path, leaf in tree.flatten_with_path(state):
        array = np.asarray(leaf)
        text = f"{array.dtype}{list(array.shape)}"
        # Server optimizers keep their learning rates in the state.
        if array.ndim == 0 and array.dtype.kind == "f":
            text += f" {array!s}"
        described["/".join(map(str, path))] = text
    return described


def _digest(state: Any) -> str:
    digest = hashlib.sha256()
    for leaf in tree.flatten(state):
        digest.update(np.asarray(leaf).tobytes())
    return digest.hexdigest()


def _fingerprint(computation: tff.Computation) -> str:
    """A digest of a computation's operations and constants, the same in every process.

    Only constants with a decimal point count, such as learning rates: whole numbers include seeds
    that Keras and TFF draw anew each time a process is built. Names and the order of operations
    don't count either: they depend on what was built before.
    """
    operations = []
    for graph in _graphs(tff.framework.serialize_computation(computation)):
        functions = (function.node_def for function in graph.library.function)
        for node in (node for nodes in (graph.node, *functions) for node in nodes):
            constant = b""
            if node.op == "Const" and tf.as_dtype(node.attr["dtype"].type).is_floating:
                constant = tf.make_ndarray(node.attr["value"].tensor).tobytes()
            operations.append((node.op, constant))
    return hashlib.sha256(repr(sorted(operations)).encode()).hexdigest()


def _graphs(message: Message) -> Iterator[tf.compat.v1.GraphDef]:
    # Not by recursion: some of TFF's computations are nested deeper than Python may recurse.
    waiting: list[Any] = [message]
    while waiting:
        value = waiting.pop()
        if isinstance(value, any_pb2.Any):
            graph = tf.compat.v1.GraphDef()
            if value.Unpack(graph):
                yield graph
        elif isinstance(value, Message):
            waiting.extend(field for _, field in value.ListFields())
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            waiting.extend(value)
