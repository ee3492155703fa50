"""The truth tables of injected systems, written some systems at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.injection.positions import Positions
from jaxlens.simulator.simulator import Simulator
from jaxlens.truth.tables import truth_tables
from jaxlens.truth.writing import TruthFiles, TruthFormat

# The folder of the tables, or the name of the database.
FOLDER, DATABASE = "truth", "truth.sqlite"


class Truth:
    """The truth tables of a run; a context manager.

    Args:
        simulator: of the systems.
        folder: the folder of the injection.
        format: of the tables.
        width: the largest width of a stamp, arcsec: images of point sources within it are listed.
        pixels: its width in pixels.
    """

    def __init__(
        self, simulator: Simulator, folder: Path, format: TruthFormat, width: float, pixels: int
    ) -> None:
        scene = simulator.scene
        names = tuple(name for name in scene.parameters if name not in (PIXEL_SCALE, *PIXEL_MAP))
        # the window in which images are searched is that of the stamps, with the system in the middle
        scene = dataclasses.replace(scene, num_pix=pixels, parameters=(*names, PIXEL_SCALE))
        self._sim, self._scale = simulator.replace(scene=scene), width / pixels
        self._path, self._format = folder / (DATABASE if format == "sqlite" else FOLDER), format
        self._files: TruthFiles | None = None

    def append(
        self, params: Mapping[str, np.ndarray], positions: Positions, rows: NDArray[np.int64], kept: list[int]
    ) -> None:
        """Add systems that were injected.

        Args:
            params: the parameters of the systems of some entries, {name: (n, ...)}.
            positions: the entries.
            rows: which entries they are, (n,).
            kept: which of the n were injected.
        """
        if not kept:
            return
        chosen = {name: value[kept] for name, value in params.items()}
        chosen[PIXEL_SCALE] = np.full(len(kept), self._scale)
        own = rows[kept]
        tables = truth_tables(
            self._sim, chosen, positions.ids[own], ra=positions.ra[own], dec=positions.dec[own]
        )
        if self._files is None:
            layout = {name: table.iloc[:0] for name, table in tables.items()}
            self._files = TruthFiles(self._path, self._format, layout, self._sim.bands)
        self._files.append(tables)

    def finish(self) -> list[Path]:
        """Give the files their names, and return them; none where nothing was injected."""
        return [] if self._files is None else self._files.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._files is not None:
            self._files.__exit__(kind, error, trace)
