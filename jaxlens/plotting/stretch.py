"""From counts to brightness on a screen: the asinh stretch of one band, and Lupton's colours of three."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

# The smallest scale of a stretch, in the image's unit, which avoids a division by zero in a constant image.
_MIN_SCALE = 1e-12
# Percentiles of the pixels: one sigma below the median of Gaussian noise, the median, the extended light of a
# galaxy, and the brightest pixels.
_PERCENTILES = (16.0, 50.0, 90.0, 99.0)
# The scale is the square root of this times extended light times bright light; chosen by eye.
_LIGHT_FACTOR = 0.15
# The scale is at least this many sigma of the sky, which is its value in a faint image.
_SKY_SIGMAS = 2.0
# The softening of the colour stretch in a grid; chosen by eye.
_GRID_SOFTENING = 8.0


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


def stretched(bands: np.ndarray, rgb: bool | None) -> np.ndarray:
    """One system with its own stretch: colours (y, x, 3), or grey (y, x).

    Args:
        bands: shape (bands, y, x).
        rgb: whether the first three bands become colours; None where there are three.

    Raises:
        ValueError: if `rgb` is true and there are fewer than three bands.
    """
    if rgb or (rgb is None and len(bands) >= 3):
        if len(bands) < 3:
            raise ValueError(f"a colour image needs three bands; there are {len(bands)}")
        black, scale = black_and_scale(bands[:3].mean(axis=0))
        return lupton_rgb(bands - black, Q=_GRID_SOFTENING, stretch=scale)
    return asinh_stretch(bands[0], *black_and_scale(bands[0]))


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
