"""The projected mass of an object within a circle, from the deflection of its mass profiles.

By Gauss's theorem the mean convergence within a circle of radius R is the mean of the radial component of the
deflection along the circle, over R.  So

    M(< R) = pi R^2 D_d^2 Sigma_crit <kappa>,    <kappa> = <alpha . n> / R,

with R as an angle, whatever the profile.  Along a circle that no centre of a mass is near, the mean over
equally spaced directions converges exponentially in their number.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.distances import plane_distances
from jaxlens.imaging.lens_planes import plane_deflection
from jaxlens.imaging.rays import mass_parameters
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Mass
from jaxlens.kernels.cosmology import ARCSEC
from jaxlens.kernels.halos import critical_surface_density
from jaxlens.kernels.types import Params, Real

# Directions of a circle over which the deflection is averaged.
_DIRECTIONS = 64


def mass_within(scene: Scene, params: Params, j: int, prefix: str, radius: Real) -> jax.Array:
    """The projected mass of an object within a circle about its centre, without shear and sheets.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of its profiles.
        j: the index of the object's plane.
        prefix: the prefix of the object, such as `PLANE_1-OBJECT_1`.
        radius: the radius of the circle (arcsec), ().

    Returns:
        Solar masses, ().  An object without mass profiles has no mass.
    """
    masses = tuple(one for one in scene.planes[j].mass if _is_of(prefix, one))
    if not masses:
        return jnp.zeros((), jnp.result_type(float))
    values = [mass_parameters(scene, params, j, mass) for mass in masses]
    x, y = _centre(masses, params)
    direction = jnp.asarray(np.arange(_DIRECTIONS) * (2.0 * np.pi / _DIRECTIONS), jnp.result_type(float))
    cos, sin = jnp.cos(direction), jnp.sin(direction)
    alpha_x, alpha_y = plane_deflection(masses, values, x + radius * cos, y + radius * sin)
    outward = jnp.mean(alpha_x * cos + alpha_y * sin)
    distances, between = plane_distances(scene, params)
    z = params[scene.planes[j].redshift]
    density = critical_surface_density(z, distances[j], distances[-1], between[j, -1])
    return jnp.pi * radius * outward * density * jnp.square(distances[j] / (1.0 + z) * ARCSEC)


def _is_of(prefix: str, mass: Mass) -> bool:
    """Whether a profile is part of the matter of an object: neither a shear nor a sheet."""
    return mass.prefix.startswith(f"{prefix}-") and not mass.is_linear and not mass.kernel.line_of_sight


def _centre(masses: tuple[Mass, ...], params: Params) -> tuple[Real, Real]:
    """The centre of the first profile that has one, arcsec."""
    found = [mass.prefix for mass in masses if "center_x" in mass.parameters]
    if not found:
        return 0.0, 0.0
    return params[f"{found[0]}-center_x"], params[f"{found[0]}-center_y"]
