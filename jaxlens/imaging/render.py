"""From the parameters of one system to its image without noise.

Everything here is for a single system: params maps a name to () or (bands,).  The batch axis is added in
`jaxlens.simulator.batched`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp

from jaxlens.imaging.assets import NO_ASSETS, Assets
from jaxlens.imaging.epochs import (
    blurred_epochs,
    first_epoch,
    point_light_epochs,
    transient_fluxes,
    without_missing,
)
from jaxlens.imaging.extended_light import extended_light, rays_of_image
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.optics import blur
from jaxlens.imaging.point_sources import point_source_images, point_source_light
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.validity import validity_factor
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Pair, Params


def render(scene: Scene, params: Params, assets: Assets = NO_ASSETS) -> jax.Array:
    """The image without noise.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        assets: the arrays of the configuration: the kernel of psf_type PIXEL and the arrays of profiles.

    Returns:
        Counts/s, (bands, num_pix, num_pix); of a time series (epochs, bands, num_pix, num_pix).  All pixels
        are NaN where `validity_factor` is.
    """
    params = with_tables(scene, params, assets)
    return render_with(scene, params, point_source_images(scene, params), assets)


def render_with(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    assets: Assets = NO_ASSETS,
    light_curves: Mapping[str, ImageFluxes] | None = None,
) -> jax.Array:
    """`render` with image positions that are already known.

    Args:
        scene: as in `render`.
        params: as in `render`, with the arrays of profiles (see `with_tables`).
        images: the images of every lensed point source, from `point_source_images`.
        assets: as in `render`.
        light_curves: the fluxes of every transient, where they are known, from `transient_fluxes`.

    Returns:
        As `render`.
    """
    light = _blurred_light(scene, params, slice(None), assets, rays_of_image(scene, params))
    points = _point_light(scene, params, images, assets, light_curves)
    return _defined(scene, params, light + points)


def render_planes(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    assets: Assets = NO_ASSETS,
    light_curves: Mapping[str, ImageFluxes] | None = None,
) -> jax.Array:
    """The parts that add up to the image of `render_with`.

    They are the light of the lens, of the source, and of point sources.  The source is the last of several
    planes; the light of all other planes counts as the lens's.

    Args:
        scene: as in `render_with`.
        params: as in `render_with`.
        images: as in `render_with`.
        assets: as in `render_with`.
        light_curves: as in `render_with`.

    Returns:
        Counts/s, (3, bands, num_pix, num_pix); of a time series (3, epochs, bands, num_pix, num_pix).
    """
    source = max(1, len(scene.planes) - 1)
    rays = rays_of_image(scene, params)
    shown = slice(source), slice(source, None)
    parts = [_blurred_light(scene, params, part, assets, rays) for part in shown]
    parts.append(_point_light(scene, params, images, assets, light_curves))
    shape = (*scene.image_shape[:-3], *parts[0].shape[-3:])
    return jnp.stack([_defined(scene, params, jnp.broadcast_to(part, shape)) for part in parts])


def render_static(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions], assets: Assets = NO_ASSETS
) -> jax.Array:
    """The images of a time series without its transients.

    Args:
        scene: as in `render_with`; a time series.
        params: as in `render_with`.
        images: as in `render_with`.
        assets: as in `render_with`.

    Returns:
        Counts/s, (epochs, bands, num_pix, num_pix).
    """
    light = _blurred_light(scene, params, slice(None), assets, rays_of_image(scene, params))
    points = point_light_epochs(scene, params, images, {}, assets)
    return _defined(scene, params, light + points)


def _defined(scene: Scene, params: Params, images: jax.Array) -> jax.Array:
    """Images that are zero at epochs that are not observed, and NaN where `validity_factor` is."""
    seen = images if scene.series is None else without_missing(scene, params, images)
    return seen * validity_factor(scene, params)


def _point_light(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    assets: Assets,
    light_curves: Mapping[str, ImageFluxes] | None,
) -> jax.Array:
    """The light of point sources, counts/s, (bands, n, n) or (epochs, bands, n, n)."""
    if scene.series is None:
        return point_source_light(scene, params, images, assets)
    if light_curves is None:
        light_curves = transient_fluxes(scene, params, images, assets)
    return point_light_epochs(scene, params, images, light_curves, assets)


def _blurred_light(
    scene: Scene, params: Params, planes: slice, assets: Assets, rays: Sequence[Pair] | None
) -> jax.Array:
    """The light profiles of some planes, lensed and blurred by the PSF, counts/s.

    (bands, n, n); of a time series (epochs or 1, bands, n, n).  `rays` are those of `rays_of_image`.
    """
    if scene.series is not None:
        light = extended_light(scene, first_epoch(scene, params), planes, rays)
        return blurred_epochs(scene, params, light, assets)
    light = blur(scene.optics, params, extended_light(scene, params, planes, rays), assets.psf_kernel)
    return jnp.broadcast_to(light, (len(scene.bands), scene.num_pix, scene.num_pix))
