"""The entries of COLUMNS of a CATALOG: which parameters are computed from which columns, and how.

An entry is a column, or a mapping: of a column and its unit, of an angle and its convention, of a shape and a
position angle that set e1 and e2, or of a shear and its angle that set gamma1 and gamma2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jaxlens.config.columns import stems
from jaxlens.config.errors import Place, Report, nearest
from jaxlens.config.physical import FORMS
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing
from jaxlens.config.values import word

# The key that names a column, and those of units and of conventions.
COLUMN, UNIT, POSITION_ANGLE, ANGLE, TOWARDS = "COLUMN", "UNIT", "POSITION_ANGLE", "ANGLE", "TOWARDS"
# The last words of entries that set two parameters -> these, and the keys of their components.
PAIRS: Mapping[str, tuple[str, str]] = {"ellipticity": ("e1", "e2"), "shear": ("gamma1", "gamma2")}
COMPONENTS: Mapping[str, tuple[str, str]] = {"ellipticity": ("E1", "E2"), "shear": ("GAMMA1", "GAMMA2")}
# The keys of an entry that measure how far something is from round, beside POSITION_ANGLE; in lower case they
# are those of `jaxlens.catalogs.conventions.FLATTENINGS`.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "ellipticity": ("AXIS_RATIO", "ELLIPTICITY", "E", "DISTORTION", "ECCENTRICITY"),
    "shear": ("SHEAR",),
}
# The beginning of a name that is that of one configuration.
_CONFIGURATION = re.compile(r"CONFIGURATION_\w+?-")
# The keys whose values are no columns.
_WORDS = (UNIT, ANGLE, TOWARDS)


@dataclass(frozen=True)
class Named:
    """The name of a column, and where it is written."""

    name: str
    place: Place


@dataclass(frozen=True)
class Entry:
    """One entry of COLUMNS.

    Attributes:
        name: what it sets, as it is written.
        place: where it stands.
        words: its keys and their words; {COLUMN: name} for a column alone.
        bands: the names of the bands.
        implied: whether it is one of the FORMAT, which sets what there is to be set.
    """

    name: str
    place: Place
    words: Mapping[str, str]
    bands: tuple[str, ...] = ()
    implied: bool = False

    @property
    def pair(self) -> str:
        """`ellipticity` or `shear` where it sets two parameters; "" where it sets one."""
        return kind if (kind := self._stem.rpartition("-")[2]) in PAIRS else ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that it sets, as a table has them: [CONFIGURATION_n-]parameter[-band]."""
        if not self.pair:
            return (self.name,)
        owner, band = self._stem.removesuffix(self.pair), self.name.removeprefix(self._stem)
        return tuple(f"{owner}{one}{band}" for one in PAIRS[self.pair])

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the catalogue from which it is computed."""
        return tuple(name for key, name in self.words.items() if key not in _WORDS)

    @property
    def _stem(self) -> str:
        """The name without the band."""
        return min((stem for stem, _ in stems(self.name, self.bands)), key=len)


def read_entries(node: Node | None, report: Report) -> list[Entry]:
    """The entries of the mapping COLUMNS; a problem for each that is illegal.

    Args:
        node: the mapping; None where there is none.
        report: the problems are added to it.
    """
    with Section(node, report) as section:
        entries = section.node.entries if section.node else {}
        for key in entries:
            section.written(key)
    found = [_entry(name, one, report) for name, one in entries.items() if not is_nothing(one)]
    return [one for one in found if one is not None]


def left_out(node: Node | None, bands: tuple[str, ...]) -> list[Entry]:
    """The entries of the mapping COLUMNS without a value, which a FORMAT shall not set.

    Args:
        node: the mapping; None where there is none.
        bands: the names of the bands.
    """
    entries = node.entries if node else {}
    return [Entry(name, one.place, {}, bands) for name, one in entries.items() if is_nothing(one)]


def not_rivals(implied: list[Entry], written: list[Entry]) -> list[Entry]:
    """The entries of a FORMAT that set nothing that is written, nor what stands in the place of it.

    Where a file sets `q` and `phi` of a profile, those that set its `e1` and `e2` are left out.
    """
    own = {_CONFIGURATION.sub("", name) for one in written for name in one.parameters}
    return [
        one
        for one in implied
        if not any(
            _are_rivals(stem, other)
            for name in one.parameters
            # what is written for all bands is written for each
            for stem, _ in stems(name, one.bands)
            for other in own
        )
    ]


def _are_rivals(one: str, other: str) -> bool:
    """Whether two parameters are the same, or one stands in the place of the other."""
    if one == other:
        return True
    (owner, _, mine), (its, _, theirs) = one.rpartition("-"), other.rpartition("-")
    pairs = ((mine, theirs), (theirs, mine))
    return owner == its and any(a in form.given and b in form.replaced for form in FORMS for a, b in pairs)


def parameters_of(node: Node | None, bands: tuple[str, ...]) -> set[str]:
    """The parameters that the entries of a mapping COLUMNS set, legal or not; none where it is none.

    Args:
        node: the mapping; None where there is none.
        bands: the names of the bands.
    """
    names = node.entries if node else {}
    return {one for name in names for one in Entry(name, Place(""), {}, bands).parameters}


def read_column(node: Node | None, report: Report) -> Entry | None:
    """A column with or without a unit, which sets no parameter; None, and a problem, where it is illegal."""
    if node is None:
        return None
    found = _entry("", node, report)
    if found and COLUMN not in found.words:
        report.problem(node.place, "needs the key COLUMN; give the name of a column")
        return None
    return found


def _entry(name: str, node: Node, report: Report) -> Entry | None:
    """One entry; None, and a problem, where it is illegal."""
    entry = Entry(name, node.place, {}, report.bands)
    if not isinstance(node.value, dict):
        column = word(node, report, "give the name of a column, or {COLUMN: ..., UNIT: ...}")
        if not column:
            return None
        words = {COLUMN: column}
    else:
        words = {key: word(one, report, "give one word") for key, one in node.entries.items()}
        unknown = [key for key in words if key not in _known(entry.pair)]
        for key in unknown:
            place = node.entries[key].place
            report.problem(place, f"is not a key of a column; {nearest(key, _known(entry.pair))}")
        if unknown or "" in words.values():
            return None
    wrong = _wrong_keys(entry.pair, words)
    if wrong:
        report.problem(node.place, wrong)
        return None
    return Entry(name, node.place, words, report.bands)


def _known(pair: str) -> tuple[str, ...]:
    """The keys that an entry may have."""
    if not pair:
        return COLUMN, UNIT, POSITION_ANGLE, ANGLE
    towards = (TOWARDS,) if pair == "shear" else ()
    return (*MEASURES[pair], POSITION_ANGLE, ANGLE, UNIT, *COMPONENTS[pair], *towards)


def _wrong_keys(pair: str, words: Mapping[str, str]) -> str:
    """What is wrong with the keys of an entry together; "" where nothing is."""
    columns = {key for key in words if key not in _WORDS}
    if not pair:
        if len(columns) != 1:
            return f"has {len(columns)} columns; give one, as COLUMN or POSITION_ANGLE"
        return "has ANGLE without POSITION_ANGLE; give both" if ANGLE in words and COLUMN in words else ""
    legal = [{one, POSITION_ANGLE} for one in MEASURES[pair]] + [set(COMPONENTS[pair])]
    if columns in legal:
        return ""
    first, second = COMPONENTS[pair]
    return (
        f"sets {' and '.join(PAIRS[pair])} and needs two columns; give {POSITION_ANGLE} and one of "
        f"{', '.join(MEASURES[pair])}, or {first} and {second}"
    )
