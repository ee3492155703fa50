"""HDF5 files of fit results: a dataset or a group for each field of a dataclass."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from jaxlens.files.errors import StorageError

# The attributes `kind` and `format` of a file of a FitResult, and what to give in place of another file.
_KIND = "jaxlens fit"
_FORMAT = 2
# The formats that can be read.
_READABLE = (1, 2)
_ADVICE = "give a file that FitResult.save wrote"


def write_fields(path: Path, fields: Mapping[str, Any], kind: str = _KIND) -> None:
    """Write the fields of a result to an HDF5 file, which replaces an earlier file of that name.

    The file is first written under another name, so that an earlier file stays if the new one cannot be
    completed.

    Args:
        path: the path of the file.
        fields: the values by their names: texts, tuples of texts, arrays, dataclasses and mappings of these.
        kind: what the file says that it is.

    Raises:
        StorageError: if the file cannot be written.
    """
    memory = io.BytesIO()
    # HDF5 writes to memory, so that a full disk raises below and not inside HDF5
    with h5py.File(memory, "w") as file:
        file.attrs.update({"kind": kind, "format": _FORMAT})
        for name, value in fields.items():
            _write(file, name, value)
    partial = path.with_name(path.name + ".partial")
    with _explained(path, "choose a folder that you may write, with space"):
        try:
            # not getbuffer(), whose collection after an error crashes Python 3.12.1
            partial.write_bytes(memory.getvalue())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def read_fields(path: Path, kind: str = _KIND, advice: str = _ADVICE) -> Iterator[Mapping[str, Any]]:
    """The fields that `write_fields` wrote; dataclasses come back as dictionaries.

    It is a context manager, which also turns errors of reading inside the `with` block into a StorageError.

    Args:
        path: the path of the file.
        kind: what the file must say that it is.
        advice: what to do where it is another one.

    Raises:
        StorageError: if the file is missing, damaged, or not of this kind.
    """
    with _explained(path, advice), h5py.File(path) as file:
        if file.attrs.get("kind") != kind or file.attrs.get("format") not in _READABLE:
            raise OSError(f"is not a {kind.split()[-1]} of format {' or '.join(map(str, _READABLE))}")
        yield {name: _read(stored) for name, stored in file.items()}


def _write(group: h5py.Group, name: str, value: Any) -> None:
    """Write a text, texts, an array, or a mapping or dataclass of these, as a dataset or a group."""
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        inside = group.create_group(name)
        for key, array in value.items():
            _write(inside, key, array)
    elif isinstance(value, str | tuple):
        group.create_dataset(name, data=value, dtype=h5py.string_dtype())
    else:
        group.create_dataset(name, data=np.asarray(value))


def _read(stored: h5py.Group | h5py.Dataset) -> Any:
    """Read what `_write` wrote."""
    if isinstance(stored, h5py.Group):
        return {name: _read(inside) for name, inside in stored.items()}
    if h5py.check_string_dtype(stored.dtype) is None:
        return stored[()]
    text = stored.asstr()[()]
    return text if isinstance(text, str) else tuple(text)


@contextlib.contextmanager
def _explained(path: Path, advice: str) -> Iterator[None]:
    """Turn the errors of the operating system and of HDF5 into a StorageError that names `path`."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StorageError(f"{path}: {reason}; {advice}") from error
