"""Starts of the fit of a lensed quasar: lenses that put its images where they are seen.

The positions alone tell the Einstein radius and the rough shape of a lens in milliseconds, where its image
needs minutes.  Lenses are drawn from their priors, and each descends by the positions until its rays meet.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jaxlens.modelling.quasars.descent import position_descents
from jaxlens.modelling.quasars.model import QuasarData
from jaxlens.modelling.quasars.problem import QuasarProblem

# The tolerance (arcsec) and the softening of the first descent, in which rays need not nearly meet.
FIRST_TOLERANCE, FIRST_SOFTENING = 0.05, 0.3
# Steps of each descent.
STEPS = 40
# The spread of the draws, in units of the priors' standard deviations.
SPREAD = 0.7
# That of the Einstein radius, over half of the mean distance of the images.
RADIUS_SPREAD = 0.1
# Two lenses differ where a coordinate does by more than this, in standard deviations of its prior.
APART = 0.3
# A lens is not taken where -ln(density) is larger than the least by more than this.
LARGEST_EXCESS = 50.0


def position_starts(
    problem: QuasarProblem, own: QuasarData, positions: np.ndarray, starts: int, draws: int, seed: int
) -> np.ndarray:
    """Lenses whose rays meet, the best first.

    Args:
        problem: the model of the lens and its quasar.
        own: the arrays of the quasar.
        positions: x and y of the images, arcsec, (images, 2).
        starts: how many lenses at most.
        draws: how many are drawn.
        seed: of the draws.

    Returns:
        The coordinates, (at most starts, k); light has the medians of its priors, and hosts have their
        centres where the quasar is.
    """
    active = _moves(problem)
    points = _drawn(problem, positions, active, draws, seed)
    wide = own._replace(
        tolerance=jnp.maximum(own.tolerance, FIRST_TOLERANCE),
        softening=jnp.full_like(own.softening, FIRST_SOFTENING),
    )
    rough = position_descents(problem, wide, active, points, STEPS)
    ends = position_descents(problem, own, active, rough.points, STEPS)
    chosen: list[np.ndarray] = []
    for point, value in zip(ends.points, ends.values, strict=True):
        near = [np.max(np.abs(point - other)) < APART for other in chosen]
        if len(chosen) < starts and not any(near) and value < ends.values[0] + LARGEST_EXCESS:
            chosen.append(point)
    if not chosen:
        raise ValueError("no lens puts the images where they are; check positions (arcsec) and the priors")
    return _hosts_placed(problem, np.stack(chosen))


def _moves(problem: QuasarProblem) -> np.ndarray:
    """1 for what the positions depend on: all but the light and the positions themselves, (k,)."""
    bases = problem.quasar.lens.bases
    light = {f"{basis.prefix}-{name}" for basis in bases for name in basis.parameters}
    held = light - set(problem.quasar.center)
    own = [name for name in problem.names if name.startswith("QUASAR-IMAGE")]
    active = np.ones(len(problem.names))
    active[problem.indices([*held, *own])] = 0.0
    return active


def _drawn(
    problem: QuasarProblem, positions: np.ndarray, active: np.ndarray, draws: int, seed: int
) -> np.ndarray:
    """Draws of what moves, with Einstein radii near half of the mean distance of opposite images."""
    rng = np.random.default_rng(seed)
    u = SPREAD * rng.standard_normal((draws, len(problem.names))) * active
    x = problem.constrained(u).copy()
    middle = positions.mean(axis=0)
    radius = 0.5 * np.max(np.linalg.norm(positions[:, None] - positions[None], axis=-1), axis=1).mean()
    masses = [m.prefix for m in problem.quasar.model.scene.planes[0].mass if "theta_E" in m.parameters]
    for at in problem.indices([f"{prefix}-theta_E" for prefix in masses[:1]]):
        x[:, at] = radius * (1.0 + RADIUS_SPREAD * rng.standard_normal(draws))
    for axis, name in enumerate(problem.quasar.center):
        for at in problem.indices([name]):
            x[:, at] = middle[axis] * 0.2 + 0.1 * radius * rng.standard_normal(draws)
    found = problem.unconstrained(x)
    return np.where(np.isfinite(found), np.clip(found, -6.0, 6.0), u)


def _hosts_placed(problem: QuasarProblem, u: np.ndarray) -> np.ndarray:
    """The points u (s, k) with the centres of the light of the last plane where the quasar is."""
    x = problem.constrained(u).copy()
    lens = problem.quasar.lens
    for basis in lens.bases:
        if lens.plane_of(basis) != problem.quasar.plane:
            continue
        for axis, name in zip(problem.quasar.center, ("center_x", "center_y"), strict=True):
            source = problem.indices([axis])
            for at in problem.indices([f"{basis.prefix}-{name}"]):
                if source.size:
                    x[:, at] = x[:, source[0]]
    found = problem.unconstrained(x)
    return np.where(np.isfinite(found), np.clip(found, -6.0, 6.0), u)
