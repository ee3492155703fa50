"""The mass of a lens within a circle: projected mass in solar masses, and the Einstein radius.

By Gauss's theorem the mean convergence within a circle of radius R is

    kappa(<R) = mean over the circle of alpha . n / R,

so that only the deflection alpha of the lens is needed.  Its mean over equal steps of the direction n has
an error that falls exponentially with their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.distances import plane_distances
from jaxlens.imaging.lens_planes import plane_deflection
from jaxlens.imaging.rays import lens_of, mass_groups, mass_parameters
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Mass
from jaxlens.kernels.cosmology import ARCSEC
from jaxlens.kernels.halos import critical_surface_density
from jaxlens.kernels.lensing.rays import Rays
from jaxlens.kernels.types import Pair, Params

# Directions of a circle.
DIRECTIONS = 64
# The smallest and the largest Einstein radius that is found, arcsec.
RADII = (1e-3, 1e2)
# Radii at which the mean convergence is computed at once.
SAMPLES = 32
# How often the interval in which the Einstein radius lies is divided.
LEVELS = 3


def mass_within(scene: Scene, params: Params, j: int, prefix: str, radius: jax.Array) -> jax.Array:
    """The projected mass of an object in a circle about its centre.

    The mass is that of all its MASS_PROFILE_n, and the centre that of the first of them that has one.  What
    stands for matter along the line of sight does not count, nor do subhaloes.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles (see `with_tables`).
        j: the index of the object's plane, which is not the last.
        prefix: the prefix of the object, such as `PLANE_1-OBJECT_1`; it stands there once.
        radius: the radius of the circle (arcsec), ().

    Returns:
        Solar masses, ().

    Raises:
        ValueError: the object has no mass there.
    """
    profiles = _profiles_of(scene, j, prefix)
    if not profiles:
        raise ValueError(
            f"{prefix} has no mass in the plane {j}; give it a MASS_PROFILE_1, in front of the last plane"
        )
    values = [mass_parameters(scene, params, j, mass) for mass in profiles]
    mean = mean_convergence(
        lambda x, y: plane_deflection(profiles, values, x, y), centre_of(profiles, params), radius
    )
    distances, between = plane_distances(scene, params)
    z = params[scene.planes[j].redshift]
    sigma_crit = critical_surface_density(z, distances[j], distances[-1], between[j, -1])
    area = jnp.pi * jnp.square(radius * ARCSEC * distances[j] / (1.0 + z))
    return mean * sigma_crit * area


def einstein_radius(scene: Scene, params: Params) -> jax.Array:
    """The radius about `main_centre` within which the mean convergence of all masses is 1.

    Masses of several planes count as if they stood in one, and haloes do not count.  Where there are several
    such radii it is the outermost.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles.

    Returns:
        theta_E in arcsec, (); 0 where the mean convergence is 1 nowhere between the ends of `RADII`.  It is
        not differentiated.
    """
    if not any(plane.masses for plane in scene.planes):
        return jnp.zeros((), jnp.result_type(float))
    params = jax.lax.stop_gradient(params)
    planes = [
        (*lens_of(scene, params, j), mass_groups(scene, params, j))
        for j, plane in enumerate(scene.planes)
        if plane.masses
    ]

    def deflection(x: jax.Array, y: jax.Array) -> Pair:
        own = [plane_deflection(masses, values, x, y, groups) for masses, values, groups in planes]
        return sum(a for a, _ in own), sum(b for _, b in own)  # type: ignore[return-value]

    centre = main_centre(scene, params)
    return outermost_radius(deflection, centre)


def main_centre(scene: Scene, params: Params) -> Pair:
    """The centre of the first mass of the scene that has one, else the centre of the image: x, y, arcsec."""
    return centre_of([mass for plane in scene.planes for mass in plane.mass], params)


def centre_of(masses: Sequence[Mass], params: Params) -> Pair:
    """The centre of the first mass that has one, else the centre of the image: x and y, arcsec, each ().

    A linear deflection, such as a shear, has an origin and no centre.

    Args:
        masses: the masses.
        params: the parameters of one system.
    """
    for mass in masses:
        if not mass.is_linear and "center_x" in mass.parameters:
            return params[f"{mass.prefix}-center_x"], params[f"{mass.prefix}-center_y"]
    zero = jnp.zeros((), jnp.result_type(float))
    return zero, zero


def mean_convergence(deflection: Rays, centre: Pair, radius: jax.Array) -> jax.Array:
    """The mean convergence within circles.

    Args:
        deflection: `(x, y)` -> (alpha_x, alpha_y), arcsec.
        centre: the centre of the circles (arcsec), each coordinate ().
        radius: their radii (arcsec), any shape.

    Returns:
        The mean convergence within each circle, of the shape of `radius`.
    """
    angle = np.arange(DIRECTIONS) * (2.0 * np.pi / DIRECTIONS)
    shape = (DIRECTIONS, *[1] * jnp.ndim(radius))
    n_x, n_y = (jnp.reshape(jnp.asarray(v, radius.dtype), shape) for v in (np.cos(angle), np.sin(angle)))
    alpha_x, alpha_y = deflection(centre[0] + radius[None] * n_x, centre[1] + radius[None] * n_y)
    return jnp.mean(alpha_x * n_x + alpha_y * n_y, axis=0) / radius


def _profiles_of(scene: Scene, j: int, prefix: str) -> list[Mass]:
    """The MASS_PROFILE_n of an object in plane `j`."""
    own = [mass for mass in scene.planes[j].mass if mass.prefix.startswith(f"{prefix}-MASS_PROFILE_")]
    return [mass for mass in own if mass.kernel.line_of_sight is None]


class _Interval(NamedTuple):
    """Logarithms of two radii, whether the mean convergence falls below 1 between them, and at which part."""

    low: jax.Array
    high: jax.Array
    found: jax.Array
    part: jax.Array


def outermost_radius(deflection: Rays, centre: Pair) -> jax.Array:
    """The largest radius at which the mean convergence falls below 1, arcsec, (); 0 without one.

    The interval in which it does is found among SAMPLES radii at equal ratios, and divided again; in the last
    one the mean convergence is a straight line.

    Args:
        deflection: `(x, y)` -> (alpha_x, alpha_y), arcsec.
        centre: the centre of the circles (arcsec), each coordinate ().
    """
    low, high = (jnp.asarray(np.log(end), jnp.result_type(float)) for end in RADII)
    steps = jnp.arange(SAMPLES, dtype=low.dtype) / (SAMPLES - 1)

    def divided(level: int, interval: _Interval) -> _Interval:
        low, high, found, _ = interval
        logarithms = low + (high - low) * steps
        means = mean_convergence(deflection, centre, jnp.exp(logarithms))
        crosses = (means[:-1] >= 1.0) & (means[1:] < 1.0)
        last = SAMPLES - 2 - jnp.argmax(crosses[::-1])
        part = (means[last] - 1.0) / (means[last] - means[last + 1])
        return _Interval(logarithms[last], logarithms[last + 1], found & jnp.any(crosses), part)

    first = _Interval(low, high, jnp.ones((), bool), jnp.zeros_like(low))
    low, high, found, part = jax.lax.fori_loop(0, LEVELS, divided, first)
    return jnp.where(found, jnp.exp(low + (high - low) * part), 0.0)
