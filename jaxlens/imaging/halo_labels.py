"""What is known of a system's haloes as single numbers: labels for networks.

    mass_within_theta_E         the sum of the masses of haloes whose centre is within the Einstein radius of
                                the lens from its centre, on the sky; solar masses
    largest_mass_near_image     the largest mass of a halo whose centre is within a tenth of the Einstein
                                radius from an image of the main source; solar masses, 0 without one

The Einstein radius and the centre are those of the lens without haloes (see `enclosed_mass`), and so are the
images of a galaxy's centre; the images of a point source are those behind all haloes (see
`point_sources.main_source`).  Haloes along the line of sight count where they are on the sky, as angles, and
only those in front of the last plane.  A mass is the one that the halo is drawn with, whatever truncation
takes off.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.imaging.enclosed_mass import einstein_radius, main_centre
from jaxlens.imaging.halo_numbers import plane_of_each, shown
from jaxlens.imaging.point_sources import main_source, main_source_images, point_source_images
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import FieldHaloes, Haloes
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

# How close to an image a halo is near it, over the Einstein radius.
NEAR = 0.1


def halo_labels(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions] | None = None
) -> dict[str, jax.Array]:
    """The labels of every kind of haloes of a system.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles.
        images: the images of every lensed point source, where they are known.

    Returns:
        Solar masses by `<prefix>-<label>`, each (); the second label is left out where nothing is lensed
        without haloes.
    """
    if not scene.haloes:
        return {}
    params = jax.lax.stop_gradient(params)
    radius, (x, y) = einstein_radius(scene, params), main_centre(scene, params)
    places = None
    if main_source(scene.macro) is not None:
        own = _main_images(scene, params, images)
        places = jnp.where(own.mask, own.x, jnp.inf), own.y
    found: dict[str, jax.Array] = {}
    for haloes in scene.haloes:
        mass = jnp.where(_counted(scene, haloes, params), params[f"{haloes.prefix}-mass"], 0.0)
        halo_x, halo_y = (params[f"{haloes.prefix}-{name}"] for name in ("x", "y"))
        inside = jnp.hypot(halo_x - x, halo_y - y) < radius
        found[f"{haloes.prefix}-mass_within_theta_E"] = jnp.sum(jnp.where(inside, mass, 0.0))
        if places is not None:
            away = jnp.hypot(halo_x[:, None] - places[0][None, :], halo_y[:, None] - places[1][None, :])
            near = jnp.any(away < NEAR * radius, axis=1)
            found[f"{haloes.prefix}-largest_mass_near_image"] = jnp.max(jnp.where(near, mass, 0.0))
    return found


def _main_images(scene: Scene, params: Params, images: Mapping[str, ImagePositions] | None) -> ImagePositions:
    """The images of the main source."""
    main = main_source(scene.macro)
    if main is not None and main in scene.lensed_points:
        return (images or point_source_images(scene, params))[main]
    return main_source_images(scene.macro, params)


def _counted(scene: Scene, haloes: Haloes, params: Params) -> jax.Array:
    """Which haloes exist and act on the source, (bound,)."""
    if isinstance(haloes, FieldHaloes):
        return plane_of_each(scene, haloes, params) < sum(haloes.planes)
    return shown(haloes, params)
