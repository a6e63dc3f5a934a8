"""How many of the computer's cores this process may use."""

import contextlib
import math
import os
import pathlib

_GROUPS = pathlib.Path("/sys/fs/cgroup")
_OWN_GROUPS = pathlib.Path("/proc/self/cgroup")


def usable() -> int:
    """The cores that `taskset`, a batch system or a container leave to this process, at least 1.

    A container's limit is a share of time; what is left of a core there counts as one.
    """
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:  # not Linux, where there is no worker either
        allowed = os.cpu_count() or 1
    return max(1, math.ceil(min(allowed, _limit(_GROUPS, _OWN_GROUPS))))


def _limit(groups: pathlib.Path, own_groups: pathlib.Path) -> float:
    """The cores' time that control groups allow, in cores; infinite if they set no limit.

    Args:
        groups: Where the control groups' files are.
        own_groups: Which of them are this process's.
    """
    limit = math.inf
    with contextlib.suppress(OSError):  # a system without control groups
        for line in own_groups.read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:  # of version 2
                top, read = groups, _limit_of_version_2
            elif "cpu" in controllers.split(","):
                top, read = groups / "cpu", _limit_of_version_1
            else:
                continue
            group = top / path.lstrip("/")
            # The limits of all groups above hold too. Within a container, where the path is the
            # computer's, its own group is the top.
            for folder in (group, *group.parents):
                if folder.is_relative_to(top):
                    with contextlib.suppress(OSError, ValueError):
                        limit = min(limit, read(folder))
    return limit


def _limit_of_version_2(folder: pathlib.Path) -> float:
    quota, period = (folder / "cpu.max").read_text().split()
    return math.inf if quota == "max" else int(quota) / int(period)


def _limit_of_version_1(folder: pathlib.Path) -> float:
    quota = int((folder / "cpu.cfs_quota_us").read_text())
    return math.inf if quota < 0 else quota / int((folder / "cpu.cfs_period_us").read_text())
