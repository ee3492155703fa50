"""NITES of a TIMESERIES: a list of nights, or the file of a cadence."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from jaxlens.config.errors import Report, shown
from jaxlens.config.files import locate, read_file, resolve
from jaxlens.config.model import Cadence
from jaxlens.config.reader import Node, read_text
from jaxlens.config.sections import Section, describe, number, word

# How the keys of a cadence file's pointings start.
POINTING = "POINTING_"
# The key of a cadence file with the day from which the nights are counted.
REFERENCE = "REFERENCE_MJD"
_ADVICE = "give a list of nights, or the file of a cadence"

# The nights of one pointing by band, (nights,) each.
Nights = Mapping[str, np.ndarray]


def read_cadence(section: Section, known: dict[tuple[str, float], Cadence]) -> Cadence | None:
    """NITES and REFERENCE_MJD of a TIMESERIES.

    Args:
        section: the mapping TIMESERIES.
        known: the cadences that were read before, by file and REFERENCE_MJD; this one is added.

    Returns:
        The cadence; None, and a problem, where it is illegal.
    """
    node = section.need("NITES", _ADVICE)
    reference = section.take(REFERENCE)
    mjd = 0.0 if reference is None else number(reference, section.report, "give a day (MJD)")
    if node is None or math.isnan(mjd):
        return None
    if isinstance(node.value, tuple):
        return _listed(node, mjd, section.report)
    name = word(node, section.report, _ADVICE) if isinstance(node.value, str) else ""
    if not name:
        if not isinstance(node.value, str):
            section.report.problem(node.place, f"is {describe(node)}; {_ADVICE}")
        return None
    if resolve(node.place, name, section.report) is None:
        return None
    path = locate(node.place, name, section.report)
    key = (str(path), mjd)
    if key not in known:
        found = _from_file(Path(str(path)), reference, mjd, section.report)
        if found is None:
            return None
        known[key] = found
    return known[key]


def _listed(node: Node, mjd: float, report: Report) -> Cadence | None:
    """The cadence of one pointing whose nights are the same in every band."""
    nights = read_nights(node, report)
    if nights is None or not report.bands:
        return None
    return cadence_of({f"{POINTING}1": dict.fromkeys(report.bands, nights)}, mjd, report.bands)


def read_nights(node: Node, report: Report) -> np.ndarray | None:
    """The nights (nights,) of a list; None, and a problem, where it is no list of increasing numbers."""
    if not isinstance(node.value, tuple):
        report.problem(node.place, f"is {describe(node)}; give a list of nights")
        return None
    if not node.value:
        report.problem(node.place, "is an empty list; give at least one night")
        return None
    nights = np.array([number(item, report, "give a day") for item in node.value])
    if np.isnan(nights).any():
        return None
    back = np.flatnonzero(np.diff(nights) <= 0)
    if back.size:
        before, after = nights[back[0]], nights[back[0] + 1]
        finding = f"is {after:.10g} after {before:.10g}; the nights must increase"
        report.problem(node.value[back[0] + 1].place, finding)
        return None
    return nights


def _from_file(path: Path, reference: Node | None, mjd: float, report: Report) -> Cadence | None:
    """The cadence in a file; None, and problems, where it is illegal."""
    report.sources.append(str(path))
    text = read_file(path, report)
    if text is None:
        return None
    return _from_yaml(read_text(text, str(path), report), reference, report)


def _from_yaml(tree: Node, reference: Node | None, report: Report) -> Cadence | None:
    """The cadence in a YAML file with REFERENCE_MJD and POINTING_n."""
    if not isinstance(tree.value, dict):
        report.problem(tree.place, f"is {describe(tree)}; give {POINTING}1 and its nights in every band")
        return None
    if reference is not None:
        report.problem(reference.place, f"belongs into {tree.place.source}; remove it here")
    pointings: dict[str, Nights | None] = {}
    with Section(tree, report, "a key of a cadence") as section:
        own = section.take(REFERENCE)
        mjd = 0.0 if own is None else number(own, report, "give a day (MJD)")
        for key, node in tree.value.items():
            if key.startswith(POINTING) and section.has(key):
                pointings[key] = _pointing(node, report)
    if not pointings:
        report.problem(tree.place, f"has no {POINTING}1; give at least one pointing")
    found = {key: nights for key, nights in pointings.items() if nights is not None}
    if not report.bands or math.isnan(mjd) or not found or len(found) < len(pointings):
        return None
    return cadence_of(found, mjd, report.bands)


def _pointing(node: Node, report: Report) -> Nights | None:
    """The nights of one pointing of a YAML file; None, and problems, where they are illegal."""
    if not isinstance(node.value, dict):
        report.problem(node.place, f"is {describe(node)}; give the nights of every band")
        return None
    with Section(node, report) as section:
        lists = {
            band: section.need(band, "give every band of the survey its nights") for band in report.bands
        }
        for band in node.value.keys() - lists.keys():
            section.has(band)
            report.remark(node.value[band].place, f"{shown(band)} is no band of the survey; it is not used")
    given = {band: one for band, one in lists.items() if one is not None}
    nights = {band: found for band, one in given.items() if (found := read_nights(one, report)) is not None}
    if len(nights) < len(report.bands):
        return None
    counts = {band: len(found) for band, found in nights.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{count} in {band}" for band, count in counts.items())
        report.problem(node.place, f"has {listed}; give all bands the same number of nights")
        return None
    return nights


def cadence_of(
    pointings: Mapping[str, Nights],
    mjd: float,
    bands: Sequence[str],
    conditions: Mapping[str, Mapping[str, Nights]] | None = None,
) -> Cadence:
    """The cadence of some pointings, whose shorter ones repeat their last night.

    Args:
        pointings: the nights of each pointing and band, by the pointing's label and the band (nights,).
        mjd: REFERENCE_MJD, which is subtracted from the nights.
        bands: the names of the bands, in order.
        conditions: what is known of the nights, by the parameter's name; each like `pointings`.

    Returns:
        The cadence.
    """
    conditions = conditions or {}
    count = np.array([[len(nights[band]) for band in bands] for nights in pointings.values()])
    epochs = int(count.max())

    def padded(values: Mapping[str, Nights]) -> np.ndarray:
        """(pointings, epochs, bands)."""
        rows = [[_padded(values[label][band], epochs) for band in bands] for label in pointings]
        return np.moveaxis(np.array(rows, dtype=float), 1, 2)

    arrays = {"day": padded(pointings) - mjd, "count": count}
    arrays |= {name: padded(values) for name, values in conditions.items()}
    return Cadence(_digest(arrays), tuple(pointings), mjd, epochs, tuple(conditions), arrays)


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    """Values (n,) with the last one repeated, (length,)."""
    return np.concatenate([values, np.full(length - len(values), values[-1])])


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    """A hash of the arrays' names and content."""
    found = hashlib.sha256()
    for name, array in arrays.items():
        found.update(f"{name} {array.shape} {array.dtype}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
