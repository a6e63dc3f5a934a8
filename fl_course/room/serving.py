"""Shows the room's page to this computer only, at an address that cannot be guessed.

Other programs and people on this computer, and pages of other sites in the browser, may reach a
port of the loopback, too. So the address holds a random token, a request must name this computer by
its loopback name (a site whose name was pointed here does not), and a form must come from the page.
"""

import contextlib
import http.server
import secrets
import signal
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

from fl_course.localization import say
from fl_course.room import example, lines, page, sheet
from fl_course.room.people import Room

HOST = "127.0.0.1"
_MOST_BYTES = 2**19  # of a form; a line is 200 bytes long, and is sent as they are
_MOST_DRAINED = 2**26  # bytes of a longer one, which are read and forgotten
_SECONDS = 20  # for a browser to say what it wants
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{page.STYLE_HASH}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not "no-referrer": with it, a browser gives a form's origin as null.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Server(http.server.ThreadingHTTPServer):
    """Serves one room.

    Attributes:
        address: Where the page is.
    """

    daemon_threads = True
    allow_reuse_port = False  # newer Pythons would let a second room share the first one's port

    def __init__(self, port: int, *, is_example: bool = False) -> None:
        """Takes a port of the loopback; another one if it is taken.

        Args:
            port: The TCP port; 0 for any that is free.
            is_example: Whether made-up participants are in the room, until it is emptied.

        Raises:
            OSError: If there is none at all.
        """
        try:
            super().__init__((HOST, port), _Handler)
        except OSError:
            super().__init__((HOST, 0), _Handler)
        self.room = Room()
        self.is_example = is_example
        self.reading = lines.read(example.text() if is_example else "")  # what was pasted last
        self.room.add(self.reading.lines)
        self.token = secrets.token_urlsafe(16)
        self.address = f"http://{HOST}:{self.server_port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """How a browser may name this server."""
        return tuple(f"{name}:{self.server_port}" for name in (HOST, "localhost"))

    def server_bind(self) -> None:
        """Binds the port without asking anybody for this computer's name."""
        super(http.server.HTTPServer, self).server_bind()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a browser that has hung up; what else goes wrong is printed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    timeout = _SECONDS
    server_version = "fl-course"
    sys_version = ""

    def do_GET(self) -> None:
        """Gives the page, or the CSV file."""
        if not self._may("GET"):
            return
        if self._name() == "":
            made = page.make(
                self.server.room.people(),
                self.server.reading,
                is_example=self.server.is_example,
            )
            self._answer(200, made.encode(), "text/html; charset=utf-8")
        elif self._name() == "room.csv":
            made = sheet.make(self.server.room.people())
            self._answer(200, made, "text/csv; charset=utf-8", name="room.csv")
        else:
            self._refuse(404, say("There is no such page."))

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """Takes lines in, or forgets everybody, and leads back to the page."""
        if not self._may("POST"):
            return
        if self._name() not in ("lines", "clear"):
            self._refuse(404, say("There is no such page."))
            return
        text = self._form()
        if text is None:
            return
        if self._name() == "clear":
            self.server.room.clear()
            self.server.reading = lines.read("")
            self.server.is_example = False
        else:
            self.server.reading = lines.read(text)
            self.server.room.add(self.server.reading.lines)
        self.send_response(303)
        self.send_header("Location", f"/{self.server.token}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _may(self, method: str) -> bool:
        """Whether a request is the instructor's own; if not, it is refused."""
        origin = self.headers.get("Origin")
        allowed = [f"http://{host}" for host in self.server.hosts]
        if self.headers.get_all("Host", []) not in [[host] for host in self.server.hosts]:
            self._refuse(421, say("This page is for this computer only."))
        elif method == "POST" and origin is not None and origin not in allowed:
            self._refuse(403, say("This form did not come from the page."))
        elif not secrets.compare_digest(self._token().encode(), self.server.token.encode()):
            self._refuse(403, say("The address is not complete: open the one in the terminal."))
        else:
            return True
        return False

    def _token(self) -> str:
        parts = self.path.split("/")
        return parts[1] if len(parts) == 3 and parts[0] == "" else ""

    def _name(self) -> str:
        return self.path.split("/")[2].split("?")[0]

    def _form(self) -> str | None:
        """What was pasted; None if that can't be read, which is answered."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._refuse(411, say("The form has no length."))
            return None
        if len(length) > 9 or int(length) > _MOST_BYTES:
            self._refuse(413, say("That is too much at once; paste a part of it."))
            self._drain(min(int(length[:9]), _MOST_DRAINED))
            return None
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        form = urllib.parse.parse_qs(body, keep_blank_values=True, errors="replace")
        return form.get("lines", [""])[0]

    def _drain(self, left: int) -> None:
        """Reads the rest of a form: a browser that can't send it all shows no answer."""
        while left > 0 and (read := self.rfile.read1(min(left, 2**16))):
            left -= len(read)

    def _refuse(self, status: int, why: str) -> None:
        self.close_connection = True
        self._answer(status, f"{why}\n".encode(), "text/plain; charset=utf-8")

    def _answer(self, status: int, content: bytes, kind: str, name: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if name:
            self.send_header("Content-Disposition", f'attachment; filename="{name}"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def end_headers(self) -> None:
        """Ends the headers of every answer, refusals included, with those of `_HEADERS`."""
        for header, value in _HEADERS.items():
            self.send_header(header, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Writes nothing: the address would be in it."""


def serve(port: int, tell: Callable[[str], None], *, is_example: bool = False) -> None:
    """Shows a room until this process is told to end: by Ctrl-C or SIGTERM.

    Args:
        port: The TCP port to try first.
        tell: Prints a line.
        is_example: Whether made-up participants are in the room at first.
    """
    server = Server(port, is_example=is_example)
    with _ended_by_signals(), server, contextlib.suppress(KeyboardInterrupt):
        if port not in (0, server.server_port):
            tell(say("Port {port} can't be had; the page is at another.", port=port))
        tell(server.address)
        tell(say("Open this address on this computer; it is for nobody else. Ctrl-C ends it."))
        server.serve_forever(poll_interval=0.2)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    previous = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _end(*_: object) -> None:
    raise KeyboardInterrupt
