"""Where the rays of the images end, how much they are magnified, and how long their light travels."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.imaging.distances import plane_distances
from jaxlens.imaging.lens_planes import plane_potential
from jaxlens.imaging.rays import lens_of, mass_groups, ray_numbers, ray_positions
from jaxlens.kernels.lensing.rays import arrival_time, bounded_determinant, rays_and_jacobian
from jaxlens.kernels.types import Pair, Params
from jaxlens.modelling.quasars.model import QuasarModel


class ImageRays(NamedTuple):
    """The rays of the images in the source plane.

    Attributes:
        beta: where they end, arcsec, each (images,).
        jacobian: A_xx, A_xy, A_yx and A_yy of A = d beta / d theta, each (images,).
    """

    beta: Pair
    jacobian: tuple[jax.Array, jax.Array, jax.Array, jax.Array]

    @property
    def magnification(self) -> jax.Array:
        """abs(mu) of each image, (images,)."""
        return 1.0 / jnp.abs(bounded_determinant(*self.jacobian))


def image_rays(quasar: QuasarModel, params: Params) -> ImageRays:
    """The rays at the positions of the images.

    Args:
        quasar: the static part of the model.
        params: the parameters of the lens.
    """
    scene = quasar.model.scene
    numbers = ray_numbers(scene, params)
    x, y = quasar.positions(params)

    def rays(x: jax.Array, y: jax.Array) -> Pair:
        return ray_positions(scene, numbers, x, y)[quasar.plane]

    return ImageRays(*rays_and_jacobian(rays, x, y))


def travel_times(quasar: QuasarModel, params: Params) -> jax.Array:
    """The light travel times of the images, all from the one place of the source.

    By Fermat's principle a time is stationary at an image.  So with the source at its common place an error
    of a position counts only in its square, where the end of the image's own ray would make it count in the
    first power (Birrer & Treu 2019, MNRAS 489, 2097).

    Args:
        quasar: the static part of the model.
        params: the parameters of the lens and of the cosmology.

    Returns:
        Days, up to a number that all have in common, (images,).
    """
    scene, last = quasar.model.scene, quasar.plane
    x, y = quasar.positions(params)
    rays = ray_positions(scene, ray_numbers(scene, params), x, y)[:last]
    potentials = [
        plane_potential(*lens_of(scene, params, i), *rays[i], mass_groups(scene, params, i))
        for i in range(last)
    ]
    end_x, end_y = quasar.source(params)
    end = jnp.broadcast_to(end_x, x.shape), jnp.broadcast_to(end_y, y.shape)
    return arrival_time([*rays, end], potentials, *plane_distances(scene, params))
