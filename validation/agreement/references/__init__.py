"""Frozen reference values: one HDF5 file a topic, read without lenstronomy.

A file is a set of groups (a profile, a kind of lens, a scene); a group is a set of named arrays.  The
parameters of a profile are the arrays called `parameters/<name>`.  `python -m
validation.agreement.make_references` writes the files again.  `validation.agreement.topics` computes the
values.

    >>> from validation.agreement import references
    >>> sorted(references.load("light"))[:2]
    ['CORE_SERSIC', 'GAUSSIAN']
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent
# How the names of arrays begin that are parameters of a profile.
PARAMETER_PREFIX = "parameters/"

Group = Mapping[str, np.ndarray]


class DamagedReference(RuntimeError):
    """A reference file is missing, unreadable or of another topic."""

    def __init__(self, path: Path, reason: str) -> None:
        """The message names the file, the reason, and the command that writes the file again."""
        super().__init__(
            f"{path}: {reason}; restore it from the repository, or write it again with "
            f"`python -m validation.agreement.make_references {path.stem}`"
        )
        self._arguments = (path, reason)

    def __reduce__(self) -> tuple[type[DamagedReference], tuple[Path, str]]:
        """Pickle the arguments, not the message, when the error passes from one process to another."""
        return DamagedReference, self._arguments


def path_of(topic: str, folder: Path = FOLDER) -> Path:
    """Where the file of a topic is kept."""
    return folder / f"{topic}.h5"


def load(topic: str, folder: Path = FOLDER) -> dict[str, dict[str, np.ndarray]]:
    """All groups of a topic, each a dict of arrays (text arrives as arrays of `str`).

    Raises:
        DamagedReference: the file is missing, cannot be read to its end, or is of another topic.
    """
    path = path_of(topic, folder)
    if not path.is_file():
        raise DamagedReference(path, "this reference file is missing")
    try:
        with h5py.File(path, "r") as file:
            _check_topic(file, topic, path)
            return {str(name): _arrays(group) for name, group in file.items()}
    except DamagedReference:
        raise
    except (OSError, RuntimeError, KeyError, AttributeError) as error:
        raise DamagedReference(path, f"this reference file is damaged ({error})") from error


def lenstronomy_version(topic: str, folder: Path = FOLDER) -> str:
    """The version of lenstronomy that computed the values of a topic."""
    path = path_of(topic, folder)
    try:
        with h5py.File(path, "r") as file:
            return str(file.attrs["lenstronomy"])
    except (OSError, KeyError) as error:
        raise DamagedReference(path, f"this reference file is damaged ({error})") from error


def parameters(group: Group) -> dict[str, np.ndarray]:
    """The profile parameters in a group, by name, each of shape (cases,)."""
    start = len(PARAMETER_PREFIX)
    return {name[start:]: array for name, array in group.items() if name.startswith(PARAMETER_PREFIX)}


def save(topic: str, groups: Mapping[str, Group], lenstronomy: str, folder: Path = FOLDER) -> Path:
    """Write the reference file of a topic, every array with a checksum.

    It is written under another name first and renamed when complete, so that no file is ever half written.

    Args:
        topic: the name of the topic, which names the file.
        groups: the arrays by group and name.
        lenstronomy: the version of lenstronomy that computed them.
        folder: where the file goes.

    Returns:
        The path of the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(topic, folder)
    unfinished = path.with_suffix(".h5.part")
    with h5py.File(unfinished, "w") as file:
        file.attrs["topic"] = topic
        file.attrs["lenstronomy"] = lenstronomy
        for name, arrays in groups.items():
            _write(file.create_group(name), arrays)
    unfinished.replace(path)
    return path


def _check_topic(file: h5py.File, topic: str, path: Path) -> None:
    found = file.attrs.get("topic")
    if found != topic:
        raise DamagedReference(path, f"this reference file is about {found!r}, not {topic!r}")
    if not len(file):
        raise DamagedReference(path, "this reference file is empty")


def _arrays(group: h5py.Group) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}

    def add(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            is_text = h5py.check_string_dtype(item.dtype) is not None
            arrays[name] = np.asarray(item.asstr()[...] if is_text else item[...])

    group.visititems(add)
    return arrays


def _write(group: h5py.Group, arrays: Group) -> None:
    for name, array in arrays.items():
        if array.dtype.kind in "UO":
            group.create_dataset(name, data=array.astype(object), dtype=h5py.string_dtype())
        elif array.ndim == 0:
            group.create_dataset(name, data=array)
        else:
            group.create_dataset(
                name, data=array, compression="gzip", shuffle=True, fletcher32=True, track_times=False
            )
