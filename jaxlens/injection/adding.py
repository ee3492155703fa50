"""Adding the stamp of a system to the image of a band, with its variance and mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.wcs import Floats
from jaxlens.injection.copies import BandPlanes
from jaxlens.injection.stamps import Window, window


@dataclass(frozen=True, eq=False)
class Added:
    """What was added to the image of a band.

    Attributes:
        flux: the light that was added, in units of the image, without its noise.
        outside: the fraction of the stamp's light that is outside of the image.
        masked: the fraction that falls on bad pixels, which stay as they are.
        before: the pixels of the stamp before, (side, side), NaN outside of the image.
        after: the pixels afterwards.
    """

    flux: float
    outside: float
    masked: float
    before: Floats
    after: Floats


def add_stamp(planes: BandPlanes, light: Floats, noise: Floats | None, corner: NDArray[np.int64]) -> Added:
    """Add light and its noise to the pixels that are not bad.

    The variance grows by light / gain where noise is added, and the mask's plane INJECTED is set.

    Args:
        planes: the pixels of the band.
        light: the light of the system in units of the image, (side, side).
        noise: the noise of this light in the same units; None where none is added.
        corner: the column and row of the stamp's first pixel in the image, (2,).

    Returns:
        What was added.
    """
    side = light.shape[-1]
    nothing = np.full(light.shape, np.nan)
    part = window(corner, side, planes.pixels.shape)
    if part is None:
        return Added(0.0, 1.0, 0.0, nothing, nothing)
    before = planes.pixels.read(part.image)
    bad = planes.bad(part.image, before)
    added = np.where(bad, 0.0, light[part.stamp])
    with_noise = added if noise is None else np.where(bad, 0.0, light[part.stamp] + noise[part.stamp])
    after = (before.astype(np.float64) + with_noise).astype(before.dtype)
    planes.pixels.write(part.image, after)
    if noise is not None and planes.variance is not None:
        _add_variance(planes, part, added)
    if planes.mask is not None and planes.injected is not None:
        flags = planes.mask.read(part.image)
        planes.mask.write(part.image, flags | np.where(added != 0.0, 1 << planes.injected, 0))
    inside, total = np.abs(light[part.stamp]), float(np.sum(np.abs(light)))
    fractions = _fractions(inside, bad, total, light.size)
    return Added(
        float(np.sum(added)), *fractions, _padded(nothing, part, before), _padded(nothing, part, after)
    )


def _fractions(inside: Floats, bad: NDArray[np.bool_], total: float, size: int) -> tuple[float, float]:
    """The fractions of the light outside and on bad pixels; those of the area where there is no light."""
    if total == 0.0:
        return 1.0 - inside.size / size, float(np.count_nonzero(bad)) / size
    outside = 0.0 if inside.size == size else max(0.0, 1.0 - float(np.sum(inside)) / total)
    return outside, float(np.sum(inside[bad])) / total


def _add_variance(planes: BandPlanes, part: Window, added: Floats) -> None:
    """Add the variance of the light's own Poisson noise: light / gain."""
    gain, variance = planes.image.gain, planes.variance
    assert gain is not None
    assert variance is not None
    stored = variance.read(part.image).astype(np.float64)
    more = np.maximum(added, 0.0) / gain
    variance.write(part.image, _grown(stored, more, planes.image.variance_power))


def _grown(stored: Floats, more: Floats, power: int) -> Floats:
    """Stored variances (power 2), standard deviations (1) or inverse variances (-2), `more` variance added.

    An inverse variance of 0 is that of a pixel without information, and stays 0.
    """
    if power == 1:
        return np.sqrt(np.square(stored) + more)
    if power == -2:
        return stored / (1.0 + stored * more)
    return stored + more


def _padded(nothing: Floats, part: Window, pixels: NDArray[Any]) -> Floats:
    """The pixels of a stamp, NaN outside of the image."""
    found = nothing.copy()
    found[part.stamp] = pixels
    return found
