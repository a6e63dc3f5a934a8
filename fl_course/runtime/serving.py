"""A worker for others to connect to: `fl-course worker`."""

import contextlib
import signal
import socket
from collections.abc import Callable
from importlib.metadata import version

from fl_course.arguments import check_function, check_integer, check_text
from fl_course.localization import noted, say
from fl_course.runtime import cores, packages
from fl_course.runtime.errors import SetupError
from fl_course.runtime.loopback import own_addresses
from fl_course.runtime.worker import EVERYWHERE, HOST, start_worker

_LOOK_AROUND = 5.0  # seconds between two looks for new addresses of this computer


def serve(port: int, host: str, concurrency: int | None, tell: Callable[[str], None]) -> None:
    """Runs a worker until this process is told to end (SIGTERM, Ctrl-C), or the worker ends.

    Args:
        port: The TCP port.
        host: Where others may reach it: "127.0.0.1", on this computer only; "0.0.0.0", at each of
            its addresses; or one of them.
        concurrency: Clients at a time; by default as many as there are cores.
        tell: Prints a line.

    Raises:
        TypeError: If `host` is not a text, or `tell` not a function.
        ValueError: If `port` is not an integer from 1 to 65535, or `concurrency` not one of 1 or
            more.
        SetupError: If the host is not this computer's, the port can't be had, or TFF isn't there.
        WorkerError: If the worker can't start, or ends.
    """
    port = check_integer("port", port, 1, 2**16 - 1)
    host = check_text("host", host)
    if concurrency is not None:
        concurrency = check_integer("concurrency", concurrency, 1)
    check_function("tell", tell, noted("of a line, which prints it"))
    packages.check_tff()
    if host not in (HOST, EVERYWHERE, *own_addresses()):
        raise SetupError(
            say(
                "{host} is not an address of this computer. Give {loopback} (this computer only),"
                " {everywhere} (all its addresses), or one of: {own_addresses}.",
                host=host,
                loopback=HOST,
                everywhere=EVERYWHERE,
                own_addresses=", ".join(own_addresses()),
            )
        )
    _check_port(port)
    worker = start_worker(
        port=port, concurrency=concurrency, open_to=None if host == HOST else host
    )
    previous = signal.signal(signal.SIGTERM, _end)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            worker.wait_until_listening()
            clients = concurrency or cores.usable()
            tell(
                say(
                    "A worker of TFF {version} serves at {host}:{port}, {clients} at a "
                    "time. Ctrl-C ends it.",
                    version=version("tensorflow-federated"),
                    host=host,
                    port=port,
                    clients=say("one client")
                    if clients == 1
                    else say("{concurrency} clients", concurrency=clients),
                )
            )
            while not worker.has_ended(within=_LOOK_AROUND):
                worker.guard_new_addresses()
                if words := worker.new_words():
                    tell(words)
            raise worker.error(say("ended"), say("Start it again with the same command."))
    finally:
        worker.stop()
        signal.signal(signal.SIGTERM, previous)


def _end(*_: object) -> None:
    raise KeyboardInterrupt


def _check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Of a connection that has ended, a port is kept for a minute: that is no other program.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((EVERYWHERE, port))
        except OSError as error:
            raise SetupError(
                say(
                    "Port {port} can't be used: {strerror}. Give another one with --port.",
                    port=port,
                    strerror=error.strerror,
                )
            ) from None
