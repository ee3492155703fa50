"""Which bands make a colour image, and how their counts are made comparable."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

# Nanometres: about the middle of the passband of each name that surveys give their bands.
_NANOMETRES = {
    "NUV": 255.0,
    "U": 365.0,
    "u": 365.0,
    "B": 445.0,
    "g": 480.0,
    "V": 550.0,
    "r": 625.0,
    "R": 650.0,
    "VIS": 715.0,
    "i": 770.0,
    "I": 800.0,
    "z": 890.0,
    "y": 990.0,
    "Y": 1000.0,
    "J": 1240.0,
    "H": 1650.0,
    "K": 2190.0,
    "Ks": 2150.0,
}
# Hubble's, Roman's and JWST's names: the wavelength in nanometres or, above one micron, in units of 10 nm.
_FILTER = re.compile(r"F(\d{3})[A-Z]*\d?")
# JWST's filters beyond those numbers with which Hubble's optical ones begin.
_JWST_RED = (
    *("F250M", "F277W", "F300M", "F322W2", "F335M", "F356W", "F360M", "F410M", "F430M", "F444W"),
    *("F460M", "F480M", "F560W", "F770W"),
)
# The number above which a filter of Hubble is in nanometres.
_FIRST_OPTICAL = 218
# Nanometres: bluer bands are too shallow for a colour image where there are enough others.
_BLUEST = 400.0
# Nanometres: where the optical bands end.
_LAST_OPTICAL = 1100.0
# What is taken where it is there, bluest first.
_USUAL = ("g", "r", "i")
COLOURS = 3


def wavelength(band: str) -> float | None:
    """About the middle of the passband of a band in nanometres, by its name; None where it is not known.

    >>> [wavelength(band) for band in ("g", "F814W", "F160W", "F444W", "F158", "x")]
    [480.0, 814.0, 1600.0, 4440.0, 1580.0, None]
    """
    if band in _NANOMETRES:
        return _NANOMETRES[band]
    found = _FILTER.fullmatch(band)
    if not found:
        return None
    number = float(found[1])
    in_tens = (number < _FIRST_OPTICAL and band != "F200LP") or band in _JWST_RED
    return 10.0 * number if in_tens else number


def colour_bands(bands: Sequence[str] | int, chosen: Sequence[str | int] | None = None) -> list[int]:
    """The indices of the bands that are drawn blue, green and red.

    These are g, r, i where they are there; otherwise the bluest, the one nearest to the middle in the
    logarithm of its wavelength, and the reddest, without the ultraviolet where three others are there.
    Where the wavelength of a band is not known by its name, they are the first three.

    Args:
        bands: the names of the bands, or their number.
        chosen: the names or indices of the three bands, bluest first, where the choice is yours.

    Returns:
        Three indices, bluest first.

    Raises:
        ValueError: if there are fewer than three bands, or `chosen` are not three of them.

    >>> colour_bands(["u", "g", "r", "i", "z", "y"]), colour_bands(["F115W", "F150W", "F277W", "F444W"])
    ([1, 2, 3], [0, 2, 3])
    """
    names = [str(b) for b in range(bands)] if isinstance(bands, int) else list(bands)
    if chosen is not None:
        if isinstance(chosen, str) or len(chosen) != COLOURS:
            raise ValueError(f"the bands of a colour image are {chosen!r}; give three, bluest first")
        return band_indices(names, chosen)
    if len(names) < COLOURS:
        raise ValueError(f"a colour image needs three bands; there are {len(names)}")
    if set(_USUAL) <= set(names):
        return [names.index(band) for band in _USUAL]
    known = {b: found for b, name in enumerate(names) if (found := wavelength(name)) is not None}
    if len(known) < len(names):
        return list(range(COLOURS))
    order = sorted(known, key=known.__getitem__)
    while len(order) > COLOURS and known[order[0]] < _BLUEST:
        del order[0]
    middle = float(np.sqrt(known[order[0]] * known[order[-1]]))
    return [order[0], min(order[1:-1], key=lambda b: abs(np.log(known[b] / middle))), order[-1]]


def band_indices(bands: Sequence[str], chosen: Sequence[str | int]) -> list[int]:
    """The indices of bands that are given by name or index.

    Args:
        bands: the names of all bands.
        chosen: names, or indices from 0.

    Raises:
        ValueError: if one of them is no band.

    >>> band_indices(["g", "r", "i"], ["i", 0])
    [2, 0]
    """
    found = []
    for one in chosen:
        if isinstance(one, str) and one in bands:
            found.append(list(bands).index(one))
        elif not isinstance(one, str) and -len(bands) <= one < len(bands):
            found.append(int(one) % len(bands))
        else:
            raise ValueError(f"{one!r} is no band; the bands are {', '.join(bands)}")
    return found


def in_flux_units(
    images: np.ndarray, zero_points: ArrayLike | None, bands: Sequence[str] | None = None
) -> np.ndarray:
    """Counts/s of several bands in one unit of flux, so that their ratios are colours.

    They are multiplied by 10^(-0.4 (zero point - mean zero point)), so that a flat spectrum in AB magnitudes
    is grey.  Where all bands are optical ones by their names, they are divided by their wavelength too, as
    SDSS's pictures nearly are (Lupton et al. 2004, PASP 116, 133): grey is then g - i = 0.5, about the Sun.

    Args:
        images: counts/s, (..., bands, y, x).
        zero_points: the magnitude of 1 count/s of each band, (bands,); None leaves the images as they are.
        bands: the names of the bands.

    Raises:
        ValueError: if there is not one zero point for each band.

    >>> in_flux_units(np.ones((2, 1, 1)), [30.0, 25.0]).ravel().tolist()
    [0.1, 10.0]
    """
    if zero_points is None:
        return images
    zeros = np.asarray(zero_points, float)
    if zeros.ndim and zeros.shape != (images.shape[-3],):
        raise ValueError(
            f"zero_points has shape {zeros.shape}; give one for each of the {images.shape[-3]} bands"
        )
    factors = 10.0 ** (-0.4 * (zeros - zeros.mean()))
    known = [wavelength(band) for band in bands or ()]
    if known and all(one is not None and one < _LAST_OPTICAL for one in known):
        nanometres = np.array(known, float)
        factors = factors * np.exp(np.log(nanometres).mean()) / nanometres
    return np.asarray(images * factors[..., None, None])
