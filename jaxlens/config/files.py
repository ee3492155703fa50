"""Finding and reading the files that a configuration file names.

A name is looked for in the folder of the file that names it, and then in the working directory.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.reader import MAX_CHARACTERS
from jaxlens.config.scalars import unprintable_problem

# The name of a configuration that is a dictionary in messages.
FROM_DICT = "<dict>"
# How to correct an OUTDIR.
OUTDIR_ADVICE = "give a directory, or . for the working directory"
# The folder of what is packaged with jaxlens: examples and their tables, surveys, passbands.
PACKAGED = Path(os.path.abspath(__file__)).parent


def resolve(place: Place, name: str, report: Report, folder: bool = False) -> Path | None:
    """The absolute path of a file or folder that the configuration names.

    Only regular files are accepted, as reading a device or a pipe may never end.  The path is recorded in
    `report.named`, and where the name is another in `report.paths`, so that the configuration can be written
    with absolute paths.

    Args:
        place: where the configuration names it.
        name: the name.
        report: a problem at `place` is added if the file is missing.
        folder: whether the name should be that of a folder.

    Returns:
        The path, or None where the file is missing.
    """
    found = locate(place, name, report, folder)
    if found is None:
        return None
    return record(place, found, name, name, report)


def record(place: Place, path: Path, text: str, name: str, report: Report) -> Path:
    """Record a file or folder that the configuration names, and how it is written with the absolute path.

    Args:
        place: where the configuration names it.
        path: the file or folder.
        text: what stands there, such as `cc_x.SED`.
        name: the part at the end of `text` that is the name.
        report: the path is added to it.

    Returns:
        The absolute path.
    """
    absolute = os.path.abspath(path)
    report.named.add(absolute)
    if name != absolute:
        report.paths[place] = f"{text.removesuffix(name)}{absolute}"
    return Path(absolute)


def check_outdir(text: str) -> str:
    r"""The name of a directory that is written to; OUTDIR in a file.

    Args:
        text: the name, with or without blanks around it.

    Returns:
        The name without them.

    Raises:
        ValueError: if it is empty, or has a character that no name can have.

    >>> check_outdir(" ")
    Traceback (most recent call last):
    ValueError: outdir is empty; give a directory, or . for the working directory
    """
    problem = unprintable_problem(text)
    if problem:
        raise ValueError(f"outdir {problem}")
    if not text.strip():
        raise ValueError(f"outdir is empty; {OUTDIR_ADVICE}")
    return text.strip()


def input_files(report: Report, sources: Sequence[str]) -> tuple[str, ...]:
    """The absolute paths of all that the configuration names or reads, without what is packaged.

    Args:
        report: what was read; it has the names.
        sources: those of `report.sources` that are not the configuration itself.

    Returns:
        The paths in order.
    """
    paths = report.named.union(map(os.path.abspath, sources))
    return tuple(sorted(path for path in paths if not Path(path).is_relative_to(PACKAGED)))


def locate(place: Place, name: str, report: Report, folder: bool = False) -> Path | None:
    """The path of a file or folder that the configuration names, as messages show it.

    Args:
        place: where the configuration names it.
        name: the name.
        report: a problem at `place` is added if the file is missing.
        folder: whether the name should be that of a folder.

    Returns:
        The path, which is relative if the path of the naming file is, or None where the file is missing.
    """
    for candidate in (root / name for root in roots(place)):
        if os.path.isdir(candidate) if folder else os.path.isfile(candidate):
            return candidate
    report.problem(place, _missing_problem(place, name, folder))
    return None


def is_file(place: Place, name: str) -> bool:
    """Whether there is a file of this name where the configuration names it."""
    return any(os.path.isfile(root / name) for root in roots(place))


def roots(place: Place) -> tuple[Path, ...]:
    """The folders in which names are looked for, in order; only the working directory for a dictionary."""
    here = Path()
    parent = here if place.source == FROM_DICT else Path(place.source).parent
    return (here,) if parent == here else (parent, here)


def _missing_problem(place: Place, name: str, folder: bool) -> str:
    """The message for a missing file or folder: what has its name instead, or the most similar name."""
    advice = "give a folder" if folder else "give a file"
    for candidate in (root / name for root in roots(place)):
        if os.path.isdir(candidate):
            return f"{shown(name)} is a folder; {advice}"
        if os.path.isfile(candidate):
            return f"{shown(name)} is a file; {advice}"
        if os.path.exists(candidate):
            return f"{shown(name)} is a device or a pipe; {advice}"
    finding = f"{shown(name)} is no {'folder' if folder else 'file'}"
    like = _nearest(place, name, folder)
    if like:
        return f"{finding}; did you mean {like}?"
    return f"{finding}; it is looked for beside the file that names it, then in the working directory"


def _nearest(place: Place, name: str, folder: bool) -> str:
    """The most similar name in the folder in which `name` should be; "" where no name is similar."""
    parent, leaf = os.path.split(name)
    for root in roots(place):
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
    """The text of a UTF-8 file; None, and a problem, where it cannot be read.

    At most one character more than `MAX_CHARACTERS` is read, which is enough for `read_text` to refuse it.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        report.problem(Place(str(path)), "is not text in UTF-8; save it as UTF-8")
    except OSError as error:
        report.problem(Place(str(path)), f"cannot be read: {error.strerror}; give a readable file")
    return None
