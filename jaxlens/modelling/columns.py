"""The images of the functions of all bases, and the image that amplitudes make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.pixel_grid import PixelMap, angles, pixel_area
from jaxlens.imaging.rays import ray_numbers, ray_positions
from jaxlens.kernels.psf.convolution import convolve
from jaxlens.kernels.psf.resampling import averaged
from jaxlens.kernels.types import Pair, Params
from jaxlens.modelling.bases import Basis
from jaxlens.modelling.model import LensData, LensModel


def columns(lens: LensModel, params: Params, data: LensData) -> jax.Array:
    """The image of each function at unit amplitude.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens, each () or (bands,).
        data: the images, of which the grid and the kernels are used.

    Returns:
        Counts/s, (bands, exposures, count, n, n).
    """

    def of_exposure(own: Params, grid: jax.Array, kernel: jax.Array) -> jax.Array:
        planes, area = _rays(lens, own, data.image.shape[-1], grid)
        factor = lens.supersampling // lens.psf_factor
        each = [
            basis.means(_values(basis, own), *planes[lens.plane_of(basis)], factor) for basis in lens.bases
        ]
        return _blurred(lens, jnp.concatenate(each) * area, kernel)

    return _over_images(of_exposure, [params], shifted(lens, params, data))


def shifted(lens: LensModel, params: Params, data: LensData) -> LensData:
    """The images at their places on the sky, of which some are parameters.

    Args:
        lens: the static part of the model.
        params: the parameters of the lens.
        data: its images.

    Returns:
        The images with another grid.
    """
    if not lens.offsets:
        return data
    bands, exposures = [
        list(each) for each in zip(*((o.band, o.exposure) for o in lens.offsets), strict=True)
    ]
    shifts = jnp.stack([jnp.stack([params[name] for name in offset.parameters]) for offset in lens.offsets])
    return data._replace(grid=jnp.asarray(data.grid).at[np.array(bands), np.array(exposures), 4:].add(shifts))


def derivatives(
    lens: LensModel,
    params_of: Callable[[jax.Array], Params],
    u: jax.Array,
    amplitudes: jax.Array,
    data: LensData,
) -> jax.Array:
    """The derivatives of the image in what moves, at fixed amplitudes.

    A mass moves where the rays of all light behind it end, and the numbers of a light profile only its own
    functions; so the slope of the light along x and y is computed once for all masses.

    Args:
        lens: as in `columns`.
        params_of: the parameters of the lens at coordinates u (k,).
        u: the coordinates, (k,).
        amplitudes: of each band, (bands, count).
        data: as in `columns`.

    Returns:
        Counts/s for a unit of u, (k, bands, exposures, n, n).
    """
    params, along = jax.linearize(params_of, u)
    slopes = jax.vmap(along)(jnp.eye(u.size, dtype=u.dtype))
    placed = shifted(lens, params, data)
    n, masses = data.image.shape[-1], lens.moves_rays

    def of_exposure(
        own: Params, slopes: Params, grid: jax.Array, kernel: jax.Array, amplitude: jax.Array
    ) -> jax.Array:
        def rays(some: Params, dx: jax.Array, dy: jax.Array) -> list[Pair]:
            return _rays(lens, {**own, **some}, n, grid.at[4].add(dx).at[5].add(dy))[0]

        zero, unit = jnp.zeros((), grid.dtype), jnp.ones((), grid.dtype)
        moving = {name: own[name] for name in lens.mass_names} if masses.size else {}
        planes, moved = jax.linearize(rays, moving, zero, zero)
        turned = {name: slopes[name][masses] for name in moving}
        rate = jax.vmap(moved, in_axes=(0, None, None))(turned, zero, zero) if moving else []
        resting = jax.tree.map(jnp.zeros_like, moving)
        steps = [moved(resting, unit, zero), moved(resting, zero, unit)] if lens.offsets else []
        light = jnp.zeros((u.size + len(steps), *planes[0][0].shape), u.dtype)
        first = 0
        for basis in lens.bases:
            share, first = amplitude[first : first + basis.count], first + basis.count
            j, moves = lens.plane_of(basis), lens.moves_basis(basis)

            values, still = _values(basis, own), jax.tree.map(jnp.zeros_like, _values(basis, own))
            _, slope = jax.linearize(partial(_of_values, basis, share), values, *planes[j])
            one, none = jnp.ones_like(planes[j][0]), jnp.zeros_like(planes[j][0])
            if (j and moving) or steps:
                along_x, along_y = slope(still, one, none), slope(still, none, one)
            if j and moving:
                light = light.at[masses].add(along_x[None] * rate[j][0] + along_y[None] * rate[j][1])
            for i, step in enumerate(steps):
                light = light.at[u.size + i].add(along_x * step[j][0] + along_y * step[j][1])
            if moves.size:
                changes = {name: slopes[f"{basis.prefix}-{name}"][moves] for name in values}
                own_slope = jax.vmap(slope, in_axes=(0, None, None))
                light = light.at[moves].add(own_slope(changes, none, none))
        light = averaged(light, lens.supersampling // lens.psf_factor) * pixel_area(PixelMap(*grid))
        return _blurred(lens, light, kernel)

    of_each = jnp.repeat(amplitudes[:, None], data.image.shape[1], axis=1)
    found = jnp.moveaxis(_over_images(of_exposure, [params, slopes], placed, of_each), 2, 0)
    return found[: u.size] + _of_offsets(lens, slopes, found[u.size :]) if lens.offsets else found


def _of_offsets(lens: LensModel, slopes: Params, along: jax.Array) -> jax.Array:
    """The changes of the images by the places of the exposures.

    Args:
        lens: the static part of the model.
        slopes: the derivatives of the parameters in u, each (k,) or (k, bands).
        along: the slopes of the images along x and y, (2, bands, exposures, n, n).

    Returns:
        Counts/s for a unit of u, (k, bands, exposures, n, n).
    """
    k = slopes[lens.offsets[0].parameters[0]].size
    rates = jnp.zeros((k, *along.shape[:3]), along.dtype)
    for offset in lens.offsets:
        for axis, name in enumerate(offset.parameters):
            rates = rates.at[:, axis, offset.band, offset.exposure].set(slopes[name])
    return jnp.sum(rates[..., None, None] * along[None], axis=1)


def _blurred(lens: LensModel, light: jax.Array, kernel: jax.Array) -> jax.Array:
    """Light (m, n f, n f) blurred by a kernel (k, k), both at f = `psf_factor` samples a pixel: (m, n, n)."""
    return averaged(convolve(light, kernel[None]), lens.psf_factor)


def _over_images(
    function: Callable[..., jax.Array], numbers: Sequence[Params], data: LensData, *more: jax.Array
) -> jax.Array:
    """A function of each image: one after the other on a CPU, whose cache holds one, and at once elsewhere.

    Args:
        function: of the numbers of a band, the grid, the kernel and what else there is of an image.
        numbers: the parameters of the lens, each () or (bands,), and what else has the names of parameters,
            each with one axis more.
        data: the images; those without a pixel that is used are not computed on a CPU.
        *more: what else there is, (bands, exposures, ...).

    Returns:
        What the function returns, (bands, exposures, ...), 0 for images that are not computed.
    """
    bands, exposures = data.image.shape[:2]
    alike = [{name: v for name, v in own.items() if v.ndim == i} for i, own in enumerate(numbers)]
    differing = [
        {name: jnp.repeat(jnp.moveaxis(v, -1, 0), exposures, axis=0) for name, v in own.items() if v.ndim > i}
        for i, own in enumerate(numbers)
    ]
    arrays = [jnp.reshape(jnp.asarray(a), (-1, *a.shape[2:])) for a in (data.grid, data.kernel, *more)]

    def of_image(own: Sequence[Params], *arrays: jax.Array) -> jax.Array:
        return function(*({**a, **b} for a, b in zip(alike, own, strict=True)), *arrays)

    if bands * exposures == 1:
        found = of_image(*jax.tree.map(lambda a: a[0], (differing, *arrays)))
        return found[None, None]
    used = jnp.any(jnp.reshape(data.weight, (bands * exposures, -1)) > 0.0, axis=1)
    shape = jax.eval_shape(of_image, *jax.tree.map(lambda a: a[0], (differing, *arrays)))

    def in_turn(used: jax.Array, *items: Any) -> jax.Array:
        def one(item: tuple[jax.Array, Any]) -> jax.Array:
            return jax.lax.cond(
                item[0], lambda own: of_image(*own), lambda _: jnp.zeros(shape.shape, shape.dtype), item[1]
            )

        return jax.lax.map(one, (used, items))

    def at_once(used: jax.Array, *items: Any) -> jax.Array:
        return jax.vmap(of_image)(*items)

    found = jax.lax.platform_dependent(used, differing, *arrays, cpu=in_turn, default=at_once)
    return jnp.reshape(found, (bands, exposures, *shape.shape))


def _of_values(basis: Basis, amplitudes: jax.Array, values: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    return basis.brightness(values, amplitudes, x, y)


def _values(basis: Basis, params: Params) -> dict[str, jax.Array]:
    return {name: params[f"{basis.prefix}-{name}"] for name in basis.parameters}


def _rays(lens: LensModel, params: Params, n: int, grid: jax.Array) -> tuple[list[Pair], jax.Array]:
    """Where the rays of the sub-pixels cross each plane, and the area of a pixel (arcsec^2)."""
    fine = n * lens.supersampling
    offsets = (np.arange(fine) - (fine - 1) / 2.0) / lens.supersampling
    axis = jnp.asarray(offsets, grid.dtype)
    i, j = jnp.broadcast_arrays(axis[None, :], axis[:, None])
    pixels = PixelMap(*grid)
    scene = lens.model.scene
    numbers = ray_numbers(scene, params)
    return ray_positions(scene, numbers, *angles(pixels, i, j)), pixel_area(pixels)
