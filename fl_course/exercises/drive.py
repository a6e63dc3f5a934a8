"""Keeping the progress in the learner's Google Drive, on Colab, which forgets its machines."""

import contextlib
import io
import os
from pathlib import Path

from fl_course.exercises import progress
from fl_course.localization import Said, one_line, say
from fl_course.runtime import places

MOUNT = "/content/drive"
_FOLDERS = ("MyDrive", "My Drive")  # what the learner's own part is called, and was before
_FILE = Path("fl-course", "progress.json")


def keep_progress() -> Said:
    """Keeps the progress in the learner's Drive from here on, where that can be done.

    Asks the learner for access to the Drive, which Colab does in a window of its own. What was
    noted on this machine before is added to what is noted in the Drive.

    Returns:
        A sentence that says where the progress is kept, or why it stays on this machine.
    """
    if places.current() != "colab":
        return say("Your progress stays on this machine: Google Drive can be used only on Colab.")
    try:
        from google.colab import drive

        with contextlib.redirect_stdout(io.StringIO()):  # one sentence says where it is
            drive.mount(MOUNT)
    except ImportError:
        return say(
            "Your progress stays on this machine, which Colab forgets: this runtime has no access "
            "to Google Drive."
        )
    except Exception as error:  # of no access given, of a rule of the account, of a lost connection
        return say(
            "Your progress stays on this machine, which Colab forgets: Google Drive said "
            "“{error}”. To ask for access again, run this cell again.",
            error=one_line(str(error)) or type(error).__name__,
        )
    root = next((path for name in _FOLDERS if (path := Path(MOUNT, name)).is_dir()), None)
    if root is None:
        return say(
            "Your progress stays on this machine, which Colab forgets: there is no folder of "
            "yours in Google Drive at {mount}.",
            mount=MOUNT,
        )
    file = root / _FILE
    here = progress.path()
    if not progress.is_free(file):
        if here == file:
            del os.environ[progress.VARIABLE]
        return say(
            "Your progress stays on this machine, which Colab forgets: {file} in your Google Drive "
            "is no progress file, or it is damaged. It was left as it is. Rename or delete it, and "
            "run this cell again.",
            file=_FILE,
        )
    own = progress.kept()
    os.environ[progress.VARIABLE] = str(file)
    if here != file and (own.solved or own.tried or own.answered):
        # Those of this machine, perhaps, from before the kernel's restart.
        there = progress.kept().tried
        more = {name: number - there.get(name, 0) for name, number in own.tried.items()}
        new = {name: number for name, number in more.items() if number > 0}
        progress.note(new, own.solved, own.answered)
    return say("Your progress is kept in your Google Drive, in {file}.", file=_FILE)
