"""Warnings where spectra of transients do not cover a file's bands, or are absurdly bright or faint."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jaxlens.config.model import Library, Passbands

# The share of a band's light on either side of the range that has to be covered.
TAIL = 0.005
# Absolute magnitudes of transients in B at their peak, from faint novae to the brightest supernovae.
USUAL_PEAKS = (-25.0, -6.0)


def coverage_warnings(
    library: Library, passbands: Passbands, bands: Sequence[str], low: float, high: float
) -> list[str]:
    """What to say of each band that some spectra do not cover at some redshift; the flux there is zero.

    Args:
        library: the spectra, with `wavelength` (W,) or (T, W); others, such as black bodies, cover all bands.
        passbands: the passbands.
        bands: the names of the bands.
        low: the lowest redshift.
        high: the highest redshift.

    Returns:
        One text for each band and side, which says from what redshift on the band is not covered, and by how
        many templates.
    """
    if "wavelength" not in library.arrays:
        return []
    wavelength = library.arrays["wavelength"]
    grids = np.broadcast_to(wavelength, (len(library.ids), wavelength.shape[-1]))
    warnings = []
    for band, blue, red in zip(bands, *_edges(passbands), strict=True):
        # a spectrum begins too late above the one redshift, and ends too early below the other
        above, below = blue / grids[:, 0] - 1.0, red / grids[:, -1] - 1.0
        late, early = library_names(library, high > above), library_names(library, low < below)
        if late:
            edge, z = grids[np.argmin(above), 0], max(float(np.min(above)), 0.0)
            warnings.append(_text(band, late, f"begin at {edge:.0f} Angstrom, above redshift {z:.2f}"))
        if early:
            edge, z = grids[np.argmax(below), -1], float(np.max(below))
            warnings.append(_text(band, early, f"end at {edge:.0f} Angstrom, below redshift {z:.2f}"))
    return warnings


def brightness_warnings(library: Library) -> list[str]:
    """What to say of files whose flux, as that at a distance of 10 pc, is not that of a transient.

    Args:
        library: spectra for the model `sed`, with `peak` and `magoff` (T,).

    Returns:
        At most one text, with the first template and its absolute magnitude.
    """
    peaks = library.arrays["peak"] + library.arrays["magoff"]
    low, high = USUAL_PEAKS
    absurd = (peaks < low) | (peaks > high)
    if not np.any(absurd):
        return []
    first = peaks[np.argmax(absurd)]
    finding = f"the flux of {library_names(library, absurd)} is that of absolute magnitude {first:.1f} in B"
    advice = "it is taken as erg/s/cm^2/A at a distance of 10 pc; give ABSMAG to set another brightness"
    return [f"{finding}; {advice}"]


def library_names(library: Library, chosen: np.ndarray) -> str:
    """The templates that are chosen, for a message: the first, and the number of others; "" where none is."""
    names = [name for name, one in zip(library.ids, chosen, strict=True) if one]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else ""


def _text(band: str, names: str, where: str) -> str:
    """The message of one band."""
    return (
        f"the band {band} is not covered by the spectra of {names}, which {where}; "
        f"the flux beyond is taken as zero"
    )


def _edges(passbands: Passbands) -> tuple[np.ndarray, np.ndarray]:
    """Where each band's light begins and ends (Angstrom), but for `TAIL` of it at each end, each (bands,)."""
    wavelength, weight = passbands.arrays["wavelength"], passbands.arrays["weight"]
    share = np.cumsum(weight, axis=1) / np.sum(weight, axis=1, keepdims=True)
    ends = [[np.interp(p, s, w) for p in (TAIL, 1.0 - TAIL)] for s, w in zip(share, wavelength, strict=True)]
    blue, red = np.array(ends).T
    return blue, red
