"""The PSF corrected at the images of a quasar, which are stars that all show it.

What remains at the images is the error of the kernel times their fluxes.  The correction D of the kernel's
coefficients C is the most probable one,

    minimise  sum over pixels ((r - sum_i F_i S_i D) w)^2 + D P^-1 D,   P = s (1 + G) s / 2,

with the residuals r of everything but the quasar and the given kernel, the fluxes F_i, S_i what shifts a
kernel to image i (`spline_stamp`), and G a correlation that falls as a Gaussian.  So all images are stacked
at their own sub-pixel places, each with the weight of its pixels.  Its prior s is a share of the kernel,
smoothed: where a star has little light, noise does not become PSF.  Half of its variance is alike in
neighbours, so that many faint pixels of the wings say together what none of them can.  Chen et al. (2016,
MNRAS 462, 3457) correct the PSF at lensed quasars in this spirit, by the mean of their residuals.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from scipy import ndimage
from scipy.sparse.linalg import LinearOperator, cg

from jaxlens.kernels.psf.spline_stamps import MARGIN, spline_coefficients, spline_kernel, spline_response
from jaxlens.modelling.model import LensData

# The standard deviation of the error of a kernel over the kernel.
RELATIVE_ERROR = 0.3
# That where the kernel has no light, over its largest value.
LEAST_ERROR = 1e-3
# Pixels of the image by which the kernel is smoothed for it.
SMOOTHING = 0.7
# Pixels of the image: the standard deviation of the Gaussian whose square is the correlation of neighbours.
CORRELATION = 1.5
# Steps of the solution by conjugate gradients, and the relative residual at which it ends.
MAX_STEPS, SOLVED = 200, 1e-4


class PointSources(NamedTuple):
    """Point sources in one image.

    Attributes:
        x: their places, in pixels from the centre of the first pixel, (images,).
        y: the other coordinate.
        flux: counts/s, (images,).
    """

    x: np.ndarray
    y: np.ndarray
    flux: np.ndarray


class Shifts:
    """What shifts a kernel to each point source: light = sum F_i rows_i . C . columns_i^T."""

    def __init__(self, points: PointSources, num_pix: int, side: int, factor: int) -> None:
        """The matrices of the shifts.

        Args:
            points: the sources.
            num_pix: pixels along a side of the image.
            side: coefficients along a side of the kernel.
            factor: samples of the kernel along a pixel.
        """
        self.flux = np.asarray(points.flux, np.float64)
        self.rows, self.columns = (
            [np.asarray(spline_response(jnp.asarray(p), num_pix, side, factor), np.float64) for p in places]
            for places in (points.y, points.x)
        )

    def light(self, coefficients: np.ndarray, power: int = 1) -> np.ndarray:
        """The image (n, n) of a kernel's coefficients (side, side), each source times F^power."""
        each = zip(self.flux, self.rows, self.columns, strict=True)
        return sum((f**power * (a @ coefficients @ b.T) for f, a, b in each), start=np.zeros(()))

    def stacked(self, image: np.ndarray, power: int = 1) -> np.ndarray:
        """The transpose of `light`: an image (n, n) stacked at the sources, (side, side)."""
        each = zip(self.flux, self.rows, self.columns, strict=True)
        return sum((f**power * (a.T @ image @ b) for f, a, b in each), start=np.zeros(()))


def corrected_kernel(
    kernel: np.ndarray,
    given: np.ndarray,
    residual: np.ndarray,
    weight: np.ndarray,
    points: PointSources,
    factor: int,
    symmetry: int = 1,
) -> np.ndarray:
    """The kernel that the point sources show.

    Args:
        kernel: the kernel with which the residuals were made, of unit sum, (k, k).
        given: the kernel about which the correction has its prior, (k, k).
        residual: data minus model, counts/s, (n, n).
        weight: 1 / sigma of each pixel, 0 where it is not used, (n, n).
        points: the point sources.
        factor: samples of the kernel along a pixel.
        symmetry: 1, or 2 or 4 if the correction is the mean over turns by 180 or by 90 degrees.

    Returns:
        The new kernel, (k, k), of unit sum and without negative values.
    """
    first = spline_coefficients(given)
    shifts = Shifts(points, len(residual), len(first), factor)
    # all of the light of the sources that the given kernel does not make
    target = residual + shifts.light(spline_coefficients(kernel) - first)
    spread = np.pad(_prior(given, factor), MARGIN, mode="edge") * np.sqrt(0.5)
    variance = np.square(weight)

    def correction_of(z: np.ndarray) -> np.ndarray:
        alone, alike = z.reshape(2, *spread.shape)
        return spread * (alone + _alike(alike, factor))

    def transposed(change: np.ndarray) -> np.ndarray:
        return np.stack([spread * change, _alike(spread * change, factor)]).ravel()

    def normal(z: np.ndarray) -> np.ndarray:
        return z + transposed(shifts.stacked(variance * shifts.light(correction_of(z))))

    operator = LinearOperator((2 * spread.size,) * 2, matvec=normal, dtype=np.float64)
    z, _ = cg(operator, transposed(shifts.stacked(variance * target)), rtol=SOLVED, maxiter=MAX_STEPS)
    correction = _symmetric(spline_kernel(correction_of(z)), symmetry)
    found = np.maximum(given + _centred(correction, given), 0.0)
    return found / np.sum(found)


def kernel_variance(
    residual: np.ndarray, weight: np.ndarray, points: PointSources, side: int, factor: int
) -> np.ndarray:
    """The variance of the kernel from the scatter of the images about it, beyond the noise.

    The mean of F^2 S V over the images is r^2 - sigma^2; as the kernel is the mean of I images, the scatter
    is I / (I - 1) times as large as what is left of it.

    Args:
        residual: data minus model with the corrected kernel, counts/s, (n, n).
        weight: 1 / sigma of each pixel, 0 where it is not used, (n, n).
        points: the point sources, two or more.
        side: pixels along a side of the kernel.
        factor: samples of the kernel along a pixel.

    Returns:
        The variance of each sample of the kernel, (side, side), whose `light_variance` adds to the noise.
    """
    shifts = Shifts(points, len(residual), side, factor)
    used = weight > 0.0
    noise = np.divide(1.0, np.square(weight), out=np.zeros_like(weight), where=used)
    certain = np.square(np.square(weight))
    excess = shifts.stacked(certain * (np.square(residual) - noise), power=2)
    norm = shifts.stacked(certain * shifts.light(np.ones((side, side)), power=2), power=2)
    images = len(points.flux)
    share = images / (images - 1.0) if images > 1 else 1.0
    smooth = (ndimage.gaussian_filter(a, SMOOTHING * factor) for a in (excess, norm))
    excess, norm = smooth
    seen = norm > 1e-12 * np.max(norm)
    return share * np.maximum(np.divide(excess, norm, out=np.zeros_like(norm), where=seen), 0.0)


def light_variance(variance: np.ndarray, points: PointSources, num_pix: int, factor: int) -> np.ndarray:
    """The variance of an image by that of its kernel: sum_i F_i^2 S_i V, (n, n).

    Args:
        variance: of each sample of the kernel, (k, k).
        points: the point sources.
        num_pix: pixels along a side of the image.
        factor: samples of the kernel along a pixel.
    """
    return Shifts(points, num_pix, len(variance), factor).light(variance, power=2)


def with_variance(data: LensData, variance: np.ndarray) -> LensData:
    """The images with a variance added to that of the noise.

    Args:
        data: the images.
        variance: (counts/s)^2, (bands, exposures, n, n).
    """
    weight = np.asarray(data.weight)
    return data._replace(weight=weight / np.sqrt(1.0 + np.square(weight) * variance))


def _prior(kernel: np.ndarray, factor: int) -> np.ndarray:
    """The standard deviation of the error of each sample, (k, k)."""
    smooth = ndimage.gaussian_filter(np.maximum(kernel, 0.0), SMOOTHING * factor, mode="constant")
    return RELATIVE_ERROR * smooth + LEAST_ERROR * np.max(kernel)


def _alike(z: np.ndarray, factor: int) -> np.ndarray:
    """White noise of unit variance made alike in neighbours, and of unit variance still; it is symmetric."""
    width = CORRELATION * factor
    smooth = ndimage.gaussian_filter(z, width, mode="constant")
    return np.asarray(smooth * (2.0 * np.sqrt(np.pi) * width))


def _symmetric(kernel: np.ndarray, symmetry: int) -> np.ndarray:
    """The mean over turns by 360 degrees / symmetry."""
    if symmetry not in (1, 2, 4):
        raise ValueError(f"the symmetry of the PSF is {symmetry}; give 1, 2 (180 degrees) or 4 (90 degrees)")
    return np.mean([np.rot90(kernel, turn * 4 // symmetry) for turn in range(symmetry)], axis=0)


def _centred(correction: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """A correction without its part that moves the kernel, which is a change of all positions."""
    slopes = np.stack([slope.ravel() for slope in np.gradient(kernel)])
    shift = np.linalg.lstsq(slopes.T, correction.ravel(), rcond=None)[0]
    return correction - (shift @ slopes).reshape(correction.shape)
