"""The problems of the keys of a mapping that are not known.

A file that is no configuration, named by mistake, may have any content.  Where most of its keys are unknown
they are counted; only those are shown that are like a key that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jaxlens.config.errors import Place, Report, spelled_alike
from jaxlens.config.meanings import meanings

# The largest number of keys of one mapping that are listed; further ones are only counted.
MAX_LISTED = 20


def report_unknown(
    unknown: Mapping[str, Place],
    every: Sequence[Place],
    own: Place,
    known: Sequence[str],
    finding: Callable[[str], str],
    report: Report,
) -> None:
    """Report the unknown keys of a mapping.

    Args:
        unknown: the place of each unknown key.
        every: the places of all keys.
        own: the place of the mapping.
        known: the keys that are known.
        finding: the problem with a key.
        report: the problems are added to it.
    """
    shown = dict(unknown)
    for source in dict.fromkeys(place.source for place in unknown.values()):
        keys = [key for key, place in unknown.items() if place.source == source]
        total = sum(place.source == source for place in every)
        # the keys of a file's outermost mapping
        if 2 * len(keys) > total and (source != own.source or not own.path):
            hidden = {*keys[MAX_LISTED:], *(key for key in keys[:MAX_LISTED] if not _is_like(key, known))}
            shown = {key: place for key, place in shown.items() if key not in hidden}
            if hidden:
                _report_foreign(source, len(hidden), total, own, known, report)
    listed = list(shown.items())
    for key, place in listed[:MAX_LISTED]:
        report.problem(place, finding(key))
    if len(listed) > MAX_LISTED:
        more = len(listed) - MAX_LISTED
        report.problem(listed[MAX_LISTED][1], f"is one of {more} more keys that are not known; mend them too")


def _is_like(key: str, known: Sequence[str]) -> bool:
    return bool(meanings(key, tuple(known)) or spelled_alike(key, known))


def _report_foreign(
    source: str, hidden: int, total: int, own: Place, known: Sequence[str], report: Report
) -> None:
    """Report a file of which most keys are unknown."""
    finding = (
        "none of its keys is known" if hidden == total else f"{hidden} of its {total} keys are not known"
    )
    examples = ", ".join(known[:MAX_LISTED])
    where = f" in {own.path}" if own.path else ""
    report.problem(Place(source), f"{finding}{where}; give a file with keys such as {examples}")
