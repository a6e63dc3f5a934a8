"""The download of federated EMNIST, from a server on the loopback that may do anything."""

import contextlib
import errno
import hashlib
import http.server
import lzma
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import types

import pytest
import tensorflow as tf

from fl_course import data
from fl_course.data import download
from fl_course.data.download import DownloadError, Source, fetch_database

ROOT = pathlib.Path(__file__).parents[2]
WRITERS = ("f0000_00", "f0001_01")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A database like that of federated EMNIST, of two writers, and its archive."""
    file = tmp_path_factory.mktemp("source") / "emnist.sqlite"
    example = tf.train.Example()
    example.features.feature["pixels"].float_list.value.extend([0.5] * 784)
    example.features.feature["label"].int64_list.value.append(3)
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE client_metadata (client_id, split_name, num_examples)")
        connection.execute(
            "CREATE TABLE examples (split_name, client_id, serialized_example_proto)"
        )
        for part in ("digits_only_train", "digits_only_test"):
            for writer in WRITERS:
                connection.execute("INSERT INTO client_metadata VALUES (?, ?, 1)", (writer, part))
                proto = example.SerializeToString()
                connection.execute("INSERT INTO examples VALUES (?, ?, ?)", (part, writer, proto))
        connection.execute("CREATE TABLE padding (noise)")
        connection.execute("INSERT INTO padding VALUES (?)", (os.urandom(200_000),))
    whole = file.read_bytes()
    return whole, lzma.compress(whole)


class Server(http.server.ThreadingHTTPServer):
    """Serves by turns what its `answers` write, the last of them from then on."""

    daemon_threads = True

    def __init__(self, archive):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.archive = archive
        self.answers = [whole]
        self.asked = 0


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = self.server.answers[min(self.server.asked, len(self.server.answers) - 1)]
        self.server.asked += 1
        with contextlib.suppress(ConnectionError):
            answer(self, self.server.archive)

    def log_message(self, *_):
        pass

    def begin(self, length, status=200, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


def whole(handler, archive):
    handler.begin(len(archive))
    handler.wfile.write(archive)


def slow(handler, archive):
    handler.begin(len(archive))
    step = len(archive) // 10
    for start in range(0, len(archive), step):
        handler.wfile.write(archive[start : start + step])
        time.sleep(0.05)


def cut(handler, archive):
    handler.begin(len(archive))
    handler.wfile.write(archive[: len(archive) // 2])
    handler.close_connection = True


def cut_without_a_length(handler, archive):
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(archive[: len(archive) // 2])
    handler.close_connection = True


def stalled(handler, archive):
    handler.begin(len(archive))
    handler.wfile.write(archive[:1000])
    handler.wfile.flush()
    time.sleep(3)


def in_a_circle(handler, archive):
    handler.begin(0, status=302, Location="/again")


def elsewhere_once(handler, archive):
    handler.begin(0, status=302, Location="/there")


def gone(handler, archive):
    handler.begin(0, status=404)


def a_page_to_sign_in(handler, archive):
    page = b"<html>Welcome to the hotel</html>"
    handler.begin(len(page))
    handler.wfile.write(page)


@pytest.fixture
def server(packed, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # What pooch waits between two tries.
    monkeypatch.setattr("pooch.core.time", types.SimpleNamespace(sleep=lambda seconds: None))
    with Server(packed[1]) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def source(server, packed):
    return Source(
        url=f"http://127.0.0.1:{server.server_port}/emnist_all.sqlite.lzma",
        sha256=hashlib.sha256(packed[1]).hexdigest(),
        archive_bytes=len(packed[1]),
        database_bytes=len(packed[0]),
    )


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.suffix != ".lock")


@pytest.mark.parametrize(
    "answers",
    [
        [whole],
        [slow],
        [elsewhere_once, whole],
        [cut, cut_without_a_length, whole],
        [a_page_to_sign_in, whole],
        [gone, whole],
    ],
    ids=lambda answers: "_".join(answer.__name__ for answer in answers),
)
def test_the_database_arrives_whole(answers, server, source, packed, tmp_path):
    server.answers = answers
    folder = tmp_path / "new" / "folder"
    assert fetch_database(folder, source) == folder / "emnist_all.sqlite"
    assert (folder / "emnist_all.sqlite").read_bytes() == packed[0]
    assert left_in(folder) == ["emnist_all.sqlite"]
    assert server.asked == len(answers)
    fetch_database(folder, source)
    assert server.asked == len(answers), "fetched again"


@pytest.mark.parametrize(
    ("answer", "reason", "advice"),
    [
        (cut, "the connection failed: ", "internet"),
        (cut_without_a_length, "what came is another file", "sign in"),
        (stalled, "the connection failed: .*timed out", "internet"),
        (in_a_circle, "the server refused: Exceeded 30 redirects", "later"),
        (gone, "the server refused: 404", "later"),
        (a_page_to_sign_in, "what came is another file", "sign in"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_fails_says_why_and_leaves_nothing(
    answer, reason, advice, server, source, packed, tmp_path, monkeypatch
):
    monkeypatch.setattr(download, "_TIMEOUT", 0.3)
    server.answers = [answer]
    with pytest.raises(DownloadError, match=f"in 3 tries: {reason}") as refusal:
        fetch_database(tmp_path, source)
    assert "emnist_all.sqlite'" in str(refusal.value)
    assert advice in str(refusal.value)
    assert len(str(refusal.value)) < 500
    assert left_in(tmp_path) == ["emnist_all.download"]
    server.answers = [whole]
    fetch_database(tmp_path, source)
    assert (tmp_path / "emnist_all.sqlite").read_bytes() == packed[0]


def test_without_a_network(source, tmp_path, server):
    server.server_close()
    with pytest.raises(DownloadError, match="Connection refused") as refusal:
        fetch_database(tmp_path, source)
    assert "0x" not in str(refusal.value), "an object's address is no help"


@pytest.mark.parametrize("kept", [0, 0.5, 0.999], ids=["empty", "half", "most"])
def test_a_database_that_broke_off_is_fetched_again(kept, source, packed, tmp_path, capsys):
    database = tmp_path / "emnist_all.sqlite"
    database.write_bytes(packed[0][: int(kept * len(packed[0]))])
    fetch_database(tmp_path, source)
    assert database.read_bytes() == packed[0]
    assert "emnist_all.sqlite' is damaged, so it is fetched again" in capsys.readouterr().out


def test_a_database_that_broke_off_stays_while_there_is_no_other(server, source, tmp_path):
    database = tmp_path / "emnist_all.sqlite"
    database.write_bytes(b"half")
    server.answers = [gone]
    with pytest.raises(DownloadError):
        fetch_database(tmp_path, source)
    assert database.read_bytes() == b"half"


def test_what_a_killed_process_left_is_cleared(source, packed, tmp_path):
    folder = tmp_path / "emnist_all.download"
    folder.mkdir()
    (folder / "tmp1234").write_bytes(b"half of an archive")
    (folder / "database").write_bytes(b"half of a database")
    fetch_database(tmp_path, source)
    assert left_in(tmp_path) == ["emnist_all.sqlite"]


def test_an_archive_that_came_whole_is_not_fetched_twice(
    server, source, packed, tmp_path, monkeypatch
):
    monkeypatch.setattr(download.os, "fsync", _disk_is_full)
    with pytest.raises(DownloadError, match=r"takes 0\.0 GB in .*: No space left on device"):
        fetch_database(tmp_path, source)
    monkeypatch.undo()
    fetch_database(tmp_path, source)
    assert server.asked == 1
    assert (tmp_path / "emnist_all.sqlite").read_bytes() == packed[0]


def _disk_is_full(_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_too_small_a_disk_is_told_before_anything_is_fetched(server, source, tmp_path, monkeypatch):
    little = shutil.disk_usage(tmp_path)._replace(free=10**9)
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: little)
    with pytest.raises(DownloadError, match=r"takes 4\.9 GB in .*: 1\.0 GB are free there"):
        fetch_database(tmp_path, download.EMNIST)
    assert server.asked == 0


def test_a_place_that_takes_no_files(source, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadError, match=r"can't be kept as .*Not a directory"):
        fetch_database(tmp_path / "file", source)


WAITS = """
import sys
from fl_course.data.download import Source, fetch_database
fetch_database(sys.argv[1], Source(sys.argv[2], sys.argv[3], 0, 0))
"""


def test_the_second_of_two_notebooks_waits_and_says_so(server, source, packed, tmp_path):
    first_is_at_it, go_on = threading.Event(), threading.Event()

    def held(handler, archive):
        first_is_at_it.set()
        go_on.wait(60)
        whole(handler, archive)

    server.answers = [held]
    first = threading.Thread(target=fetch_database, args=[tmp_path, source])
    first.start()
    try:
        assert first_is_at_it.wait(60)
        program = "import fl_course; fl_course.setup()\n" + WAITS
        second = subprocess.Popen(
            [sys.executable, "-c", program, tmp_path, source.url, source.sha256],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        try:
            lines = iter(second.stdout.readline, "")
            assert any("Another notebook is fetching federated EMNIST" in line for line in lines)
            go_on.set()
            assert second.wait(60) == 0
        finally:
            second.kill()
            second.stdout.close()
    finally:
        go_on.set()
        first.join(60)
    assert server.asked == 1
    assert (tmp_path / "emnist_all.sqlite").read_bytes() == packed[0]


def test_load_gives_the_writers(source, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(download.fetch_database, "__defaults__", (source,))
    train, test = data.load("emnist")
    assert train.client_ids == test.client_ids == list(WRITERS)
    images, labels = data.pool(train)
    assert images.shape == (2, 28, 28)
    assert labels.tolist() == [3, 3]
    assert capsys.readouterr().err == ""
