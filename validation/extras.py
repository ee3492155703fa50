"""The version of lenstronomy, which is optional, and the error if it is missing or too old."""

from __future__ import annotations

import importlib.metadata

# The oldest lenstronomy with which reference values agree.
MINIMUM = (1, 14, 1)


class MissingExtra(RuntimeError):
    """lenstronomy is not installed, or is too old to compare with."""


def lenstronomy_version() -> str:
    """The installed lenstronomy's version.

    Raises:
        MissingExtra: there is none, or it is older than 1.14.1.
    """
    command = 'pip install "jaxlens-sim[validation]"'
    try:
        version = importlib.metadata.version("lenstronomy")
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingExtra(f"lenstronomy is not installed; {command}") from error
    if _parts(version) < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise MissingExtra(f"lenstronomy {version} is older than {wanted}; {command}")
    return version


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
