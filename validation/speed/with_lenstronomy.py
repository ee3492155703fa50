"""lenstronomy on the workloads: its SimulationAPI, one system after another, in one process or in several.

Models and parameters are built once, before the measurement; the time is that of each new system.  The images
of a lensed quasar are found by the analytical solver, once a system, and stamped in each band.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from validation.speed.names import LENS, QUASAR, SOURCE, STAR, Row, of_band, part

Kwargs = dict[str, Any]

IMAGE_KEYS = ("pixel_scale", "exposure_time", "num_exposures", "magnitude_zero_point", "seeing")
BAND_KEYS = (*IMAGE_KEYS, "read_noise", "sky_brightness")
# Settings of lenstronomy's grid solver.  Width of the window, arcsec: the one that jaxlens searches.
WINDOW = 10.0
# Step of the grid, arcsec.
MIN_DISTANCE = 0.1
# Largest squared distance from the source in the source's plane, arcsec^2.
PRECISION = 1e-10


class Peer:
    """lenstronomy's models of one workload, built once; a system is a Row of parameters."""

    def __init__(self, row: Row, num_pix: int, bands: int, kernel: np.ndarray | None = None) -> None:
        from lenstronomy.SimulationAPI.sim_api import SimAPI

        self.points = f"{QUASAR}-magnitude" in row
        models: Kwargs = {"lens_model_list": ["SIE", "SHEAR"]}
        models |= {kind: ["SERSIC_ELLIPSE"] for kind in ("lens_light_model_list", "source_light_model_list")}
        if self.points:
            models["point_source_model_list"] = ["LENSED_POSITION", "UNLENSED"]
        fine = {} if kernel is None else {"supersampling_factor": 3}
        self.sims = [SimAPI(num_pix, _band(of_band(row, b), kernel), models) for b in range(bands)]
        self.image_models = [sim.image_model_class(fine) for sim in self.sims]
        self.lens_model = self.sims[0].lens_model_class

    def images(self, row: Row, noise: bool) -> np.ndarray:
        """The images (bands, num_pix, num_pix) of one system."""
        lens = _lens(row)
        seen = self._seen(row, lens) if self.points else None
        made = []
        for b, (sim, model) in enumerate(zip(self.sims, self.image_models, strict=True)):
            here = of_band(row, b)
            light, source = ([part(here, f"{k}-LIGHT_PROFILE_1")] for k in (LENS, SOURCE))
            points = None if seen is None else _points(here, *seen)
            light, source, points = sim.magnitude2amplitude(light, source, points)
            image = model.image(lens, source, light, points)
            made.append(image + sim.noise_for_model(image) if noise else image)
        return np.asarray(made, np.float32)

    def _seen(self, row: Row, lens: list[Kwargs]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x, y = positions(self.lens_model, row, lens, "analytical")
        return x, y, np.asarray(self.lens_model.magnification(x, y, lens))


def _lens(row: Row) -> list[Kwargs]:
    return [part(row, f"{LENS}-{kind}_PROFILE_1") for kind in ("MASS", "SHEAR")]


def _band(row: dict[str, float], kernel: np.ndarray | None) -> Kwargs:
    band: Kwargs = {name: row[name] for name in BAND_KEYS if name in row}
    if kernel is None:
        return band
    return band | {"psf_type": "PIXEL", "kernel_point_source": kernel}


def _points(row: dict[str, float], x: np.ndarray, y: np.ndarray, mu: np.ndarray) -> list[Kwargs]:
    magnitudes = row[f"{QUASAR}-magnitude"] - 2.5 * np.log10(np.abs(mu))
    star = {"ra_image": [row[f"{STAR}-ra_image"]], "dec_image": [row[f"{STAR}-dec_image"]]}
    return [
        {"ra_image": x, "dec_image": y, "magnitude": magnitudes},
        star | {"magnitude": [row[f"{STAR}-magnitude"]]},
    ]


def positions(lens_model: Any, row: Row, lens: list[Kwargs], solver: str) -> tuple[np.ndarray, np.ndarray]:
    """Image positions of the source's centre by one of lenstronomy's solvers.

    Args:
        lens_model: a LensModel.
        row: the parameters of the system.
        lens: the keyword arguments of the lens model.
        solver: "analytical", or "lenstronomy" for the search on a grid.

    Returns:
        x and y in arcsec, (images,).
    """
    from lenstronomy.LensModel.Solver.lens_equation_solver import LensEquationSolver

    x, y = (float(row[f"{SOURCE}-LIGHT_PROFILE_1-center_{axis}"]) for axis in "xy")
    settings: Kwargs = {}
    if solver == "lenstronomy":
        settings = {"search_window": WINDOW, "min_distance": MIN_DISTANCE, "precision_limit": PRECISION}
    found = LensEquationSolver(lens_model).image_position_from_source(x, y, lens, solver=solver, **settings)
    return np.asarray(found[0]), np.asarray(found[1])


def solve_all(rows: Sequence[Row], solver: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """The image positions of every system, one after another."""
    from lenstronomy.LensModel.lens_model import LensModel

    model = LensModel(["SIE", "SHEAR"])
    return [positions(model, row, _lens(row), solver) for row in rows]


def one_process(peer: Peer, rows: Sequence[Row], noise: bool) -> Callable[[], list[np.ndarray]]:
    """A function that renders the systems one after another.

    Args:
        peer: lenstronomy's models.
        rows: the systems.
        noise: whether noise is added.
    """
    return lambda: [peer.images(row, noise) for row in rows]


_worker: Peer | None = None


def _start_worker(*arguments: Any) -> None:
    global _worker
    _worker = Peer(*arguments)


def _work(rows: Sequence[Row], noise: bool) -> list[np.ndarray]:
    assert _worker is not None, "the pool starts its workers with _start_worker"
    return [_worker.images(row, noise) for row in rows]


class Pool:
    """As many processes as cores, each with its own models; they return the images."""

    def __init__(self, rows: Sequence[Row], *arguments: Any) -> None:
        self.processes = os.cpu_count() or 1
        # Spawned, because a process forked from one that runs JAX may deadlock.
        context = get_context("spawn")
        self._pool = ProcessPoolExecutor(self.processes, context, _start_worker, (rows[0], *arguments))
        self._shares = [rows[k :: self.processes] for k in range(self.processes)]

    def run(self, noise: bool) -> list[list[np.ndarray]]:
        """All systems, divided among the processes."""
        return list(self._pool.map(partial(_work, noise=noise), self._shares))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()
