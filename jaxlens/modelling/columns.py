"""The images of the functions of all bases, and the image that amplitudes make of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
        each = [basis.functions(_values(basis, own), *planes[lens.plane_of(basis)]) for basis in lens.bases]
        return _blurred(lens, jnp.concatenate(each) * area, kernel)

    return _over_exposures(params, shifted(lens, params, data), of_exposure)


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
    n, (bands, exposures) = data.image.shape[-1], data.image.shape[:2]
    masses = lens.moves_rays

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
            _, slope = jax.linearize(partial(_brightness, basis, share), values, *planes[j])
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
        return _blurred(lens, light * pixel_area(PixelMap(*grid)), kernel)

    of_each = jnp.repeat(amplitudes[:, None], exposures, axis=1)
    found = jnp.stack(
        [
            jax.vmap(lambda *each, b=b: of_exposure(_of_band(params, b), _of_band(slopes, b, 1), *each))(
                placed.grid[b], placed.kernel[b], of_each[b]
            )
            for b in range(bands)
        ]
    )
    found = jnp.moveaxis(found, 2, 0)
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
    """Light on sub-pixels (m, n s, n s) blurred by a kernel (k, k) and averaged over pixels, (m, n, n)."""
    light = averaged(light, lens.supersampling // lens.psf_factor)
    return averaged(convolve(light, kernel[None]), lens.psf_factor)


def _of_band(params: Params, band: int, axis: int = 0) -> Params:
    """The parameters of one band: those that differ by band have one axis more than `axis`."""
    return {name: value[..., band] if value.ndim > axis else value for name, value in params.items()}


def _over_exposures(
    params: Params, data: LensData, function: Callable[..., jax.Array], *more: jax.Array
) -> jax.Array:
    """A function of the parameters of a band, a grid and a kernel, for each band and exposure.

    Args:
        params: the parameters of the lens, each () or (bands,).
        data: its images.
        function: of the parameters, the grid, the kernel and what else there is of an exposure.
        *more: what else there is, (bands, exposures, ...).
    """
    bands = [
        jax.vmap(partial(function, _of_band(params, b)))(data.grid[b], data.kernel[b], *(m[b] for m in more))
        for b in range(data.image.shape[0])
    ]
    return jnp.stack(bands)


def _brightness(basis: Basis, amplitudes: jax.Array, values: Params, x: jax.Array, y: jax.Array) -> jax.Array:
    """The surface brightness of a basis with given amplitudes, of the shape of x."""
    each = basis.functions(values, x, y)
    return jnp.tensordot(amplitudes, each, axes=1, precision=jax.lax.Precision.HIGHEST)


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
