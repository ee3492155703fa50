"""The sources of images that lenstronomy has at their places: where their rays end, and their mean flux."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.config.aliases import MASS_ALIASES
from jaxlens.exchange.from_lenstronomy_planes import Plane, Point
from jaxlens.exchange.from_lenstronomy_profiles import for_kernel, known_mass, with_options
from jaxlens.imaging.lens_planes import plane_deflection
from jaxlens.imaging.scene_objects import Mass
from jaxlens.kernels import cosmology as distances
from jaxlens.kernels.lensing.rays import Rays, lensing_weights, rays_and_jacobian, shoot
from jaxlens.kernels.types import Pair


def source_of(
    planes: Sequence[Plane],
    plane: Plane,
    parameters: Mapping[str, float],
    x: np.ndarray,
    y: np.ndarray,
    fluxes: np.ndarray,
) -> Point:
    """The source of some images: the mean of where their rays end, and all flux over all magnification.

    Args:
        planes: the planes with their masses, nearest first.
        plane: that of the source.
        parameters: those of the cosmology, by astropy's names.
        x: where the images are, arcsec, (k,).
        y: the other coordinate.
        fluxes: of each image, counts/s, (bands, k).
    """
    rays = partial(_rays, planes, plane, parameters)
    beta, (a_xx, a_xy, a_yx, a_yy) = rays_and_jacobian(rays, jnp.asarray(x), jnp.asarray(y))
    magnification = np.abs(1.0 / np.asarray(a_xx * a_yy - a_xy * a_yx))
    # errors of a bright image, which is stretched, are smaller in the plane of the source
    weights = magnification / magnification.sum()
    place = [float(np.sum(weights * np.asarray(coordinate))) for coordinate in beta]
    return Point(place[0], place[1], tuple((fluxes.sum(axis=1) / magnification.sum()).tolist()))


def _rays(
    planes: Sequence[Plane], plane: Plane, parameters: Mapping[str, float], x: jax.Array, y: jax.Array
) -> Pair:
    """Where rays that are seen at (x, y) cross a plane, arcsec."""
    j = next(k for k, one in enumerate(planes) if one is plane)
    return shoot(x, y, [_deflection(one) for one in planes[:j]], _weights(planes, parameters))[j]


def _weights(planes: Sequence[Plane], parameters: Mapping[str, float]) -> jax.Array:
    """B_ij of `shoot`; with two planes 1 in every cosmology."""
    if len(planes) <= 2:
        return jnp.triu(jnp.ones((len(planes),) * 2), k=1)
    z = jnp.asarray([one.redshift for one in planes])
    to_planes = distances.transverse_comoving_distance(z, **parameters)
    return lensing_weights(to_planes, distances.distances_between(z, **parameters))


def _deflection(plane: Plane) -> Rays:
    """The deflection of all masses of a plane."""
    masses, values = [], []
    for k, (name, options, own) in enumerate(plane.masses):
        profile = known_mass(name)
        found: dict[str, Any] = for_kernel(profile, with_options(name, options, own))
        integers = tuple((key, found.pop(key)) for key in profile.of_kind("integer") if key in found)
        masses.append(Mass(f"mass_{k}", MASS_ALIASES.get(name, name), tuple(found), integers))
        values.append({key: _array(value) for key, value in found.items()})
    return partial(plane_deflection, masses, values)


def _array(value: Any) -> Any:
    return tuple(map(jnp.asarray, value)) if isinstance(value, tuple) else jnp.asarray(value)
