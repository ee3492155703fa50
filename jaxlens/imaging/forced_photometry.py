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

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.epochs import map_epochs, pixel_coordinates
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.optics import unit_profiles, unit_stamps
from jaxlens.imaging.point_sources import point_positions
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.time_delays import arrival_order
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

# The number of images of a transient that are measured, the brightest; deeplenstronomy has columns for four.
MEASURED_IMAGES = 4
# This fraction of the diagonal of S S^T is added to it, so that two images at one place have finite fluxes.
RIDGE = 1e-6
# A GPU's default precision may be TF32.
EXACT = jax.lax.Precision.HIGHEST


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

    positions = pixel_coordinates(scene, params, x, y)

    def of_epoch(own: Params, data: jax.Array, noise: jax.Array) -> tuple[jax.Array, jax.Array]:
        profiles = unit_profiles(scene.optics, own, len(scene.bands), *positions)
        if profiles is not None:
            return _solved_by_axes(*profiles, mask, data, noise)
        stamps = unit_stamps(scene.optics, own, *positions, assets.psf_kernel)
        return _solved(stamps, mask, data, noise)

    flux, covariance = map_epochs(of_epoch, scene, params, residual, sigma)
    return _by_transient(chosen, flux, covariance)


def _solved_by_axes(
    columns: jax.Array, rows: jax.Array, mask: jax.Array, data: jax.Array, noise: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Fluxes (bands, k) and covariances (bands, k, k) of one epoch, whose images are (bands, ny, nx).

    The PSF is the product of `columns` and `rows`, (bands, k, num_pix), so that S S^T is the product of two
    small matrices, and a sum over pixels is one over columns, then over rows.  All is 0 where `mask` is
    False.
    """
    columns = jnp.where(mask[None, :, None], columns, 0.0)
    inverse = _inverse(_dot(columns, columns) * _dot(rows, rows))
    first, second = np.triu_indices(len(mask))
    pairs = columns[:, first] * columns[:, second], rows[:, first] * rows[:, second]
    square = np.zeros((len(mask), len(mask)), int)
    square[first, second] = square[second, first] = np.arange(len(first))
    spread = _sums(noise**2, *pairs)[:, square]
    return _estimates(inverse, _sums(data, columns, rows), spread)


def _sums(image: jax.Array, columns: jax.Array, rows: jax.Array) -> jax.Array:
    """The sums over pixels of an image (bands, ny, nx) times the products of axes, (bands, k)."""
    return jnp.sum(jnp.swapaxes(_dot(image, columns), 1, 2) * rows, axis=-1)


def _solved(
    stamps: jax.Array, mask: jax.Array, data: jax.Array, noise: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """`_solved_by_axes` for any PSF, of stamps (k, bands or 1, ny, nx)."""
    bands = len(data)
    rows = jnp.where(mask[:, None, None], stamps.reshape(*stamps.shape[:2], -1), 0.0)
    rows = jnp.broadcast_to(jnp.swapaxes(rows, 0, 1), (bands, len(mask), rows.shape[-1]))
    scaled = rows * noise.reshape(bands, 1, -1)
    projected = _dot(rows, data.reshape(bands, 1, -1))[..., 0]
    return _estimates(_inverse(_dot(rows, rows)), projected, _dot(scaled, scaled))


def _inverse(normal: jax.Array) -> jax.Array:
    """(S S^T)^-1 of each band, with the ridge; `normal` is S S^T, (bands, k, k)."""
    diagonal = jnp.diagonal(normal, axis1=1, axis2=2)
    # an image outside the picture has no light to measure
    ridge = jnp.where(diagonal > 0.0, RIDGE * diagonal, 1.0)
    return jnp.linalg.inv(normal + ridge[:, :, None] * jnp.eye(normal.shape[1], dtype=normal.dtype)[None])


def _estimates(inverse: jax.Array, projected: jax.Array, spread: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Fluxes (bands, k) from S d, and their covariances (bands, k, k) from S diag(sigma^2) S^T."""
    flux = jnp.einsum("bkl,bl->bk", inverse, projected, precision=EXACT)
    return flux, jnp.einsum("bkl,blm,bmn->bkn", inverse, spread, inverse, precision=EXACT)


def _dot(left: jax.Array, right: jax.Array) -> jax.Array:
    """The sums over the last axis of (bands, k, n) and (bands, l, n), (bands, k, l)."""
    return jax.lax.dot_general(left, right, (((2,), (2,)), ((0,), (0,))), precision=EXACT)


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
