"""Keeps a worker's port to this computer.

TFF's worker listens on every address, asks for no password and computes whatever graph it is sent,
files included: whoever reaches its port can do what its user can. It can't be told to listen on one
address only. But Linux hands a connection to the socket that fits best, and sockets of ours, which
serve no one, fit better than the worker's: some for each network device but the loopback, for
whatever addresses the device has and will have, and one for each of the other addresses. When the
computer gets a device or an address (Wi-Fi, VPN, a container's bridge), Linux says so, and it is
guarded within milliseconds.
"""

import contextlib
import errno
import ipaddress
import os
import socket
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import psutil

# What Linux is to tell of, as its rtnetlink numbers it: devices, and addresses of IPv4 and IPv6.
_CHANGES = 0x1 | 0x10 | 0x100
_LOOPBACK = "lo"
_Device = tuple[int, str]  # a network device's number and name


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
        self._lock = threading.Lock()
        self._is_closed = False
        self._devices: dict[_Device, contextlib.ExitStack] = {}
        self._addresses: dict[str, contextlib.ExitStack] = {}
        _watcher().tell(self)  # first: what changes from here on is told
        self.extend()

    def extend(self) -> None:
        """Guards the devices and addresses of now, and no more those that are gone."""
        with self._lock:
            if self._is_closed:
                return
            # A device's guard would take what comes to the address that is open, too.
            if self._open_to is None:
                _take(self._devices, own_devices(), self._guard_device)
            others = [address for address in own_addresses() if address != self._open_to]
            _take(self._addresses, others, self._guard_address)

    def _guard_device(self, device: _Device) -> contextlib.ExitStack:
        """Guards a device's addresses.

        Of sockets that share a port for all addresses, Linux looks at those of IPv4 first, and at
        those of IPv6 in the order of their age. So the guard for IPv4 holds whenever it is made;
        that for IPv6, if that is before the worker listens. Of devices that come later, the IPv6
        addresses are guarded one by one.
        """
        _, name = device
        with contextlib.ExitStack() as guards:
            # Without the first, another program has the port: beside the second, Linux would let
            # the worker have it, too.
            guards.enter_context(_listen(socket.AF_INET, ("", self._port), device=name))
            with contextlib.suppress(OSError):  # no IPv6 here
                guards.enter_context(_listen(socket.AF_INET6, ("", self._port), device=name))
            return guards.pop_all()

    def _guard_address(self, address: str) -> contextlib.ExitStack:
        family, *_, place = socket.getaddrinfo(address, self._port, type=socket.SOCK_STREAM)[0]
        with contextlib.ExitStack() as guards:
            guards.enter_context(_listen(family, place))
            return guards.pop_all()

    def close(self) -> None:
        """Frees the port."""
        with self._lock:
            self._is_closed = True
            for guards in (self._devices, self._addresses):
                for guard in guards.values():
                    guard.close()
                guards.clear()


def _take(
    guards: dict[Any, contextlib.ExitStack],
    places: Sequence[Any],
    guard: Callable[[Any], contextlib.ExitStack],
) -> None:
    for place in places:
        if place not in guards:
            # It may go at any time, and some systems have no such sockets.
            with contextlib.suppress(OSError):
                guards[place] = guard(place)
    # None at all may mean that they could not be told: then the guards stay.
    for place in [place for place in guards if places and place not in places]:
        guards.pop(place).close()


def own_devices() -> list[_Device]:
    """The network devices by which other computers may reach this one."""
    with contextlib.suppress(OSError):
        return [(number, name) for number, name in socket.if_nameindex() if name != _LOOPBACK]
    return []


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


def _listen(
    family: socket.AddressFamily, place: tuple[str | int, ...], device: str | None = None
) -> socket.socket:
    guard = socket.socket(family, socket.SOCK_STREAM)
    try:
        guard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if device is not None:  # which everyone may do since Linux 5.7
            guard.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if family == socket.AF_INET6:
            guard.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        guard.bind(place)
        guard.listen(1)
    except OSError:
        guard.close()
        raise
    return guard


class _Watcher:
    """Has the guards extended when the devices or addresses change: one thread, which sleeps."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._lock = threading.Lock()
        self._guards: weakref.WeakSet[Guard] = weakref.WeakSet()
        # Where Linux doesn't tell, what is there at the worker's start is guarded.
        with contextlib.suppress(OSError):
            changes = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            changes.bind((0, _CHANGES))
            threading.Thread(
                target=self._watch, args=(changes,), name="fl-course-guard", daemon=True
            ).start()

    def tell(self, guard: Guard) -> None:
        """Has a guard extended from here on, for as long as it is in use."""
        with self._lock:
            self._guards.add(guard)

    def _watch(self, changes: socket.socket) -> None:
        while True:
            try:
                changes.recv(2**16)
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # more was told than there was room for
                    return
            with self._lock:
                guards = list(self._guards)
            for guard in guards:
                guard.extend()


_the_watcher: _Watcher | None = None
_watcher_lock = threading.Lock()


def _watcher() -> _Watcher:
    global _the_watcher
    with _watcher_lock:
        if _the_watcher is None or _the_watcher.owner != os.getpid():  # a fork has no threads left
            _the_watcher = _Watcher()
        return _the_watcher
