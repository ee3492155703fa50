"""The arrays, names and types of the transients that need no file."""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from jaxlens.config.model.tables import Arrays
from jaxlens.config.model.transients import Library

# The type of a toy model, for the metadata, by the string of MODEL.
TOY_TYPES = {
    "flat": "Flat",
    "flatnoise": "FlatNoise",
    "variable": "Variable",
    "variablenoise": "VariableNoise",
    "static": "Static",
}


def library_of(ids: tuple[str, ...], types: tuple[str, ...], arrays: Arrays) -> Library:
    """A library whose digest is a hash of the arrays' names, shapes and values and of the ids and types.

    Args:
        ids: the name of each template.
        types: the type of each template.
        arrays: the arrays of the model.

    Returns:
        The library, with arrays of float64.
    """
    arrays = {name: np.ascontiguousarray(arrays[name], dtype=np.float64) for name in sorted(arrays)}
    digest = sha256(repr((ids, types)).encode())
    for name, array in arrays.items():
        digest.update(repr((name, array.shape)).encode())
        digest.update(array.tobytes())
    return Library(digest.hexdigest(), ids, types, arrays)


def toy_library(name: str) -> Library:
    """The library of a toy model: no arrays, and deeplenstronomy's id and type.

    >>> toy_library("flatnoise").types
    ('FlatNoise',)
    """
    return library_of((TOY_TYPES[name],), (TOY_TYPES[name],), {})
