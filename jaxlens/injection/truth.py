"""The truth tables of injected systems, written some systems at a time."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from jaxlens.config.model import DEC_SKY, PIXEL_MAP, PIXEL_SCALE, RA_SKY
from jaxlens.injection.positions import Positions
from jaxlens.injection.systems import Lot
from jaxlens.simulator.simulator import Simulator
from jaxlens.truth.columns import catalog_column
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

    def append(self, lot: Lot, positions: Positions, kept: list[int]) -> None:
        """Add systems that were injected.

        Args:
            lot: the systems of some entries.
            positions: all entries.
            kept: which of those of the lot were injected.
        """
        if not kept:
            return
        chosen = {name: value[kept] for name, value in lot.params.items()}
        chosen[PIXEL_SCALE] = np.full(len(kept), self._scale)
        own = lot.rows[kept]
        systems = None
        if lot.catalogued is not None:
            known = lot.catalogued.items()
            systems = {
                catalog_column(one): np.asarray(v)[kept] for one, v in known if one not in (RA_SKY, DEC_SKY)
            }
        tables = truth_tables(
            self._sim, chosen, positions.ids[own], positions.ra[own], positions.dec[own], systems=systems
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
