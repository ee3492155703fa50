"""deeplenstronomy's folder `filters`, whose file `<survey>_<band>.<ending>` is the passband of a band."""

from __future__ import annotations

import os
from pathlib import Path

from jaxlens.config.errors import Place
from jaxlens.config.files import roots
from jaxlens.config.passbands import DEFAULT
from jaxlens.config.reader import Node

# The name of the folder, beside the file or in the working directory.
FOLDER = "filters"


def with_filters(tree: Node) -> Node:
    """The tree with the files of the folder `filters` under SURVEY.PARAMETERS.passbands.

    It stays as it is where it has that key, no TIMESERIES, or no file `filters/*_<band>.*` of any band.  Of
    several files of a band the first one by name counts; bands without a file have DECam's passband.

    Args:
        tree: the whole file, with its INPUTs and preset.

    Returns:
        The tree with the key, or `tree` itself.
    """
    survey = tree.entries.get("SURVEY")
    parameters = survey.entries.get("PARAMETERS") if survey else None
    bands = parameters.entries.get("BANDS") if parameters else None
    if (
        not survey
        or not parameters
        or not bands
        or "passbands" in parameters.entries
        or not _has_series(tree)
    ):
        return tree
    items = [one.text for one in bands.value] if isinstance(bands.value, tuple) else bands.text.split(",")
    found = {band: _file(bands.place, band) for band in map(str.strip, items) if band}
    if not any(found.values()):
        return tree
    place = parameters.place.at("passbands")
    names = {band: str(path) if path else DEFAULT for band, path in found.items()}
    passbands = Node(place, {band: Node(place.at(band), name, name) for band, name in names.items()})
    inner = Node(parameters.place, {**parameters.entries, "passbands": passbands})
    outer = Node(survey.place, {**survey.entries, "PARAMETERS": inner})
    return Node(tree.place, {**tree.entries, "SURVEY": outer})


def _has_series(tree: Node) -> bool:
    geometry = tree.entries.get("GEOMETRY")
    return any("TIMESERIES" in one.entries for one in (geometry.entries.values() if geometry else ()))


def _file(place: Place, band: str) -> Path | None:
    """The absolute path of the passband of a band; None where the folder has none."""
    for root in roots(place):
        try:
            names = sorted(os.listdir(root / FOLDER))
        except (OSError, ValueError):
            continue
        own = [name for name in names if f"_{band}." in name]
        if own:
            return Path(os.path.abspath(root / FOLDER / own[0]))
    return None
