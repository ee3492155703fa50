"""How far a long run is: a bar where a person watches, and otherwise a line a minute in the log."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tqdm import tqdm

# Seconds between two lines of the log.
_INTERVAL = 60.0
# The rate is that of the last so many lines.
_LINES = 10
# Pages of memory that a process holds is the second number of this file (Linux).
_STATM = Path("/proc/self/statm")
_GIGABYTE = 1e9

_LOG = logging.getLogger("jaxlens")


class Progress:
    """A context in which a run tells how far it is.

    In a terminal there is a bar.  Elsewhere the logger `jaxlens` gets a line a minute at level INFO: what is
    made, what there is in all, the rate, the time that is left, and the memory of this process.  The clock
    may jump: time in which it is behind what it has shown before counts as none.

    Args:
        total: how many there are in all.
        shown: True for a bar everywhere, False for no bar and no lines; by default as above.
        unit: the name of one of what is counted.
        clock: gives the time in seconds.
        done: how many were made before, in a run that is resumed.
    """

    def __init__(
        self,
        total: int,
        shown: bool | None = None,
        unit: str = "system",
        clock: Callable[[], float] = time.monotonic,
        done: int = 0,
    ) -> None:
        self._total, self._done, self._unit = total, done, unit
        bar = _watched() if shown is None else shown
        self._bar: tqdm[Any] | None = tqdm(total=total, initial=done, unit=unit) if bar else None
        self._log = None if bar or shown is False else _LOG
        self._stopwatch = _Stopwatch(clock)
        self._counts = deque([(0.0, done)], maxlen=_LINES)
        self._began_with, self._lines = done, 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._lines:
            self._line(self._stopwatch.seconds(), self._began_with, 0.0)

    def update(self, n: int) -> None:
        """Count `n` more; with 0 only the clock is looked at, where a line may be due."""
        self._done += n
        if self._bar is not None:
            if n:
                self._bar.set_postfix_str("", refresh=False)
            self._bar.update(n)
        elif self._log is not None:
            self._line_if_due()

    def announce(self, text: str) -> None:
        """Say what is done now, such as that a program is compiled: on the bar, or in the log."""
        if self._bar is not None:
            self._bar.set_postfix_str(text)
        elif self._log is not None:
            self._log.info(text)

    def message(self, text: str) -> None:
        """Say something that stays: a line in the log, also where there is a bar."""
        if self._bar is not None or self._log is not None:
            _LOG.info(text)

    def _line_if_due(self) -> None:
        seconds = self._stopwatch.seconds()
        since, count = self._counts[0]
        if seconds - self._counts[-1][0] >= _INTERVAL:
            self._line(seconds, count, since)
            self._counts.append((seconds, self._done))

    def _line(self, seconds: float, count: int, since: float) -> None:
        """Log a line at `seconds`, with the rate since `since`, when `count` were made."""
        made, took = self._done - count, seconds - since
        words = [f"{self._done} of {self._total} {self._unit}s"]
        if made > 0 and took > 0.0:
            words.append(f"{made / took:.3g} {self._unit}s/s")
            left = (self._total - self._done) / (made / took)
            words.append(f"{duration(left)} left" if left > 0.0 else f"in {duration(took)}")
        memory = memory_in_use()
        words += [] if memory is None else [f"memory {memory / _GIGABYTE:.2f} GB"]
        self._lines += 1
        _LOG.info(", ".join(words))


class _Stopwatch:
    """The seconds that a clock has shown; they never become fewer."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._latest, self._seconds = clock(), 0.0

    def seconds(self) -> float:
        """The seconds since the beginning."""
        now = self._clock()
        if math.isfinite(now) and now > self._latest:
            self._seconds += now - self._latest
            self._latest = now
        return self._seconds


def _watched() -> bool:
    """Whether stderr is a terminal."""
    # without a console there is no stderr at all
    return sys.stderr is not None and sys.stderr.isatty()


def duration(seconds: float) -> str:
    """A time in its two largest units.

    >>> duration(4.2), duration(251.0), duration(3 * 3600 + 120.0), duration(2e6)
    ('4 s', '4 min 11 s', '3 h 2 min', '23 d 3 h')
    """
    parts: list[str] = []
    left = round(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count or parts or unit == "s":
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def memory_in_use() -> int | None:
    """The bytes of memory that this process holds, or has held at most where only that is known (macOS)."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    # in bytes on macOS, in KiB elsewhere
    return most if sys.platform == "darwin" else most * 1024
