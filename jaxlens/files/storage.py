"""Which precisions and compressions each format has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from jaxlens.files.contents import STORED_TYPES, Contents


class Storage(NamedTuple):
    """How a format can store arrays.

    Attributes:
        dtypes: the values of `Contents.dtype` that it has.
        compressions: the values of `Contents.compression` that it has, beside None.
    """

    dtypes: tuple[str, ...] = STORED_TYPES
    compressions: tuple[str, ...] = ()


STORAGE: Mapping[str, Storage] = MappingProxyType(
    {
        "npy": Storage(),
        "h5": Storage(compressions=("gzip", "lzf")),
        "fits": Storage(("float32",)),
        "webdataset": Storage(),
        "parquet": Storage(compressions=("gzip",)),
        "tfrecord": Storage(("float32",)),
        "zarr": Storage(compressions=("gzip",)),
    }
)


def refuse_unsupported(image_format: str, dtype: str, compression: str | None) -> None:
    """Check that a format has a precision and a compression.

    Args:
        image_format: one of `STORAGE`.
        dtype: the precision, see `jaxlens.files.contents.STORED_TYPES`.
        compression: the compression; None for none.

    Raises:
        ValueError: if it has not, or there is no such format.

    >>> refuse_unsupported("npy", "float32", "gzip")
    Traceback (most recent call last):
    ValueError: npy has no compression 'gzip'; it is in h5, parquet and zarr
    """
    if image_format not in STORAGE:
        raise ValueError(f"there is no format {image_format!r}; there are {_listed(STORAGE)}")
    own = STORAGE[image_format]
    if dtype not in own.dtypes:
        right = f"give {_listed(own.dtypes)}" if len(own.dtypes) == 1 else ""
        right = "; ".join(filter(None, (right, _right(dtype, own.dtypes))))
        raise ValueError(f"{image_format} has no image_dtype {dtype!r}; {right}")
    if compression is not None and compression not in own.compressions:
        right = _right(compression, own.compressions)
        raise ValueError(f"{image_format} has no compression {compression!r}; {right}")


def refuse_contents(image_format: str, contents: Contents) -> None:
    """`refuse_unsupported` of the contents of a file."""
    refuse_unsupported(image_format, contents.dtype, contents.compression)


def _right(value: str, own: tuple[str, ...]) -> str:
    """What would be right in place of a value that a format has not."""
    others = [key for key, storage in STORAGE.items() if value in (*storage.dtypes, *storage.compressions)]
    return f"it is in {_listed(sorted(others))}" if others else f"there are {_listed(own)}"


def _listed(words: Iterable[str]) -> str:
    """Words as they are read: a, b and c."""
    *first, last = words or ["none"]
    return f"{', '.join(first)} and {last}" if first else last
