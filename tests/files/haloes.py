"""Made-up haloes of systems."""

from __future__ import annotations

import numpy as np

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.haloes import ragged_haloes

SUBHALOES, FIELD = "PLANE_1-OBJECT_1-SUBSTRUCTURE", "LINE_OF_SIGHT"
ROOM, PLANES = 60, 4


def arrays_of(n: int, seed: int = 1) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Arrays of haloes as a program gives them, and the other values, of n systems."""
    rng = np.random.default_rng(seed)
    values = {"H0": np.full(n, 70.0, np.float32), "PLANE_1-OBJECT_1-REDSHIFT": rng.uniform(0.2, 0.8, n)}
    arrays: dict[str, np.ndarray] = {}
    for prefix, names in ((SUBHALOES, ("x", "y", "mass")), (FIELD, ("x", "y", "z", "mass"))):
        number = rng.integers(0, ROOM + 1, n)
        values[f"{prefix}-NUMBER"] = number.astype(np.float32)
        shown = np.arange(ROOM)[None, :] < number[:, None]
        arrays |= {f"{prefix}-{name}": shown * rng.random((n, ROOM), np.float32) for name in names}
    arrays[f"{FIELD}-kappa_sheet"] = rng.random((n, PLANES), np.float32)
    return arrays, values


def chunk_of(n: int, start: int = 0, seed: int = 1) -> Chunk:
    """Systems with haloes and without images."""
    arrays, values = arrays_of(n, seed)
    return Chunk(start, values, {}, ragged_haloes(arrays, values))


def contents_of(n: int, start: int = 0, compression: str | None = None) -> Contents:
    """The contents of the files of n systems with haloes."""
    fixed: dict[str, str | int] = {f"{FIELD}-PROFILE": "TNFW"}
    return Contents(
        "CONFIGURATION_1",
        "Demo",
        ("g",),
        4,
        n,
        fixed,
        arrays=(),
        attributes={"seed": 1},
        start=start,
        compression=compression,
        haloes={SUBHALOES: 3 * ROOM, FIELD: 4 * ROOM + PLANES},
    )
