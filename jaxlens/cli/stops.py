"""What ends the work of a command between two steps where a signal has come."""

from __future__ import annotations

from collections.abc import Callable

from jaxlens.engine.stopping import Stop, Stopped


def check_of(stop: Stop, remark: str) -> Callable[[], None]:
    """A function that raises `Stopped` where a signal has come.

    Args:
        stop: what watches for signals.
        remark: what is said to the user then.
    """

    def check() -> None:
        if stop.requested is not None:
            raise Stopped(stop.requested, remark)

    return check
