"""Reading the folder of a SALT2 or SALT3 model, as its authors publish it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Library
from jaxlens.config.tables import table_text
from jaxlens.config.templates import library, peak_magnitude, refined_spectra
from jaxlens.config.transients.sed_files import read_surface

# How the names of a folder's files may begin.
FAMILIES = ("salt2", "salt3")
# The unit of the surfaces (erg/s/cm^2/A), by which x0 has the values of SALT2 (as in sncosmo).
UNIT = 1e-12
# The range of the colour law (Angstrom) where the file does not give it.
COLOUR_RANGE = (3000.0, 7000.0)
_VERSION, _LOW, _HIGH = (f"Salt2ExtinctionLaw.{key}" for key in ("version", "min_lambda", "max_lambda"))


def read_salt_library(folder: Path, report: Report, name: str = "") -> Library | None:
    """The library of a folder, for the models `salt` and `salt_absmag`.

    The folder has `salt2_template_0.dat`, `salt2_template_1.dat` and `salt2_color_correction.dat`, or the
    same with `salt3`.

    Args:
        folder: the folder.
        report: the problems are added to it.
        name: the name in the metadata; by default that of the folder.

    Returns:
        The library; None, and problems, where a file is missing or illegal.
    """
    family = next((one for one in FAMILIES if (folder / f"{one}_template_0.dat").is_file()), None)
    if family is None:
        names = " or ".join(f"{one}_template_0.dat" for one in FAMILIES)
        finding = f"has no {names}; give the folder of a SALT model"
        report.problem(Place(str(folder)), finding)
        return None
    surfaces = [read_surface(folder / f"{family}_template_{k}.dat", report, signed=True) for k in (0, 1)]
    law = _read_colour(folder / f"{family}_color_correction.dat", report)
    first, second = surfaces
    if first is None or second is None or law is None:
        return None
    if first.flux.shape != second.flux.shape or not np.allclose(first.wavelength, second.wavelength):
        place = Place(str(folder / f"{family}_template_1.dat"))
        report.problem(place, f"has another grid than {family}_template_0.dat; give equal ones")
        return None
    wavelength, both = refined_spectra(first.wavelength, UNIT * np.stack([first.flux, second.flux]))
    arrays = {
        "surfaces": both,
        "phases": first.phases,
        "wavelength": wavelength,
        "colour": law[0],
        "colour_range": law[1],
        "peak": np.array(peak_magnitude(wavelength, both[0])),
    }
    return library((name or folder.name,), ("Ia",), arrays)


def _read_colour(path: Path, report: Report) -> tuple[np.ndarray, np.ndarray] | None:
    """The coefficients and the range of the colour law; None, and a problem, where the file is illegal.

    The file has the number of coefficients, the coefficients, and pairs of a key and a value.
    """
    text = table_text(path, report)
    if text is None:
        return None
    try:
        words = text.split()
        count = int(words[0])
        coefficients = np.array([float(word) for word in words[1 : 1 + count]])
        rest = words[1 + count :]
        settings = {key: float(value) for key, value in zip(rest[::2], rest[1::2], strict=True)}
    except (ValueError, IndexError):
        count, coefficients, settings = -1, np.zeros(0), {}
    if count < 1 or coefficients.size < count or not np.all(np.isfinite(coefficients)):
        report.problem(Place(str(path)), "is no colour law; give the number of coefficients, then these")
        return None
    if settings.get(_VERSION) != 1.0 or not settings.keys() <= {_VERSION, _LOW, _HIGH}:
        report.problem(Place(str(path)), f"is not of {_VERSION} 1; only that colour law is known")
        return None
    return coefficients, np.array([settings.get(_LOW, COLOUR_RANGE[0]), settings.get(_HIGH, COLOUR_RANGE[1])])
