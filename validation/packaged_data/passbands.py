"""The passbands of the surveys, from speclite, sedpy and pyphot, and from published numbers.

A table keeps the fewest points of a curve with which the magnitude of each of some smooth spectra stays
within `TOLERANCE`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from validation.packaged_data.published import CSST, KIDS, csst, kids

# The largest change of the magnitude of a smooth spectrum by thinning (mag).
TOLERANCE = 3e-4
# Where a curve ends, as a share of the largest transmission.
FLOOR = 1e-3
# Temperatures of the black bodies among the smooth spectra (K).
TEMPERATURES = (3000.0, 4500.0, 7000.0, 12000.0, 30000.0)
# h c / k_B (Angstrom K; CODATA 2018).
HC_PER_K = 1.438776877e8

Curve = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Survey:
    """Where the curves of a survey are from.

    Attributes:
        title: what they are, and who published them.
        source: the package or the paper that they were taken from, and its licence.
        names: the curve's name there, by band.
        load: from that name to the curve.
        floor: a curve ends where it first falls below this share of its largest transmission; leaks beyond,
            and noise of that size, are left out.
    """

    title: str
    source: str
    names: dict[str, str]
    load: Callable[[str], Curve]
    floor: float = FLOOR


def speclite(name: str) -> Curve:
    """A curve of speclite."""
    from speclite import filters

    found = filters.load_filter(name)
    return np.asarray(found.wavelength, float), np.asarray(found.response, float)


def sedpy(name: str) -> Curve:
    """A curve of sedpy."""
    import sedpy

    path = Path(sedpy.__file__).parent / "data" / "filters" / f"{name}.par"
    wavelength, transmission = np.loadtxt(path, usecols=(0, 1), unpack=True)
    return wavelength, transmission


def pyphot(name: str) -> Curve:
    """A curve of pyphot."""
    from pyphot import get_library

    found = get_library()[name]
    return np.asarray(found.wavelength.to_value("AA"), float), np.asarray(found.transmit, float)


_SPECLITE = "the package speclite 1.0 (BSD-3-Clause)"
_SEDPY = "the package astro-sedpy 0.4.1 (MIT)"
_DECAM = {band: f"decamDR1-{band}" for band in "grizY"} | {"u": "decam2014-u"}
_DECAM_TITLE = (
    "DECam, with optics, CCDs and the atmosphere at airmass 1.2 (Abbott et al. 2018, ApJS 239, 18); u, at "
    "airmass 1.3, by W. Wester and T. Li (2014)."
)
SURVEYS = {
    "bessell": Survey(
        "Bessell's B, which absolute magnitudes refer to (Bessell 1990, PASP 102, 1181).",
        _SPECLITE,
        {"B": "bessell-B"},
        speclite,
    ),
    "csst": Survey(
        "CSST: an approximation, " + CSST,
        "that paper's numbers",
        {band: band for band in ("NUV", "u", "g", "r", "i", "z", "y")},
        csst,
    ),
    "des": Survey(_DECAM_TITLE, _SPECLITE, {band: _DECAM[band] for band in "ugrizY"}, speclite),
    "euclid": Survey(
        "Euclid's VIS (Cropper et al. 2016, SPIE 9904; Euclid consortium).",
        _SPECLITE,
        {"VIS": "Euclid-VIS"},
        speclite,
    ),
    "hsc": Survey(
        "HSC, with optics, CCDs and the atmosphere (Kawanomoto et al. 2018, PASJ 70, 66); r and i are the "
        "filters r2 and i2, with which the survey was observed since 2016.",
        _SPECLITE,
        {"g": "hsc2017-g", "r": "hsc2017-r2", "i": "hsc2017-i2", "z": "hsc2017-z", "y": "hsc2017-y"},
        speclite,
    ),
    "hst": Survey("WFC3/IR (STScI).", _SEDPY, {"F160W": "wfc3_ir_f160w"}, sedpy),
    "jwst": Survey(
        "NIRCam, mean of its modules (STScI, after launch, 2024).",
        _SEDPY,
        {band: f"jwst_{band.lower()}" for band in ("F115W", "F150W", "F277W", "F444W")},
        sedpy,
    ),
    "kids": Survey(
        "OmegaCAM: an approximation, " + KIDS, "those numbers", {band: band for band in "ugri"}, kids
    ),
    "lsst": Survey(
        "LSST: optics, CCDs and the atmosphere at airmass 1.2, version 1.9 of its throughputs.",
        _SPECLITE,
        {band: f"lsst2023-{band.lower()}" for band in "ugrizY"},
        speclite,
    ),
    "roman": Survey(
        "Roman's WFI: effective areas, mean of the detectors (NASA, version 8, March 2024).",
        _SEDPY,
        {band: f"roman_wfi_{band.lower()}" for band in ("F106", "F129", "F158")},
        sedpy,
    ),
    "ztf": Survey(
        "ZTF: the filters (Bellm et al. 2019, PASP 131, 018002).",
        "the package pyphot 2.1.1 (MIT)",
        {band: f"ZTF_{band}" for band in "gri"},
        pyphot,
        floor=1e-2,
    ),
}


def write(folder: Path) -> list[Path]:
    """Write a table for each survey, lines of `band wavelength transmission` below the sources.

    Returns:
        The paths of the tables.
    """
    paths = []
    for key, survey in SURVEYS.items():
        lines = [*_wrapped(survey.title), *_wrapped(f"From {survey.source}, thinned.")]
        lines.append("# band, wavelength (Angstrom), transmission relative to the largest")
        for band, name in survey.names.items():
            for wavelength, value in zip(*thinned(*survey.load(name), survey.floor), strict=True):
                lines.append(f"{band} {wavelength:.7g} {value:.4g}")
        path = folder / f"{key}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _wrapped(text: str) -> list[str]:
    """A text as lines of comments."""
    import textwrap

    return [f"# {line}" for line in textwrap.wrap(text, 110)]


def thinned(wavelength: np.ndarray, transmission: np.ndarray, floor: float) -> Curve:
    """The fewest points with which all magnitudes stay within the tolerance; the largest value is 1."""
    wavelength, first = np.unique(np.round(wavelength, 1), return_index=True)
    value = np.clip(transmission[first] / np.max(transmission), 0.0, None)
    dark, peak = np.flatnonzero(value <= floor), int(np.argmax(value))
    part = slice(max([0, *dark[dark < peak]]), min([value.size - 1, *dark[dark > peak]]) + 1)
    wavelength, value = wavelength[part], value[part].copy()
    value[[0, -1]] = 0.0
    for height in 0.03 * 0.8 ** np.arange(40):
        kept = _line(wavelength, value, height)
        thin = (wavelength[kept], np.round(value[kept], 4))
        if np.max(np.abs(_magnitudes(*thin) - _magnitudes(wavelength, value))) < TOLERANCE:
            return thin
    raise ValueError("no selection of points is within the tolerance")


def _line(x: np.ndarray, y: np.ndarray, height: float) -> np.ndarray:
    """Which points a line must pass to stay within `height` of all points (Douglas & Peucker 1973)."""
    kept = np.zeros(x.size, bool)
    kept[[0, -1]] = True
    stack = [(0, x.size - 1)]
    while stack:
        low, high = stack.pop()
        if high - low < 2:
            continue
        error = np.abs(np.interp(x[low:high], x[[low, high]], y[[low, high]]) - y[low:high])
        worst = low + int(np.argmax(error))
        if error[worst - low] > height:
            kept[worst] = True
            stack += [(low, worst), (worst, high)]
    return kept


def _magnitudes(wavelength: np.ndarray, transmission: np.ndarray) -> np.ndarray:
    """AB magnitudes, to a constant, of power laws and black bodies, by a fine trapezoidal rule."""
    fine = np.linspace(wavelength[0], wavelength[-1], 20001)
    T = np.interp(fine, wavelength, transmission)
    middle = 0.5 * (wavelength[0] + wavelength[-1])
    spectra = [(fine / middle) ** slope for slope in (-5.0, -3.0, -2.0, -1.0, 0.0, 2.0)]
    spectra += [fine**-5.0 / np.expm1(HC_PER_K / (fine * t)) for t in TEMPERATURES]
    # waves across the band, such as broad lines of supernovae
    spectra += [1.0 + 0.5 * np.sin(2.0 * np.pi * 40.0 * np.log(fine) + phase) for phase in (0.0, 1.6)]
    flux = np.array([np.trapezoid(s * T * fine, fine) for s in spectra])
    return -2.5 * np.log10(flux / np.trapezoid(T / fine, fine))
