"""What lenstronomy and pyHalo say of haloes: one .npz file a subject, read without either.

>>> sorted(load("deflections"))[:2]
['NFW_deflection_x', 'NFW_deflection_y']
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


def path_of(subject: str) -> Path:
    """The file of a subject."""
    return FOLDER / f"{subject}.npz"


def load(subject: str) -> dict[str, np.ndarray]:
    """All arrays of a subject, by name.

    Raises:
        FileNotFoundError: if there is no such file.
    """
    path = path_of(subject)
    if not path.is_file():
        raise FileNotFoundError(f"{path}; `python -m validation.haloes.make_references {subject}` writes it")
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def save(subject: str, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write the arrays of a subject, by name, and give the path."""
    path = path_of(subject)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return path
