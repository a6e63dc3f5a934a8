"""Keeps a worker's port to this computer.

TFF's worker listens on every address, asks for no password and computes whatever graph it is sent,
files included: whoever reaches its port can do what its user can. It can't be told to listen on one
address only. But Linux hands a connection to the socket whose address fits best, and a socket of
ours for each of the other addresses, which serves no one, fits better than the worker's for all.
"""

import contextlib
import ipaddress
import socket

import psutil


class Guard:
    """Takes what comes to a port from elsewhere, instead of the worker.

    Args:
        port: The worker's port.
        open_to: An address of this computer at which the worker may be reached besides the
            loopback addresses, or None.
    """

    def __init__(self, port: int, open_to: str | None = None) -> None:
        self._port = port
        self._open_to = open_to
        self._sockets: dict[str, socket.socket] = {}
        self.extend()

    def extend(self) -> None:
        """Guards the addresses that the computer has been given since."""
        for address in own_addresses():
            if address not in self._sockets and address != self._open_to:
                # An address may go at any time, and some systems have no such sockets.
                with contextlib.suppress(OSError):
                    self._sockets[address] = _listen(address, self._port)

    def close(self) -> None:
        """Frees the port."""
        for guard in self._sockets.values():
            guard.close()
        self._sockets.clear()


def own_addresses() -> list[str]:
    """The addresses at which other computers may reach this one."""
    with contextlib.suppress(OSError):
        return [
            address.address
            for addresses in psutil.net_if_addrs().values()
            for address in addresses
            if address.family in (socket.AF_INET, socket.AF_INET6)
            and not ipaddress.ip_address(address.address).is_loopback
        ]
    return []


def _listen(address: str, port: int) -> socket.socket:
    family, *_, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    guard = socket.socket(family, socket.SOCK_STREAM)
    try:
        guard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            guard.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        guard.bind(place)
        guard.listen(1)
    except OSError:
        guard.close()
        raise
    return guard
