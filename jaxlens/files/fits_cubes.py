"""FITS: one multi-extension file with cubes of all images, and their metadata as a table.

The extensions are IMAGES (systems, bands, y, x), PLANES and DIFFERENCE where there are any, of a time series
MJD and MASK (systems, epochs, bands), then CONFIGURATION (what all systems share), DESCRIPTION (the same for
programs, and the YAML text), and METADATA with a row for each system.  A cell of METADATA has the values of
all bands, or of all epochs and bands.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.description import description
from jaxlens.files.fits_headers import array_header, ascii_texts, plain_header, table_header, text_table
from jaxlens.files.lots import LotBuffer
from jaxlens.files.metadata import Column
from jaxlens.files.precision import stored_array
from jaxlens.files.series import MJD, NUM_EPOCHS, observed
from jaxlens.files.storage import refuse_contents

# A FITS file consists of blocks of so many bytes.
_BLOCK = 2880
# The number of rows of the table that are written together.
_ROWS = 4096
# The extension that says where a time series has images.
MASK = "mask"


class FitsFile:
    """All arrays and the metadata in one file, whose cubes have their full size from the start.

    The rows of the table wait in a file without a name until it is known how long their texts are.
    """

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents = contents
        refuse_contents("fits", contents)
        self._file = path.open("xb")
        # closed by `close`
        self._waiting = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115
        self._rows = LotBuffer(self._keep, contents.start, _ROWS)
        self._types: np.dtype[Any] | None = None
        # where the data of each extension start, and the bytes of a system
        self._places: dict[str, tuple[int, int]] = {}
        try:
            self._write_beginning()
        except BaseException:
            self.close()
            raise

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        for array in self._contents.arrays:
            self._put(array, chunk.start, stored_array(chunk, array, self._contents).astype(">f4"))
        if self._contents.epochs is not None:
            self._put(MJD, chunk.start, chunk.values[MJD].astype(">f8"))
            seen = observed(chunk.values[NUM_EPOCHS], self._contents.epochs)
            self._put(MASK, chunk.start, seen.astype("u1"))
        self._rows.append(Chunk(chunk.start, chunk.values, {}))

    def finish(self) -> None:
        """Write the table, after the last chunk."""
        self._rows.flush()
        self._file.seek(0, 2)
        if self._types is not None:
            self._write(table_header("METADATA", self._contents.count, self._types).tostring().encode())
            self._write_rows(self._types)
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._waiting.close()
        self._file.close()

    def _write_beginning(self) -> None:
        """Write all but the table, with zeros in the place of the images."""
        contents = self._contents
        self._write(fits.PrimaryHDU().header.tostring().encode())
        headers = {str(array): array_header(contents, array) for array in contents.arrays}
        shapes = {str(array): contents.shape(array) for array in contents.arrays}
        if contents.epochs is not None:
            shape = (contents.count, contents.epochs, len(contents.bands))
            headers |= {MJD: plain_header(MJD, shape, np.dtype(">f8"))}
            headers |= {MASK: plain_header(MASK, shape, np.dtype("u1"))}
            shapes |= {MJD: shape, MASK: shape}
            headers[MJD]["BUNIT"] = "d"
        for name, header in headers.items():
            self._write(header.tostring().encode())
            a_system = abs(header["BITPIX"]) // 8 * int(np.prod(shapes[name][1:], dtype=int))
            self._places[name] = (self._file.tell(), a_system)
            size = contents.count * a_system
            self._file.truncate(self._file.tell() + size + -size % _BLOCK)
            self._file.seek(0, 2)
        for table in (_configuration(contents), _description(contents)):
            table.header["EXTVER"] = 1
            self._write(table.header.tostring().encode())
            self._write(np.asarray(table.data).tobytes(), padded=True)

    def _put(self, name: str, start: int, values: Column) -> None:
        """Write the values of systems start, start+1, ... to their place."""
        first, a_system = self._places[name]
        self._file.seek(first + (start - self._contents.start) * a_system)
        self._file.write(np.ascontiguousarray(values).data)

    def _keep(self, lot: Chunk) -> None:
        """Keep some rows of the table until the end."""
        columns = {"OBJID": np.arange(lot.start, lot.start + lot.count), **lot.values}
        arrays = {name: _fits_array(column) for name, column in columns.items()}
        types = np.dtype([(name, array.dtype, array.shape[1:]) for name, array in arrays.items()])
        np.save(self._waiting, _records(arrays, types, lot.count))
        self._types = types if self._types is None else _common(self._types, types)

    def _write_rows(self, types: np.dtype[Any]) -> None:
        self._waiting.seek(0)
        written = 0
        while written < self._contents.count:
            rows = np.load(self._waiting)
            arrays = {name: rows[name] for name in types.names or ()}
            self._file.write(_records(arrays, types, len(rows)).tobytes())
            written += len(rows)
        self._write(b"", padded=True)

    def _write(self, data: bytes, padded: bool = False) -> None:
        """Write at the end, and where `padded` zeros until the end of a block."""
        self._file.write(data)
        if padded:
            self._file.write(bytes(-self._file.tell() % _BLOCK))


def _configuration(contents: Contents) -> fits.BinTableHDU:
    """What all systems share, for people."""
    attributes = {name: value for name, value in contents.attributes.items() if name != "yaml"}
    entries = {"NAME": contents.dataset, **attributes, **contents.fixed}
    texts = {"NAME": list(entries), "VALUE": [str(value) for value in entries.values()]}
    return text_table("CONFIGURATION", texts)


def _description(contents: Contents) -> fits.BinTableHDU:
    """What the file holds, for programs, and the YAML text."""
    texts = {"JSON": [json.dumps(description(contents))]}
    return text_table("DESCRIPTION", texts | {"YAML": [str(contents.attributes.get("yaml", ""))]})


def _fits_array(column: Column) -> np.ndarray:
    """A column in the order of bytes of FITS, its texts as ASCII."""
    if column.dtype == object:
        return ascii_texts(list(column))
    return column.astype(column.dtype.newbyteorder(">"))


def _common(one: np.dtype[Any], other: np.dtype[Any]) -> np.dtype[Any]:
    """The structured type that holds the rows of both."""
    fields = [
        (name, np.promote_types(one[name].base, other[name].base), one[name].shape)
        for name in one.names or ()
    ]
    return np.dtype(fields).newbyteorder(">")


def _records(arrays: dict[str, np.ndarray], types: np.dtype[Any], count: int) -> np.ndarray:
    """Columns as an array of records."""
    records = np.zeros(count, types)
    for name, array in arrays.items():
        records[name] = array
    return records
