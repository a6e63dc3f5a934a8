"""The download of federated EMNIST, after which its file is whole or not there.

TFF's own download writes into the file under its last name: one that broke off was taken for the
data from then on. Here the archive is compared with its known digest, unpacked beside, and renamed.
"""

import contextlib
import dataclasses
import errno
import fcntl
import lzma
import os
import pathlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator

from tqdm import tqdm

from fl_course.localization import Said, say, tell

_RETRIES = 2
_TIMEOUT = 60.0  # seconds in which a server must send something
_BLOCK_BYTES = 2**20
_PARTS = ("digits_only_train", "digits_only_test")
_GB = 10**9


class DownloadError(RuntimeError):
    """The data can't be fetched as things are; the message says what to change."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a database is, and what it is.

    Attributes:
        url: Of the archive, which is packed by LZMA.
        sha256: The archive's digest, 64 hexadecimal digits.
        archive_bytes: The archive's length.
        database_bytes: The length of the SQLite file in it.
    """

    url: str
    sha256: str
    archive_bytes: int
    database_bytes: int


# TFF names the address and no digest; this one was published by users of the file (July 2026).
EMNIST = Source(
    url="https://storage.googleapis.com/tff-datasets-public/emnist_all.sqlite.lzma",
    sha256="c3aaf91b4cf4e69d53d81627ad119eccdc878ff906f68e66063ff10f67faad48",
    archive_bytes=170_507_172,
    database_bytes=4_708_990_976,
)


def fetch_database(folder: str | os.PathLike[str], source: Source = EMNIST) -> pathlib.Path:
    """Has the database of federated EMNIST in a folder, and fetches it if it is not there.

    A database that is there and can't be read is fetched again. What broke off starts anew, except
    that an archive that came whole is kept until it is unpacked. Only one process fetches at a
    time; others wait for it.

    Args:
        folder: Where TFF looks for it; made if there is none.
        source: Where to fetch it.

    Returns:
        The SQLite file, `emnist_all.sqlite`.

    Raises:
        DownloadError: If it can't be fetched or kept.
    """
    database = pathlib.Path(folder) / "emnist_all.sqlite"
    try:
        if _answers(database):
            return database
        database.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(database.with_suffix(".lock")):
            if not _answers(database):  # another process may have fetched it meanwhile
                _fetch(source, database)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DownloadError(_too_little_room(source, database, error.strerror)) from None
        raise DownloadError(
            say(
                "Federated EMNIST can't be kept as {file} ({reason}). Make its folder one that you "
                "may write to, then run this again.",
                file=repr(str(database)),
                reason=error.strerror or error,
            )
        ) from error
    return database


def _answers(database: pathlib.Path) -> bool:
    """Whether a file is a database, as long as it says, with clients in both parts."""
    try:
        with database.open("rb"):  # SQLite would not say why it can't open it
            pass
        uri = f"{database.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            query = "SELECT 1 FROM client_metadata WHERE split_name = ? LIMIT 1"
            has_clients = all(connection.execute(query, [part]).fetchone() for part in _PARTS)
            ((pages,),) = connection.execute("PRAGMA page_count")
            ((page_bytes,),) = connection.execute("PRAGMA page_size")
            return has_clients and database.stat().st_size == pages * page_bytes
    except (FileNotFoundError, sqlite3.Error):
        return False


@contextlib.contextmanager
def _one_at_a_time(lock: pathlib.Path) -> Iterator[None]:
    # The system frees the lock when its process ends, however that ends.
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(say("Another notebook is fetching federated EMNIST; this one waits for it."))
            sys.stdout.flush()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(source: Source, database: pathlib.Path) -> None:
    if database.exists():
        tell(say("{file} is damaged, so it is fetched again.", file=repr(str(database))))
    folder = database.with_suffix(".download")
    folder.mkdir(exist_ok=True)
    archive = folder / "archive"
    for left_behind in folder.iterdir():
        if left_behind != archive:
            left_behind.unlink()
    needed = source.database_bytes + (0 if archive.exists() else source.archive_bytes)
    free = shutil.disk_usage(folder).free
    if free < needed:
        reason = say("{free} GB are free there", free=f"{free / _GB:.1f}")
        raise DownloadError(_too_little_room(source, database, reason))
    _fetch_archive(source, archive, database)
    unpacked = folder / "database"
    _unpack(archive, unpacked, source)
    unpacked.replace(database)
    shutil.rmtree(folder)


def _fetch_archive(source: Source, archive: pathlib.Path, database: pathlib.Path) -> None:
    # Here: nothing else needs them, and their import takes a while.
    import pooch
    from requests.exceptions import HTTPError, RequestException, TooManyRedirects

    def download(url: str, output_file: str, _: pooch.Pooch) -> None:
        with _bar(say("Fetching"), source.archive_bytes) as bar:
            pooch.HTTPDownloader(progressbar=bar, chunk_size=_BLOCK_BYTES, timeout=_TIMEOUT)(
                url, output_file, None
            )

    pooch.get_logger().setLevel("ERROR")  # its notes are red in a notebook, and say less than ours
    store = pooch.create(
        archive.parent,
        base_url="",
        registry={archive.name: f"sha256:{source.sha256}"},
        urls={archive.name: source.url},
        retry_if_failed=_RETRIES,
    )
    try:
        store.fetch(archive.name, downloader=download)
    except (HTTPError, TooManyRedirects) as error:
        reason = say("the server refused: {error}", error=error)
        advice = say("Try again later.")
    except RequestException as error:
        reason = say("the connection failed: {error}", error=_cause(error))
        advice = say(
            "Connect this computer to the internet (on Kaggle: Settings > Internet), or name your "
            "proxy in the variable HTTPS_PROXY."
        )
    except ValueError:  # pooch, of the digest
        reason = say("what came is another file than the one that the course knows")
        advice = say(
            "Some networks answer with a page to sign in: open a page in a browser, and sign in. "
            "If that is not it, try again later."
        )
    else:
        return
    raise DownloadError(
        say(
            "Federated EMNIST could not be fetched to {file}, in {tries} tries: {reason}. "
            "{advice} Then run this again.",
            file=repr(str(database)),
            tries=_RETRIES + 1,
            reason=reason,
            advice=advice,
        )
    )


def _cause(error: BaseException) -> str:
    """The innermost words of an error: requests quotes urllib3's, and that the system's."""
    inner = error.__cause__ or error.__context__
    if inner is None:
        reason = getattr(error, "reason", None)
        return str(error) if not isinstance(reason, BaseException) else _cause(reason)
    return _cause(inner)


def _unpack(archive: pathlib.Path, unpacked: pathlib.Path, source: Source) -> None:
    with (
        lzma.open(archive) as packed,
        unpacked.open("wb") as file,
        _bar(say("Unpacking"), source.database_bytes) as bar,
    ):
        while block := packed.read(_BLOCK_BYTES):
            file.write(block)
            bar.update(len(block))
        file.flush()
        os.fsync(file.fileno())


def _bar(name: str, total: int) -> tqdm:
    return tqdm(total=total, desc=name, unit="B", unit_scale=True, file=sys.stdout)


def _too_little_room(source: Source, database: pathlib.Path, reason: str) -> Said:
    return say(
        "Federated EMNIST takes {needed} GB in {folder}: {reason}. Delete what you don't need, "
        "then run this again.",
        needed=f"{(source.archive_bytes + source.database_bytes) / _GB:.1f}",
        folder=repr(str(database.parent)),
        reason=reason,
    )
