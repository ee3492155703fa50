"""A simulated coadd of LSST: galaxies and stars with noise, in nJy, with a turned WCS with distortion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

import jaxlens

# Pixels along a side.
SIDE = 420
# The AB magnitude of 1 nJy.
NANOJANSKY = 31.4
# Numbers of `realistic_lsst`: seconds of a visit, visits, magnitudes of 1 electron/s.
EXPOSURE = 30.0
VISITS = {"g": 80, "r": 184, "i": 184}
ZERO_POINTS = {"g": 28.51, "r": 28.36, "i": 28.17}
SEEING = {"g": 0.97, "r": 0.93, "i": 0.89}
SKY = {"g": 22.26, "r": 21.20, "i": 20.48}
# Electrons, arcsec.
READ_NOISE, PIXEL_SCALE = 8.8, 0.2
# Galaxies and stars in the field.
GALAXIES, STARS = 220, 16
# Degrees: where the field is, and by how much it is turned.
RA, DEC, ANGLE = 53.1, -28.1, 20.0
SEED = 4


def gains() -> dict[str, float]:
    """Electrons per nJy of the coadds, by band."""
    factor = {band: 10.0 ** (0.4 * (zero - NANOJANSKY)) for band, zero in ZERO_POINTS.items()}
    return {band: EXPOSURE * VISITS[band] * factor[band] for band in VISITS}


def make(folder: Path) -> dict[str, Path]:
    """Write the coadds, `coadd_<band>.fits` with IMAGE, MASK and VARIANCE, and return their paths."""
    empty = {band: folder / f"empty_{band}.fits" for band in VISITS}
    for band, path in empty.items():
        fits.PrimaryHDU(np.zeros((SIDE, SIDE), np.float32), header(band)).writeto(path)
    images: dict[str, Path] = empty
    for name, profile, number in (("galaxies", _galaxy(), GALAXIES), ("stars", _star(), STARS)):
        made = jaxlens.inject(_field(profile), images, _places(number), out=folder / name, noise=False)
        images = dict(made.images)
    paths = {band: folder / f"coadd_{band}.fits" for band in VISITS}
    for k, (band, path) in enumerate(paths.items()):
        light = np.asarray(fits.getdata(images[band]), float)
        variance = _sky_variance(band) + np.maximum(light, 0.0) / gains()[band]
        noise = np.random.default_rng(SEED + k).normal(0.0, np.sqrt(variance))
        _write(path, band, light + noise, variance)
    return paths


def _places(number: int) -> dict[str, np.ndarray]:
    """Places anywhere on the coadd, also at its edges."""
    pixels = np.random.default_rng([SEED, number]).uniform(-0.5, SIDE - 0.5, (2, number))
    ra, dec = WCS(header("g")).all_pix2world(*pixels, 0)
    return {"ra": ra, "dec": dec}


def _sky_variance(band: str) -> float:
    """The variance of sky and read noise in a pixel, nJy^2."""
    sky = 10.0 ** (-0.4 * (SKY[band] - ZERO_POINTS[band])) * PIXEL_SCALE**2 * EXPOSURE
    return float(VISITS[band] * (sky + READ_NOISE**2) / gains()[band] ** 2)


def header(band: str) -> fits.Header:
    """The header of a coadd."""
    cos, sin = np.cos(np.radians(ANGLE)), np.sin(np.radians(ANGLE))
    matrix = PIXEL_SCALE / 3600.0 * np.array([[-cos, sin], [sin, cos]])
    cards: dict[str, Any] = {"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "RADESYS": "ICRS"}
    cards |= {"CRVAL1": RA, "CRVAL2": DEC, "CRPIX1": 0.5 * (SIDE + 1), "CRPIX2": 0.5 * (SIDE + 1)}
    cards |= {f"CD{i + 1}_{j + 1}": matrix[i, j] for i in range(2) for j in range(2)}
    cards |= {"A_ORDER": 2, "B_ORDER": 2, "A_2_0": 2e-5, "B_1_1": -1e-5, "BUNIT": "nJy", "FILTER": band}
    return fits.Header(cards)


def _write(path: Path, band: str, pixels: np.ndarray, variance: np.ndarray) -> None:
    mask = np.zeros(pixels.shape, np.int32)
    mask[:, 300:303] = 1
    planes = fits.Header([("MP_BAD", 0), ("MP_SAT", 1)])
    units = [fits.PrimaryHDU(), fits.ImageHDU(pixels.astype(np.float32), header(band), name="IMAGE")]
    units.append(fits.ImageHDU(mask, planes, name="MASK"))
    units.append(fits.ImageHDU(variance.astype(np.float32), header(band), name="VARIANCE"))
    fits.HDUList(units).writeto(path, overwrite=True)


def _drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def _magnitudes(brightest: float, faintest: float, colours: dict[str, float]) -> dict[str, Any]:
    """Magnitudes by number counts in i, and colours with scatter."""
    own = {"i": _drawn("number_counts", slope=0.35, minimum=brightest, maximum=faintest)}
    for band, mean in colours.items():
        colour = _drawn("normal", mean=mean, std=0.2)
        own[band] = {"SAME_AS": "LIGHT_PROFILE_1-magnitude-i", "PLUS": colour}
    return {band: own[band] for band in ("g", "r", "i")}


def _galaxy() -> dict[str, Any]:
    """A galaxy of the field."""
    shape = {name: _drawn("uniform", minimum=-0.3, maximum=0.3) for name in ("e1", "e2")}
    profile = shape | {
        "magnitude": _magnitudes(18.5, 25.5, {"r": 0.4, "g": 1.0}),
        "R_sersic": _drawn("loguniform", minimum=0.2, maximum=1.2),
        "n_sersic": _drawn("uniform", minimum=0.8, maximum=3.0),
    }
    return {"NAME": "SERSIC_ELLIPSE", "PARAMETERS": profile}


def _star() -> dict[str, Any]:
    """A star: a Gaussian that is much narrower than the PSF."""
    magnitudes = _magnitudes(17.5, 24.0, {"r": 0.3, "g": 0.9})
    return {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": magnitudes, "sigma": 0.05}}


def _field(profile: dict[str, Any]) -> dict[str, Any]:
    """The configuration of an object with one profile of light."""
    image = {"exposure_time": EXPOSURE, "numPix": 81, "pixel_scale": PIXEL_SCALE, "psf_type": "GAUSSIAN"}
    survey = {"BANDS": "g,r,i", "seeing": SEEING, "magnitude_zero_point": ZERO_POINTS}
    plane = {"OBJECT_1": "FIELD", "PARAMETERS": {"REDSHIFT": 0.5}}
    return {
        "DATASET": {"NAME": "Field", "PARAMETERS": {"SIZE": 1, "OUTDIR": "Field", "SEED": SEED}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image | {"supersampling_factor": 2, "read_noise": READ_NOISE}},
        "SURVEY": {"PARAMETERS": survey | {"sky_brightness": SKY, "num_exposures": VISITS}},
        "SPECIES": {"GALAXY_1": {"NAME": "FIELD", "LIGHT_PROFILE_1": profile}},
        "GEOMETRY": {"CONFIGURATION_1": {"NAME": "FIELD", "FRACTION": 1.0, "PLANE_1": plane}},
    }
