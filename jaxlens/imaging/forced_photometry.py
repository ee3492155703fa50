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

from jaxlens.imaging.epochs import first_epoch, map_epochs, psf_moves
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.optics import stamped
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
        return jax.vmap(_solve, (1, None, 0, 0))(_stamps(scene, own, x, y, assets), mask, data, noise)

    if psf_moves(scene):
        flux, covariance = map_epochs(of_epoch, scene, params, residual, sigma)
    else:
        own = first_epoch(scene, params)
        flux, covariance = jax.vmap(lambda d, s: of_epoch(own, d, s))(residual, sigma)
    return _by_transient(chosen, flux, covariance)


def _stamps(scene: Scene, own: Params, x: jax.Array, y: jax.Array, assets: Assets) -> jax.Array:
    """The PSF at each position (arcsec) in each band, (k, bands, ny, nx)."""
    first_pixel = -(scene.num_pix - 1) / 2.0
    pixel_x, pixel_y = (v / own["pixel_scale"] - first_pixel for v in (x, y))
    ones = jnp.broadcast_to(jnp.eye(len(x), dtype=x.dtype)[:, None], (len(x), len(scene.bands), len(x)))
    return jax.vmap(lambda flux: stamped(scene.optics, own, flux, pixel_x, pixel_y, assets.psf_kernel))(ones)


def _solve(
    stamps: jax.Array, mask: jax.Array, data: jax.Array, noise: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Fluxes (k,) and their covariance (k, k) in one band; both are zero where `mask` is False."""
    rows = jnp.where(mask[:, None], stamps.reshape(len(mask), -1), 0.0)
    exact = jax.lax.Precision.HIGHEST
    normal = jnp.matmul(rows, rows.T, precision=exact)
    diagonal = jnp.diagonal(normal)
    # an image outside the picture has no light to measure
    ridge = jnp.where(diagonal > 0.0, RIDGE * diagonal, 1.0)
    weights = jnp.linalg.solve(normal + jnp.diag(ridge), rows)
    scaled = weights * noise.reshape(1, -1)
    flux = jnp.matmul(weights, data.reshape(-1), precision=exact)
    return flux, jnp.matmul(scaled, scaled.T, precision=exact)


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
