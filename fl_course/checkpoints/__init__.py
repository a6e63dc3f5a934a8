"""Checkpoints: a training kept in a folder, so that a new process goes on where one ended.

A folder has, all of it data:

- `training.json`, which describes the training: the form's number, names, dtypes and shapes of
  the state's parts, a fingerprint of the computation, a digest of the state that it started from,
  whether rounds were evaluated. A folder of another training is refused before more is read.
- `round_5.npz`, the checkpoint after round 5: for each part of the server's state a member
  `state/<place>.npy`, as `np.load` reads it, then `history.json` with the metrics so far.
- `round_5_damaged.npz`, a checkpoint that could not be read, moved out of the way.

Nothing in a folder is ever executed: numbers and text are read, and compared with what the process
has before they are used. No pickle is read, no name from a file leads to another file, and neither
is a link followed. So it does no harm to load a folder from somebody else.

Each file is written under a temporary name, brought to the disk and renamed. A process killed at
any point so leaves the checkpoint before, and perhaps a file whose name ends in `_temp`, which is
removed when training goes on. Equal states and histories give equal bytes.

The folder is one of this computer, a mounted one included; the likes of `gs://bucket` are refused.
"""

from fl_course.checkpoints.folder import CheckpointError, Checkpoints

__all__ = ["CheckpointError", "Checkpoints"]
