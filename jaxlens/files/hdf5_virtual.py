"""HDF5 files that join others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def join(target: Path, folder: Path, sources: Sequence[str]) -> None:
    """Join."""
    raise NotImplementedError
