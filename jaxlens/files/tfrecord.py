"""TFRecord: one `tf.train.Example` a system, by a library that needs no TensorFlow.

The features are OBJID, the arrays (`images`, `planes`, `difference`) and the metadata by name, flat, in the
order of the axes.  Numbers are lists of float32 or of int64 and texts are bytes; times and columns of a
catalogue, which need double precision (`mjd`, `nite`, `ra_sky`), are bytes of little-endian float64.  The
first example has a feature that describes the file, `jaxlens_description`.
"""

from __future__ import annotations

import json
import os
import struct
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlens.config.model.catalog import is_catalog_column
from jaxlens.files.contents import ArrayName, Chunk, Contents, Values
from jaxlens.files.description import TEXT, described, description, value_types
from jaxlens.files.extras import required
from jaxlens.files.metadata import Column
from jaxlens.files.precision import stored_array
from jaxlens.files.storage import refuse_contents
from jaxlens.files.stored import StoredFile, attributes_of

# The feature of the first example that describes the file.
_DESCRIPTION = "jaxlens_description"
# The last words of the names of times.
_TIMES = ("mjd", "nite")
# A record has its length (8 bytes), the length's checksum, the data, and their checksum (4 bytes each).
_LENGTH, _CHECKSUM = 8, 4


class TfRecordFile:
    """The examples, which are written one after another."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._messages, self._checksum = _library()
        self._contents, self._is_described = contents, False
        refuse_contents("tfrecord", contents)
        self._file = path.open("xb")

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        arrays = {array: stored_array(chunk, array, self._contents) for array in self._contents.arrays}
        for i in range(chunk.count):
            features = {"OBJID": self._feature("OBJID", np.array(chunk.start + i))}
            features |= {name: self._feature(name, images[i]) for name, images in arrays.items()}
            features |= {name: self._feature(name, np.asarray(v[i])) for name, v in chunk.values.items()}
            if not self._is_described:
                features[_DESCRIPTION] = self._description(chunk.values)
                self._is_described = True
            self._write(features)

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, features: dict[str, Any]) -> None:
        """Write one example; the order of its features does not depend on the run."""
        messages = self._messages
        example = messages.Example(features=messages.Features(feature=features))
        data = example.SerializeToString(deterministic=True)
        length = struct.pack("<Q", len(data))
        self._file.write(b"".join((length, self._checksum(length), data, self._checksum(data))))

    def _feature(self, name: str, value: np.ndarray) -> Any:
        """What one system has of an array or a value."""
        messages = self._messages
        if value.dtype.kind in "fiub" and _is_double(name, value.dtype):
            return messages.Feature(bytes_list=messages.BytesList(value=[value.astype("<f8").tobytes()]))
        if value.dtype.kind == "f":
            return messages.Feature(float_list=messages.FloatList.FromString(_packed(value)))
        if value.dtype.kind in "iub":
            return messages.Feature(int64_list=messages.Int64List(value=value.ravel().tolist()))
        texts = [str(text).encode() for text in value.ravel()]
        return messages.Feature(bytes_list=messages.BytesList(value=texts))

    def _description(self, values: Values) -> Any:
        entries = description(self._contents) | {"values": value_types(values)}
        return self._messages.Feature(
            bytes_list=self._messages.BytesList(value=[json.dumps(entries).encode()])
        )


class TfRecordStoredFile(StoredFile):
    """A file of examples; where each begins is found once, by their lengths."""

    def __init__(self, path: Path) -> None:
        self._messages, self._checksum = _library()
        self._file = path.open("rb")
        try:
            entries = json.loads(self._example(0)[_DESCRIPTION].bytes_list.value[0])
            contents = described(entries)
        except BaseException:
            self.close()
            raise
        self._types = entries["values"]
        super().__init__(contents, attributes_of(contents))

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        images = np.zeros((stop - start, *self.arrays[array][1:]), np.float32)
        for i, offset in enumerate(self._offsets[start:stop]):
            images[i].flat = self._example(int(offset))[array].float_list.value
        return images

    def _values(self, start: int, stop: int) -> Values:
        examples = [self._example(int(offset)) for offset in self._offsets[start:stop]]
        found: dict[str, Column] = {}
        for name, (dtype, shape) in self._types.items():
            rows = [_value(name, example[name], dtype) for example in examples]
            column = np.array(rows, object if dtype == TEXT else dtype)
            found[name] = column.reshape(len(rows), *shape)
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _example(self, offset: int) -> Any:
        """The features of the example that begins at a byte."""
        self._file.seek(offset)
        beginning = self._file.read(_LENGTH + _CHECKSUM)
        if len(beginning) < _LENGTH + _CHECKSUM:
            raise ValueError("the file has no example; one without systems cannot say what it holds")
        (length,) = struct.unpack("<Q", beginning[:_LENGTH])
        data = self._file.read(length)
        if len(data) < length or self._file.read(_CHECKSUM) != self._checksum(data):
            raise ValueError(f"the example at byte {offset} is not whole")
        example = self._messages.Example()
        example.ParseFromString(data)
        return example.features.feature

    @cached_property
    def _offsets(self) -> NDArray[np.int64]:
        """Where each example begins."""
        offsets = np.zeros(self.count, np.int64)
        place, end = 0, os.fstat(self._file.fileno()).st_size
        for i in range(self.count):
            if place >= end:
                raise ValueError(f"the file has {i} of {self.count} examples")
            offsets[i] = place
            self._file.seek(place)
            (length,) = struct.unpack("<Q", self._file.read(_LENGTH))
            place += _LENGTH + _CHECKSUM + length + _CHECKSUM
        return offsets


def _library() -> tuple[Any, Any]:
    """The messages of TensorFlow, and the function for the checksums of records."""
    writer = required("tfrecord.writer", "tfrecord").TFRecordWriter
    return required("tfrecord.example_pb2", "tfrecord"), writer.masked_crc


def _packed(values: np.ndarray) -> bytes:
    """A message with the numbers as its field 1, a packed list of float32 (protobuf's wire format).

    To let protobuf read these bytes is ten times faster than to give it the numbers.
    """
    data = np.ascontiguousarray(values, "<f4").tobytes()
    if not data:
        return b""
    size, length = len(data), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    # field 1, of the type that has a length
    return b"\x0a" + bytes(length) + data


def _is_double(name: str, dtype: np.dtype[Any]) -> bool:
    is_named = name.rpartition("-")[2] in _TIMES or is_catalog_column(name)
    return bool(dtype == np.float64 and is_named)


def _value(name: str, feature: Any, dtype: str) -> Any:
    """What one system has of a value: a flat list or array, or a text."""
    if dtype == TEXT:
        return feature.bytes_list.value[0].decode()
    if _is_double(name, np.dtype(dtype)):
        return np.frombuffer(feature.bytes_list.value[0], "<f8")
    kind = "float_list" if np.dtype(dtype).kind == "f" else "int64_list"
    return list(getattr(feature, kind).value)
