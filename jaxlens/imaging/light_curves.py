"""The flux of every image of a transient at every epoch."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.imaging.assets import Assets
from jaxlens.imaging.distances import luminosity_distance
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.time_delays import arrival_order, time_delays
from jaxlens.imaging.time_series import Transient
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.transients import TRANSIENTS
from jaxlens.kernels.transients.interpolation import flux_at
from jaxlens.kernels.transients.registry import LightCurve, Sky
from jaxlens.kernels.types import Params


class ImageFluxes(NamedTuple):
    """What the images of one transient show; k slots, in the order of `images`.

    Attributes:
        delays: days behind the image that arrives first, (k,).
        intrinsic: the flux at each image's own time without magnification, maggies, (epochs, bands, k).
        observed: the flux with magnification and microlensing, maggies, (epochs, bands, k).
    """

    delays: jax.Array
    intrinsic: jax.Array
    observed: jax.Array


def image_fluxes(
    scene: Scene, params: Params, transient: Transient, images: ImagePositions | None, assets: Assets
) -> ImageFluxes:
    """The light curves of the images of one transient.

    Image i with the delay dt_i shows at day t the phase t - PEAK - dt_i, divided by 1 + z where the model's
    times are in the rest frame; its flux is multiplied by abs(mu_i), and by the factor of microlensing.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each (), (bands,) or (epochs, bands).
        transient: the transient.
        images: its images; None where it is not lensed, which makes one image.
        assets: the arrays of the configuration, of which passbands and libraries are used.

    Returns:
        The fluxes of its images.
    """
    model = TRANSIENTS[transient.model]
    one = jnp.ones((1,), jnp.result_type(float))
    delays, mu, mask = one - 1.0, one, jnp.ones((1,), bool)
    if images is not None:
        delays = time_delays(scene, params, transient.plane, images)
        mu, mask = jnp.abs(images.magnification), images.mask
    curve = _light_curve(scene, params, transient, assets)
    days = params["day"][:, None, :] - params[transient.peak] - delays[None, :, None]
    phases = days / (1.0 + _redshift(scene, params, transient)) if model.rest_frame else days
    flux = flux_at(curve, phases, cubic=model.cubic, outside=model.outside)  # (epochs, k, bands)
    if transient.noisy:
        flux = flux * 10.0 ** (-0.4 * params[f"{transient.prefix}-NOISE"][:, None, :])
    intrinsic = jnp.swapaxes(flux, 1, 2)
    factor = mu[None, None, :] * _microlensing(transient, params, delays, mask)
    return ImageFluxes(delays, intrinsic, intrinsic * factor)


def _light_curve(scene: Scene, params: Params, transient: Transient, assets: Assets) -> LightCurve:
    """The light curve of a transient without lensing."""
    values = {name: params[f"{transient.prefix}-{name}"] for name in transient.parameters}
    nothing = jnp.zeros((len(scene.bands), 1), jnp.result_type(float))
    wavelength, weight = assets.passbands or (nothing, nothing)
    sky = Sky(
        redshift=_redshift(scene, params, transient),
        distance=luminosity_distance(scene, params, transient.plane),
        wavelength=wavelength,
        weight=weight,
        nights=params["day"][:, 0] - params[transient.peak],
    )
    arrays = (assets.libraries or {}).get(transient.prefix, {})
    return TRANSIENTS[transient.model].light_curve(sky, arrays, **values)


def _redshift(scene: Scene, params: Params, transient: Transient) -> jax.Array:
    """The redshift of a transient, ()."""
    return params[scene.planes[transient.plane].redshift]


def _microlensing(transient: Transient, params: Params, delays: jax.Array, mask: jax.Array) -> jax.Array:
    """The factor of microlensing of each image, by its order of arrival, (1 or epochs, 1, k).

    Images that arrive later than the last one with a factor of its own have the factor 1.
    """
    count, slots = transient.microlensed, len(mask)
    if not count:
        return jnp.ones((1, 1, slots), jnp.result_type(float))
    factors = [jnp.asarray(params[f"{transient.prefix}-MICROLENSING_{k}"]) for k in range(min(count, slots))]
    by_rank = jnp.stack(factors, axis=-1)
    missing = [(0, 0)] * (by_rank.ndim - 1) + [(0, slots - by_rank.shape[-1])]
    by_rank = jnp.pad(by_rank, missing, constant_values=1.0)
    rank = jnp.argsort(arrival_order(delays, mask))
    return jnp.reshape(jnp.take(by_rank, rank, axis=-1), (-1, 1, slots))
