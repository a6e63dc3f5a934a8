"""What every Python process of Flower's does first; Python imports this module by its name.

It stands in a folder of its own, which alone is put on the path of these processes: nothing else of
the course is in them. None of it changes what Flower computes:

- The process ends when its parent ends, however that happens.
- It notes which of the clients' data files it opens.
- Flower asks every three seconds whether there is news. That is right for hospitals; in a notebook
  one would wait most of the time.
"""

import ctypes
import os
import sys
import time

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9
_PATIENT = ("flwr.supernode.start_client_internal", "flwr.superlink.grid.http_grid")
_LONGEST_WAIT = 0.2  # seconds between two questions for news


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    # Only for a child of the notebook's: what it starts itself has another parent.
    starter = os.environ.pop("FL_COURSE_STARTER", None)
    if starter is not None and os.getppid() != int(starter):
        os._exit(1)
    try:
        # When memory runs out, this process goes rather than the notebook.
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("500")
    except OSError:
        pass


def _note_opened_files() -> None:
    """Appends a line for each of the watched files that Python opens, by an audit hook."""
    watched = set(os.environ.get("FL_COURSE_WATCHED", "").splitlines())
    if not watched:
        return
    notes = os.open(os.environ["FL_COURSE_OPENED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if path in watched:
                os.write(notes, f"{path}\n".encode())

    sys.addaudithook(note)


def _ask_sooner() -> None:
    sleep = time.sleep

    def shorter(seconds: float) -> None:
        caller = sys._getframe(1).f_globals.get("__name__")
        sleep(min(seconds, _LONGEST_WAIT) if caller in _PATIENT else seconds)

    time.sleep = shorter


_end_with_parent()
_note_opened_files()
_ask_sooner()
