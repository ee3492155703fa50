"""The version of the installed package."""

from __future__ import annotations

import importlib.metadata

DISTRIBUTION = "jaxlens-sim"


def version() -> str:
    """The version of the installed distribution `jaxlens-sim`, or "not installed"."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
