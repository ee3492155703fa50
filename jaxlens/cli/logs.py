"""What the command line shows of the log: lines on stderr, by default from level INFO on."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from collections.abc import Iterator

from tqdm import tqdm

_LOG = logging.getLogger("jaxlens")


def add_verbosity(parser: argparse.ArgumentParser) -> None:
    """Add `--quiet` and `--verbose`, the arguments of `configure_logging`."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--quiet", action="store_true", help="no progress; only warnings and errors")
    one.add_argument("--verbose", action="store_true", help="say more about what is done")


@contextlib.contextmanager
def configure_logging(quiet: bool = False, verbose: bool = False) -> Iterator[None]:
    """Write the log of jaxlens to stderr while the context is entered: INFO and above, with its times.

    Args:
        quiet: only warnings and errors.
        verbose: everything, DEBUG too.

    Raises:
        ValueError: if both are given.
    """
    if quiet and verbose:
        raise ValueError("quiet and verbose exclude each other; leave one out")
    handler, before = _Lines(), _LOG.level
    handler.setFormatter(_Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO)
    try:
        yield
    finally:
        _LOG.removeHandler(handler)
        _LOG.setLevel(before)


class _Lines(logging.Handler):
    """Writes lines above a progress bar, if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            tqdm.write(self.format(record), file=sys.stderr)
        except Exception:
            self.handleError(record)


class _Formatter(logging.Formatter):
    """The time and the message, with the level's name where it is a warning or an error."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        if record.levelno < logging.WARNING:
            return line
        return f"{record.levelname.lower()}: {line}"
