"""Files that a configuration file names: where they are looked for, and what is said when they are not there.

A name is looked for in the folder of the file that names it, then in the working directory; nowhere
else.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.reader import MAX_CHARACTERS

FROM_DICT = "<dict>"


def resolve(place: Place, name: str, report: Report, folder: bool = False) -> Path | None:
    """The absolute path of the file `name` (of the folder, with `folder`) that the file of `place` names.

    None, and a problem at `place`, where there is none.  Only regular files count: a device or a pipe
    could be read without end.  A path that is written otherwise is noted in `report`, so that the text of
    the configuration can be written out with absolute paths.
    """
    found = locate(place, name, report, folder)
    if found is None:
        return None
    path = Path(os.path.abspath(found))
    if str(path) != name:
        report.paths[place] = str(path)
    return path


def locate(place: Place, name: str, report: Report, folder: bool = False) -> Path | None:
    """As `resolve`, but the path as messages show it: relative where the naming file's path is."""
    for candidate in (root / name for root in _roots(place)):
        if os.path.isdir(candidate) if folder else os.path.isfile(candidate):
            return candidate
    report.problem(place, _why_not(place, name, folder))
    return None


def _roots(place: Place) -> tuple[Path, ...]:
    """Where names are looked for, in order; a dictionary has no folder."""
    here = Path()
    parent = here if place.source == FROM_DICT else Path(place.source).parent
    return (here,) if parent == here else (parent, here)


def _why_not(place: Place, name: str, folder: bool) -> str:
    """The message for a name that is no file: what it is instead, or what is most like it."""
    right = "give a folder" if folder else "give a file"
    for candidate in (root / name for root in _roots(place)):
        if os.path.isdir(candidate):
            return f"{shown(name)} is a folder; {right}"
        if os.path.isfile(candidate):
            return f"{shown(name)} is a file; {right}"
        if os.path.exists(candidate):
            return f"{shown(name)} is a device or a pipe; {right}"
    what = f"{shown(name)} is no {'folder' if folder else 'file'}"
    like = _nearest(place, name, folder)
    if like:
        return f"{what}; did you mean {like}?"
    return f"{what}; it is looked for beside the file that names it, then in the working directory"


def _nearest(place: Place, name: str, folder: bool) -> str:
    """The entry most like `name` in the folder where it should be; "" where there is none."""
    parent, leaf = os.path.split(name)
    for root in _roots(place):
        try:
            with os.scandir(root / parent) as entries:
                names = [entry.name for entry in entries if entry.is_dir() == folder]
        except (OSError, ValueError):
            continue
        close = difflib.get_close_matches(leaf, sorted(names), n=1, cutoff=0.7)
        if close:
            return os.path.join(parent, close[0])
    return ""


def read_file(path: Path, report: Report) -> str | None:
    """The text of a file, in UTF-8; no more of it than shows that it is too long.

    None, and a problem, where it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        report.problem(Place(str(path)), "is not text in UTF-8; save it as UTF-8")
    except OSError as error:
        report.problem(Place(str(path)), f"cannot be read: {error.strerror}; give a readable file")
    return None
