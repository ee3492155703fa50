"""The copies of images in the folder of an injection: their names, headers and planes of pixels."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.errors import explained
from jaxlens.injection.images import BandImage, Unit
from jaxlens.injection.masks import INJECTED, PLANE, injected_bit, is_bad
from jaxlens.injection.pixel_planes import TYPES, PixelPlane, Window
from jaxlens.injection.plain_files import Edit, plain_copy

# The ends of names of compressed files, which the copies do not have.
_COMPRESSED = (".gz", ".bz2", ".fz")


@dataclass(frozen=True, eq=False)
class BandPlanes:
    """The pixels of a band's image in its copy.

    Attributes:
        image: the image and what its numbers mean.
        pixels: the image's pixels.
        variance: those of its variance; None where there is none.
        mask: those of its mask; None where there is none.
        injected: the bit of the mask's plane INJECTED; None where the mask has no planes.
    """

    image: BandImage
    pixels: PixelPlane
    variance: PixelPlane | None
    mask: PixelPlane | None
    injected: int | None

    def bad(self, window: Window, pixels: NDArray[Any]) -> NDArray[np.bool_]:
        """Which pixels of a window are masked or not finite; `pixels` are their values."""
        found = ~np.isfinite(pixels)
        return found if self.mask is None else found | is_bad(self.mask.read(window), self.image.bad)


def output_names(images: Iterable[BandImage]) -> dict[Path, str]:
    """The names of the copies by the files; with the band in front where two files have one name."""
    bands = {unit.path: one.band for one in images for unit in one.units}
    names = {path: _plain_name(path) for path in bands}
    count = Counter(names.values())
    return {path: f"{bands[path]}_{name}" if count[name] > 1 else name for path, name in names.items()}


def copied(
    images: tuple[BandImage, ...], target: Callable[[str], Path], history: Iterable[str]
) -> tuple[BandPlanes, ...]:
    """Copy the files of all images, with lines of HISTORY in the headers of what will change.

    Args:
        images: the images.
        target: from the name of a copy to the path under which it is written.
        history: the lines.

    Returns:
        The pixels of the images in the copies.

    Raises:
        StorageError: if a file cannot be read or written.
    """
    edits: dict[Path, dict[int, Edit]] = {}
    for one in images:
        for unit in one.units:
            edits.setdefault(unit.path, {})[unit.number] = _edit(one, unit, tuple(history))
    planes: dict[Path, dict[int, PixelPlane]] = {}
    for path, name in output_names(images).items():
        kinds = (OSError, EOFError, zlib.error)
        with explained(path, "give a FITS image, and a folder with space for its copy", kinds):
            planes[path] = plain_copy(path, target(name), edits[path])
    return tuple(_band_planes(one, planes) for one in images)


def _band_planes(one: BandImage, planes: Mapping[Path, Mapping[int, PixelPlane]]) -> BandPlanes:
    def of(unit: Unit | None) -> PixelPlane | None:
        return None if unit is None else planes[unit.path][unit.number]

    mask = of(one.mask)
    bit = None if mask is None or one.mask is None else injected_bit(one.mask.header, mask.dtype)
    return BandPlanes(one, planes[one.image.path][one.image.number], of(one.variance), mask, bit)


def _edit(one: BandImage, unit: Unit, history: tuple[str, ...]) -> Edit:
    """What changes in the header of an image, a variance or a mask."""
    is_mask = unit is one.mask

    def change(header: Any) -> None:
        for line in history:
            header.add_history(line)
        if is_mask:
            bit = injected_bit(header, np.dtype(TYPES[header["BITPIX"]]))
            if bit is not None:
                header[f"HIERARCH {PLANE}{INJECTED}"] = bit

    return Edit(change, integers=is_mask)


def _plain_name(path: Path) -> str:
    name = path.name
    for ending in _COMPRESSED:
        name = name.removesuffix(ending)
    return name if name.endswith((".fits", ".fit", ".fts")) else f"{name}.fits"
