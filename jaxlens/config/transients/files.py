"""Finding the files of a MODEL: in deeplenstronomy's folders `seds/...`, or by their path."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from jaxlens.config.errors import Place, shown
from jaxlens.config.files import roots

# Endings that the name of a file may lack.
_ENDINGS = ("", ".SED", ".sed", ".dat", ".txt")


def find_file(place: Place, name: str, folder: str) -> Path | None:
    """The file or folder that a MODEL names; None where there is none.

    It is looked for in `folder` and then as a path, each beside the file that names it and then in the
    working directory.  Hyphens and underscores of its name may be exchanged, and its ending may be missing.

    Args:
        place: where the configuration names it.
        name: the name.
        folder: the folder `seds/...`; "" for none.
    """
    for inside in dict.fromkeys((folder, "")):
        for root in roots(place):
            found = _inside(root / inside, name)
            if found is not None:
                return found
    return None


def find_folder(place: Place, folder: str) -> Path | None:
    """The folder `seds/...` beside the file or in the working directory; None where there is none."""
    found = (root / folder for root in roots(place))
    return next((path for path in found if path.is_dir()), None)


def missing_problem(place: Place, name: str, folder: str, noun: str) -> str:
    """The problem with a file that is missing: the most similar name, or where it is looked for.

    Args:
        place: where the configuration names it.
        name: the name.
        folder: the folder `seds/...`; "" for none.
        noun: what it is: a file or a folder.
    """
    finding = f"{shown(name)} is no {noun}"
    for root in roots(place):
        leaf, names = os.path.basename(name), _names(root / (folder or os.path.dirname(name)))
        close = difflib.get_close_matches(leaf, names, n=1, cutoff=0.7)
        if close:
            return f"{finding}; did you mean {close[0]}?"
    how = f"in {folder} and as a path" if folder else "as a path"
    return f"{finding}; it is looked for {how}, beside the file and in the working directory"


def _inside(folder: Path, name: str) -> Path | None:
    """The file in `folder` with this name, or one that is spelled otherwise; None where there is none."""
    for ending in _ENDINGS:
        if os.path.exists(folder / f"{name}{ending}"):
            return folder / f"{name}{ending}"
    parent, leaf = os.path.split(os.path.join(folder, name))
    alike = {f"{leaf}{ending}".replace("-", "_") for ending in _ENDINGS}
    found = [one for one in _names(Path(parent)) if one.replace("-", "_") in alike]
    return Path(parent) / found[0] if leaf and found else None


def _names(folder: Path) -> list[str]:
    """The names of what is in a folder, in order; none where it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except (OSError, ValueError):
        return []
