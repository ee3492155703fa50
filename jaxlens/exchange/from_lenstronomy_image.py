"""The sections IMAGE and SURVEY from lenstronomy's data, PSF and numerics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE
from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import Image, by_band, is_nothing, shared
from jaxlens.exchange.from_lenstronomy_files import Files
from jaxlens.exchange.lenstronomy_optics import TRUNCATION

# Differences of pixels, in units of a pixel, that are rounding.
_ROUNDING = 1e-9
# The numerics that are read, with lenstronomy's defaults.
_NUMERICS: Mapping[str, Any] = {
    "supersampling_factor": 1,
    "compute_mode": "regular",
    "supersampling_convolution": False,
    "supersampling_kernel_size": 5,
    "point_source_supersampling_factor": None,
    "convolution_kernel_size": None,
}
# Those that say how lenstronomy computes, and change no image.
_IDLE = ("convolution_type",)


def image_sections(images: Sequence[Image], files: Files, exact: bool) -> dict[str, Any]:
    """IMAGE and SURVEY.

    Args:
        images: the arguments of each band.
        files: where PSF kernels are written.
        exact: whether the deflections of haloes are computed without approximation.

    Raises:
        ExchangeError: for pixels, noise, PSF or numerics that jaxlens has not.
    """
    image: dict[str, Any] = {
        "numPix": shared(images, "the number of pixels", [_num_pix(one) for one in images]),
        **_pixels(images),
        "exposure_time": by_band(images, [_number(one, "exposure_time", 1.0) for one in images]),
        "background_noise": by_band(images, [_number(one, "background_rms", 0.0) for one in images]),
        **_numerics(images),
    }
    psf, seeing = _psf(images, files)
    survey = {
        "BANDS": ",".join(one.band for one in images),
        "magnitude_zero_point": by_band(images, [one.zero_point for one in images]),
        "num_exposures": 1,
    }
    if exact:
        image["halo_tolerance"] = 0
    return {"IMAGE": {"PARAMETERS": image | psf}, "SURVEY": {"PARAMETERS": survey | seeing}}


def _num_pix(image: Image) -> int:
    """Pixels along a side."""
    data = image.data
    shape = np.shape(data["image_data"]) if "image_data" in data else (data.get("ny"), data.get("nx"))
    ny, nx = shape if len(shape) == 2 else (None, None)
    if ny is None or nx is None:
        raise ExchangeError(
            f"{image.band}: kwargs_data has no image_data of two axes, nor nx and ny; give one"
        )
    if ny != nx:
        raise ExchangeError(f"{image.band}: the image has {ny} x {nx} pixels; give a square one")
    return int(nx)


def _pixels(images: Sequence[Image]) -> dict[str, Any]:
    """pixel_scale, or the six numbers of a map for pixels that are not along x and y about the origin."""
    grids = [_grid(one) for one in images]
    matrix, middle = shared(images, "the pixel grid", grids)
    scale = matrix[0]
    off = max(abs(scale - matrix[3]), abs(matrix[1]), abs(matrix[2]), *map(abs, middle))
    if scale > 0.0 and off <= _ROUNDING * scale:
        return {PIXEL_SCALE: scale}
    return dict(zip(PIXEL_MAP, (*matrix, *middle), strict=True))


def _grid(image: Image) -> tuple[list[float], list[float]]:
    """transform_pix2angle, row by row, and the middle of the image, arcsec."""
    data, n = image.data, _num_pix(image)
    for key in ("ra_shift", "dec_shift", "phi_rot", "antenna_primary_beam", "flux_scaling"):
        if data.get(key) not in (None, 0, 0.0) and not (key == "flux_scaling" and data[key] == 1):
            raise ExchangeError(f"{image.band}: kwargs_data has {key}, which jaxlens has not; leave it out")
    matrix = np.asarray(data.get("transform_pix2angle", np.eye(2)), np.float64)
    first = np.array([data.get("ra_at_xy_0", 0.0), data.get("dec_at_xy_0", 0.0)], np.float64)
    middle = first + matrix @ np.full(2, (n - 1) / 2.0)
    return matrix.ravel().tolist(), middle.tolist()


def _number(image: Image, key: str, default: float) -> float:
    """A number of the noise, the same in all pixels."""
    if not is_nothing(image.data.get("noise_map")):
        raise ExchangeError(
            f"{image.band}: kwargs_data has a noise_map, which jaxlens has not; give background_rms and "
            "exposure_time"
        )
    value = image.data.get(key)
    array = np.asarray(default if value is None else value, np.float64)
    if np.ptp(array) != 0.0:
        raise ExchangeError(f"{image.band}: {key} differs between pixels; give one number")
    return float(array.ravel()[0])


def _numerics(images: Sequence[Image]) -> dict[str, Any]:
    """How the PSF is applied."""
    found: dict[str, Any] = {}
    for image in images:
        for key, value in image.numerics.items():
            if key in (*_NUMERICS, *_IDLE) or is_nothing(value):
                continue
            if not (key == "truncation_conv" and value == TRUNCATION):
                raise ExchangeError(
                    f"{image.band}: kwargs_numerics has {key}, which jaxlens has not; leave it out"
                )
    for key, default in _NUMERICS.items():
        found[key] = shared(images, key, [one.numerics.get(key, default) for one in images])
    if found["compute_mode"] != "regular":
        raise ExchangeError(f"compute_mode is {found['compute_mode']}; jaxlens has regular")
    factor, is_pixel = int(found["supersampling_factor"]), images[0].psf.get("psf_type") == "PIXEL"
    numerics: dict[str, Any] = {"supersampling_factor": factor}
    if found["supersampling_convolution"] and factor > 1:
        numerics["supersampling_convolution"] = True
        if is_pixel:
            size = found["supersampling_kernel_size"]
            numerics["supersampling_kernel_size"] = _largest(images) if size is None else int(size)
    if is_pixel and found["convolution_kernel_size"] is not None:
        numerics["convolution_kernel_size"] = int(found["convolution_kernel_size"])
    points = found["point_source_supersampling_factor"]
    numerics["point_source_supersampling_factor"] = int(points or (_kernel_factor(images) if is_pixel else 1))
    return numerics


def _largest(images: Sequence[Image]) -> int:
    """An odd number of pixels, as many as the largest kernel has or more."""
    return 2 * (max(len(one.psf["kernel_point_source"]) for one in images) // 2) + 1


def _kernel_factor(images: Sequence[Image]) -> int:
    """The number of a kernel's pixels along one side of an image pixel."""
    key = "point_source_supersampling_factor"
    return int(shared(images, key, [one.psf.get(key, 1) or 1 for one in images]))


def _psf(images: Sequence[Image], files: Files) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys of IMAGE and those of SURVEY about the PSF."""
    kind = shared(images, "psf_type", [one.psf.get("psf_type", "NONE") for one in images])
    if kind == "NONE":
        return {"psf_type": "NONE"}, {}
    if kind == "GAUSSIAN":
        for image in images:
            if image.psf.get("truncation", TRUNCATION) != TRUNCATION:
                raise ExchangeError(
                    f"{image.band}: the Gaussian PSF ends at {image.psf['truncation']} sigma, and jaxlens's "
                    "at "
                    f"{TRUNCATION}; give truncation: {TRUNCATION}"
                )
        return {"psf_type": "GAUSSIAN"}, {
            "seeing": by_band(images, [float(one.psf["fwhm"]) for one in images])
        }
    if kind != "PIXEL":
        raise ExchangeError(f"psf_type is {kind}; give GAUSSIAN, PIXEL or NONE")
    kernels = [_kernel(one) for one in images]
    named = by_band(images, kernels)
    if isinstance(named, dict):
        paths: Any = {band: _file(files, f"psf_{band}", kernel) for band, kernel in named.items()}
    else:
        paths = _file(files, "psf", named)
    return {
        "psf_type": "PIXEL",
        "kernel_point_source": paths,
        "kernel_supersampling_factor": _kernel_factor(images),
    }, {}


def _kernel(image: Image) -> np.ndarray:
    kernel = np.asarray(image.psf["kernel_point_source"], np.float64)
    if kernel.ndim != 2 or not all(length % 2 for length in kernel.shape):
        raise ExchangeError(
            f"{image.band}: kernel_point_source has the shape {kernel.shape}; give an odd number of pixels "
            "along "
            "both axes, so that one is in the middle"
        )
    if (
        image.psf.get("kernel_point_source_normalisation", True) is False
        and abs(kernel.sum() - 1.0) > _ROUNDING
    ):
        raise ExchangeError(
            f"{image.band}: kernel_point_source has the sum {kernel.sum():g}, and jaxlens's kernels have 1; "
            "divide "
            "it by its sum, and amplitudes by it"
        )
    return kernel


def _file(files: Files, name: str, kernel: np.ndarray) -> object:
    return files.array(name, kernel)
