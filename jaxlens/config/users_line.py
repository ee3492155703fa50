"""The line of a program to which a warning of ours belongs."""

from __future__ import annotations

import sys
from types import FrameType


def users_line() -> int:
    """The `stacklevel` for `warnings.warn` with which a warning names the first line outside of jaxlens.

    How many of our own functions lie between the two differs from call to call.

    Returns:
        The number of calls from the caller of this function to that line, with one for the caller itself;
        where all lines are ours, as on the command line, 1.
    """
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] != "jaxlens":
            return level
        frame, level = frame.f_back, level + 1
    return 1
