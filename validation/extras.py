"""The optional packages that the validation needs, and the message where one is missing."""

from __future__ import annotations

import importlib.metadata

MINIMUM = (1, 14, 1)


class MissingExtra(RuntimeError):
    """lenstronomy is not installed, or is too old to compare with."""


def lenstronomy_version() -> str:
    """The installed lenstronomy's version.

    Raises:
        MissingExtra: there is none, or it is older than 1.14.1.
    """
    how = 'pip install "jaxlens[validation]"'
    try:
        version = importlib.metadata.version("lenstronomy")
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingExtra(f"lenstronomy is not installed; {how}") from error
    if _numbers(version) < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise MissingExtra(f"lenstronomy {version} is older than {wanted}; {how}")
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
