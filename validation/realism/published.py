"""Published numbers of the sky and of LSST, each with its source."""

from __future__ import annotations

import math

import numpy as np

# Magnitudes: the depth of the coadded images of ten years for a point source at 5 sigma (Ivezic et al.
# 2019, ApJ 873, 111, table 1).
DEPTH = {"g": 27.4, "r": 27.5, "i": 26.8, "z": 26.1}
# Arcsec: the full width at half maximum at the zenith, median (the same, table 2).
SEEING = {"g": 0.87, "r": 0.83, "i": 0.80, "z": 0.78}
# Magnitudes per square arcsec of the dark sky at the zenith (the same, table 2).
SKY = {"g": 22.26, "r": 21.20, "i": 20.48, "z": 19.60}
# Seconds of exposure in ten years, visits of 30 s (the same, table 1), and the magnitude of 1 electron/s
# (Jones et al., SMTN-002).
TIME = {"g": 80 * 30.0, "r": 184 * 30.0, "i": 184 * 30.0, "z": 160 * 30.0}
ZERO_POINT = {"g": 28.51, "r": 28.36, "i": 28.17, "z": 27.78}
# The typical airmass of an observation, and the power with which seeing grows with it (the same, section
# 2.6).
AIRMASS, AIRMASS_POWER = 1.2, 0.6
LSST = "Ivezić et al. 2019, tables 1 and 2"
# Stars brighter than magnitude 24 in a square arcmin at high Galactic latitude, about: the model of Bahcall
# & Soneira (1980, ApJS 44, 73) has 5,000 in a square degree at the pole, and some times as many at a
# latitude of 45 degrees.
STARS = (1.4, 3.0)
# Angular half-light radius, arcsec, of a star-forming galaxy of 1e10 solar masses at redshift 1.25: 3.5
# kpc, with a scatter of 0.16 to 0.19 dex (van der Wel et al. 2014, ApJ 788, 28, table 1).
SOURCE_RADIUS = 0.42
# Magnitudes per square arcsec in r within the half-light radius of early-type galaxies, and the scatter,
# after cosmic dimming, K-correction and evolution (Bernardi et al. 2003, AJ 125, 1849, table 1).
EARLY_SURFACE_BRIGHTNESS = (19.87, 0.6)
# The luminosity evolution of early-type galaxies in r, mag for a unit of redshift (the same, table 1).
EARLY_EVOLUTION = 0.85
# Their K-correction in r, mag for a unit of redshift, about (Fukugita et al. 1995, PASP 107, 945, table 7:
# 0.2 at z = 0.1 and 0.9 at z = 0.5).
EARLY_K = 1.8
# Colours of luminous red galaxies between two redshifts, about (Eisenstein et al. 2001, AJ 122, 2267,
# figure 1 and table 1).
EARLY_COLOURS = (
    (0.25, 0.35, ("g", "r"), "1.4 to 1.6"),
    (0.25, 0.35, ("r", "i"), "0.5 to 0.6"),
    (0.45, 0.55, ("g", "r"), "1.6 to 1.8"),
    (0.45, 0.55, ("r", "i"), "0.7 to 0.9"),
)


def early_type_correction(redshift: np.ndarray) -> np.ndarray:
    """Apparent minus absolute magnitude in r beyond the distance modulus: K-correction and evolution."""
    return (EARLY_K - EARLY_EVOLUTION) * redshift


def galaxies(magnitude: float) -> float:
    """Galaxies in a square arcmin that are brighter than a magnitude in i, for 20 to 26.

    N(< i) = 46 x 10^(0.31 (i - 25)) (LSST Science Book, arXiv:0912.0201, section 3.7.2).

    >>> galaxies(25.0)
    46.0
    """
    return float(46.0 * 10 ** (0.31 * (magnitude - 25.0)))


def seeing(band: str) -> float:
    """The full width at half maximum at the typical airmass, arcsec.

    >>> round(seeing("i"), 2)
    0.89
    """
    return SEEING[band] * math.pow(AIRMASS, AIRMASS_POWER)
