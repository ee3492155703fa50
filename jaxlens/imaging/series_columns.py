"""The quantities of a time series that are written to the metadata beside the parameters."""

from __future__ import annotations

from collections.abc import Mapping

import jax
import jax.numpy as jnp

from jaxlens.imaging.epochs import epoch_counts
from jaxlens.imaging.forced_photometry import Measured, measured_slots
from jaxlens.imaging.light_curves import ImageFluxes
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params

# The magnitude of what has no flux, as in deeplenstronomy.
NO_LIGHT = 99.0


def series_quantities(
    scene: Scene,
    params: Params,
    images: Mapping[str, ImagePositions],
    light_curves: Mapping[str, ImageFluxes],
) -> dict[str, jax.Array]:
    """Magnitudes, phases and delays of each transient at each epoch.

    In deeplenstronomy's names: `magnitude` is that of the first image to arrive, without magnification,
    `magnitude_shift_j` that of image j; `tdshift_j` is its phase in days of the observer, day - PEAK - dt_j.
    Ours: `time_delay_j`, dt_j, and `magnification_j`, its absolute value.  A magnitude is 99 where there is
    no light; the delay and the magnification of an image that does not exist are 0.

    Args:
        scene: the static part of the configuration, a time series.
        params: the parameters of one system.
        images: the images of every lensed point source.
        light_curves: the fluxes of every transient.

    Returns:
        By name: () or (epochs, bands).
    """
    assert scene.series is not None
    found: dict[str, jax.Array] = {}
    for transient in scene.series.transients:
        prefix, curve = transient.prefix, light_curves[transient.prefix]
        slots, mask = measured_slots(images.get(prefix), curve.delays)
        intrinsic = jnp.where(mask, curve.intrinsic[..., slots], 0.0)
        delays = jnp.where(mask, curve.delays[slots], 0.0)
        magnification = jnp.where(mask, _magnifications(images.get(prefix))[slots], 0.0)
        found[f"{prefix}-peaknite"] = params[transient.peak]
        for k in range(len(slots)):
            shift = f"_shift_{k}" if k else ""
            found[f"{prefix}-magnitude{shift}"] = _magnitude(intrinsic[..., k])
            found[f"{prefix}-tdshift_{k}"] = params["day"] - params[transient.peak] - delays[k]
            found[f"{prefix}-time_delay_{k}"] = delays[k]
            found[f"{prefix}-magnification_{k}"] = magnification[k]
    return found


def _magnifications(images: ImagePositions | None) -> jax.Array:
    """The absolute magnification of each image, (slots,); 1 of the only image of what is not lensed."""
    return jnp.ones((1,), jnp.result_type(float)) if images is None else jnp.abs(images.magnification)


def measured_quantities(
    scene: Scene, params: Params, measured: Mapping[str, Measured]
) -> dict[str, jax.Array]:
    """The measured fluxes of each transient, from `forced_photometry`, by name.

    `forced_flux_k` and `forced_flux_error_k` of each image, `forced_flux` and `forced_flux_error` of all
    together, in counts/s; in deeplenstronomy's names `magnitude_measured` and `magnitude_measured_shift_k`
    are the magnitudes of the first and of later images, magnified, and 99 where the flux is not positive.

    Args:
        scene: the static part of the configuration, a time series.
        params: the parameters of one system.
        measured: the measured fluxes by prefix.

    Returns:
        By name: (epochs, bands).
    """
    found: dict[str, jax.Array] = {}
    for prefix, one in measured.items():
        found[f"{prefix}-forced_flux"], found[f"{prefix}-forced_flux_error"] = one.blend, one.blend_error
        unit = epoch_counts(scene, params, jnp.ones((*one.blend.shape, 1), one.blend.dtype))[..., 0]
        for k in range(one.flux.shape[-1]):
            shift = f"_shift_{k}" if k else ""
            found[f"{prefix}-forced_flux_{k}"] = one.flux[..., k]
            found[f"{prefix}-forced_flux_error_{k}"] = one.error[..., k]
            found[f"{prefix}-magnitude_measured{shift}"] = _magnitude(one.flux[..., k] / unit)
    return found


def _magnitude(maggies: jax.Array) -> jax.Array:
    """The AB magnitude of a flux in maggies."""
    positive = maggies > 0.0
    return jnp.where(positive, -2.5 * jnp.log10(jnp.where(positive, maggies, 1.0)), NO_LIGHT)
