"""Copies of FITS files in which images are not compressed, so that windows of them can be changed in place.

What is not changed is copied byte by byte.  Nothing larger than a block of rows is in memory.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from jaxlens.injection.pixel_planes import BLOCK_BYTES, TYPES, PixelPlane

# Bytes of a block of a FITS file.
FITS_BLOCK = 2880
# Keywords that say how pixels are stored, which a converted image has of its own.
_STORAGE = ("SIMPLE", "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "EXTEND", "PCOUNT", "GCOUNT")
_SCALING = ("BSCALE", "BZERO", "BLANK")
# Sums over pixels, which change.
_SUMS = ("CHECKSUM", "DATASUM", "ZHECKSUM", "ZDATASUM")
# BITPIX -> BZERO of integers without a sign.
_UNSIGNED = {16: 2**15, 32: 2**31, 64: 2**63}
# BITPIX of images that are no floats, in the copy.
_FLOAT32 = -32
# The first bytes of a compressed file -> how it is opened.
_COMPRESSIONS: tuple[tuple[bytes, Any], ...] = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open))


@dataclass(frozen=True)
class Edit:
    """What is changed of an image in a file.

    Attributes:
        header: a function that changes the header.
        integers: whether integers stay what they are, as in a mask; otherwise they become float32.
    """

    header: Callable[[Any], None]
    integers: bool = False


def plain_copy(source: Path, target: Path, edits: Mapping[int, Edit]) -> dict[int, PixelPlane]:
    """Copy a FITS file; the images in `edits` become plain images with an edited header.

    Args:
        source: the file, also compressed as a whole (gzip, bzip2) or by tiles.
        target: the copy, which must not exist.
        edits: by the number of the image in the file.

    Returns:
        Where the pixels of these images are in the copy, by number.
    """
    from astropy.io import fits

    found = {}
    with contextlib.ExitStack() as stack:
        path = stack.enter_context(unpacked(source, target))
        units = stack.enter_context(fits.open(path, memmap=False))
        stored = stack.enter_context(fits.open(path, memmap=False, disable_image_compression=True))
        data, copy = stack.enter_context(path.open("rb")), stack.enter_context(target.open("xb"))
        for number, (unit, raw) in enumerate(zip(units, stored, strict=True)):
            place = raw.fileinfo()
            end = place["datLoc"] + place["datSpan"]
            if number not in edits:
                _copy_bytes(data, place["hdrLoc"], end, copy)
            elif is_plain(raw, edits[number].integers):
                found[number] = _begin(raw.header.copy(), edits[number], target, copy)
                _copy_bytes(data, place["datLoc"], end, copy)
            else:
                header = _converted(unit.header, edits[number].integers, number == 0)
                found[number] = _begin(header, edits[number], target, copy)
                _convert(unit, found[number], copy)
    return found


def is_plain(raw: Any, integers: bool) -> bool:
    """Whether the pixels in a file are the pixels' values as they are needed.

    Args:
        raw: the unit of the file, as it is stored.
        integers: whether integers stay integers.
    """
    if str(raw.header.get("XTENSION", "IMAGE")).strip() != "IMAGE":
        return False
    bitpix, scale = raw.header["BITPIX"], raw.header.get("BSCALE", 1)
    zero = raw.header.get("BZERO", 0)
    if bitpix < 0:
        return bool(scale == 1 and zero == 0)
    return bool(integers and scale == 1 and zero in (0, _UNSIGNED.get(bitpix, 0)))


@contextlib.contextmanager
def unpacked(source: Path, target: Path) -> Iterator[Path]:
    """A file that is not compressed as a whole: the file itself, or its content in a file beside `target`."""
    with source.open("rb") as file:
        start = file.read(max(len(magic) for magic, _ in _COMPRESSIONS))
    unpacker = next((unpacker for magic, unpacker in _COMPRESSIONS if start.startswith(magic)), None)
    if unpacker is None:
        yield source
        return
    beside = target.with_name(f"unpacked_{target.name}")
    try:
        with unpacker(source, "rb") as packed, beside.open("xb") as file:
            shutil.copyfileobj(packed, file, BLOCK_BYTES)
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def written_unit(header: Any, pixels: np.ndarray) -> bytes:
    """A header and its pixels as the bytes of one unit of a FITS file."""
    data = np.ascontiguousarray(pixels, TYPES[header["BITPIX"]]).tobytes()
    return header.tostring().encode("ascii") + data + b"\0" * (-len(data) % FITS_BLOCK)


def storage_cards(primary: bool, bitpix: int, shape: tuple[int, ...]) -> list[tuple[str, Any, str]]:
    """The first cards of the header of an image.

    Args:
        primary: whether it is the first unit of its file.
        bitpix: the type of its pixels.
        shape: rows and columns, or () where there are no pixels.
    """
    first = [("SIMPLE", True, "a FITS file")] if primary else [("XTENSION", "IMAGE", "an image")]
    cards: list[tuple[str, Any, str]] = [*first, ("BITPIX", bitpix, ""), ("NAXIS", len(shape), "")]
    cards += [(f"NAXIS{i + 1}", length, "") for i, length in enumerate(reversed(shape))]
    return cards + ([("EXTEND", True, "")] if primary else [("PCOUNT", 0, ""), ("GCOUNT", 1, "")])


def _begin(header: Any, edit: Edit, target: Path, copy: BinaryIO) -> PixelPlane:
    """Write the header of an image, and say where its pixels will be."""
    for keyword in _SUMS:
        header.remove(keyword, ignore_missing=True)
    edit.header(header)
    copy.write(header.tostring().encode("ascii"))
    dtype, shape = np.dtype(TYPES[header["BITPIX"]]), (header["NAXIS2"], header["NAXIS1"])
    return PixelPlane(target, copy.tell(), dtype, shape, int(header.get("BZERO", 0)))


def _converted(header: Any, integers: bool, primary: bool) -> Any:
    """The header of an image that is stored otherwise in the copy."""
    from astropy.io import fits

    keeps = integers and header["BITPIX"] > 0 and header.get("BSCALE", 1) == 1
    bitpix = header["BITPIX"] if keeps or header["BITPIX"] < 0 else _FLOAT32
    found = fits.Header(storage_cards(primary, bitpix, (header["NAXIS2"], header["NAXIS1"])))
    dropped = {*_STORAGE, *(() if keeps else _SCALING)}
    found.extend((card for card in header.cards if card.keyword not in dropped), end=True)
    return found


def _convert(unit: Any, plane: PixelPlane, copy: BinaryIO) -> None:
    """Write the values of an image's pixels, some rows at a time."""
    rows, columns = plane.shape
    step = max(1, BLOCK_BYTES // (8 * columns))
    for first in range(0, rows, step):
        values = unit.section[first : min(rows, first + step), :]
        if plane.zero:
            values = values.astype(np.int64) - plane.zero
        copy.write(np.ascontiguousarray(values, plane.dtype).tobytes())
    copy.write(b"\0" * (-rows * columns * plane.dtype.itemsize % FITS_BLOCK))


def _copy_bytes(data: BinaryIO, start: int, stop: int, copy: BinaryIO) -> None:
    """Copy the bytes from `start` to `stop`."""
    data.seek(start)
    while start < stop:
        block = data.read(min(BLOCK_BYTES, stop - start))
        if not block:
            raise EOFError("the file ends before its data")
        copy.write(block)
        start += len(block)
