"""One configuration file for each family of profiles."""

from __future__ import annotations

from pathlib import Path

# What the files include.
_COMMON = "common"


def files() -> dict[str, Path]:
    """The files by the name of the family."""
    found = sorted(Path(__file__).parent.glob("*.yaml"))
    return {path.stem: path for path in found if path.stem != _COMMON}
