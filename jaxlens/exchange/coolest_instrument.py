"""The instrument and the exposure of a system in COOLEST's terms: PSF, noise, and what it cannot hold.

One exposure of COOLEST stands for all of a file: its time is the sum, and its read noise that of as many.

    noise of a file                      COOLEST
    read_noise and sky_brightness        InstrumentalNoise
    background_noise                     DrizzledNoise, with the exposure time of each pixel
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxlens.config.model import Config, Configuration, Instrument
from jaxlens.exchange.coolest_template import Pixels
from jaxlens.exchange.errors import ExchangeError
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.optics import PSF_KERNEL
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.psf.gaussian import FWHM_PER_SIGMA, blur_radius
from jaxlens.kernels.psf.moffat import moffat_kernel, moffat_radius

# The parameters of one system on the host, each () or (bands,).
Values = Mapping[str, np.ndarray]
# The keys of IMAGE that say how an image is computed, with their defaults; COOLEST has no words for them.
NUMERICS: Mapping[str, Any] = {
    "supersampling_factor": 1,
    "supersampling_convolution": False,
    "supersampling_kernel_size": 5,
    "convolution_kernel_size": None,
    "point_source_supersampling_factor": 1,
    "point_source": "interpolated",
    "shot_noise": "gaussian",
}
# The cosmological parameters that COOLEST has.
COSMOLOGY = ("H0", "Om0")
# Parameters of a cosmology on which angles do not depend.
_WITHOUT_EFFECT = ("Ob0",)


def in_band(params: Values, name: str, band: int) -> float:
    """The value of a parameter in a band.

    Args:
        params: the parameters of one system.
        name: the name of the parameter.
        band: the index of the band.
    """
    value = np.asarray(params[name])
    return float(value[band] if value.ndim else value)


def problems_of_kind(config: Config, configuration: Configuration, scene: Scene) -> Iterator[str]:
    """What a configuration has that no template holds, whatever its numbers.

    Args:
        config: the configuration file.
        configuration: its configuration.
        scene: the static part of it.
    """
    if scene.series is not None:
        yield "TIMESERIES: COOLEST has one exposure; give a configuration without"
    if scene.haloes:
        yield "SUBSTRUCTURE or LINE_OF_SIGHT: COOLEST has no lists of haloes; give a configuration without"
    if scene.backgrounds:
        yield "BACKGROUNDS: a template has simulated light only; leave them out"
    for label, source in configuration.noise:
        yield f"{label} is {source.name}; noises of COOLEST are Gaussian, so leave it out"
    if scene.adu:
        yield "data_count_unit is ADU; images of COOLEST are in electrons/s, so give e-"
    others = [name for name, _ in config.cosmology if name not in (*COSMOLOGY, *_WITHOUT_EFFECT)]
    if others:
        yield f"the cosmology has {', '.join(others)}; COOLEST has FlatLambdaCDM with H0 and Om0 only"


def numerics_out(instrument: Instrument, has_kernel: bool) -> dict[str, Any]:
    """The keys of IMAGE that say how an image is computed, where they are not what they are by default.

    Args:
        instrument: IMAGE and SURVEY.
        has_kernel: whether the PSF is a kernel in COOLEST, which is integrated over no pixel.
    """
    own = instrument.numerics
    values = {
        "supersampling_factor": instrument.supersampling_factor,
        "point_source": "interpolated" if has_kernel else instrument.point_source,
        "shot_noise": instrument.shot_noise,
        "supersampling_convolution": own.supersampling_convolution,
        "supersampling_kernel_size": own.supersampling_kernel_size,
        "convolution_kernel_size": own.convolution_kernel_size,
        "point_source_supersampling_factor": own.point_source_supersampling_factor,
    }
    return {name: value for name, value in values.items() if value != NUMERICS[name]}


def psf_out(
    scene: Scene, params: Values, assets: Assets, band: int, pixel_size: float, as_pixels: bool
) -> float | np.ndarray | None:
    """The PSF in one band.

    Args:
        scene: the static part of the configuration.
        params: the parameters of the system.
        assets: its arrays, of which the kernel of psf_type PIXEL is used.
        band: the index of the band.
        pixel_size: the side of a pixel, arcsec.
        as_pixels: whether a PSF that has a formula in COOLEST, or is none, is a kernel too.

    Returns:
        The full width at half maximum of a Gaussian (pixels), a kernel (k, k) with the columns of the image,
        or None.

    Raises:
        ExchangeError: if points and extended light have kernels on different grids.
    """
    optics = scene.optics
    if optics.psf == "NONE":
        return np.ones((1, 1)) if as_pixels else None
    if optics.psf == "PIXEL":
        # a system's own kernel is (k, k), or one for each band
        kernel = np.asarray(params[PSF_KERNEL] if optics.own_kernel else assets.psf_kernel)
        return kernel if kernel.ndim == 2 else kernel[min(band, len(kernel) - 1)]
    width = in_band(params, "seeing", band) / pixel_size
    if optics.psf == "GAUSSIAN":
        return _gaussian(width / FWHM_PER_SIGMA) if as_pixels else width
    has_points = bool(scene.stars) or any(plane.points for plane in scene.planes)
    if has_points and optics.blur_factor != optics.point_factor:
        found = (
            f"psf_type is MOFFAT on sub-pixels, {optics.blur_factor} along a side of a pixel for galaxies "
        )
        raise ExchangeError(
            f"{found}and {optics.point_factor} for points; a kernel of COOLEST is one for both"
        )
    fine, beta = width * optics.blur_factor, in_band(params, "moffat_beta", band)
    radius = moffat_radius(fine, optics.blur_factor)
    return np.asarray(moffat_kernel(jnp.asarray(fine), jnp.asarray(beta), radius))


def kernel_factor(scene: Scene) -> int:
    """Pixels of the kernel of `psf_out` along a side of a pixel of the image."""
    optics = scene.optics
    return {"PIXEL": optics.kernel_factor, "MOFFAT": optics.blur_factor}.get(optics.psf, 1)


def _gaussian(sigma: float) -> np.ndarray:
    """The kernel of a Gaussian blur, whose standard deviation is `sigma` pixels, (k, k)."""
    radius = max(blur_radius(sigma), 1)
    taps = np.exp(-0.5 * np.square(np.arange(-radius, radius + 1) / sigma))
    return np.outer(taps, taps) / np.sum(taps) ** 2


def noise_out(
    scene: Scene, params: Values, band: int, image: Pixels, sigma: np.ndarray | None
) -> tuple[str, dict[str, Any]]:
    """The noise in one band: the name of its class in COOLEST, and its values.

    Args:
        scene: the static part of the configuration.
        params: the parameters of the system.
        band: the index of the band.
        image: the image of this band, whose place that of other images is.
        sigma: the standard deviation of each pixel, electrons/s, (y, x) in COOLEST's axes, for a NoiseMap.
    """
    if sigma is not None:
        return "NoiseMap", {"noise_map": Pixels(sigma, image.x, image.y)}
    if not scene.background_given:
        shot = ("with_readout_noise", "with_sky_shot_noise", "with_target_shot_noise")
        return "InstrumentalNoise", dict.fromkeys(shot, True)
    times = np.full(image.array.shape, exposure_out(params, band))
    values = {"background_rms": in_band(params, "background_noise", band)}
    return "DrizzledNoise", {**values, "wht_map": Pixels(times, image.x, image.y)}


def exposure_out(params: Values, band: int) -> float:
    """The time of all exposures, s."""
    return in_band(params, "exposure_time", band) * in_band(params, "num_exposures", band)


def readout_out(params: Values, band: int) -> float:
    """The read noise of all exposures together, electrons; 0 where the background's noise is given."""
    if "read_noise" not in params:
        return 0.0
    return in_band(params, "read_noise", band) * math.sqrt(in_band(params, "num_exposures", band))
