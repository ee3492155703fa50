"""The names of the files of a dataset, such as `CONFIGURATION_1_images-00003-of-00100.h5`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

# <label>_images, the number of a shard and how many there are, and the ending.
_IMAGES = re.compile(r"(?P<label>.+)_images(?P<part>-(?P<shard>\d+)-of-(?P<shards>\d+))?\.(?P<ending>\w+)")

# <label>_metadata, the number of a shard and how many there are, and the ending.
_METADATA = re.compile(r"(?P<label>.+)_metadata(?P<part>-\d+-of-\d+)?\.csv")

# <label>_haloes, the number of a shard and how many there are, and the ending.
_HALOES = re.compile(r".+_haloes(-\d+-of-\d+)?\.h5")


class ImagesName(NamedTuple):
    """The parts of the name of a file of images.

    Attributes:
        label: the label of the configuration.
        shard: the number of the shard, from 0, and how many there are; None for a file of all systems.
        ending: the ending of the name, such as "h5".
    """

    label: str
    shard: tuple[int, int] | None
    ending: str


def images_name(path: Path) -> ImagesName | None:
    """The parts of the name of a file of images; None where it is no such name.

    >>> images_name(Path("CONFIGURATION_1_images-00003-of-00100.h5"))
    ImagesName(label='CONFIGURATION_1', shard=(3, 100), ending='h5')
    """
    found = _IMAGES.fullmatch(path.name)
    if found is None:
        return None
    shard = (int(found["shard"]), int(found["shards"])) if found["part"] else None
    return ImagesName(found["label"], shard, found["ending"])


def metadata_label(path: Path) -> str | None:
    """The label in the name of a table of metadata; None where it is no such name.

    >>> metadata_label(Path("CONFIGURATION_1_metadata-00003-of-00100.csv"))
    'CONFIGURATION_1'
    """
    found = _METADATA.fullmatch(path.name)
    return found["label"] if found else None


def is_of_haloes(path: Path) -> bool:
    """Whether a file has this name of a file of haloes.

    >>> is_of_haloes(Path("CONFIGURATION_1_haloes-00003-of-00100.h5")), is_of_haloes(Path("haloes.csv"))
    (True, False)
    """
    return _HALOES.fullmatch(path.name) is not None


def beside(path: Path, content: str, ending: str) -> Path:
    """The file with other content of the same systems, such as their planes.

    Args:
        path: a file of images, or a table of metadata.
        content: the content, such as "planes" or "metadata".
        ending: the ending of the name.

    >>> beside(Path("CONFIGURATION_1_images-00003-of-00100.npy"), "metadata", "csv").name
    'CONFIGURATION_1_metadata-00003-of-00100.csv'
    """
    found = _IMAGES.fullmatch(path.name) or _METADATA.fullmatch(path.name)
    if found is None:
        return path.with_name(f"{path.stem}_{content}.{ending}")
    return path.with_name(f"{found['label']}_{content}{found['part'] or ''}.{ending}")
