"""The light of extended objects: surface brightness where the rays of the sub-pixels cross each plane."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.copies import Copy, CopyNumbers
from jaxlens.imaging.epochs import first_epoch
from jaxlens.imaging.halo_lensing import halo_lensed_rays
from jaxlens.imaging.photometry import (
    LightNumbers,
    copied_light_numbers,
    copy_brightness,
    light_numbers,
    surface_brightness,
)
from jaxlens.imaging.pixel_grid import PixelGrid, angles, pixel_area, pixel_grid
from jaxlens.imaging.rays import RayNumbers, ray_numbers, ray_positions
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.fastmath.copies import summed_at_once, summed_in_loop
from jaxlens.kernels.fastmath.pixels import Images, of_pixels
from jaxlens.kernels.types import Pair, Params

# Columns of an image are computed in multiples of this number on a CPU: the rest of a row that fills no
# vector register takes as long as a whole one for each of its pixels.  It is the length of an AVX register
# in float32.
VECTOR_LENGTH = 8


def extended_light(
    scene: Scene, params: Params, planes: slice, rays: Sequence[Pair] | None = None
) -> jax.Array:
    """The light profiles of some planes, lensed.

    It is the surface brightness at the centre of each sub-pixel times the area of a whole pixel.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,), with the arrays of profiles.
        planes: which planes.
        rays: where the rays of the sub-pixels cross each plane, where they are known, from `rays_of_image`.

    Returns:
        Counts/s, (1 or bands, N, N) with N = num_pix supersampling.
    """
    numbers = _numbers(scene, params, planes)
    if rays is not None:
        return _light_at_rays(scene, rays, numbers)
    fine = scene.num_pix * scene.supersampling
    columns = -(-fine // VECTOR_LENGTH) * VECTOR_LENGTH

    def whole_vectors(numbers: _Numbers) -> jax.Array:
        on_grid = partial(_light_at, scene, _grid(scene, columns))
        return computed_apart(lambda own: on_grid(own)[0], numbers)[..., :fine]

    return jax.lax.platform_dependent(numbers, cpu=whole_vectors, default=partial(_light_by_plane, scene))


def rays_of_image(scene: Scene, params: Params) -> list[Pair] | None:
    """Where the rays of all sub-pixels cross each plane, arcsec, each (1, N, N); None without haloes.

    Rays through haloes cost more than light, and are computed once for all light.
    """
    if not scene.haloes:
        return None
    x, y = _grid(scene, scene.num_pix * scene.supersampling)
    if scene.series is not None:
        params = first_epoch(scene, params)
    return halo_lensed_rays(scene, params, *angles(pixel_grid(params), x, y))


class _Numbers(NamedTuple):
    """What the light of the pixels depends on: a pytree of arrays () or (bands, 1, 1).

    Attributes:
        grid: where the pixels are.
        rays: of the planes in front of the last one that has light here.
        lights: of the light profiles of some planes, by the plane's index.
        copies: of the objects of some planes that have copies with light, by the plane's index.
    """

    grid: PixelGrid
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
    return _Numbers(pixel_grid(params), ray_numbers(scene, params), lights, copies)


def _light_at(scene: Scene, pixels: Images, numbers: _Numbers) -> Images:
    """The light of some planes, one image, at directions (x, y) in pixels, each (1, N, columns); counts/s."""
    x, y = angles(numbers.grid, *pixels)
    total = jnp.zeros_like(x)
    positions = ray_positions(scene, numbers.rays, x, y)
    for j, own in numbers.lights.items():
        for light, values in zip(scene.planes[j].light, own, strict=True):
            total = total + surface_brightness(scene, light, values, *positions[j])
    for j, each in numbers.copies.items():
        for copied, copies in zip(_bright(scene, j), each, strict=True):
            light_of = partial(_copy_at, scene, copied, positions[j])
            total = total + summed_in_loop(light_of, copies.shown, copies.each)
    return [total * pixel_area(numbers.grid)]


def _copy_at(scene: Scene, copied: Copied, position: tuple[jax.Array, jax.Array], numbers: Copy) -> jax.Array:
    """The surface brightness of one copy where rays cross its plane."""
    return copy_brightness(scene, copied, numbers, *position)


def _bright(scene: Scene, j: int) -> tuple[Copied, ...]:
    """The objects with copies of plane `j` that have light."""
    return tuple(copied for copied in scene.planes[j].copies if copied.light)


def _light_at_rays(scene: Scene, rays: Sequence[Pair], numbers: _Numbers) -> jax.Array:
    """The light of some planes where rays cross them, counts/s."""
    total = jnp.zeros_like(rays[0][0])
    for j, own in numbers.lights.items():
        at_once = partial(_light_of_plane, scene, j)
        forms = {"cpu": partial(computed_apart, at_once), "default": partial(of_pixels, at_once)}
        total = total + jax.lax.platform_dependent(list(rays[j]), own, **forms)[0]
    for j, each in numbers.copies.items():
        for copied, copies in zip(_bright(scene, j), each, strict=True):
            total = total + jax.lax.platform_dependent(
                rays[j],
                copies,
                cpu=partial(_copies_in_loop, scene, copied),
                default=partial(_copies_at_once, scene, copied),
            )
    return total * pixel_area(numbers.grid)


def _light_of_plane(
    scene: Scene, j: int, position: Images, numbers: tuple[LightNumbers, ...]
) -> list[jax.Array]:
    """The surface brightness of the light profiles of a plane where rays cross it, one image."""
    total = jnp.zeros_like(position[0])
    for light, values in zip(scene.planes[j].light, numbers, strict=True):
        total = total + surface_brightness(scene, light, values, *position)
    return [total]


def _copies_in_loop(scene: Scene, copied: Copied, position: Pair, copies: CopyNumbers) -> jax.Array:
    return summed_in_loop(partial(_copy_at, scene, copied, position), copies.shown, copies.each)


def _copies_at_once(scene: Scene, copied: Copied, position: Pair, copies: CopyNumbers) -> jax.Array:
    return summed_at_once(partial(_copy_of_pixels, scene, copied, position), copies.shown, copies.each)


def _light_by_plane(scene: Scene, numbers: _Numbers) -> jax.Array:
    """`_light_at` for a GPU, whose derivative is one pass over the pixels for each plane."""
    grid = _grid(scene, scene.num_pix * scene.supersampling)
    total = jnp.zeros_like(grid[0])
    for j, own in numbers.lights.items():
        of_plane = _Numbers(numbers.grid, numbers.rays.up_to(j), {j: own}, {})
        total = total + of_pixels(partial(_light_at, scene), grid, of_plane)[0]
    for j, each in numbers.copies.items():
        place = numbers.grid, numbers.rays.up_to(j)
        rays = of_pixels(partial(_rays_at, scene), grid, place)
        for copied, copies in zip(_bright(scene, j), each, strict=True):
            light_of = partial(_copy_of_pixels, scene, copied, rays)
            total = total + summed_at_once(light_of, copies.shown, copies.each) * pixel_area(numbers.grid)
    return total


def _rays_at(scene: Scene, pixels: Images, place: tuple[PixelGrid, RayNumbers]) -> Images:
    """Where the rays at directions in pixels cross the last plane that they reach: x and y, arcsec."""
    grid, rays = place
    return list(ray_positions(scene, rays, *angles(grid, *pixels))[-1])


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
