"""From counts to brightness on a screen: the asinh stretch of one band, and Lupton's colours of three."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.plotting.bands import COLOURS

if TYPE_CHECKING:
    from matplotlib.colors import Normalize

# The smallest scale of a stretch, in the image's unit, which avoids a division by zero in a constant image.
_MIN_SCALE = 1e-12
# Percentiles of the pixels: one sigma below the median of Gaussian noise, the median, the extended light of a
# galaxy, and the brightest pixels.
_PERCENTILES = (16.0, 50.0, 90.0, 99.0)
# The scale is the square root of this times extended light times bright light; chosen by eye.
_LIGHT_FACTOR = 0.15
# The scale is at least this many sigma of the sky, which is its value in a faint image.
_SKY_SIGMAS = 2.0
# The same of the noise of single bands in a colour image.
_COLOUR_SKY_SIGMAS = 4.0
# The number of values that are written at a colour bar, at most.
_TICKS = 6
# The softening of the colour stretch of an image's own scale; chosen by eye.
_GRID_SOFTENING = 8.0
# The softening where the scale is given: deeplenstronomy's.
_SOFTENING = 2.0


def asinh_stretch(pixels: np.ndarray, black: float, scale: float) -> np.ndarray:
    """arcsinh((pixels - black) / scale): linear up to `scale` above the black level, logarithmic beyond.

    Args:
        pixels: counts, any shape.
        black: the level that is drawn black, in counts.
        scale: where the stretch turns from linear to logarithmic, in counts.

    Returns:
        The stretched pixels, of the same shape.
    """
    return np.asarray(np.arcsinh((pixels - black) / scale))


def black_and_scale(pixels: np.ndarray) -> tuple[float, float]:
    """The level that is drawn black and the scale of the asinh stretch, in the unit of the pixels.

    The sky is the median, and its sigma the distance from there to the 16th percentile, which do not depend
    on the objects.
    """
    low, sky, extended, bright = np.percentile(pixels, _PERCENTILES)
    # The geometric mean lies between the extended light of a galaxy and its brightest pixels: with a larger
    # scale a quasar would leave its galaxy black, with a smaller one the images of the quasar would merge.
    light = math.sqrt(_LIGHT_FACTOR * (bright - sky) * (extended - sky))
    return float(low), float(max(light, _SKY_SIGMAS * (sky - low), _MIN_SCALE))


def lupton_rgb(bands: np.ndarray, Q: float, stretch: float) -> np.ndarray:
    """A colour image of the first three bands, after Lupton et al. (2004, PASP 116, 133).

    Args:
        bands: shape (3 or more, y, x), bluest first; the third becomes red.
        Q: the softening of the asinh stretch.
        stretch: the linear stretch.

    Returns:
        Colours from 0 to 255, shape (y, x, 3).
    """
    # astropy divides by a pixel's intensity and drops the quotient where the intensity is zero
    with np.errstate(invalid="ignore", divide="ignore"):
        from astropy.visualization import make_lupton_rgb  # it imports matplotlib

        return np.asarray(make_lupton_rgb(bands[2], bands[1], bands[0], Q=Q, stretch=stretch))


def colours(bands: np.ndarray, Q: float | None = None, stretch: float | None = None) -> np.ndarray:
    """A colour image of three bands, whose stretch is that of the image unless it is given.

    Args:
        bands: shape (3, y, x), bluest first, in one unit of flux.
        Q: the softening of the asinh stretch; by default 8, or 2 where `stretch` is given.
        stretch: the linear stretch, in the unit of the image; by default from the sky and the light of the
            image, whose sky is then drawn black.

    Returns:
        Colours from 0 to 255, shape (y, x, 3).
    """
    if stretch is not None:
        return lupton_rgb(bands, Q=_SOFTENING if Q is None else Q, stretch=stretch)
    finite = np.where(np.isfinite(bands), bands, 0.0)
    black, scale = black_and_scale(finite.mean(axis=0))
    # the noise of single bands, which would be confetti, is larger than that of their mean
    low, sky = np.percentile(finite, _PERCENTILES[:2], axis=(1, 2))
    scale = max(scale, _COLOUR_SKY_SIGMAS * float(np.mean(sky - low)))
    return lupton_rgb(finite - black, Q=_GRID_SOFTENING if Q is None else Q, stretch=scale)


def stretched(bands: np.ndarray, rgb: bool | None, chosen: Sequence[int] = (0, 1, 2)) -> np.ndarray:
    """One system with its own stretch: colours (y, x, 3), or grey (y, x).

    Args:
        bands: shape (bands, y, x).
        rgb: whether three bands become colours; None where there are three.
        chosen: the indices of the bands that are drawn, bluest first; the first is the one that is drawn grey
            where there are no colours.

    Raises:
        ValueError: if `rgb` is true and there are fewer than three bands.
    """
    if rgb or (rgb is None and len(bands) >= COLOURS and len(chosen) == COLOURS):
        if len(bands) < COLOURS:
            raise ValueError(f"a colour image needs three bands; there are {len(bands)}")
        return colours(bands[list(chosen)])
    grey = bands[chosen[0]]
    return asinh_stretch(grey, *black_and_scale(grey))


def asinh_norm(pixels: np.ndarray, vmin: float | None = None, vmax: float | None = None) -> Normalize:
    """Matplotlib's norm of the asinh stretch that suits an image, with which a colour bar has its unit.

    Args:
        pixels: counts, any shape; what is not finite does not count.
        vmin: the value at the lower end; by default the level that is drawn black.
        vmax: the value at the upper end; by default the largest.

    Returns:
        A norm from `vmin` to `vmax` with the attribute `ticks`, round values at about equal distances.
    """
    from matplotlib.colors import FuncNorm

    finite = pixels[np.isfinite(pixels)]
    black, scale = black_and_scale(finite) if finite.size else (0.0, 1.0)
    low = black if vmin is None else vmin
    high = (float(finite.max()) if finite.size else 1.0) if vmax is None else vmax
    high = high if high > low else low + scale
    norm = FuncNorm(
        (lambda value: np.arcsinh((value - black) / scale), lambda place: black + scale * np.sinh(place)),
        vmin=low,
        vmax=high,
    )
    first, last = (math.asinh((end - black) / scale) for end in (low, high))
    places = np.linspace(first, last, _TICKS)
    norm.ticks = _rounded(black + scale * np.sinh(places), low, high)  # type: ignore[attr-defined]
    return norm


def _rounded(values: np.ndarray, low: float, high: float) -> list[float]:
    """Values with one digit, and 0 if it is between the ends; those beyond the ends are left out."""
    smallest = 0.02 * (high - low) / len(values)
    digits = [0.0 if abs(v) < smallest else float(f"{v:.0e}") for v in values]
    return sorted({one for one in digits if low <= one <= high})


def stretched_alike(images: np.ndarray) -> tuple[list[np.ndarray], dict[str, Any]]:
    """The epochs of one system with one stretch, colours (y, x, 3) or grey (y, x).

    Args:
        images: shape (epochs, bands, y, x); three bands become colours, one is grey.

    Returns:
        The pictures, and the arguments of `imshow` that give all grey pictures one scale.
    """
    if not len(images):
        return [], {}
    black, scale = black_and_scale(images.mean(axis=1))
    if images.shape[1] == 3:
        return [lupton_rgb(bands - black, Q=_GRID_SOFTENING, stretch=scale) for bands in images], {}
    grey = asinh_stretch(images[:, 0], black, scale)
    return list(grey), {"vmin": float(grey.min()), "vmax": float(grey.max())}
