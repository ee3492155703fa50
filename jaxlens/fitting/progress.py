"""What a fit is doing: a line where a person watches, and otherwise the log."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
from tqdm import tqdm

# Seconds between two looks at the clock of the line, and between two lines of the log about the same stage.
_TICK, _INTERVAL = 1.0, 60.0
_LOG = logging.getLogger("jaxlens")


class FitProgress:
    """A context in which a fit tells what it is doing.

    In a terminal there is one line, with the time since the beginning, which goes at the end.  Elsewhere the
    logger `jaxlens` gets a line at level INFO for each stage, and one a minute in a long one.

    Args:
        shown: True for the line everywhere, False for no line and no log; None as above.
        clock: gives the time in seconds.
    """

    def __init__(self, shown: bool | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        # without a console there is no stderr at all
        watched = sys.stderr is not None and sys.stderr.isatty() if shown is None else shown
        self._bar: tqdm[Any] | None = None
        self._in_terminal, self._in_log = watched, not watched and shown is not False
        self._clock, self._latest = clock, clock()
        self._ended = threading.Event()

    def __enter__(self) -> FitProgress:
        if self._in_terminal:
            self._bar = tqdm(bar_format="{desc} [{elapsed}]", leave=False)
            threading.Thread(target=self._tick, args=(self._bar,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._bar is not None:
            self._bar.close()

    def _tick(self, bar: tqdm[Any]) -> None:
        """Show the time also while a program is compiled."""
        while not self._ended.wait(_TICK):
            bar.refresh()

    def stage(self, text: str) -> None:
        """Say what is done from now on."""
        self._say(text, due=True)

    def status(self, text: str) -> None:
        """Say how far the present stage is."""
        self._say(text, due=self._clock() - self._latest >= _INTERVAL)

    def _say(self, text: str, due: bool) -> None:
        if self._bar is not None:
            self._bar.set_description_str(text)
        elif self._in_log and due:
            self._latest = self._clock()
            _LOG.info(text)


# Says nothing.
SILENT = FitProgress(False)


def chi_square_in_words(value: np.ndarray, pixels: np.ndarray) -> str:
    """How good the best models are so far, as the end of a line; empty where it is not known yet.

    Args:
        value: -ln(density) of the best model of each image, as `descents` has it, (n,).  Half of the excess
            of chi-square over the number of pixels, but for the prior's density, which is small beside it.
        pixels: the number of used pixels of each image, (n,).

    >>> chi_square_in_words(np.array([10.0, 40.0]), np.array([1000, 1000]))
    ', best chi-square about 1.02 to 1.08 per pixel'
    """
    if not np.isfinite(value).all():
        return ""
    ratio = 1.0 + 2.0 * value / pixels
    ends = dict.fromkeys(f"{end:.2f}" for end in (ratio.min(), ratio.max()))
    return f", best chi-square about {' to '.join(ends)} per pixel"
