"""What is in the plane of the source, as it would be seen without a lens: its light and its point sources."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.imaging.epochs import first_epoch
from jaxlens.imaging.extended_light import extended_light
from jaxlens.imaging.pixel_grid import pixel_area, pixel_grid
from jaxlens.imaging.point_sources import source_position
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Pair, Params


def source_light(scene: Scene, j: int, params: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """The surface brightness of the light profiles of a plane, without lens and PSF.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        params: the parameters of one system, with the arrays of profiles (see `with_tables`).
        x: arcsec in that plane, (m, m).
        y: the other coordinate, of that shape.

    Returns:
        counts/s/arcsec^2, (1 or bands, m, m).
    """
    own = params if scene.series is None else first_epoch(scene, params)
    rays = [(x[None], y[None])] * len(scene.planes)
    light = extended_light(scene, own, slice(j, j + 1), rays) / pixel_area(pixel_grid(own))
    return jnp.broadcast_to(light, (*light.shape[:-2], *x.shape))


def point_source_positions(scene: Scene, j: int, params: Params) -> dict[str, Pair]:
    """Where the point sources of a plane are, without a lens.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        params: the parameters of one system.

    Returns:
        x and y (arcsec) of each, by its prefix, such as `PLANE_2-OBJECT_2`.
    """
    return {
        point.prefix: source_position(scene, params, j, point)
        for point in scene.planes[j].points
        if point.prefix in scene.lensed_points
    }
