"""From the parameters of one system to its image without noise.

Everything here is for a single system: params maps a name to () or (bands,).  The batch axis is added in
`jaxlens.simulator.batched`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.assets import NO_ASSETS, Assets
from jaxlens.imaging.copies import Copy, CopyNumbers
from jaxlens.imaging.epochs import (
    blurred_epochs,
    first_epoch,
    point_light_epochs,
    transient_fluxes,
    without_missing,
)
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.optics import blur
from jaxlens.imaging.photometry import (
    LightNumbers,
    copied_light_numbers,
    copy_brightness,
    light_numbers,
    surface_brightness,
)
from jaxlens.imaging.point_sources import point_source_images, point_source_light
from jaxlens.imaging.rays import RayNumbers, ray_numbers, ray_positions
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied
from jaxlens.imaging.tables import with_tables
from jaxlens.imaging.validity import validity_factor
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.fastmath.copies import summed_at_once, summed_in_loop
from jaxlens.kernels.fastmath.pixels import Images, of_pixels
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

# Columns of an image are computed in multiples of this number on a CPU: the rest of a row that fills no
# vector register takes as long as a whole one for each of its pixels.  It is the length of an AVX register
# in float32.
VECTOR_LENGTH = 8


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
    light = _blurred_light(scene, params, slice(None), assets)
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
    parts = [_blurred_light(scene, params, part, assets) for part in (slice(source), slice(source, None))]
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
    light = _blurred_light(scene, params, slice(None), assets)
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


def _blurred_light(scene: Scene, params: Params, planes: slice, assets: Assets) -> jax.Array:
    """The light profiles of some planes, lensed and blurred by the PSF, counts/s.

    (bands, n, n); of a time series (epochs or 1, bands, n, n).
    """
    if scene.series is not None:
        light = _extended_light(scene, first_epoch(scene, params), planes)
        return blurred_epochs(scene, params, light, assets)
    light = blur(scene.optics, params, _extended_light(scene, params, planes), assets.psf_kernel)
    return jnp.broadcast_to(light, (len(scene.bands), scene.num_pix, scene.num_pix))


def _extended_light(scene: Scene, params: Params, planes: slice) -> jax.Array:
    """The light profiles of some planes, lensed: (1 or bands, N, N) with N = num_pix supersampling.

    It is the surface brightness at the centre of each sub-pixel times the area of a whole pixel, counts/s.
    """
    numbers = _numbers(scene, params, planes)
    fine = scene.num_pix * scene.supersampling
    columns = -(-fine // VECTOR_LENGTH) * VECTOR_LENGTH

    def whole_vectors(numbers: _Numbers) -> jax.Array:
        on_grid = partial(_light_at, scene, _grid(scene, columns))
        return computed_apart(lambda own: on_grid(own)[0], numbers)[..., :fine]

    return jax.lax.platform_dependent(numbers, cpu=whole_vectors, default=partial(_light_by_plane, scene))


class _Numbers(NamedTuple):
    """What the light of the pixels depends on: a pytree of arrays () or (bands, 1, 1).

    Attributes:
        pixel_scale: the side of a pixel, arcsec.
        rays: of the planes in front of the last one that has light here.
        lights: of the light profiles of some planes, by the plane's index.
        copies: of the objects of some planes that have copies with light, by the plane's index.
    """

    pixel_scale: jax.Array
    rays: RayNumbers
    lights: dict[int, tuple[LightNumbers, ...]]
    copies: dict[int, tuple[CopyNumbers, ...]]


def _numbers(scene: Scene, params: Params, planes: slice) -> _Numbers:
    """What the light of some planes depends on."""
    shown = range(len(scene.planes))[planes]
    lights = {
        j: tuple(light_numbers(scene, params, light) for light in scene.planes[j].light)
        for j in shown
        if scene.planes[j].light
    }
    copies = {
        j: tuple(copied_light_numbers(scene, params, copied) for copied in _bright(scene, j))
        for j in shown
        if _bright(scene, j)
    }
    return _Numbers(params["pixel_scale"], ray_numbers(scene, params), lights, copies)


def _light_at(scene: Scene, pixels: Images, numbers: _Numbers) -> Images:
    """The light of some planes, one image, at directions (x, y) in pixels, each (1, N, columns); counts/s."""
    x, y = (direction * numbers.pixel_scale for direction in pixels)
    total = jnp.zeros_like(x)
    positions = ray_positions(scene, numbers.rays, x, y)
    for j, own in numbers.lights.items():
        for light, values in zip(scene.planes[j].light, own, strict=True):
            total = total + surface_brightness(scene, light, values, *positions[j])
    for j, each in numbers.copies.items():
        for copied, copies in zip(_bright(scene, j), each, strict=True):
            light_of = partial(_copy_at, scene, copied, positions[j])
            total = total + summed_in_loop(light_of, copies.shown, copies.each)
    return [total * numbers.pixel_scale**2]


def _copy_at(scene: Scene, copied: Copied, position: tuple[jax.Array, jax.Array], numbers: Copy) -> jax.Array:
    """The surface brightness of one copy where rays cross its plane."""
    return copy_brightness(scene, copied, numbers, *position)


def _bright(scene: Scene, j: int) -> tuple[Copied, ...]:
    """The objects with copies of plane `j` that have light."""
    return tuple(copied for copied in scene.planes[j].copies if copied.light)


def _light_by_plane(scene: Scene, numbers: _Numbers) -> jax.Array:
    """`_light_at` for a GPU, whose derivative is one pass over the pixels for each plane."""
    grid = _grid(scene, scene.num_pix * scene.supersampling)
    total = jnp.zeros_like(grid[0])
    for j, own in numbers.lights.items():
        of_plane = _Numbers(numbers.pixel_scale, numbers.rays.up_to(j), {j: own}, {})
        total = total + of_pixels(partial(_light_at, scene), grid, of_plane)[0]
    for j, each in numbers.copies.items():
        place = numbers.pixel_scale, numbers.rays.up_to(j)
        rays = of_pixels(partial(_rays_at, scene), grid, place)
        for copied, copies in zip(_bright(scene, j), each, strict=True):
            light_of = partial(_copy_of_pixels, scene, copied, rays)
            total = total + summed_at_once(light_of, copies.shown, copies.each) * numbers.pixel_scale**2
    return total


def _rays_at(scene: Scene, pixels: Images, place: tuple[jax.Array, RayNumbers]) -> Images:
    """Where the rays at directions in pixels cross the last plane that they reach: x and y, arcsec."""
    pixel_scale, rays = place
    return list(ray_positions(scene, rays, *(direction * pixel_scale for direction in pixels))[-1])


def _copy_of_pixels(scene: Scene, copied: Copied, rays: Images, numbers: Copy) -> jax.Array:
    """The surface brightness of one copy, whose derivative is one pass over the pixels."""

    def at_rays(rays: Images, numbers: Copy) -> Images:
        return [copy_brightness(scene, copied, numbers, *rays)]

    return of_pixels(at_rays, rays, numbers)[0]


def _grid(scene: Scene, columns: int) -> tuple[jax.Array, jax.Array]:
    """Sub-pixel centres in pixels from the image's centre: x and y, each (1, N, columns).

    N is num_pix supersampling; `columns`, N or more, may reach beyond the image.
    """
    fine = scene.num_pix * scene.supersampling
    offsets = (np.arange(columns) - (fine - 1) / 2.0) / scene.supersampling
    axis = jnp.asarray(offsets, jnp.result_type(float))
    x, y = jnp.broadcast_arrays(jnp.reshape(axis, (1, 1, -1)), jnp.reshape(axis[:fine], (1, -1, 1)))
    return x, y
