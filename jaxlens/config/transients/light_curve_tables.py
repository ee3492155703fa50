"""The table of the model `lightcurve`: the apparent AB magnitude of a source in each band at some days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from jaxlens.config.errors import Place, Report, spelled_alike
from jaxlens.config.model import Library
from jaxlens.config.tables import table_text
from jaxlens.config.transients.libraries import library_of
from jaxlens.config.word_tables import word_table

# Column -> its names, the best first.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "band": ("band", "filter"),
    "day": ("day", "time", "phase", "mjd"),
    "magnitude": ("magnitude", "mag"),
}
# mag: the brightest magnitude whose flux single precision can hold.
BRIGHTEST = -90.0
# mag: the faintest one that double precision can tell from no flux at all.
FAINTEST = 700.0
# Days between the last row of a band and the time from which it has no flux.
_CUT = 0.01

# The days and the magnitudes of one band.
Curve = tuple[np.ndarray, np.ndarray]


def lightcurve_library(path: Path, report: Report) -> Library | None:
    """The library of a table, for the model `lightcurve`.

    The table has the columns `band`, `day` (days since the peak, in the observer's frame) and `magnitude`.
    Between the rows of a band the flux is linear; before the first and after the last one it is zero.

    Args:
        path: the file.
        report: the problems are added to it; it has the bands of the survey.

    Returns:
        The library; None, and a problem, where the table is illegal or lacks a band.
    """
    text = table_text(path, report)
    curves = None if text is None else _curves(text, path, report)
    if curves is None:
        return None
    lacking = [band for band in report.bands if band not in curves]
    if lacking:
        finding = f"has no rows of the band {lacking[0]}, only of {', '.join(curves)}"
        report.problem(Place(str(path)), f"{finding}; give every band of the survey at least two")
        return None
    chosen = [curves[band] for band in report.bands]
    ends = [np.array([day[0] - _CUT, day[-1] + _CUT]) for day, _ in chosen]
    times = np.unique(np.concatenate([*(day for day, _ in chosen), *ends]))
    magnitude = np.stack([_at(times, *curve) for curve in chosen], axis=1)
    return library_of((path.name,), (path.name,), {"times": times, "magnitude": magnitude})


def _at(times: np.ndarray, day: np.ndarray, magnitude: np.ndarray) -> np.ndarray:
    """The magnitudes (times,) of one band, linear in flux between its days; NaN beyond them."""
    flux = np.interp(times, day, 10.0 ** (-0.4 * magnitude), left=np.nan, right=np.nan)
    return -2.5 * np.log10(flux)


def _curves(text: str, path: Path, report: Report) -> dict[str, Curve] | None:
    """The rows of each band, sorted by day; None, and a problem, where the table is illegal."""
    table = word_table(text, path, report)
    if table is None:
        return None
    header, rows = table
    lower = [name.lower() for name in header.cells]
    index = {
        column: next((lower.index(name) for name in names if name in lower), None)
        for column, names in _COLUMNS.items()
    }
    for column, found in index.items():
        if found is None:
            alike = spelled_alike(column, header.cells)
            advice = f"did you mean {alike[0]}?" if alike else f"name the columns {', '.join(_COLUMNS)}"
            finding = f"has no column {column}; {advice}"
            report.problem(Place(str(path), header.line), finding)
            return None
    curves: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        band, day, magnitude = (row.cells[i] for i in index.values() if i is not None)
        pair = _number(day), _number(magnitude)
        if not all(map(math.isfinite, pair)):
            report.problem(Place(str(path), row.line), "has no finite day and magnitude; give numbers")
            return None
        if not BRIGHTEST <= pair[1] <= FAINTEST:
            finding = f"has the magnitude {pair[1]:g}; it must be from {BRIGHTEST:g} to {FAINTEST:g}"
            report.problem(Place(str(path), row.line), finding)
            return None
        curves.setdefault(band, []).append(pair)
    return _sorted(curves, path, report)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return math.nan


def _sorted(
    curves: Mapping[str, list[tuple[float, float]]], path: Path, report: Report
) -> dict[str, Curve] | None:
    """The rows of each band in order; None, and a problem, where a band has a day twice or one day only."""
    found = {band: np.array(sorted(rows)).T for band, rows in curves.items()}
    for band, (day, _) in found.items():
        twice = np.flatnonzero(np.diff(day) <= 0.0)
        if twice.size or day.size < 2:
            finding = f"has day {day[twice[0]]:g} twice" if twice.size else "has one day only"
            advice = "give one magnitude a day" if twice.size else "give at least two"
            report.problem(Place(str(path), None, band), f"{finding}; {advice}")
            return None
    return {band: (day, magnitude) for band, (day, magnitude) in found.items()}
