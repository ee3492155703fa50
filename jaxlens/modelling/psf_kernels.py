"""The PSF kernels of the images of a lens: brought to one size and one number of samples a pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.config.unit_sums import unit_sum
from jaxlens.fitting.external_psf import psf_kernel
from jaxlens.kernels.psf import gaussian, moffat
from jaxlens.kernels.psf.resampling import resampled
from jaxlens.simulator.simulator import Simulator


class Kernel(NamedTuple):
    """The PSF of one image.

    Attributes:
        values: of unit sum, (k, k) with k odd.
        factor: its samples along a side of a pixel of the image.
    """

    values: NDArray[np.float64]
    factor: int = 1


def given_kernel(kernel: ArrayLike, factor: int, band: int, bands: int) -> Kernel:
    """The PSF of one band of a kernel that the user gives.

    Args:
        kernel: (k, k) or (bands, k, k), with k odd.
        factor: samples along a side of a pixel.
        band: the index of the band.
        bands: how many bands there are.

    Raises:
        ValueError: as `psf_kernel`, or if `factor` is below 1.
    """
    if factor < 1:
        raise ValueError(f"psf_factor is {factor}; give 1 or more, the pixels of the PSF to one of the image")
    array = psf_kernel(kernel, bands)
    return Kernel(array[band if len(array) > 1 else 0], factor)


def file_kernel(sim: Simulator, band: int, pixel_scale: float) -> Kernel:
    """The PSF of one band as the configuration describes it.

    Args:
        sim: the simulator of the configuration.
        band: the index of the band.
        pixel_scale: arcsec.

    Raises:
        ValueError: if the width of the PSF varies in the configuration.
    """
    optics = sim.scene.optics
    if optics.psf == "NONE":
        return Kernel(np.ones((1, 1)))
    if optics.psf == "PIXEL":
        array = np.asarray(sim.assets.psf_kernel, np.float64)
        return Kernel(unit_sum(array[band if len(array) > 1 else 0]), optics.kernel_factor)
    numbers = {name: _constant(sim, name, band) for name in optics.parameters}
    factor = optics.blur_factor
    fwhm = numbers["seeing"] / pixel_scale * factor
    if optics.psf == "MOFFAT":
        radius = moffat.moffat_radius(fwhm, factor)
        values = moffat.moffat_kernel(jnp.asarray(fwhm), jnp.asarray(numbers["moffat_beta"]), radius)
        return Kernel(unit_sum(np.asarray(values)), factor)
    sigma = fwhm / gaussian.FWHM_PER_SIGMA
    radius = gaussian.blur_radius(sigma)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return Kernel(unit_sum(taps[:, None] * taps), factor)


def _constant(sim: Simulator, name: str, band: int) -> float:
    """The value of a number of the instrument in one band."""
    quantity = dict(sim.config.instrument.quantities)[name]
    draw = quantity.draws[band if quantity.per_band else 0]
    if not draw.is_constant or sim.config.reach(name) != quantity.support():
        raise ValueError(
            f"{name} of the PSF varies in the configuration; give the PSF of the image, as psf= of "
            "read_image, or a constant"
        )
    return float(draw.support()[0])


def common_kernels(kernels: Sequence[Kernel], factor: int) -> list[NDArray[np.float64]]:
    """Kernels with one number of samples a pixel, padded with zeros to one size.

    Args:
        kernels: the kernels.
        factor: samples along a side of a pixel that all are brought to, as lenstronomy's PSF class does.

    Returns:
        Arrays (k, k) of unit sum, k odd.

    >>> small, large = Kernel(np.ones((1, 1))), Kernel(np.full((3, 3), 1 / 9))
    >>> [kernel.shape for kernel in common_kernels([small, large], 1)]
    [(3, 3), (3, 3)]
    """
    found = [
        kernel.values
        if kernel.factor == factor
        else unit_sum(np.asarray(resampled(jnp.asarray(kernel.values), kernel.factor, factor)))
        for kernel in kernels
    ]
    return [padded(array, max(len(each) for each in found)) for array in found]


def padded(array: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """A kernel (k, k) with a border of zeros, (side, side), both odd."""
    return np.pad(array, (side - len(array)) // 2)


def reach(kernel: Kernel, share: float) -> int:
    """The pixels of the image from the centre of a PSF within which a share of its light is, in a square.

    Args:
        kernel: the PSF.
        share: below 1.

    >>> reach(Kernel(np.full((5, 5), 0.04)), 0.99), reach(Kernel(np.full((5, 5), 0.04), 2), 0.99)
    (2, 1)
    """
    half = len(kernel.values) // 2
    inner = (np.sum(kernel.values[half - r : half + r + 1, half - r : half + r + 1]) for r in range(half + 1))
    fine = next((r for r, light in enumerate(inner) if light >= share), half)
    return -(-fine // kernel.factor)
