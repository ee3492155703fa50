"""Signals that the main thread does not see, since it is in compiled code: the second one ends the process.

Python calls a signal's handler in the main thread, once that runs Python again.  XLA may compile for minutes
before that.  So a thread waits for the byte that Python writes for every signal.
"""

from __future__ import annotations

import math
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection

# Seconds in which the main thread sees a signal where it runs Python.
_PATIENCE = 0.5


class UnseenSignals:
    """A context in which a thread waits for signals that the main thread does not see.

    To be entered by the main thread.

    Args:
        numbers: the signals.
        tell: is called after the first one, in that thread.
        end: is called after the second one, in that thread, with the signal's number, and ends the process.
    """

    def __init__(
        self, numbers: Collection[int], tell: Callable[[], None], end: Callable[[int], None]
    ) -> None:
        self._numbers, self._tell, self._end = numbers, tell, end
        self._seen = -math.inf

    def see(self) -> None:
        """To be called by the signals' handler."""
        self._seen = time.monotonic()

    def __enter__(self) -> UnseenSignals:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._thread = threading.Thread(target=self._wait, name="jaxlens-signals", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._before)
        self._writer.close()
        self._thread.join()
        self._reader.close()

    def _wait(self) -> None:
        """Read the number of each signal that comes, until the other end is closed."""
        count, number, since = 0, 0, math.inf
        while True:
            left = max(0.0, since + _PATIENCE - time.monotonic())
            if select.select([self._reader], [], [], left if since < math.inf else None)[0]:
                byte = self._reader.recv(1)
                if not byte:
                    return
                if byte[0] in self._numbers:
                    count, number, since = count + 1, byte[0], min(since, time.monotonic())
                continue
            if self._seen < since - _PATIENCE:
                self._act(count, number)
            since = math.inf

    def _act(self, count: int, number: int) -> None:
        if count == 1:
            self._tell()
        else:
            self._end(number)
