"""The pixels, the exposure, the PSF and the numerics of a scene as lenstronomy's."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxlens.exchange.errors import ExchangeError
from jaxlens.imaging.assets import Assets
from jaxlens.imaging.noise import background_sigma
from jaxlens.imaging.optics import PSF_KERNEL
from jaxlens.imaging.pixel_grid import PixelMap, pixel_grid, pixel_scale
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.psf.moffat import moffat_kernel, moffat_radius
from jaxlens.kernels.types import Params

# Where lenstronomy cuts a Gaussian PSF, in units of its standard deviation, as jaxlens does.
TRUNCATION = 5


def data_arguments(scene: Scene, params: Params, b: int) -> dict[str, Any]:
    """The arguments of lenstronomy's ImageData: pixels, background noise and exposure, with an empty image.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system at one epoch, each () or (bands,).
        b: the number of the band.
    """
    n = scene.num_pix
    matrix, middle = _pixels(params)
    first = middle - matrix @ np.full(2, (n - 1) / 2.0)
    exposure = of_band(params["exposure_time"], b) * of_band(params["num_exposures"], b)
    return {
        "image_data": np.zeros((n, n)),
        "ra_at_xy_0": float(first[0]),
        "dec_at_xy_0": float(first[1]),
        "transform_pix2angle": matrix,
        "background_rms": of_band(background_sigma(scene, params), b),
        # counts times this are photons
        "exposure_time": exposure * (of_band(params["ccd_gain"], b) if scene.adu else 1.0),
    }


def _pixels(params: Params) -> tuple[np.ndarray, np.ndarray]:
    """The matrix from pixels to angles, arcsec (2, 2), and where the middle of the image is, (2,)."""
    grid = pixel_grid(params)
    if not isinstance(grid, PixelMap):
        return np.eye(2) * float(grid), np.zeros(2)
    xx, xy, yx, yy, x, y = map(float, grid)
    return np.array([[xx, xy], [yx, yy]]), np.array([x, y])


def psf_arguments(scene: Scene, params: Params, assets: Assets, b: int) -> dict[str, Any]:
    """The arguments of lenstronomy's PSF.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system at one epoch, each () or (bands,).
        assets: the arrays of the configuration, of which the kernel of psf_type PIXEL is used.
        b: the number of the band.

    Raises:
        ExchangeError: for a Moffat PSF on two grids, of which lenstronomy has one.
    """
    optics = scene.optics
    if optics.psf == "NONE":
        return {"psf_type": "NONE"}
    if optics.psf == "GAUSSIAN":
        width = {"fwhm": of_band(params["seeing"], b), "pixel_size": float(pixel_scale(params))}
        return {"psf_type": "GAUSSIAN", "truncation": TRUNCATION} | width
    if optics.psf == "MOFFAT":
        return _moffat(scene, params, b)
    shared = params[PSF_KERNEL] if optics.own_kernel else assets.psf_kernel
    assert shared is not None, "psf_type PIXEL has a kernel"
    kernels = np.asarray(shared, np.float64)
    kernels = kernels[None] if kernels.ndim == 2 else kernels
    return _pixel(kernels[min(b, len(kernels) - 1)], optics.kernel_factor)


def _moffat(scene: Scene, params: Params, b: int) -> dict[str, Any]:
    """A Moffat PSF, which lenstronomy has as a kernel."""
    factors = scene.optics.blur_factor, scene.optics.point_factor
    has_points = bool(scene.stars) or any(plane.points for plane in scene.planes)
    if has_points and factors[0] != factors[1]:
        raise ExchangeError(
            f"a Moffat PSF blurs on {factors[0]} and stamps point sources on {factors[1]} sub-pixels a "
            "pixel, and "
            f"lenstronomy's kernel is on one grid; give point_source_supersampling_factor: {factors[0]}"
        )
    fwhm = of_band(params["seeing"], b) / float(pixel_scale(params)) * factors[0]
    beta = of_band(params["moffat_beta"], b)
    kernel = moffat_kernel(jnp.asarray(fwhm), jnp.asarray(beta), moffat_radius(fwhm, factors[0]))
    return _pixel(np.asarray(kernel, np.float64), factors[0])


def _pixel(kernel: np.ndarray, factor: int) -> dict[str, Any]:
    return {
        "psf_type": "PIXEL",
        "kernel_point_source": kernel,
        "point_source_supersampling_factor": factor,
    }


def numerics_arguments(scene: Scene) -> dict[str, Any]:
    """The arguments of lenstronomy's Numerics."""
    optics = scene.optics
    return {
        "supersampling_factor": scene.supersampling,
        "supersampling_convolution": optics.blur_factor > 1 and optics.psf != "NONE",
        "supersampling_kernel_size": optics.supersampling_kernel_size,
        "point_source_supersampling_factor": optics.point_factor,
        "convolution_kernel_size": optics.convolution_kernel_size,
        "compute_mode": "regular",
    }


def of_band(value: Any, b: int) -> float:
    """A parameter () or (bands,) in band number `b`."""
    array = np.asarray(value, np.float64)
    return float(array if array.ndim == 0 else array[min(b, len(array) - 1)])
