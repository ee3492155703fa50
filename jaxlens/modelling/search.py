"""Starts that see the image: lenses drawn about the ring, and descents from the best on wide pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.fitting.posterior import Constants, with_free_values
from jaxlens.imaging.rays import ray_numbers, ray_positions
from jaxlens.kernels.types import Pair, Params
from jaxlens.modelling.coarse_data import coarse
from jaxlens.modelling.descent import Ends, descents, values_at
from jaxlens.modelling.lens_light import Ring
from jaxlens.modelling.model import LensData, LensModel, Settings
from jaxlens.modelling.problem import LensProblem

# The share of draws whose Einstein radius is near the ring's; the others have the file's prior.
NEAR_RING = 0.75
# The standard deviation of the former, over the radius.
RADIUS_SPREAD = 0.15
# The standard deviation of the difference of the ellipticities of mass and light.
ELLIPTICITY_SPREAD = 0.08
# The standard deviation of the distance of mass and light, arcsec over the radius of the ring.
CENTRE_SPREAD = 0.02
# Steps of a descent on wide pixels.
STEPS = 25
# Two descents have reached the same maximum where -ln(density) differs by less than this, on wide pixels.
AGREEMENT = 3.0
# The gain of one more step up to which a descent is at a maximum.
FINISHED = 0.1
# Of maxima whose distances from a model differ by less than this factor, it may have come from any.
ABOUT_AS_NEAR = 1.2
# The share of starts that must have reached the best maximum, or more are drawn.
ENOUGH = 0.1
# How often more are drawn, each time twice as many and as wide.
WIDENINGS = 2


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found.

    Attributes:
        ends: where the descents ended on wide pixels, the best first.
        reached: how many of them ended in the best maximum, or in that of a model, by `seen_from`.
        starts: how many there were.
        draws: how many lenses were drawn.
        names: the free parameters.
        values: their values at the ends, (s, k).
    """

    ends: Ends
    reached: int
    starts: int
    draws: int
    names: tuple[str, ...]
    values: np.ndarray


def search(
    problem: LensProblem,
    data: LensData,
    settings: Settings,
    found: Ring,
    held: Mapping[int, float],
    *,
    starts: int,
    draws: int,
    seed: int,
) -> Search:
    """Find the maxima of the posterior on wide pixels.

    The ellipses of the light of the lens are held where `found` has them, and its amplitudes move: several
    ellipses of one galaxy have many maxima of their own, which say nothing about its mass.

    Args:
        problem: the model of the lens.
        data: its images.
        settings: what moves.
        found: the light of the lens, and the ring.
        held: the coordinates that do not move, by their indices.
        starts: descents of the first attempt.
        draws: lenses drawn for it.
        seed: of the draws.

    Returns:
        The maxima, and from how many starts the best was reached.
    """
    wide, rng = coarse(data), np.random.default_rng(seed)
    settings = settings.holding(problem.of_the_lens_light())
    ends: Ends | None = None
    count, drawn = 0, 0
    for widening in range(WIDENINGS + 1):
        number = 2**widening
        points = drawn_lenses(problem, found, held, rng, draws * number, 1.0 + widening)
        order = np.argsort(values_at(problem, wide, settings, points), kind="stable")[: starts * number]
        new = descents(problem, wide, settings, points[order], STEPS)
        ends = new if ends is None else _merged(ends, new)
        count, drawn = count + order.size, drawn + draws * number
        reached = int(np.sum(ends.values - ends.values[0] < AGREEMENT))
        if reached >= max(2.0, ENOUGH * count):
            break
    assert ends is not None
    return Search(ends, reached, count, drawn, problem.names, problem.constrained(ends.points))


def seen_from(found: Search, names: Sequence[str], point: np.ndarray) -> Search:
    """A search with `reached` of the maximum that a model came from.

    That is the maximum whose mass is nearest in standard deviations of priors; of several that are about as
    near, the one that most descents reached.  Descents that ended on their way are at none.  It is not the
    best of the search where the source has more structure than the Gaussians with which the search is made.

    Args:
        found: the search.
        names: the numbers of the model on which rays depend.
        point: their coordinates, (m,).

    Returns:
        The search, whose `reached` are the descents that ended there.
    """
    columns = [found.names.index(name) for name in names]
    values = found.ends.values
    distances = np.linalg.norm(found.ends.points[:, columns] - point, axis=1)
    on_their_way = found.ends.decreases > FINISHED
    distances = np.where(on_their_way & ~np.all(on_their_way), np.inf, distances)
    nearest = values[distances <= ABOUT_AS_NEAR * np.min(distances)]
    counts = np.sum(np.abs(values - nearest[:, None]) < AGREEMENT, axis=1)
    return replace(found, reached=int(np.max(counts)))


def _merged(one: Ends, other: Ends) -> Ends:
    both = Ends(*(np.concatenate(pair) for pair in zip(one, other, strict=True)))
    order = np.argsort(both.values, kind="stable")
    return Ends(*(array[order] for array in both))


def distinct(points: np.ndarray, apart: float = 0.05) -> np.ndarray:
    """Those of some points (s, k) that are not close to one before them.

    Args:
        points: the coordinates.
        apart: the largest difference of a coordinate of two that are close.
    """
    kept: list[np.ndarray] = []
    for point in points:
        if all(np.max(np.abs(point - other)) > apart for other in kept):
            kept.append(point)
    return np.array(kept)


def drawn_lenses(
    problem: LensProblem,
    found: Ring,
    held: Mapping[int, float],
    rng: np.random.Generator,
    count: int,
    width: float,
) -> np.ndarray:
    """Lenses about the ring, whose sources are where the rays of the arcs end.

    Args:
        problem: the model of the lens.
        found: the light of the lens, and the ring.
        held: the coordinates that do not move, by their indices.
        rng: the random numbers.
        count: how many.
        width: factor on the spread of the draws.

    Returns:
        The coordinates, (count, k).
    """
    k = len(problem.names)
    u = rng.standard_normal((count, k))
    light = problem.of_the_lens_light()
    u[:, light] = found.point[light]
    x = problem.constrained(u).copy()
    _draw_mass(problem, found, rng, x, width)
    u = problem.unconstrained(x).copy()
    for index, value in held.items():
        u[:, index] = value
    u = np.clip(u, -6.0, 6.0)
    _place_sources(problem, found, rng, u, width)
    return u


def _draw_mass(
    problem: LensProblem, found: Ring, rng: np.random.Generator, x: np.ndarray, width: float
) -> None:
    """Set the masses of draws x (count, k): radius from the ring, centre and ellipticity near the light's."""
    count = len(x)
    plane = problem.lens.model.scene.planes[0]
    lights = [basis.prefix for basis in problem.lens.bases if problem.lens.plane_of(basis) == 0]
    main = next((mass.prefix for mass in plane.mass if "theta_E" in mass.parameters), None)
    if main is None:
        return
    for at in problem.indices(main, ("theta_E",)):
        near = found.radius * (1.0 + width * RADIUS_SPREAD * rng.standard_normal(count))
        chosen = rng.random(count) < NEAR_RING if np.isfinite(found.radius) else np.zeros(count, bool)
        low, high = problem.constrained(np.array([[-4.0], [4.0]]) * np.ones(x.shape[1]))[:, at]
        x[:, at] = np.where(chosen, np.clip(near, low, high), x[:, at])
    values = problem.constrained(found.point)
    for own, spread in (("e1", ELLIPTICITY_SPREAD), ("e2", ELLIPTICITY_SPREAD)):
        of_light = problem.indices(lights[0], (f"-{own}",)) if lights else np.zeros(0, int)
        for at in problem.indices(main, (f"-{own}",)):
            middle = values[of_light[0]] * rng.uniform(0.0, 1.5, count) if of_light.size else 0.0
            x[:, at] = middle + width * spread * rng.standard_normal(count)
    scale = CENTRE_SPREAD * (found.radius if np.isfinite(found.radius) else 1.0)
    for axis, own in enumerate(("center_x", "center_y")):
        for at in problem.indices(main, (own,)):
            x[:, at] = found.centre[axis] + width * scale * rng.standard_normal(count)


def _place_sources(
    problem: LensProblem, found: Ring, rng: np.random.Generator, u: np.ndarray, width: float
) -> None:
    """Set the centres of the sources of draws u (count, k): the mean of where the rays of the arcs end."""
    seen = found.significance > 0.0
    if not seen.any():
        return
    planes = problem.lens.model.scene.planes
    # the weights of at most so many pixels, so that all images have the same program
    chosen = np.argsort(np.where(seen, found.significance, 0.0), axis=None)[::-1][:PIXELS]
    x, y, weight = (np.resize(a.ravel()[chosen], PIXELS) for a in (found.x, found.y, found.significance))
    ends = _traced(
        problem.lens, problem.constants, problem.base, jnp.asarray(u), jnp.asarray(x), jnp.asarray(y)
    )
    for j in range(1, len(planes)):
        for light in planes[j].light:
            for axis, own in enumerate(("center_x", "center_y")):
                for at in problem.indices(light.prefix, (own,)):
                    where = np.asarray(ends[j][axis])
                    mean = np.sum(where * weight, axis=1) / np.sum(weight)
                    spread = np.sqrt(np.sum((where - mean[:, None]) ** 2 * weight, axis=1) / np.sum(weight))
                    place = mean + 0.5 * width * spread * rng.standard_normal(len(u))
                    base = problem.constrained(u).copy()
                    base[:, at] = place
                    u[:, at] = np.clip(problem.unconstrained(base)[:, at], -6.0, 6.0)


# Pixels of the arcs whose rays are followed.
PIXELS = 512


@partial(jax.jit, static_argnums=0)
def _traced(
    lens: LensModel, constants: Constants, base: Params, u: jax.Array, x: jax.Array, y: jax.Array
) -> list[Pair]:
    """Where rays seen at (x, y) (m,) end in each plane, for each of the points u: pairs of (points, m)."""

    def of_one(point: jax.Array) -> list[Pair]:
        params = with_free_values(lens.model, constants, base, constants.transform.constrained(point))
        own = {name: value[0] if value.ndim else value for name, value in params.items()}
        return ray_positions(lens.model.scene, ray_numbers(lens.model.scene, own), x, y)

    return jax.vmap(of_one)(u)
