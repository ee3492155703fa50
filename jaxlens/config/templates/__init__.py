"""Spectra of transients that are packaged, and what all libraries of spectra share.

`hsiao.npz` is the template of type Ia supernovae of Hsiao et al. (2007, ApJ 663, 1187), version 3, at every 5
days and 50 Angstrom: the source `hsiao-subsampled` of the package sncosmo (BSD-3-Clause, copyright by Kyle
Barbary and contributors).  It is written by `python -m validation.packaged_data`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from jaxlens.config.model import Library
from jaxlens.config.model.tables import Arrays
from jaxlens.config.passbands import reference_passbands

_FOLDER = Path(__file__).parent
# The days between the phases of the refined template up to a phase.  Light curves are cubic between them.
PHASE_STEPS = ((15.0, 0.5), (85.0, 1.0))
# The largest distance of two wavelengths of a refined spectrum, between which it is linear, as a share of the
# wavelength.
WAVELENGTH_STEP = 0.002
# The name of the packaged template in the metadata.
HSIAO = "hsiao"


@cache
def hsiao_library() -> Library:
    """The packaged template of type Ia supernovae, for the model `ia`.

    It is refined by the bicubic spline through its table, since the kernels interpolate linearly in
    wavelength, and has the absolute AB magnitude 0 in Bessell's B at its peak.

    >>> hsiao_library().types
    ('Ia',)
    """
    from scipy.interpolate import RectBivariateSpline

    phases, wavelength, flux = hsiao_table()
    starts = [float(phases[0]), *(end for end, _ in PHASE_STEPS)]
    parts = [np.arange(low, end, step) for low, (end, step) in zip(starts, PHASE_STEPS, strict=False)]
    fine_phases = np.append(np.concatenate(parts), phases[-1])
    fine = refined(wavelength)
    # the spline swings below zero where the light begins
    sed = np.maximum(RectBivariateSpline(phases, wavelength, flux, kx=3, ky=3)(fine_phases, fine), 0.0)
    sed *= 10.0 ** (0.4 * peak_magnitude(fine, sed))
    arrays = {"sed": sed, "phases": fine_phases, "wavelength": fine}
    return library((HSIAO,), ("Ia",), arrays)


def hsiao_table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The packaged table: phases (K,), days; wavelengths (W,), Angstrom; flux (K, W)."""
    with np.load(_FOLDER / "hsiao.npz") as file:
        phases, wavelength, flux = (np.asarray(file[key], float) for key in ("phases", "wavelength", "flux"))
    return phases, wavelength, flux


def library(ids: tuple[str, ...], types: tuple[str, ...], arrays: Arrays) -> Library:
    """A library with the digest of its arrays.

    Args:
        ids: the name of each template.
        types: the type of each template.
        arrays: the arrays by name.

    Returns:
        The library.
    """
    digest = hashlib.sha256(repr((ids, types)).encode())
    for name in sorted(arrays):
        digest.update(f"{name}{arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return Library(digest.hexdigest(), ids, types, arrays)


def with_odonnell_dust(found: Library) -> Library:
    """The library for dust with the law of O'Donnell (1994) instead of that of Fitzpatrick (1999)."""
    return library(found.ids, found.types, {**found.arrays, "odonnell94": np.ones(())})


def refined(wavelength: np.ndarray) -> np.ndarray:
    """Wavelengths with further ones between them, at distances of at most `WAVELENGTH_STEP`."""
    parts = np.ceil(np.diff(np.log(wavelength)) / WAVELENGTH_STEP).astype(int)
    pieces = [
        np.geomspace(low, high, count, endpoint=False)
        for low, high, count in zip(wavelength[:-1], wavelength[1:], parts, strict=True)
    ]
    return np.append(np.concatenate(pieces), wavelength[-1])


def refined_spectra(wavelength: np.ndarray, spectra: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Refined wavelengths, and spectra (..., W) there by cubic splines."""
    from scipy.interpolate import CubicSpline

    fine = refined(wavelength)
    return fine, CubicSpline(wavelength, spectra, axis=-1)(fine)


def peak_magnitude(wavelength: np.ndarray, sed: np.ndarray) -> float:
    """The brightest AB magnitude of spectra (phases, W) in Bessell's B; NaN where they do not cover it."""
    band = reference_passbands().arrays
    points, weight = band["wavelength"][0], band["weight"][0]
    if wavelength[0] > points[0] or wavelength[-1] < points[-1]:
        return float("nan")
    flux = max(float(weight @ np.interp(points, wavelength, spectrum)) for spectrum in sed)
    return float(-2.5 * np.log10(flux)) if flux > 0.0 else float("nan")
