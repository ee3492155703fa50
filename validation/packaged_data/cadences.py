"""The cadences and the light curve of the packaged examples, drawn with a fixed seed.

They are not excerpts of a survey: nights and conditions are drawn so that their number, spacing and spread
are like those of the survey that each file's head names.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

# The seed of all numbers.
SEED = 14
BANDS = ("g", "r", "i", "z")
# Fields of the LSST-like cadence, and the visits of each in each band, in one season.
LSST_FIELDS, LSST_VISITS = 4, 12
# MJD of the season's first day, and the days between the visits of a field in one band.
LSST_START, LSST_STEP = 61100.0, 14.0
# Median seeing (arcsec) and dark sky (mag/arcsec^2) at the zenith in each band (Ivezic et al. 2019, ApJ 873,
# 111, table 2).
LSST_SEEING = (0.87, 0.83, 0.80, 0.78)
LSST_SKY = (22.26, 21.20, 20.48, 19.60)
# Seeing grows with airmass to this power (Ivezic et al. 2019, section 2.6).
AIRMASS_POWER = 0.6
# Scatter of the logarithm of the seeing, and the largest airmass; chosen.
SEEING_SCATTER, MAX_AIRMASS = 0.18, 1.5
# By how much the full moon brightens the sky in each band (mag), about, and its period in days.
MOON, MONTH = (2.5, 1.4, 0.7, 0.3), 29.53
# Fields of the DES-like cadence, and the visits of each in each band in each of five seasons.
DES_FIELDS, DES_VISITS = 3, (2, 2, 1, 1, 2)
# MJD of the survey's first night (31 August 2013), the days of a season, and those of a year.
DES_START, DES_SEASON, YEAR = 56535.0, 165.0, 365.25
# The light curve in a table: its first day, which is before the survey by more than any delay, its last day,
# and the days between its rows.
CURVE_FIRST, CURVE_LAST, CURVE_STEP = -400, 1800, 20
# Its walk: the scatter (mag) in g, and the correlation time in days of the observer.
CURVE_SCATTER, CURVE_TAU = 0.25, 300.0
# Its mean magnitudes.
CURVE_MAGNITUDES = (19.6, 19.4, 19.3, 19.2)
# The share of the scatter that each band shows: blue varies more.
CURVE_SHARE = (1.0, 0.85, 0.75, 0.7)


def write(folder: Path) -> list[Path]:
    """Write the tables to `folder`, and return their paths."""
    rng = np.random.default_rng(SEED)
    tables = {
        "lensed_supernova_series_cadence.csv": (
            "# One season of four fields in g, r, i, z: nights, seeing and sky like those of LSST.\n"
            "fieldId,observationStartMJD,filter,seeingFwhmEff,skyBrightness",
            _lsst(rng),
        ),
        "des_quasars_cadence.csv": (
            "# Eight visits a band of three fields in five seasons, like those of the Dark Energy Survey.\n"
            "pointing,mjd,band",
            _des(rng),
        ),
        "des_quasars_lightcurve.csv": (
            "# A light curve that varies like a quasar's; days of the observer, apparent AB magnitudes.\n"
            "band,day,magnitude",
            _curve(rng),
        ),
    }
    for name, (head, rows) in tables.items():
        text = "\n".join([head, *rows]) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in tables]


def _lsst(rng: np.random.Generator) -> Iterable[str]:
    """The visits of all fields: g and r in one night, i and z in another."""
    for field in range(1, LSST_FIELDS + 1):
        for pair, first in (((0, 1), 0.0), ((2, 3), LSST_STEP / 2)):
            for visit in range(LSST_VISITS):
                night = LSST_START + first + LSST_STEP * visit + rng.integers(0, 6)
                airmass = rng.uniform(1.0, MAX_AIRMASS)
                seeing = airmass**AIRMASS_POWER * np.exp(rng.normal(-0.05, SEEING_SCATTER))
                moon = (0.5 * (1.0 - np.cos(2.0 * np.pi * (night % MONTH) / MONTH))) ** 2
                hour = rng.uniform(0.05, 0.35)
                for b in pair:
                    width, sky = LSST_SEEING[b] * seeing, LSST_SKY[b] - MOON[b] * moon
                    mjd = night + hour + (0.02 if b % 2 else 0.0)
                    yield f"{field},{mjd:.4f},{BANDS[b]},{width:.3f},{sky:.2f}"


def _des(rng: np.random.Generator) -> Iterable[str]:
    """The visits of all fields, each band in nights of its own."""
    for field in range(1, DES_FIELDS + 1):
        for band in BANDS:
            for season, visits in enumerate(DES_VISITS):
                for night in np.sort(rng.uniform(0.0, DES_SEASON, visits)):
                    yield f"{field},{DES_START + YEAR * season + night:.3f},{band}"


def _curve(rng: np.random.Generator) -> Iterable[str]:
    """A damped random walk by band."""
    decay = np.exp(-CURVE_STEP / CURVE_TAU)
    days = range(CURVE_FIRST, CURVE_LAST + 1, CURVE_STEP)
    walk = [rng.normal()]
    for _ in days[1:]:
        walk.append(decay * walk[-1] + np.sqrt(1.0 - decay**2) * rng.normal())
    for band, mean, share in zip(BANDS, CURVE_MAGNITUDES, CURVE_SHARE, strict=True):
        for day, value in zip(days, walk, strict=True):
            yield f"{band},{day},{mean + CURVE_SCATTER * share * value:.3f}"
