"""Simulators with a PSF that the user gives as an array of pixels, such as the image of a star."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from jaxlens.config.unit_sums import sum_problem, unit_sum
from jaxlens.files.fits import as_floats
from jaxlens.fitting.image_checks import pixel_count
from jaxlens.imaging.own_pixels import with_kernel
from jaxlens.simulator.arguments import check_simulator
from jaxlens.simulator.simulator import Simulator


def psf_kernel(kernel: ArrayLike, bands: int) -> np.ndarray:
    """A PSF kernel of a user, checked and scaled to unit sum.

    Args:
        kernel: the pixels of the PSF, (k, l) or (bands, k, l), with k and l odd.
        bands: the number of bands of the images.

    Returns:
        The kernel, padded with zeros to a square and scaled to unit sum, (1 or bands, k, k).

    Raises:
        ValueError: if the kernel has a wrong shape, values that are not finite, or a sum of zero or less.
    """
    array = as_floats("psf", kernel)
    array = array[None] if array.ndim == 2 else array
    if array.ndim != 3 or len(array) not in (1, bands):
        right = "(k, k)" if bands == 1 else f"(k, k), or ({bands}, k, k) for {bands} bands"
        raise ValueError(f"psf has shape {np.shape(kernel)}; it must be {right}")
    if not all(length % 2 for length in array.shape[1:]):
        size = "{} x {}".format(*array.shape[1:])
        raise ValueError(f"psf has {size} pixels; give an odd number along both axes, which have a middle")
    if not np.isfinite(array).all():
        raise ValueError(f"psf has {pixel_count(~np.isfinite(array))} that are not finite; mend the kernel")
    for band in array:
        problem = sum_problem(band)
        if problem:
            raise ValueError(f"psf {problem}")
    side = max(array.shape[1:])
    widths = [(0, 0), *(((side - length) // 2,) * 2 for length in array.shape[1:])]
    return np.pad(np.stack([unit_sum(band) for band in array]), widths)


def with_psf(sim: Simulator, kernel: ArrayLike, factor: int = 1) -> Simulator:
    """The same simulator with this PSF in place of the file's, as under `psf_type: PIXEL`.

    Args:
        sim: the simulator, which stays as it is.
        kernel: the PSF, (k, k) or (bands, k, k) with k odd; it is scaled to unit sum.
        factor: the number of the kernel's pixels along one side of an image pixel.

    Returns:
        The new simulator, which has no parameter `seeing`.

    Raises:
        ValueError: if the kernel cannot be a PSF (see `psf_kernel`), or `factor` is below 1.

    >>> import jaxlens, numpy as np
    >>> sim = with_psf(jaxlens.Simulator("galaxy_galaxy"), np.ones((5, 5)))
    >>> sim.scene.optics.psf, "seeing" in sim.parameter_names
    ('PIXEL', False)
    """
    check_simulator(sim)
    if factor < 1:
        raise ValueError(
            f"factor is {factor}; it must be at least 1, the pixels of the kernel to one of the image"
        )
    array = psf_kernel(kernel, len(sim.bands))
    return sim.replace(
        scene=with_kernel(sim.scene, array.shape[-1], factor, own=False),
        assets=sim.assets._replace(psf_kernel=jnp.asarray(array, jnp.result_type(float))),
    )
