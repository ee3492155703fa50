"""Supernovae that are compared with sncosmo: passbands, redshifts, and a synthetic folder like SALT2's."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from jaxlens.config.passbands import Curve, curves

# Redshifts of the cases.
REDSHIFTS = (0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0)
# Days since the peak in the rest frame.
PHASES = np.linspace(-15.0, 49.5, 44)
# The absolute magnitude of type Ia at the peak in B.
ABSMAG = -19.4
# By survey, the bands that are compared.
BANDS = {
    "lsst": ("u", "g", "r", "i", "z", "Y"),
    "des": ("u", "g", "r", "i", "z", "Y"),
    "ztf": ("g", "r", "i"),
    "hsc": ("g", "y"),
    "euclid": ("VIS",),
    "roman": ("F106", "F158"),
    "jwst": ("F115W", "F277W"),
    "hst": ("F160W",),
}
# Colour law of the synthetic folder: SALT2.4's.
COLOUR = (-0.504294, 0.787691, -0.461715, 0.0815619)


def bands() -> dict[str, Curve]:
    """The passbands that are compared."""
    return {f"{survey} {band}": curves(survey)[band] for survey, names in BANDS.items() for band in names}


def write_salt_folder(folder: Path) -> None:
    """Write a folder like SALT2's, at its phases and wavelengths, whose spectra have broad lines that move.

    It has the files that sncosmo's SALT2Source asks for; those of the model's errors are zero.
    """
    phases, wavelength = np.arange(-20.0, 51.0), np.arange(2000.0, 9201.0, 10.0)
    p, w = phases[:, None], wavelength[None, :]
    # a black body that cools, with lines 150 to 400 Angstrom wide
    temperature = 9000.0 + 4500.0 * np.exp(-(p + 20.0) / 22.0)
    continuum = (w / 4500.0) ** -5 / np.expm1(1.438776877e8 / (w * temperature))
    lines = sum(
        depth * np.exp(-0.5 * ((w - center - 2.0 * p) / width) ** 2)
        for center, width, depth in ((2900, 80, 0.5), (3750, 90, 0.6), (4900, 150, -0.3), (6150, 110, 0.5))
    )
    rise = np.exp(-0.5 * (np.minimum(p, 0.0) / 7.0) ** 2 - np.maximum(p, 0.0) / 25.0)
    first = 0.3 * rise * continuum / continuum[20, 250] * (1.0 - lines)
    second = 0.05 * first * np.tanh(0.1 * p) * (1.0 + 0.3 * np.sin(w / 400.0))
    zero = np.zeros_like(first)
    surfaces = {"template_0": first, "template_1": second}
    errors = ("lc_dispersion_scaling", "lc_relative_variance_0", "lc_relative_variance_1")
    for name, values in (surfaces | dict.fromkeys((*errors, "lc_relative_covariance_01"), zero)).items():
        part = slice(None) if name in surfaces else slice(None, None, 40)
        rows = [
            f"{phase:.1f} {at:.1f} {value:.9e}"
            for phase, row in zip(phases, values, strict=True)
            for at, value in zip(wavelength[part], row[part], strict=True)
        ]
        (folder / f"salt2_{name}.dat").write_text("\n".join(rows) + "\n")
    words = [str(len(COLOUR)), *map(str, COLOUR), "Salt2ExtinctionLaw.version 1"]
    words += ["Salt2ExtinctionLaw.min_lambda 2800", "Salt2ExtinctionLaw.max_lambda 7000"]
    (folder / "salt2_color_correction.dat").write_text("\n".join(words) + "\n")
    (folder / "salt2_color_dispersion.dat").write_text("2000 0\n9200 0\n")
