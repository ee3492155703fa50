"""Values of an argument for each band: one for all, a list in the order of the bands, or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jaxlens.config.errors import nearest


def by_band(name: str, given: Any, bands: Sequence[str]) -> dict[str, Any]:
    """The value of each band that has one.

    Args:
        name: the argument's name in messages.
        given: one value for all bands, a list or tuple of one for each, a mapping from some of the bands, or
            None.
        bands: the bands of the images, in order.

    Raises:
        ValueError: if a list has another number of values, or a mapping a band without an image.

    >>> by_band("gain", 2.0, ("g", "r")), by_band("gain", {"r": 3.0}, ("g", "r"))
    ({'g': 2.0, 'r': 2.0}, {'r': 3.0})
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        for band in given:
            if band not in bands:
                raise ValueError(
                    f"{name} has the band {band!r}, of which there is no image; {nearest(str(band), bands)}"
                )
        return dict(given)
    if isinstance(given, list | tuple):
        if len(given) != len(bands):
            raise ValueError(
                f"{name} has {len(given)} values, but there are {len(bands)} images; give one for each"
            )
        return dict(zip(bands, given, strict=True))
    return dict.fromkeys(bands, given)
