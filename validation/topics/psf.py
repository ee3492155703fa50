"""Gaussian blur of images with light at their edges, and stamps of point sources.

`blur`: `image` (cases, ny, nx), `sigma` in pixels, `blurred`.  `stamp`: `seeing`, `pixel_scale`,
positions `ra`, `dec` in arcsec and the image (cases, n, n) of a unit source, for an even
(`image_even`) and an odd (`image_odd`) number of pixels.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.ImSim.Numerics.convolution import MultiGaussianConvolution
from lenstronomy.ImSim.Numerics.point_source_rendering import PointSourceRendering
from lenstronomy.SimulationAPI.data_api import DataAPI

from validation.topics.draws import float32_exact

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
SHAPE = (14, 18)


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Blurs from none to wider than the image, and stamps on, between and beyond the pixels."""
    return {"blur": _blur(np.random.default_rng(20260103)), "stamp": _stamp(np.random.default_rng(20260104))}


def _blur(rng: np.random.Generator) -> dict[str, np.ndarray]:
    seeing = np.array([0.05, 0.1, 0.25, 0.3, 0.7, 0.9, 0.9, 1.2, 2.0, 4.0])
    pixel_scale = np.array([0.263, 0.2, 0.2, 0.05, 0.263, 0.263, 0.1, 0.2, 0.396, 0.263])
    seeing, pixel_scale = float32_exact(seeing), float32_exact(pixel_scale)
    image = rng.exponential(1.0, (len(seeing), *SHAPE))
    image[:, 0, :] += 5.0
    image[:, :, -1] += 20.0 * rng.uniform(size=(len(seeing), SHAPE[0]))
    image = float32_exact(image)
    sigma = seeing / FWHM_PER_SIGMA
    blurred = [_gaussian(s, p).convolution2d(i) for s, p, i in zip(sigma, pixel_scale, image, strict=True)]
    return {"image": image, "seeing": seeing, "pixel_scale": pixel_scale, "blurred": np.array(blurred)}


def _gaussian(sigma: float, pixel_scale: float) -> MultiGaussianConvolution:
    return MultiGaussianConvolution([sigma], [1.0], pixel_scale, truncation=5)


def _stamp(rng: np.random.Generator) -> dict[str, np.ndarray]:
    pixel_scale = np.tile([0.263, 0.1, 0.2], 12)
    cases = len(pixel_scale)
    seeing = rng.uniform(0.05, 1.2, cases)
    # In pixels from the center: exactly on centers and corners, then anywhere up to beyond the edge.
    exact = np.array([[0, 0], [0.5, 0.5], [1, -2], [7.5, 0], [-8, 8], [0.5, -1.5], [10.25, 0], [-7.5, -7.5]])
    place = np.concatenate([exact, rng.uniform(-11, 11, (cases - len(exact), 2))]) * pixel_scale[:, None]
    seeing, pixel_scale, place = map(float32_exact, (seeing, pixel_scale, place))
    arrays = {"seeing": seeing, "pixel_scale": pixel_scale, "ra": place[:, 0], "dec": place[:, 1]}
    for name, num_pix in (("image_even", 16), ("image_odd", 15)):
        rows = zip(seeing, pixel_scale, place, strict=True)
        arrays[name] = np.array([_one_stamp(s, p, xy, num_pix) for s, p, xy in rows])
    return arrays


def _one_stamp(seeing: float, pixel_scale: float, place: np.ndarray, num_pix: int) -> np.ndarray:
    data = DataAPI(
        num_pix,
        pixel_scale=pixel_scale,
        exposure_time=1.0,
        magnitude_zero_point=0.0,
        background_noise=1.0,
        seeing=seeing,
    )
    psf = data.psf_class
    psf.set_pixel_size(pixel_scale)
    rendering = PointSourceRendering(data.data_class, supersampling_factor=1, psf=psf)
    return rendering.point_source_rendering(place[:1], place[1:], np.ones(1))
