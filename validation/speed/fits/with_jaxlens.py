"""jaxlens on the mock lenses: `jaxlens.fit` as a user calls it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from jaxlens.fitting.fit import fit
from jaxlens.fitting.result import FitResult
from jaxlens.simulator.simulator import Simulator
from validation.speed.fits.lenses import Lens, Trace, chi_square


def together(sim: Simulator, lenses: Sequence[Lens], starts: int) -> list[Trace]:
    """One call of `fit` for all lenses; each has an equal share of the time, and the first the compilation.

    A lens reaches its chi-square when the call returns, with errors.

    Args:
        sim: the simulator of the lenses.
        lenses: the images.
        starts: starts of each fit.
    """
    started = time.perf_counter()
    _fitted(sim, lenses, starts)
    first = time.perf_counter() - started
    processor, started = time.process_time(), time.perf_counter()
    result = _fitted(sim, lenses, starts)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    n = len(lenses)
    models = np.asarray(result.model)[:, 0]
    return [
        Trace((seconds / n,), (chi_square(lens, model),), processor / n, max(0.0, first - seconds) * (i == 0))
        for i, (lens, model) in enumerate(zip(lenses, models, strict=True))
    ]


def alone(sim: Simulator, lens: Lens, starts: int) -> Trace:
    """`fit` of a single image; the arguments are those of `together`."""
    return together(sim, [lens], starts)[0]


def _fitted(sim: Simulator, lenses: Sequence[Lens], starts: int) -> FitResult:
    images, sigmas = (
        np.stack([getattr(lens, name) for lens in lenses])[:, None] for name in ("image", "sigma")
    )
    return fit(sim, images, noise_sigma=sigmas, starts=starts)
