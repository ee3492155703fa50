"""The first stage of a fit: the light of the lens, the ring, and the pixels that are fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from jaxlens.modelling.amplitude_priors import first_precision
from jaxlens.modelling.lens_data import LensImages
from jaxlens.modelling.lens_light import Ring, pixel_positions, ring
from jaxlens.modelling.model import LensData, Settings
from jaxlens.modelling.problem import LensProblem
from jaxlens.simulator.simulator import Simulator

# Pixels: the radii of the squares of images, few, so that lenses of a sample share programs.
RADII = (60.0, 80.0)
# Pixels beyond the arcs up to which images are fitted.
MARGIN = 20.0
# Pixels: the smallest radius within which images are fitted.
SMALLEST = 45.0


def lens_alone(problem: LensProblem) -> LensProblem:
    """The same lens with the light of the foreground alone."""
    own = tuple(
        basis
        for basis in problem.lens.bases
        if problem.lens.plane_of(basis) < len(problem.lens.model.scene.planes) - 1
    )
    return replace(problem, lens=replace(problem.lens, bases=own))


def _ring(problem: LensProblem, data: LensData) -> Ring:
    """The light of the lens alone, and the ring."""
    alone = lens_alone(problem)
    names = {f"{basis.prefix}-{name}" for basis in alone.lens.bases for name in basis.parameters}
    active = np.array([float(name in names or "_offset-" in name) for name, _ in alone.lens.model.free])
    return ring(alone, data, Settings(active, first_precision(alone, data)), alone.lens.bases[0].prefix)


def largest_radius(sim: Simulator, radius: float | None) -> float:
    """The radius within which images are cut at first, arcsec: the given one, or the largest of `RADII`."""
    return RADII[-1] * pixel_scale(sim) if radius is None else radius


def foreground(
    problem: LensProblem,
    cut: Callable[[float], LensImages],
    images: LensImages,
    radius: float | None,
) -> tuple[LensImages, Ring]:
    """The light of the lens and the ring, and the images within a circle just beyond the arcs.

    The images are squares of one of few sizes, the smallest that holds the circle.

    Args:
        problem: the model of the lens.
        cut: what was observed, within a radius in arcsec, as `lens_data` gives it.
        images: it within `largest_radius`.
        radius: the radius that was given, arcsec, or None.

    Returns:
        The images of the pixels that are fitted, and the ring in them.
    """
    found = _ring(problem, images.data)
    if radius is not None:
        return images, found
    scale = pixel_scale(problem.sim)
    wanted = RADII[-1] * scale
    if np.isfinite(found.extent):
        wanted = min(max(found.extent + MARGIN * scale, SMALLEST * scale), wanted)
    side = next(r * scale for r in RADII if r * scale >= wanted * 0.999)
    if side < RADII[-1] * scale:
        images = cut(side)
    x, y = pixel_positions(images.data)
    inside = np.hypot(x - found.centre[0], y - found.centre[1]) <= wanted
    images = images._replace(data=images.data._replace(weight=np.where(inside, images.data.weight, 0.0)))
    return images, found if found.x.shape == x.shape else _ring(problem, images.data)


def pixel_scale(sim: Simulator) -> float:
    """The smallest pixel scale that the file allows, arcsec."""
    return float(np.min(np.asarray(sim.config.reach("pixel_scale"))))
