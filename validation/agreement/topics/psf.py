"""Blur of images with light at their edges, and stamps of point sources, under every kind of PSF.

`blur_even`, `blur_odd`: `image` (cases, ny, nx), `seeing` and `pixel_scale` in arcsec, and `blurred`.
`stamp`: `seeing`, `pixel_scale`, positions `ra`, `dec` in arcsec and the image (cases, n, n) of a unit
source, for an even (`image_even`) and an odd (`image_odd`) number of pixels.
The groups of `KERNELS`, one for each setting of the numerics: `light` (N, N) on the grid of the
supersampling; `kernel` (k, k), or `fwhm` (image pixels), `beta` and `radius` (of its kernel, in fine
pixels) of a Moffat profile; lenstronomy's `blurred` image (n, n) and `stamped` image of sources of `flux` at
`x`, `y` (pixels from the first pixel's centre).
"""

from __future__ import annotations

import numpy as np
from lenstronomy.Data.pixel_grid import PixelGrid
from lenstronomy.Data.psf import PSF
from lenstronomy.ImSim.Numerics.convolution import MultiGaussianConvolution
from lenstronomy.ImSim.Numerics.numerics import Numerics
from lenstronomy.ImSim.Numerics.point_source_rendering import PointSourceRendering
from lenstronomy.SimulationAPI.data_api import DataAPI
from lenstronomy.Util.kernel_util import kernel_moffat

from validation.agreement.inputs.draws import float32_exact
from validation.agreement.inputs.psf_settings import KERNELS, Setting

# Full width at half maximum of a Gaussian in units of sigma.
FWHM_PER_SIGMA = 2 * np.sqrt(2 * np.log(2))
# From less than a pixel to wider than the image.
SEEING = (0.05, 0.1, 0.25, 0.7, 0.9, 1.3, 2.0, 4.0)
# arcsec along a side of a pixel.
PIXEL_SCALE = (0.05, 0.2, 0.263, 0.396, 1.0)
# Positions in pixels from the center: on centers, corners and edges of pixels.
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
# Rows and columns of the blurred images.
SHAPES = {"blur_even": (14, 18), "blur_odd": (15, 11)}


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Blurs from none to wider than the image, and stamps on, between and beyond the pixels."""
    rng = np.random.default_rng(20260103)
    blurs = {name: _blur(rng, shape) for name, shape in SHAPES.items()}
    stamps = {"stamp": _stamp(np.random.default_rng(20260104))}
    rng = np.random.default_rng(20260105)
    return blurs | stamps | {name: _with_kernel(rng, setting) for name, setting in KERNELS.items()}


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


def _with_kernel(rng: np.random.Generator, setting: Setting) -> dict[str, np.ndarray]:
    """One image of noise that is brightest at two edges, and point sources on it and around it."""
    fine = setting.num_pix * setting.supersampling
    light = rng.exponential(1.0, (fine, fine))
    light[0, :] += 5.0
    light[:, -1] += 10.0 * rng.uniform(size=fine)
    place = np.concatenate([[[3, 5], [4.5, 2.5], [-0.5, 8.0]], rng.uniform(-4, setting.num_pix + 3, (7, 2))])
    x, y, flux = (float32_exact(values) for values in (*place.T, rng.uniform(1, 9, len(place))))
    arrays = {"light": float32_exact(light), "x": x, "y": y, "flux": flux}
    if setting.side is None:
        fwhm, beta = float32_exact(rng.uniform((1.2, 2.0), (2.2, 4.0)))
        radius = round(10 * float(fwhm) * setting.kernel_factor)
        kernel = kernel_moffat(2 * radius + 1, 1.0, fwhm * setting.kernel_factor, beta)
        arrays |= {"fwhm": fwhm, "beta": beta, "radius": np.array(radius)}
    else:
        kernel = _lopsided(rng, setting.side, setting.kernel_factor)
        arrays["kernel"] = kernel
    numerics = _numerics(setting, kernel)
    blurred = numerics.re_size_convolve(arrays["light"].ravel())
    return arrays | {"blurred": blurred, "stamped": numerics.point_source_rendering(x, y, flux)}


def _lopsided(rng: np.random.Generator, side: int, sampled: int) -> np.ndarray:
    """A kernel of unit sum that is like none of its mirror images."""
    y, x = (np.mgrid[:side, :side] - side // 2) / sampled
    kernel = np.exp(-0.5 * ((x - 0.3) ** 2 + (y + 0.5) ** 2 / 2)) * rng.uniform(0.7, 1.3, x.shape)
    kernel[: side // 3] *= 3.0
    return np.asarray(kernel / kernel.sum())


def _numerics(setting: Setting, kernel: np.ndarray) -> Numerics:
    """The Numerics of a setting, on a grid of unit pixels whose first pixel's centre is the origin."""
    grid = PixelGrid(setting.num_pix, setting.num_pix, np.eye(2), 0.0, 0.0)
    psf = PSF(
        "PIXEL", kernel_point_source=kernel.copy(), point_source_supersampling_factor=setting.kernel_factor
    )
    return Numerics(
        grid,
        psf,
        supersampling_factor=setting.supersampling,
        supersampling_convolution=setting.convolution,
        supersampling_kernel_size=setting.supersampling_kernel_size,
        point_source_supersampling_factor=setting.point_factor,
        convolution_kernel_size=setting.convolution_kernel_size,
    )
