import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse

import pytest

from fl_course.room import example, page, serving
from fl_course.room.lines import read
from tests.room.at_hand import IDS, line

LIMIT = 60.0  # seconds, on a machine that is busy with something else
TEXT = f"Anna: {line(1, [IDS[0]])}\nBob: flc1-abc-"


@pytest.fixture
def server():
    with serving.Server(0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server, method="GET", name="", body=None, token=None, **headers):
    """The status, headers and content of an answer; a header of None is not sent."""
    connection = http.client.HTTPConnection(serving.HOST, server.server_port, timeout=LIMIT)
    path = f"/{server.token if token is None else token}/{name}"
    given = {"Host": f"127.0.0.1:{server.server_port}"}
    if body is not None:
        body = urllib.parse.urlencode({"lines": body}) if isinstance(body, str) else body
        given["Content-Type"] = "application/x-www-form-urlencoded"
        given["Content-Length"] = str(len(body))
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for header, value in given.items():
            if value is not None:
                connection.putheader(header, value)
        connection.endheaders(body if isinstance(body, bytes) else (body or "").encode())
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8-sig")


def test_lines_that_are_pasted_are_on_the_page_and_in_the_file(server):
    status, headers, content = ask(server)
    assert (status, headers.get_content_type()) == (200, "text/html")
    assert "Anna" not in content
    status, headers, _ = ask(server, "POST", "lines", TEXT)
    assert (status, headers["Location"]) == (303, f"/{server.token}/")
    content = ask(server)[2]
    assert "Anna" in content
    assert "Line 2 (Bob): its checksum does not fit" in content
    status, headers, content = ask(server, name="room.csv")
    assert (status, headers.get_content_type()) == (200, "text/csv")
    assert headers["Content-Disposition"] == 'attachment; filename="room.csv"'
    assert content.splitlines()[1].startswith("Anna,solved 1,")
    ask(server, "POST", "lines", f"Bob: {line(2)}")
    content = ask(server)[2]
    assert "Anna" in content and "Bob" in content and "checksum" not in content
    assert ask(server, "POST", "clear", "")[0] == 303
    assert "Anna" not in ask(server)[2]


def test_an_example_has_a_dozen_participants_until_it_is_emptied():
    with serving.Server(0, is_example=True) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        content = ask(server)[2]
        assert "the participants are made up" in content
        assert "12 participants." in content
        assert "its end is missing" in content and "lines of the text hold no" in content
        assert "stuck</span>" in content and " stuck" in content
        ask(server, "POST", "lines", f"Somebody: {line(99)}")
        assert "13 participants." in ask(server)[2]
        ask(server, "POST", "clear", "")
        content = ask(server)[2]
        assert "made up" not in content and "participants." not in content
        server.shutdown()
        thread.join()


def test_an_example_is_the_same_each_time():
    assert example.text() == example.text()
    reading = read(example.text())
    assert len({one.name for one in reading.lines}) == len(reading.lines) == 12


def test_it_is_on_the_loopback_only_and_the_token_is_long(server):
    assert server.socket.getsockname()[0] == "127.0.0.1"
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{20,}/", server.address)
    with serving.Server(0) as other:
        assert other.token != server.token


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "host",
    [None, "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.:{port}"],
)
def test_a_name_that_leads_here_from_elsewhere_is_refused(server, method, host):
    """A site whose name is pointed to the loopback would read the page: DNS rebinding."""
    host = host and host.format(port=server.server_port)
    body = TEXT if method == "POST" else None
    status, headers, content = ask(server, method, "lines" if body else "", body, Host=host)
    assert status == 421
    assert server.token not in content and server.token not in str(headers)
    assert server.room.people() == []


def test_localhost_is_this_computer(server):
    assert ask(server, Host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "..", "%00", "é"])
@pytest.mark.parametrize("name", ["", "room.csv", "lines"])
def test_without_the_token_nothing_is_told(server, token, name):
    token = urllib.parse.quote(token)
    assert ask(server, "GET", name, token=token)[0] in (403, 404)
    assert ask(server, "POST", name, TEXT, token=token)[0] in (403, 404)
    assert server.room.people() == []
    assert ask(server, token=server.token[:-1])[0] == 403
    assert ask(server, token=server.token + "A")[0] == 403


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "https://127.0.0.1:{port}"])
def test_a_form_of_another_page_is_refused(server, origin):
    origin = origin.format(port=server.server_port)
    assert ask(server, "POST", "lines", TEXT, Origin=origin)[0] == 403
    assert ask(server, "POST", "clear", "", Origin=origin)[0] == 403
    assert server.room.people() == []
    own = server.address.split(f"/{server.token}")[0]
    assert ask(server, "POST", "lines", TEXT, Origin=own)[0] == 303


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (None, 411),
        ("x", 411),
        ("-1", 411),
        ("²", 411),
        ("999999999999999999999", 413),
        ("600000", 413),
    ],
)
def test_a_form_of_no_good_length_is_refused(server, length, status):
    length = length and length.encode().decode("latin-1")
    assert ask(server, "POST", "lines", b"lines=a", Content_Length=length)[0] == status


@pytest.mark.parametrize("size", [2**19, 2**23])
def test_who_sends_too_much_is_told_so(server, size):
    """And has not its connection broken while it sends, which a browser shows instead."""
    status, _, content = ask(server, "POST", "lines", "a" * size)
    assert status == 413
    assert "paste a part of it" in content


@pytest.mark.parametrize("error", [BrokenPipeError(), ConnectionResetError(), KeyError("no")])
def test_only_a_browser_that_hangs_up_is_not_told_of(server, capsys, error):
    try:
        raise error
    except (OSError, KeyError):
        server.handle_error(None, (serving.HOST, 1))
    assert ("KeyError: 'no'" in capsys.readouterr().err) == isinstance(error, KeyError)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("body", [b"", b"lines", b"\xff\xfe", b"lines=%ff%00", b"other=1", b"&&=&"])
def test_an_odd_form_breaks_nothing(server, body):
    assert ask(server, "POST", "lines", body)[0] == 303
    assert ask(server)[0] == 200


def test_other_pages_are_not_there(server):
    assert ask(server, name="etc")[0] == 404
    assert ask(server, "POST", "etc", "")[0] == 404
    assert ask(server, "PUT")[0] == 501
    assert ask(server, name="?x=1")[0] == 200


@pytest.mark.parametrize("name", ["", "room.csv", "etc"])
def test_every_answer_keeps_itself_to_itself(server, name):
    headers = ask(server, name=name)[1]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert page.STYLE_HASH in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers


def test_somebody_who_says_nothing_holds_nobody_up(server):
    with socket.create_connection((serving.HOST, server.server_port)):
        assert ask(server)[0] == 200


def test_a_taken_port_is_left_to_who_has_it(server):
    with serving.Server(server.server_port) as other:
        assert other.server_port not in (0, server.server_port)


@contextlib.contextmanager
def running(*options, prefix=(), **settings):
    command = [*prefix, sys.executable, "-m", "fl_course.cli", "room", *options]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **settings
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("prefix", [(), ("nohup",)])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_and_ends_when_told_to(prefix, end, hears_ctrl_c):
    with running("--port", "0", prefix=prefix, stderr=subprocess.PIPE) as process:
        address = process.stdout.readline().strip()
        port, token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/", address).groups()
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=LIMIT)
        connection.request("GET", f"/{token}/")
        assert connection.getresponse().status == 200
        connection.close()
        assert "Ctrl-C ends it" in process.stdout.readline()
        process.send_signal(end)
        _, wrong = process.communicate(timeout=LIMIT)
        assert process.returncode == 0
        assert "Traceback" not in wrong and token not in wrong


def test_in_the_background_of_a_script_sigterm_ends_it():
    """A shell has what it starts with & ignore Ctrl-C."""

    def ignore():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with running("--port", "0", preexec_fn=ignore) as process:
        assert process.stdout.readline().startswith("http://")
        os.kill(process.pid, signal.SIGINT)
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=LIMIT)
        assert process.returncode == 0


def test_the_command_says_when_the_port_is_taken(server):
    with running("--port", str(server.server_port)) as process:
        told = process.stdout.readline()
        assert told == f"Port {server.server_port} can't be had; the page is at another.\n"
        assert process.stdout.readline().startswith("http://127.0.0.1:")
