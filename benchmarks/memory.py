"""How much memory a process needed at its peak."""

from __future__ import annotations

import resource
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak() -> float:
    """MiB of this program alone; where Linux does not say, what `getrusage` does.

    What `getrusage` says of a small program may be the peak of the process that started it.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
