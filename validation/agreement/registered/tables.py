"""The arrays of profiles whose parameters come from a file."""

from __future__ import annotations

import numpy as np


def table(name: str, key: str) -> np.ndarray:
    """The array of a parameter of a profile.

    Args:
        name: the profile.
        key: the parameter.

    Raises:
        ValueError: there is none; a new kind of table needs an entry here.
    """
    raise ValueError(f"{name}: there is no array for the table {key!r}; add one to {__name__}")
