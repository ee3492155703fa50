"""NITES of a TIMESERIES: a list of nights, or the file of a cadence."""

from __future__ import annotations

import contextlib
import math
import re
from pathlib import Path

import numpy as np

from jaxlens.config.errors import ConfigError, Finding, Place, Report, shown
from jaxlens.config.files import locate, resolve
from jaxlens.config.model import Cadence, Instrument
from jaxlens.config.reader import Node, read_text
from jaxlens.config.sections import Section
from jaxlens.config.tables import table_text
from jaxlens.config.transients.cadence_arrays import Nights, cadence_of
from jaxlens.config.transients.cadence_conditions import cadence_of_visits
from jaxlens.config.transients.cadence_tables import MAX_BYTES, SQLITE_MAGIC, read_csv, read_sqlite
from jaxlens.config.values import describe, kind_of, number, word

# How the keys of a cadence file's pointings start.
POINTING = "POINTING_"
# The key of a cadence file with the day from which the nights are counted.
REFERENCE = "REFERENCE_MJD"
_ADVICE = "give a list of nights, or the file of a cadence"
# The endings of the names of databases.
_DATABASES = (".db", ".sqlite", ".sqlite3", ".db3")
# The start of a text that is YAML and not a table: a key with a colon, after comments and blank lines.
_YAML = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|---)*[ \t]*(?:[\w\"']+[ \t]*:|\{)")


class CadenceReader:
    """Reads NITES; a file that several configurations name is read once.

    Args:
        instrument: IMAGE and SURVEY, whose numbers the conditions of a table replace.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._known: dict[tuple[str, float | None], tuple[Cadence | None, tuple[Finding, ...]]] = {}

    def read(self, section: Section) -> Cadence | None:
        """NITES and REFERENCE_MJD of a TIMESERIES; None, and a problem, where they are illegal.

        Args:
            section: the mapping TIMESERIES.
        """
        node = section.need("NITES", _ADVICE)
        reference = section.take(REFERENCE)
        mjd = None if reference is None else number(reference, section.report, "give a day (MJD)")
        if node is None or (mjd is not None and math.isnan(mjd)):
            return None
        if isinstance(node.value, tuple):
            return _listed(node, mjd or 0.0, section.report)
        if not isinstance(node.value, str):
            section.report.problem(node.place, f"is {describe(node)}; {_ADVICE}")
            return None
        name = word(node, section.report, _ADVICE)
        if not name or resolve(node.place, name, section.report) is None:
            return None
        path = Path(str(locate(node.place, name, section.report)))
        key = str(path), mjd
        if key not in self._known:
            self._known[key] = self._read_apart(path, mjd, section.report)
        cadence, problems = self._known[key]
        # also those of a file that another configuration names too, which is wrong for each of them
        section.report.problems += problems
        return cadence

    def _read_apart(
        self, path: Path, mjd: float | None, report: Report
    ) -> tuple[Cadence | None, tuple[Finding, ...]]:
        """The cadence in a file of any kind, and its problems, which are not in `report` yet."""
        # a report of its own, since a text that is not YAML raises all problems of its report at once
        own = Report()
        own.bands, own.bands_of, own.file_bands = report.bands, report.bands_of, report.file_bands
        cadence = None
        with contextlib.suppress(ConfigError):
            cadence = self._file(path, mjd, own)
        report.sources += own.sources
        report.remarks += own.remarks
        return cadence, tuple(own.problems)

    def _file(self, path: Path, mjd: float | None, report: Report) -> Cadence | None:
        """The cadence in a file of any kind; None, and problems, where it is illegal."""
        report.sources.append(str(path))
        if _is_database(path):
            visits = read_sqlite(path, report)
        else:
            text = _text(path, report)
            if text is None:
                return None
            if path.suffix.lower() in (".yaml", ".yml") or _YAML.match(text):
                return _from_yaml(read_text(text, str(path), report, foreign=True), mjd, report)
            visits = read_csv(text, path, report)
        if visits is None:
            return None
        return cadence_of_visits(visits, mjd or 0.0, self._instrument, report)


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


def _is_database(path: Path) -> bool:
    """Whether a file is a database of SQLite; False also where it cannot be read, which `_text` reports."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False


def _text(path: Path, report: Report) -> str | None:
    """The text of a file; None, and a problem, where it is too large or no text."""
    if path.suffix.lower() in _DATABASES:
        finding = "is no database of SQLite; give one, or a table of another name"
        report.problem(Place(str(path)), finding)
        return None
    return table_text(path, report, MAX_BYTES, "give the nights of fewer pointings")


def _from_yaml(tree: Node, outer_mjd: float | None, report: Report) -> Cadence | None:
    """The cadence in a YAML file with POINTING_n and REFERENCE_MJD, which may stand in TIMESERIES instead."""
    if not isinstance(tree.value, dict):
        report.problem(tree.place, f"is {kind_of(tree)}; give {POINTING}1 and its nights in every band")
        return None
    pointings: dict[str, Nights | None] = {}
    with Section(tree, report, "a key of a cadence") as section:
        section.has(f"{POINTING}1")
        own = section.take(REFERENCE)
        mjd = outer_mjd or 0.0 if own is None else number(own, report, "give a day (MJD)")
        if own is not None and outer_mjd not in (None, mjd) and not math.isnan(mjd):
            report.problem(
                own.place, f"is {own.text}, but TIMESERIES has {outer_mjd:.10g}; give one of the two"
            )
        for key, node in tree.value.items():
            if key.startswith(POINTING) and section.written(key):
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
            if band not in report.file_bands:
                finding = f"{shown(band)} is no band of the survey; it is not used"
                report.remark(node.value[band].place, finding)
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
