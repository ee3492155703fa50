"""Gaussian blur of images with light at their edges, and stamps of point sources.

`blur_even`, `blur_odd`: `image` (cases, ny, nx), `seeing` and `pixel_scale` in arcsec, and `blurred`.
`stamp`: `seeing`, `pixel_scale`, positions `ra`, `dec` in arcsec and the image (cases, n, n) of a unit
source, for an even (`image_even`) and an odd (`image_odd`) number of pixels.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.ImSim.Numerics.convolution import MultiGaussianConvolution
from lenstronomy.ImSim.Numerics.point_source_rendering import PointSourceRendering
from lenstronomy.SimulationAPI.data_api import DataAPI

from validation.topics.draws import float32_exact

FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
# From less than a pixel to wider than the image.
SEEING = (0.05, 0.1, 0.25, 0.7, 0.9, 1.3, 2.0, 4.0)
PIXEL_SCALE = (0.05, 0.2, 0.263, 0.396, 1.0)
EXACT = (
    (0, 0),
    (0.5, 0.5),
    (1, -2),
    (7.5, 0),
    (-8, 8),
    (0.5, -1.5),
    (10.25, 0),
    (-7.5, -7.5),
    (7, 7),
    (-8.5, 3),
)
SHAPES = {"blur_even": (14, 18), "blur_odd": (15, 11)}


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Blurs from none to wider than the image, and stamps on, between and beyond the pixels."""
    rng = np.random.default_rng(20260103)
    blurs = {name: _blur(rng, shape) for name, shape in SHAPES.items()}
    return blurs | {"stamp": _stamp(np.random.default_rng(20260104))}


def _blur(rng: np.random.Generator, shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """Every seeing with every pixel scale, on images of noise that are brightest at their edges."""
    grid = np.meshgrid(SEEING, PIXEL_SCALE)
    seeing, pixel_scale = (float32_exact(values.ravel()) for values in grid)
    image = rng.exponential(1.0, (len(seeing), *shape))
    image[:, 0, :] += 5.0
    image[:, :, -1] += 20.0 * rng.uniform(size=(len(seeing), shape[0]))
    image = float32_exact(image)
    sigma = seeing / FWHM_PER_SIGMA
    blurred = [_gaussian(s, p).convolution2d(i) for s, p, i in zip(sigma, pixel_scale, image, strict=True)]
    return {"image": image, "seeing": seeing, "pixel_scale": pixel_scale, "blurred": np.array(blurred)}


def _gaussian(sigma: float, pixel_scale: float) -> MultiGaussianConvolution:
    return MultiGaussianConvolution([sigma], [1.0], pixel_scale, truncation=5)


def _stamp(rng: np.random.Generator) -> dict[str, np.ndarray]:
    pixel_scale = np.tile([0.263, 0.1, 0.2, 0.05, 0.5], 16)
    cases = len(pixel_scale)
    seeing = np.concatenate([np.full(10, 0.05), np.full(5, 3.0), rng.uniform(0.05, 1.5, cases - 15)])
    # In pixels from the center: on centers, corners and edges of pixels, then anywhere up to beyond the edge.
    place = np.concatenate([np.tile(EXACT, (2, 1)), rng.uniform(-11, 11, (cases - 2 * len(EXACT), 2))])
    place *= pixel_scale[:, None]
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
