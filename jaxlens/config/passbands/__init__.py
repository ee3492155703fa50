"""Passbands: the transmission of each band, packaged for the bands of all surveys, or from files of the user.

A packaged table is a text file in this folder, with lines `band wavelength transmission` below the sources;
it is written by `python -m validation.packaged_data`.  The key `passbands` in SURVEY.PARAMETERS names a
table, or gives a file for each band:

    passbands: lsst
    passbands: {g: curves/my_g.dat, r: lsst}
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from jaxlens.config.errors import Place, Report, nearest, shown
from jaxlens.config.model import Passbands
from jaxlens.config.number_columns import read_curve
from jaxlens.config.passbands.weights import POINTS, ab_weights
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.values import word

_FOLDER = Path(__file__).parent
# The survey whose passbands bands have that have no others: DECam's u, g, r, i, z, Y.
DEFAULT = "des"
# Surveys with the passbands of another one.
SAME = {"delve": "des"}
# The packaged table that holds Bessell's B alone, which absolute magnitudes refer to.
REFERENCE = "bessell"
_ADVICE = "give the name of a survey, or a mapping of bands to files of wavelength (Angstrom), transmission"

# Wavelengths (Angstrom) and transmissions.
Curve = tuple[np.ndarray, np.ndarray]


@cache
def packaged() -> tuple[str, ...]:
    """The names of the packaged tables.

    >>> "lsst" in packaged()
    True
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.txt")))


@cache
def curves(name: str) -> dict[str, Curve]:
    """The passbands of a packaged table by band.

    >>> list(curves("euclid"))
    ['VIS']
    """
    rows: dict[str, list[tuple[float, float]]] = {}
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            band, wavelength, transmission = line.split()
            rows.setdefault(band, []).append((float(wavelength), float(transmission)))
    return {band: (np.array(row)[:, 0], np.array(row)[:, 1]) for band, row in rows.items()}


def passbands_of(bands: Sequence[tuple[str, Curve]]) -> Passbands:
    """The passbands of some curves with labels, ready for photometry; the labels are their names.

    >>> passbands_of([("des g", curves("des")["g"])]).arrays["weight"].shape
    (1, 160)
    """
    both = [ab_weights(*curve) for _, curve in bands]
    arrays = {
        "wavelength": np.reshape([w for w, _ in both], (-1, POINTS)),
        "weight": np.reshape([w for _, w in both], (-1, POINTS)),
    }
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()
    return Passbands(digest, tuple(label for label, _ in bands), arrays)


def reference_passbands() -> Passbands:
    """Bessell's B, in which absolute magnitudes are."""
    return passbands_of([("bessell B", curves(REFERENCE)["B"])])


def read_passbands(root: Section) -> Passbands | None:
    """The passbands of the file's bands.

    It is called where a model of the file integrates spectra over passbands; only then must each band have
    one. Without the key `passbands` they are DECam's; a survey's preset has the key.

    Args:
        root: the whole file; its report has the bands.

    Returns:
        The passbands, in the order of the bands; None, and problems, where a band has none.
    """
    report = root.report
    node, bands = _node(root, "passbands"), _node(root, "BANDS")
    if bands is None or not report.bands:
        return None
    if node is None:
        found = [_packaged(DEFAULT, band, bands.place, report) for band in report.bands]
    else:
        found = [_given(node, band, report) for band in report.bands]
    curves_there = [curve for curve in found if curve is not None]
    return passbands_of(curves_there) if len(curves_there) == len(report.bands) else None


def _node(root: Section, last: str) -> Node | None:
    """The value of a key in SURVEY.PARAMETERS; None where the file has none."""
    node = root.node
    for key in ("SURVEY", "PARAMETERS", last):
        node = node and node.entries.get(key)
    return node


def _given(node: Node, band: str, report: Report) -> tuple[str, Curve] | None:
    """The label and the curve of a band, of the key `passbands`; None, and a problem, where there is none."""
    if not isinstance(node.value, dict):
        return _packaged(word(node, report, _ADVICE), band, node.place, report)
    entry = node.entries.get(band)
    if entry is None:
        report.problem(node.place.at(band), f"is missing; give the band{report.bands_of} a file or a survey")
        return None
    name = word(entry, report, _ADVICE)
    if name in (*packaged(), *SAME):
        return _packaged(name, band, entry.place, report)
    curve = read_curve(entry.place, name, report) if name else None
    return None if curve is None else (f"{band} {name}", curve)


def _packaged(name: str, band: str, place: Place, report: Report) -> tuple[str, Curve] | None:
    """The label and the packaged curve of a band; None, and a problem, where there is none."""
    if not name:
        return None
    if name not in (*packaged(), *SAME):
        report.problem(place, f"{shown(name)} is no survey; {nearest(name, packaged())}")
        return None
    name = SAME.get(name, name)
    table = curves(name)
    # some surveys write y, some Y
    label = {key.lower(): key for key in table}.get(band.lower())
    if label is None:
        known = ", ".join(table)
        finding = f"has no transmission for the band {shown(band)}, which a model needs: {name} has {known}"
        advice = f"name another survey, or give the file of each band, as passbands: {{{band}: FILE}}"
        report.problem(place, f"{finding}; {advice}")
        return None
    return f"{name} {label}", table[label]
