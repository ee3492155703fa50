"""WebDataset: a tar file with one sample a system, an npy file of each array and a JSON file of its metadata.

Sample 123 consists of `000000123.images.npy` (and `.planes.npy`, `.difference.npy`) and
`000000123.metadata.json`, which has OBJID, the bands' names, and the metadata by name: a number, or a list by
band, or by epoch and band; null where a time series has no number.  The first member, which WebDataset leaves
out, describes the file.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.contents import ArrayName, Chunk, Contents, Values
from jaxlens.files.description import described, description, plain_rows, typed_column, value_types
from jaxlens.files.extras import required
from jaxlens.files.precision import stored_array
from jaxlens.files.storage import refuse_contents
from jaxlens.files.stored import StoredFile, attributes_of

# WebDataset takes names between double underscores for remarks about the file.
_DESCRIPTION = "__jaxlens__"
_METADATA = "metadata.json"


class WebDatasetFile:
    """The samples of a tar file, which are written one after another."""

    def __init__(self, path: Path, contents: Contents) -> None:
        writer = required("webdataset", "webdataset").TarWriter
        self._contents, self._is_described = contents, False
        refuse_contents("webdataset", contents)
        self._file = path.open("xb")
        # nobody owns the members, and they have no time, so that the bytes are those of the systems
        self._tar = writer(self._file, user="", group="", mode=0o644, mtime=0, compress=False)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        if not self._is_described:
            self._describe(chunk.values)
        arrays = {array: stored_array(chunk, array, self._contents) for array in self._contents.arrays}
        rows = {name: plain_rows(value) for name, value in chunk.values.items()}
        for i in range(chunk.count):
            objid = chunk.start + i
            metadata = {"OBJID": objid, "bands": list(self._contents.bands)}
            metadata |= {name: row[i] for name, row in rows.items()}
            sample = {f"{array}.npy": images[i] for array, images in arrays.items()}
            self._tar.write({"__key__": f"{objid:09}", **sample, _METADATA: metadata})

    def finish(self) -> None:
        """Write the end of the archive, after the last chunk."""
        self._tar.close()
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _describe(self, values: Values) -> None:
        entries = description(self._contents) | {"values": value_types(values)}
        text = json.dumps(entries).encode()
        member = tarfile.TarInfo(_DESCRIPTION)
        member.size = len(text)
        self._tar.tarstream.addfile(member, io.BytesIO(text))
        self._is_described = True


class WebDatasetStoredFile(StoredFile):
    """A tar file of samples; where each begins is found once, in one pass over the headers of its members."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            with tarfile.open(fileobj=self._file, mode="r:") as tar:
                member = tar.next()
                if member is None or member.name != _DESCRIPTION:
                    raise ValueError("its first member is no description by jaxlens")
                self._file.seek(member.offset_data)
                entries = json.loads(self._file.read(member.size))
        except BaseException:
            self.close()
            raise
        contents = described(entries)
        self._types = entries["values"]
        super().__init__(contents, attributes_of(contents))

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        shape, dtype = self.arrays[array][1:], np.dtype(self.contents.dtype)
        images = np.zeros((stop - start, *shape), dtype)
        for i, (offset, _) in enumerate(self._places[f"{array}.npy"][start:stop]):
            self._file.seek(offset)
            images[i] = np.lib.format.read_array(self._file, allow_pickle=False)
        return images

    def _values(self, start: int, stop: int) -> Values:
        rows = []
        for offset, size in self._places[_METADATA][start:stop]:
            self._file.seek(offset)
            rows.append(json.loads(self._file.read(size)))
        return {
            name: typed_column([row[name] for row in rows], dtype, tuple(shape))
            for name, (dtype, shape) in self._types.items()
        }

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @cached_property
    def _places(self) -> dict[str, NDArray[np.int64]]:
        """Where the data of the members are in the file, and how many bytes, by the ends of their names."""
        places: dict[str, Any] = defaultdict(list)
        self._file.seek(0)
        with tarfile.open(fileobj=self._file, mode="r:") as tar:
            while (member := tar.next()) is not None:
                places[member.name.partition(".")[2]].append((member.offset_data, member.size))
                # the archive keeps every member that it has seen
                tar.members = []  # type: ignore[attr-defined]
        for name in (*[f"{array}.npy" for array in self.contents.arrays], _METADATA):
            if len(places[name]) != self.count:
                raise ValueError(f"the archive has {len(places[name])} of {self.count} {name}")
        return {name: np.array(pairs, np.int64).reshape(-1, 2) for name, pairs in places.items()}
