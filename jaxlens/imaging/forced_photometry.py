"""What is measured of each transient in an image with noise: fluxes at known positions, with the known PSF.

The fluxes f_k of the images of all transients are fitted together to the image without the rest of the scene,
d = image - lens - host - other point sources, by least squares,

    f = (S S^T)^-1 S d,     var f = M diag(sigma^2) M^T  with  M = (S S^T)^-1 S,

where the rows of S are the PSF at the position of each image.  It is what a survey measures with a perfect
template; images that are closer than the PSF have large errors that cancel in their sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.epochs import first_epoch, map_epochs, pixel_coordinates, psf_moves
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.optics import unit_stamps
from jaxlens.imaging.point_sources import point_positions
from jaxlens.imaging.scene import Assets, Scene
from jaxlens.imaging.time_delays import arrival_order
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

# The number of images of a transient that are measured, the brightest; deeplenstronomy has columns for four.
MEASURED_IMAGES = 4
# This fraction of the diagonal of S S^T is added to it, so that two images at one place have finite fluxes.
RIDGE = 1e-6


class Measured(NamedTuple):
    """Measured fluxes of one transient; its images in order of arrival.

    Attributes:
        flux: counts/s, (epochs, bands, images).
        error: their standard deviation.
        blend: the sum over the images, (epochs, bands).
        blend_error: its standard deviation, with the correlations of the images.
    """

    flux: jax.Array
    error: jax.Array
    blend: jax.Array
    blend_error: jax.Array


def measured_slots(images: ImagePositions | None, delays: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The slots of the images that are measured: the brightest, by arrival.

    Args:
        images: the images of a transient, brightest first; None where it is not lensed.
        delays: days, (slots,).

    Returns:
        Slots, and whether each holds an image, both (at most MEASURED_IMAGES,).
    """
    if images is None:
        return jnp.zeros((1,), int), jnp.ones((1,), bool)
    count = min(MEASURED_IMAGES, len(delays))
    order = arrival_order(delays[:count], images.mask[:count])
    return order, images.mask[:count][order]


def forced_photometry(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    light_curves: Mapping[str, ImageFluxes],
    residual: jax.Array,
    sigma: jax.Array,
    assets: Assets,
) -> dict[str, Measured]:
    """The measured fluxes of every transient, by its prefix.

    Args:
        scene: the static part of the configuration, a time series.
        params: the parameters of one system.
        images: the images of every lensed point source.
        light_curves: the fluxes of every transient.
        residual: the observed images without the rest of the scene, counts/s, (epochs, bands, ny, nx).
        sigma: the standard deviation of their noise, of that shape.
        assets: the arrays of the configuration, of which the kernel of psf_type PIXEL is used.

    Returns:
        The fluxes with their errors.
    """
    chosen = {p: measured_slots(images.get(p), curve.delays) for p, curve in light_curves.items()}
    if not chosen:
        return {}
    places = {p: (x, y) for p, _, x, y in point_positions(scene, params, images)}
    x, y = (jnp.concatenate([places[p][axis][s] for p, (s, _) in chosen.items()]) for axis in (0, 1))
    mask = jnp.concatenate([mask for _, mask in chosen.values()])

    def of_epoch(own: Params, data: jax.Array, noise: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jax.tree.map(
            lambda a: a[0], _solve(_stamps(scene, own, x, y, assets), mask, data[None], noise[None])
        )

    if psf_moves(scene):
        flux, covariance = map_epochs(of_epoch, scene, params, residual, sigma)
    else:
        stamps = _stamps(scene, first_epoch(scene, params), x, y, assets)
        flux, covariance = _solve(stamps, mask, residual, sigma)
    return _by_transient(chosen, flux, covariance)


def _stamps(scene: Scene, own: Params, x: jax.Array, y: jax.Array, assets: Assets) -> jax.Array:
    """The PSF at each position (arcsec), (k, bands or 1, ny, nx)."""
    pixel_x, pixel_y = pixel_coordinates(scene, own, x, y)
    return unit_stamps(scene.optics, own, pixel_x, pixel_y, assets.psf_kernel)


def _solve(
    stamps: jax.Array, mask: jax.Array, data: jax.Array, noise: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Fluxes (epochs, bands, k) and covariances (epochs, bands, k, k); both are 0 where `mask` is False.

    The stamps are the same in all epochs of `data` and `noise`, (epochs, bands, ny, nx).
    """
    k, bands = len(mask), data.shape[1]
    rows = jnp.where(mask[:, None, None], stamps.reshape(k, stamps.shape[1], -1), 0.0)
    rows = jnp.swapaxes(rows, 0, 1)  # (bands or 1, k, pixels)
    exact = jax.lax.Precision.HIGHEST
    normal = jnp.einsum("bkp,blp->bkl", rows, rows, precision=exact)
    diagonal = jnp.diagonal(normal, axis1=1, axis2=2)
    # an image outside the picture has no light to measure
    ridge = jnp.where(diagonal > 0.0, RIDGE * diagonal, 1.0)
    inverse = jnp.linalg.inv(normal + ridge[:, :, None] * jnp.eye(k, dtype=normal.dtype)[None])
    inverse = jnp.broadcast_to(inverse, (bands, k, k))
    rows = jnp.broadcast_to(rows, (bands, *rows.shape[1:]))
    projected = _products(data, rows)
    flux = jnp.einsum("bkl,ebl->ebk", inverse, projected, precision=exact)
    first, second = np.triu_indices(k)
    spread = _products(noise**2, rows[:, first] * rows[:, second])
    square = np.zeros((k, k), int)
    square[first, second] = square[second, first] = np.arange(len(first))
    covariance = jnp.einsum("bkl,eblm,bmn->ebkn", inverse, spread[..., square], inverse, precision=exact)
    return flux, covariance


def _products(images: jax.Array, rows: jax.Array) -> jax.Array:
    """The sums over pixels of images (epochs, bands, ny, nx) times rows (bands, k, pixels).

    They are (epochs, bands, k).
    """
    # with the bands in front XLA's CPU compiler multiplies matrices, which is several times faster
    by_band = jnp.swapaxes(images.reshape(*images.shape[:2], -1), 0, 1)
    exact = jax.lax.Precision.HIGHEST
    return jnp.swapaxes(
        jax.lax.dot_general(by_band, rows, (((2,), (2,)), ((0,), (0,))), precision=exact), 0, 1
    )


def _by_transient(
    chosen: Mapping[str, tuple[jax.Array, jax.Array]], flux: jax.Array, covariance: jax.Array
) -> dict[str, Measured]:
    """The fluxes (epochs, bands, k) and covariances (epochs, bands, k, k) of all, taken apart."""
    found, start = {}, 0
    for prefix, (slots, _) in chosen.items():
        own = slice(start, start + len(slots))
        block = covariance[..., own, own]
        error = jnp.sqrt(jnp.diagonal(block, axis1=-2, axis2=-1))
        total = jnp.sqrt(jnp.sum(block, axis=(-2, -1)))
        found[prefix] = Measured(flux[..., own], error, jnp.sum(flux[..., own], axis=-1), total)
        start += len(slots)
    return found
