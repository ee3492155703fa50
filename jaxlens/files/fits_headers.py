"""The headers of FITS cubes, and tables of texts, made by astropy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy.io import fits

from jaxlens.files.contents import PLANES, ArrayName, Contents
from jaxlens.files.coordinates import dimensions, pixel_map, pixel_scale
from jaxlens.files.units import unit_of

# Our names of units of images -> those of the FITS standard.
_UNITS = {"electrons/s": "electron/s", "ADU/s": "adu/s"}
# The letters of column formats by numpy's types.
_LETTERS = {"f4": "E", "f8": "D", "i8": "K", "i4": "J", "i2": "I", "u1": "B", "b1": "L"}
# FITS tables have at most so many columns.
_MOST_COLUMNS = 999
_ARCSEC_PER_DEGREE = 3600.0


def array_header(contents: Contents, array: ArrayName) -> fits.Header:
    """The header of the extension with an array: bands, unit, and the world coordinates of its axes.

    An array of many systems has no place on the sky: the centre of an image is at (0, 0), and right ascension
    grows with the column, as x does.  Where pixels have a map, it is in the PC matrix, and (0, 0) is where x
    and y are 0.  Where systems have places, these are the columns `ra_sky` and `dec_sky` of METADATA.  Where
    pixels differ between systems their axes have numbers.
    """
    shape = contents.shape(array)
    header = plain_header(array, shape, np.dtype(">f4"))
    unit = str(contents.attributes.get("units", ""))
    header["BUNIT"] = (_UNITS.get(unit, unit), "unit of the pixels")
    for axis, name in enumerate(reversed(dimensions(contents, array)), 1):
        _set_axis(header, axis, name, contents)
    _set_map(header, contents)
    texts = {"BAND": contents.bands} | ({"PLANE": PLANES} if array == "planes" else {})
    for word, names in texts.items():
        header.update({f"{word}{number}": name for number, name in enumerate(names, 1)})
    return header


def plain_header(name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> fits.Header:
    """The header of an extension with an array and nothing else.

    Args:
        name: its EXTNAME, in capital letters or not.
        shape: the shape of the array.
        dtype: its numbers.
    """
    header = fits.ImageHDU(np.zeros((1,) * len(shape), dtype), name=name.upper()).header
    for axis, length in enumerate(reversed(shape), 1):
        header[f"NAXIS{axis}"] = length
    return header


def table_header(name: str, rows: int, types: np.dtype[Any]) -> fits.Header:
    """The header of a table.

    Args:
        name: its EXTNAME.
        rows: the number of rows.
        types: a structured type of numpy with a field for each column.

    Raises:
        ValueError: if there are more columns than FITS can have.
    """
    fields: Mapping[str, Any] = types.fields or {}
    if len(fields) > _MOST_COLUMNS:
        raise ValueError(f"{name} has {len(fields)} columns, and FITS at most {_MOST_COLUMNS}; choose HDF5")
    columns = [_column(column, field) for column, (field, *_) in fields.items()]
    header = fits.BinTableHDU.from_columns(columns, nrows=0, name=name).header
    header["NAXIS2"] = rows
    return header


def text_table(name: str, columns: Mapping[str, list[str]]) -> fits.BinTableHDU:
    """A small table of texts.

    Args:
        name: its EXTNAME.
        columns: the texts by column.
    """
    made = []
    for column, texts in columns.items():
        array = ascii_texts(texts)
        made.append(fits.Column(column, f"{array.dtype.itemsize}A", array=array))
    return fits.BinTableHDU.from_columns(made, name=name)


def ascii_texts(texts: np.ndarray | list[str]) -> np.ndarray:
    r"""Texts as FITS can hold them: a character that is not ASCII becomes its escape, such as \xb5."""
    encoded = [text.encode("ascii", "backslashreplace") for text in texts]
    return np.array(encoded or [b""], np.bytes_)[: len(encoded)]


def _set_axis(header: fits.Header, axis: int, name: str, contents: Contents) -> None:
    """The world coordinates of one axis."""
    scale = pixel_scale(contents)
    if name in ("x", "y") and scale is not None:
        ctype, reference = ("RA---TAN" if name == "x" else "DEC--TAN"), (contents.num_pix + 1) / 2
        entries = {"CTYPE": ctype, "CUNIT": "deg", "CRPIX": reference, "CRVAL": 0.0}
        entries["CDELT"] = scale / _ARCSEC_PER_DEGREE
    else:
        first = contents.start if name == "system" else 0
        entries = {"CTYPE": name.upper(), "CRPIX": 1.0, "CRVAL": float(first), "CDELT": 1.0}
    header.update({f"{word}{axis}": value for word, value in entries.items()})


def _set_map(header: fits.Header, contents: Contents) -> None:
    """The map of the pixels, on the axes 1 and 2, which are x and y."""
    scale, known = pixel_scale(contents), pixel_map(contents)
    if scale is None or known is None:
        return
    matrix, shift = known
    centre = np.linalg.solve(matrix, -shift) + (contents.num_pix + 1) / 2
    header.update({f"CRPIX{i + 1}": centre[i] for i in range(2)})
    header.update({f"PC{i + 1}_{j + 1}": matrix[i, j] / scale for i in range(2) for j in range(2)})


def _column(name: str, field: np.dtype[Any]) -> fits.Column:
    if field.base.kind == "S":
        return fits.Column(name, f"{field.base.itemsize}A", array=np.zeros(0, field.base))
    count = int(np.prod(field.shape, dtype=int))
    dim = f"({','.join(map(str, reversed(field.shape)))})" if len(field.shape) > 1 else None
    letter = _LETTERS[field.base.str[1:]]
    array = np.zeros((0, *field.shape), field.base)
    return fits.Column(name, f"{count}{letter}", unit=unit_of(name) or None, dim=dim, array=array)
