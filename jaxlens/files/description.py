"""A file's `Contents` as plain numbers and texts, for formats that keep all in one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from jaxlens.files.contents import Contents, Values
from jaxlens.files.metadata import Column

# The number of this way to describe files.
_VERSION = 1
# The fields of `Contents` that are tuples.
_TUPLES = ("bands", "arrays", "transients")
# The type of a value that is a text.
TEXT = "text"


def description(contents: Contents) -> dict[str, Any]:
    """The contents of a file as what JSON can hold; the inverse of `described`."""
    fields = {name: list(value) if name in _TUPLES else value for name, value in asdict(contents).items()}
    return {"jaxlens_description": _VERSION, **fields}


def described(entries: Mapping[str, Any]) -> Contents:
    """The contents that `description` has put into a file.

    Raises:
        ValueError: if this is no description, or one of a newer version.

    >>> contents = Contents("CONFIGURATION_1", "Demo", ("g", "r"), num_pix=4, count=2, fixed={"numPix": 4})
    >>> described(description(contents)) == contents
    True
    """
    found = entries.get("jaxlens_description")
    if found != _VERSION:
        raise ValueError(f"its description has version {found!r}, and this jaxlens reads {_VERSION}")
    names = Contents.__dataclass_fields__
    known = {name: value for name, value in entries.items() if name in names}
    return Contents(**known | {name: tuple(known[name]) for name in _TUPLES})


def value_types(values: Values) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The type of each value, "text" or numpy's name, and its shape for one system.

    >>> value_types({"seeing": np.ones((5, 2)), "type": np.array(["Ia"], dtype=object)})
    {'seeing': ('float64', (2,)), 'type': ('text', ())}
    """
    return {
        name: (TEXT if value.dtype == object else value.dtype.name, value.shape[1:])
        for name, value in values.items()
    }


def typed_column(rows: list[Any], dtype: str, shape: tuple[int, ...]) -> Column:
    """A value of some systems, of what a file has of each; None is a missing number.

    Args:
        rows: a number, text or list for each system.
        dtype: the type, as `value_types` has it.
        shape: the shape for one system.
    """
    if dtype == TEXT:
        return np.array(rows, dtype=object).reshape(len(rows), *shape)
    # None becomes NaN only on the way through a float
    wide = np.array(rows, np.float64 if np.dtype(dtype).kind == "f" else dtype)
    return wide.astype(dtype).reshape(len(rows), *shape)


def plain_rows(column: Column) -> list[Any]:
    """What each system has of a value, as JSON has it; the inverse of `typed_column`.

    A float32 becomes the shortest decimal that reads back as the same float32.

    >>> plain_rows(np.array([0.1, np.nan], np.float32))
    [0.1, None]
    """
    if column.dtype.kind != "f":
        rows: list[Any] = column.tolist()
        return rows
    short = column.astype(str).astype(np.float64) if column.dtype == np.float32 else column
    missing = np.isnan(short)
    found: list[Any] = np.where(missing, None, short).tolist() if missing.any() else short.tolist()  # type: ignore[call-overload]
    return found
