"""A SuperLink and a SuperNode for each client, as processes that reach each other by TLS.

All of it is on this computer, at its loopback address. A SuperNode is given the path of one
client's file, in its node configuration, and no other.
"""

import atexit
import contextlib
import functools
import http.client
import json
import numbers
import os
import pathlib
import re
import socket
import ssl
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from fl_course.arguments import check_number, check_text, described, keyed_by_text
from fl_course.flower import environment
from fl_course.flower.processes import FlowerError, Process, end_all, run_to_end, wait_until
from fl_course.localization import joined, say

HOST = "127.0.0.1"
_TO_START = 120.0  # seconds; 4 on a machine that does nothing else
_TO_RUN = 240.0
_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PORT_TRIES = 3
_PORT_TAKEN = ("address already in use", "HTTP API failed to start")
_GIVEN = ("name", "data")  # what every node_config has


class Run:
    """A run of an app.

    Attributes:
        results: A folder that the ServerApp is told of, as `context.run_config["results"]`.
    """

    def __init__(self, process: Process, superlink: Process, results: pathlib.Path) -> None:
        self.results = results
        self._process = process
        self._superlink = superlink

    def log(self) -> str:
        """What the ServerApp has logged so far."""
        return self._process.log()

    def wait_for(self, words: str, *, seconds: float = _TO_RUN) -> None:
        """Waits until the ServerApp's log has some words.

        Args:
            words: Such as "[ROUND 2/".
            seconds: The longest time.

        Raises:
            FlowerError: If the run or the SuperLink ends before, or the time is over.
            TypeError: If an argument is of another type.
            ValueError: If `seconds` is not above 0.
        """
        words = check_text("words", words)
        seconds = check_number("seconds", seconds, least_allowed=False)
        what = say("{words} in the log of the run", words=repr(words))
        wait_until(
            lambda: words in self.log(), what, [self._superlink, self._process], seconds=seconds
        )

    def wait(self, *, seconds: float = _TO_RUN) -> pathlib.Path:
        """Waits for the end of the run.

        Args:
            seconds: The longest time.

        Returns:
            The folder of its results.

        Raises:
            FlowerError: If the ServerApp failed, the SuperLink ends before, or the time is over.
            TypeError: If `seconds` is not a number.
            ValueError: If it is not above 0.
        """
        seconds = check_number("seconds", seconds, least_allowed=False)
        what = say("the end of the run")
        has_ended = lambda: not self._process.is_alive()  # noqa: E731
        try:
            wait_until(has_ended, what, [self._superlink], seconds=seconds)
        except FlowerError:
            self._process.kill()
            raise
        if self._process.exit_code() or not any(self.results.iterdir()):
            raise FlowerError(
                say(
                    "The run has ended without a result. What its log says last: {words}",
                    words=self._why(),
                )
            )
        return self.results

    def _why(self) -> str:
        """The line of an exception in the ServerApp, or else the last one."""
        lines = [x.strip() for x in (self._superlink.log() + "\n" + self.log()).splitlines()]
        errors = [x for x in lines if x.split(":")[0].endswith(("Error", "Exception"))]
        return errors[-1] if errors else self._process.last_words()


class Network:
    """A SuperLink and its SuperNodes, which run until `stop`, or until the notebook ends.

    Attributes:
        address: Where the SuperLink can be reached, as "127.0.0.1:port".
        authority: File of the certificate by which it is known to be the right one.
    """

    def __init__(
        self, files: Mapping[str, pathlib.Path], settings: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._owner = os.getpid()
        self._files = dict(files)
        self._runs = 0
        self._processes: dict[str, Process] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="fl-course-flower-")
        self._root = pathlib.Path(self._folder.name)
        self._opened = self._root / "opened"
        self._opened.mkdir()
        atexit.register(self.stop)
        try:
            run_to_end(["certificates.py", os.fspath(self._root)], _TO_START)
            self.authority = self._root / "authority.pem"
            self.address = self._start_superlink()
            ports = _free_ports(len(files))
            starts = {
                name: functools.partial(self._start_node, name, file, settings.get(name, {}))
                for name, file in self._files.items()
            }
            for start, port in zip(starts.values(), ports, strict=True):
                start(port)
            for (name, start), port in zip(starts.items(), ports, strict=True):
                self._wait_for(name, start, port, lambda _, name=name: self._is_connected(name))
        except BaseException:  # Jupyter's stop button, too
            self.stop()
            raise

    # --- What a notebook asks for ---

    def begin(self, app: str | os.PathLike[str], **config: Any) -> Run:
        """Begins a run of an app, as `flwr run` does, and does not wait for it.

        Args:
            app: Folder of the app, with its pyproject.toml.
            **config: Values of the app's own configuration, for this run; a `_` in a name stands
                for a `-`.

        Returns:
            The run.

        Raises:
            FlowerError: If the SuperLink has ended.
            TypeError: If `app` is no path, or a value is not a number, a text, True or False.
            ValueError: If there is no pyproject.toml in the folder.
        """
        folder = _check_app(app)
        values = {name.replace("_", "-"): _toml(name, value) for name, value in config.items()}
        superlink = self._superlink()
        self._runs += 1
        home = self._root / f"run-{self._runs}"
        results = home / "results"
        results.mkdir(parents=True)
        values["results"] = _toml("results", os.fspath(results))
        connection = [
            '[superlink]\ndefault = "link"\n[superlink.link]',
            f"address = {json.dumps(self.address)}",
            f"root-certificates = {json.dumps(os.fspath(self.authority))}\n",
        ]
        (home / "config.toml").write_text("\n".join(connection))
        command = ["flwr", "run", os.fspath(folder), "link", "--stream"]
        command += ["--run-config", _written(home / "run.toml", values)]
        process = Process(say("the run"), command, home, {"COLUMNS": "200"})
        self._processes[f"run {self._runs}"] = process
        return Run(process, superlink, results)

    def run(self, app: str | os.PathLike[str], **config: Any) -> pathlib.Path:
        """Runs an app to its end.

        Args:
            app: See `begin`.
            **config: See there.

        Returns:
            The folder of its results: that which the ServerApp is told of.

        Raises:
            FlowerError: If the run fails, the SuperLink ends, or it takes longer than 240 seconds.
            TypeError: As `begin`.
            ValueError: As `begin`.
        """
        return self.begin(app, **config).wait()

    def running(self) -> list[str]:
        """Names of the nodes whose process runs, in their order."""
        return [name for name in self._files if self._processes[name].is_alive()]

    def kill(self, name: str) -> None:
        """Ends a node's processes at once, as a power cut would.

        Args:
            name: One of the clients' names.

        Raises:
            TypeError: If it is no text.
            ValueError: If it is none of the clients' names.
        """
        if check_text("name", name) not in self._files:
            raise ValueError(
                say(
                    "name must be one of {names}, and it is {name}.",
                    names=joined(list(self._files)),
                    name=described(name),
                )
            )
        self._processes[name].kill()

    def opened(self) -> dict[str, list[str]]:
        """Which of the clients' files each process has opened, as Python's audit hook noted.

        Returns:
            By "SuperLink", which stands for the ServerApp too, and by each node's name, which
            stands for its ClientApps too: the names of the clients whose files were opened.
        """
        name_of = {os.path.realpath(file): name for name, file in self._files.items()}
        found = {}
        for who in ("SuperLink", *self._files):
            notes = self._opened / who
            lines = notes.read_text().splitlines() if notes.exists() else []
            found[who] = sorted({name_of[line] for line in lines})
        return found

    def num_processes(self) -> int:
        """How many processes run: SuperLink, SuperNodes, and all that they have started."""
        return sum(len(process.family()) for process in self._processes.values())

    def log(self, name: str = "SuperLink") -> str:
        """What a process has printed so far.

        Args:
            name: "SuperLink", or one of the clients' names.

        Raises:
            TypeError: If it is no text.
            ValueError: If it is of no process.
        """
        if check_text("name", name) not in self._processes:
            raise ValueError(
                say(
                    "name must be one of {names}, and it is {name}.",
                    names=joined(["SuperLink", *self._files]),
                    name=described(name),
                )
            )
        return self._processes[name].log()

    def stop(self) -> None:
        """Ends all processes and deletes their files. Does nothing if that has been done."""
        if os.getpid() != self._owner:  # a fork has the object, and the processes are not its own
            return
        atexit.unregister(self.stop)
        end_all([*reversed(self._processes.values())])
        with contextlib.suppress(OSError):
            self._folder.cleanup()

    # --- How it begins ---

    def _superlink(self) -> Process:
        process = self._processes["SuperLink"]
        if not process.is_alive():
            raise FlowerError(
                say(
                    "The SuperLink has ended, and with it the network. Start another: "
                    "flower.start(...)."
                )
            )
        return process

    def _start_superlink(self) -> str:
        certificates = ["--ssl-ca-certfile", os.fspath(self.authority)]
        certificates += ["--ssl-certfile", os.fspath(self._root / "server.pem")]
        certificates += ["--ssl-keyfile", os.fspath(self._root / "server.key")]

        def start(port: int) -> None:
            command = ["flower-superlink", "--host", HOST, "--port", str(port), *certificates]
            self._processes["SuperLink"] = Process(
                say("the SuperLink"),
                [*command, "--disable-runtime-dependency-installation"],
                self._root / "SuperLink",
                self._watched("SuperLink"),
            )

        (port,) = _free_ports(1)
        start(port)
        port = self._wait_for("SuperLink", start, port, self._answers)
        return f"{HOST}:{port}"

    def _wait_for(
        self,
        key: str,
        start: Callable[[int], None],
        port: int,
        is_ready: Callable[[int], bool],
    ) -> int:
        """Waits for a process; where another program took its port meanwhile, at another port.

        Args:
            key: Of the process.
            start: Starts it again, at a port.
            port: Where it was started.
            is_ready: Whether it is, at a port.

        Returns:
            The port at which it is ready.
        """
        for last_try in (False,) * (_PORT_TRIES - 1) + (True,):
            process = self._processes[key]
            needed = list(dict.fromkeys([self._processes["SuperLink"], process]))
            try:
                wait_until(
                    lambda port=port: is_ready(port), process.name, needed, seconds=_TO_START
                )
                return port
            except FlowerError:
                if last_try or not _lost_its_port(process):
                    raise
                process.kill()
                (port,) = _free_ports(1)
                start(port)
        raise AssertionError

    def _answers(self, port: int) -> bool:
        """Whether our SuperLink, and no other program, answers at a port."""
        trusted = ssl.create_default_context(cafile=os.fspath(self.authority))
        connection = http.client.HTTPSConnection(HOST, port, timeout=5, context=trusted)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _start_node(
        self, name: str, file: pathlib.Path, settings: Mapping[str, Any], port: int
    ) -> None:
        config = {"name": name, "data": os.fspath(file), **settings}
        home = self._root / "nodes" / name
        values = {key: _toml(key, value) for key, value in config.items()}
        command = ["supernode.py", "--superlink", self.address, "--host", HOST]
        command += ["--port", str(port), "--root-certificates", os.fspath(self.authority)]
        command += ["--node-config", _written(home / "node.toml", values)]
        self._processes[name] = Process(
            say("the SuperNode of {name}", name=name),
            command,
            home,
            self._watched(name),
        )

    def _is_connected(self, name: str) -> bool:
        return "SuperNode ID" in self._processes[name].log()

    def _watched(self, name: str) -> dict[str, str]:
        files = [os.path.realpath(file) for file in self._files.values()]
        return {
            "FL_COURSE_WATCHED": "\n".join(files),
            "FL_COURSE_OPENED": os.fspath(self._opened / name),
        }


_current: Network | None = None


def start(
    files: Mapping[str, str | os.PathLike[str]],
    *,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Network:
    """Starts a SuperLink, and for each client a SuperNode that knows the path of its own file.

    They reach each other at this computer's loopback address only, by TLS, with certificates made
    for them. A network that was started before is ended.

    Args:
        files: By the clients' names, their files. A ClientApp finds the path in
            `context.node_config["data"]` and the name in `context.node_config["name"]`.
        settings: By a client's name, what else stands in its `node_config`: numbers, texts, True or
            False by their names, which are neither "data" nor "name".

    Returns:
        The network: all of its nodes are connected.

    Raises:
        fl_course.runtime.SetupError: If Flower's environment is not there.
        FlowerError: If a process can't start.
        TypeError: If an argument is of another type.
        ValueError: If a file is missing, a name has other characters than letters, digits, `_`
            and `-`, or `settings` has a name that every node is given.
    """
    global _current
    paths = _check_files(files)
    wanted = _check_settings(settings, paths)
    environment.check_ready()
    if _current is not None:
        _current.stop()
    _current = Network(paths, wanted)
    return _current


def _check_files(files: Any) -> dict[str, pathlib.Path]:
    if not isinstance(files, Mapping) or not files:
        raise TypeError(
            say(
                "files must be a dictionary from clients' names to files, and it is {value}.",
                value=described(files),
            )
        )
    paths = {}
    for name, file in keyed_by_text("files", files).items():
        if not _KEY.fullmatch(name) or name == "SuperLink":
            raise ValueError(
                say(
                    "files must have names of letters, digits, _ and -, and one is {name}.",
                    name=described(name),
                )
            )
        if not isinstance(file, str | os.PathLike):
            raise TypeError(
                say(
                    "files must have a path for each client, and that of {name} is {value}.",
                    name=name,
                    value=described(file),
                )
            )
        path = pathlib.Path(file).absolute()
        if not path.is_file():
            raise ValueError(
                say(
                    "files must have a file for each client, and for {name} there is none at "
                    "{path}.",
                    name=name,
                    path=described(os.fspath(file)),
                )
            )
        paths[name] = path
    return paths


def _check_settings(settings: Any, paths: Mapping[str, pathlib.Path]) -> dict[str, dict[str, Any]]:
    if settings is None:
        return {}
    if not isinstance(settings, Mapping) or not all(
        isinstance(values, Mapping) for values in settings.values()
    ):
        raise TypeError(
            say(
                "settings must be a dictionary from clients' names to dictionaries, and it is "
                "{value}.",
                value=described(settings),
            )
        )
    for name, values in settings.items():
        if name not in paths:
            raise ValueError(
                say("settings names {name}, which is none of the clients.", name=described(name))
            )
        for key, value in values.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise ValueError(
                    say(
                        "settings must have names of letters, digits, _ and -, and one is {name}.",
                        name=described(key),
                    )
                )
            if key in _GIVEN:
                raise ValueError(
                    say(
                        "settings must not have {key}: every node is given its own.",
                        key=described(key),
                    )
                )
            _toml(f"settings[{name!r}][{key!r}]", value)
    return {name: dict(values) for name, values in settings.items()}


def _check_app(app: Any) -> pathlib.Path:
    if not isinstance(app, str | os.PathLike):
        raise TypeError(
            say("app must be the path of a folder, and it is {value}.", value=described(app))
        )
    folder = pathlib.Path(app).absolute()
    if not (folder / "pyproject.toml").is_file():
        raise ValueError(
            say(
                "app must be a folder with a pyproject.toml, and in {folder} there is none.",
                folder=described(os.fspath(app)),
            )
        )
    return folder


def _written(path: pathlib.Path, values: Mapping[str, str]) -> str:
    """Writes a configuration, whose values are TOML's already, and gives its path.

    On a command line, Flower takes no quotation marks inside a value.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {value}\n" for key, value in values.items()]
    path.write_text("".join(lines), encoding="utf-8")
    return os.fspath(path)


def _toml(name: str, value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    raise TypeError(
        say(
            "{name} must be a number, a text, True or False, and it is {value}.",
            name=name,
            value=described(value),
        )
    )


def _lost_its_port(process: Process) -> bool:
    return not process.is_alive() and any(words in process.log() for words in _PORT_TAKEN)


def _free_ports(count: int) -> list[int]:
    """Ports that nobody listens at now; another program may be faster, which shows later."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
