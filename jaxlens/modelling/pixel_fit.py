"""The public `jaxlens.refine_with_pixels`: from a fit with a smooth source to one with a source of pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.pixel_descent import (
    best_strength,
    first_hyperparameters,
    pixel_descent,
    used_pixels,
)
from jaxlens.modelling.pixel_grid_of_source import SourceGrid, source_grid
from jaxlens.modelling.pixel_posterior import PixelSettings
from jaxlens.modelling.pixel_priors import PRIORS
from jaxlens.modelling.pixel_result import PixelFit, pixel_fit_of
from jaxlens.modelling.pixel_source import PixelSource
from jaxlens.modelling.problem import LensProblem

if TYPE_CHECKING:
    from jaxlens.modelling.lens_result import LensFit

# A descent ends where the expected decrease of -ln(density) is below this: 0.14 standard deviations away.
TOLERANCE = 1e-2


def refine_with_pixels(
    fit: LensFit,
    *,
    side: int = 30,
    prior: str = "matern",
    grid: SourceGrid | None = None,
    steps: int = 40,
) -> PixelFit:
    """Replace the source of a fit by pixels, and fit mass, lens light and source again.

    The pixels are a regular grid in the source plane, around where the rays of the arcs end.  Their
    brightness has a prior whose strength (and range, of a Matern field) is the one of largest evidence (Suyu
    et al. 2006, MNRAS 371, 983), and is integrated out while mass and lens light move.

    Args:
        fit: a fit of `jaxlens.fit_lens`.
        side: the number of pixels along a side of the grid.
        prior: "curvature", "gradient" or "matern"; `jaxlens.modelling.pixel_priors` has their equations.
        grid: the square that is divided into pixels; by default that of the rays of the arcs.
        steps: how often the posterior is computed, at most.

    Returns:
        The lens with its source.

    Raises:
        ValueError: if there is no such prior, the fit has no source, or its source is not seen.
    """
    if not hasattr(fit, "rungs"):
        raise TypeError(f"fit is a {type(fit).__name__}; give the LensFit of jaxlens.fit_lens")
    chosen = next(rung for rung in fit.rungs if rung.label == fit.model)
    return pixel_fit(
        chosen.problem,
        fit.data,
        chosen.settings.moving(chosen.problem.of_the_lens_light()),
        chosen.point,
        side=side,
        prior=prior,
        grid=grid,
        steps=steps,
    )


def pixel_fit(
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    point: np.ndarray,
    *,
    side: int = 30,
    prior: str = "matern",
    grid: SourceGrid | None = None,
    steps: int = 40,
    tolerance: float = TOLERANCE,
) -> PixelFit:
    """As `refine_with_pixels`, from a maximum of the posterior of any model with a smooth source.

    Args:
        problem: the model with a smooth source: all light in the last plane.
        data: the images.
        settings: what moves, and the prior of amplitudes.
        point: the coordinates of the maximum, (k,).
        side: as there.
        prior: as there.
        grid: as there.
        steps: as there.
        tolerance: the expected decrease of minus the log of the density below which the descent ends.

    Returns:
        The lens with its source.

    Raises:
        ValueError: as there.
    """
    if prior not in PRIORS:
        raise ValueError(f"there is no prior {prior!r} of a source of pixels; there are {', '.join(PRIORS)}")
    with jax.enable_x64(True):
        data = LensData(*(np.asarray(array, np.float64) for array in data))
        if grid is None:
            plane = len(problem.lens.model.scene.planes) - 1
            grid = source_grid(problem, data, settings, point, plane)
        pixels, own, start = with_pixels(problem, settings, point, data, side, prior, grid)
        lens, constants, base = pixels.lens, pixels.constants, pixels.base
        start = best_strength(lens, prior, constants, base, data, own, jnp.asarray(start))
        end = pixel_descent(lens, prior, constants, base, data, own, np.asarray(start), steps, tolerance)
        return pixel_fit_of(pixels, prior, data, own, grid, end, tolerance)


def with_pixels(
    problem: LensProblem,
    settings: Settings,
    point: np.ndarray,
    data: LensData,
    side: int,
    prior: str,
    grid: SourceGrid,
) -> tuple[LensProblem, PixelSettings, np.ndarray]:
    """The model in which pixels stand in the place of all light in the last plane.

    Numbers of that light do not move any more.

    Args:
        problem: the model with a smooth source.
        settings: what moves, and the prior of amplitudes.
        point: its coordinates, (k,).
        data: the images.
        side: the number of pixels along a side.
        prior: one of `pixel_priors.PRIORS`.
        grid: where the pixels are.

    Returns:
        The model, what moves, and the point with first hyperparameters, (k + bands h,).

    Raises:
        ValueError: if there is no light in the last plane.
    """
    last = len(problem.lens.model.scene.planes) - 1
    behind = [basis for basis in problem.lens.bases if problem.lens.plane_of(basis) == last]
    before = tuple(basis for basis in problem.lens.bases if problem.lens.plane_of(basis) != last)
    if not behind:
        raise ValueError("the model has no light in its last plane in whose place pixels could stand")
    source = PixelSource(behind[0].prefix, side)
    base = {**problem.base, f"{source.prefix}-half_width": jnp.asarray(grid.half_width)}
    x = problem.constrained(point).copy()
    for name in ("center_x", "center_y"):
        base[f"{source.prefix}-{name}"] = jnp.asarray(getattr(grid, name))
        x[problem.indices(f"{source.prefix}-{name}")] = getattr(grid, name)
    names = {name for name, _ in problem.lens.model.free}
    kept = {f"{b.prefix}-{name}" for b in before for name in b.parameters}
    gone = {f"{b.prefix}-{name}" for b in behind for name in b.parameters} & names - kept
    moves = np.array([name not in gone for name, _ in problem.lens.model.free], float)
    hyper = first_hyperparameters(source, prior, data.image.shape[0])
    active = np.concatenate([np.asarray(settings.active) * moves, np.ones(hyper.size)])
    of_lens = np.concatenate([np.full(b.count, b in before) for b in problem.lens.bases])
    own = PixelSettings(active, np.asarray(settings.precision, np.float64)[of_lens], used_pixels(data))
    u = np.where(moves > 0.0, point, problem.unconstrained(x))
    changed = replace(problem, lens=replace(problem.lens, bases=(*before, source)), base=base)
    return changed, own, np.concatenate([u, hyper])
