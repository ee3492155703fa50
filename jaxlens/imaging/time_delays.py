"""When the images of a lensed source arrive."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.imaging.halo_lensing import halo_lensed_times
from jaxlens.imaging.rays import light_travel_times
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params


def time_delays(scene: Scene, params: Params, j: int, images: ImagePositions) -> jax.Array:
    """The delay of each image behind the one that arrives first.

    It is the light travel time of lenstronomy's `arrival_time`, through all planes of the scene.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the source's plane.
        images: the images of the source.

    Returns:
        Days in the observer's frame, (slots,); 0 where there is no image, NaN where `images` is NaN.
    """
    travel = halo_lensed_times if scene.has_haloes_in_front(j) else light_travel_times
    times = travel(scene, params, j, images.x, images.y)
    first = jnp.argmin(jnp.where(images.mask, times, jnp.inf))
    # the compiler may round the two terms differently, so the difference of the first is not always 0
    later = images.mask & (jnp.arange(len(times)) != first)
    return jnp.where(later | jnp.isnan(images.x), times - times[first], 0.0)


def source_delays(scene: Scene, params: Params, images: Mapping[str, ImagePositions]) -> dict[str, jax.Array]:
    """The delays of the images of every lensed point source, as `time_delays` gives them.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        images: the images of every lensed point source, by its prefix.

    Returns:
        Days in the observer's frame by prefix, each (slots,).
    """
    return {
        point.prefix: time_delays(scene, params, j, images[point.prefix])
        for j, plane in enumerate(scene.planes)
        for point in plane.points
        if point.prefix in images
    }


def arrival_order(delays: jax.Array, mask: jax.Array) -> jax.Array:
    """The order of arrival: the slot of the image that arrives k-th, for each k, (slots,).

    Args:
        delays: days, (slots,).
        mask: which slots hold an image, (slots,); the others come last.
    """
    return jnp.argsort(jnp.where(mask, jax.lax.stop_gradient(delays), jnp.inf))
