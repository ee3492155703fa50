"""Which bands of a file are used: those that a survey has, or those that are asked for.

The file keeps all that it says about the others.  SURVEY.PARAMETERS.BANDS_USED names the bands that are used,
and `with_used_bands` leaves out what the file says about the rest before it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from jaxlens.config.errors import ConfigError, Place, Report, nearest
from jaxlens.config.reader import Node
from jaxlens.config.spellings import is_nothing

BANDS, BANDS_USED = "BANDS", "BANDS_USED"
_SURVEY, _PARAMETERS, _SELECT, _COLUMNS = "SURVEY", "PARAMETERS", "SELECT", "COLUMNS"
# The ends of the names of criteria of SELECT.
_ENDS = ("_min", "_max")


def band_names(bands: str | Iterable[str]) -> tuple[str, ...]:
    """The bands that an argument names, as `"g,r,i"` or as a list of names.

    Args:
        bands: the names, in a text with commas or one by one.

    Raises:
        ValueError: if there is none, or one twice.

    >>> band_names("g, r"), band_names(["g", "r"])
    (('g', 'r'), ('g', 'r'))
    """
    if not isinstance(bands, Iterable):
        raise ValueError(f"bands={bands!r} is no list of names; give the names of bands, as g,r,i")
    words = bands.split(",") if isinstance(bands, str) else [str(band) for band in bands]
    names = tuple(word.strip() for word in words)
    if not names or "" in names:
        raise ValueError(f"bands={bands!r} has a band without a name; give the names of bands, as g,r,i")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"bands={bands!r} has {twice[0]} twice; name each band once")
    return names


def with_survey(
    tree: Node, merged: Node, preset: Node, name: str, asked: Sequence[str], report: Report
) -> Node:
    """The tree with a survey's preset, which uses those of the file's bands that the survey has.

    A file of several bands that gives every number once, for all of them, takes all bands of the survey, as
    in deeplenstronomy.  The numbers of a file of one band are those of that band.

    Args:
        tree: the whole file.
        merged: the file with the preset's numbers, as `inputs.with_preset` gives it.
        preset: the preset.
        name: the name of the survey.
        asked: the bands that are asked for; empty for all that both have.
        report: a remark says which bands of the file are not used.

    Raises:
        ConfigError: if the file and the survey share no band; it names the bands of both.
        ValueError: if the survey has not got one of `asked`.
    """
    own, theirs = _names(_bands(tree)), _names(_bands(preset))
    if _bands(merged) is None or not theirs:
        # a section is no mapping, which is reported elsewhere, or the preset is not one of bands
        return merged
    used = [band for band in _names(_bands(tree, BANDS_USED)) or own if band in theirs]
    if asked:
        _check(asked, theirs, f"the survey {name}")
        used = list(asked)
    elif not own or (len(own) > 1 and not _tells_apart(tree, own)):
        own, used = (), list(theirs)
    elif not used:
        finding = f"has no band of the survey {name}; the file has {', '.join(own)}, and the survey "
        advice = f"take another survey, or choose bands of {name} that the file has numbers for, as bands="
        place = _place(tree)
        raise ConfigError(f"{place}: {finding}{', '.join(theirs)}; {advice}{theirs[0]}")
    dropped = [band for band in own if band not in used]
    if dropped and not asked:
        one = len(dropped) == 1
        which = f"{', '.join(dropped)}, which {'is' if one else 'are'} not used"
        report.remark(_place(tree), f"the survey {name} has no {which}; {', '.join(used)} remain")
    return _with(_only(merged, preset, used), [*own, *(band for band in used if band not in own)], used)


def with_bands(tree: Node, asked: Sequence[str]) -> Node:
    """The tree in which only the bands that are asked for are used.

    Args:
        tree: the whole file.
        asked: some of its bands.

    Raises:
        ValueError: if the file has not got one of them.
    """
    own = _names(_bands(tree))
    if not own:
        return tree
    _check(asked, own, "the file")
    return _with(tree, own, asked)


def with_used_bands(tree: Node, report: Report) -> Node:
    """The tree without what it says about bands that are not used.

    These are BANDS without BANDS_USED; then BANDS has the bands that are used, in the order of BANDS_USED.

    Args:
        tree: the whole file.
        report: its `file_bands` are set; a remark is added for each criterion that is left out.
    """
    own, used = _names(_bands(tree)), _names(_bands(tree, BANDS_USED))
    report.file_bands = own
    if not used:
        return tree
    unknown = [band for band in used if band not in own]
    if unknown:
        node = _bands(tree, BANDS_USED)
        assert node is not None
        report.problem(node.place, f"has {unknown[0]}, which is none of BANDS; {nearest(unknown[0], own)}")
        report.raise_problems()
    kept = _Kept(own, used, report).mapping(tree, ())
    return _in_survey(kept, {BANDS: _listed(_place(tree), used)}, without=BANDS_USED)


def in_used_bands(array: np.ndarray, report: Report) -> np.ndarray:
    """Images of the bands that are used, of an array (n, bands, y, x) with those of all bands of the file.

    Any other array is returned as it is.
    """
    own = report.file_bands
    if array.ndim != 4 or array.shape[1] != len(own) or own == report.bands:
        return array
    return array[:, [own.index(band) for band in report.bands]]


def of_other_band(name: str, report: Report) -> bool:
    """Whether the name of a column or of a number ends in a band of the file that is not used."""
    return any(name.endswith(f"-{band}") for band in report.file_bands if band not in report.bands)


class _Kept:
    """A tree without what is about bands that are not used."""

    def __init__(self, own: Sequence[str], used: Sequence[str], report: Report) -> None:
        self._own, self._used, self._report = set(own), set(used), report
        self._dropped = self._own - self._used

    def mapping(self, node: Node, path: tuple[str, ...]) -> Node:
        """A mapping, list or scalar; `path` has the keys that lead to it."""
        if isinstance(node.value, tuple):
            return Node(node.place, tuple(self.mapping(one, path) for one in node.value))
        if not isinstance(node.value, dict):
            return node
        found = {}
        for key, one in node.value.items():
            kept = None if self._is_other(key, path) else self._entry(key, one, path)
            if kept is not None:
                found[key] = kept
            elif _SELECT in path or key == _SELECT:
                self._remark(one)
        return Node(node.place, found, node.text)

    def _entry(self, key: str, node: Node, path: tuple[str, ...]) -> Node | None:
        """An entry of a mapping; None where it is only about bands that are not used."""
        if not self._is_by_band(key, node):
            return self.mapping(node, (*path, key))
        kept = {band: one for band, one in node.entries.items() if band in self._used}
        if _SELECT in path and kept:
            for band in node.entries.keys() - kept.keys():
                self._remark(node.entries[band])
        if not kept and _SELECT not in path:
            # the reader says which bands are missing
            return node
        return Node(node.place, kept, node.text) if kept else None

    def _is_by_band(self, key: str, node: Node) -> bool:
        """Whether a value is a mapping by band with a band that is not used."""
        keys = node.entries.keys()
        return key != _PARAMETERS and bool(keys & self._dropped) and keys <= self._own

    def _is_other(self, key: str, path: tuple[str, ...]) -> bool:
        """Whether a criterion, or a column of a catalogue, is about a band that is not used."""
        if _SELECT in path:
            stem = key[:-4] if key.endswith(_ENDS) else key
            return any(stem.endswith(f"-{band}") for band in self._dropped)
        return path[-1:] == (_COLUMNS,) and any(key.endswith(f"-{band}") for band in self._dropped)

    def _remark(self, node: Node) -> None:
        others = ", ".join(sorted(self._dropped))
        self._report.remark(node.place, f"is left out: it is about a band that is not used ({others})")


def _only(merged: Node, preset: Node, used: Sequence[str]) -> Node:
    """The merged file, in which the preset's mappings by band have only the bands that are used."""
    theirs = set(_names(_bands(preset)))
    found = dict(merged.entries)
    for section in ("IMAGE", _SURVEY):
        own = found[section].entries.get(_PARAMETERS) if section in found else None
        given = preset.entries[section].entries[_PARAMETERS].entries
        if own is None or not isinstance(own.value, dict):
            continue
        entries = {
            key: _of_bands(node, theirs, used) if given.get(key) is node else node
            for key, node in own.value.items()
        }
        parameters = Node(own.place, entries)
        found[section] = Node(found[section].place, {**found[section].entries, _PARAMETERS: parameters})
    return Node(merged.place, found)


def _of_bands(node: Node, bands: set[str], used: Sequence[str]) -> Node:
    """A mapping by band with only the bands that are used; any other entry as it is."""
    if not node.entries or not node.entries.keys() <= bands:
        return node
    return Node(node.place, {band: one for band, one in node.entries.items() if band in used}, node.text)


def _with(tree: Node, bands: Sequence[str], used: Sequence[str]) -> Node:
    """The tree with these BANDS, and BANDS_USED where they are others."""
    place = _place(tree)
    given: dict[str, Node] = {BANDS: _listed(place, bands)}
    if tuple(used) != tuple(bands):
        given[BANDS_USED] = _listed(place, used)
    return _in_survey(tree, given, without=BANDS_USED)


def _in_survey(tree: Node, given: Mapping[str, Node], without: str) -> Node:
    """The tree with these entries of SURVEY.PARAMETERS, and without the one named `without`."""
    survey = tree.entries[_SURVEY]
    parameters = survey.entries[_PARAMETERS]
    kept = {key: node for key, node in parameters.entries.items() if key != without}
    inner = Node(parameters.place, {**kept, **given})
    outer = Node(survey.place, {**survey.entries, _PARAMETERS: inner})
    return Node(tree.place, {**tree.entries, _SURVEY: outer})


def _bands(tree: Node, key: str = BANDS) -> Node | None:
    """The entry BANDS or BANDS_USED; None where there is none, or something around it is no mapping."""
    node: Node | None = tree
    for word in (_SURVEY, _PARAMETERS, key):
        node = node.entries.get(word) if node else None
    return None if node is None or is_nothing(node) else node


def _names(node: Node | None) -> tuple[str, ...]:
    """The names of bands in a text with commas or a list; what is illegal in it is reported elsewhere."""
    if node is None:
        return ()
    words = [one.text for one in node.value] if isinstance(node.value, tuple) else node.text.split(",")
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _listed(place: Place, bands: Sequence[str]) -> Node:
    text = ",".join(bands)
    return Node(place, text, text)


def _place(tree: Node) -> Place:
    """Where BANDS stands in the file."""
    node = _bands(tree)
    return tree.place.at(f"{_SURVEY}.{_PARAMETERS}.{BANDS}") if node is None else node.place


def _tells_apart(tree: Node, bands: Sequence[str]) -> bool:
    """Whether a file has a mapping by band, or names a number of a band, outside of IMAGE and SURVEY."""
    ends = tuple(f"-{band}" for band in bands)

    def tells(node: Node, key: str) -> bool:
        if isinstance(node.value, tuple):
            return any(tells(one, key) for one in node.value)
        if not isinstance(node.value, dict):
            return isinstance(node.value, str) and node.value.strip().endswith(ends)
        by_band = key != _PARAMETERS and bool(node.value) and node.value.keys() <= set(bands)
        named = any(
            name.endswith((*ends, *(f"{end}{bound}" for end in ends for bound in _ENDS)))
            for name in node.value
        )
        return by_band or named or any(tells(one, name) for name, one in node.value.items())

    return any(tells(one, key) for key, one in tree.entries.items() if key not in ("IMAGE", _SURVEY))


def _check(asked: Sequence[str], bands: Sequence[str], what: str) -> None:
    """Raise a ValueError where one of the bands that are asked for is not among `bands`."""
    for band in asked:
        if band not in bands:
            raise ValueError(f"bands: {what} has no band {band}; its bands are {', '.join(bands)}")
